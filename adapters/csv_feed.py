"""A feed of CSV rows: its description, and one function that turns the cells of a row into a translation."""

from bisect import insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from adapters.cells import Cells
from adapters.csv_line import cells_of
from adapters.csv_rows import UnlookedBlock, csv_rows, plain_blocks
from adapters.port import FeedProfile, RawRow, Translation, translate_row
from adapters.quick import QuickRow, QuickRows, ReadQuickly


@dataclass(frozen=True, slots=True)
class CsvFeed:
    """A `Feed` whose rows do not depend on each other. Columns that are `required` must be in the first row.

    `quick`, where there is one, makes the quick way of a file out of the names of its columns.
    """

    profile: FeedProfile
    read: Callable[[Cells], Translation]
    quick: Callable[[tuple[str, ...]], ReadQuickly] | None = None

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """Split a file into rows. Raise `FeedUnreadableError` if it is not a CSV file with the required columns."""
        return csv_rows(source, required=self._required(), known=self._known(), sheet_name=self.profile.name)

    def translate(self, row: RawRow) -> Translation:
        """Turn one row into concept records or row errors."""
        if row.problem is not None:
            return Translation(row, errors=(row.problem,))
        return self.read(Cells(row))

    def quick_rows(self, source: BinaryIO) -> QuickRows | None:
        """The file on the quick way, if the feed has one for it. Raise `FeedUnreadableError` as `rows` does."""
        found = plain_blocks(source, self._required(), self._known()) if self.quick else None
        # A name given twice would say of two cells which one is meant; `rows` knows.
        if self.quick is None or found is None or len(set(found[0])) < len(found[0]):
            return None
        names, blocks = found
        read = self.quick(names)
        return QuickRows(names, chain.from_iterable(self._read_quickly(names, block, read) for block in blocks))

    def _read_quickly(
        self, names: tuple[str, ...], block: UnlookedBlock, read: ReadQuickly
    ) -> list[QuickRow | Translation]:
        numbers, lines, columns, left = block
        made = read(columns) if lines else []
        rows: list[QuickRow | Translation] = [
            (number, line, said) for number, line, said in zip(numbers, lines, made, strict=True) if said is not None
        ]
        if len(rows) < len(lines):
            left += [
                RawRow(number, dict(zip(names, sent, strict=True)))
                for number, sent in (
                    (number, cells_of(line))
                    for number, line, said in zip(numbers, lines, made, strict=True)
                    if said is None
                )
                if any(map(str.strip, sent))
            ]
        for row in left:
            insort(rows, translate_row(self, row), key=_number)
        return rows

    def _required(self) -> frozenset[str]:
        return frozenset(column.name for column in self.profile.columns if column.required)

    def _known(self) -> frozenset[str]:
        return frozenset(column.name for column in self.profile.columns)


def _number(row: QuickRow | Translation) -> int:
    return row.row.number if isinstance(row, Translation) else row[0]
