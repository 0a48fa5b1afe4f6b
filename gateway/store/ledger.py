"""The audit log in the database: append an entry, issue a ticket with it, open the ticket that admits a read."""

import os
from binascii import b2a_base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from uuid import UUID

from audit.entry import COMMITTED_FIELDS, Entry
from audit.leaf import SALT_SIZE, commit_entry
from gateway.store import wire
from gateway.store.wire import Session, Statement, Step

_ENTRY = (1, 0, 0, 1, 0)
_APPEND = Statement(b"hg_append", b"SELECT audit.append_entry($1, $2, $3, $4, $5)", _ENTRY)
_AUTHORISE = Statement(
    b"hg_authorise",
    b"SELECT audit.authorise($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    (*_ENTRY, 1, 0, 0, 0, 0, 0, 0, 0),
)
_QUOTED = {value.encode(): f'"{value}"' for value in ("null", "[]", "{}", "true", "false")}
_OPEN = Statement(b"hg_open", b"SELECT audit.open_ticket($1)", (1,))


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


def append(session: Session, entry: Entry, *, commit: bool = False) -> bytes:
    """Append an entry in the session's transaction and return its leaf. Durable when that transaction commits.

    From here on that transaction may change what its role may change about people, in the name of the entry's actor
    and for its purpose. `commit`: the entry is the last of the transaction, and committed in the same round trip.
    """
    leaf, values = committed(entry)
    wire.run(session, [(_APPEND, values)], commit=commit)
    return leaf


def authorise(session: Session, entry: Entry, ticket: Ticket, width: int, *, commit: bool = False) -> bytes:
    """Append an authorisation and issue its ticket in one call; return the leaf. `width`: number of bits of a mask.

    `commit`: both are committed in the same round trip, and the ticket can be opened.
    """
    leaf, values = committed(entry)
    subjects = ticket.subjects
    values += (
        ticket.ticket_id.bytes, _array(ticket.own_sources), ticket.not_after.isoformat().encode(),
        _array(one.person_id for one in subjects), _array(one.band for one in subjects),
        _array(_mask_text(one.shown, width) for one in subjects),
        _array(_mask_text(one.counted, width) for one in subjects),
        _array(_mask_text(one.existing, width) for one in subjects),
    )  # fmt: skip
    wire.run(session, [(_AUTHORISE, values)], commit=commit)
    return leaf


def open_ticket(session: Session, ticket_id: UUID) -> None:
    """Open a committed ticket in the transaction that reads; raises `TicketRefusedError` through the transaction."""
    wire.run(session, [opening(ticket_id)])


def opening(ticket_id: UUID) -> Step:
    """The same as a step, for what is read in the same round trip."""
    return _OPEN, (ticket_id.bytes,)


def bit_string(mask: int, width: int) -> str:
    """A mask as PostgreSQL reads it: bit 0 first."""
    return format(mask, f"0{width}b")[::-1]


@lru_cache(maxsize=1024)
def _mask_text(mask: int, width: int) -> str:
    """The same in hexadecimal where the width allows it, a quarter as long; PostgreSQL knows it by its x."""
    bits = bit_string(mask, width)
    return bits if width % 4 else f"x{int(bits, 2):0{width // 4}x}"


def _array(values: Iterable[object]) -> bytes:
    """A PostgreSQL array of values that need no quoting: ids, numbers, masks."""
    return f"{{{','.join(map(str, values))}}}".encode()


def committed(entry: Entry) -> tuple[bytes, tuple[bytes, ...]]:
    """The leaf of an entry under fresh salts, and what `audit.append_entry` is called with, as the wire has it."""
    fresh = os.urandom(SALT_SIZE * len(COMMITTED_FIELDS))
    salts = iter([fresh[place : place + SALT_SIZE] for place in range(0, len(fresh), SALT_SIZE)])
    leaf, openings = commit_entry(entry, lambda _field: next(salts))
    # {field: [salt, canonical value as text]}, written out: names and base64 need no escaping. All salts become base64
    # in one go: the zero after each makes its 44 letters end on their own, in an A where padding belongs.
    letters = b2a_base64(b"\0".join([salt for salt, _ in openings.values()]) + b"\0", newline=False).decode()
    fields = ",".join(
        f'"{name}":["{letters[at : at + 43]}=",{_QUOTED.get(value) or encode_basestring(value.decode())}]'
        for at, (name, (_, value)) in zip(range(0, len(letters), 44), openings.items(), strict=True)
    )
    recorded_at = entry.at.astimezone(UTC).replace(microsecond=0).isoformat()
    return leaf, (
        UUID(entry.entry_id).bytes, entry.event.value.encode(), recorded_at.encode(), leaf, f"{{{fields}}}".encode(),
    )  # fmt: skip
