"""A feed of CSV rows: its description, and one function that turns the cells of a row into a translation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from adapters.cells import Cells
from adapters.csv_rows import csv_rows
from adapters.port import FeedProfile, RawRow, Translation


@dataclass(frozen=True, slots=True)
class CsvFeed:
    """A `Feed` whose rows do not depend on each other. Columns that are `required` must be in the first row."""

    profile: FeedProfile
    read: Callable[[Cells], Translation]

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """Split a file into rows. Raise `FeedUnreadableError` if it is not a CSV file with the required columns."""
        columns = self.profile.columns
        required = frozenset(column.name for column in columns if column.required)
        known = frozenset(column.name for column in columns)
        return csv_rows(source, required=required, known=known, sheet_name=self.profile.name)

    def translate(self, row: RawRow) -> Translation:
        """Turn one row into concept records or row errors."""
        if row.problem is not None:
            return Translation(row, errors=(row.problem,))
        return self.read(Cells(row))
