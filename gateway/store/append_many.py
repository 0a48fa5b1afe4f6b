"""What `audit.append_many` is called with: the entries of several callers and their tickets, as the wire has them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from gateway.store.wire import Statement, Step, binary_array

_ENTRIES = (1, 0, 0, 1, 1)
_TICKETS = (1, 0, 0, 0, 0, 1, 0, 0, 0, 0)
_APPEND = Statement(b"hg_append_many", b"SELECT audit.append_many($1, $2, $3, $4, $5)", _ENTRIES)
_AUTHORISE = Statement(
    b"hg_authorise_many",
    b"SELECT audit.append_many($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    (*_ENTRIES, *_TICKETS),
)
# Types' numbers are PostgreSQL's own and the same everywhere.
_UUID, _BYTEA, _JSONB = 2950, 17, 3802
_JSONB_VERSION = b"\x01"


class EntryRow(NamedTuple):
    """An entry as `audit.append_entry` is called with it: its id in 16 bytes, its leaf; the others as text."""

    entry_id: bytes
    event: bytes
    at: bytes
    leaf: bytes
    fields: bytes


class TicketRow(NamedTuple):
    """A ticket: its id in 16 bytes, own sources as an array, `not_after` as text, and what it admits of each subject.

    `subjects`: (person id in 16 bytes, band, shown, counted, existing), a mask as `mask_text` gives it.
    """

    ticket_id: bytes
    own_sources: bytes
    not_after: bytes
    subjects: tuple[tuple[bytes, str, str, str, str], ...]


class AppendedRow(NamedTuple):
    """An entry and, where it authorises a read, its ticket."""

    entry: EntryRow
    ticket: TicketRow | None = None


def append_many(rows: Sequence[AppendedRow]) -> Step:
    """The one step that appends them all, or none."""
    ids, events, times, leaves, fields = zip(*(row.entry for row in rows), strict=True)
    values = (
        binary_array(_UUID, ids), _text_array(events), _text_array(times), binary_array(_BYTEA, leaves),
        binary_array(_JSONB, [_JSONB_VERSION + one for one in fields]),
    )  # fmt: skip
    tickets = [(number, row.ticket) for number, row in enumerate(rows, 1) if row.ticket is not None]
    if not tickets:
        return _APPEND, values
    subjects = [(str(number), *subject) for number, (_, ticket) in enumerate(tickets, 1) for subject in ticket.subjects]
    numbers, persons, bands, shown, counted, existing = zip(*subjects, strict=True) if subjects else ((),) * 6
    return _AUTHORISE, (
        *values,
        binary_array(_UUID, [ticket.ticket_id for _, ticket in tickets]), array_text(number for number, _ in tickets),
        b'{"%b"}' % b'","'.join([ticket.own_sources for _, ticket in tickets]),
        _text_array([ticket.not_after for _, ticket in tickets]),
        array_text(numbers), binary_array(_UUID, persons), array_text(bands),
        array_text(shown), array_text(counted), array_text(existing),
    )  # fmt: skip


@lru_cache(maxsize=1024)
def mask_text(mask: int, width: int) -> str:
    """A mask as PostgreSQL reads it, bit 0 first: in hexadecimal where the width allows it, a quarter as long."""
    bits = bit_string(mask, width)
    return bits if width % 4 else f"x{int(bits, 2):0{width // 4}x}"


def bit_string(mask: int, width: int) -> str:
    """A mask bit by bit, bit 0 first."""
    return format(mask, f"0{width}b")[::-1]


def array_text(values: Iterable[object]) -> bytes:
    """A PostgreSQL array of values that need no quoting: ids, numbers, masks."""
    return f"{{{','.join(map(str, values))}}}".encode()


def _text_array(values: Sequence[bytes]) -> bytes:
    """The same of texts that are spelled out already: names of event classes, instants."""
    return b"{%b}" % b",".join(values)
