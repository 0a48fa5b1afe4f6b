"""Item patterns of documents: an item's name, `group.*` or `*`."""

from collections.abc import Iterable
from functools import cache

from concept_model.items import ITEMS, item_bit

_NAMES = tuple(item.name for item in ITEMS)


def matching_items(pattern: str) -> tuple[str, ...]:
    """Items of one pattern, in bit order; empty where it names nothing, which the linter refuses."""
    if pattern == "*":
        return _NAMES
    if pattern.endswith(".*"):
        prefix = pattern[:-1]
        return tuple(name for name in _NAMES if name.startswith(prefix))
    return (pattern,) if pattern in _NAMES else ()


def expand_items(patterns: Iterable[str], exclude: Iterable[str] = ()) -> tuple[str, ...]:
    """Items of several patterns without those excluded, in bit order."""
    wanted = {name for pattern in patterns for name in matching_items(pattern)}
    unwanted = {name for pattern in exclude for name in matching_items(pattern)}
    return tuple(name for name in _NAMES if name in wanted - unwanted)


def item_bits(patterns: Iterable[str], exclude: Iterable[str] = ()) -> int:
    """Bits of the items of several patterns without those excluded, as one source's cells have them."""
    wanted = unwanted = 0
    for pattern in patterns:
        wanted |= _bits(pattern)
    for pattern in exclude:
        unwanted |= _bits(pattern)
    return wanted & ~unwanted


@cache
def _bits(pattern: str) -> int:
    return sum(1 << item_bit(name) for name in matching_items(pattern))
