"""Dates as a mapping file says that they are written: `DD-MM-YYYY`, `D MMM YYYY`, `YYYYMMDD`. No year of two digits.

A year of two digits is never read: whether 60 is 1960 or 2060 would be a guess about somebody's age.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from adapters.tabular.errors import MappingError

_TOKENS = (("YYYY", "%Y"), ("MMMM", "%B"), ("MMM", "%b"), ("MM", "%m"), ("DD", "%d"), ("M", "%m"), ("D", "%d"))
_TIMES = (("hh", "%H"), ("mm", "%M"), ("ss", "%S"))
_BETWEEN = frozenset("-/. ,T:")
_FIRST_YEAR = 1800


@dataclass(frozen=True, slots=True)
class DateFormat:
    """One way of writing a date: as the mapping file has it, and as the standard library reads it."""

    written: str
    pattern: str


def date_format(written: str, line: int) -> DateFormat:
    """Read a format; it names a year of four digits, a month and a day once each. Raise `MappingError`."""
    pattern, rest = "", written
    while rest:
        for token, code in (*_TOKENS, *_TIMES):
            if rest.startswith(token):
                pattern, rest = pattern + code, rest[len(token) :]
                break
        else:
            if rest[0] not in _BETWEEN:
                raise _unreadable(line)
            pattern, rest = pattern + rest[0], rest[1:]
    months = sum(pattern.count(code) for code in ("%m", "%b", "%B"))
    if (pattern.count("%Y"), months, pattern.count("%d")) != (1, 1, 1):
        raise _unreadable(line)
    return DateFormat(written, pattern)


def parse_as(formats: Sequence[DateFormat], text: str) -> date | None:
    """The date that a text writes in one of the formats, or None."""
    for one in formats:
        try:
            day = datetime.strptime(text, one.pattern).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
        return day if day.year >= _FIRST_YEAR else None
    return None


def _unreadable(line: int) -> MappingError:
    remedy = "Write it with YYYY, MM (or MMM, MMMM) and DD once each, such as DD-MM-YYYY or D MMM YYYY."
    return MappingError(line, "A date format cannot be read.", remedy)
