"""What the sequencer signs beside a checkpoint, so that no column of the audit tables stands outside a signature.

The Merkle tree holds leaves; it holds neither when a checkpoint was signed nor what the tickets of its entries admit.
Both are sealed batch by batch in a signed note (C2SP signed-note) of the log's key over six lines:

    hearthgate/audit-batch/v1
    log <origin>
    leaves <first leaf index of the batch> to <size of the tree after it>
    root <base64>
    at <RFC 3339, UTC, microseconds>
    tickets <base64 root over the batch's ticket digests>

Every line but the first begins with a word, so that no seal reads as a checkpoint. Tickets are the gateway's own
working rows: neither they nor the seal leave in an export.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from audit.canonical import Json, canonical_json
from audit.encoding import from_base64, to_base64
from audit.errors import NoteError
from audit.keys import SignerKey
from audit.merkle import leaf_hash, root_of
from audit.notes import sign_note

_HEADER = "hearthgate/audit-batch/v1"
_INDEX_BYTES = 8
_FORM = re.compile(
    rf"{_HEADER}\nlog (?P<log>[A-Za-z0-9./_-]+)\nleaves (?P<base>\d+) to (?P<size>\d+)\n"
    r"root (?P<root>[A-Za-z0-9+/=]+)\n"
    r"at (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\ntickets (?P<tickets>[A-Za-z0-9+/=]+)\n"
)
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True)
class SealedTicket:
    """A ticket's columns as they are sealed. `subjects`: (person, band, shown, counted, existing).

    A mask is hexadecimal: its number of bits in eight digits, then the bits, the first one first, filled up with zeros.
    """

    ticket_id: UUID
    own_sources: tuple[int, ...]
    not_after: datetime
    issued_at: datetime
    xact: str
    subjects: tuple[tuple[UUID, int, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class BatchSeal:
    """One batch: leaves `base` to `size` (not included), the root after it, when, and the root over its tickets."""

    log_id: str
    base: int
    size: int
    root: bytes
    at: datetime
    tickets: bytes

    def encode(self) -> str:
        """The text that is signed; ends in a newline."""
        return (
            f"{_HEADER}\nlog {self.log_id}\nleaves {self.base} to {self.size}\nroot {to_base64(self.root)}\n"
            f"at {self.at.astimezone(UTC).strftime(_TIME)}\ntickets {to_base64(self.tickets)}\n"
        )


def sign_seal(seal: BatchSeal, signer: SignerKey) -> str:
    """The seal as a signed note."""
    return sign_note(seal.encode(), [signer])


def parse_seal(text: str) -> BatchSeal:
    """Read the text of a seal, signatures aside. Raises `NoteError`."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise NoteError("not the seal of a batch")
    try:
        root, tickets = from_base64(found["root"]), from_base64(found["tickets"])
        at = datetime.strptime(found["at"], _TIME).replace(tzinfo=UTC)
    except ValueError:
        raise NoteError("the seal of a batch holds an impossible hash or time") from None
    return BatchSeal(found["log"], int(found["base"]), int(found["size"]), root, at, tickets)


def ticket_digest(tickets: Sequence[SealedTicket]) -> bytes:
    """Digest of all tickets of one entry, 32 bytes, whatever order they and their subjects come in."""
    rows: list[Json] = [_ticket_row(ticket) for ticket in sorted(tickets, key=lambda one: one.ticket_id)]
    return sha256(canonical_json(rows)).digest()


def _ticket_row(ticket: SealedTicket) -> Json:
    subjects: list[Json] = [
        [str(person), band, shown, counted, existing]
        for person, band, shown, counted, existing in sorted(ticket.subjects)
    ]
    own: list[Json] = list(ticket.own_sources)
    times: list[Json] = [_instant(ticket.not_after), _instant(ticket.issued_at)]
    return [str(ticket.ticket_id), own, *times, ticket.xact, subjects]


def tickets_root(digests: Iterable[tuple[int, bytes]]) -> bytes:
    """Root over (leaf index, ticket digest) in the order of the index; that of the empty tree where there are none."""
    return root_of([leaf_hash(index.to_bytes(_INDEX_BYTES, "big") + digest) for index, digest in digests])


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"
