"""CSV as `hearthgate link` reads it: UTF-8, a first row of names, commas; what is not so is refused with its row."""

import csv
import re
from collections.abc import Sequence
from functools import partial
from typing import NoReturn

import duckdb

from gateway.commands.files import CommandError
from gateway.commands.link_blanks import blank_lines, in_file
from gateway.commands.link_tables import File, literal, literal_path, quoted

ROW = "row_in__"
"""The place of a row in its file from 0, beside the file's own columns."""
_PIECE = 1 << 20
# A cell of several lines with so many commas or other marks between cells, or of more lines, holds rows and no address.
_FEWEST_MARKS, _MOST_BREAKS = 8, 20
# Stands in no file, so that an empty cell is not taken for one that is not there.
_NOWHERE = "\x01\x01"
_UTF_16 = "UTF-16 and does not begin with a mark that says so; save it as CSV UTF-8"
# What files begin with that are called .csv and are none.
OTHER_FORMS = {
    b"\x1f\x8b": "packed with gzip; unpack it",
    b"PK\x03\x04": "an Excel workbook or a zip; save the sheet as CSV UTF-8, or unpack it",
    b"\xd0\xcf\x11\xe0": "an Excel workbook; save the sheet as CSV UTF-8",
    b"PAR1": "Parquet; call it .parquet",
}


def load_csv(connection: duckdb.DuckDBPyConnection, table: str, file: File) -> None:
    """Make `table` of a CSV file, all as text, with `ROW`. Raise `CommandError`."""
    names = columns_of(file)
    kinds = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"
    try:
        connection.execute(
            f"create or replace table {table} as select *, (row_number() over () - 1)::bigint as {ROW} "  # noqa: S608 - names are quoted
            f"from read_csv({literal(literal_path(file.path))}, header = true, all_varchar = true, delim = ',', "
            f"quote = '\"', escape = '\"', null_padding = true, nullstr = {literal(_NOWHERE)}, auto_detect = false, "
            f"columns = {kinds}, "
            "strict_mode = true, parallel = false)"
        )
    except duckdb.Error as error:
        if isinstance(error, duckdb.InvalidInputException) and re.search("utf-8|unicode", str(error), re.IGNORECASE):
            _refuse_encoding(file)
        # The message goes on with the line itself, which holds people's data.
        if _ends_lines_in_two_ways(file):
            message = f"{file.name} ends its lines in two ways, as files that were put together do; save it anew"
            raise CommandError(message) from None
        line = re.search(r"Line: (\d+)", str(error))
        where = f" from line {line[1]} on" if line else ""
        message = (
            f"{file.name} cannot be read as CSV{where}; check its quotation marks and that each row has as many cells "
            "as the first"
        )
        raise CommandError(message) from None
    _refuse_swallowed(connection, table, file, names)


def short_rows(connection: duckdb.DuckDBPyConnection, table: str, last: str) -> list[int]:
    """The rows, by their places, that end before the column that stands last in the first row."""
    found = connection.execute(f"select {ROW} from {table} where {quoted(last)} is null order by {ROW}").fetchall()  # noqa: S608 - names are quoted
    return [int(row) for (row,) in found]


def columns_of(file: File) -> list[str]:
    """The names in the first row. Raise `CommandError` where there is none, or none parted by commas."""
    try:
        with file.path.open("rb") as begun:
            begins = begun.read(max(map(len, OTHER_FORMS)))
        _refuse_other_form(file, begins)
        with file.path.open(encoding="utf-8-sig", newline="") as stream:
            first: list[str] = next(csv.reader(stream, strict=True), [])
    except UnicodeDecodeError:
        _refuse_encoding(file)
    except csv.Error:
        message = f"{file.name}: the first row cannot be read; check its quotation marks"
        raise CommandError(message) from None
    except OSError:
        message = f"{file.name} cannot be opened; check your rights to read it"
        raise CommandError(message) from None
    said = [name for name in first if name.strip()]
    # Of a title above the names a spreadsheet leaves the cells beside it empty.
    titled = len(said) == 1 < len(first) - 1
    if not said or titled or first[0].casefold().startswith("sep="):
        message = f"{file.name} has a first row without names of columns; take what stands above them away"
        raise CommandError(message)
    names = [name.strip() for name in first]
    # Rows that end with a comma have a column more, and so has the first of them.
    return [*names[:-1], names[-1] or "without a name"] if "" not in names[:-1] and names else names


