"""The leaf of an entry: what stands in the Merkle tree and may leave the council.

A leaf is canonical JSON of six members:

    {"at": time to the second, "commitments": base64, "entry": id, "event": class, "log": log id, "v": 1}

`commitments` are 32 bytes for each field of `COMMITTED_FIELDS`, in that order, joined:
HMAC-SHA256(salt, field name || 0x00 || canonical value), with a random salt of 32 bytes for each field. Absent
fields are committed like all others, so a leaf shows neither what was filled in nor how long it is. Whoever has a
field's opening (salt and value) can check it against the leaf; once the salt is erased the commitment says nothing,
not even to somebody who tries every name and date, and the tree stays as it was.
"""

import hmac
import re
from binascii import b2a_base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from struct import Struct
from typing import NamedTuple

from audit.canonical import Json, canonical_json, canonical_texts, parse_canonical
from audit.encoding import from_base64
from audit.entry import COMMITTED_FIELDS, Entry, EventClass, committed_values
from audit.errors import EntryError, OpeningError

LEAF_VERSION = 1
SALT_SIZE = 32
MAX_LEAF_BYTES = 65_535
"""A tlog-tiles entry bundle gives an entry's length in 16 bits."""

_COMMITMENT_SIZE = 32
_COMMITMENTS_SIZE = _COMMITMENT_SIZE * len(COMMITTED_FIELDS)
_PLACES = {name: place * _COMMITMENT_SIZE for place, name in enumerate(COMMITTED_FIELDS)}
_INNER, _OUTER = bytes(byte ^ 0x36 for byte in range(256)), bytes(byte ^ 0x5C for byte in range(256))
_OUTER_REST = b"\x5c" * (64 - SALT_SIZE)
_TAGS = [name.encode() + b"\x00" for name in COMMITTED_FIELDS]
_INNER_TAGS = {name: b"\x36" * (64 - SALT_SIZE) + tag for name, tag in zip(COMMITTED_FIELDS, _TAGS, strict=True)}
_SALTS = Struct(f"{SALT_SIZE}s" * len(COMMITTED_FIELDS))
_KEYS = Struct("64s" * len(COMMITTED_FIELDS))
_ZEROS = bytes(64 - SALT_SIZE)
_LETTERS, _PADDING = (_COMMITMENTS_SIZE * 4 + 2) // 3, -_COMMITMENTS_SIZE % 3
LEAF_FORM = re.compile(
    rb'\{"at":"(?P<at>\d{4}-\d\d-\d\dT\d\d:[0-5]\d:[0-5]\dZ)",'
    rb'"commitments":"(?P<commitments>[A-Za-z0-9+/]{%d}={%d})",'
    % (_LETTERS, _PADDING)
    + rb'"entry":"(?P<entry>[A-Za-z0-9._:-]{1,128})","event":"(?P<event>[a-z-]{1,32})",'
    rb'"log":"(?P<log>[A-Za-z0-9./_-]{1,128})","v":1\}'
)
"""What the bytes of every leaf of version 1 match."""

_EVENTS = frozenset(EventClass)
_INSTANT = re.compile(rb'\.\d{6}Z"')
"""What follows on the second in a committed instant."""


