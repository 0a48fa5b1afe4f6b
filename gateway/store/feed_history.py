"""SQL of what feeds have sent: figures of batches and their columns, newest first. Nothing of anybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from gateway.store.desk_tables import BatchRow
from gateway.store.feed_tables import BatchColumnRow, FeedCodeRow

_BATCH = BatchRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_COLUMN = BatchColumnRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_CODE = FeedCodeRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
_TAKEN = ("accepted", "accepted in part")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A batch as far as watching goes. `columns`: rows looked at, empty cells and new codes by column."""

    batch_id: UUID
    agency: str
    sender: str
    mode: str
    state: str
    received_at: datetime
    rows_read: int
    rows_accepted: int
    not_taken: int
    columns: Mapping[str, tuple[int, int, int]]


def sent_files(
    connection: Connection, feed: str, limit: int, *, sender: str | None = None, taken_only: bool = False
) -> list[SentFile]:
    """Finished batches of a feed, newest first; files that were only to be checked are left out."""
    found = select(_BATCH).where(
        _BATCH.c.feed == feed, _BATCH.c.finished_at.is_not(None), text("NOT desk.batch.validate_only")
    )
    if sender is not None:
        found = found.where(_BATCH.c.sender == sender)
    if taken_only:
        found = found.where(_BATCH.c.state.in_(_TAKEN))
    with_mode = found.add_columns(text("desk.batch.mode AS sent_mode"))
    rows = connection.execute(with_mode.order_by(_BATCH.c.received_at.desc(), _BATCH.c.batch_id).limit(limit)).all()
    columns = _columns_of(connection, [row.batch_id for row in rows])
    return [
        SentFile(
            row.batch_id, row.agency, row.sender, row.sent_mode, row.state, row.received_at, row.rows_read,
            row.rows_accepted, row.rows_rejected + row.rows_refused, columns.get(row.batch_id, {}),
        )
        for row in rows
    ]  # fmt: skip


def last_taken(connection: Connection, feed: str) -> dict[str, datetime]:
    """When each sender's last file of a feed that was taken came."""
    rows = connection.execute(
        text(
            "SELECT sender, max(received_at) AS at FROM desk.batch"
            " WHERE feed = :feed AND state IN ('accepted', 'accepted in part') AND NOT validate_only GROUP BY sender"
        ),
        {"feed": feed},
    )
    return {row.sender: row.at for row in rows}


def save_columns(connection: Connection, batch_id: UUID, figures: Mapping[str, tuple[int, int, int]]) -> None:
    """Store the figures of a batch's columns."""
    rows = [
        {"batch_id": batch_id, "column_name": name, "looked_at": looked_at, "empty": empty, "new_codes": new}
        for name, (looked_at, empty, new) in figures.items()
    ]
    if rows:
        connection.execute(insert(_COLUMN).inline(), rows)


def known_codes(connection: Connection, feed: str) -> dict[str, frozenset[bytes]]:
    """Digests of the codes that the columns of a feed have held."""
    found: dict[str, set[bytes]] = {}
    rows = connection.execute(select(_CODE.c.column_name, _CODE.c.code_digest).where(_CODE.c.feed == feed))
    for name, digest in rows:
        found.setdefault(name, set()).add(bytes(digest))
    return {name: frozenset(digests) for name, digests in found.items()}


def save_codes(connection: Connection, feed: str, codes: Mapping[str, Sequence[bytes]]) -> None:
    """Store digests of codes that were not known."""
    rows: list[dict[str, Any]] = [
        {"feed": feed, "column_name": name, "code_digest": digest}
        for name, digests in codes.items()
        for digest in digests
    ]
    if rows:
        connection.execute(upsert(_CODE).on_conflict_do_nothing().inline(), rows)


def _columns_of(connection: Connection, batches: Sequence[UUID]) -> dict[UUID, dict[str, tuple[int, int, int]]]:
    found: dict[UUID, dict[str, tuple[int, int, int]]] = {}
    for row in connection.execute(select(_COLUMN).where(_COLUMN.c.batch_id.in_(batches))):
        found.setdefault(row.batch_id, {})[row.column_name] = (row.looked_at, row.empty, row.new_codes)
    return found
