"""Where a CSV file has its column names and its rows, when that is not the first row and the rows below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CsvShape:
    """Rows count from 1, a row being a record: line breaks inside quotation marks do not count, blank rows do."""

    names_in_row: int = 1
    """0: the file has no names, and its columns come in the order of `names`."""
    rows_begin: int = 2
    label_columns: int = 0
    """Columns at the left that label the header and hold nothing of a row."""
    delimiter: str = ","
    names: tuple[str, ...] = ()
    also: Mapping[str, str] = field(default_factory=dict)
    """Further names (in lower case) of a column, to its name."""

    @property
    def is_plain(self) -> bool:
        """Names in the first row, rows below it."""
        return (self.names_in_row, self.rows_begin, self.label_columns) == (1, 2, 0)

    def cut(self, cells: Sequence[str]) -> list[str]:
        """A record without its labels."""
        return list(cells[self.label_columns :])


PLAIN = CsvShape()
