"""Files that `hearthgate link` reads: CSV or Parquet of named columns, checked, into one table of text."""

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from shlex import quote
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from gateway.commands.files import CommandError
from gateway.commands.link_blanks import blank_lines
from gateway.commands.link_cells import KEYS, cell_of, clear_nothings, keyless
from gateway.commands.link_csv import ROW, load_csv, short_rows
from gateway.commands.link_dates import DATES, SEEN, Known, Told, read_dates
from gateway.commands.link_doubts import Places, doubts
from gateway.commands.link_forms import PLAIN, encoding_of, form_of, plain_copy
from gateway.commands.link_headings import headings, letters
from gateway.commands.link_parquet import load_parquet, refuse_unreadable
from gateway.commands.link_tables import File, Names, files_of, literal, one
from gateway.commands.link_twice import like_rows, same_files, take_out_headings
from linkage.file_rows import COLUMNS

TRUTH = "person_truth"
_READ = (*COLUMNS, *SEEN, TRUTH)
_CUTOFF = 0.7
# What such columns are often called elsewhere, letters and digits alone.
_OTHER_NAMES = {
    "forename": "given_name", "forenames": "given_name", "firstname": "given_name", "surname": "family_name",
    "lastname": "family_name", "dob": "birth_date", "dateofbirth": "birth_date", "gender": "sex",
    "nhsno": "nhs_number", "ninumber": "nino", "nino": "nino", "nationalinsurancenumber": "nino",
    "uniquepupilnumber": "upn", "telephone": "phone", "mobile": "phone", "id": "source_key", "uniqueid": "source_key",
    "system": "source", "socsecid": "national_id", "street": "address",
}  # fmt: skip
_SPELT = {letters(name): name for name in _READ}
_WHOLE_NAMES = frozenset({"name", "fullname", "personname", "customername", "clientname", "pupilname", "tenantname"})


def names_of(renamed: Sequence[str], source: str | None, encoding: str | None = None) -> Names:
    """From THEIRS=OURS, also several with commas, to names; raise `CommandError` where OURS is no column of ours."""
    ours: dict[str, str] = {}
    for each in ",".join(renamed).split(",") if renamed else ():
        theirs, equals, mine = (part.strip().casefold() for part in each.partition("="))
        if not (theirs and equals) or mine not in _READ:
            message = f"--rename takes THEIRS=OURS, and OURS is one of {', '.join(_READ)}"
            raise CommandError(message)
        if ours.setdefault(theirs, mine) != mine:
            message = f"--rename calls {theirs} {ours[theirs]} and {mine}; give each column one name"
            raise CommandError(message)
    if source is not None and not source.strip():
        raise CommandError("--source is empty; give the files' source a name")
    return Names(ours, source, encoding_of(encoding))


@dataclass(frozen=True, slots=True)
class Input:
    """What was read: which of the columns that are known were there, and how many rows had no source or key.

    `heads` are all columns of the files, in small letters.
    """

    present: tuple[str, ...]
    rows: int
    rows_without_key: int
    warnings: tuple[str, ...]
    places: Places
    dates: Told = field(default_factory=Told)
    forms: tuple[str, ...] = ()
    heads: frozenset[str] = frozenset()


def read_inputs(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], known_of_days: Known, names: Names | None = None
) -> Input:
    """Make the table `rows` of all files; raise `CommandError` for what cannot be read.

    `number` numbers records from 0 in order of source and key, `row` rows in order of the files, from 0 and with those
    that are left out. Files in another form are copied for as long as this takes.
    """
    called = names or Names()
    told, files = [], []
    with TemporaryDirectory(prefix="hearthgate-link-") as folder:
        for place, file in enumerate(files_of(paths)):
            form = form_of(file, called.encoding)
            if form != PLAIN:
                told.append(f"files: {file.name} is read as {form.words}")
            files.append(file if form == PLAIN else plain_copy(file, form, Path(folder) / f"{place}.csv"))
        read = _read_files(connection, files, known_of_days, called)
    return replace(read, forms=tuple(told), warnings=(*same_files(files_of(paths)), *read.warnings))


