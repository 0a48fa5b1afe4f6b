"""The witness itself: what it does with a checkpoint, with a declared restore, and with what others were shown.

(1) the request is well formed, of a log that it knows, signed by it
(2) within one write transaction: the tree has grown from the newest head; the new head is recorded
(3) durable: only now is the cosignature given away
(4) a checkpoint that contradicts one seen before is refused, and the contradiction is kept as a file
"""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from audit.checkpoint import parse_checkpoint
from audit.errors import NoteError, RestoreError, WitnessRefusalError
from audit.fork import Fork, fork_between
from audit.notes import NoteSignature, add_signatures, cosign
from audit.restore import OpenedRestore, Restore, open_restore
from audit.witness import INCONSISTENT, Submission, check_growth, cosignature, open_request
from gateway.witness.folder import keep_evidence, keep_refused, open_witness
from gateway.witness.record import Change, KeptHead


def origin_digest(origin: str) -> str:
    """How the protocol names a log in a path: SHA-256 of its origin, lower-case hexadecimal."""
    return sha256(origin.encode()).hexdigest()


class Witness:
    """A witness on its folder. Safe to use from many threads, and by many processes, at once."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.key, self.record = open_witness(folder)
        self._folder = folder
        self._clock = clock

    def add_checkpoint(self, body: bytes) -> NoteSignature:
        """Cosign the checkpoint of a request. Raises `WitnessRefusalError` with the protocol's answer."""
        submission = open_request(body, self.record.trusted())
        origin, head = submission.checkpoint.origin, submission.checkpoint
        try:
            with self.record.changing() as change:
                check_growth(submission, change.known(origin))
                line = cosignature(submission, self.key, int(self._clock().timestamp()))
                change.put(origin, KeptHead(head.size, head.root, add_signatures(submission.note, [line])))
        except WitnessRefusalError as refusal:
            if self._look_for_a_fork(submission) is None and refusal.status == INCONSISTENT:
                keep_refused(self._folder, submission.note)
            raise
        return line

    def newest_note(self, digest: str) -> str | None:
        """The newest note of the log whose origin has this digest, with the log's signatures and ours."""
        for origin in self.record.logs():
            if origin_digest(origin) == digest:
                head = self.record.newest(origin)
                return None if head is None else head.note
        return None

    def accept_restore(self, note: str) -> tuple[Restore, str]:
        """Accept a declared restore, as the operator decides; gives it and its note with our cosignature.

        Only now may the log go on from the size it was restored to. Raises `RestoreError` when the declaration is not
        of a log that is witnessed, or contradicts what was seen of it; `NoteError` when it is not signed by the log.
        """
        restore = self._declared(note).restore
        with self.record.changing() as change:
            earlier = change.accepted(restore)
            if earlier is not None:
                return restore, earlier
            at = self._head_after(change, restore)
            line = cosign(note, self.key, int(self._clock().timestamp()))
            accepted = add_signatures(note, [line])
            change.accept(restore, accepted)
            if at is not None:
                change.put(restore.log_id, at)
        return restore, accepted

    def _declared(self, note: str) -> OpenedRestore:
        problem: Exception = RestoreError("it is not of a log that this witness knows")
        for keys in self.record.trusted().values():
            for key in keys:
                try:
                    return open_restore(note, key)
                except (NoteError, RestoreError) as error:
                    problem = error
        raise problem

    @staticmethod
    def _head_after(change: Change, restore: Restore) -> KeptHead | None:
        """The head to go back to, or None where the witness has seen nothing of what was lost."""
        head, back = change.newest(restore.log_id), restore.lost_from
        if head is None or head.size < back.size:
            return None
        if head.size > restore.lost_to.size:
            raise RestoreError("the witness has cosigned a larger tree than the one declared lost")
        known_end = restore.lost_to if head.size == restore.lost_to.size else back if head.size == back.size else None
        if known_end is not None and known_end.root != head.root:
            raise RestoreError("the witness has cosigned another tree of that size: this is a fork")
        kept = change.note_at(restore.log_id, back.size)
        if kept is not None and parse_checkpoint(kept).root != back.root:
            raise RestoreError("the witness has cosigned another tree of the size restored to: this is a fork")
        return KeptHead(back.size, back.root, kept)

    def _look_for_a_fork(self, submission: Submission) -> Fork | None:
        """Keep the contradiction between a refused checkpoint and what was cosigned before, if there is one."""
        origin, size = submission.checkpoint.origin, submission.checkpoint.size
        with self.record.changing() as change:
            newest, same = change.newest(origin), change.note_at(origin, size)
        fork = None if same is None else fork_between(same, submission.note)
        if fork is None and newest is not None and newest.note is not None and submission.old_size == newest.size:
            fork = fork_between(newest.note, submission.note, submission.proof)
        if fork is not None:
            keep_evidence(self._folder, fork)
        return fork
