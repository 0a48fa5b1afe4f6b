"""The bad rows of a batch in words, for the agency that sent it; the rows themselves go to their sender alone."""

from dataclasses import dataclass
from uuid import UUID

from gateway.identity.caller import StaffCaller
from gateway.store.batches import read_row_errors
from gateway.store.mended_rows import handed_back
from gateway.usecases.intake.batches import read_own_batch
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One thing to mend: row number, rule, column, what is wrong and how to mend it. Never a value."""

    row: int
    code: str
    column: str
    message: str
    how_to_fix: str


def row_problems(wiring: Wiring, caller: StaffCaller, batch_id: UUID, limit: int) -> list[RowProblem]:
    """The first problems of a batch, row by row, without rows that were mended since.

    Raise `NotFoundError` unless the caller's agency sent it.
    """
    read_own_batch(wiring, caller, batch_id)
    with wiring.database.transaction("hg_desk") as connection:
        rows = read_row_errors(connection, batch_id, wiring.clock())
        mended = handed_back(connection, batch_id)
    found = [
        RowProblem(error.row_number, error.error_code, error.error_column, error.message, error.how_to_fix)
        for row in rows
        if not mended.get(row.row_number)
        for error in row.errors
    ]
    return found[:limit]
