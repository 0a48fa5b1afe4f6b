"""YAML 1.2 read strictly, every value with its line: no anchors, tags, merges, directives or repeated keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from adapters.tabular.errors import MappingError

MAX_CHARACTERS = 200_000
_MAX_DEPTH = 12
_CORE = "tag:yaml.org,2002:"
_AS_DATA = "Write plain keys and values."


@dataclass(frozen=True, slots=True)
class Scalar:
    """One plain value: `text` as written, `value` as YAML 1.2 types it (a date stays text)."""

    line: int
    text: str
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    line: int
    elements: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping of keys to values."""

    line: int
    entries: "Mapping[str, Value]"


Value = Scalar | Sequence | Table


@lru_cache(maxsize=64)  # pure and slow; the feeds of a folder are read again by whoever asks for them
def read_document(text: str) -> Table:
    """Parse one YAML document whose root is a mapping. Raise `MappingError`."""
    if len(text) > MAX_CHARACTERS:
        raise MappingError(
            0, f"The file is longer than {MAX_CHARACTERS} characters.", "One mapping describes one feed."
        )
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("%"):
            raise MappingError(number, "A directive is not allowed.", "Take the line out: the file is YAML 1.2.")
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        raise MappingError(mark.line + 1 if mark else 0, "This is not one YAML document.", _AS_DATA) from None
    except (YAMLError, ValueError, RecursionError):
        raise MappingError(0, "This is not one YAML document.", _AS_DATA) from None
    return as_table(_value(root, 0) if root is not None else Scalar(1, "", None), "the file")


def as_table(value: Value, what: str) -> Table:
    """The value as a mapping."""
    if isinstance(value, Table):
        return value
    raise MappingError(value.line, f"{what} has to be a mapping of keys to values.", "Write `key: value` lines.")


def as_list(value: Value, what: str) -> tuple[Value, ...]:
    """The value as a list with at least one element."""
    if isinstance(value, Sequence) and value.elements:
        return value.elements
    raise MappingError(value.line, f"{what} has to be a list that is not empty.", "Write one `- ` line an element.")


def as_text(value: Value, what: str) -> str:
    """The value as text that is not empty."""
    if isinstance(value, Scalar) and value.text and value.value is not None:
        return value.text
    raise MappingError(value.line, f"{what} has to be text.", "Write one value, in quotation marks if need be.")


def as_bool(value: Value, what: str) -> bool:
    """The value as true or false."""
    if isinstance(value, Scalar) and isinstance(value.value, bool):
        return value.value
    raise MappingError(value.line, f"{what} has to be true or false.", "Write true or false.")


def keys_of(table: Table, what: str, *, required: frozenset[str], optional: frozenset[str]) -> Mapping[str, Value]:
    """The entries of a mapping that holds all `required` keys and no others than these and the `optional` ones."""
    known = required | optional
    for key, value in table.entries.items():
        if key not in known:
            message = f"{what} has no key {key!r}."
            raise MappingError(value.line, message, did_you_mean(key, known))
    missing = sorted(required - table.entries.keys())
    if missing:
        raise MappingError(table.line, f"{what} lacks {', '.join(missing)}.", f"Add {', '.join(missing)}.")
    return table.entries


def did_you_mean(word: str, known: frozenset[str]) -> str:
    """A remedy for an unknown word: the nearest known one, or all of them while they are few."""
    near = get_close_matches(word, sorted(known), n=1)
    return f"Did you mean {near[0]}?" if near else f"Known are: {', '.join(sorted(known)[:40])}."


def _value(node: object, depth: int) -> Value:
    if not isinstance(node, ScalarNode | SequenceNode | MappingNode):
        raise MappingError(0, "This is not one YAML document.", _AS_DATA)
    line = node.start_mark.line + 1
    if node.anchor is not None:
        raise MappingError(line, "Anchors and aliases are not allowed.", "Write the value out.")
    if depth > _MAX_DEPTH:
        raise MappingError(line, "The file is nested too deeply.", _AS_DATA)
    if isinstance(node, ScalarNode):
        return Scalar(line, node.value, _typed(node, line))
    expected = "seq" if isinstance(node, SequenceNode) else "map"
    if str(node.tag) != _CORE + expected:
        raise MappingError(line, "Tags are not allowed.", _AS_DATA)
    if isinstance(node, SequenceNode):
        return Sequence(line, tuple(_value(element, depth + 1) for element in node.value))
    return _table(node, line, depth)


def _table(node: MappingNode, line: int, depth: int) -> Table:
    entries: dict[str, Value] = {}
    for key_node, value_node in node.value:
        key = _value(key_node, depth + 1)
        if not isinstance(key, Scalar) or key.value is None:
            raise MappingError(key.line, "A key has to be text.", _AS_DATA)
        if key.text in entries:
            raise MappingError(key.line, f"The key {key.text!r} is there twice.", "Keep one of them.")
        entries[key.text] = _value(value_node, depth + 1)
    return Table(line, entries)


def _typed(node: ScalarNode, line: int) -> str | int | float | bool | None:
    kind = str(node.tag).removeprefix(_CORE)
    text = str(node.value)
    if kind in {"str", "timestamp"}:
        return text
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    try:
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except ValueError:
        return text
    raise MappingError(line, "Tags and merge keys are not allowed.", _AS_DATA)
