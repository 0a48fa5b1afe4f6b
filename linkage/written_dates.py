"""Days as files write them, each read as far as its text alone tells: which of day and month comes first may not be.

Nothing is guessed here. A text of which both orders are a day has two readings, and a year of two digits stays one;
whoever knows the column decides. Pure.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Written(NamedTuple):
    """What a text says: `year` of four digits or of two, month and day as MM-DD, read with the day first and the month.

    "" where the order makes it no day, and both alike where only one can be meant. `counted` where a spreadsheet's
    count of days was written.
    """

    year: str
    day_first: str
    month_first: str
    counted: bool = False


_NAMES = "january february march april may june july august september october november december"
_MONTHS = {name: number for number, name in enumerate(_NAMES.split(), 1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
# 9999 stands for a day without end.
_YEAR = r"(?P<year>(?:1[89]|20)\d\d|9999)"
_YEARS = r"(?P<year>(?:1[89]|20)\d\d|9999|\d\d)"
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_BETWEEN = r"\s*[-/. ,]\s*"
_PARTED = r"\s*[-/. ]\s*"
_DECEMBER = 12
_YEAR_FIRST = (
    re.compile(rf"{_YEAR}(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)"),
    re.compile(rf"{_YEAR}(?P<by>{_PARTED})(?P<month>\d\d?)(?P=by)(?P<day>\d\d?)"),
)
_NAMED = (
    re.compile(rf"{_DAY}(?:{_BETWEEN}|\s+of\s+)?{_MONTH}\.?(?:{_BETWEEN})?{_YEARS}"),
    re.compile(rf"{_MONTH}\.?{_BETWEEN}?{_DAY}{_BETWEEN}+{_YEAR}"),
    re.compile(rf"{_YEAR}{_BETWEEN}?{_MONTH}{_BETWEEN}?{_DAY}"),
)
_PLAIN = (
    re.compile(rf"(?P<one>\d\d?)(?P<by>{_PARTED})(?P<other>\d\d?)(?P=by){_YEARS}"),
    # Eight digits in a row whose middle is no century, and seven of which a spreadsheet took the zero for a number's.
    re.compile(rf"(?P<one>\d\d?)(?P<other>\d\d){_YEAR}"),
)
_PARTIAL = (
    re.compile(rf"{_YEAR}{_PARTED}(?P<month>\d\d?)"),
    re.compile(rf"(?P<month>\d\d?){_PARTED}{_YEAR}"),
    re.compile(rf"{_MONTH}{_BETWEEN}?{_YEAR}"),
)
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+")
_TIME = re.compile(
    r"(?:t|\s+|,\s*)(?P<hour>\d\d?)[:.](?P<minute>\d\d)(?:[:.]\d\d(?:[.,:]\d+)?)?\s*(?:(?P<half>[ap])\.?m\.?)?"
    r"\s*(?P<zone>z|utc|gmt|[+-]\d\d:?\d\d)?$"
)
_UNIVERSAL = re.compile("z|utc|gmt|[+-]00:?00")
_NUMBER = re.compile(r"(\d{5})(?:\.\d+)?")
# As spreadsheets count: 1 is 1 January 1900, and 1900 had a 29 February.
_DAY_NOUGHT = date(1899, 12, 30)
_HERE = ZoneInfo("Europe/London")
_NO_DAYS = frozenset({"00-01-01", "99-12-30", "99-12-31"})
"""Years of two digits that systems write for "not known", as 1900-01-01 and 1899-12-30 are."""


def written_day(text: str) -> Written | None:
    """What a text says of a day, or of a month of a year; None where that is nothing."""
    lowered = _WEEKDAY.sub("", " ".join(text.lower().split()), count=1)
    counted = _NUMBER.fullmatch(lowered)
    if counted:
        day = _DAY_NOUGHT + timedelta(days=int(counted[1]))
        return Written(f"{day:%Y}", f"{day:%m-%d}", f"{day:%m-%d}", counted=True)
    time = _TIME.search(lowered)
    said = _said(lowered[: time.start()] if time else lowered)
    if said is None or time is None:
        return said
    return _at(said, time)


def _said(text: str) -> Written | None:
    for pattern in (*_YEAR_FIRST, *_NAMED):
        if found := pattern.fullmatch(text):
            month = found["month"]
            return _of_one_reading(found["year"], _MONTHS.get(month) or int(month), int(found["day"]))
    for pattern in _PLAIN:
        if found := pattern.fullmatch(text):
            return _of_two_readings(found["year"], int(found["one"]), int(found["other"]))
    for pattern in _PARTIAL:
        if found := pattern.fullmatch(text):
            month = found["month"]
            number = _MONTHS.get(month) or int(month)
            told = f"{number:02}"
            return Written(found["year"], told, told) if 1 <= number <= _DECEMBER else None
    return None


def _of_one_reading(year: str, month: int, day: int) -> Written | None:
    told = _month_and_day(year, month, day)
    return Written(year, told, told) if told else None


def _of_two_readings(year: str, one: int, other: int) -> Written | None:
    told = Written(year, _month_and_day(year, other, one), _month_and_day(year, one, other))
    return told if told.day_first or told.month_first else None


def _month_and_day(year: str, month: int, day: int) -> str:
    """MM-DD, or "" where there is no such day; of a year of two digits the century is open, and 29 February with it."""
    try:
        known = date(int(year) if len(year) > len("YY") else 2000 + int(year), month, day)
    except ValueError:
        return ""
    told = f"{known:%m-%d}"
    return "" if f"{year}-{told}" in _NO_DAYS else told


def _at(said: Written, time: re.Match[str]) -> Written | None:
    """What is said with a time of day. An evening of universal time that is midnight here is the next day."""
    hour = int(time["hour"]) % 12 + (12 if time["half"] == "p" else 0) if time["half"] else int(time["hour"])
    if hour > 23 or int(time["minute"]) > 59:  # noqa: PLR2004 - of a day and an hour
        return None
    if not time["zone"] or not _UNIVERSAL.fullmatch(time["zone"]) or (hour, time["minute"]) == (0, "00"):
        return said
    if len(said.year) == len("YY") or said.day_first != said.month_first or len(said.day_first) < len("MM-DD"):
        return None
    instant = datetime.fromisoformat(f"{said.year}-{said.day_first}T{hour:02}:{time['minute']}").replace(tzinfo=UTC)
    here = instant.astimezone(_HERE)
    if (here.hour, here.minute) != (0, 0):
        return None
    return Written(f"{here:%Y}", f"{here:%m-%d}", f"{here:%m-%d}")
