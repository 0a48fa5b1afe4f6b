"""Files that `hearthgate link` reads: CSV or Parquet of named columns, checked, into one table of text."""

import csv
import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NoReturn

import duckdb
import numpy as np

from gateway.commands.files import CommandError
from linkage.file_rows import COLUMNS

KEYS = ("source", "source_key")
TRUTH = "person_truth"
SEEN = ("seen_from", "seen_to")
_READ = (*COLUMNS, *SEEN, TRUTH)
_DATES = ("birth_date", *SEEN)
_PARQUET = ".parquet"
_CUTOFF = 0.7
_MOST_NAMED = 5
# The place of a row in its file, beside the file's own columns.
_ROW = "row_in__"
_PIECE = 1 << 20
# A cell of several lines with so many commas, or of more lines, holds rows and no address.
_FEWEST_COMMAS, _MOST_BREAKS = 8, 20
# What such columns are often called elsewhere.
_OTHER_NAMES = {
    "forename": "given_name", "first_name": "given_name", "firstname": "given_name", "surname": "family_name",
    "last_name": "family_name", "lastname": "family_name", "dob": "birth_date", "date_of_birth": "birth_date",
    "gender": "sex", "nhs_no": "nhs_number", "nhsnumber": "nhs_number", "ni_number": "nino", "post_code": "postcode",
    "telephone": "phone", "mobile": "phone", "id": "source_key", "unique_id": "source_key",
    "system": "source", "soc_sec_id": "national_id", "street": "address",
}  # fmt: skip


# What rows of one record cannot both say of one person: in words, the columns it takes, and the SQL of a group of rows.
# Former names, second homes and parts of dates are no contradiction.
_CONTRADICTIONS = (
    ("names", ("given_name", "family_name"), "count(distinct lower(given_name)[1]) > 1 and "
     "count(distinct lower(family_name)) > 1"),
    ("dates of birth", ("birth_date",), "count(distinct birth_date) filter (length(birth_date) = 10) > 1"),
    ("sexes", ("sex",), "count(distinct translate(lower(sex)[1], '12', 'mf')) filter (lower(sex)[1] in "
     "('m', 'f', '1', '2')) > 1"),
    *((words, (name,), f"count(distinct upper(regexp_replace({name}, '[\\s-]', '', 'g'))) > 1") for name, words in (
        ("nhs_number", "NHS numbers"), ("nino", "National Insurance numbers"), ("upn", "pupil numbers"))),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """How files name things: their column to ours, and the source of files that have no such column."""

    ours: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None


def names_of(renamed: Sequence[str], source: str | None) -> Names:
    """From THEIRS=OURS, also several with commas, to names; raise `CommandError` where OURS is no column of ours."""
    ours: dict[str, str] = {}
    for each in ",".join(renamed).split(",") if renamed else ():
        theirs, equals, mine = (part.strip().casefold() for part in each.partition("="))
        if not (theirs and equals) or mine not in _READ:
            message = f"--rename takes THEIRS=OURS, and OURS is one of {', '.join(_READ)}"
            raise CommandError(message)
        if theirs in ours or mine in ours.values():
            message = f"--rename names {mine if mine in ours.values() else theirs} twice; give each column one name"
            raise CommandError(message)
        ours[theirs] = mine
    if source is not None and not source.strip():
        raise CommandError("--source is empty; give the files' source a name")
    return Names(ours, source)


@dataclass(frozen=True, slots=True)
class Input:
    """What was read: which of the columns that are known were there, and how many rows had no source or key."""

    present: tuple[str, ...]
    rows: int
    rows_without_key: int
    warnings: tuple[str, ...]


def read_inputs(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], today: str, names: Names | None = None
) -> Input:
    """Make the table `rows` of all files; raise `CommandError` for what cannot be read. `today` is YYYY-MM-DD.

    `number` numbers records from 0 in order of source and key, `row` rows in order of the files, from 0.
    """
    warnings: list[str] = []
    present: dict[str, None] = {}
    called = names or Names()
    met: set[str] = set()
    for position, path in enumerate(paths):
        columns = _load(connection, path, position, called)
        met |= {name.strip().casefold() for name in columns}
        known = _known(columns, called)
        warnings += _unknown_columns(path, known)
        chosen = [name for name in _READ if name in known]
        present |= dict.fromkeys(("source", *chosen))
        cells = ", ".join(f"{_cell(name, known[name])} as {name}" for name in chosen)
        if "source" not in known:
            cells += f", {_literal(called.source or '')} as source"
        part = f"create or replace view part_{position} as select {cells}, row_in__ from file_{position}"  # noqa: S608 - names are quoted
        connection.execute(part)
    unmet = [theirs for theirs in called.ours if theirs not in met]
    if unmet:
        message = f"--rename names {' and '.join(unmet)}, and no input has such a column; check the first row"
        raise CommandError(message)
    parts = " union all by name ".join(
        f"select {place} as file, * from part_{place}"  # noqa: S608 - our own views
        for place in range(len(paths))
    )
    told = f"(select * from ({parts}) where source is not null and source_key is not null)"  # noqa: S608 - our own views
    try:
        _number(connection, told)
        connection.execute(
            f"create or replace table rows as select number, row, told.* exclude (file, row_in__) from {told} as told "  # noqa: S608 - as above
            "join numbered using (file, row_in__)"
        )
    except duckdb.Error:
        # A CSV was read before; of Parquet only the end of the file.
        raise CommandError(_unreadable(parquet=True)) from None
    connection.execute("drop table numbered")
    total = sum(_one(connection, f"select count(*) from file_{place}") for place in range(len(paths)))  # noqa: S608 - our own tables
    for place in range(len(paths)):
        connection.execute(f"drop view part_{place}")
        connection.execute(f"drop {'view' if _is_parquet(paths[place]) else 'table'} file_{place}")
    kept = _one(connection, "select count(*) from rows")
    read = tuple(present)
    return Input(read, kept, total - kept, (*warnings, *_doubts(connection, read, today)))


