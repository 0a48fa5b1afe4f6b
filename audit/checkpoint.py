"""Checkpoints (C2SP tlog-checkpoint): the signed head of a log: origin, number of leaves, root."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from audit.encoding import from_base64, to_base64
from audit.errors import CheckpointError, EmptyRootError, NoteError
from audit.keys import SignerKey, VerifierKey
from audit.merkle import EMPTY_ROOT, HASH_SIZE, MAX_SIZE
from audit.notes import Verified, open_note, parse_note, require_text, sign_note

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,19}")
_FIXED_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head. `extensions` are opaque further lines; our own log writes none."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if any(not line or any(letter < " " for letter in line) for line in lines):
            raise CheckpointError("a line of the checkpoint is empty or holds a control character")
        if not 0 <= self.size <= MAX_SIZE:
            raise CheckpointError("tree size is out of range")
        if len(self.root) != HASH_SIZE:
            raise CheckpointError("root is not 32 bytes long")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise EmptyRootError("root of the empty tree is not SHA-256 of nothing")

    def encode(self) -> str:
        """The text that is signed; ends in a newline."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions))


@dataclass(frozen=True, slots=True)
class OpenedCheckpoint:
    """A checkpoint that the log has signed, and the witnesses whose cosignatures verified."""

    checkpoint: Checkpoint
    witnesses: tuple[Verified, ...]


def parse_checkpoint(text: str | bytes) -> Checkpoint:
    """Read a checkpoint from a signed note or from a note's text alone. Verifies no signature.

    Raises `CheckpointError`. Use `open_checkpoint` wherever the answer is to be believed.
    """
    try:
        decoded = require_text(text)
        body = parse_note(decoded).text if "\n\n" in decoded else decoded
    except NoteError as exc:
        raise CheckpointError("not a well-formed note") from exc
    if not body.endswith("\n"):
        raise CheckpointError("checkpoint does not end in a newline")
    lines = body[:-1].split("\n")
    if len(lines) < _FIXED_LINES:
        raise CheckpointError("checkpoint has fewer than three lines")
    origin, size, root, *extensions = lines
    if not _DECIMAL.fullmatch(size):
        raise CheckpointError("tree size is not a decimal number without leading zeros")
    try:
        root_hash = from_base64(root)
    except ValueError:
        raise CheckpointError("root is not standard base64") from None
    return Checkpoint(origin, int(size), root_hash, tuple(extensions))


def open_checkpoint(
    note: str | bytes,
    log_key: VerifierKey | str,
    witnesses: Iterable[VerifierKey | str] = (),
    origin: str | None = None,
) -> OpenedCheckpoint:
    """Verify a checkpoint: signed by the log, of the expected origin, cosignatures of known witnesses counted.

    `origin` defaults to the log key's name; pass it where the two differ (sum.golang.org). A witness alone does
    not make a checkpoint. Raises `NoteError` or `CheckpointError`.
    """
    log = VerifierKey.parse(log_key) if isinstance(log_key, str) else log_key
    opened = open_note(note, (log, *witnesses))
    checkpoint = parse_checkpoint(opened.text)
    if checkpoint.origin != (log.name if origin is None else origin):
        raise CheckpointError("checkpoint is of another log")
    if all(one.key != log for one in opened.verified):
        raise CheckpointError("the log itself has not signed the checkpoint")
    # An Ed25519 cosignature does not bind its signer's name, so one key is one witness; the log is none.
    distinct = {one.key.public: one for one in opened.verified if log.public != one.key.public}
    return OpenedCheckpoint(checkpoint, tuple(distinct.values()))


def sign_checkpoint(checkpoint: Checkpoint, signers: Iterable[SignerKey]) -> str:
    """The checkpoint as a signed note. The caller must never sign two that contradict each other."""
    return sign_note(checkpoint.encode(), signers)
