"""The audit log in the database: append an entry, issue a ticket with it, open the ticket that admits a read."""

import re
from binascii import b2a_base64
from dataclasses import dataclass
from datetime import UTC, datetime
from struct import Struct
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from audit.entry import COMMITTED_FIELDS, Entry
from audit.errors import EntryError
from audit.leaf import SALT_SIZE, commit_fields
from gateway.random_pool import RandomPool
from gateway.store import wire
from gateway.store.append_many import AppendedRow, EntryRow, TicketRow, append_many, array_text, mask_text
from gateway.store.group_commit import GroupCommit
from gateway.store.wire import Session, Statement, Step

_APPEND = Statement(b"hg_append", b"SELECT audit.append_entry($1, $2, $3, $4, $5)", (1, 0, 0, 1, 0))
# {field: [salt, canonical value as text]}, written out: names and base64 need no escaping.
_OPENINGS = b"{%b}" % b",".join(b'"%b":["%%b=","%%b"]' % name.encode() for name in COMMITTED_FIELDS)
_FRESH = RandomPool(SALT_SIZE * len(COMMITTED_FIELDS), 32)
_SALTS = Struct(f"{SALT_SIZE}s" * len(COMMITTED_FIELDS))
_LETTERS = Struct("43sx" * len(COMMITTED_FIELDS))
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_OPEN = Statement(b"hg_open", b"SELECT audit.open_ticket($1)", (1,))
# Of this transaction alone: those of the same connection that follow wait for the disk again.
_OPEN_UNFLUSHED = Statement(
    b"hg_open_unflushed", b"SELECT audit.open_ticket($1), set_config('synchronous_commit', 'off', true)", (1,)
)


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


class Unwritten(NamedTuple):
    """An entry to be appended and, where it authorises a read, its ticket. `width`: number of bits of a mask."""

    entry: Entry
    ticket: Ticket | None = None
    width: int = 0


LogQueue: TypeAlias = GroupCommit[Unwritten, AppendedRow]
"""Appends what several threads have to append in one transaction."""

Log: TypeAlias = "Session | LogQueue"
"""Where an entry goes: into a transaction of the caller's, or with others' into one that is committed at once."""


def append(log: Log, entry: Entry, *, commit: bool = False) -> bytes:
    """Append an entry and return its leaf. With others' it is durable when this returns, else when they commit.

    In a transaction of the caller's, that may from here on change what its role may change about people, in the name of
    the entry's actor and for its purpose. `commit`: the entry is its last, and committed in the same round trip.
    """
    if isinstance(log, GroupCommit):
        return log.append(Unwritten(entry)).row.entry.leaf
    leaf, row = committed(entry)
    wire.run(log, [(_APPEND, row)], commit=commit)
    return leaf


def authorise(log: Log, entry: Entry, ticket: Ticket, width: int, *, commit: bool = False) -> bytes:
    """Append an authorisation and issue its ticket in one call; return the leaf. `width`: number of bits of a mask.

    With others' both are durable when this returns, and the ticket can be opened. In a transaction of the caller's they
    are when that commits; `commit`: in the same round trip.
    """
    authorising = Unwritten(entry, ticket, width)
    if isinstance(log, GroupCommit):
        return log.append(authorising).row.entry.leaf
    row = written(authorising)
    wire.run(log, [append_many([row])], commit=commit)
    return row.entry.leaf


def authorise_and_read(log: LogQueue, entry: Entry, ticket: Ticket, width: int, reading: Step) -> list[tuple[Any, ...]]:
    """Append an authorisation, durable; then, in a transaction of its own, open its ticket and read. The rows read.

    For what leaves only behind an outcome: see `opening`. One wait for both transactions; the second begins when the
    first is on the disk, since the database takes them from one connection in their order.
    """
    done = log.append(Unwritten(entry, ticket, width), [opening(ticket.ticket_id, outcome_follows=True), reading])
    return done.rows


def written(unwritten: Unwritten) -> AppendedRow:
    """An entry under fresh salts and its ticket, as the wire has them. Raises `EntryError` where that is impossible."""
    _, row = committed(unwritten.entry)
    ticket, width = unwritten.ticket, unwritten.width
    if ticket is None:
        return AppendedRow(row)
    subjects = tuple(
        (
            one.person_id.bytes, str(one.band), mask_text(one.shown, width), mask_text(one.counted, width),
            mask_text(one.existing, width),
        )
        for one in ticket.subjects
    )  # fmt: skip
    not_after = ticket.not_after.isoformat().encode()
    return AppendedRow(row, TicketRow(ticket.ticket_id.bytes, array_text(ticket.own_sources), not_after, subjects))


def open_ticket(session: Session, ticket_id: UUID) -> None:
    """Open a committed ticket in the transaction that reads; raises `TicketRefusedError` through the transaction."""
    wire.run(session, [opening(ticket_id)])


def opening(ticket_id: UUID, *, outcome_follows: bool = False) -> Step:
    """The same as a step, for what is read in the same round trip.

    `outcome_follows`: nothing is released before an entry of a later transaction is durable. This one need not wait for
    the disk then: what was written before that entry is on the disk when the entry is.
    """
    return _OPEN_UNFLUSHED if outcome_follows else _OPEN, (ticket_id.bytes,)


def committed(entry: Entry) -> tuple[bytes, EntryRow]:
    """The leaf of an entry under fresh salts, and what `audit.append_entry` is called with, as the wire has it.

    Raises `EntryError` for U+0000, which the database would take in an opening and never read again: no card could be
    made of the entry, and no entry after it would get its place in the tree.
    """
    leaf, salts, values = commit_fields(entry, _FRESH.take())
    # All salts become base64 in one go: the zero after each makes its 44 letters end on their own, in an A where
    # padding belongs. Canonical text needs nothing escaped but quotes and backslashes, and holds no line break.
    letters = b2a_base64(b"\0".join(_SALTS.unpack(salts)) + b"\0", newline=False)
    opened: list[bytes] = [b""] * (2 * len(values))
    opened[::2] = _LETTERS.unpack(letters)
    joined = b"\n".join(values)
    if b"\\u0000" in joined and _NUL.search(joined):
        held = next(name for name, value in zip(COMMITTED_FIELDS, values, strict=True) if _NUL.search(value))
        raise EntryError(held, "holds U+0000, which no text holds")
    opened[1::2] = joined.replace(b"\\", b"\\\\").replace(b'"', b'\\"').split(b"\n")
    recorded_at = entry.at.astimezone(UTC).replace(microsecond=0).isoformat()
    return leaf, EntryRow(
        UUID(entry.entry_id).bytes, entry.event.value.encode(), recorded_at.encode(), leaf, _OPENINGS % tuple(opened)
    )
