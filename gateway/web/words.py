"""Dates, times, money and codes as people read them. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from concept_model.code_lists import code_label
from concept_model.errors import UnknownItemError
from concept_model.items import ItemField, item_named

LONDON = ZoneInfo("Europe/London")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DURATION = re.compile(r"\bP(?:(T)(?=\d+[HMS]\b)|(?=\d+[DWMY]\b))(\d+)([A-Z])\b")
_DAY_WITHIN = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_WHOSE_NUMBER = ("identity.local_id", "scheme")
_TIME_UNITS = {"H": "hour", "M": "minute", "S": "second"}
_DATE_UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}
_YEAR, _MONTH, _DAY = 4, 7, 10
_NOON = 12


def day(moment: date) -> str:
    """14 October 2026."""
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def clock_time(moment: datetime) -> str:
    """10:40pm, in London; noon and midnight are named."""
    local = moment.astimezone(LONDON)
    if local.minute == 0 and local.hour in {0, _NOON}:
        return "midnight" if local.hour == 0 else "midday"
    half = "am" if local.hour < _NOON else "pm"
    return f"{local.hour % _NOON or _NOON}:{local.minute:02d}{half}"


def instant(moment: datetime) -> str:
    """14 October 2026 at 10:40pm, in London."""
    return f"{day(moment.astimezone(LONDON).date())} at {clock_time(moment)}"


def moment_text(text: str | None) -> str:
    """A stored date in words, as far as it is known: year, month, day, or day and time; other text stays."""
    if not text:
        return ""
    try:
        if len(text) == _YEAR and text.isdigit():
            return text
        if len(text) == _MONTH:
            return f"{_MONTHS[int(text[5:]) - 1]} {int(text[:4])}"
        if len(text) == _DAY:
            return day(date.fromisoformat(text))
        moment = datetime.fromisoformat(text)
    except (ValueError, IndexError):
        return text
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def period(start: str | None, end: str | None) -> str:
    """Since when and until when, as far as either is known."""
    if start and start == end:
        return moment_text(start)
    if start and end:
        return f"{moment_text(start)} to {moment_text(end)}"
    if start:
        return f"since {moment_text(start)}"
    return f"until {moment_text(end)}" if end else ""


def pounds(value: object) -> str:
    """£1,210 or £94.50; text that is no amount stays."""
    try:
        amount = float(str(value))
    except ValueError:
        return str(value)
    return f"£{amount:,.0f}" if amount.is_integer() else f"£{amount:,.2f}"


def field_words(item: str, field: ItemField, value: object) -> str:
    """One field's value in words."""
    if field.kind == "flag" or isinstance(value, bool):
        return {"true": "Yes", "false": "No"}.get(str(value).lower(), str(value))
    if field.kind == "money":
        return pounds(value)
    if field.kind == "date":
        return moment_text(str(value))
    if (item, field.name) == _WHOSE_NUMBER:
        return code_in_words(str(value))
    # A label that a feed makes up, such as the week of a return, has its day in the form of machines.
    return _DAY_WITHIN.sub(lambda found: moment_text(found[0]), code_label(item, field.name, str(value)))


def code_words(item: str, field: str, code: str) -> str:
    """A code in words, or as it is."""
    return code_label(item, field, code)


def value_rows(item: str, values: Mapping[str, object]) -> list[tuple[str, str]]:
    """The fields of an item's value as (label, words), in the order of the item's register entry."""
    try:
        fields = item_named(item).fields
    except UnknownItemError:
        return [(name, str(value)) for name, value in values.items()]
    return [(field.label, field_words(item, field, values[field.name])) for field in fields if field.name in values]


def code_in_words(code: str) -> str:
    """A code of the register as words: `early_help_worker` is "Early help worker"."""
    text = code.replace("_", " ").replace("-", " ")
    return text[:1].upper() + text[1:]


def plain_durations(text: str) -> str:
    """A sentence with its ISO 8601 durations in words: "within P5D" is "within 5 days", "within PT0S" is "at once"."""
    return _DURATION.sub(_duration_words, text.replace("within PT0S", "at once"))


def _duration_words(found: re.Match[str]) -> str:
    number = int(found[2])
    unit = _TIME_UNITS[found[3]] if found[1] else _DATE_UNITS[found[3]]
    return counted(number, unit)


def counted(number: int, one: str, many: str | None = None) -> str:
    """1 row, 2 rows."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
