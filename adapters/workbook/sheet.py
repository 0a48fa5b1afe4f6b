"""One sheet's rows as texts by column, streamed, with what is wrong with a cell told beside them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from adapters.errors import FeedUnreadableError
from adapters.workbook.formats import NumberError, day_of, number_text
from adapters.workbook.layout import Layout, Sheet
from adapters.workbook.package import DAMAGED, Package, text_in
from adapters.workbook.shared_texts import LONGEST_CELL, unescaped
from adapters.xml_rows import local_name

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MAX_MERGES = 20_000
_REPAIR = "Open it, save it as an Excel workbook (.xlsx) under another name, and send that."
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUE = frozenset({"1", "true"})


@dataclass(slots=True)
class SheetRow:
    """One row. Columns count from 1; a cell that is empty is not there."""

    number: int
    hidden: bool
    texts: dict[int, str] = field(default_factory=dict, repr=False)
    numbers: set[int] = field(default_factory=set)
    """Columns whose cell is a plain number."""
    problems: dict[int, str] = field(default_factory=dict)
    """Codes of cells that cannot be read: cell-unreadable, number-rounded, formula-cell, text-too-long."""


def sheet_rows(package: Package, layout: Layout, sheet: Sheet) -> Iterator[SheetRow]:
    """Every row that has a cell with something in it. Raise `FeedUnreadableError` where rows or cells run backwards."""
    last = 0
    for element in package.elements(sheet.part, "row"):
        last = _number_after(last, element)
        row = SheetRow(last, element.get("hidden", "") in _TRUE)
        for column, cell in _placed(element):
            _read_cell(cell, layout, row, column)
        if row.texts or row.problems:
            yield row


def merged_rows(package: Package, sheet: Sheet) -> list[tuple[int, int]]:
    """First and last rows of merged cells, in order and apart.

    Reads the whole sheet, so it finds all damage too. Raise `FeedUnreadableError`.
    """
    spans: list[tuple[int, int]] = []
    last = 0
    for element in package.elements(sheet.part, "row", "mergeCell"):
        if local_name(element) == "row":
            last = _number_after(last, element)
            for _ in _placed(element):
                pass
            continue
        ends = [_REFERENCE.fullmatch(part) for part in element.get("ref", "").replace("$", "").split(":")]
        if len(spans) >= MAX_MERGES or not all(ends):
            raise FeedUnreadableError("The sheet has merged cells without end.", "Unmerge its cells and send it again.")
        numbers = [int(end[2]) for end in ends if end]
        spans.append((min(numbers), max(numbers)))
    return _apart(spans)


def _apart(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    apart: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if apart and first <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(apart[-1][1], last)
        else:
            apart.append((first, last))
    return apart


def _number_after(last: int, element: Any) -> int:
    """The number of a row; without one of its own it is the next."""
    given = element.get("r")
    number = last + 1 if given is None else _row_number(given)
    if not last < number <= LAST_ROW:
        raise FeedUnreadableError(DAMAGED, _REPAIR)
    return number


def _row_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0  # noqa: PLR2004 - 1,048,576


def _placed(element: Any) -> Iterator[tuple[int, Any]]:
    """The cells of a row by column; one without a place of its own stands in the next."""
    at = 0
    for cell in element:
        if local_name(cell) != "c":
            continue
        reference = cell.get("r")
        column = at + 1 if reference is None else _column(reference)
        if not at < column <= LAST_COLUMN:
            raise FeedUnreadableError(DAMAGED, _REPAIR)
        at = column
        yield column, cell


def _column(reference: str) -> int:
    found = _REFERENCE.fullmatch(reference)
    if not found:
        return 0
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _read_cell(cell: Any, layout: Layout, row: SheetRow, column: int) -> None:
    kind, stored, formula, inline = cell.get("t", "n"), "", False, ""
    for child in cell:
        name = local_name(child)
        if name == "v":
            stored = child.text or ""
        elif name == "is":
            inline = text_in(child)
        elif name == "f":
            formula = True
    if formula and not stored and kind != "str":
        row.problems[column] = "formula-cell"
        return
    try:
        text = _text(layout, cell, kind, inline if kind == "inlineStr" else stored)
    except NumberError as error:
        row.problems[column] = error.code
        return
    if len(text) > LONGEST_CELL:
        row.problems[column] = "text-too-long"
    elif text.strip():
        row.texts[column] = text
        if kind == "n" and layout.format(cell.get("s")).kind == "number":
            row.numbers.add(column)


def _text(layout: Layout, cell: Any, kind: str, stored: str) -> str:
    """What the cell says. Raise `NumberError` where that cannot be known."""
    if not stored.strip():
        return ""
    if kind == "n":
        return number_text(stored.strip(), layout.format(cell.get("s")), from_1904=layout.from_1904)
    if kind == "s":
        try:
            return layout.texts[int(stored)]
        except (ValueError, IndexError):
            raise NumberError("cell-unreadable") from None
    if kind in {"inlineStr", "str"}:
        return unescaped(stored)
    if kind == "b" and stored in {"0", "1"}:
        return "true" if stored == "1" else "false"
    if kind == "d" and (day := day_of(stored)) is not None:
        only_day = layout.format(cell.get("s")).kind == "date"
        return day.isoformat() if only_day else stored
    # An error of the sheet's own, such as #N/A, is no value either.
    raise NumberError("cell-unreadable")
