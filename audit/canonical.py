"""Canonical JSON: one byte sequence for each value.

RFC 8785 restricted to what an entry may hold: null, booleans, integers within +-(2**53 - 1), strings, lists, and
objects with ASCII keys. No floating point, whose text form differs between languages. Within these limits the
bytes equal those of any RFC 8785 writer.
"""

import json
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | tuple[Json, ...] | Mapping[str, Json] | None"

_LARGEST = 2**53 - 1
_HALF_A_PAIR = "a string holds half of a surrogate pair"


def canonical_json(value: Json) -> bytes:
    """The canonical bytes of a value, UTF-8. Raises `ValueError` (without the value) for anything not allowed."""
    try:
        return _spelled(value).encode()
    except UnicodeEncodeError:
        raise ValueError(_HALF_A_PAIR) from None


def canonical_texts(values: Iterable[Json]) -> list[bytes]:
    """The canonical bytes of several values. Raises as `canonical_json` does; which of them it was is not said."""
    try:
        # Canonical text holds no line break of its own: one is escaped.
        return "\n".join(_each(values)).encode().split(b"\n")
    except UnicodeEncodeError:
        raise ValueError(_HALF_A_PAIR) from None


def parse_json(data: bytes | str) -> object:
    """The value of JSON of any spelling. Raises `ValueError`, also for what is nested deeper than can be read.

    Everything that is read offline comes through here: `json` itself gives a deep nest up with another error.
    """
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        raise ValueError("not JSON, or nested too deeply") from None
    return value


def parse_canonical(data: bytes) -> Json:
    """The value of canonical bytes. Raises `ValueError` when they are JSON of another spelling, or not JSON."""
    try:
        value: Json = parse_json(data)  # type: ignore[assignment]  # what JSON has no other form for is refused next
        spelled = canonical_json(value)
    except (ValueError, RecursionError):
        raise ValueError("not canonical JSON") from None
    if spelled != data:
        raise ValueError("JSON is not in canonical form")
    return value


def _spelled(value: object) -> str:
    """The text of a value. By hand: setting `json`'s encoder up costs more than the small values of an entry."""
    if isinstance(value, str):
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, list | tuple):
        return f"[{','.join(_each(value))}]" if value else "[]"
    if isinstance(value, dict):
        return f"{{{','.join(_members(value))}}}" if value else "{}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError("an integer is beyond 2**53 - 1")
        return int.__repr__(value)
    raise ValueError("a value is neither null, boolean, integer, string, list nor object")


def _each(values: Iterable[object]) -> list[str]:
    # What most values are goes without a call each.
    return [
        "null" if value is None else encode_basestring(value) if isinstance(value, str) else _spelled(value)
        for value in values
    ]


def _members(value: Mapping[object, object]) -> list[str]:
    # Beyond ASCII, RFC 8785 sorts by UTF-16 units and Python by code points.
    names = [name for name in value if isinstance(name, str) and name.isascii()]
    if len(names) != len(value):
        raise ValueError("a key is not ASCII text")
    names.sort()
    spelled = _each([value[name] for name in names])
    return [f"{encode_basestring(name)}:{text}" for name, text in zip(names, spelled, strict=True)]
