"""Empty lines of a CSV file: its reader passes over them, and whoever looks a row up counts them."""

import csv
from bisect import bisect_right
from collections.abc import Sequence
from functools import partial
from pathlib import Path

_PIECE = 1 << 20
_EMPTY = (b"\n\n", b"\n\r\n", b"\r\r")
_LONGEST = max(map(len, _EMPTY))


def blank_lines(path: Path) -> tuple[int, ...]:
    """For each empty line below the first row how many rows stand above it; nothing for Parquet.

    A line within a cell is none.
    """
    if path.suffix.lower() == ".parquet" or not _perhaps(path):
        return ()
    rows, found = 0, []
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
            lines = csv.reader(stream)
            next(lines, None)
            for cells in lines:
                if cells:
                    rows += 1
                else:
                    found.append(rows)
    except csv.Error:
        # A cell that is longer than any that is read: up to it rows can be told.
        return tuple(found)
    return tuple(found)


def in_file(row: int, blanks: Sequence[int]) -> int:
    """The row, from 0, at which the reader's row `row` stands in a file with these `blank_lines`."""
    return row + bisect_right(blanks, row)


def _perhaps(path: Path) -> bool:
    """Whether two ends of lines stand side by side anywhere: quick, and mostly not so."""
    before = b""
    with path.open("rb") as stream:
        for piece in iter(partial(stream.read, _PIECE), b""):
            read = before + piece
            if any(empty in read for empty in _EMPTY):
                return True
            before = read[1 - _LONGEST :]
    return False
