"""Texts of cells as quick ways read them: what `Cells` makes of a cell without error or flag, and no more."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache

from adapters.cell_values import DATE_SENTINELS, parse_date, parse_datetime, parse_flag

NOT_QUICK = "\0"
"""In place of what an odd cell holds: no cell on the quick way has a null character."""
_REMEMBERED = 20_000
_CLOCKS = {f"{hour:02}:{minute:02}": f"{hour:02}:{minute:02}:00" for hour in range(24) for minute in range(60)}
_DAY, _DAY_AND_MARK, _SECOND = len("2026-04-14"), len("2026-04-14T"), len("2026-04-14 18:30:00")


class NotQuickError(Exception):
    """The row has something that costs it, or is to be remarked on: it is one for `Feed.translate`."""


def quick_code(text: str, allowed: Mapping[str, str]) -> str | None:
    """As `Cells.code`."""
    if not text:
        return None
    known = allowed.get(text.casefold())
    if known is None:
        raise NotQuickError
    return known


def quick_flag(text: str) -> bool | None:
    """As `Cells.flag`."""
    flag = parse_flag(text) if text else None
    if text and flag is None:
        raise NotQuickError
    return flag


@lru_cache(_REMEMBERED)
def quick_day(text: str) -> str | None:
    """As `Cells.date`, in ISO 8601; `NOT_QUICK` for an odd cell."""
    text = text.strip()
    if not text:
        return None
    day = parse_date(text)
    return NOT_QUICK if day is None or day in DATE_SENTINELS else day.isoformat()


def quick_moments(texts: Iterable[str]) -> list[str | None]:
    """As `Cells.datetime` of each cell, as `str` writes it (`2026-04-14 18:30:00+01:00`); `NOT_QUICK` of an odd one."""
    days, clocks = _even_day, _CLOCKS
    return [
        None if not text
        else day[0] + clock + day[1]
        if (clock := clocks.get(text[_DAY_AND_MARK:])) and (day := days(text[:_DAY_AND_MARK]))
        else _odd_moment(text)
        for text in texts
    ]  # fmt: skip


def _odd_moment(text: str) -> str | None:
    text = text.strip()
    if not text:
        return None
    moment = parse_datetime(text)
    return NOT_QUICK if moment is None or moment.date() in DATE_SENTINELS else str(moment)


def is_before(first: str, second: str) -> bool:
    """Whether a moment is earlier than another by the clock, as two of one time zone compare."""
    if first[_SECOND : _SECOND + 1] != "." and second[_SECOND : _SECOND + 1] != ".":
        return first[:_SECOND] < second[:_SECOND]
    return datetime.fromisoformat(first).replace(tzinfo=None) < datetime.fromisoformat(second).replace(tzinfo=None)


@lru_cache(_REMEMBERED)
def _even_day(text: str) -> tuple[str, str] | None:
    """A day, before the time of day that follows it, and its offset from UTC; None where that changes in the day.

    None as well for anything else than a day and the mark that parts it from a time.
    """
    if text[_DAY:] != " " and not (text[_DAY:] == "T" and text[4:5] == "-"):
        return None
    start = parse_datetime(text[:_DAY])
    if start is None or start.date() in DATE_SENTINELS:
        return None
    offsets = {str(start.replace(hour=hour, minute=59))[_SECOND:] for hour in range(24)}
    return (f"{start:%Y-%m-%d} ", offsets.pop()) if len(offsets) == 1 and parse_date(text[:_DAY]) else None