def _refuse_other_form(file: File, begins: bytes) -> None:
    if not begins:
        message = f"{file.name} is empty; its first row has to name columns"
        raise CommandError(message)
    # Without the two bytes that tell it, letters of UTF-16 are seen by the empty byte beside each.
    forms = OTHER_FORMS | ({begins: _UTF_16} if b"\x00" in begins else {})
    for form, words in forms.items():
        if begins.startswith(form):
            message = f"{file.name} is {words}"
            raise CommandError(message)


def _ends_lines_in_two_ways(file: File) -> bool:
    """Whether some lines end with a carriage return and some do not, cells of several lines left aside."""
    with file.path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        ends = {line.endswith("\r\n") for line in stream if not line.count('"') and line.endswith("\n")}
    return len(ends) > 1


def _refuse_swallowed(connection: duckdb.DuckDBPyConnection, table: str, file: File, columns: Sequence[str]) -> None:
    """Refuse a cell that holds rows: a quotation mark that nobody closed takes all that follows into one cell."""
    if _quotation_marks(file) % 2:
        _refuse_unclosed(file)
    marks = max(len(columns) - 1, _FEWEST_MARKS)
    for name in columns:
        cell = quoted(name)
        breaks = f"length({cell}) - length(replace({cell}, chr(10), ''))"
        # The copy of a file of semicolons, tabs or bars has commas between its cells, and those marks within.
        parted = f"length({cell}) - length(translate({cell}, ',;|' || chr(9), ''))"
        found = connection.execute(
            f"select min({ROW}) from {table} where contains({cell}, chr(10)) "  # noqa: S608 - names are quoted
            f"and ({parted} >= {marks} or {breaks} > {_MOST_BREAKS})"
        ).fetchall()[0][0]
        if found is not None:
            _refuse_cell(file, in_file(found, blank_lines(file.path)) + 1)


def _refuse_unclosed(file: File) -> None:
    """Refuse a cell that nothing closes up to the end, of which the reader of columns says nothing.

    A quotation mark in the middle of a cell that did not begin with one is a letter like any other.
    """
    row = 0
    try:
        with file.path.open(encoding="utf-8-sig", newline="") as stream:
            for row, _ in enumerate(csv.reader(stream, strict=True), 1):  # noqa: B007 - the row is told
                pass
    except csv.Error:
        # The first row is the headings, so that as many were read as the number of the next one says.
        _refuse_cell(file, row)


def _refuse_cell(file: File, row: int) -> NoReturn:
    message = f"{file.name}: a cell of row {row} goes on over further rows; close its quotation mark"
    raise CommandError(message)


def _quotation_marks(file: File) -> int:
    with file.path.open("rb") as stream:
        return sum(piece.count(b'"') for piece in iter(partial(stream.read, _PIECE), b""))


def _refuse_encoding(file: File) -> NoReturn:
    """Say where the file stops being UTF-8: two systems' exports put together are often the cause."""
    line = 0
    with file.path.open("rb") as stream:
        for line, text in enumerate(stream, 1):  # noqa: B007 - the line is told
            try:
                text.decode("utf-8")
            except UnicodeDecodeError:
                break
    way = "say --encoding windows-1252 if that is what it is, or save it as UTF-8, each part from its own encoding"
    message = f"{file.name} is not UTF-8 from line {line} on; {way}"
    raise CommandError(message)
