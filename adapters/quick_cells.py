"""Texts of cells as quick ways read them: what `Cells` makes of a cell without error or flag, and no more."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from adapters.cell_values import DATE_SENTINELS, parse_date, parse_datetime, parse_flag

_REMEMBERED = 20_000
_CLOCKS = {f" {hour:02}:{minute:02}": f" {hour:02}:{minute:02}:00" for hour in range(24) for minute in range(60)}
_ISO_CLOCKS = {**_CLOCKS, **{f"T{clock[1:]}": text for clock, text in _CLOCKS.items()}}
_DAY, _SECOND = len("2026-04-14"), len("2026-04-14 18:30:00")


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
    """As `Cells.date`, in ISO 8601."""
    if not text:
        return None
    day = parse_date(text)
    if day is None or day in DATE_SENTINELS:
        raise NotQuickError
    return day.isoformat()


def quick_moment(text: str) -> str | None:
    """As `Cells.datetime`, as `str` writes it: `2026-04-14 18:30:00+01:00`."""
    if not text:
        return None
    clock = (_ISO_CLOCKS if text[4:5] == "-" else _CLOCKS).get(text[_DAY:])
    day = _even_day(text[:_DAY]) if clock else None
    if day is not None and clock is not None:
        return day[0] + clock + day[1]
    moment = parse_datetime(text)
    if moment is None or moment.date() in DATE_SENTINELS:
        raise NotQuickError
    return str(moment)


def is_before(first: str, second: str) -> bool:
    """Whether a moment is earlier than another by the clock, as two of one time zone compare."""
    if first[_SECOND : _SECOND + 1] != "." and second[_SECOND : _SECOND + 1] != ".":
        return first[:_SECOND] < second[:_SECOND]
    return datetime.fromisoformat(first).replace(tzinfo=None) < datetime.fromisoformat(second).replace(tzinfo=None)


@lru_cache(_REMEMBERED)
def _even_day(text: str) -> tuple[str, str] | None:
    """A day in ISO 8601 and its offset from UTC, where that is the same all day; None for anything else."""
    start = parse_datetime(text)
    if start is None or start.date() in DATE_SENTINELS:
        return None
    offsets = {str(start.replace(hour=hour, minute=59))[_SECOND:] for hour in range(24)}
    return (str(start)[:_DAY], offsets.pop()) if len(offsets) == 1 and parse_date(text) else None
