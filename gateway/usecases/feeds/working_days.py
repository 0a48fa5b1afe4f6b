"""Days on which offices and schools are open: Monday to Friday, in London. Holidays and term dates are not known."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
_SATURDAY = 5
_SCHOOL_OPENS = time(9)


def next_school_morning(now: datetime) -> datetime:
    """The first 09:00 Europe/London of a weekday that comes after an instant."""
    here = now.astimezone(LONDON)
    morning = datetime.combine(here.date(), _SCHOOL_OPENS, LONDON)
    while morning <= here or morning.weekday() >= _SATURDAY:
        morning = datetime.combine(morning.date() + timedelta(days=1), _SCHOOL_OPENS, LONDON)
    return morning.astimezone(now.tzinfo)


def working_days_on(now: datetime, days: int) -> datetime:
    """The same time of day in London, that many working days later."""
    there = now.astimezone(LONDON)
    while days:
        there += timedelta(days=1)
        days -= there.weekday() < _SATURDAY
    return there.astimezone(now.tzinfo)
