"""Parquet as `hearthgate link` reads it: what each type of a column says as text, and which types say nothing."""

from collections.abc import Collection, Mapping

import duckdb

from gateway.commands.files import CommandError
from gateway.commands.link_csv import ROW
from gateway.commands.link_tables import File, literal, literal_path, quoted

_NESTED = ("STRUCT", "MAP", "UNION")
# Up to here every whole number is one of four bytes' own.
_LARGEST_WHOLE = 1 << 24
_INSTANT = "TIMESTAMP WITH TIME ZONE"
# The council's days: at midnight there, or at midnight of universal time, an instant says the same day.
_ZONE = "Europe/London"


def parquet_columns(connection: duckdb.DuckDBPyConnection, file: File) -> list[str]:
    """The names of the columns as the file has them: the reader gives the second of two a name of its own."""
    try:
        rows = connection.execute(
            "select name, coalesce(num_children, 0) from parquet_schema(?)", [literal_path(file.path)]
        ).fetchall()
    except duckdb.Error:
        raise CommandError(_unreadable(file)) from None
    names, within = [], 0
    for name, children in rows[1:]:
        if not within:
            names.append(str(name))
        within += children - (within > 0)
    return names


def load_parquet(
    connection: duckdb.DuckDBPyConnection, view: str, file: File, read: Mapping[str, str], days: Collection[str]
) -> None:
    """Make `view` of a Parquet file with those of its columns that are `read`, as text, and `ROW`.

    `read` gives our name for a column and the file's; those of our names in `days` are days, and a birth date has to
    be one whatever the zone. A view: what recurs in a
    column is then cleaned once, and nothing is held twice. Raise `CommandError`.
    """
    source = f"read_parquet({literal(literal_path(file.path))}, file_row_number = true)"
    try:
        kinds = {str(name): str(kind) for name, kind, *_ in connection.execute(f"describe from {source}").fetchall()}
        cells = [
            _text(file, theirs, kinds[theirs], day=ours in days) + f" as {quoted(theirs)}"
            for ours, theirs in read.items()
        ]
        for name in (theirs for theirs in read.values() if kinds[theirs] == "FLOAT"):
            _refuse_rounded(connection, source, file, name)
        born = read.get("birth_date")
        if born and kinds[born] == _INSTANT:
            _refuse_hours(connection, source, file, born)
        connection.execute(
            f"create or replace view {view} as select {', '.join(cells)}, file_row_number::bigint as {ROW} "  # noqa: S608 - names are quoted
            f"from {source}"
        )
    except duckdb.Error:
        raise CommandError(_unreadable(file)) from None


def refuse_unreadable(connection: duckdb.DuckDBPyConnection, view: str, file: File) -> None:
    """Raise `CommandError` if some row of a view of Parquet cannot be read; before, only the file's end was."""
    try:
        connection.execute(f"create or replace temp table probe as select * from {view}")  # noqa: S608 - our own view
        connection.execute("drop table probe")
    except duckdb.Error:
        raise CommandError(_unreadable(file)) from None


def _text(file: File, name: str, kind: str, *, day: bool) -> str:
    cell = quoted(name)
    if kind.endswith("]") or kind.startswith(_NESTED) or kind == "BLOB":
        message = f"{file.name}: column {name} holds {'bytes' if kind == 'BLOB' else 'lists'}; write one text a cell"
        raise CommandError(message)
    if kind in {"DOUBLE", "FLOAT"}:
        # A column of whole numbers with a gap is one of fractions to many a writer.
        whole = f"{cell} = trunc({cell}) and abs({cell}) < 1e18"
        return f"case when {whole} then {cell}::bigint::varchar else {cell}::varchar end"
    if day and kind == _INSTANT:
        here, universal = _times(name)
        return f"case when {universal}::time = '00:00' then {universal} else {here} end::date::varchar"
    return f"{cell}::date::varchar" if day and kind.startswith("TIMESTAMP") else f"{cell}::varchar"


def _times(name: str) -> tuple[str, str]:
    here, universal = (f"timezone('{zone}', {quoted(name)})" for zone in (_ZONE, "UTC"))
    return here, universal


def _refuse_rounded(connection: duckdb.DuckDBPyConnection, source: str, file: File, name: str) -> None:
    """Refuse numbers too long for four bytes: neighbours' UPRNs would be one."""
    found = connection.execute(
        f"select min(file_row_number) from {source} where abs({quoted(name)}) > {_LARGEST_WHOLE}"  # noqa: S608 - names are quoted
    ).fetchall()[0][0]
    if found is not None:
        message = (
            f"{file.name}: {name} of row {found + 1} is a number of more digits than its column keeps (FLOAT); write "
            "text or whole numbers"
        )
        raise CommandError(message)


def _refuse_hours(connection: duckdb.DuckDBPyConnection, source: str, file: File, name: str) -> None:
    """Refuse instants that are midnight in neither zone: whose day they are nobody can tell."""
    hours = " and ".join(f"{each}::time <> '00:00'" for each in _times(name))
    found = connection.execute(f"select min(file_row_number) from {source} where {hours}").fetchall()[0][0]  # noqa: S608 - names are quoted
    if found is not None:
        message = f"{file.name}: {name} of row {found + 1} is a time in some zone; write days, as YYYY-MM-DD"
        raise CommandError(message)


def _unreadable(file: File) -> str:
    return f"{file.name} cannot be read as Parquet; write it again"
