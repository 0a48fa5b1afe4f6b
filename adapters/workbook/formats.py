"""Numbers of a sheet as the text that stands for what a person sees there: dates, times, padded numbers. Pure.

A sheet stores a date as a number of days and says by the cell's format that it is one (ISO/IEC 29500-1, 18.8.30).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

Kind = Literal["number", "date", "time", "moment", "hours"]

_DATES = frozenset({14, 15, 16, 17, *range(27, 32), 36, *range(50, 59)})
_TIMES = frozenset({18, 19, 20, 21, 32, 33, 34, 35, 45, 47})
_MOMENT = 22
_HOURS = 46
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_PADDED = re.compile(r"0[0 \-]*0")
# A sheet's moments have no zone.
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001
_EARLY_EPOCH = datetime(1899, 12, 31)  # noqa: DTZ001
_NO_LEAP_DAY = 60
"""The day that Excel counts and that never was: 29 February 1900. Days before it are one less from the epoch."""
_LAST_SERIAL = 2_958_465
"""31 December 9999."""
_MOST = 1e15
"""A spreadsheet keeps 15 digits of a number; of a longer one the last were lost when it was typed."""


@dataclass(frozen=True, slots=True)
class Format:
    """How a cell shows its number. `width`: digits that a number is filled up to with zeros."""

    kind: Kind = "number"
    width: int = 0


class NumberError(ValueError):
    """A number that cannot be what the sender meant. `code` is the row error's."""

    def __init__(self, code: str) -> None:
        """`code` is `number-rounded` or `cell-unreadable`."""
        super().__init__(code)
        self.code = code


def format_of(number: int, written: str = "") -> Format:
    """The format of a built-in number, or of a format as written in the workbook."""
    if not written:
        if number in _DATES:
            return Format("date")
        if number in _TIMES:
            return Format("time")
        return Format("moment" if number == _MOMENT else "hours" if number == _HOURS else "number")
    # Parts after a semicolon are for negative numbers, zero and text.
    first = written.split(";", 1)[0]
    plain = _QUOTED.sub("", first).lower()
    if _ELAPSED.search(plain):
        return Format("hours")
    if "general" in plain or not re.search("[dmyhs]", plain):
        digits = re.sub(r'["\\]', "", first)
        return Format(width=digits.count("0") if _PADDED.fullmatch(digits) else 0)
    clock = re.search("[hs]", plain) is not None
    day = re.search("[yd]", plain) is not None or not clock
    return Format("moment" if clock and day else "time" if clock else "date")


def number_text(stored: str, form: Format, *, from_1904: bool = False) -> str:
    """The text of a stored number: `2026-11-03`, `09:30`, `2026-11-03T09:30:00`, `0123`, `412.5`.

    Raise `NumberError`.
    """
    try:
        value = float(stored)
    except ValueError:
        raise NumberError("cell-unreadable") from None
    if not abs(value) < _MOST:
        # Infinities and what is no number at all fall under it too.
        raise NumberError("number-rounded" if abs(value) >= _MOST else "cell-unreadable")
    if form.kind == "number":
        return _plain(value).zfill(form.width)
    if form.kind == "hours" or (form.kind == "time" and value < 1):
        return _clock(value)
    moment = _moment(value, from_1904=from_1904)
    return moment.date().isoformat() if form.kind == "date" else moment.isoformat(timespec="seconds")


def _plain(value: float) -> str:
    # Fifteen digits are what the sheet shows; the sixteenth and on are the noise of binary fractions.
    short = f"{value:.15g}"
    if "e" not in short:
        return short
    return f"{value:.0f}" if value == int(value) else f"{value:.20f}".rstrip("0")


def _clock(value: float) -> str:
    if value < 0:
        raise NumberError("cell-unreadable")
    minutes, seconds = divmod(round(value * 86_400), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


def _moment(value: float, *, from_1904: bool) -> datetime:
    if not 0 <= value <= _LAST_SERIAL or (int(value) == _NO_LEAP_DAY and not from_1904):
        raise NumberError("cell-unreadable")
    epoch = _EPOCH_1904 if from_1904 else _EPOCH if value > _NO_LEAP_DAY else _EARLY_EPOCH
    seconds = round(value * 86_400)
    try:
        return epoch + timedelta(seconds=seconds)
    except OverflowError:
        raise NumberError("cell-unreadable") from None


def day_of(text: str) -> date | None:
    """The day of an ISO 8601 date or moment, which the strict form of the format stores as text."""
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None
