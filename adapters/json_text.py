"""Read JSON that a stranger sent: no name twice, no number that is none, bounded in size, depth and count of values."""

import json
from typing import Any

MAX_VALUES = 2_000_000
"""Values in one document, commas in its texts counted with them. Each costs some 100 bytes of memory."""
MAX_DEPTH = 64


def parse_json(text: bytes) -> Any:
    """The value of a text in UTF-8, with or without a byte order mark.

    Raise `UnicodeDecodeError` or another `ValueError`. A name that an object has twice is refused, since which of the
    two holds is anybody's guess (RFC 8259, section 4); a second `meta` could lift a restriction.
    """
    if sum(text.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:
        msg = "too many values"
        raise ValueError(msg)
    try:
        found = json.loads(text.decode("utf-8-sig"), object_pairs_hook=_without_doubles, parse_constant=_no_number)
    except RecursionError:
        msg = "nested too deep"
        raise ValueError(msg) from None
    if _too_deep(found):
        msg = "nested too deep"
        raise ValueError(msg)
    return found


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        msg = "a name is there twice"
        raise ValueError(msg)
    return members


def _no_number(_: str) -> None:
    msg = "a number that is none"
    raise ValueError(msg)


def _too_deep(value: object) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        following: list[object] = []
        for one in level:
            if isinstance(one, dict):
                following.extend(inner for inner in one.values() if isinstance(inner, dict | list))
            elif isinstance(one, list):
                following.extend(inner for inner in one if isinstance(inner, dict | list))
        if not following:
            return False
        level = following
    return True
