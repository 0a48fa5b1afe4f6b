"""The audit log in the database: append an entry, issue a ticket with it, open the ticket that admits a read."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, LiteralString, TypeAlias
from uuid import UUID

import psycopg
from sqlalchemy import Connection

from audit.encoding import to_base64
from audit.entry import COMMITTED_FIELDS, Entry
from audit.leaf import SALT_SIZE, commit_entry

Session: TypeAlias = "Connection | psycopg.Connection[Any]"
"""Where a call runs: a transaction of SQLAlchemy's, or psycopg itself where every microsecond counts."""

_APPEND: LiteralString = "SELECT audit.append_entry(%s, %s, %s, %s, %s::jsonb)"
_AUTHORISE: LiteralString = (
    "SELECT audit.authorise(%s, %s, %s, %s, %s::jsonb, %s, %s::smallint[], %s, %s::uuid[], %s::smallint[],"
    " %s::bit varying[], %s::bit varying[], %s::bit varying[])"
)
_OPEN: LiteralString = "SELECT audit.open_ticket(%s)"


@dataclass(frozen=True, slots=True)
class TicketSubject:
    """What a ticket admits of one person's records of one band, as masks over the register's vocabulary."""

    person_id: UUID
    band: int
    shown: int
    counted: int
    existing: int


@dataclass(frozen=True, slots=True)
class Ticket:
    """An authorisation to read, for agencies' own sources named by number."""

    ticket_id: UUID
    entry_id: UUID
    own_sources: tuple[int, ...]
    not_after: datetime
    subjects: tuple[TicketSubject, ...]


def append(session: Session, entry: Entry) -> bytes:
    """Append an entry in the caller's transaction and return its leaf. Durable when that transaction commits.

    From here on that transaction may change what its role may change about people, in the name of the entry's actor
    and for its purpose.
    """
    leaf, parameters = committed(entry)
    _run(session, _APPEND, parameters)
    return leaf


def authorise(session: Session, entry: Entry, ticket: Ticket, width: int) -> bytes:
    """Append an authorisation and issue its ticket in one call; return the leaf. `width`: number of bits of a mask.

    Committed by the caller's transaction; a psycopg connection in autocommit mode commits it in the same round trip.
    """
    leaf, parameters = committed(entry)
    subjects = ticket.subjects
    parameters += (
        ticket.ticket_id, _array(ticket.own_sources), ticket.not_after,
        _array(one.person_id for one in subjects), _array(one.band for one in subjects),
        _array(_mask_text(one.shown, width) for one in subjects),
        _array(_mask_text(one.counted, width) for one in subjects),
        _array(_mask_text(one.existing, width) for one in subjects),
    )  # fmt: skip
    _run(session, _AUTHORISE, parameters)
    return leaf


def open_ticket(session: Session, ticket_id: UUID) -> None:
    """Open a committed ticket in the transaction that reads; raises `TicketRefusedError` through the transaction."""
    _run(session, _OPEN, (ticket_id,))


def bit_string(mask: int, width: int) -> str:
    """A mask as PostgreSQL reads it: bit 0 first."""
    return format(mask, f"0{width}b")[::-1]


@lru_cache(maxsize=1024)
def _mask_text(mask: int, width: int) -> str:
    """The same in hexadecimal where the width allows it, a quarter as long; PostgreSQL knows it by its x."""
    bits = bit_string(mask, width)
    return bits if width % 4 else f"x{int(bits, 2):0{width // 4}x}"


def _array(values: Iterable[object]) -> str:
    """A PostgreSQL array of values that need no quoting: ids, numbers, masks."""
    return f"{{{','.join(map(str, values))}}}"


def committed(entry: Entry) -> tuple[bytes, tuple[Any, ...]]:
    """The leaf of an entry under fresh salts, and what `audit.append_entry` is called with."""
    fresh = os.urandom(SALT_SIZE * len(COMMITTED_FIELDS))
    salts = iter([fresh[place : place + SALT_SIZE] for place in range(0, len(fresh), SALT_SIZE)])
    leaf, openings = commit_entry(entry, lambda _field: next(salts))
    # {field: [salt, canonical value as text]}, written out: names and base64 need no escaping.
    fields = ",".join(
        f'"{name}":["{to_base64(salt)}",{encode_basestring(value.decode())}]'
        for name, (salt, value) in openings.items()
    )
    recorded_at = entry.at.astimezone(UTC).replace(microsecond=0)
    return leaf, (UUID(entry.entry_id), entry.event.value, recorded_at, leaf, f"{{{fields}}}")


def _run(session: Session, statement: LiteralString, parameters: tuple[Any, ...]) -> None:
    if isinstance(session, psycopg.Connection):
        session.execute(statement, parameters)
    else:
        session.exec_driver_sql(statement, parameters)
