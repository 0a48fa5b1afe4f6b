"""Facts into the table by COPY in binary form: one statement and one stream for thousands of rows."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from gateway.store.fact_lines import FACT_COLUMNS
from gateway.store.plain_errors import plain_errors
from gateway.store.scripts import driver_connection

_BEGINS, _ENDS = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_PIECE = 256 * 1024


def copy_facts(connection: Connection, lines: bytes) -> None:
    """Insert the versions of some lines, joined, in one statement."""
    content = memoryview(lines)
    with (
        plain_errors(),
        driver_connection(connection).cursor() as cursor,
        cursor.copy(f"COPY hearth.fact ({', '.join(FACT_COLUMNS)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_BEGINS)
        for first in range(0, len(lines), _PIECE):
            copy.write(content[first : first + _PIECE])
        copy.write(_ENDS)


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values that psycopg knows. `table` and `columns` are names of ours."""
    with (
        plain_errors(),
        driver_connection(connection).cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
