"""The coverage map: at one instant, what every person's list holds, under one root that the log has signed.

There is one map for each kind of list, so that the map of disclosable lists owes nothing to sealed entries. Under
SHA-256("hearthgate/coverage-map/v1" LF list LF person LF) stands

    value = HMAC-SHA-256(salt, count as 8 bytes || head)

with a salt of 32 bytes of its own in every map: whoever sees a value beside their own path learns neither a
neighbour's count nor, from two maps, whether it has changed. A person whose lists were erased has a value that says
so. The root is signed in a note of the log's key, of six lines:

    hearthgate/coverage-map/v1
    log <origin>
    list <disclosable or sealed>
    map <number: maps of one moment share it, the first are 1>
    at <RFC 3339, UTC, seconds>
    root <base64>

The note names neither the size of the tree nor the number of persons. `at` is the instant up to which every entry of
the log is in the map; some later ones may be.
"""

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from audit.encoding import from_base64, to_base64
from audit.entry import format_second
from audit.errors import NoteError
from audit.keys import SignerKey, VerifierKey
from audit.merkle import HASH_SIZE
from audit.notes import open_note, sign_note
from audit.subject_list import ListKind

MAP_FORMAT = "hearthgate/coverage-map/v1"
ERASED_COUNT = 2**64 - 1
"""Stands for the count of lists that were erased; no list grows so long."""

_COUNT_BYTES = 8
_FORM = re.compile(
    rf"{MAP_FORMAT}\nlog (?P<log>[A-Za-z0-9./_-]{{1,128}})\nlist (?P<list>disclosable|sealed)\n"
    r"map (?P<number>[1-9][0-9]{0,15})\n"
    r"at (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\nroot (?P<root>[A-Za-z0-9+/]{43}=)\n"
)


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """A map as it is signed. `number` counts the moments at which maps were taken; `at` is aware, whole seconds."""

    log_id: str
    kind: ListKind
    number: int
    at: datetime
    root: bytes

    def encode(self) -> str:
        """The text that is signed; ends in a newline."""
        at = format_second(self.at)
        where = f"log {self.log_id}\nlist {self.kind}\nmap {self.number}"
        return f"{MAP_FORMAT}\n{where}\nat {at}\nroot {to_base64(self.root)}\n"


def sign_map(coverage: CoverageMap, signer: SignerKey) -> str:
    """The map's root as a signed note. Raises `NoteError` for values that the form cannot hold."""
    parse_map(coverage.encode())
    return sign_note(coverage.encode(), [signer])


def parse_map(text: str) -> CoverageMap:
    """Read the text of a map's note, signatures aside. Raises `NoteError`."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise NoteError("not the note of a coverage map")
    try:
        at = datetime.strptime(found["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        root = from_base64(found["root"])
    except ValueError:
        raise NoteError("the note of a coverage map holds an impossible hash or time") from None
    return CoverageMap(found["log"], ListKind(found["list"]), int(found["number"]), at, root)


def open_map(note: str | bytes, log_keys: Iterable[VerifierKey], log_id: str | None = None) -> CoverageMap:
    """Verify a map's note: signed by a key of the log that it names (`log_id`, or the key's own name).

    Raises `NoteError`.
    """
    opened = open_note(note, log_keys)
    coverage = parse_map(opened.text)
    if coverage.log_id != (opened.verified[0].key.name if log_id is None else log_id):
        raise NoteError("the coverage map is of another log")
    return coverage


def map_key(person: str, kind: ListKind) -> bytes:
    """The key of a person's list in the maps of its kind; `person` is lower-case UUID text."""
    return sha256(f"{MAP_FORMAT}\n{kind}\n{person}\n".encode()).digest()


def map_value(salt: bytes, count: int, head: bytes) -> bytes:
    """What a map holds for a list of `count` leaves; 32 bytes whatever the count. The salt is 32 bytes long."""
    return hmac.digest(salt, count.to_bytes(_COUNT_BYTES, "big") + head, "sha256")


def erased_value(salt: bytes) -> bytes:
    """What a map holds for a list that was erased."""
    return map_value(salt, ERASED_COUNT, bytes(HASH_SIZE))


class SaltSource:
    """The salts of one map, HMAC-SHA-256(secret, map number || key), so that the log's keeper need not store them."""

    __slots__ = ("_state",)

    def __init__(self, secret: bytes, map_number: int) -> None:
        self._state = hmac.new(secret, map_number.to_bytes(_COUNT_BYTES, "big"), "sha256")

    def __call__(self, key: bytes) -> bytes:
        """The salt of a key; 32 bytes."""
        state = self._state.copy()
        state.update(key)
        return state.digest()
