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

    What a row would have said is made from its key and the feed's own example rows, to find under which keys the
    store has it. Nothing of an example is stored.
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
        required = key.intersection(column.name for column in self.profile.columns if column.required)
        return (_key_alone(row, key) for row in csv_rows(source, required=required or key, known=key))

    def translate(self, row: RawRow) -> Translation:
        """The records that the key names; errors where a part of the key is missing or cannot be read."""
        key = row_key(self.profile)
        empty = self._empty(row, key)
        if empty:
            return Translation(row, errors=tuple(_empty(row.number, name) for name in empty))
        made = [self.feed.translate(one) for one in self._filled(row, key)]
        good = [one for one in made if not one.errors]
        if not good:
            about_key = (error for one in made for error in one.errors if error.column in key)
            return Translation(row, errors=tuple(dict.fromkeys(about_key)) or made[0].errors)
        return Translation(row, tuple(record for one in good for record in one.records))

    def _filled(self, row: RawRow, key: tuple[str, ...]) -> Iterator[RawRow]:
        """The row filled up from the examples: with all of their cells, and with those alone that must be there."""
        required = {column.name for column in self.profile.columns if column.required}
        for example in self.profile.example_rows:
            for names in (example.keys(), required):
                others = {name: cell for name, cell in example.items() if name in names and name not in key}
                yield RawRow(row.number, {**others, **row.cells})

    def _empty(self, row: RawRow, key: tuple[str, ...]) -> list[str]:
        """Columns of the key that name nothing and must: those that every row has, or all where none is such."""
        required = {column.name for column in self.profile.columns if column.required}
        must = [name for name in key if name in required] or list(key)
        return [name for name in must if not row.cells.get(name, "").strip()]


def _key_alone(row: RawRow, key: frozenset[str]) -> RawRow:
    """The row without what it says beside its key: it is not looked at, and not handed back."""
    cells: Mapping[str, str] = {name: cell for name, cell in row.cells.items() if name in key}
    return RawRow(row.number, cells, problem=row.problem)


def _empty(number: int, column: str) -> RowError:
    message = f"The row names nothing: {column} is empty."
    return RowError(number, column, "required", message, f"Fill in {column}, or leave the row out.")
