"""The pairs that linkage cannot tell, written as hg_link: what waits for a steward is what the last run asks about."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert as upsert

from gateway.store.tables import LinkReviewRow

DOUBTED = "doubted"
"""The reason of a pair that a steward asked for: two records that are held to be one person's."""
PARTED = "parted"
"""The reason of a pair that linkage held to be one person's, that somebody saw as such, and that it parted since."""

_RAISE = text(
    """
    INSERT INTO hearth.link_review AS r (review_id, record_id, other_record_id, reason, run_id, raised_at, state)
    VALUES (:review_id, :record_id, :other_record_id, :reason, :run_id, :raised_at, 'open')
    ON CONFLICT (record_id, other_record_id) DO UPDATE
       SET reason = excluded.reason, run_id = excluded.run_id, state = 'open',
           raised_at = CASE WHEN r.state = 'open' AND r.reason <> :doubted THEN r.raised_at ELSE excluded.raised_at END
     WHERE (r.reason, r.state) <> (excluded.reason, 'open') AND (r.reason, r.state) <> (:parted, 'open')
    """
)
_RAISE_PARTED = text(
    """
    INSERT INTO hearth.link_review AS r (review_id, record_id, other_record_id, reason, run_id, raised_at, state)
    VALUES (:review_id, :record_id, :other_record_id, :reason, :run_id, :raised_at, 'open')
    ON CONFLICT (record_id, other_record_id) DO UPDATE
       SET reason = excluded.reason, run_id = excluded.run_id, state = 'open', raised_at = excluded.raised_at
    """
)
_CLOSE = """
    UPDATE hearth.link_review r SET state = 'closed'
     WHERE r.state = 'open' AND r.reason NOT IN (:doubted, :parted)
       AND NOT EXISTS (SELECT FROM unnest(CAST(:ones AS uuid[]), CAST(:others AS uuid[])) AS p (one, other)
                        WHERE (p.one, p.other) = (r.record_id, r.other_record_id))
    """
_AMONG = " AND r.record_id = ANY (CAST(:among AS uuid[])) AND r.other_record_id = ANY (CAST(:among AS uuid[]))"


def raise_pairs(
    connection: Connection, pairs: Sequence[Mapping[str, Any]], among: Collection[UUID] | None = None
) -> None:
    """Let these pairs wait, and no others of those whose records both are `among` some; None: of all.

    A pair that waited goes on waiting under its id, with the reason of now. Left alone are those that a steward doubts
    and those that wait because linkage parted them.
    """
    if pairs:
        connection.execute(_RAISE, [{**pair, "doubted": DOUBTED, "parted": PARTED} for pair in pairs])
    named = {
        "doubted": DOUBTED,
        "parted": PARTED,
        "ones": [pair["record_id"] for pair in pairs],
        "others": [pair["other_record_id"] for pair in pairs],
    }
    if among is None:
        connection.execute(text(_CLOSE), named)
    else:
        connection.execute(text(f"{_CLOSE}{_AMONG}"), {**named, "among": list(among)})


def raise_doubted(connection: Connection, pairs: Sequence[Mapping[str, Any]]) -> None:
    """Let pairs wait that a steward doubts; one that is known stays as it is."""
    if pairs:
        connection.execute(upsert(LinkReviewRow).on_conflict_do_nothing(), [dict(pair) for pair in pairs])


def parted_waiting(connection: Connection, records: Collection[UUID]) -> set[frozenset[UUID]]:
    """The pairs among some records that wait because linkage parted them."""
    rows = connection.execute(
        text(
            "SELECT record_id, other_record_id FROM hearth.link_review WHERE state = 'open' AND reason = :parted"
            " AND ARRAY[record_id, other_record_id] <@ CAST(:records AS uuid[])"
        ),
        {"parted": PARTED, "records": list(records)},
    )
    return {frozenset((row[0], row[1])) for row in rows}


def raise_parted(connection: Connection, pairs: Sequence[Mapping[str, Any]]) -> None:
    """Let pairs wait that linkage parted, until a steward says what they are, whatever later runs ask."""
    if pairs:
        connection.execute(_RAISE_PARTED, [dict(pair) for pair in pairs])