def _number(connection: duckdb.DuckDBPyConnection, told: str) -> None:
    """Make `numbered`: of each row its file, its place there, its place among all rows, and its record's number.

    Keys alone are sorted, since a window carries whatever stands beside it.
    """
    connection.execute(f"create or replace temp table keyed as select file, row_in__, source, source_key from {told}")  # noqa: S608 - our own views
    found = connection.execute(
        "select file::integer as file, row_in__, "
        "(dense_rank() over (order by source, source_key) - 1)::integer as number from keyed"
    ).fetchnumpy()
    order = np.lexsort((found["row_in__"], found["file"]))
    columns = {name: np.asarray(column)[order] for name, column in found.items()}
    connection.register("sent", {**columns, "row": np.arange(len(order))})
    connection.execute("create or replace table numbered as select * from sent")
    connection.unregister("sent")
    connection.execute("drop table keyed")


def _cell(name: str, column: str) -> str:
    text = f"nullif(trim({_quoted(column)}), '')"
    # The basic form of ISO 8601. Day first, the middle would be the century, so one cannot be taken for the other.
    plain = r"'^((18|19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)$', '\1-\3-\4'"
    return (
        f"case when length({text}) = 8 then regexp_replace({text}, {plain}) else {text} end" if name in _DATES else text
    )


def _load(connection: duckdb.DuckDBPyConnection, path: Path, position: int, called: Names) -> list[str]:
    if not path.is_file():
        raise CommandError("an input is no file; check the paths")
    parquet = _is_parquet(path)
    quoted = _literal(literal(path))
    if parquet:
        # A view: what recurs in a column is then cleaned once, and nothing is held twice.
        made = (
            f"view file_{position} as select columns(* exclude (file_row_number))::varchar, "  # noqa: S608 - the path is quoted
            f"file_row_number::bigint as row_in__ from read_parquet({quoted}, file_row_number = true)"
        )
    else:
        made = (
            f"table file_{position} as select columns(*)::varchar, (row_number() over ())::bigint as row_in__ from "  # noqa: S608 - as above
            f"read_csv({quoted}, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', "
            f"null_padding = true, auto_detect = false, columns = {_csv_columns(path, called)}, strict_mode = true, "
            "parallel = false)"
        )
    try:
        connection.execute(f"create or replace {made}")
    except duckdb.InvalidInputException as error:
        if "utf-8" in str(error).lower() or "unicode" in str(error).lower():
            raise CommandError(_not_utf8(path)) from None
        raise CommandError(_unreadable(parquet=parquet)) from None
    except duckdb.Error:
        raise CommandError(_unreadable(parquet=parquet)) from None
    described = connection.execute(f"describe file_{position}").fetchall()
    columns = [str(row[0]) for row in described if row[0] != _ROW]
    if not parquet:
        _refuse_swallowed(connection, path, position, columns)
    return columns


def _refuse_swallowed(connection: duckdb.DuckDBPyConnection, path: Path, position: int, columns: Sequence[str]) -> None:
    """Refuse a cell that holds rows: a quotation mark that nobody closed takes all that follows into one cell."""
    if _quotation_marks(path) % 2:
        _refuse_unclosed(path)
    commas = max(len(columns) - 1, _FEWEST_COMMAS)
    for name in columns:
        cell = _quoted(name)
        breaks, parted = (f"length({cell}) - length(replace({cell}, {mark}, ''))" for mark in ("chr(10)", "','"))
        found = connection.execute(
            f"select min({_ROW}) from file_{position} where contains({cell}, chr(10)) "  # noqa: S608 - names are quoted
            f"and ({parted} >= {commas} or {breaks} > {_MOST_BREAKS})"
        ).fetchall()[0][0]
        if found is not None:
            _refuse_cell(path, found)