def _read_files(
    connection: duckdb.DuckDBPyConnection, files: Sequence[File], known_of_days: Known, called: Names
) -> Input:
    warnings: list[str] = []
    present: dict[str, None] = {}
    met: set[str] = set()
    short: list[tuple[int, int]] = []
    headed: list[tuple[int, int]] = []
    for position, file in enumerate(files):
        columns = headings(connection, file)
        met |= {name.strip().casefold() for name in columns}
        known = _known(file, columns, called)
        warnings += _whole_name(file, known)
        warnings += (asked := _unknown_columns(file, known))
        chosen = [name for name in _READ if name in known]
        if not asked and not set(chosen) & {*COLUMNS[2:]}:
            warnings.append(f"{file.name} has no column that is compared, so that nobody in it is joined with anybody")
        present |= dict.fromkeys(("source", *chosen))
        table = f"file_{position}"
        if file.parquet:
            load_parquet(connection, table, file, {name: known[name] for name in chosen}, DATES)
        else:
            load_csv(connection, table, file)
            again = take_out_headings(connection, table, file, columns, known, (*_READ, *_OTHER_NAMES))
            headed += [(position, row) for row in again]
            short += [(position, row) for row in short_rows(connection, table, columns[-1])]
        cells = ", ".join(f"{cell_of(name, known[name])} as {name}" for name in chosen)
        if "source" not in known:
            cells += f", {literal(called.source or '')} as source"
        part = f"create or replace view part_{position} as select {cells}, {ROW} from {table}"  # noqa: S608 - names are quoted
        connection.execute(part)
    places = _rows(connection, files)
    warnings += _odd_sizes(files, places, short)
    if again := [places.begins[position] + row for position, row in headed]:
        connection.execute(f"delete from keyless where row in ({', '.join(map(str, again))})")  # noqa: S608 - numbers
        warnings.append(f"rows that name the columns again were left out: {places.named(again)}")
    read = tuple(present)
    kept = one(connection, "select count(*) from rows")
    clear_nothings(connection, read)
    dates = read_dates(connection, read, places, known_of_days)
    warnings += [*dates.warnings, *doubts(connection, read, places, known_of_days.today.isoformat())]
    warnings += like_rows(connection, read, places)
    left_out = places.rows - kept - len(headed)
    return Input(read, kept, left_out, tuple(warnings), places, dates, heads=frozenset(met))


def refuse_unmet(called: Names, heads: Collection[str]) -> None:
    """Raise `CommandError` for a column that is to be renamed and that no file has."""
    if unmet := [theirs for theirs in called.ours if theirs not in heads]:
        message = f"--rename names {' and '.join(unmet)}, and no input has such a column; check the first row"
        raise CommandError(message)


def _odd_sizes(files: Sequence[File], places: Places, short: Sequence[tuple[int, int]]) -> list[str]:
    """Files without a row, as an export that failed leaves them, and rows that break off."""
    ends = places.begins[1:]
    told = [
        f"{file.name} holds no row below its first; was its export cut short?"
        for file, begin, end in zip(files, places.begins, ends, strict=False)
        if begin == end
    ]
    if short:
        rows = places.named([places.begins[position] + row for position, row in short])
        told.append(f"rows with fewer cells than the first row, taken for empty at their end: {rows}")
    return told


