"""Declared restores in the database, and the high-water mark outside it by which an undeclared one is noticed."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, text

from audit.tree import frontier_places, root_at
from gateway.store.log import stored_nodes


@dataclass(frozen=True, slots=True)
class RestoreRow:
    """A restore as declared: its gap entry, the first leaf lost, the first not lost any more, the signed note."""

    entry_id: UUID
    lost_from: int
    lost_to: int
    note: str


def declared_restores(connection: Connection) -> Sequence[RestoreRow]:
    """All of them, in the order of the trees they were declared at."""
    rows = connection.execute(
        text("SELECT entry_id, lost_from, lost_to, note FROM audit.restore ORDER BY lost_from, entry_id")
    )
    return [RestoreRow(row.entry_id, row.lost_from, row.lost_to, row.note) for row in rows]


def declare(connection: Connection, restore: RestoreRow) -> None:
    """Store a restore in the transaction that has appended its gap entry; refused where the tree has moved on."""
    connection.execute(
        text("SELECT audit.declare_restore(:entry_id, :lost_from, :lost_to, :note)"),
        {
            "entry_id": restore.entry_id, "lost_from": restore.lost_from, "lost_to": restore.lost_to,
            "note": restore.note,
        },
    )  # fmt: skip


def stored_root(connection: Connection, size: int) -> bytes:
    """Root of the tree when it had `size` leaves, from its stored subtrees. `KeyError` where one is not stored."""
    nodes = stored_nodes(connection, frontier_places(size))
    return root_at(size, lambda level, index: nodes[level, index])


class HighWaterMark:
    """The newest checkpoint that this gateway has signed, in a file that no restore of the database takes back."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str | None:
        """The signed note, or None before the first."""
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def write(self, note: str) -> None:
        """Put another note in its place; a crash leaves the old one or the new one."""
        staging = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with staging.open("w", encoding="utf-8") as stream:
            stream.write(note)
            stream.flush()
            os.fsync(stream.fileno())
        staging.replace(self._path)
