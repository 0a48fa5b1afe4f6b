"""A feed's quick way: clean rows straight to facts, without a record in between.

`Feed.translate` is the truth. The quick way gives the very facts of it for a row without error or flag, none for a row
of which nothing is shared, and leaves every other row to it; so it may always be left out, and the tests compare what
it gives with `translate` row by row. It reads many rows together, column by column.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, NamedTuple, Protocol, TypeAlias, runtime_checkable

from adapters.port import Translation
from concept_model.records import Fact

value_text = json.JSONEncoder(sort_keys=True, default=str, separators=(",", ":")).encode
"""The value of a fact as the one JSON text that stands for it: names in order, no spaces, ASCII."""


class PlainFact(NamedTuple):
    """A `Fact` as a tuple of texts: what is made by the million.

    `value` is what `value_text` writes; days and the moment are what `str` makes of them.
    """

    item: str
    subject_kind: str
    subject_key: str
    occurrence: str
    value: str
    valid_from: str | None
    valid_to: str | None
    at: str | None
    nature: str
    role: str | None
    handling: str | None
    disputed: bool


made_fact = partial(tuple.__new__, PlainFact)
"""A `PlainFact` of a tuple that holds its fields in order: by the name of the class it takes twice as long."""


def plain_fact(fact: Fact) -> PlainFact:
    """The tuple of a fact."""
    return PlainFact(
        fact.item, fact.subject_kind, fact.subject_key, fact.occurrence, value_text(dict(fact.value)),
        _text(fact.valid_from), _text(fact.valid_to), _text(fact.at), fact.nature.value, fact.role, fact.handling,
        fact.disputed,
    )  # fmt: skip


def _text(moment: object | None) -> str | None:
    return None if moment is None else str(moment)


QuickRow: TypeAlias = tuple[int, str, tuple[PlainFact, ...]]
"""A clean row: its number (see `RawRow`), its cells as `adapters.csv_line.line_of` writes them, in the order of
`QuickRows.names`, and what it says. Nothing: no more was to be remarked on than that nothing of it is kept."""

ReadQuickly: TypeAlias = Callable[[Sequence[Sequence[str]]], list[tuple[PlainFact, ...] | None]]
"""From the columns of a file, each the cells of the same rows in order, at least one, to the facts of each row; None
for a row that is one for `Feed.translate`."""


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
