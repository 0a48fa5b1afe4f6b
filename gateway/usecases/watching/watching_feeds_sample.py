"""What the columns of a file look like, from a sample of its rows: figures and keyed digests, and never a value.

The first rows are all looked at, and of a long file then one row in sixteen, so that the cost a row stays small and
flat. A column that holds few different values through many rows is one of codes: the digests of its codes are kept,
and a code that none of its earlier files held is counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_ALL_OF = 2048
_ONE_IN = 16
_MOST_CODES = 40
_LEAST_ROWS = 100


@dataclass(slots=True)
class _Column:
    looked_at: int = 0
    empty: int = 0
    values: set[str] = field(default_factory=set, repr=False)
    """Different values while there are few of them, in memory alone."""


@dataclass(slots=True)
class FileSample:
    """The sample of one file. `columns` are names that the feed knows: others may hold a person."""

    columns: frozenset[str]
    rows: int = 0
    _found: dict[str, _Column] = field(default_factory=dict, repr=False)

    def turns(self, rows: int) -> Iterator[int]:
        """Which of the next rows of the file are to be looked at, counted from 0. Asked once for each run of rows."""
        before, self.rows = self.rows, self.rows + rows
        yield from range(max(0, min(rows, _ALL_OF - before)))
        first = max(_ALL_OF - before, 0)
        yield from range(first + -(before + first + 1) % _ONE_IN, rows, _ONE_IN)

    def look(self, cells: Mapping[str, str]) -> None:
        """Take a row into the sample."""
        found = self._found
        for name in self.columns.intersection(cells):
            column = found.get(name)
            if column is None:
                column = found[name] = _Column()
            column.looked_at += 1
            text = cells[name].strip()
            if not text:
                column.empty += 1
            elif len(column.values) <= _MOST_CODES:
                column.values.add(text)

    def figures(self) -> dict[str, tuple[int, int]]:
        """Rows looked at and empty cells, by column."""
        return {name: (column.looked_at, column.empty) for name, column in self._found.items()}

    def codes(self) -> dict[str, frozenset[str]]:
        """Values of the columns that are of codes, to be digested at once."""
        return {
            name: frozenset(column.values)
            for name, column in self._found.items()
            if len(column.values) <= _MOST_CODES and column.looked_at - column.empty >= _LEAST_ROWS
        }
