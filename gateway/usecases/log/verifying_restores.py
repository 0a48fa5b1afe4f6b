"""Verify declared restores, and that the log has not been taken back by one that was not declared."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

from audit.errors import AuditError
from audit.keys import VerifierKey
from gateway.store.restores import RestoreRow, declared_restores, stored_root
from gateway.usecases.log.restoring import RolledBackError, check_grown, opened_restore
from gateway.usecases.log.verifying_entry import FoundError


def check_restores(connection: Connection, keys: Sequence[VerifierKey], mark: str | None) -> None:
    """Check every declared restore, and that the tree has grown from the high-water mark; `mark` is the note in it.

    The tree itself has been verified before, and the mark was read before the picture was taken, so that it is not
    ahead of it on a busy log. Raises `FoundError`.
    """
    for row in declared_restores(connection):
        _check(connection, row, keys)
    if mark is None:
        return
    try:
        check_grown(connection, mark, keys)
    except RolledBackError as error:
        raise FoundError("audit.head.tree_size", str(error), "head") from None
    except AuditError:
        raise FoundError("log-head", "is no checkpoint", "data folder") from None


def _check(connection: Connection, row: RestoreRow, keys: Sequence[VerifierKey]) -> None:
    where = f"entry {row.entry_id}"
    try:
        restore = opened_restore(row, keys)
    except AuditError as error:
        raise FoundError("audit.restore.note, lost_from or lost_to", str(error), where) from None
    found = connection.execute(
        text("SELECT leaf_index FROM audit.leaf WHERE entry_id = :entry_id"), {"entry_id": row.entry_id}
    ).scalar_one_or_none()
    if found is None:
        # Declared a moment ago: its entry waits for the next batch.
        waits = connection.execute(text("SELECT tree_size FROM audit.head")).scalar_one() == row.lost_from
        if not waits:
            raise FoundError("audit.restore.entry_id", "the gap has no entry in the tree", where)
    elif found != row.lost_from:
        raise FoundError("audit.restore.entry_id", "the gap's entry is not the first leaf after what was kept", where)
    if stored_root(connection, row.lost_from) != restore.lost_from.root:
        raise FoundError("audit.restore.note", "was declared at another tree", where)
