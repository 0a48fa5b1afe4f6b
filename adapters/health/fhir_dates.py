"""Dates and times of FHIR R4 (https://hl7.org/fhir/R4/datatypes.html#dateTime): partial ones stay partial."""

import calendar
import re
from datetime import date, datetime

from adapters.health.fhir import Element, text

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?")
_DAY_LENGTH = len("YYYY-MM-DD")
_ADULT = 18


def partial_date(value: str) -> str | None:
    """`YYYY`, `YYYY-MM` or `YYYY-MM-DD` out of a date or dateTime; None where it is neither."""
    day = value[:_DAY_LENGTH] if _INSTANT.fullmatch(value) else value
    return day if _bounds(day) else None


def first_day(value: str) -> date | None:
    """The earliest day that a date or dateTime may mean; None where it is neither."""
    bounds = _bounds(partial_date(value) or "")
    return bounds[0] if bounds else None


def last_day(value: str) -> date | None:
    """The latest day that a date or dateTime may mean; None where it is neither."""
    bounds = _bounds(partial_date(value) or "")
    return bounds[1] if bounds else None


def instant(value: str) -> datetime | None:
    """The instant of a dateTime that has a time and a time zone; None for any other."""
    found = _INSTANT.fullmatch(value)
    if not found or not found[3]:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def period_texts(parent: Element) -> tuple[str, str]:
    """Start and end of the element's `period`, as sent."""
    period = parent.get("period")
    return (text(period, "start"), text(period, "end")) if isinstance(period, dict) else ("", "")


def certainly_under_18(birth_date: str, on: date) -> bool:
    """True where even the earliest day that a partial birth date may mean makes the person a child on that day."""
    born = first_day(birth_date)
    if born is None or born > on:
        return False
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return years < _ADULT


def _bounds(value: str) -> tuple[date, date] | None:
    found = _DATE.fullmatch(value)
    if not found or not value.isascii():
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        start = date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    last_month = month or 12
    last = day or calendar.monthrange(start.year, last_month)[1]
    return start, date(start.year, last_month, last)
