"""Batches: what was pushed, what became of each row, and the rows handed back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, select, text, update

from adapters.port import RowError
from gateway.store.desk_tables import BatchRow, RejectedRow, RowErrorRow
from gateway.store.fact_copy import copy_rows

_BATCH = BatchRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
TAKEN = ("accepted", "accepted in part")
"""States of a batch that was taken."""


def open_batch(connection: Connection, values: Mapping[str, Any]) -> None:
    """Insert a batch in state `received`."""
    connection.execute(insert(BatchRow), [dict(values)])


def find_batch(connection: Connection, sender: str, feed: str, idempotency_digests: Sequence[bytes]) -> BatchRow | None:
    """The batch that this sender pushed to the feed under the same Idempotency-Key."""
    row = connection.execute(
        select(_BATCH).where(
            _BATCH.c.sender == sender, _BATCH.c.feed == feed, _BATCH.c.idempotency_digest.in_(idempotency_digests)
        )
    ).one_or_none()
    return None if row is None else BatchRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def update_batch(connection: Connection, batch_id: UUID, values: Mapping[str, Any]) -> None:
    """Set columns of a batch."""
    connection.execute(update(_BATCH).where(_BATCH.c.batch_id == batch_id).values(**values))


def batch_of(connection: Connection, batch_id: UUID, *, hold: bool = False) -> BatchRow | None:
    """A batch, whoever sent it: for the gateway itself. `hold`: nobody else changes it until this transaction ends."""
    found = select(_BATCH).where(_BATCH.c.batch_id == batch_id)
    row = connection.execute(found.with_for_update() if hold else found).one_or_none()
    return None if row is None else BatchRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def read_batch(connection: Connection, batch_id: UUID, agency: str) -> BatchRow | None:
    """A batch, if this agency sent it."""
    row = connection.execute(
        select(_BATCH).where(_BATCH.c.batch_id == batch_id, _BATCH.c.agency == agency)
    ).one_or_none()
    return None if row is None else BatchRow(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public accessor


def list_batches(
    connection: Connection, agency: str, senders: Collection[str] | None = None, limit: int = 50
) -> list[BatchRow]:
    """The newest batches of an agency, or of some senders in it."""
    found = select(_BATCH).where(_BATCH.c.agency == agency)
    if senders is not None:
        found = found.where(_BATCH.c.sender.in_(senders))
    rows = connection.execute(found.order_by(_BATCH.c.received_at.desc()).limit(limit))
    return [BatchRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def save_row_errors(connection: Connection, batch_id: UUID, errors: Sequence[RowError]) -> None:
    """Store the errors of rows, several a row in the order found."""
    positions: dict[int, int] = {}
    rows = []
    for error in errors:
        position = positions[error.row] = positions.get(error.row, -1) + 1
        rows.append((batch_id, error.row, position, error.column, error.code, error.message, error.how_to_fix))
    if rows:
        columns = ("batch_id", "row_number", "position", "error_column", "error_code", "message", "how_to_fix")
        copy_rows(connection, "desk.row_error", columns, rows)


def save_rejected_rows(
    connection: Connection, batch_id: UUID, sealed: Sequence[tuple[int, bytes]], expires_at: datetime
) -> None:
    """Store sealed rows as (row number, sealed text)."""
    if sealed:
        columns = ("batch_id", "row_number", "sealed", "expires_at")
        rows = [(batch_id, number, text, expires_at) for number, text in sealed]
        copy_rows(connection, "desk.rejected_row", columns, rows)


@dataclass(frozen=True, slots=True)
class RejectedRowErrors:
    """One row handed back: sealed text, if it is still kept, and its errors."""

    row_number: int
    sealed: bytes | None
    errors: tuple[RowErrorRow, ...]


def read_row_errors(connection: Connection, batch_id: UUID, now: datetime) -> list[RejectedRowErrors]:
    """All errors of a batch by row, with the sealed rows that have not expired."""
    errors: dict[int, list[RowErrorRow]] = {}
    table = RowErrorRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    for row in connection.execute(
        select(table).where(table.c.batch_id == batch_id).order_by(table.c.row_number, table.c.position)
    ):
        errors.setdefault(row.row_number, []).append(RowErrorRow(**row._mapping))  # noqa: SLF001 - public accessor
    rejected = RejectedRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    sealed = {
        row.row_number: bytes(row.sealed)
        for row in connection.execute(
            select(rejected).where(rejected.c.batch_id == batch_id, rejected.c.expires_at > now)
        )
    }
    return [RejectedRowErrors(number, sealed.get(number), tuple(found)) for number, found in errors.items()]


def forget_expired_rows(connection: Connection, now: datetime) -> int:
    """Delete rejected rows whose thirty days are over; return how many."""
    rejected = RejectedRow.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes
    return connection.execute(delete(rejected).where(rejected.c.expires_at <= now)).rowcount


def coverage(connection: Connection) -> dict[int, Any]:
    """The day up to which each source's accepted batches reach, by source number."""
    rows = connection.execute(
        select(_BATCH.c.source_no, func.max(_BATCH.c.coverage_to))
        .where(_BATCH.c.state.in_(TAKEN), ~_BATCH.c.validate_only)
        .group_by(_BATCH.c.source_no)
    )
    return {row[0]: row[1] for row in rows if row[1] is not None}


def sizes_of_full(connection: Connection, feed: str, sender: str, newest: int) -> list[int]:
    """Numbers of rows of a sender's newest full files of a feed that were taken, newest first."""
    rows = connection.execute(
        select(_BATCH.c.rows_read)
        .where(
            _BATCH.c.feed == feed, _BATCH.c.sender == sender, _BATCH.c.mode == "full", _BATCH.c.state.in_(TAKEN),
            ~_BATCH.c.validate_only,
        )
        .order_by(_BATCH.c.received_at.desc())
        .limit(newest)
    )  # fmt: skip
    return list(rows.scalars())


def waiting_over(connection: Connection, now: datetime) -> list[BatchRow]:
    """Batches that waited for their sender's confirmation until it was too late."""
    rows = connection.execute(
        select(_BATCH).where(_BATCH.c.state == "waiting", _BATCH.c.confirm_by <= now).with_for_update(skip_locked=True)
    )
    return [BatchRow(**row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public accessor


def unlinked_batches(connection: Connection) -> list[UUID]:
    """Batches that were taken and that no linkage run has met."""
    rows = connection.execute(
        select(_BATCH.c.batch_id).where(
            _BATCH.c.linked_at.is_(None), ~_BATCH.c.validate_only, _BATCH.c.state.in_(TAKEN)
        )
    )
    return list(rows.scalars())


def mark_linked(connection: Connection, batches: Sequence[UUID], at: datetime) -> None:
    """Note that linkage has run over what these batches brought."""
    connection.execute(
        text("UPDATE desk.batch SET linked_at = :at WHERE batch_id = ANY (CAST(:batches AS uuid[]))"),
        {"at": at, "batches": list(batches)},
    )
