"""Facts into the table by COPY in binary form: one statement and one stream for thousands of rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gateway.store.fact_columns import NewFact, length, moment_column, sized
from gateway.store.scripts import driver_connection

_COLUMNS = (
    "fact_id", "fact_key", "record_id", "source_no", "item_no", "value", "valid_from", "valid_to", "happened_at",
    "nature", "subject_role", "handling", "disputed", "tombstone", "content_digest", "batch_id", "agreement",
    "recorded_at",
)  # fmt: skip
_BEGINS, _ENDS = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_TOGETHER = 500


def copy_facts(
    connection: Connection, facts: Sequence[NewFact], common: Mapping[str, Any], ids: Sequence[bytes]
) -> None:
    """Insert versions in one statement. `common` holds batch_id, agreement and recorded_at."""
    tail = (
        sized(common["batch_id"].bytes) + sized(common["agreement"].encode())
        + moment_column(str(common["recorded_at"]))
    )  # fmt: skip
    with (
        _plain_errors(),
        driver_connection(connection).cursor() as cursor,
        cursor.copy(f"COPY hearth.fact ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_BEGINS)
        for first in range(0, len(facts), _TOGETHER):
            copy.write(_lines(facts[first : first + _TOGETHER], ids[first : first + _TOGETHER], tail))
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


def _lines(facts: Sequence[NewFact], ids: Sequence[bytes], tail: bytes) -> bytes:
    begins = len(_COLUMNS).to_bytes(2, "big") + length(16)
    to_key, to_record, to_content = length(32), length(16), length(32)
    return b"".join(
        [
            part
            for (fact_key, record_id, _, _, columns, content_digest, _, _), fact_id in zip(facts, ids, strict=True)
            for part in (
                begins, fact_id, to_key, fact_key, to_record, record_id, columns, to_content, content_digest, tail
            )
        ]
    )  # fmt: skip


class _plain_errors:  # noqa: N801 - a context manager
    """Errors of the driver as SQLAlchemy's, without the values of a row."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, psycopg.Error):
            raise DBAPIError.instance(None, None, error, psycopg.Error, hide_parameters=True) from None
