"""Files beside the inputs of `hearthgate link`: a gazetteer, labels, an earlier run; in the forms that inputs have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import duckdb

from gateway.commands.files import CommandError
from gateway.commands.link_blanks import blank_lines
from gateway.commands.link_cells import cleared_cell_of
from gateway.commands.link_csv import ROW, load_csv
from gateway.commands.link_doubts import Places
from gateway.commands.link_forms import PLAIN, form_of, plain_copy
from gateway.commands.link_headings import headings, letters
from gateway.commands.link_parquet import load_parquet
from gateway.commands.link_tables import File, Names, literal, one


@dataclass(frozen=True, slots=True)
class Beside:
    """A file as a table: the columns there of its own, where its rows stand, and lines on the form that it has.

    `heads` are the file's columns, in small letters.
    """

    columns: Mapping[str, str]
    places: Places
    forms: tuple[str, ...] = ()
    heads: frozenset[str] = frozenset()


def read_beside(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    path: Path,
    needed: Sequence[str],
    *,
    days: Sequence[str] = (),
    called: Names | None = None,
) -> Beside:
    """Make `table` of a file beside the inputs, all as text without space around it, with `row` from 0.

    Columns are known by their names in small letters, those `needed` and of `days` however their words are parted and
    by what `called` says that files call them. Raise `CommandError` where it cannot be read or lacks one needed.
    """
    file, called = File(path, path.name), called or Names()
    with TemporaryDirectory(prefix="hearthgate-link-") as folder:
        form = form_of(file, called.encoding)
        read = file if form == PLAIN else plain_copy(file, form, Path(folder) / "0.csv")
        heads = headings(connection, read)
        known = _known(heads, (*needed, *days), called)
        source = called.source if "source" in needed and "source" not in known else None
        if missing := [name for name in needed if name not in known and (name != "source" or source is None)]:
            message = f"{path.name} has no column {' and no column '.join(missing)}; it needs {', '.join(needed)}"
            raise CommandError(message)
        places = _load(connection, table, read, known, days, source)
    forms = () if form == PLAIN else (f"files: {path.name} is read as {form.words}",)
    columns = {name: f"cell_{place}" for place, name in enumerate([*known, *(["source"] if source else [])])}
    return Beside(columns, places, forms, frozenset(name.strip().casefold() for name in heads))


def _known(names: Sequence[str], ours: Sequence[str], called: Names) -> dict[str, str]:
    """Each column of theirs by the name that we know it by, or its own in small letters."""
    exact = {name.strip().casefold(): name for name in names}
    # What inputs call source_key may be another thing where there is a column of that name.
    told = {plain: called.ours.get(plain, plain) for plain in exact}
    theirs = {plain if told[plain] in exact else told[plain]: name for plain, name in exact.items()}
    spelt = {letters(name): name for name in ours if name not in theirs}
    return {spelt.pop(letters(plain), plain): name for plain, name in theirs.items()}


def _load(
    connection: duckdb.DuckDBPyConnection, table: str, file: File, known: Mapping[str, str], days: Sequence[str],
    source: str | None,
) -> Places:  # fmt: skip
    if file.parquet:
        load_parquet(connection, "beside", file, known, days)
    else:
        load_csv(connection, "beside", file)
    # The file may call a column anything, and "row" as well.
    cells = [f"{cleared_cell_of(ours, theirs)} as cell_{place}" for place, (ours, theirs) in enumerate(known.items())]
    if source is not None:
        cells.append(f"{literal(source)} as cell_{len(known)}")
    try:
        connection.execute(f"create or replace table {table} as select {ROW} as row, {', '.join(cells)} from beside")  # noqa: S608 - names are quoted
    except duckdb.Error:
        message = f"{file.name} cannot be read; write it again"
        raise CommandError(message) from None
    connection.execute(f"drop {'view' if file.parquet else 'table'} beside")
    return Places((file.name,), (0, one(connection, f"select count(*) from {table}")), (blank_lines(file.path),))  # noqa: S608 - our own table


def differing_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], says: str
) -> list[int]:
    """Two rows of one source and key that differ in `says`, SQL over the table that is never NULL; or nothing."""
    found = connection.execute(
        f"select arg_min(row, told), arg_max(row, told) from (select *, {says} as told from {table}) "  # noqa: S608 - our own columns
        f"group by {columns['source']}, {columns['source_key']} having min(told) <> max(told) order by min(row) limit 1"
    ).fetchall()
    return sorted(found[0]) if found else []


def refuse_differing(where: str) -> NoReturn:
    """Two rows, named in words, say two things of one record."""
    message = f"{where} are of one source and key and differ; keep one of them"
    raise CommandError(message)
