"""What the records of a mapping file may refer to: its columns, each of a fitting type, and its key."""

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.tabular.columns import TEXT_TYPES, ColumnSpec
from adapters.tabular.document import (
    Scalar,
    Sequence,
    Table,
    Value,
    as_bool,
    as_list,
    as_table,
    as_text,
    did_you_mean,
    keys_of,
)
from adapters.tabular.errors import MappingError
from adapters.tabular.sources import Condition, Key, Source, Spell, When
from concept_model.base import Scalar as Constant

KEY_TYPES = frozenset({"key"})
SOURCE_KEYS = frozenset({"column", "constant", "map"})
CONDITION_KEYS = frozenset({"column", "equals", "except", "empty", "above", "below"})
_PART_TYPES = frozenset({"key", "text", "code", "number"})
_CONDITION_TYPES = TEXT_TYPES | {"flag", "date", "datetime", "number", "money"}
_NONE = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Scope:
    """The declared columns, and the key of the file."""

    columns: Mapping[str, ColumnSpec]
    key: Key

    def column(self, value: Value, what: str, types: frozenset[str], *, whole: bool = False) -> str:
        """The name of a declared column of one of these types; of one that is split only where it counts as a whole."""
        name = as_text(value, what)
        spec = self.columns.get(name)
        if spec is None:
            message = f"{what} names the column {name!r}, which is not declared."
            raise MappingError(value.line, message, did_you_mean(name, frozenset(self.columns)))
        if spec.split is not None and not whole:
            message = f"{what} cannot take column {name}, which is split."
            raise MappingError(value.line, message, f"Use a part of it: {', '.join(spec.split.into)}.")
        if spec.type not in types:
            message = f"{what} cannot take column {name}, which is of type {spec.type}."
            raise MappingError(value.line, message, f"Use a column of type {' or '.join(sorted(types))}.")
        return name

    def some(self, keys: Mapping[str, Value], key: str, what: str, types: frozenset[str]) -> str:
        """The column that `key` names, or an empty text where the key is absent."""
        return self.column(keys[key], f"{what}: {key}", types) if key in keys else ""

    def each(self, keys: Mapping[str, Value], key: str, what: str, types: frozenset[str]) -> tuple[str, ...]:
        """The column or the list of columns that `key` names."""
        if key not in keys:
            return ()
        value = keys[key]
        named = as_list(value, f"{what}: {key}") if isinstance(value, Sequence) else (value,)
        return tuple(self.column(one, f"{what}: {key}", types) for one in named)

    def source(self, value: Value, what: str, types: frozenset[str]) -> Source:
        """A column, `{constant: value}`, or `{column: name, map: {sent: kept}}`."""
        if not isinstance(value, Table):
            return Source(column=self.column(value, what, types))
        keys = keys_of(value, what, required=_NONE, optional=SOURCE_KEYS)
        if "constant" in keys:
            given = keys["constant"]
            if len(keys) > 1 or not isinstance(given, Scalar) or given.value is None:
                raise MappingError(given.line, f"{what}: a constant is one value.", "Write {constant: value}.")
            return Source(constant=given.value)
        if "column" not in keys or "map" not in keys:
            remedy = "Write the column alone, {constant: value} or {column: name, map: {sent: kept}}."
            raise MappingError(value.line, f"{what} is neither a column nor a constant.", remedy)
        column = self.column(keys["column"], what, TEXT_TYPES | {"flag", "number"})
        return Source(column=column, mapped=self._mapped(keys["map"], what, column))

    def key_of(self, value: Value, what: str) -> Key:
        """A key column, or a list of columns and constants that make a key together."""
        if not isinstance(value, Sequence):
            return Key((Source(column=self.column(value, what, KEY_TYPES)),))
        parts = tuple(self.source(one, what, _PART_TYPES) for one in as_list(value, what))
        if not any(part.column for part in parts):
            raise MappingError(value.line, f"{what} is the same for every row.", "Take at least one part of a column.")
        return Key(parts)

    def spell(self, keys: Mapping[str, Value], what: str) -> Spell:
        """The columns of dates."""
        day, moment = frozenset({"date"}), frozenset({"datetime"})
        return Spell(
            valid_from=self.some(keys, "valid_from", what, day),
            valid_to=self.some(keys, "valid_to", what, day),
            at=self.some(keys, "at", what, moment),
        )

    def subject(self, keys: Mapping[str, Value], what: str) -> Key:
        """The key of the person spoken of: that of the file, where no other is named."""
        return self.key_of(keys["subject"], f"{what}: subject") if "subject" in keys else self.key

    def when(self, keys: Mapping[str, Value], what: str) -> When:
        """The conditions, where there are any: one, or a list of which all have to hold."""
        if "when" not in keys:
            return ()
        value = keys["when"]
        named = as_list(value, f"{what}: when") if isinstance(value, Sequence) else (value,)
        return tuple(self._condition(one, f"{what}: when") for one in named)

    def _condition(self, value: Value, what: str) -> Condition:
        table = as_table(value, what)
        given = keys_of(table, what, required=frozenset({"column"}), optional=CONDITION_KEYS)
        column = self.column(given["column"], what, _CONDITION_TYPES, whole=True)
        told = {key: part for key, part in given.items() if key != "column"}
        if {"above", "below"} & told.keys():
            if self.columns[column].type not in {"number", "money"} or not told.keys() <= {"above", "below"}:
                remedy = "Use above and below alone, with a column of type number or money."
                raise MappingError(table.line, f"{what} compares what is no number.", remedy)
            limits = {key: self._limit(part, what) for key, part in told.items()}
            return Condition(column, above=limits.get("above"), below=limits.get("below"))
        if len(told) > 1:
            remedy = "Write a list of conditions: all of them have to hold."
            raise MappingError(table.line, f"{what} asks two things at once.", remedy)
        if "empty" in told:
            return Condition(column, empty=as_bool(told["empty"], f"{what}: empty"))
        if "equals" in told:
            return Condition(column, among=self._words(told["equals"], f"{what}: equals", column))
        if "except" in told:
            return Condition(column, other_than=self._words(told["except"], f"{what}: except", column))
        return Condition(column)

    def _limit(self, value: Value, what: str) -> float:
        if isinstance(value, Scalar) and isinstance(value.value, int | float) and not isinstance(value.value, bool):
            return value.value
        raise MappingError(value.line, f"{what}: a limit is a number.", "Write digits, such as 12 or 12.5.")

    def _words(self, value: Value, what: str, column: str) -> frozenset[str]:
        wanted = as_list(value, what) if isinstance(value, Sequence) else (value,)
        among = frozenset(as_text(one, what) for one in wanted)
        self._kept_by(column, among, what, value.line)
        return among

    def _kept_by(self, column: str, words: frozenset[str], what: str, line: int) -> None:
        spec = self.columns[column]
        if spec.codes is None or spec.keep_unlisted or words <= frozenset(spec.codes.values()):
            return
        remedy = f"Column {column} keeps: {', '.join(sorted(set(spec.codes.values())))}."
        raise MappingError(line, f"{what} names a code that column {column} never keeps.", remedy)

    def _mapped(self, value: Value, what: str, column: str) -> Mapping[str, Constant]:
        table = as_table(value, f"{what}: map")
        self._kept_by(column, frozenset(table.entries), f"{what}: map", value.line)
        mapped: dict[str, Constant] = {}
        for sent, kept in table.entries.items():
            if not isinstance(kept, Scalar):
                raise MappingError(kept.line, f"{what}: map gives one value each.", "Write {sent: kept}.")
            mapped[sent.casefold()] = kept.value
        return mapped
