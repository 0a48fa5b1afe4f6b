"""What is already in the log of a paper journal: asked before its lines are taken in, so that none is twice."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text


def entries_of_lines(connection: Connection, entries: Sequence[UUID]) -> dict[UUID, str]:
    """Which of these entries there are, with the keyed digest that each was taken in with; "" where it is erased."""
    rows = connection.execute(
        text(
            "SELECT e.entry_id, coalesce((o.fields #>> '{detail,1}')::jsonb ->> 'after_digest', '') AS digest"
            " FROM audit.entry e LEFT JOIN audit.opening o USING (entry_id) WHERE e.entry_id = ANY(:entries)"
        ),
        {"entries": list(entries)},
    )
    return {row.entry_id: row.digest for row in rows}
