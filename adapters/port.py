"""What every feed offers: read rows from a file, translate one row. Neither knows of a store or a clock.

Rows and what became of them have no slots: they cross from one process to another, and frozen ones with slots take ten
times as long to be written and read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import BinaryIO, Protocol, runtime_checkable

from adapters.row_path import RowPath
from adapters.sources import opened
from concept_model.records import ConceptRecord


@dataclass(frozen=True, slots=True)
class Column:
    """One column (or element path) of a feed as the partner names it.

    `items` are the data items that it feeds: a column whose items no agreement lets this partner supply is
    dropped before anything is stored. An empty tuple marks a key column, needed to tell rows apart, which is
    kept only as part of keyed digests and source keys.
    """

    name: str
    items: tuple[str, ...]
    description: str
    required: bool = False


@dataclass(frozen=True)
class RawRow:
    """One row as sent.

    `number` counts from 1 in the order of the file, header not counted; in a workbook it is the row that the sheet
    shows.
    `cells` maps column names to text for tabular feeds. Structured feeds (XML, JSON) put their parsed element
    into `payload` and may leave `cells` with what a person needs to find the row again.
    `problem` is set when the row could not even be split into cells (too many columns, bad encoding), or when one
    cell cannot be read; `cells` are then the others.
    """

    number: int
    cells: Mapping[str, str] = field(repr=False)
    payload: object = field(default=None, repr=False)
    problem: "RowError | None" = None
    numbers: frozenset[str] = frozenset()
    """Columns whose cell a workbook stored as a number: zeros that it began with are lost."""
    path: RowPath | None = None
    """Where the row stands in a file of XML or JSON."""


@dataclass(frozen=True)
class RowError:
    """Why a row was not taken, in words that a person can act on; never a value from the row.

    `column` is a column of the feed; as `translate_row` gives it, in a file of XML or JSON, its path in the file.
    """

    row: int
    column: str
    code: str
    message: str
    how_to_fix: str


@dataclass(frozen=True)
class RowFlag:
    """A remark on a row that was taken all the same, such as an identifier whose check digit fails."""

    row: int
    column: str
    code: str
    message: str


@dataclass(frozen=True)
class Translation:
    """What one row became: concept records, or errors. A row with any error yields no record."""

    row: RawRow
    records: tuple[ConceptRecord, ...] = field(default=(), repr=False)
    errors: tuple[RowError, ...] = ()
    flags: tuple[RowFlag, ...] = ()
    refused: bool = False
    """True where the row is well-formed but may not be taken at all (police intelligence, practice P8)."""


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """A version of a feed's columns that is still taken, until its day. `renamed`: its names to those of now."""

    version: str
    deprecated_on: date
    """From this day on its senders are told that it ends."""
    ends_on: date
    """The first day on which it is refused; at least twelve months after `deprecated_on`."""
    renamed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedProfile:
    """The description of a feed: what its page, its template and its checks are made from."""

    name: str
    source: str
    title: str
    formats: tuple[str, ...]
    """Of csv, json, ndjson, xml; see `taken`."""
    columns: tuple[Column, ...]
    duplicate_free: bool = False
    """True where nobody stands under two keys, so two records are two persons."""
    youngest: int | None = None
    """Nobody younger than so many years stands in it, as in a register of taxpayers; None where children may."""
    example_rows: tuple[Mapping[str, str], ...] = field(default=())
    example_file: str = field(default="", repr=False)
    """A whole small file with two records, as the template of a feed whose format has no columns (XML, JSON)."""
    never_kept: tuple[str, ...] = ()
    """Columns that partners are known to send and no item exists for: dropped, and named back to the sender."""
    row_key: tuple[str, ...] = ()
    """Columns that together name a row, for files that withdraw rows by their keys alone. One column names all that
    the feed says of somebody; several, what happened to them. Where it is empty: the required key columns."""
    version: str = "1"
    earlier: tuple[EarlierVersion, ...] = ()

    @property
    def taken(self) -> tuple[str, ...]:
        """The formats in which files are taken: any table that comes as CSV may come as a workbook."""
        return (*self.formats, "xlsx") if "csv" in self.formats and "xlsx" not in self.formats else self.formats


class Feed(Protocol):
    """A feed: the adapter of one kind of file of one partner."""

    @property
    def profile(self) -> FeedProfile:
        """Describe the feed."""

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """Split a file into rows. Raise `FeedUnreadableError`, before any row, when it is not a file of this feed.

        `source` can be sought in; it is read from its start, and may be larger than memory.
        """

    def translate(self, row: RawRow) -> Translation:
        """Turn one row into concept records or row errors. Pure and total: it never raises for a row's content."""


@runtime_checkable
class DocumentFeed(Protocol):
    """A feed whose rows are records of a document: one that goes back to its sender is a file by itself."""

    def alone(self, row: RawRow, keeps: Callable[[str], bool]) -> str:
        """A file of the feed with this row alone, in XML or JSON; empty where none can be made.

        It holds nothing of columns that `keeps`, asked by name, says no of, nor of what is no column.
        """


def translate_rows(feed: Feed, body: BinaryIO | bytes) -> Iterator[Translation]:
    """Read and translate a file row by row."""
    return (translate_row(feed, row) for row in feed.rows(opened(body)))


def translate_row(feed: Feed, row: RawRow) -> Translation:
    """Translate one row. One with a problem gives no record, and is judged by its other cells all the same.

    So everything to be mended is told at once, and a row that may not be taken at all is never kept to be mended.
    Errors name columns as the file writes them.
    """
    made, path = _judged(feed, row), row.path
    if path is None or not made.errors:
        return made
    return replace(made, errors=tuple(replace(error, column=path.of(error.column)) for error in made.errors))


def _judged(feed: Feed, row: RawRow) -> Translation:
    if row.problem is None:
        return feed.translate(row)
    if not row.cells:
        return Translation(row, errors=(row.problem,))
    judged = feed.translate(replace(row, problem=None))
    if judged.refused:
        return replace(judged, row=row)
    others = tuple(error for error in judged.errors if error.column != row.problem.column)
    return Translation(row, errors=(row.problem, *others), flags=judged.flags)


def items_of(profile: FeedProfile) -> frozenset[str]:
    """All data items that a feed can supply."""
    return frozenset(item for column in profile.columns for item in column.items)


def uncovered_columns(profile: FeedProfile, sent: Sequence[str], covered: frozenset[str]) -> tuple[str, ...]:
    """Columns that were sent and are not kept: unknown to the feed, or feeding only items outside `covered`."""
    known = {column.name: column for column in profile.columns}
    return tuple(
        name
        for name in sent
        if name not in known or (known[name].items and not covered.intersection(known[name].items))
    )
