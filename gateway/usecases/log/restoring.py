"""A log that was taken back to a backup: noticed by itself, declared by an operator, told for ever.

An undeclared restore looks like what it could be: an operator who wants entries gone. So nothing is signed on top of a
tree that is behind the newest checkpoint ever signed, as the file `log-head` in the data folder and the witnesses have
it, until a restore is declared:

    (1) the newest checkpoint that was signed before: the mark's, or one that a witness or a partner still has
    (2) the tree as the backup has it must be the beginning of nothing newer: it is shorter, and it has not gone on
    (3) the signed note `hearthgate/log-restore/v1` says what is lost; witnesses' operators accept it by hand
    (4) one transaction: the gap entry, which becomes the first new leaf, and the note

Reads go on meanwhile: entries are durable, their promises are kept once the log goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.encoding import to_base64
from audit.entry import Entry
from audit.errors import AuditError, NoteError, RestoreError
from audit.keys import SignerKey, VerifierKey
from audit.restore import Head, Restore, RestoreReason, open_restore, sign_restore
from gateway.store.ledger import append
from gateway.store.log import head_size, newest_checkpoint
from gateway.store.restores import HighWaterMark, RestoreRow, declare, declared_restores, stored_root
from gateway.usecases.log.log_parts import LogParts, log_keys


class RolledBackError(AuditError):
    """The stored log is behind, or beside, the newest checkpoint that was signed, and no restore says why."""

    code = "log-rolled-back"


@dataclass(frozen=True, slots=True)
class Guard:
    """What keeps a log from going on after a silent restore: the mark, and the keys of this log."""

    mark: HighWaterMark
    keys: tuple[VerifierKey, ...]

    def check(self, connection: Connection) -> None:
        """Raise `RolledBackError` unless the stored tree has grown from the mark, or a declared restore excuses it."""
        note = self.mark.read()
        if note is not None:
            check_grown(connection, note, self.keys)


@dataclass(frozen=True, slots=True)
class DeclaredRestore:
    """What was declared. `kept_until` is when the last checkpoint that was kept was signed; None for an empty log."""

    restore: Restore
    note: str
    entry_id: UUID
    kept_until: datetime | None

    def sentences(self) -> tuple[str, ...]:
        """What an operator tells everybody who holds receipts, in words."""
        lost_from, lost_to = self.restore.lost_from.size, self.restore.lost_to.size
        since = "its beginning" if self.kept_until is None else f"{self.kept_until:%d %B %Y %H:%M:%S} UTC"
        return (
            f"Lost: {lost_to - lost_from} entries, leaves {lost_from} to {lost_to - 1}.",
            f"They were accesses since {since}. They were answered, and this log cannot prove them any more.",
            "Receipts of them still verify against the checkpoints they hold; nothing here can replace them.",
            f"The gap is entry {self.entry_id}, and becomes leaf {lost_from}.",
        )


def guard_of(parts: LogParts) -> Guard:
    """The guard of this gateway's log."""
    return Guard(HighWaterMark(parts.settings.log_mark), log_keys(parts))


def check_grown(connection: Connection, mark: str, keys: Sequence[VerifierKey]) -> None:
    """The same for a mark that was read before. Raises `CheckpointError` for one that is none."""
    marked, size = parse_checkpoint(mark), head_size(connection)
    if _accounted_for(connection, marked, size, keys):
        return
    message = (
        f"the log has {size} entries and {marked.size} were signed: a backup was restored and not declared;"
        " see `hearthgate audit declare-restore`"
    )
    raise RolledBackError(message)


def _accounted_for(connection: Connection, one: Checkpoint, size: int, keys: Sequence[VerifierKey]) -> bool:
    """Whether the tree of `size` leaves has grown from a checkpoint, or a declared restore excuses it."""
    if has_grown(connection, one, size):
        return True
    return any(
        row.lost_from <= size and opened_restore(row, keys).excuses(one) for row in declared_restores(connection)
    )


def has_grown(connection: Connection, older: Checkpoint, size: int) -> bool:
    """Whether the stored tree of `size` leaves begins with that of an older checkpoint."""
    if older.size > size:
        return False
    try:
        return stored_root(connection, older.size) == older.root
    except KeyError:
        return False


def opened_restore(row: RestoreRow, keys: Sequence[VerifierKey]) -> Restore:
    """The restore of a row, signed by a key of this log. Raises `RestoreError`."""
    for key in keys:
        try:
            restore = open_restore(row.note, key).restore
        except NoteError:
            continue
        if (restore.lost_from.size, restore.lost_to.size) != (row.lost_from, row.lost_to):
            break
        return restore
    raise RestoreError("a stored restore is not signed by this log, or says something else than its row")


def signed_ones(notes: Sequence[str], keys: Sequence[VerifierKey]) -> list[Checkpoint]:
    """The checkpoints among these that a key of this log has signed; others are passed over."""
    found: list[Checkpoint] = []
    for note in notes:
        for key in keys:
            try:
                found.append(open_checkpoint(note, key).checkpoint)
            except AuditError:
                continue
            break
    return found


def declare_restore(parts: LogParts, gap: Entry, newest_note: str | None, reason: RestoreReason) -> DeclaredRestore:
    """Declare that this log was restored and what it lost. `gap` says who declares; its fields of the gap are set here.

    Raises `RestoreError` where nothing was lost, where the newest checkpoint is not this log's, and where the log has
    gone on undeclared: then it has signed two trees, and no note makes that one.
    """
    guard = guard_of(parts)
    # (1) The newest checkpoint that was ever signed, as far as anybody here knows.
    given = [note for note in (newest_note, guard.mark.read()) if note is not None]
    if newest_note is not None and not signed_ones([newest_note], guard.keys):
        raise RestoreError("the newest checkpoint is not one that this log has signed")
    known = signed_ones(given, guard.keys)
    if not known:
        raise RestoreError("no newer checkpoint is known; give one that a witness, a partner or an export still has")
    signer = SignerKey(parts.settings.log_origin, parts.custody.log.current.secret)
    with parts.database.transaction("hg_desk") as connection:
        # (2) The tree as it was restored.
        size = head_size(connection)
        kept = newest_checkpoint(connection)
        lost = [one for one in known if not _accounted_for(connection, one, size, guard.keys)]
        if not lost:
            raise RestoreError("nothing was lost: the log has grown from the newest checkpoint")
        newest = max(lost, key=lambda one: one.size)
        if min(one.size for one in lost) <= size:
            raise RestoreError(
                "the log has gone on since it was restored and has signed a second tree; restore the backup once more"
                " and declare it before a sequencer runs"
            )
        # (3) What is lost, signed.
        restore = Restore(
            parts.settings.log_origin, Head(size, stored_root(connection, size)), Head(newest.size, newest.root),
            gap.at, reason,
        )  # fmt: skip
        note = sign_restore(restore, signer)
        # (4) The gap entry and the note, together.
        append(connection, gap_entry(gap, restore))
        declare(connection, RestoreRow(UUID(gap.entry_id), size, newest.size, note))
    return DeclaredRestore(restore, note, UUID(gap.entry_id), kept.signed_at if kept else None)


def gap_entry(gap: Entry, restore: Restore) -> Entry:
    """The entry that tells of a restore for ever: which leaves are lost, and the head that had them."""
    detail = {
        **gap.detail, "gap_from": restore.lost_from.size, "gap_to": restore.lost_to.size,
        "checkpoint_size": restore.lost_to.size, "checkpoint_root": to_base64(restore.lost_to.root),
        "restore": restore.reason.value,
    }  # fmt: skip
    return replace(gap, detail=detail)
