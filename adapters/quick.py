"""A feed's quick way: clean rows straight to facts, without a record in between.

`Feed.translate` is the truth. The quick way gives the very facts of it for a row without error or flag, and leaves
every other row to it; so it may always be left out, and the tests compare what it gives with `translate` row by row.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, NamedTuple, Protocol, TypeAlias, runtime_checkable

from adapters.port import Translation
from concept_model.base import Scalar
from concept_model.records import Fact


class PlainFact(NamedTuple):
    """A `Fact` as a tuple: what is made by the million."""

    item: str
    subject_kind: str
    subject_key: str
    occurrence: str
    value: dict[str, Scalar]
    valid_from: date | None
    valid_to: date | None
    at: datetime | None
    nature: str
    role: str | None
    handling: str | None
    disputed: bool


def plain_fact(fact: Fact) -> PlainFact:
    """The tuple of a fact."""
    return PlainFact(
        fact.item, fact.subject_kind, fact.subject_key, fact.occurrence, dict(fact.value), fact.valid_from,
        fact.valid_to, fact.at, fact.nature.value, fact.role, fact.handling, fact.disputed,
    )  # fmt: skip


QuickRow: TypeAlias = tuple[list[str], tuple[PlainFact, ...]]
"""The cells of a clean row, in the order of `QuickRows.names`, and what it says."""

ReadQuickly: TypeAlias = Callable[[Sequence[str]], tuple[PlainFact, ...] | None]
"""From the cells of a row to its facts; None where the row is one for `Feed.translate`."""


@dataclass(frozen=True, slots=True)
class QuickRows:
    """A file on the quick way: the names of its columns, and its rows in order, those left to `translate` as such."""

    names: tuple[str, ...]
    rows: Iterator[QuickRow | Translation]


@runtime_checkable
class QuickFeed(Protocol):
    """A feed that has a quick way for some files."""

    def quick_rows(self, source: BinaryIO) -> QuickRows | None:
        """The file on the quick way; None where it has none. Raise `FeedUnreadableError` as `Feed.rows` does."""
