"""Facts into the table by COPY: one statement and one stream for thousands of rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gateway.store.scripts import driver_connection

_COLUMNS = (
    "fact_id, fact_key, record_id, source_no, item_no, value, valid_from, valid_to, happened_at, nature, subject_role,"
    " handling, disputed, tombstone, content_digest, batch_id, agreement, recorded_at"
)
_TOGETHER = 500
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"
_encoded = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str).encode


class NewFact(NamedTuple):
    """A fact ready to be stored: every column of a version but those that the batch adds.

    `earlier_keys` and `earlier_contents` are the two digests under keys that have been rotated since, newest first.
    Where they are at hand: `value_text` is the value as JSON, and `days_text` the three moments as COPY has them.
    """

    fact_key: bytes
    record_id: UUID
    source_no: int
    item_no: int
    value: Mapping[str, Any]
    valid_from: date | None
    valid_to: date | None
    happened_at: datetime | None
    nature: str
    subject_role: str | None
    handling: str | None
    disputed: bool
    content_digest: bytes
    earlier_keys: tuple[bytes, ...] = ()
    earlier_contents: tuple[bytes, ...] = ()
    value_text: str = ""
    days_text: str = ""


def copy_facts(
    connection: Connection, facts: Sequence[NewFact], common: Mapping[str, Any], mint: Iterable[UUID]
) -> None:
    """Insert versions in one statement. `common` holds batch_id, agreement and recorded_at."""
    tail = f"\t{common['batch_id']}\t{_text(common['agreement'])}\t{common['recorded_at']}\n"
    with (
        _plain_errors(),
        driver_connection(connection).cursor() as cursor,
        cursor.copy(f"COPY hearth.fact ({_COLUMNS}) FROM STDIN") as copy,
    ):
        ids = iter(mint)
        for start in range(0, len(facts), _TOGETHER):
            copy.write("".join([_line(fact, next(ids), tail) for fact in facts[start : start + _TOGETHER]]))


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of values that psycopg knows. `table` and `columns` are names of ours."""
    with (
        _plain_errors(),
        driver_connection(connection).cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def days_text(*moments: date | datetime | str | None) -> str:
    """The moments of a fact as COPY has them."""
    return "\t".join([str(moment) if moment else _NULL for moment in moments])


def _line(fact: NewFact, fact_id: UUID, tail: str) -> str:
    value = (fact.value_text or _encoded(dict(fact.value))).replace("\\", "\\\\")
    return (
        f"{fact_id.hex}\t\\\\x{fact.fact_key.hex()}\t{fact.record_id.hex}\t{fact.source_no}\t{fact.item_no}\t{value}"
        f"\t{fact.days_text or days_text(fact.valid_from, fact.valid_to, fact.happened_at)}\t{fact.nature}"
        f"\t{_text(fact.subject_role)}\t{_text(fact.handling)}\t{'t' if fact.disputed else 'f'}\tf"
        f"\t\\\\x{fact.content_digest.hex()}{tail}"
    )


def _text(value: str | None) -> str:
    return _NULL if value is None else value.translate(_ESCAPES)


class _plain_errors:  # noqa: N801 - a context manager
    """Errors of the driver as SQLAlchemy's, without the values of a row."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, psycopg.Error):
            raise DBAPIError.instance(None, None, error, psycopg.Error, hide_parameters=True) from None
