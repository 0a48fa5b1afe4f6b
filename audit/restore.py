"""The declaration that a log was restored from a backup and lost its last leaves: a signed note of the log's key.

    hearthgate/log-restore/v1
    log <origin>
    lost-from <size> <root base64>      the head restored to: leaves below this size are kept
    lost-to <size> <root base64>        the newest head that was ever signed: leaves below this size were there
    at <RFC 3339 second, UTC>
    reason <code>

Every line but the header begins with a word, so no declaration can be read as a checkpoint, whose second line is a
number. Undeclared, such a restore is what a roll-back looks like. A witness adds its cosignature only after its
operator has accepted the declaration, and a checkpoint inside the gap is excused only by a cosigned declaration.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from audit.checkpoint import Checkpoint
from audit.encoding import from_base64, to_base64
from audit.entry import format_second
from audit.errors import RestoreError
from audit.keys import SignerKey, VerifierKey
from audit.merkle import EMPTY_ROOT, HASH_SIZE, MAX_SIZE
from audit.notes import Verified, open_note, sign_note

HEADER = "hearthgate/log-restore/v1"

_HEAD = r"(0|[1-9][0-9]{0,19}) ([A-Za-z0-9+/]{43}=)"
_RESTORE = re.compile(
    rf"{HEADER}\n"
    r"log ([A-Za-z0-9./_-]{1,128})\n"
    rf"lost-from {_HEAD}\n"
    rf"lost-to {_HEAD}\n"
    r"at ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)\n"
    r"reason ([a-z-]{1,40})\n"
)


class RestoreReason(StrEnum):
    """Why a backup had to be taken."""

    DISK_FAILURE = "disk-failure"
    CORRUPT_DATABASE = "corrupt-database"
    OPERATOR_ERROR = "operator-error"
    SITE_LOST = "site-lost"
    ATTACK = "attack"
    EXERCISE = "exercise"


@dataclass(frozen=True, slots=True)
class Head:
    """A tree's number of leaves and its root of 32 bytes."""

    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise RestoreError("a size or a root is out of range")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise RestoreError("root of the empty tree is not SHA-256 of nothing")


@dataclass(frozen=True, slots=True)
class Restore:
    """A declared restore: leaves `lost_from.size` to `lost_to.size - 1` are gone. `at` is cut to the second."""

    log_id: str
    lost_from: Head
    lost_to: Head
    at: datetime
    reason: RestoreReason

    def __post_init__(self) -> None:
        if self.lost_from.size >= self.lost_to.size:
            raise RestoreError("the declared restore loses no leaf")

    def encode(self) -> str:
        """The text that is signed; ends in a newline. Raises `RestoreError` for an origin the form cannot hold."""
        text = (
            f"{HEADER}\nlog {self.log_id}\nlost-from {_line(self.lost_from)}\nlost-to {_line(self.lost_to)}\n"
            f"at {format_second(self.at)}\nreason {self.reason.value}\n"
        )
        if not _RESTORE.fullmatch(text):
            raise RestoreError("it holds a value that its form does not allow")
        return text

    def excuses(self, older: Checkpoint) -> bool:
        """Whether a checkpoint kept before speaks of leaves that this restore lost, so that none can prove it now.

        At the two ends of the gap the root is known and must be that one.
        """
        if older.origin != self.log_id or not self.lost_from.size < older.size <= self.lost_to.size:
            return False
        return older.size < self.lost_to.size or older.root == self.lost_to.root


@dataclass(frozen=True, slots=True)
class OpenedRestore:
    """A declaration that the log has signed, and the witnesses whose operators accepted it."""

    restore: Restore
    witnesses: tuple[Verified, ...]


def sign_restore(restore: Restore, log_key: SignerKey) -> str:
    """The declaration as a signed note of the log."""
    return sign_note(restore.encode(), [log_key])


def parse_restore(text: str) -> Restore:
    """Read the text of a declaration (without signatures). Raises `RestoreError`."""
    found = _RESTORE.fullmatch(text)
    if found is None:
        raise RestoreError("not a declared restore of this format")
    log_id, from_size, from_root, to_size, to_root, at, reason = found.groups()
    try:
        heads = Head(int(from_size), from_base64(from_root)), Head(int(to_size), from_base64(to_root))
        when = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        return Restore(log_id, *heads, when, RestoreReason(reason))
    except ValueError:
        raise RestoreError("it holds an impossible root, time or reason") from None


def open_restore(
    note: str | bytes, log_key: VerifierKey | str, witnesses: Iterable[VerifierKey | str] = ()
) -> OpenedRestore:
    """Verify a declaration: signed by the log, of that log, cosignatures of known witnesses counted.

    How many witnesses are enough is the caller's policy; none excuses nothing. Raises `NoteError` or `RestoreError`.
    """
    log = VerifierKey.parse(log_key) if isinstance(log_key, str) else log_key
    opened = open_note(note, (log, *witnesses))
    restore = parse_restore(opened.text)
    if restore.log_id != log.name:
        raise RestoreError("it is of another log")
    if all(one.key != log for one in opened.verified):
        raise RestoreError("the log itself has not signed it")
    distinct = {one.key.public: one for one in opened.verified if one.key.public != log.public}
    return OpenedRestore(restore, tuple(distinct.values()))


def _line(head: Head) -> str:
    return f"{head.size} {to_base64(head.root)}"