def _refuse_unclosed(path: Path) -> None:
    """Refuse a cell that nothing closes up to the end, of which the reader of columns says nothing.

    A quotation mark in the middle of a cell that did not begin with one is a letter like any other.
    """
    row = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row, _ in enumerate(csv.reader(stream, strict=True), 1):  # noqa: B007 - the row is told
                pass
    except csv.Error:
        # The first row is the headings, so that as many were read as the number of the next one says.
        _refuse_cell(path, row)


def _refuse_cell(path: Path, row: int) -> NoReturn:
    message = f"{path.name}: a cell of row {row} goes on over further rows; close its quotation mark"
    raise CommandError(message)


def _quotation_marks(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(piece.count(b'"') for piece in iter(partial(stream.read, _PIECE), b""))


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == _PARQUET


def _unreadable(*, parquet: bool) -> str:
    if parquet:
        return "an input cannot be read as Parquet; write it again"
    return "an input cannot be read as CSV; check its quotation marks and that each row has as many cells as the first"


def _csv_columns(path: Path, called: Names) -> str:
    """The columns as DuckDB takes them, all of text, from the first row."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            first: list[str] = next(csv.reader(stream, strict=True), [])
    except UnicodeDecodeError:
        raise CommandError(_not_utf8(path)) from None
    except csv.Error:
        message = f"{path.name}: the first row cannot be read; check its quotation marks"
        raise CommandError(message) from None
    names = [name.strip() for name in first]
    _known(names, called)
    if len({name.casefold() for name in names}) < len(names):
        raise CommandError("an input names a column twice; give each column a name of its own")
    return "{" + ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in names) + "}"


def _not_utf8(path: Path) -> str:
    """Where the file stops being UTF-8, by row: two systems' exports put together are often the cause."""
    row = 0
    with path.open("rb") as stream:
        for row, line in enumerate(stream, 1):  # noqa: B007 - the row is told
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                break
    return f"an input is not UTF-8 from row {row} on; save it as UTF-8 CSV or as Parquet, each part in its own encoding"


def _known(columns: Sequence[str], called: Names) -> dict[str, str]:
    """Each column by the name we know it by, or its own in small letters."""
    known: dict[str, str] = {}
    for name in columns:
        plain = name.strip().casefold()
        ours = called.ours.get(plain, plain)
        if ours in known and plain != ours:
            message = f"an input has a column {ours} and one that --rename calls so; leave one away"
            raise CommandError(message)
        known[ours] = name
    missing = [name for name in KEYS if name not in known and (name != "source" or called.source is None)]
    if missing:
        ways = {"source": "--source NAME", "source_key": "--rename THEIRS=source_key"}
        message = (
            f"an input has no column {' and no column '.join(missing)}; add it to the first row, or say "
            f"{' and '.join(ways[name] for name in missing)}"
        )
        raise CommandError(message)
    return known


def _unknown_columns(path: Path, known: dict[str, str]) -> list[str]:
    told = []
    for name in known:
        if name in _READ:
            continue
        like = _OTHER_NAMES.get(name) or next(iter(difflib.get_close_matches(name, _READ, 1, _CUTOFF)), None)
        if like and like not in known:
            told.append(f"{path.name}: column {name} is not read; is it {like}? --rename {name}={like}")
    return told


def _doubts(connection: duckdb.DuckDBPyConnection, present: Sequence[str], today: str) -> list[str]:
    """What looks wrong, with the rows it stands in (numbered from 1 over all files, heads not counted)."""
    doubts = []
    if "birth_date" in present:
        dated = r"regexp_full_match(birth_date[:10], '\d{4}(-\d{2}(-\d{2})?)?')"
        doubts.append(("a date of birth lies in the future", f"birth_date > '{today}' and {dated}"))
        doubts.append(("a date of birth is not YYYY, YYYY-MM, YYYY-MM-DD or YYYYMMDD", f"not {dated}"))
    # Numbers run from 0 without a gap, so fewer of them than rows says that some record has several rows.
    if _one(connection, "select count(*) - coalesce(max(number) + 1, 0) from rows"):
        for words, needed, differ in _CONTRADICTIONS:
            if set(needed) <= set(present):
                several = f"select number from rows group by number having {differ}"  # noqa: S608 - our own columns
                doubts.append((f"rows of one source and key hold different {words}", f"number in ({several})"))
    told = []
    for words, condition in doubts:
        found = connection.execute(f"select row + 1 from rows where {condition} order by row").fetchall()  # noqa: S608 - our own conditions
        if found:
            told.append(f"{words}: {named([row for (row,) in found])}")
    return told


def named(rows: Sequence[int]) -> str:
    """The first of these rows, and how many more there are."""
    named = ", ".join(str(row) for row in rows[:_MOST_NAMED])
    return f"rows {named} and {len(rows) - _MOST_NAMED:,} more" if len(rows) > _MOST_NAMED else f"rows {named}"


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def literal(path: Path) -> str:
    """The path as a pattern that matches itself alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))
