"""What a witness remembers, in one sqlite file: which logs it witnesses, and the newest head that it cosigned of each.

A head is read, compared and replaced within one write transaction (`BEGIN IMMEDIATE`) that is on the disk before it
ends, so of two requests at once the second is compared with what the first one wrote, and neither a crash nor another
process on the same file can take a head back. Heads before the newest are kept for a while, to convict a log with.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from audit.keys import VerifierKey
from audit.restore import Restore
from audit.witness import Known

KEPT_HEADS = 20_000
_WAIT = 10.0
_SCHEMA = """
CREATE TABLE log_key (origin TEXT NOT NULL, vkey TEXT NOT NULL, PRIMARY KEY (origin, vkey));
CREATE TABLE head (origin TEXT PRIMARY KEY, size TEXT NOT NULL, root BLOB NOT NULL, note TEXT);
CREATE TABLE earlier (
  origin TEXT NOT NULL, size TEXT NOT NULL, note TEXT NOT NULL, excused INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (origin, size)
);
CREATE TABLE restore (origin TEXT NOT NULL, declared TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (origin, declared));
"""
_DISTRUSTED = (
    "CREATE TABLE IF NOT EXISTS distrusted_key (origin TEXT NOT NULL, vkey TEXT NOT NULL, PRIMARY KEY (origin, vkey))"
)
"""Not in a file of before there was a way to distrust a key: it is made by whoever first does."""


@dataclass(frozen=True, slots=True)
class KeptHead:
    """A head that was cosigned. `note` has the log's signatures and ours; None for one that a restore went back to."""

    size: int
    root: bytes
    note: str | None


class Record:
    """The file. Every method is a transaction of its own; `changing` holds one open over several."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def create(cls, path: Path) -> "Record":
        """Make the file, empty."""
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
        path.chmod(0o600)
        return cls(path)

    @contextmanager
    def changing(self) -> Iterator["Change"]:
        """A write transaction, durable when it ends; whatever is raised within undoes it."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Change(connection)
            except BaseException:
                connection.rollback()
                raise
            connection.execute("COMMIT")

    def require_whole(self) -> None:
        """Raise `sqlite3.DatabaseError` where the file is cut short, emptied, or another than was made."""
        with closing(self._connect()) as connection:
            for table in ("log_key", "head", "earlier", "restore"):
                connection.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - fixed names
            if connection.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise sqlite3.DatabaseError

    def require_writable(self) -> None:
        """Raise `sqlite3.DatabaseError` where it cannot be written to."""
        with self.changing() as change:
            change.execute("DELETE FROM restore WHERE origin = ?", ("",))

    def trust(self, key: VerifierKey, origin: str | None = None) -> None:
        """Witness this log from now on; a second key of one origin is a rotated one."""
        with self.changing() as change:
            named = (origin or key.name, key.encode())
            change.execute("INSERT OR IGNORE INTO log_key VALUES (?, ?)", named)
            change.execute(_DISTRUSTED, ())
            change.execute("DELETE FROM distrusted_key WHERE (origin, vkey) = (?, ?)", named)

    def distrust(self, key: VerifierKey) -> list[str]:
        """Take nothing under this key any more; gives the origins of the logs that had it.

        It stays known: what it signed before is still compared with, and convicts.
        """
        with self.changing() as change:
            rows = change.execute("SELECT origin FROM log_key WHERE vkey = ?", (key.encode(),)).fetchall()
            change.execute(_DISTRUSTED, ())
            for (origin,) in rows:
                change.execute("INSERT OR IGNORE INTO distrusted_key VALUES (?, ?)", (origin, key.encode()))
        return [origin for (origin,) in rows]

    def trusted(self) -> dict[str, list[VerifierKey]]:
        """The keys under which something new is taken, by origin."""
        with closing(self._connect()) as connection:
            made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'distrusted_key'").fetchone()
            rows = connection.execute("SELECT origin, vkey FROM distrusted_key").fetchall() if made else []
        return {
            origin: [key for key in keys if (origin, key.encode()) not in rows] for origin, keys in self.logs().items()
        }

    def logs(self) -> dict[str, list[VerifierKey]]:
        """The keys that the logs have or had, by origin."""
        found: dict[str, list[VerifierKey]] = {}
        with closing(self._connect()) as connection:
            for origin, vkey in connection.execute("SELECT origin, vkey FROM log_key ORDER BY rowid"):
                found.setdefault(origin, []).append(VerifierKey.parse(vkey))
        return found

    def newest(self, origin: str) -> KeptHead | None:
        """The newest head of a log."""
        with closing(self._connect()) as connection:
            return Change(connection).newest(origin)

    def earlier(self, origin: str) -> list[tuple[int, str]]:
        """Sizes and notes of the heads still kept and not excused by a restore, largest first."""
        statement = (
            "SELECT size, note FROM earlier WHERE origin = ? AND NOT excused ORDER BY length(size) DESC, size DESC"
        )
        with closing(self._connect()) as connection:
            return [(int(size), note) for size, note in connection.execute(statement, (origin,))]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None)
        connection.execute("PRAGMA synchronous = FULL")
        return connection


class Change:
    """An open write transaction on the record."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, values: tuple[object, ...]) -> sqlite3.Cursor:
        """One statement of this transaction."""
        return self._connection.execute(statement, values)

    def newest(self, origin: str) -> KeptHead | None:
        """The newest head as it stands in this transaction."""
        row = self.execute("SELECT size, root, note FROM head WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else KeptHead(int(row[0]), row[1], row[2])

    def known(self, origin: str) -> Known | None:
        """The same, as the protocol compares with it."""
        head = self.newest(origin)
        return None if head is None else Known(head.size, head.root)

    def note_at(self, origin: str, size: int) -> str | None:
        """The note of a head of this size, where it is still kept and no restore excuses it."""
        statement = "SELECT note FROM earlier WHERE origin = ? AND size = ? AND NOT excused"
        row = self.execute(statement, (origin, str(size))).fetchone()
        return None if row is None else str(row[0])

    def put(self, origin: str, head: KeptHead) -> None:
        """Make this the newest head."""
        self.execute("REPLACE INTO head VALUES (?, ?, ?, ?)", (origin, str(head.size), head.root, head.note))
        if head.note is not None:
            added = self.execute("REPLACE INTO earlier VALUES (?, ?, ?, 0)", (origin, str(head.size), head.note))
            self.execute("DELETE FROM earlier WHERE rowid <= ?", ((added.lastrowid or 0) - KEPT_HEADS,))

    def accepted(self, restore: Restore) -> str | None:
        """The cosigned note of a restore that was accepted before."""
        statement = "SELECT note FROM restore WHERE origin = ? AND declared = ?"
        row = self.execute(statement, (restore.log_id, restore.encode())).fetchone()
        return None if row is None else str(row[0])

    def accept(self, restore: Restore, note: str) -> None:
        """Note a restore as accepted; heads inside its gap convict nobody any more."""
        self.execute("INSERT INTO restore VALUES (?, ?, ?)", (restore.log_id, restore.encode(), note))
        rows = self.execute("SELECT size FROM earlier WHERE origin = ?", (restore.log_id,)).fetchall()
        for (size,) in rows:
            if restore.lost_from.size < int(size) <= restore.lost_to.size:
                self.execute("UPDATE earlier SET excused = 1 WHERE origin = ? AND size = ?", (restore.log_id, size))
