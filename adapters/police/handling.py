"""The door of every police feed about persons: intelligence and live operations are not taken (practice P8)."""

from collections.abc import Callable

from adapters.cells import Cells
from adapters.police.codes import HANDLING, REFUSED_HANDLING
from adapters.port import Column, RowError, Translation


def handling_column(items: tuple[str, ...]) -> Column:
    """The column by which a force says how a row may travel."""
    return Column(
        "handling", items, "open or sensitive; intelligence and live-operation are refused", required=True
    )  # fmt: skip


def at_the_door(read: Callable[[Cells, str | None], Translation]) -> Callable[[Cells], Translation]:
    """Refuse a row by its handling before anything else of it is read; else give it to `read` with its handling."""

    def guarded(cells: Cells) -> Translation:
        handling = cells.code("handling", HANDLING)
        if handling in REFUSED_HANDLING:
            error = RowError(
                cells.row.number, "handling", "handling-refused", "Intelligence and live operations are not taken.",
                "Leave the row out. Send it again once the handling of the occurrence is open or sensitive.",
            )  # fmt: skip
            return Translation(cells.row, errors=(error,), refused=True)
        # No handling given could still mean intelligence, so a row that does not say is not taken.
        cells.required("handling")
        return read(cells, handling)

    return guarded
