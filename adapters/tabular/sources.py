"""Where a record's parts come from: a column, a constant, several columns as one key, and for which rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from adapters.tabular.columns import CellValue, RowValues, as_key, scalar
from adapters.tabular.parts import occurrence
from concept_model.base import Scalar


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row has to say in one column: to be given (the default), empty, among or not among, above or below."""

    column: str
    among: frozenset[str] | None = None
    other_than: frozenset[str] | None = None
    empty: bool = False
    above: float | None = None
    below: float | None = None

    def holds(self, values: RowValues) -> bool:
        """Whether the row meets it. A cell that is empty meets only `empty`."""
        value = as_key(values[self.column])
        if self.empty or not value:
            return self.empty and not value
        if self.among is not None:
            return value in self.among
        if self.other_than is not None:
            return value not in self.other_than
        return self._in_range(values[self.column])

    def _in_range(self, value: CellValue) -> bool:
        if not isinstance(value, int | float):
            return self.above is None and self.below is None
        return (self.above is None or value > self.above) and (self.below is None or value < self.below)


When = tuple[Condition, ...]
"""All of them have to hold; none: every row."""


def holds(when: When, values: RowValues) -> bool:
    """Whether a row meets every condition."""
    return all(condition.holds(values) for condition in when)


@dataclass(frozen=True, slots=True)
class Source:
    """A value out of a column, or the same for every row. `mapped` says what each sent value (lower case) becomes."""

    column: str = ""
    constant: Scalar = None
    mapped: Mapping[str, Scalar] | None = field(default=None)

    def of(self, values: RowValues) -> Scalar:
        """The value for one row; None for one that `mapped` does not name."""
        if not self.column:
            return self.constant
        value = scalar(values[self.column])
        return value if self.mapped is None else self.mapped.get(as_key(values[self.column]).casefold())


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the partner's own: one column, or several and constants joined by a slash."""

    parts: tuple[Source, ...]

    def of(self, values: RowValues) -> str | None:
        """The key for one row, or None where a part of it is not given."""
        texts = [as_key(values[part.column]) if part.column else str(part.constant) for part in self.parts]
        return occurrence(*texts) if all(texts) else None

    def columns(self) -> Iterator[str]:
        """The columns that it is made of."""
        yield from filter(None, (part.column for part in self.parts))


@dataclass(frozen=True, slots=True)
class Spell:
    """The columns of a period and of a moment."""

    valid_from: str = ""
    valid_to: str = ""
    at: str = ""

    def fields(self, values: RowValues) -> dict[str, CellValue]:
        """The dates of one row."""
        named = {"valid_from": self.valid_from, "valid_to": self.valid_to, "at": self.at}
        return {field_name: values[column] for field_name, column in named.items() if column}

    def names(self) -> Iterator[str]:
        """The columns."""
        yield from filter(None, (self.valid_from, self.valid_to, self.at))


NO_SOURCE = Source()
NO_SPELL = Spell()
