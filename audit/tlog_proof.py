"""Receipts that anybody can check offline: c2sp.org/tlog-proof@v1 files.

The format, line by line: `c2sp.org/tlog-proof@v1`; optionally `extra` and base64; `index` and the leaf's index as
a decimal without leading zeros; the inclusion proof, one base64 hash a line, leaf's sibling first; an empty line;
the checkpoint as a signed note, cosignatures and all, to the end. We put the leaf's bytes into `extra`, which the
format has for "additional data necessary to reconstruct the record hash": a receipt then needs no other file.
Nothing in `extra` is believed before it hashes into the proof.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.encoding import from_base64, to_base64
from audit.errors import CheckpointError, ReceiptError
from audit.keys import VerifierKey
from audit.merkle import HASH_SIZE, leaf_hash, verify_inclusion
from audit.notes import Verified

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 64
"""A tree of 2**64 leaves has no longer path."""

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,19})")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A proof file as parsed, nothing verified. `checkpoint` is the signed note, verbatim."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def encode(self) -> str:
        """The text of the file; by custom its name ends in `.tlog-proof`."""
        extra = [] if self.extra is None else [f"extra {to_base64(self.extra)}"]
        lines = [HEADER, *extra, f"index {self.index}", *map(to_base64, self.hashes), "", self.checkpoint]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class VerifiedProof:
    """What a proof file proves: `leaf` stands at `index` of the log that `checkpoint` is the head of."""

    index: int
    checkpoint: Checkpoint
    witnesses: tuple[Verified, ...]
    leaf: bytes


def make_proof(index: int, hashes: Sequence[bytes], checkpoint_note: str, leaf: bytes | None = None) -> str:
    """The text of a proof file. `leaf` are the bytes of the leaf, to travel in `extra`."""
    return TlogProof(index, tuple(hashes), checkpoint_note, leaf).encode()


def parse_proof(text: str) -> TlogProof:
    """Read a proof file. Raises `ReceiptError`. The checkpoint's form is checked, its signatures are not."""
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or lines.pop(0) != HEADER:
        raise ReceiptError("not a tlog-proof@v1 file, or it has no checkpoint")
    extra = None
    if lines and lines[0].startswith("extra "):
        extra = _decode(lines.pop(0).removeprefix("extra "))
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None:
        raise ReceiptError("index line is missing or not a decimal without leading zeros")
    hashes = tuple(_decode(line) for line in lines)
    if len(hashes) > MAX_HASHES or any(len(one) != HASH_SIZE for one in hashes):
        raise ReceiptError("inclusion proof has too many hashes, or one is not 32 bytes long")
    if "\n\n" not in note:
        raise ReceiptError("checkpoint has no signatures")
    try:
        parse_checkpoint(note)
    except CheckpointError as exc:
        raise ReceiptError("checkpoint is malformed") from exc
    return TlogProof(int(index[1]), hashes, note, extra)


def verify_proof(
    text: str,
    log_key: VerifierKey | str,
    leaf: bytes | None = None,
    witnesses: Iterable[VerifierKey | str] = (),
    origin: str | None = None,
) -> VerifiedProof:
    """Verify a proof file for a leaf (bytes), or for the leaf that it carries when `leaf` is None.

    How many witnesses are enough is the caller's policy. Raises `ReceiptError`, `NoteError` or `ProofError`.
    """
    proof = parse_proof(text)
    data = proof.extra if leaf is None else leaf
    if data is None:
        raise ReceiptError("the file carries no leaf and none was given")
    if leaf is not None and proof.extra is not None and proof.extra != leaf:
        raise ReceiptError("the file carries another leaf")
    opened = open_checkpoint(proof.checkpoint, log_key, witnesses, origin)
    head = opened.checkpoint
    verify_inclusion(leaf_hash(data), proof.index, head.size, proof.hashes, head.root)
    return VerifiedProof(proof.index, head, opened.witnesses, data)


def _decode(text: str) -> bytes:
    try:
        return from_base64(text)
    except ValueError:
        raise ReceiptError("a line is not standard base64") from None
