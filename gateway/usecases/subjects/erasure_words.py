"""What words about a person are found by: whether a text names somebody, by two of their names and dates or a number.

One name alone is not enough: a whole street may have it. What somebody wrote about a person without naming them is
found by the entry that it belongs to, and otherwise not at all.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

_WORD = re.compile(r"[^\W_]+")
_NOT_LETTERS = re.compile(r"[\W_]+")
_NUMBERED = frozenset({"contact.phone", "contact.email"})
_SHORTEST_NUMBER = 6
_NEEDED = 2


@dataclass(frozen=True, slots=True)
class Named:
    """One person as records say it; built by `named_by`."""

    given: frozenset[frozenset[str]]
    family: frozenset[frozenset[str]]
    dates: frozenset[str]
    numbers: frozenset[str]

    def stands_in(self, text: str) -> bool:
        """Whether a text names this person."""
        lower = text.casefold()
        words, letters = set(_WORD.findall(lower)), _NOT_LETTERS.sub("", lower)
        if any(number in letters for number in self.numbers):
            return True
        met = (
            any(name <= words for name in self.given),
            any(name <= words for name in self.family),
            any(form in lower for form in self.dates),
        )
        return sum(met) >= _NEEDED


def named_by(values: Iterable[tuple[str, Mapping[str, Any]]], ids: Iterable[UUID]) -> Named:
    """A person from identity facts, as (item, value), and from the ids that they go by here."""
    given, family, dates = set(), set(), set()
    numbers = {one.hex for one in ids}
    for item, value in values:
        if item in {"identity.name", "identity.former_name"}:
            given.add(_words(value.get("given")))
            family.add(_words(value.get("family")))
        elif item == "identity.birth_date":
            dates |= _spellings(str(value.get("date") or ""))
        elif item.startswith("identity.") or item in _NUMBERED:
            numbers.add(_NOT_LETTERS.sub("", str(value.get("value") or "").casefold()))
    return Named(
        frozenset(name for name in given if name),
        frozenset(name for name in family if name),
        frozenset(dates),
        frozenset(number for number in numbers if len(number) >= _SHORTEST_NUMBER),
    )


def _words(text: object) -> frozenset[str]:
    return frozenset(_WORD.findall(str(text or "").casefold()))


def _spellings(iso: str) -> set[str]:
    """A day as people write it; a year or a month alone is no day."""
    try:
        day = date.fromisoformat(iso)
    except ValueError:
        return set()
    month = f"{day:%B}".casefold()
    numbers = {f"{day.day}{mark}{day.month}{mark}{day.year}" for mark in "/.-"}
    padded = {f"{day:%d}{mark}{day:%m}{mark}{day:%Y}" for mark in "/.-"}
    return {iso, f"{day:%Y%m%d}", f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}"} | numbers | padded
