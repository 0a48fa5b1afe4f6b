"""Compare what a witness has cosigned with what the log showed somebody else: a checkpoint, a receipt, an export.

Equal sizes are compared as they stand. An export holds the whole tree, so it is compared at the size of the witness's
own head, whatever its own; a contradiction becomes a file that anybody can check (`audit.fork`).
"""

from dataclasses import dataclass
from pathlib import Path

from audit import tlog_proof
from audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.errors import AuditError, ExportError, NoteError
from audit.export import CHECKPOINT
from audit.fork import Fork, fork_between
from audit.keys import VerifierKey
from audit.merkle import HASH_SIZE, root_of
from audit.tiles import TILE_WIDTH, tile_path
from audit.tree import NodeAt, consistency_proof, root_at
from audit.verify_export import Trust, verify_export
from gateway.witness.folder import keep_evidence, open_witness

_LEVELS = 8
_LONGEST = 2_000_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came out: a sentence, and the file that proves a fork where there is one."""

    sentence: str
    evidence: Path | None = None


def compare(folder: Path, shown: Path) -> Comparison:
    """Compare the record of the witness in `folder` with a file or an export. Raises `AuditError` for what is neither.

    Only what the log itself has signed is compared.
    """
    _, record = open_witness(folder)
    note = _note_of(shown)
    head, keys = parse_checkpoint(note), record.logs().get(parse_checkpoint(note).origin, [])
    own_key = _signed_by(note, keys)
    cosigned = record.earlier(head.origin)
    for size, earlier in cosigned:
        if size == head.size:
            return _told(folder, fork_between(earlier, note), head)
    if not shown.is_dir():
        sizes = "nothing" if not cosigned else f"sizes {cosigned[-1][0]} to {cosigned[0][0]}"
        raise NoteError(f"no head of {head.size} entries was cosigned ({sizes} kept); compare an export of that log")  # noqa: EM102 - two numbers
    verify_export(shown, Trust(own_key))
    for size, earlier in cosigned:
        if 0 < size < head.size:
            node_at = tiles_of(shown, head.size)
            prefix = root_at(size, node_at)
            if prefix == parse_checkpoint(earlier).root:
                return _told(folder, None, parse_checkpoint(earlier))
            fork = Fork(earlier, note, prefix, tuple(consistency_proof(size, head.size, node_at)))
            return _told(folder, fork, head)
    raise NoteError("the witness has cosigned no smaller head of that log")


def tiles_of(folder: Path, size: int) -> NodeAt:
    """Hashes of perfect subtrees from the hash tiles of an export of `size` entries, read as they are needed."""

    def node_at(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, _LEVELS)
        first = index << above
        number, place = divmod(first, TILE_WIDTH)
        width = min(TILE_WIDTH, (size >> (tile_level * _LEVELS)) - number * TILE_WIDTH)
        try:
            data = (folder / tile_path(tile_level, number, width)).read_bytes()
        except OSError:
            raise ExportError(tile_path(tile_level, number, width), "is missing or cannot be read") from None
        hashes = [data[n * HASH_SIZE : (n + 1) * HASH_SIZE] for n in range(place, place + (1 << above))]
        return root_of(hashes)

    return node_at


def _told(folder: Path, fork: Fork | None, head: Checkpoint) -> Comparison:
    if fork is None:
        return Comparison(f"the log {head.origin} of {head.size} entries is the one that this witness has cosigned")
    path = keep_evidence(folder, fork)
    return Comparison(f"fork proved: what was shown is not the log {head.origin} that this witness has cosigned", path)


def _note_of(shown: Path) -> str:
    path = shown / CHECKPOINT if shown.is_dir() else shown
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST).decode()
    except (OSError, UnicodeDecodeError):
        raise NoteError("the file cannot be read as UTF-8 text") from None
    return tlog_proof.parse_proof(text).checkpoint if text.startswith(tlog_proof.HEADER) else text


def _signed_by(note: str, keys: list[VerifierKey]) -> VerifierKey:
    for key in keys:
        try:
            open_checkpoint(note, key)
        except AuditError:
            continue
        return key
    raise NoteError("it is not signed by a log that this witness knows")
