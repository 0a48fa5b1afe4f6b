"""Rows of the one table in a workbook: found by its column names, numbered as the sheet numbers them.

The table is that of the only visible sheet which has a row of the feed's column names; where several have one, of
the sheet named as the feed. Titles above that row are passed over. What a person cannot see is neither taken nor lost
in silence: a hidden row, and a row with merged cells, is handed back.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import BinaryIO

from adapters.column_names import MAX_COLUMNS, canonical_names, check_names
from adapters.errors import FeedUnreadableError
from adapters.formulas import FORMULA, FORMULA_REMEDY, runs_as_formula
from adapters.port import RawRow, RowError
from adapters.workbook.layout import Layout, Sheet, layout_of
from adapters.workbook.package import Package
from adapters.workbook.sheet import SheetRow, merged_rows, sheet_rows

HEADER_WITHIN = 50
"""Rows with something in them among which the column names are looked for."""
_NO_NAMES: Mapping[str, str] = MappingProxyType({})
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_OF_CELLS: Mapping[str, tuple[str, str]] = {
    "cell-unreadable": (
        "The cell holds an error of the sheet, such as #N/A, or a date that no calendar has.",
        "Write the value into the cell.",
    ),
    "number-rounded": (
        "The cell holds a number of more than 15 digits, of which a spreadsheet keeps only the first 15.",
        "Format the column as text and type the number again.",
    ),
    "formula-cell": (FORMULA, FORMULA_REMEDY),
    "text-too-long": ("The cell holds more text than a spreadsheet's cell can.", "Shorten it."),
    "encoding-invalid": ("The cell holds characters that are no text.", "Type the cell again."),
}


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the table is: its sheet, the row of names, and the name of each named column."""

    sheet: Sheet
    header: int
    names: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that a feed has for its columns."""

    required: frozenset[str]
    known: frozenset[str]
    also: Mapping[str, str]

    def named(self, row: SheetRow) -> dict[int, str]:
        """A row's texts as names, by column. One more than there may be is enough to be told that they are too many."""
        columns = sorted(row.texts)[: MAX_COLUMNS + 1]
        return dict(
            zip(columns, canonical_names([row.texts[at] for at in columns], self.known, self.also), strict=True)
        )


def workbook_rows(
    source: BinaryIO,
    *,
    required: frozenset[str],
    known: frozenset[str],
    also: Mapping[str, str] = _NO_NAMES,
    sheet_name: str = "",
) -> Iterator[RawRow]:
    """Split a workbook's table into rows; columns as in `adapters.csv_rows.csv_rows`.

    `also` are further names, in lower case, of known columns; `sheet_name` tells the sheet where several have them.

    Raise `FeedUnreadableError`, before any row, where there is no such table or the sheet is damaged;
    `SuspiciousContentError` where the workbook carries more than tables.
    """
    package = Package(source)
    layout = layout_of(package)
    table = _find_table(package, layout, _Names(required, known, also), sheet_name)
    merged = [span for span in merged_rows(package, table.sheet) if span[1] > table.header]
    return _rows(package, layout, table, merged, known)


def _find_table(package: Package, layout: Layout, expected: "_Names", sheet_name: str) -> _Table:
    required, known = expected.required, expected.known
    found: list[_Table] = []
    nearest: tuple[str, ...] = ()
    for sheet in layout.sheets:
        for row in islice(sheet_rows(package, layout, sheet), HEADER_WITHIN):
            names = expected.named(row)
            wanted = required or known
            if len(wanted.intersection(names.values())) > len(wanted.intersection(nearest)):
                nearest = tuple(names.values())
            if required.issubset(names.values()) and known.intersection(names.values()):
                found.append(_Table(sheet, row.number, names))
                break
    if len(found) > 1:
        found = [table for table in found if table.sheet.name.strip().casefold() == sheet_name.casefold()] or found
    if len(found) > 1:
        message = "Several sheets of the workbook have these columns."
        raise FeedUnreadableError(message, "Send each in a workbook of its own, or name one sheet as the feed.")
    if not found:
        check_names(nearest, required or known, known, "The names of the columns stand in one row above the table.")
    check_names(tuple(found[0].names.values()), required, known)
    return found[0]


def _rows(
    package: Package, layout: Layout, table: _Table, merged: Sequence[tuple[int, int]], known: frozenset[str]
) -> Iterator[RawRow]:
    starts = [first for first, _ in merged]
    for row in sheet_rows(package, layout, table.sheet):
        if row.number > table.header:
            at = bisect_right(starts, row.number)
            yield _row(row, table, known, in_merge=at > 0 and row.number <= merged[at - 1][1])


def _row(row: SheetRow, table: _Table, known: frozenset[str], *, in_merge: bool) -> RawRow:
    cells = {name: row.texts.get(column, "") for column, name in table.names.items()}
    cells = {name: "" if _UNSTORABLE.search(text) else text for name, text in cells.items()}
    numbers = frozenset(table.names[column] for column in row.numbers if column in table.names)
    problem = _of_row(row, table, in_merge=in_merge) or _of_cell(row, table, known)
    return RawRow(row.number, cells, problem=problem, numbers=numbers)


def _of_row(row: SheetRow, table: _Table, *, in_merge: bool) -> RowError | None:
    if row.hidden:
        return RowError(
            row.number,
            "",
            "row-hidden",
            "The row is hidden in the sheet.",
            "Show the row, or delete it from the sheet.",
        )
    if in_merge:
        remedy = "Unmerge the cells and fill in each of them."
        return RowError(row.number, "", "cells-merged", "The row has merged cells.", remedy)
    if row.texts.keys() - table.names.keys():
        message = "The row has cells in columns that have no name."
        return RowError(row.number, "", "row-shape", message, "Name the column, or empty the cells.")
    return None


def _of_cell(row: SheetRow, table: _Table, known: frozenset[str]) -> RowError | None:
    for column, name in table.names.items():
        text = row.texts.get(column, "")
        code = row.problems.get(column, "")
        if _UNSTORABLE.search(text):
            code = "encoding-invalid"
        elif runs_as_formula(text):
            code = "formula-cell"
        # What a column that the feed does not know holds is dropped in any case.
        if code and name in known:
            return RowError(row.number, name, code, *_OF_CELLS[code])
    return None
