"""Canonical JSON: one byte sequence for each value.

RFC 8785 restricted to what an entry may hold: null, booleans, integers within +-(2**53 - 1), strings, lists, and
objects with ASCII keys. No floating point, whose text form differs between languages. Within these limits the
bytes equal those of any RFC 8785 writer.
"""

import json
from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | tuple[Json, ...] | Mapping[str, Json] | None"

_LARGEST = 2**53 - 1
_EMPTY: Mapping[type, bytes] = {tuple: b"[]", list: b"[]", dict: b"{}"}
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical_json(value: Json) -> bytes:
    """The canonical bytes of a value, UTF-8. Raises `ValueError` (without the value) for anything not allowed."""
    if value is None:
        return b"null"
    try:
        # Most values of an entry are a text, or empty: neither needs the encoder's walk.
        if isinstance(value, str):
            return encode_basestring(value).encode()
        if type(value) in _EMPTY and not value:
            return _EMPTY[type(value)]
        _require_allowed(value)
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError:
        raise ValueError("a string holds half of a surrogate pair") from None


def parse_canonical(data: bytes) -> Json:
    """The value of canonical bytes. Raises `ValueError` when they are JSON of another spelling, or not JSON."""
    try:
        value: Json = json.loads(data)
        spelled = canonical_json(value)
    except (ValueError, RecursionError):
        raise ValueError("not canonical JSON") from None
    if spelled != data:
        raise ValueError("JSON is not in canonical form")
    return value


def _require_allowed(value: object) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError("an integer is beyond 2**53 - 1")
    elif isinstance(value, list | tuple):
        for one in value:
            _require_allowed(one)
    elif isinstance(value, dict):
        for key, one in value.items():
            # Beyond ASCII, RFC 8785 sorts by UTF-16 units and Python by code points.
            if not isinstance(key, str) or not key.isascii():
                raise ValueError("a key is not ASCII text")
            _require_allowed(one)
    else:
        raise ValueError("a value is neither null, boolean, integer, string, list nor object")  # noqa: TRY004 - one error for all refused values
