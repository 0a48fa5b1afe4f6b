"""Days in the inputs of `hearthgate link`, however written: how is decided column by column, read, and told.

A year of two digits is the latest that it can be: nobody is born in the future, and nobody in a register of grown
people is a child.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb
import pandas as pd

from gateway.commands.link_date_orders import GUESSED, Column, Counts, Order, decide, few_tell, orders_of
from gateway.commands.link_doubts import Places, known_sources
from gateway.commands.link_tables import quoted
from linkage.written_dates import Written, written_day

BORN, SEEN = "birth_date", ("seen_from", "seen_to")
DATES = (BORN, *SEEN)
_GROWN, _AHEAD = 16, 20
# Days of other years stand for "not known", and whoever wrote those need not have written the others.
_FIRST_YEAR, _LAST_YEAR = "1902", "2099"
_ORDERS = {False: "day first", True: "month first"}
_WAYS = (
    "(name varchar, file integer, source varchar, month boolean, either boolean, guessed boolean, numbers boolean, "
    "until varchar)"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of days before a file is read: `declared` as [SOURCE=]ORDER, and sources that hold no child."""

    today: date
    declared: Sequence[str] = ()
    adults: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """How days were read: lines for the reader, warnings, and entries of the report."""

    lines: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    report: tuple[Mapping[str, Any], ...] = ()


def read_dates(connection: duckdb.DuckDBPyConnection, present: Sequence[str], places: Places, known: Known) -> Told:
    """Write the days of `rows` as YYYY-MM-DD where they can be read. Raise `CommandError` where rows disagree."""
    known_sources(connection, "--dates", [source for source in orders_of(known.declared) if source is not None])
    grown = known_sources(connection, "--adults", known.adults)
    columns = [name for name in DATES if name in present]
    told = read_days(connection, "rows", columns, places, replace(known, adults=grown))
    return replace(told, warnings=(*told.warnings, *_without_times(connection, places))) if BORN in columns else told


def read_days(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], places: Places, known: Known
) -> Told:
    """The same of the columns of a table that has `row` and `source`."""
    if not _write_down(connection, table, columns):
        return Told()
    counted = {column: counts for name in columns for column, counts in _counted(connection, table, name, places)}
    decided = decide(counted, orders_of(known.declared), places)
    _put_down(connection, counted, decided, known)
    warnings = [line for name in columns for line in _read(connection, table, name, places)]
    for done in ("written", "ways", "days"):
        connection.execute(f"drop table {done}")
    lines, unlikely = _lines(counted, decided, places)
    return Told(tuple(lines), (*warnings, *unlikely), tuple(_entries(counted, decided, places)))


def _write_down(connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str]) -> bool:
    """Make `written` of all texts but YYYY-MM-DD that say something of a day; whether there are any."""
    texts = " union ".join(
        f"select distinct {quoted(name)} as text from {table} where not {_plain(name)}"  # noqa: S608 - our own columns
        for name in columns
    )
    found = connection.execute(texts).fetchall() if columns else []
    said = [(text, *day) for (text,) in found if (day := written_day(text))]
    if said:
        frame = pd.DataFrame(said, columns=["text", *Written._fields])
        connection.register("sent", frame.astype({**dict.fromkeys(frame.columns, "string"), "counted": "bool"}))
        connection.execute("create or replace table written as select * from sent")
        connection.unregister("sent")
    return bool(said)


def _counted(
    connection: duckdb.DuckDBPyConnection, table: str, name: str, places: Places
) -> Iterator[tuple[Column, Counts]]:
    cell = quoted(name)
    usual = f"(length(year) = 2 or year between '{_FIRST_YEAR}' and '{_LAST_YEAR}')"
    day, month = (f"filter (written.{none} = '' and {usual})" for none in ("month_first", "day_first"))
    sure = f"case when {_plain(name)} then {cell}[9:10] when day_first = month_first then day_first[4:5] end"
    found = connection.execute(
        f"select {_file(places)} as file, source, count(text) as odd, count(*) {day}, count(*) {month}, "  # noqa: S608 - our own columns
        "count(*) filter (day_first <> '' and month_first <> '' and day_first <> month_first), "
        f"min(row) {day}, min(row) {month}, count(try_cast({sure} as integer)), max(try_cast({sure} as integer)), "
        "count(*) filter (counted), count(*) filter (length(year) = 2), "
        f"count(*) filter (regexp_full_match({cell}, '[0-9]{{6}}')) "
        f"from {table} left join written on text = {cell} where {cell} is not null group by all order by 1, 2"
    ).fetchall()
    return ((Column(name, file, source), Counts(*counts)) for file, source, odd, *counts in found if odd)


