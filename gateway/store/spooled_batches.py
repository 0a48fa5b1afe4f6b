"""Batches that are not finished: which file of the spool is theirs, and how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

_COLUMNS = "batch_id, spool, sealed_order, attempts, bytes_total, bytes_taken, rows_taken, taking_since"


@dataclass(frozen=True, slots=True)
class SpooledBatch:
    """A batch in the spool. `attempts` counts how often it was begun; what was taken then is as if it never was.

    `bytes_taken` of `bytes_total` and `rows_taken` tell how far it is, since `taking_since`.
    """

    batch_id: UUID
    spool: str
    sealed_order: bytes = attribute(repr=False)
    attempts: int
    bytes_total: int
    bytes_taken: int
    rows_taken: int
    taking_since: datetime | None


def save_spooled(connection: Connection, batch_id: UUID, spool: str, sealed_order: bytes, bytes_total: int) -> None:
    """Note whose a file of the spool is. A batch that has one already gets this one in its place."""
    connection.execute(
        text(
            "INSERT INTO desk.spooled_batch (batch_id, spool, sealed_order, bytes_total)"
            " VALUES (:batch, :spool, :sealed, :size) ON CONFLICT (batch_id) DO UPDATE"
            " SET spool = excluded.spool, sealed_order = excluded.sealed_order, bytes_total = excluded.bytes_total"
        ),
        {"batch": batch_id, "spool": spool, "sealed": sealed_order, "size": bytes_total},
    )


def find_spooled(connection: Connection, batch_id: UUID) -> SpooledBatch | None:
    """A batch that is not finished; None for one that is, or that there is not."""
    row = connection.execute(
        text(f"SELECT {_COLUMNS} FROM desk.spooled_batch WHERE batch_id = :batch"),  # noqa: S608 - fixed names
        {"batch": batch_id},
    ).one_or_none()
    return None if row is None else _spooled(row)


def begin_attempt(connection: Connection, batch_id: UUID, now: datetime) -> None:
    """Count an attempt, and say that it is under way."""
    connection.execute(
        text(
            "UPDATE desk.spooled_batch SET attempts = attempts + 1, taking_since = :now, bytes_taken = 0,"
            " rows_taken = 0 WHERE batch_id = :batch"
        ),
        {"batch": batch_id, "now": now},
    )
    connection.execute(
        text("UPDATE desk.batch SET state = 'validating' WHERE batch_id = :batch AND state = 'received'"),
        {"batch": batch_id},
    )


def tell_progress(connection: Connection, batch_id: UUID, rows_taken: int, bytes_taken: int) -> None:
    """Say how far a batch is."""
    connection.execute(
        text("UPDATE desk.spooled_batch SET rows_taken = :rows, bytes_taken = :size WHERE batch_id = :batch"),
        {"batch": batch_id, "rows": rows_taken, "size": bytes_taken},
    )


def forget_spooled(connection: Connection, batch_id: UUID) -> None:
    """The batch is finished: nothing of it waits any more."""
    connection.execute(text("DELETE FROM desk.spooled_batch WHERE batch_id = :batch"), {"batch": batch_id})


def left_batches(connection: Connection) -> list[tuple[UUID, int]]:
    """Batches that nobody may be taking, oldest first, with the number of their source."""
    rows = connection.execute(
        text(
            "SELECT batch_id, source_no FROM desk.batch WHERE state IN ('received', 'validating')"
            " ORDER BY received_at, batch_id"
        )
    )
    return [(row.batch_id, row.source_no) for row in rows]


def spools_wanted(connection: Connection, names: Sequence[str]) -> set[str]:
    """Those of some files of the spool that a batch waits for."""
    rows = connection.execute(
        text("SELECT spool FROM desk.spooled_batch WHERE spool = ANY (:names)"), {"names": list(names)}
    )
    return set(rows.scalars())


def _spooled(row: Any) -> SpooledBatch:
    return SpooledBatch(
        row.batch_id, row.spool, bytes(row.sealed_order), row.attempts, row.bytes_total, row.bytes_taken,
        row.rows_taken, row.taking_since,
    )  # fmt: skip