class Opening(NamedTuple):
    """What opens one commitment: 32 bytes of salt, and the canonical bytes of the value. `repr` shows neither."""

    salt: bytes
    value: bytes

    def __repr__(self) -> str:
        return "Opening(...)"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf as parsed. `at` is RFC 3339 to the second; `commitments` maps each field to its 32 bytes."""

    entry_id: str
    event: EventClass
    at: str
    log_id: str
    commitments: Mapping[str, bytes]


class CommittedFields(NamedTuple):
    """A leaf; the salts of `COMMITTED_FIELDS`, joined; the canonical bytes of each value. `repr` shows none."""

    leaf: bytes
    salts: bytes
    values: list[bytes]

    def __repr__(self) -> str:
        return "CommittedFields(...)"


def commit_entry(entry: Entry, salts: Callable[[str], bytes]) -> tuple[bytes, dict[str, Opening]]:
    """The leaf of an entry and the openings of all its committed fields.

    `salts` is called once for each field name and must give 32 fresh random bytes each time. Raises `EntryError`
    for a salt of another length, for salts that repeat, and for values that have no canonical form.
    """
    drawn = [salts(name) for name in COMMITTED_FIELDS]
    for name, salt in zip(COMMITTED_FIELDS, drawn, strict=True):
        if len(salt) != SALT_SIZE:
            raise EntryError(name, "salt is not 32 bytes long")
    leaf, _, values = commit_fields(entry, b"".join(drawn))
    return leaf, dict(zip(COMMITTED_FIELDS, map(Opening, drawn, values), strict=True))


def commit_fields(entry: Entry, salts: bytes) -> CommittedFields:
    """The same with all fields at once, as every read pays for it twice. `salts`: 32 random bytes a field, joined.

    Raises as `commit_entry` does.
    """
    if len(salts) != _SALTS.size:
        raise EntryError("salts", "are not 32 bytes for each field")
    drawn = _SALTS.unpack(salts)
    if len(set(drawn)) != len(drawn):
        raise EntryError("salts", "two fields share a salt")
    try:
        texts = canonical_texts(committed_values(entry).values())
    except ValueError:
        raise next(_formless(entry)) from None
    # What `commitment` does, for all fields at once: the key of 64 bytes is the salt and zeros.
    keys = _ZEROS.join((*drawn, b""))
    inner, outer = _KEYS.unpack(keys.translate(_INNER)), _KEYS.unpack(keys.translate(_OUTER))
    joined = b"".join([
        sha256(after + sha256(before + tag + text).digest()).digest()
        for before, after, tag, text in zip(inner, outer, _TAGS, texts, strict=True)
    ])  # fmt: skip
    leaf = leaf_prefix(entry.clear_time()) + b2a_base64(joined, newline=False)
    return CommittedFields(leaf + leaf_suffix(entry.entry_id, entry.event, entry.log_id), salts, texts)


def _formless(entry: Entry) -> Iterator[EntryError]:
    for name, value in committed_values(entry).items():
        try:
            canonical_json(value)
        except ValueError as exc:
            yield EntryError(name, str(exc))


def commitment(field: str, salt: bytes, value: bytes) -> bytes:
    """HMAC-SHA256(salt, field name || 0x00 || canonical value); 32 bytes. The salt is 32 bytes long."""
    # RFC 2104 written out: `hmac.digest` spends half of its 2.5 microseconds on looking SHA-256 up, 27 times a leaf.
    inner = sha256(salt.translate(_INNER) + _INNER_TAGS[field] + value).digest()
    return sha256(salt.translate(_OUTER) + _OUTER_REST + inner).digest()


def parse_leaf(data: bytes) -> Leaf:
    """Read a leaf. Raises `EntryError` for any other spelling, version, event class or number of commitments."""
    found = LEAF_FORM.fullmatch(data)
    if found is None or len(data) > MAX_LEAF_BYTES:
        raise EntryError("leaf", "is not a leaf of version 1")
    event = found["event"].decode()
    if event not in _EVENTS:
        raise EntryError("event", "is not a known event class")
    try:
        joined = from_base64(found["commitments"].decode())
    except ValueError:
        raise EntryError("commitments", "are not standard base64") from None
    commitments = {name: joined[place : place + _COMMITMENT_SIZE] for name, place in _PLACES.items()}
    return Leaf(found["entry"].decode(), EventClass(event), found["at"].decode(), found["log"].decode(), commitments)


def check_openings(leaf_bytes: bytes, openings: Mapping[str, Opening]) -> None:
    """Check that each opening fits its field's commitment; some fields may be missing (erased, or not for the reader).

    Raises `OpeningError` naming the first field that does not fit, `EntryError` when the leaf cannot be read.
    """
    leaf = parse_leaf(leaf_bytes)
    for name, opening in openings.items():
        if name not in leaf.commitments:
            raise OpeningError(name if name.isidentifier() else "(unknown)", "is not a committed field")
        if len(opening.salt) != SALT_SIZE:
            raise OpeningError(name, "salt is not 32 bytes long")
        if not hmac.compare_digest(commitment(name, opening.salt, opening.value), leaf.commitments[name]):
            raise OpeningError(name, "salt and value do not fit the commitment")
    # The precise instant is committed, its second stands in clear: the two must not tell different stories.
    if "at" in openings and not _INSTANT.fullmatch(openings["at"].value.removeprefix(f'"{leaf.at[:-1]}'.encode())):
        raise OpeningError("at", "is not within the second that stands in clear")


def opened_values(leaf_bytes: bytes, openings: Mapping[str, Opening]) -> dict[str, Json]:
    """The checked values of the fields that are open. Raises as `check_openings` does."""
    check_openings(leaf_bytes, openings)
    values: dict[str, Json] = {}
    for name, opening in openings.items():
        try:
            values[name] = parse_canonical(opening.value)
        except ValueError as exc:
            raise OpeningError(name, str(exc)) from None
    return values


def leaf_prefix(at: str) -> bytes:
    """The bytes of a leaf before its commitments; `at` is RFC 3339 to the second."""
    return f'{{"at":"{at}","commitments":"'.encode()


def leaf_suffix(entry_id: str, event: str, log_id: str) -> bytes:
    """The bytes of a leaf after its commitments. None of the three may need escaping in JSON."""
    return f'","entry":"{entry_id}","event":"{event}","log":"{log_id}","v":{LEAF_VERSION}}}'.encode()
