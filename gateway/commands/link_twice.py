"""What `hearthgate link` was given several times: a file, the names of its columns, or one person's details."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from hashlib import file_digest

import duckdb

from gateway.commands.files import CommandError
from gateway.commands.link_blanks import blank_lines, in_file
from gateway.commands.link_cells import KEYS
from gateway.commands.link_csv import ROW
from gateway.commands.link_doubts import Places
from gateway.commands.link_headings import letters
from gateway.commands.link_tables import File, literal, quoted
from linkage.file_rows import COLUMNS

_FEWEST_NAMES = 2
# A register of twenty sources holds a person some dozens of times.
_MANY_KEYS, _MOST_NAMED = 100, 5


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

    `known` has the column that is our source_key; `names` are those of columns elsewhere. Raise `CommandError` for a
    row that names other columns, or in another order: what follows it would be misread.
    """
    heads = [letters(name) for name in columns]
    told = {*heads, *map(letters, names)} - {""}
    # One pass over keys as they are; the few rows that it finds are looked at whole.
    spelt = {form for name in (*columns, *names) for form in (name, name.lower(), name.upper(), name.title())}
    found = connection.execute(
        f"select * from {table} where {quoted(known['source_key'])} in ({', '.join(map(literal, sorted(spelt)))}) "  # noqa: S608 - names are quoted
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


def like_rows(connection: duckdb.DuckDBPyConnection, present: Sequence[str], places: Places) -> list[str]:
    """Details that stand in `rows` under very many keys alike: a stand-in, or an export that repeats one person's."""
    compared = [name for name in COLUMNS if name in present and name not in KEYS]
    named = [name for name in ("given_name", "family_name") if name in compared]
    if not named:
        return []
    details = f"hash({', '.join(compared)})"
    told = f"from rows where coalesce({', '.join(named)}) is not null"
    # Of a register there are none, which a count alone tells in half the time.
    many = f"select {details} {told} group by all having count(*) > {_MANY_KEYS}"
    found = connection.execute(
        f"select count(distinct number) as keys, min(row, {_MOST_NAMED}) as first {told} and {details} in ({many}) "
        f"group by {details} having keys > {_MANY_KEYS} order by keys desc, first"
    ).fetchall()
    if not found:
        return []
    keys, rows = found[0]
    others = f", and so do {len(found) - 1:,} others under more than {_MANY_KEYS}" if len(found) > 1 else ""
    return [
        f"the same name and details stand under {keys:,} keys ({places.named(rows)} and more){others}: where that is a "
        "stand-in, or one row that an export repeats, leave it out; it may be nobody, or one person"
    ]
