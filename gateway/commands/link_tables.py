"""Tables in files that `hearthgate link` is given: their names, and the files beside the inputs, CSV or Parquet."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

import duckdb

from gateway.commands.files import CommandError
from gateway.commands.link_blanks import blank_lines, in_file

_PARQUET = ".parquet"


class File(NamedTuple):
    """A file and what it is called in messages."""

    path: Path
    name: str

    @property
    def parquet(self) -> bool:
        """Whether it is Parquet, by its name; else it is CSV."""
        return self.path.suffix.lower() == _PARQUET


def files_of(paths: Sequence[Path]) -> tuple[File, ...]:
    """These files by their names, or by their paths where two have one name."""
    names = Counter(path.name for path in paths)
    return tuple(File(path, path.name if names[path.name] == 1 else str(path)) for path in paths)


def read_beside(connection: duckdb.DuckDBPyConnection, table: str, path: Path, needed: Sequence[str]) -> dict[str, str]:
    """Make `table` of a file beside the inputs, all as text without space around it, with `row` from 1.

    Gives its columns by their names in small letters. Raise `CommandError` where it cannot be read or lacks one of
    those `needed`.
    """
    if not path.is_file():
        message = f"{path.name} is no file; check its path"
        raise CommandError(message)
    parquet = path.suffix.lower() == _PARQUET
    source = "read_parquet(?)" if parquet else "read_csv(?, header = true, all_varchar = true)"
    found = [[literal_path(path)]]
    try:
        described = connection.execute(f"describe select * from {source}", found).fetchall()  # noqa: S608 - the path is a parameter
        names = [str(name) for name, *_ in described]
        known = {name.strip().casefold(): name for name in names}
        missing = [name for name in needed if name not in known]
        if missing:
            message = f"{path.name} has no column {' and no column '.join(missing)}; it needs {', '.join(needed)}"
            raise CommandError(message)
        # The file may call a column anything, and "row" as well.
        cells = [f"nullif(trim({quoted(name)}::varchar), '') as cell_{place}" for place, name in enumerate(names)]
        connection.execute(
            f"create or replace table {table} as select row_number() over () as row, {', '.join(cells)} from {source}",  # noqa: S608 - names are quoted
            found,
        )
    except duckdb.Error:
        message = f"{path.name} cannot be read; it is CSV or Parquet, each row with the same columns"
        raise CommandError(message) from None
    return {name: f"cell_{names.index(theirs)}" for name, theirs in known.items()}


def differing_rows(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, str], says: str
) -> list[int]:
    """Two rows of one source and key that differ in `says`, SQL over the table that is never NULL; or nothing."""
    found = connection.execute(
        f"select arg_min(row, told), arg_max(row, told) from (select *, {says} as told from {table}) "  # noqa: S608 - our own columns
        f"group by {columns['source']}, {columns['source_key']} having min(told) <> max(told) order by min(row) limit 1"
    ).fetchall()
    return sorted(found[0]) if found else []


def rows_in_file(path: Path, rows: Sequence[int]) -> str:
    """Two rows of a table that `read_beside` made, as they stand in its file: heads not counted, empty lines are."""
    blanks = blank_lines(path)
    return " and ".join(str(in_file(row - 1, blanks) + 1) for row in rows).join(("rows ", ""))


def refuse_differing(where: str) -> NoReturn:
    """Two rows, named in words, say two things of one record."""
    message = f"{where} are of one source and key and differ; keep one of them"
    raise CommandError(message)


def quoted(name: str) -> str:
    """The name of a column in SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def literal_path(path: Path) -> str:
    """The path as a pattern that matches itself alone."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    """The single number that a query gives."""
    return int(connection.execute(query).fetchall()[0][0])
