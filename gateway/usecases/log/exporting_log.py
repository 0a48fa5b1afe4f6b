"""Write an export of the log that anybody can check with `python -m audit.verify`. The export is itself an entry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from audit.encoding import from_base64
from audit.entry import Entry
from audit.errors import ExportError, NoteError
from audit.export import OPENINGS, ExportRow, write_export
from audit.keys import VerifierKey
from audit.leaf import Opening
from audit.notes import open_note
from gateway.errors import ProofNotReadyError
from gateway.store.log import exported_openings, exported_rows, one_picture
from gateway.usecases.log.log_parts import LogParts, log_keys, record
from gateway.usecases.log.log_status import head_to_export


@dataclass(frozen=True, slots=True)
class LogExport:
    """What was written: so many entries, signed by this key."""

    folder: Path
    size: int
    key: VerifierKey


def export_log(parts: LogParts, exported: Entry, folder: Path, *, openings: bool = False) -> LogExport:
    """Write the log into `folder` (new or empty), streaming; `exported` says who exports and is committed first.

    Without `openings` the export holds commitments only and may leave the council; with them it is personal data.
    Raises `ExportError` when the folder is not empty or the stored log does not make the signed tree,
    `ProofNotReadyError` for a log without leaves, `NoteError` when no key of ours signed the checkpoint.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExportError(str(folder), "the folder is not empty; name a new one")
    record(parts, exported)
    with parts.database.transaction("hg_desk") as connection:
        one_picture(connection)
        head = head_to_export(parts, connection)
        if head is None:
            raise ProofNotReadyError("the log has no leaves yet; ask again in a second")
        key = signing_key(head.note, log_keys(parts))
        rows = (export_row(row) for row in exported_rows(connection, head.tree_size))
        opened = _openings(exported_openings(connection, head.tree_size)) if openings else None
        size = write_export(folder, key, head.note, rows, opened)
    return LogExport(folder, size, key)


def signing_key(note: str, keys: tuple[VerifierKey, ...]) -> VerifierKey:
    """The one of our keys that signed a checkpoint. Raises `NoteError`."""
    signed = [one.key for one in open_note(note, keys).verified]
    if not signed:
        raise NoteError("no key of this log has signed the checkpoint")
    return signed[0]


def export_row(row: Row[Any]) -> ExportRow:
    """A row of `gateway.store.log.exported_rows` as an export takes it."""
    return ExportRow(row.leaf_index, str(row.entry_id), row.event_class, row.recorded_at, row.leaf)


def _openings(rows: Iterator[Row[Any]]) -> Iterator[tuple[int, Mapping[str, Opening]]]:
    for row in rows:
        try:
            opened = {name: Opening(from_base64(salt), value.encode()) for name, (salt, value) in row.fields.items()}
        except (ValueError, TypeError, AttributeError):
            raise ExportError(OPENINGS, "is not of the format", row.leaf_index) from None
        if opened:
            yield row.leaf_index, opened
