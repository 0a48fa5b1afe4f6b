"""When a file is due: days that offices and schools keep, and the day by which the next file of a feed is expected.

Bank holidays of England are known by rule (Banking and Financial Dealings Act 1971, Schedule 1, and the early May and
New Year's days proclaimed each year since); school terms are the council's own document.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from agreements.strict_yaml import parse_yaml
from gateway.errors import ConfigurationError

_DAY = timedelta(days=1)
_SATURDAY, _MONDAY = 5, 0
_FURTHEST = 400
_DAYS_INTO_TERM = 10


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Term(_Part):
    from_: date = Field(alias="from")
    to: date


class CalendarFile(_Part):
    """calendar.yaml: parts of school terms, and bank holidays proclaimed beside those known by rule."""

    schema_: Literal["hearthgate/calendar/1"] = Field(alias="schema")
    extra_bank_holidays: tuple[date, ...] = ()
    terms: Annotated[tuple[_Term, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Calendar:
    """Terms as first and last days at school, in order; bank holidays beside those known by rule."""

    terms: tuple[tuple[date, date], ...]
    proclaimed: frozenset[date] = frozenset()

    @property
    def until(self) -> date:
        """The last day at school that this calendar knows: behind it no school is expected to send anything."""
        return self.terms[-1][1]

    def is_working_day(self, day: date) -> bool:
        """Whether offices are open: Monday to Friday, no bank holiday."""
        return day.weekday() < _SATURDAY and day not in bank_holidays(day.year) and day not in self.proclaimed

    def is_school_day(self, day: date) -> bool:
        """Whether schools are open."""
        return self.is_working_day(day) and any(first <= day <= last for first, last in self.terms)

    def first_day(self, day: date, kept: Callable[[date], bool]) -> date | None:
        """The first day from `day` on that is `kept`; `None` where the calendar knows of none."""
        return next((day + _DAY * ahead for ahead in range(_FURTHEST) if kept(day + _DAY * ahead)), None)

    def next_due(self, last: date, rhythm: str) -> date | None:
        """The day by whose end the file after that of `last` is expected; `None` where none is."""
        if rhythm == "irregular":
            return None
        if rhythm == "termly":
            return self._into_next_term(last)
        days, keeping = _STEPS[rhythm]
        kept = {"any": _any, "working": self.is_working_day, "school": self.is_school_day}[keeping]
        return self.first_day(last + _DAY * days, kept)

    def _into_next_term(self, last: date) -> date | None:
        """Two weeks of school into the next part of a term: time to count, and to send what was counted."""
        begins = next((first for first, _ in self.terms if first > last), None)
        if begins is None:
            return None
        day: date | None = begins
        for _ in range(_DAYS_INTO_TERM):
            day = None if day is None else self.first_day(day + _DAY, self.is_school_day)
        return day


_STEPS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "daily": (1, "any"), "working-days": (1, "working"), "school-days": (1, "school"), "weekly": (7, "working"),
        "school-weeks": (7, "school"), "monthly": (31, "working"), "yearly": (366, "working"),
    }
)  # fmt: skip
"""Days from one file to the next, and on which days one is expected at all."""


def load_calendar(path: Path) -> Calendar:
    """Read a council's calendar. Raises `ConfigurationError` with the file's name and what is wrong with it."""
    try:
        content = parse_yaml(path.name, path.read_text(encoding="utf-8")).content
        read = CalendarFile.model_validate(content)
    except (OSError, ValueError):
        message = f"the calendar {path.name} cannot be used: name terms with from and to, as dates"
        raise ConfigurationError(message) from None
    terms = tuple((one.from_, one.to) for one in read.terms)
    if any(last < first for first, last in terms) or any(
        following[0] <= before[1] for before, following in pairwise(terms)
    ):
        message = f"the terms of the calendar {path.name} are not in order, or overlap"
        raise ConfigurationError(message)
    return Calendar(terms, frozenset(read.extra_bank_holidays))


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Bank holidays of England and Wales by rule, with the days that stand in for those on a week-end."""
    easter = easter_sunday(year)
    may, spring = date(year, 5, 1), date(year, 5, 31)
    summer = date(year, 8, 31)
    new_year = _weekday_from(date(year, 1, 1))
    christmas = _weekday_from(date(year, 12, 25))
    boxing = _weekday_from(max(date(year, 12, 26), christmas + _DAY))
    if date(year, 12, 26).weekday() < _SATURDAY:
        boxing = date(year, 12, 26)
    if christmas == boxing:
        christmas = _weekday_from(boxing + _DAY)
    return frozenset(
        {
            new_year, easter - 2 * _DAY, easter + _DAY,
            may + _DAY * ((_MONDAY - may.weekday()) % 7),
            spring - _DAY * spring.weekday(), summer - _DAY * summer.weekday(), christmas, boxing,
        }
    )  # fmt: skip


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher's reckoning)."""
    golden, (century, of_century) = year % 19, divmod(year, 100)
    leaps, rest = divmod(century, 4)
    correction = (century + 8) // 25
    moon = (19 * golden + century - leaps - (century - correction + 1) // 3 + 15) % 30
    fours, over = divmod(of_century, 4)
    weekday = (32 + 2 * rest + 2 * fours - moon - over) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _weekday_from(day: date) -> date:
    while day.weekday() >= _SATURDAY:
        day += _DAY
    return day


def _any(_day: date) -> bool:
    return True
