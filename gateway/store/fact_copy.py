"""Facts into the table by COPY in binary form: one statement and one stream for thousands of rows."""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gateway.store.fact_lines import FACT_COLUMNS
from gateway.store.scripts import driver_connection

_BEGINS, _ENDS = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_PIECE = 256 * 1024


def copy_facts(connection: Connection, lines: bytes) -> None:
    """Insert the versions of some lines, joined, in one statement."""
    content = memoryview(lines)
    with (
        _plain_errors(),
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
        _plain_errors(),
        driver_connection(connection).cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


class _plain_errors:  # noqa: N801 - a context manager
    """Errors of the driver as SQLAlchemy's, without the values of a row."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, psycopg.Error):
            raise DBAPIError.instance(None, None, error, psycopg.Error, hide_parameters=True) from None
