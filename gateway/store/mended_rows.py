"""Rows handed back and mended since: numbers alone."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, text


def handed_back(connection: Connection, batch_id: UUID) -> dict[int, bool]:
    """The numbers of a batch's bad rows, each with whether it has been mended."""
    rows = connection.execute(
        text(
            "SELECT DISTINCT e.row_number, m.row_number IS NOT NULL AS mended FROM desk.row_error e"
            " LEFT JOIN desk.row_mended m USING (batch_id, row_number) WHERE e.batch_id = :batch"
        ),
        {"batch": batch_id},
    )
    return {row.row_number: row.mended for row in rows}


def save_mended(connection: Connection, batch_id: UUID, numbers: Sequence[int], mended_by: UUID) -> None:
    """Note that rows of a batch have been taken from a later one, and count them in the first."""
    if not numbers:
        return
    connection.execute(
        text(
            "INSERT INTO desk.row_mended (batch_id, row_number, mended_by)"
            " SELECT CAST(:batch AS uuid), unnest(CAST(:numbers AS integer[])), CAST(:by AS uuid)"
        ),
        {"batch": batch_id, "numbers": list(numbers), "by": mended_by},
    )
    connection.execute(
        text("UPDATE desk.batch SET rows_mended = rows_mended + :more WHERE batch_id = :batch"),
        {"batch": batch_id, "more": len(numbers)},
    )
