"""Older checkpoints that nobody can grow from any more, because a declared restore lost the leaves they speak of.

An export is excused from growing from such a checkpoint only by a declaration that the log signed and witnesses
cosigned, and only where the export bears it out: the tree at the size restored to has the declared root, and the first
leaf after it, the entry of the gap, is of the declared second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.checkpoint import Checkpoint
from audit.entry import EventClass, format_second
from audit.errors import AuditError, ExportError, RestoreError
from audit.export import CHECKPOINT
from audit.keys import VerifierKey
from audit.leaf import LEAF_FORM
from audit.policy import Policy
from audit.restore import OpenedRestore, Restore, open_restore


@dataclass(frozen=True, slots=True)
class Excused:
    """What is left to check: `older` by its number, and the restores by which others were excused.

    `standing` are those among the restores whose gap the export must show: a later restore may have lost an earlier
    one's, entry and all.
    """

    older: tuple[tuple[int, Checkpoint], ...]
    restores: tuple[Restore, ...]
    standing: tuple[Restore, ...]

    @property
    def heads(self) -> tuple[Checkpoint, ...]:
        """Heads that the export must have grown from instead: what each standing restore says was kept."""
        kept = (Checkpoint(one.log_id, one.lost_from.size, one.lost_from.root) for one in self.standing)
        return tuple(one for one in kept if one.size)


def open_restores(
    notes: Sequence[str],
    keys: Sequence[VerifierKey | str],
    witnesses: Sequence[VerifierKey | str],
    policy: Policy | None,
) -> tuple[Restore, ...]:
    """Open declared restores, each under whichever of the log's `keys` signed it.

    Raises `RestoreError` with the number of the one that does not hold or that too few cosigned: it is said of another
    file. Without a policy one known witness is enough: a log alone cannot excuse itself.
    """
    opened = [_open(f"number {number}", note, keys, witnesses) for number, note in enumerate(notes, 1)]
    for number, one in enumerate(opened, 1):
        if not _accepted(one, policy):
            problem = (
                f"number {number} excuses nothing, {len(one.witnesses)} known witness(es) have cosigned it: too few"
            )
            raise RestoreError(problem)
    return tuple(one.restore for one in opened)


def _open(
    name: str, note: str, keys: Sequence[VerifierKey | str], witnesses: Sequence[VerifierKey | str]
) -> OpenedRestore:
    problem: AuditError | None = None
    for key in keys:
        try:
            return open_restore(note, key, witnesses)
        except AuditError as error:
            problem = problem or error
    told = f"{name}: {str(problem).removeprefix('declared restore: ')}"
    raise RestoreError(told)


def excuse(older: Sequence[Checkpoint], restores: Sequence[Restore]) -> Excused:
    """Lay aside the checkpoints inside a declared gap."""
    left, used = [], set()
    for number, one in enumerate(older, 1):
        by = next((restore for restore in restores if restore.excuses(one)), None)
        if by is None:
            left.append((number, one))
        else:
            used.add(by)
    standing = {_standing(one, restores) for one in used}
    return Excused(
        tuple(left),
        tuple(one for one in restores if one in used | standing),
        tuple(one for one in restores if one in standing),
    )


def _standing(restore: Restore, restores: Sequence[Restore]) -> Restore:
    """The restore in whose gap this one's gap entry went, or went in turn; itself where it is still there."""
    passed = {restore}
    while True:
        buried_by = [
            one
            for one in restores
            if one not in passed
            and one.at >= restore.at
            and one.lost_from.size <= restore.lost_from.size < one.lost_to.size
        ]
        if not buried_by:
            return restore
        restore = max(buried_by, key=lambda one: one.at)
        passed.add(restore)


def check_gap(restore: Restore, leaf: bytes | None) -> None:
    """Check the entry of the gap, the first leaf after what was kept. Raises `ExportError`."""
    found = None if leaf is None else LEAF_FORM.fullmatch(leaf)
    if found is None:
        raise ExportError(CHECKPOINT, "a restore was declared and no entry of the gap follows", restore.lost_from.size)
    told = (found["event"].decode(), found["at"].decode())
    if told != (EventClass.CONFIGURATION.value, format_second(restore.at)):
        raise ExportError(CHECKPOINT, "is not the entry of the declared gap", restore.lost_from.size)


def _accepted(opened: OpenedRestore, policy: Policy | None) -> bool:
    if policy is not None and policy.quorum is not None:
        return policy.satisfied_by(one.key for one in opened.witnesses)
    return bool(opened.witnesses)
