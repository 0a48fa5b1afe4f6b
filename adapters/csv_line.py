"""The cells of a row as one line, and back: RFC 4180, with quotation marks only where a cell needs them.

Cells that need none are joined by commas, so the line of most rows is the very line of the file.
"""

import csv
from collections.abc import Callable, Sequence
from typing import cast


class _Returned:
    """What csv writes to, to have the line back."""

    def write(self, line: str) -> str:
        return line


_END = "\r\n"
# With line breaks for an end the writer puts a cell that holds one in quotation marks.
_ended = cast("Callable[[Sequence[str]], str]", csv.writer(_Returned(), lineterminator=_END).writerow)


def line_of(cells: Sequence[str]) -> str:
    """The line of some cells, without a line break at its end. No two rows of equally many cells have the same."""
    return _ended(cells).removesuffix(_END)


def cells_of(line: str) -> list[str]:
    """The cells of a line that `line_of` wrote."""
    return line.split(",") if '"' not in line else next(csv.reader([line]))
