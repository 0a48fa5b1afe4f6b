"""Spans of time as instants. A date in a document ends at 24:00 Europe/London of that day, stored as UTC."""

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))

Span = tuple[datetime, datetime]
"""From the first instant (included) to the second (excluded), both aware."""


def start_of_day(day: date) -> datetime:
    """00:00 Europe/London of a day, as a UTC instant."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """24:00 Europe/London of a day, as a UTC instant."""
    return start_of_day(day + timedelta(days=1))


def days(first: date | None, last: date | None) -> tuple[Span, ...]:
    """Span of whole days; `None` as `last` is open. No first day, as of law not yet commenced, gives no span."""
    if first is None:
        return ()
    return ((start_of_day(first), end_of_day(last) if last else EVER[1]),)


def both(left: Iterable[Span], right: Iterable[Span]) -> tuple[Span, ...]:
    """Spans that lie in both."""
    later = tuple(right)
    crossed = ((max(a, c), min(b, d)) for a, b in left for c, d in later)
    return merged(span for span in crossed if span[0] < span[1])


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Union of spans: sorted, overlapping and touching ones joined."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def holds(spans: Iterable[Span], instant: datetime) -> bool:
    """Whether an instant lies in one of the spans."""
    return any(start <= instant < end for start, end in spans)


def elementary(frame: Iterable[Span], parts: Iterable[Iterable[Span]]) -> tuple[Span, ...]:
    """Cut the frame at every end of every part, so that within each piece no part begins or ends."""
    cuts = sorted({instant for spans in parts for span in spans for instant in span})
    pieces: list[Span] = []
    for start, end in frame:
        edges = [start, *(cut for cut in cuts if start < cut < end), end]
        pieces.extend(itertools.pairwise(edges))
    return tuple(pieces)
