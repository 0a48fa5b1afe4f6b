"""When somebody works: hours by weekday, nights included, and leave; as a staff list says it in one line of text."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPELL = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)(?:-(mon|tue|wed|thu|fri|sat|sun))? (\d\d:\d\d)-(\d\d:\d\d)")
_LEAVE = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")


class RosterError(ValueError):
    """A text that is no roster; the message says what one looks like, and never what stood there."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours that begin on a weekday (0 is Monday), in London; where `until` is not after `since`, they end next day."""

    weekday: int
    since: time
    until: time


@dataclass(frozen=True, slots=True)
class Roster:
    """Somebody's shifts, and their leave as first and last days."""

    shifts: tuple[Shift, ...]
    leave: tuple[tuple[date, date], ...] = ()

    def works_at(self, at: datetime) -> bool:
        """Whether an instant lies in a shift, leave apart."""
        local = at.astimezone(LONDON)
        return any(_within(shift, local) for shift in self.shifts)

    def on_leave(self, at: datetime) -> bool:
        """Whether an instant lies in leave."""
        day = at.astimezone(LONDON).date()
        return any(first <= day <= last for first, last in self.leave)


def parse_shifts(text: str) -> tuple[Shift, ...]:
    """Shifts of a text such as `mon-fri 08:00-18:00; sat 20:00-08:00`. Raises `RosterError`."""
    found: list[Shift] = []
    for part in (one.strip().lower() for one in text.split(";") if one.strip()):
        match = _SPELL.fullmatch(part)
        if match is None:
            raise RosterError("hours are written like mon-fri 08:00-18:00; sat 09:00-13:00")
        try:
            since, until = time.fromisoformat(match[3]), time.fromisoformat(match[4])
        except ValueError:
            raise RosterError("hours are written like mon-fri 08:00-18:00, from 00:00 to 23:59") from None
        first, last = DAYS.index(match[1]), DAYS.index(match[2] or match[1])
        found += [Shift((first + step) % 7, since, until) for step in range((last - first) % 7 + 1)]
    return tuple(found)


def parse_leave(text: str) -> tuple[tuple[date, date], ...]:
    """Leave of a text such as `2026-08-03/2026-08-14; 2026-12-24/2026-12-31`. Raises `RosterError`."""
    found = []
    for part in (one.strip() for one in text.split(";") if one.strip()):
        match = _LEAVE.fullmatch(part)
        try:
            first, last = (date.fromisoformat(match[1]), date.fromisoformat(match[2])) if match else (None, None)
        except ValueError:
            first = last = None
        if first is None or last is None or last < first:
            raise RosterError("leave is written like 2026-08-03/2026-08-14, the first day and the last")
        found.append((first, last))
    return tuple(found)


def _within(shift: Shift, local: datetime) -> bool:
    clock = local.time()
    if shift.since < shift.until:
        return local.weekday() == shift.weekday and shift.since <= clock < shift.until
    began_today = local.weekday() == shift.weekday and clock >= shift.since
    yesterday = (local - timedelta(days=1)).weekday()
    return began_today or (yesterday == shift.weekday and clock < shift.until)