def _rows(connection: duckdb.DuckDBPyConnection, files: Sequence[File]) -> Places:
    """Make `rows` of the parts, and `keyless` of the places of those that have no source or key; drop the parts."""
    sizes = [one(connection, f"select count(*) from file_{place}") for place in range(len(files))]  # noqa: S608 - our own tables
    begins = (0, *accumulate(sizes))
    parts = " union all by name ".join(
        f"select {place} as file, * from part_{place}"  # noqa: S608 - our own views
        for place in range(len(files))
    )
    try:
        _number(connection, f"({parts}) where not ({keyless()})", begins)
        # What is numbered has a source and a key, so that neither is asked for again of all rows.
        connection.execute(
            f"create or replace table rows as select number, row, told.* exclude (file, {ROW}) from ({parts}) as told "  # noqa: S608 - our own views
            f"join numbered using (file, {ROW})"
        )
        kept = one(connection, "select count(*) from rows")
    except duckdb.Error:
        for place, file in enumerate(files):
            if file.parquet:
                refuse_unreadable(connection, f"file_{place}", file)
        raise CommandError("the inputs cannot be put together; is there room for temporary files?") from None
    left_out = " union all ".join(
        f"select {begins[place]} + {ROW} as row from part_{place} where {keyless()}"  # noqa: S608 - our own views
        for place in range(len(files))
    )
    none = "select 0::bigint as row limit 0"
    connection.execute(f"create or replace table keyless as {left_out if kept < begins[-1] else none}")
    connection.execute("drop table numbered")
    for place, file in enumerate(files):
        connection.execute(f"drop view part_{place}")
        connection.execute(f"drop {'view' if file.parquet else 'table'} file_{place}")
    return Places(tuple(file.name for file in files), begins, tuple(blank_lines(file.path) for file in files))


def _number(connection: duckdb.DuckDBPyConnection, told: str, begins: Sequence[int]) -> None:
    """Make `numbered`: of each row its file, its place there, its place among all rows, and its record's number.

    Keys alone are sorted, since a window carries whatever stands beside it.
    """
    connection.execute(f"create or replace temp table keyed as select file, {ROW}, source, source_key from {told}")  # noqa: S608 - our own views
    found = connection.execute(
        f"select file::integer as file, {ROW}, "  # noqa: S608 - our own columns
        "(dense_rank() over (order by source, source_key) - 1)::integer as number from keyed"
    ).fetchnumpy()
    order = np.lexsort((found[ROW], found["file"]))
    columns = {name: np.asarray(column)[order] for name, column in found.items()}
    connection.register("sent", {**columns, "row": np.asarray(begins)[columns["file"]] + columns[ROW]})
    connection.execute("create or replace table numbered as select * from sent")
    connection.unregister("sent")
    connection.execute("drop table keyed")


def _known(file: File, columns: Sequence[str], called: Names) -> dict[str, str]:
    """Each column by the name we know it by, or its own in small letters."""
    known: dict[str, str] = {}
    exact = {name.strip().casefold() for name in columns}
    taken = exact | {called.ours[plain] for plain in exact if plain in called.ours}
    for name in columns:
        plain = name.strip().casefold()
        spelt = _SPELT.get(letters(plain), plain)
        ours = called.ours.get(plain, plain if spelt in {*taken, *known} else spelt)
        if ours in known:
            message = f"{file.name} has two columns that are {ours} by their names or by --rename; leave one away"
            raise CommandError(message)
        known[ours] = name
    missing = [name for name in KEYS if name not in known and (name != "source" or called.source is None)]
    if missing:
        ways = {"source": "--source NAME", "source_key": "--rename THEIRS=source_key"}
        message = (
            f"{file.name} has no column {' and no column '.join(missing)}; add it to the first row, or say "
            f"{' and '.join(ways[name] for name in missing)}"
        )
        raise CommandError(message)
    return known


def _unknown_columns(file: File, known: dict[str, str]) -> list[str]:
    told = []
    for name in known:
        if name in _READ:
            continue
        like = _OTHER_NAMES.get(letters(name)) or next(
            (_SPELT[each] for each in difflib.get_close_matches(letters(name), _SPELT, 1, _CUTOFF)), None
        )
        if like and like not in known:
            told.append(f"{file.name}: column {name} is not read; is it {like}? --rename {quote(f'{name}={like}')}")
    return told


def _whole_name(file: File, known: dict[str, str]) -> list[str]:
    """That the one column of names is not read: without it twins, and who shares a birthday and a home, are one."""
    whole = next((name for name in known if name not in _READ and letters(name) in _WHOLE_NAMES), None)
    if whole is None or {"given_name", "family_name"} & known.keys():
        return []
    problem = f"{file.name}: column {whole} is not read, so that nobody's name is known"
    return [f"{problem}; part it into given_name and family_name, or twins may become one person"]
