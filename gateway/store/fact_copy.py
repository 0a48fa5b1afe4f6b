"""Facts into the table by COPY in binary form: one statement and one stream for thousands of rows.

The form is that of PostgreSQL's documentation of COPY: of each column four bytes with its length, then its bytes; -1
stands for NULL. Days count from 2000-01-01, moments in microseconds from its midnight in UTC.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gateway.store.scripts import driver_connection

_COLUMNS = (
    "fact_id", "fact_key", "record_id", "source_no", "item_no", "value", "valid_from", "valid_to", "happened_at",
    "nature", "subject_role", "handling", "disputed", "tombstone", "content_digest", "batch_id", "agreement",
    "recorded_at",
)  # fmt: skip
_BEGINS, _ENDS = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_TOGETHER = 500
_NULL = b"\xff\xff\xff\xff"
_JSONB_VERSION = b"\1"
_DAY_ZERO = date(2000, 1, 1).toordinal()
_ZERO = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_REMEMBERED = 20_000
_length = struct.Struct("!i").pack
_two_numbers = struct.Struct("!ihih").pack
_day = struct.Struct("!ii").pack
_moment = struct.Struct("!iq").pack


class NewFact(NamedTuple):
    """A fact ready to be stored: every column of a version but those that the batch adds.

    `value` is JSON. `columns` are those from source to tombstone, as `fact_columns` makes them. `earlier_keys` and
    `earlier_contents` are the two digests under keys that have been rotated since, newest first.
    """

    fact_key: bytes
    record_id: bytes
    source_no: int
    item_no: int
    value: str
    columns: bytes
    content_digest: bytes
    earlier_keys: tuple[bytes, ...] = ()
    earlier_contents: tuple[bytes, ...] = ()


def copy_facts(
    connection: Connection, facts: Sequence[NewFact], common: Mapping[str, Any], ids: Iterator[UUID]
) -> None:
    """Insert versions in one statement. `common` holds batch_id, agreement and recorded_at."""
    tail = (
        _sized(common["batch_id"].bytes) + _sized(common["agreement"].encode())
        + moment_column(str(common["recorded_at"]))
    )  # fmt: skip
    with (
        _plain_errors(),
        driver_connection(connection).cursor() as cursor,
        cursor.copy(f"COPY hearth.fact ({', '.join(_COLUMNS)}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.write(_BEGINS)
        lines = _lines(facts, tail, ids)
        for _ in range(0, len(facts), _TOGETHER):
            copy.write(b"".join([part for _, line in zip(range(_TOGETHER), lines, strict=False) for part in line]))
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


def fact_columns(  # noqa: PLR0913, PLR0917 - the columns of a fact
    source_no: int,
    item_no: int,
    value: str,
    moments: tuple[str | None, str | None, str | None],
    nature: str,
    subject_role: str | None,
    handling: str | None,
    disputed: bool,  # noqa: FBT001
) -> bytes:
    """The columns of a fact that stands, from its source to its tombstone.

    `value` is JSON; `moments` are its first and last day and when it happened, in ISO 8601, the last with its offset.
    """
    text = value.encode()
    return b"".join(
        (
            _two_numbers(2, source_no, 2, item_no), _length(len(text) + 1), _JSONB_VERSION, text,
            day_column(moments[0]), day_column(moments[1]), moment_column(moments[2]),
            _kind_columns(nature, subject_role, handling, disputed),
        )
    )  # fmt: skip


@lru_cache(_REMEMBERED)
def day_column(day: str | None) -> bytes:
    """A day as a column; None for none."""
    return _NULL if day is None else _day(4, date.fromisoformat(day).toordinal() - _DAY_ZERO)


def moment_column(moment: str | None) -> bytes:
    """A moment with its offset as a column; None for none."""
    return _NULL if moment is None else _moment(8, (datetime.fromisoformat(moment) - _ZERO) // _MICROSECOND)


@lru_cache(1024)
def _kind_columns(nature: str, subject_role: str | None, handling: str | None, disputed: bool) -> bytes:  # noqa: FBT001
    texts = [_NULL if text is None else _sized(text.encode()) for text in (nature, subject_role, handling)]
    stands = _sized(b"\0")
    return b"".join(texts) + _sized(b"\1" if disputed else b"\0") + stands


def _lines(facts: Sequence[NewFact], tail: bytes, ids: Iterator[UUID]) -> Iterator[tuple[bytes, ...]]:
    begins = len(_COLUMNS).to_bytes(2, "big") + _length(16)
    to_key, to_record, to_content = _length(32), _length(16), _length(32)
    for (fact_key, record_id, _, _, _, columns, content_digest, _, _), fact_id in zip(facts, ids, strict=False):
        yield (
            begins, fact_id.bytes, to_key, fact_key, to_record, record_id, columns, to_content, content_digest, tail
        )  # fmt: skip


def _sized(content: bytes) -> bytes:
    return _length(len(content)) + content


class _plain_errors:  # noqa: N801 - a context manager
    """Errors of the driver as SQLAlchemy's, without the values of a row."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, psycopg.Error):
            raise DBAPIError.instance(None, None, error, psycopg.Error, hide_parameters=True) from None
