"""Records out of physical lines, with a way back when a quote turns out never to be closed."""

import csv
from collections import deque
from collections.abc import Iterator
from typing import TextIO

from adapters.csv_text import PlainLines, TextAhead

MAX_RECORD = 1024 * 1024
"""Characters in one row, its line breaks counted. One cell is held to csv's own limit, 131,072 characters."""
_QUOTE = '"'
_PLAIN_LINE = 128 * 1024
"""Characters of a line that no cell of it can be too long for."""
_MAX_REREAD = 16 * MAX_RECORD
"""Characters read twice over a whole file. Without it a file of crafted quotes would cost the square of its size."""


class RecordReader:
    """The lines of a text, grouped into records of cells by the quoting rules of RFC 4180."""

    def __init__(self, text: TextIO, delimiter: str = ",") -> None:
        self._text = TextAhead(text)
        self._delimiter = delimiter
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._reread = 0

    def next_record(self) -> list[str] | None:
        """Give the cells of the next record, none of them for an empty line, or None at the end.

        Raise `csv.Error` for broken quoting and for a record or cell that is too long; `give_up` goes on from there.
        """
        self._taken.clear()
        line = self._next_line()
        if _QUOTE in line or len(line) > _PLAIN_LINE:
            self._waiting.appendleft(line)
            return next(csv.reader(self._lines(), strict=True, delimiter=self._delimiter), None)
        # Without a quotation mark the rules leave nothing but to split: some four times as fast.
        self._taken.append(line)
        text = line.rstrip("\r\n")
        return text.split(self._delimiter) if text else [] if line else None

    def plain_lines(self) -> PlainLines | None:
        """The next lines, where each is a record whose cells lie between commas; None where they have to be read."""
        return None if self._waiting else self._text.plain_lines()

    def give_up(self) -> tuple[str, ...]:
        """Leave the first line of the broken record, offer its other lines again, and return what was left."""
        first, *others = self._taken or [""]
        self._reread += sum(map(len, others))
        if self._reread > _MAX_REREAD:
            return (first, *others)
        self._waiting.extendleft(reversed(others))
        return (first,)

    def _lines(self) -> Iterator[str]:
        length = 0
        while line := self._next_line():
            self._taken.append(line)
            length += len(line)
            if length > MAX_RECORD:
                msg = "record too long"
                raise csv.Error(msg)
            yield line

    def _next_line(self) -> str:
        if self._waiting:
            return self._waiting.popleft()
        line = rest = self._text.readline(MAX_RECORD + 1)
        while len(rest) > MAX_RECORD and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(MAX_RECORD + 1)
        # A line that is too long stays one character longer than a record may be, so it is refused wherever it stands.
        return line
