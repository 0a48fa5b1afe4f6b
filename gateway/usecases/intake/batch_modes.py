"""Feeds as a contract makes them: in an earlier version, or as rows that name what is withdrawn."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from adapters.csv_rows import csv_rows
from adapters.csv_shape import CsvShape
from adapters.errors import FeedUnreadableError
from adapters.port import EarlierVersion, Feed, FeedProfile, RawRow, RowError, Translation
from adapters.quick import plain_fact
from adapters.tabular.feed import MappedFeed
from concept_model.person import Person
from concept_model.records import ConceptRecord, facts_of
from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.intake.source_keys import REFERENCES, KeyName, names_of

_WHOLE_RECORD = 1


def row_key(profile: FeedProfile) -> tuple[str, ...]:
    """The columns that together name a row of the feed; empty where rows of it cannot be named.

    A feed without example rows, of JSON or XML, has at most one: what it holds is the partner's own key of a person.
    """
    if not profile.example_rows:
        return profile.row_key if len(profile.row_key) == _WHOLE_RECORD and "csv" not in profile.formats else ()
    return profile.row_key or tuple(one.name for one in profile.columns if one.required and not one.items)


def formats_of(profile: FeedProfile, mode: Mode | None) -> tuple[str, ...]:
    """The formats in which a feed's files come in a mode; in any mode, for None. Keys come as a table."""
    keys = mode in {None, Mode.TOMBSTONE} and bool(row_key(profile))
    return (*profile.taken, "csv") if keys and "csv" not in profile.formats else profile.taken


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
        if isinstance(self.feed, MappedFeed):
            return self.feed.of_before(self.version.renamed).rows(source)
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
    store has it. Nothing of an example is stored, and nobody is withdrawn whom an example's other cells name.
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
        if not self.profile.example_rows:
            return Translation(row, tuple(_persons(row.cells[key[0]])))
        made = [
            self._named(self.feed.translate(filled), others)
            for example in self.profile.example_rows
            for others in (self._not_by_key(example, row, key),)
            for filled in self._filled(example, row, key)
        ]
        good = [one for one in made if not one.errors]
        if not good:
            about_key = (error for one in made for error in one.errors if error.column in key)
            return Translation(row, errors=tuple(dict.fromkeys(about_key)) or made[0].errors)
        return Translation(row, tuple(record for one in good for record in one.records))

    def _filled(self, example: Mapping[str, str], row: RawRow, key: tuple[str, ...]) -> Iterator[RawRow]:
        """The row filled up from an example: with all of its cells, and with those alone that must be there."""
        required = {column.name for column in self.profile.columns if column.required}
        for names in (example.keys(), required):
            others = {name: cell for name, cell in example.items() if name in names and name not in key}
            yield RawRow(row.number, {**others, **row.cells})

    def _not_by_key(self, example: Mapping[str, str], row: RawRow, key: tuple[str, ...]) -> frozenset[KeyName]:
        """Whom an example names under its own key, and no cell of this row's key: this row does not name them."""
        return _not_of(self.feed.translate(RawRow(row.number, dict(example))), _cells(row.cells, key))

    def _named(self, made: Translation, others: frozenset[KeyName]) -> Translation:
        kept = tuple(one for one in made.records if others.isdisjoint(_named_in(one)))
        return replace(made, records=kept)

    def _empty(self, row: RawRow, key: tuple[str, ...]) -> list[str]:
        """Columns of the key that name nothing and must: those that every row has, or all where none is such."""
        required = {column.name for column in self.profile.columns if column.required}
        must = [name for name in key if name in required] or list(key)
        return [name for name in must if not row.cells.get(name, "").strip()]


def _key_alone(row: RawRow, key: frozenset[str]) -> RawRow:
    """The row without what it says beside its key: it is not looked at, and not handed back."""
    cells: Mapping[str, str] = {name: cell for name, cell in row.cells.items() if name in key}
    return RawRow(row.number, cells, problem=row.problem)


def describes_others(feed: Feed) -> bool:
    """Whether rows of the feed say who somebody is whom their key does not name: the parent in a child's row."""
    key = row_key(feed.profile)
    for example in feed.profile.example_rows:
        told, cells = feed.translate(RawRow(1, dict(example))), _cells(example, key)
        others = _not_of(told, cells) if cells else frozenset()
        facts = (fact for record in told.records for fact in facts_of(record))
        if any((fact.subject_kind, fact.subject_key) in others and fact.item not in REFERENCES for fact in facts):
            return True
    return False


def _cells(cells: Mapping[str, str], key: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_letters(cells.get(name, "")) for name in key) - {""}


def _not_of(told: Translation, cells: frozenset[str]) -> frozenset[KeyName]:
    """Every key that is named, but those that hold the text of one of the cells."""
    names = (name for record in told.records for name in _named_in(record))
    return frozenset(name for name in names if not any(cell in _letters(name[1]) for cell in cells))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _named_in(record: ConceptRecord) -> Iterable[KeyName]:
    """Every key that a record names: its subject's, and those that its values refer to."""
    return names_of(plain_fact(fact) for fact in facts_of(record))


def _persons(cell: str) -> Iterator[Person]:
    """The persons of whom a cell may be the key: as it stands, and as identifiers are written."""
    for key in dict.fromkeys((cell.strip(), "".join(cell.split()).upper())):
        yield Person(person=key, sex="unknown")


def _empty(number: int, column: str) -> RowError:
    message = f"The row names nothing: {column} is empty."
    return RowError(number, column, "required", message, f"Fill in {column}, or leave the row out.")
