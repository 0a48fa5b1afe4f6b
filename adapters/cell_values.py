"""Text of one cell into a value: dates, times, flags, numbers. None for text that is no such value. Pure."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

DATE_SENTINELS = frozenset({date(1811, 11, 11), date(1900, 1, 1), date(1901, 1, 1), date(9999, 12, 31)})
"""Dates that systems write for "not known" (domain 2.0) or "no end": treated as missing, never matched on."""
_FIRST_YEAR = 1800
"""No record that is shared reaches further back, so an earlier year is a slip of the keyboard."""
_UK = ZoneInfo("Europe/London")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_UK_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")
_UK_TIME = re.compile(r"(?P<date>[0-9/]+) (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?")
_ISO_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_NUMBER = re.compile(r"-?(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.[0-9]{1,8})?")
_MONEY = re.compile(r"(-?)£? ?([0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(\.[0-9]{1,2})?")
_FLAGS = {"y": True, "yes": True, "true": True, "1": True, "n": False, "no": False, "false": False, "0": False}


def parse_date(text: str) -> date | None:
    """`YYYY-MM-DD` (a midnight after it is ignored) or `DD/MM/YYYY`."""
    try:
        if found := _ISO_DATE.fullmatch(text):
            day = date(int(found[1]), int(found[2]), int(found[3]))
        elif found := _UK_DATE.fullmatch(text):
            day = date(int(found[3]), int(found[2]), int(found[1]))
        else:
            return None
    except ValueError:
        return None
    return day if day.year >= _FIRST_YEAR else None


def parse_partial_date(text: str) -> str | None:
    """A full date, `YYYY-MM` or `YYYY`, as ISO 8601 text no fuller than it was sent."""
    if full := parse_date(text):
        return full.isoformat()
    found = _PARTIAL.fullmatch(text)
    if not found or int(found[1]) < _FIRST_YEAR or int(found[2] or 1) not in range(1, 13):
        return None
    return text


def parse_datetime(text: str) -> datetime | None:
    """ISO 8601 or `DD/MM/YYYY HH:MM`; a date alone is its midnight. Given in UK time, which no offset means."""
    try:
        if _ISO_TIME.fullmatch(text):
            moment = datetime.fromisoformat(text)
        elif day := parse_date(text):
            moment = datetime(day.year, day.month, day.day, tzinfo=_UK)
        elif (found := _UK_TIME.fullmatch(text)) and (day := parse_date(found["date"])):
            clock = (int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
            moment = datetime(day.year, day.month, day.day, *clock, tzinfo=_UK)
        else:
            return None
        moment = moment.astimezone(_UK) if moment.tzinfo else moment.replace(tzinfo=_UK)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year >= _FIRST_YEAR else None


def parse_flag(text: str) -> bool | None:
    """Y/N, yes/no, true/false, 1/0 in any letter case."""
    return _FLAGS.get(text.casefold())


def parse_number(text: str) -> int | float | None:
    """A decimal number, thousands separated by commas or not; whole numbers become `int`."""
    if not _NUMBER.fullmatch(text):
        return None
    plain = text.replace(",", "")
    return float(plain) if "." in plain else int(plain)


def parse_money(text: str) -> float | None:
    """Pounds sterling to the penny, with or without the sign of the pound."""
    found = _MONEY.fullmatch(text)
    return float(f"{found[1]}{found[2].replace(',', '')}{found[3] or ''}") if found else None
