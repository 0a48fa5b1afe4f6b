"""A feed of CSV rows: its description, and one function that turns the cells of a row into a translation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from adapters.cells import Cells
from adapters.csv_rows import UnlookedRow, csv_rows, plain_rows
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
        found = plain_rows(source, self._required(), self._known()) if self.quick else None
        # A name given twice would say of two cells which one is meant; `rows` knows.
        if self.quick is None or found is None or len(set(found[0])) < len(found[0]):
            return None
        names, rows = found
        return QuickRows(names, self._read_quickly(names, rows, self.quick(names)))

    def _read_quickly(
        self, names: tuple[str, ...], rows: Iterator[UnlookedRow | RawRow], read: ReadQuickly
    ) -> Iterator[QuickRow | Translation]:
        for row in rows:
            if isinstance(row, RawRow):
                yield translate_row(self, row)
                continue
            number, line, cells = row
            said = read(cells)
            if said is not None:
                yield number, line, said
            elif any(cell.strip() for cell in cells):
                yield translate_row(self, RawRow(number, dict(zip(names, cells, strict=True))))

    def _required(self) -> frozenset[str]:
        return frozenset(column.name for column in self.profile.columns if column.required)

    def _known(self) -> frozenset[str]:
        return frozenset(column.name for column in self.profile.columns)
