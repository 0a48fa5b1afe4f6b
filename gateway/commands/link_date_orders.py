"""Whether day or month comes first in the days of a file, by what its rows tell: 25/12/1990 beside 03/04/1990.

Where none tells, the day comes first, as in Britain, and whoever reads is told; where some say one thing and some the
other, nothing is read.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.commands.files import CommandError
from gateway.commands.link_doubts import Places

GAZETTEER = "gazetteer"
"""What the file of `--gazetteer` is called where orders are told by source."""
GUESSED = "as in Britain, and no row tells"
DECLARED = "as --dates says"
_ORDERS = {"day-first": False, "month-first": True}
# One row in so many may be a slip of the pen. Among so many written in two ways some would lie late in their month.
_SLIPS, _MIXED = 100, 10
_LATEST_MONTH = 12
# Six in ten days lie after the twelfth. Of so many rows at least one in so many then tells.
_SOME, _FEW = 30, 5


class Column(NamedTuple):
    """A column of the rows of one source in one file: whoever wrote them wrote all of them in one way."""

    name: str
    file: int
    source: str


class Counts(NamedTuple):
    """Rows of a column: days that can only be meant with the day first, or with the month, and those that may be both.

    `first_day` and `first_month` are the places of the first that tell. `otherwise` are written in a way that leaves
    no doubt, and `latest` is the latest day of a month among them; `numbers` are those that a spreadsheet counted,
    `short` those with a year of two digits; of six digits in a row are `sixes`.
    """

    day: int
    month: int
    both: int
    first_day: int | None
    first_month: int | None
    otherwise: int
    latest: int | None
    numbers: int
    short: int
    sixes: int


class Order(NamedTuple):
    """Whether the month comes first, why, by how many rows; `either`: each day can be meant in one way only."""

    month: bool
    because: str
    telling: int
    either: bool


def orders_of(declared: Sequence[str]) -> dict[str | None, bool]:
    """From [SOURCE=]ORDER to whether the month comes first, by source, for None in all others. Raise `CommandError`."""
    orders: dict[str | None, bool] = {}
    for each in declared:
        source, equals, order = each.rpartition("=")
        source, order = source.strip(), order.strip().casefold()
        if order not in _ORDERS or bool(equals) != bool(source):
            raise CommandError("--dates takes day-first or month-first, or SOURCE=day-first of one source")
        if orders.setdefault(source or None, _ORDERS[order]) != _ORDERS[order]:
            message = f"--dates says two things of {source or 'all sources'}; keep one of them"
            raise CommandError(message)
    return orders


def parted(declared: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is declared of the inputs, and what of the gazetteer; what names no source is of both."""
    named = [(each.rpartition("=")[0].strip(), each) for each in declared]
    return (
        tuple(each for name, each in named if name != GAZETTEER),
        tuple(each for name, each in named if name in {"", GAZETTEER}),
    )


def decide(counted: Mapping[Column, Counts], orders: Mapping[str | None, bool], places: Places) -> dict[Column, Order]:
    """The order of each column; raise `CommandError` where rows tell two things of days that may be both."""
    told: dict[int | str, Counter[bool]] = defaultdict(Counter)
    for column, counts in counted.items():
        for kin in (column.file, column.source):
            told[kin] += Counter({False: counts.day, True: counts.month})
    return {column: _decide(column, counts, told, orders, places) for column, counts in counted.items()}


def few_tell(counts: Counts, order: Order) -> bool:
    """Fewer rows tell than days of birth or of anything else would, were they written down as they are."""
    unsure = counts.both > _SOME and order.because not in {GUESSED, DECLARED}
    return unsure and order.telling * _FEW < order.telling + counts.both


def _decide(
    column: Column,
    own: Counts,
    told: Mapping[int | str, Mapping[bool, int]],
    orders: Mapping[str | None, bool],
    places: Places,
) -> Order:
    """The order of one column; `told` has how many rows of a file, or of a source, have the day first and the month."""
    declared = orders.get(column.source, orders.get(None))
    if declared is not None:
        return Order(declared, DECLARED, own.month if declared else own.day, either=False)
    _refuse_turned(column, own, places)
    if not own.both:
        return Order(own.month > own.day, "each can be meant in one way only", own.day + own.month, either=True)
    ways = (
        ("", {False: own.day, True: own.month}),
        ("other columns of the file", told[column.file]),
        ("other files of the source", told[column.source]),
    )
    for others, rows in ways:
        day, month = rows[False], rows[True]
        if min(day, month) * _SLIPS > max(day, month):
            _refuse_two_orders(column, own, others, places)
        if day or month:
            telling = max(day, month)
            because = f"as {others or f'{telling:,} of {day + month + own.both:,} rows'} tell"
            return Order(month > day, because, telling, either=False)
    return Order(month=False, because=GUESSED, telling=0, either=False)


def _refuse_two_orders(column: Column, own: Counts, others: str, places: Places) -> None:
    remedy = f"write them in one way, or say --dates '{column.source}=day-first' if that is what they are"
    if others:
        message = f"{_named(column, places)}: no row tells whether the day comes first, and {others} differ; {remedy}"
        raise CommandError(message)
    first_day, first_month = (places.row(place or 0) for place in (own.first_day, own.first_month))
    message = (
        f"{_named(column, places)} has the day first in {own.day:,} rows (such as {first_day}) and the month first in "
        f"{own.month:,} (such as {first_month}), so that {own.both:,} others may be either; {remedy}"
    )
    raise CommandError(message)


def _refuse_turned(column: Column, own: Counts, places: Places) -> None:
    """Refuse what a spreadsheet does to days in another country's order.

    It leaves as text what is no day to it, and takes for one, day and month turned about, whatever can be.
    """
    mixed = max(own.day, own.month) >= _MIXED and own.otherwise >= _MIXED and not own.both
    if mixed and min(own.day, own.month) == 0 and (own.latest or 0) <= _LATEST_MONTH:
        first = places.row((own.first_day if own.day else own.first_month) or 0)
        message = (
            f"{_named(column, places)}: a spreadsheet turned day and month about in {own.otherwise:,} rows, all but "
            f"those that it left as text (such as {first}); export the file anew, and do not open it before"
        )
        raise CommandError(message)


def _named(column: Column, places: Places) -> str:
    return f"{places.names[column.file]}: {column.name} of source {column.source}"