def _put_down(
    connection: duckdb.DuckDBPyConnection,
    counted: Mapping[Column, Counts],
    decided: Mapping[Column, Order],
    known: Known,
) -> None:
    """Make `ways`: how the days of each column are read, and until when they can be."""
    ahead, grown = (date(known.today.year + years, 12, 31) for years in (_AHEAD, -_GROWN))
    connection.execute(f"create or replace table ways {_WAYS}")
    for column, order in decided.items():
        until = ahead if column.name != BORN else grown if column.source in known.adults else known.today
        cells = (order.month, order.either, order.because == GUESSED, not counted[column].sixes, until.isoformat())
        connection.execute("insert into ways values (?, ?, ?, ?, ?, ?, ?, ?)", [*column, *cells])


def _read(connection: duckdb.DuckDBPyConnection, table: str, name: str, places: Places) -> Iterator[str]:
    """Write the days of one column of a table; what rows are to be told of."""
    said = "case when month then month_first else day_first end"
    said = f"coalesce(nullif({said}, ''), case when either then coalesce(nullif(day_first, ''), month_first) end)"
    this_century = "length(year) = 2 and '20' || year || '-' || said <= until"
    connection.execute(
        f"create or replace table days as select row, guessed and day_first <> month_first as guessed, "  # noqa: S608 - our own columns
        f"{this_century} as late, said is null as otherwise, case when length(year) > 2 then '' when {this_century} "
        "then '20' else '19' end || year || '-' || said as day from "
        f"(select row, written.*, guessed, until, numbers, {said} as said from {table} "
        f"join written on text = {quoted(name)} join ways on ways.name = '{name}' and ways.file = {_file(places)} "
        f"and ways.source = {table}.source where numbers or not counted)"
    )
    connection.execute(
        f"update {table} set {quoted(name)} = day from days where days.row = {table}.row"  # noqa: S608 - as above
    )
    conditions = {
        "guessed and not otherwise": "no row tells whether the day or the month comes first; the day was taken for it, "
        "as in Britain; say --dates if not so",
        "otherwise": "is no day in the order in which its neighbours are written, and was left out",
    }
    if name == BORN:
        conditions["late"] = (
            "years of two digits are taken for this century's, so that who is over a hundred would be a child; write "
            "four"
        )
    for condition, words in conditions.items():
        if rows := _rows_where(connection, "days", condition):
            yield f"{name}: {words}: {places.named(rows)}"


def _without_times(connection: duckdb.DuckDBPyConnection, places: Places) -> Iterator[str]:
    """Take times out of `rows` whose day of birth is another one here than where their zone is; which rows."""
    timed = rf"length({BORN}) > 10 and regexp_matches({BORN}, '^\d{{4}}-\d{{2}}-\d{{2}}.*:')"
    timed += f" and try_cast({BORN}[:10] as date) is not null"
    if rows := _rows_where(connection, "rows", timed):
        connection.execute(f"update rows set {BORN} = null where {timed}")  # noqa: S608 - our own column
        yield f"{BORN}: a time of universal time that begins no day here was left out: {places.named(rows)}"


def _rows_where(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> list[int]:
    found = connection.execute(f"select row from {table} where {condition} order by row").fetchall()  # noqa: S608 - our own tables
    return [row for (row,) in found]


def _plain(name: str) -> str:
    """A cell has the shape of YYYY-MM-DD; NULL where there is none."""
    cell = quoted(name)
    return f"(length({cell}) = 10 and {cell}[5] = '-' and {cell}[8] = '-')"


def _file(places: Places) -> str:
    """The number of the file in which a row stands."""
    ends = "".join(f" when row < {end} then {file}" for file, end in enumerate(places.begins[1:]))
    return f"(case{ends} end)::integer"


def _lines(
    counted: Mapping[Column, Counts], decided: Mapping[Column, Order], places: Places
) -> tuple[list[str], list[str]]:
    """How days were read, in words, and where fewer rows tell than would in days that nobody changed."""
    lines, unlikely = defaultdict(list), []
    for column, order in decided.items():
        counts = counted[column]
        where = f"{places.names[column.file]} ({column.source})"
        if not order.either and order.because != GUESSED:
            lines[f"{column.name} is read with the {_ORDERS[order.month]}, {order.because}"].append(where)
        if counts.numbers and not counts.sixes:
            lines[f"{column.name} is read as a spreadsheet counts days, from 1900"].append(where)
        if few_tell(counts, order):
            unlikely.append(
                f"{column.name} of {where}: {order.telling:,} rows tell that it has the {_ORDERS[order.month]}, and "
                f"{counts.both:,} may be either, far more than by chance; were some turned about in a spreadsheet?"
            )
    return [f"dates: {words}: {', '.join(where)}" for words, where in lines.items()], unlikely


def _entries(
    counted: Mapping[Column, Counts], decided: Mapping[Column, Order], places: Places
) -> Iterator[Mapping[str, Any]]:
    for column, order in decided.items():
        counts = counted[column]
        yield {
            "file": places.names[column.file],
            "source": column.source,
            "column": column.name,
            "order": _ORDERS[order.month] if counts.day + counts.month + counts.both else None,
            "because": order.because,
            "day_first": counts.day,
            "month_first": counts.month,
            "either": counts.both,
            "years_of_two_digits": counts.short,
            "counted_from_1900": 0 if counts.sixes else counts.numbers,
        }
