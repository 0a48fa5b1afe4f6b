"""What somebody kept of the log, held against what they are shown now: older checkpoints, and promises of entries.

A whole export answers both: it has grown from each checkpoint (`audit.verify_export`), and it holds the leaf of each
promise that was due. A single signed head answers one question alone: whether it contradicts a checkpoint of its size.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from audit.checkpoint import Checkpoint, open_checkpoint
from audit.errors import AuditError, CheckpointError, ExportError
from audit.keys import VerifierKey
from audit.leaf import LEAF_FORM
from audit.receipt import Promise, open_promise
from audit.restore import Restore

_BEFORE_ITS_LEAF = timedelta(minutes=1)
"""How much older than the leaves around it an entry may be that a restore lost."""


def open_older(
    name: str,
    note: str,
    keys: Sequence[VerifierKey | str],
    witnesses: Sequence[VerifierKey | str] = (),
    origin: str | None = None,
) -> Checkpoint:
    """An older checkpoint, under whichever of the log's keys signed it; where none did, the newest one's complaint.

    Raises `ExportError`, which gives it as `name`.
    """
    for key in keys[1:]:
        try:
            return open_checkpoint(note, key, witnesses, origin).checkpoint
        except AuditError:
            continue
    try:
        return open_checkpoint(note, keys[0], witnesses, origin).checkpoint
    except AuditError as exc:
        raise ExportError(name, str(exc)) from exc


def compare_heads(heads: Iterable[Checkpoint], older: Sequence[tuple[int, Checkpoint]]) -> str:
    """In words how single signed heads stand to older checkpoints, each with its number: nothing where there are none.

    Raises `CheckpointError` where the log signed two trees of one size.
    """
    shown, same = tuple(heads), 0
    for number, kept in older:
        if any(one.size == kept.size and one.root != kept.root for one in shown):
            problem = (
                f"the log signed another tree of {kept.size} entries than that of older checkpoint {number}: it has"
                " forked, or was restored and you have not given the declaration; keep both files"
            )
            raise CheckpointError(problem)
        same += any(one.size == kept.size for one in shown)
    words = f"; of the same tree as {same} older checkpoint(s)" if same else ""
    if left := len(older) - same:
        words += f"; NOT compared with {left} older checkpoint(s) of other sizes: that takes an export"
    return words


@dataclass(frozen=True, slots=True)
class KeptPromises:
    """How many promises an export keeps, and how many a declared restore may have lost."""

    kept: int = 0
    lost: int = 0


class HeldPromises:
    """Promises that readers kept, and which of their leaves were seen in a walk over an export."""

    __slots__ = ("_promises", "_wanted")

    def __init__(self, notes: Sequence[str], keys: Sequence[VerifierKey | str]) -> None:
        """Raises `ExportError` for what is no promise of this log."""
        self._promises = [_opened(f"promise {number}", note, keys) for number, note in enumerate(notes, 1)]
        self._wanted = {one.leaf_hash for one in self._promises}

    def look(self, hashes: Iterable[bytes]) -> None:
        """Leaf hashes that the export holds."""
        if self._wanted:
            self._wanted.difference_update(hashes)

    def verdict(self, last: Sequence[bytes], restores: Iterable[tuple[Restore, bytes | None]]) -> KeptPromises:
        """Judge once all leaves were seen. Raises `ExportError` for a promise that is not kept, or not due yet.

        `last` are the last leaves of the export; `restores` come with the last leaf that each says was kept.
        """
        newest = max((at for leaf in last if (at := _second(leaf)) is not None), default=None)
        spans = [(_second(leaf), one.at) for one, leaf in restores]
        lost = 0
        for number, promise in enumerate(self._promises, 1):
            if promise.leaf_hash not in self._wanted:
                continue
            if any(
                (since is None or since - promise.at <= _BEFORE_ITS_LEAF) and promise.at <= at for since, at in spans
            ):
                lost += 1
                continue
            if newest is not None and not promise.overdue(newest):
                problem = "was not due when the last of the entries was made: hold it against a later export"
            else:
                problem = f"is not kept: entry {promise.entry_id} is no leaf of the log, and later entries are"
            name = f"promise {number}"
            raise ExportError(name, problem)
        return KeptPromises(len(self._promises) - lost, lost)


def _opened(name: str, note: str, keys: Sequence[VerifierKey | str]) -> Promise:
    problem: AuditError | None = None
    for key in keys:
        try:
            return open_promise(note, key)
        except AuditError as error:
            problem = problem or error
    raise ExportError(name, str(problem))


def _second(leaf: bytes | None) -> datetime | None:
    """The second that stands in a leaf, or `None` for no leaf of ours and for a time that no calendar has."""
    found = None if leaf is None else LEAF_FORM.fullmatch(leaf)
    try:
        return (
            None if found is None else datetime.strptime(found["at"].decode(), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        )
    except ValueError:
        return None
