"""What `hearthgate link` was given twice: a whole file, or, where exports were put together, the names of columns."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from hashlib import file_digest

import duckdb

from gateway.commands.files import CommandError
from gateway.commands.link_blanks import blank_lines, in_file
from gateway.commands.link_csv import ROW
from gateway.commands.link_headings import letters
from gateway.commands.link_tables import File, literal, quoted

_FEWEST_NAMES = 2


def same_files(files: Sequence[File]) -> list[str]:
    """Files that hold, byte for byte, what one before them holds: mostly another one was meant."""
    sizes: dict[int, list[File]] = defaultdict(list)
    for file in files:
        sizes[file.path.stat().st_size].append(file)
    told = []
    for alike in sizes.values():
        first: dict[bytes, File] = {}
        for file in alike if len(alike) > 1 else ():
            with file.path.open("rb") as stream:
                before = first.setdefault(file_digest(stream, "sha256").digest(), file)
            if before is not file:
                by_name = "given twice" if before == file else f"the same as {before.name}, byte for byte"
                told.append(f"{file.name} is {by_name}; was another file meant?")
    return told


def take_out_headings(
    connection: duckdb.DuckDBPyConnection, table: str, file: File, columns: Sequence[str], known: Mapping[str, str],
    names: Collection[str],
) -> list[int]:  # fmt: skip
    """Empty the rows of a CSV file that name its columns again and return their places.

    `known` has the column that is our source_key; `names` are those of columns elsewhere, letters and digits alone.
    Raise `CommandError` for a row that names other columns, or in another order: what follows it would be misread.
    """
    heads = [letters(name) for name in columns]
    told = {*heads, *names} - {""}
    key = quoted(known["source_key"])
    # One pass of a cheap rule over keys alone; the few rows that it finds are looked at whole.
    found = connection.execute(
        f"select * from {table} where lower(translate({key}, ' _-.', '')) in ({', '.join(map(literal, told))}) "  # noqa: S608 - names are quoted
        f"order by {ROW}"
    ).fetchall()
    again = []
    for *cells, row in found:
        said = [letters(cell or "") for cell in cells]
        if len([name for name in said if name]) < _FEWEST_NAMES or not {*said} <= {*told, ""}:
            continue
        if said != heads:
            place = in_file(row, blank_lines(file.path)) + 1
            message = (
                f"{file.name}: row {place} names other columns, or the same in another order, as files that were put "
                "together do; give each part as a file of its own"
            )
            raise CommandError(message)
        again.append(int(row))
    if again:
        emptied = ", ".join(f"{quoted(name)} = ''" for name in columns)
        connection.execute(f"update {table} set {emptied} where {ROW} in ({', '.join(map(str, again))})")  # noqa: S608 - as above
    return again
