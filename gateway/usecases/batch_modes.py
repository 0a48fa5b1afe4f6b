"""Feeds as a contract makes them: in an earlier version, or as rows that name what is withdrawn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from adapters.csv_rows import csv_rows
from adapters.csv_shape import CsvShape
from adapters.errors import FeedUnreadableError
from adapters.port import EarlierVersion, Feed, FeedProfile, RawRow, RowError, Translation

_WHOLE_RECORD = 1


def row_key(profile: FeedProfile) -> tuple[str, ...]:
    """The columns that together name a row of the feed; empty where rows of it cannot be named."""
    if "csv" not in profile.formats or not profile.example_rows:
        return ()
    return profile.row_key or tuple(one.name for one in profile.columns if one.required and not one.items)


def names_whole_record(profile: FeedProfile) -> bool:
    """Whether a row's key names all that the feed says of somebody, and not one thing that happened."""
    return len(row_key(profile)) == _WHOLE_RECORD


@dataclass(frozen=True, slots=True)
class EarlierFeed:
    """A CSV feed whose files have the column names of an earlier version. Rows come with the names of now."""

    feed: Feed
    version: EarlierVersion

    @property
    def profile(self) -> FeedProfile:
        """The feed's own."""
        return self.feed.profile

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """As the feed, under the names of before."""
        if not self.version.renamed:
            return self.feed.rows(source)
        columns = self.profile.columns
        shape = CsvShape(also={old.casefold(): new for old, new in self.version.renamed.items()})
        required = frozenset(column.name for column in columns if column.required)
        return csv_rows(source, required=required, known=frozenset(column.name for column in columns), shape=shape)

    def translate(self, row: RawRow) -> Translation:
        """As the feed."""
        return self.feed.translate(row)


@dataclass(frozen=True, slots=True)
class TombstoneFeed:
    """A feed whose rows name what is withdrawn: the columns of `row_key`, and no other is looked at.

    What a row would have said is made from its key and the feed's own example row, to find under which keys the
    store has it. Nothing of the example is stored.
    """

    feed: Feed

    @property
    def profile(self) -> FeedProfile:
        """The feed's own."""
        return self.feed.profile

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """Rows of keys. Raise `FeedUnreadableError` where a column of the key is not there, or the feed has no key."""
        key = frozenset(row_key(self.profile))
        if not key:
            message = "Rows of this feed cannot be named by a key, so none can be withdrawn by one."
            raise FeedUnreadableError(message, "Send a full file without those rows.")
        return (_key_alone(row, key) for row in csv_rows(source, required=key, known=key))

    def translate(self, row: RawRow) -> Translation:
        """The records that the key names; errors where a part of the key is missing or cannot be read."""
        key = row_key(self.profile)
        empty = [name for name in key if not row.cells.get(name, "").strip()]
        if empty:
            return Translation(row, errors=tuple(_empty(row.number, name) for name in empty))
        example = {name: cell for name, cell in self.profile.example_rows[0].items() if name not in key}
        made = self.feed.translate(RawRow(row.number, {**example, **row.cells}))
        errors = tuple(error for error in made.errors if error.column in key) or made.errors
        return Translation(row, () if errors else made.records, errors)


def _key_alone(row: RawRow, key: frozenset[str]) -> RawRow:
    """The row without what it says beside its key: it is not looked at, and not handed back."""
    cells: Mapping[str, str] = {name: cell for name, cell in row.cells.items() if name in key}
    return RawRow(row.number, cells, problem=row.problem)


def _empty(number: int, column: str) -> RowError:
    message = f"The row names nothing: {column} is empty."
    return RowError(number, column, "required", message, f"Fill in {column}, or leave the row out.")
