"""One watched folder on disk, held by descriptor: nothing that is swapped for a link while we look is followed.

    <folder>/                 what the partner puts down
    <folder>/taking/<id>/     a file whose batch is not finished yet, with `batch.json`
    <folder>/taken/<id>/      a file whose rows are in, with `receipt.json`, and `errors.csv` where rows come back
    <folder>/refused/<id>/    a file that was not taken, with `reason.json`, and `errors.csv` where there are rows

Bad records of a feed of JSON or XML lie in `errors.json` or `errors.xml` instead. A file is moved last, when what
belongs beside it is whole on the disk; broken off before, the same file is found again and ends in the same place.
"""

import errno
import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO, Literal

from gateway.drops.rules import DropFolder
from gateway.errors import GatewayError

Place = Literal["taking", "taken", "refused"]
PLACES: tuple[Place, ...] = ("taking", "taken", "refused")
DONE = ".done"
_UNFINISHED = (".part", ".filepart", ".tmp", ".swp")
_LONGEST_NAME = 200
_MOST_SEEN = 2000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a file is not taken: a code and fixed words for the partner, never its name."""

    code: str
    message: str
    how_to_fix: str


class DropError(GatewayError):
    """A watched folder or a file in it is not as it has to be."""

    code = "drop-refused"

    def __init__(self, reason: Reason) -> None:
        """What is wrong, in the words of the reason."""
        super().__init__(reason.message)
        self.reason = reason


NOT_A_FILE = Reason("drop-not-a-file", "This is no plain file of its own.", "Put down the file itself, no link.")
FOREIGN = Reason("drop-foreign-owner", "This file's owner may not deliver here.", "Use the account that was agreed.")
UNNAMED = Reason("drop-name-unknown", "No feed goes by this file name.", "Use the name that was agreed.")
TOO_LARGE = Reason("drop-too-large", "This file is larger than is taken here.", "Send it in parts.")
CHANGED = Reason("drop-changed", "The file changed while it was read.", "It is read again once it is whole.")
MISSING = Reason("drop-folder-missing", "A watched folder is not there, or is a link.", "Make it; check its rights.")


@dataclass(frozen=True, slots=True)
class Found:
    """A name in the folder that is to be dealt with now. `wrong` says why it cannot be taken."""

    name: str
    changed_ns: int
    wrong: Reason | None = None

    @property
    def place(self) -> str:
        """The id of the place that a file without a batch ends in: the same each time it is looked at."""
        return hashlib.sha256(f"{self.name}/{self.changed_ns}".encode("utf-8", "surrogateescape")).hexdigest()[:16]


class WatchedFolder:
    """An open folder. `rules` are the council's; `now` is the instant by which files are old enough."""

    def __init__(self, rules: DropFolder) -> None:
        """Raise `DropError` where there is no such folder, or it is a link."""
        self.rules = rules
        try:
            self._root = os.open(rules.folder, _FOLDER)
        except OSError:
            raise DropError(MISSING) from None
        try:
            self._owners = rules.owner_ids(os.fstat(self._root).st_uid)
            for place in PLACES:
                with suppress(FileExistsError):
                    os.mkdir(place, 0o750, dir_fd=self._root)
        except BaseException:
            os.close(self._root)
            raise

    def close(self) -> None:
        """Close the folder."""
        os.close(self._root)

    def found(self, now: datetime) -> list[Found]:
        """What lies there and is whole, oldest first; at most a bounded number of names is looked at."""
        with os.scandir(self._root) as entries:
            names = [entry.name for entry in islice(entries, _MOST_SEEN)]
        present = set(names)
        seen = (self._looked_at(name, present, now) for name in names)
        return sorted((one for one in seen if one is not None), key=lambda one: (one.changed_ns, one.name))

    def _looked_at(self, name: str, present: set[str], now: datetime) -> Found | None:
        if name in PLACES or name.startswith(".") or name.endswith((*_UNFINISHED, DONE)):
            return None
        try:
            status = os.lstat(name, dir_fd=self._root)
        except FileNotFoundError:
            return None
        # The time of change of the inode is the system's; the time of change of the content is the sender's to set.
        newest = max(status.st_ctime_ns, status.st_mtime_ns)
        if not self._is_whole(name, present, newest, now):
            return None
        return Found(name, status.st_mtime_ns, self._wrong(name, status))

    def _is_whole(self, name: str, present: set[str], newest_ns: int, now: datetime) -> bool:
        if self.rules.complete == "marker":
            return name + DONE in present
        if self.rules.complete == "rename":
            return True
        return newest_ns <= (now.timestamp() - self.rules.quiet_seconds) * 1e9

    def _wrong(self, name: str, status: os.stat_result) -> Reason | None:
        if not stat.S_ISREG(status.st_mode) or status.st_nlink != 1:
            return NOT_A_FILE
        if status.st_uid not in self._owners:
            return FOREIGN
        if len(name) > _LONGEST_NAME or not name.isprintable() or self.rules.rule_of(name) is None:
            return UNNAMED
        return TOO_LARGE if status.st_size > self.rules.max_file_mib * _MIB else None

    @contextmanager
    def opened(self, found: Found) -> Iterator[BinaryIO]:
        """Read a file that was found. Raise `DropError` where it is another by now, or changes while it is read."""
        try:
            descriptor = os.open(
                found.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=self._root
            )
        except OSError:
            raise DropError(NOT_A_FILE) from None
        with os.fdopen(descriptor, "rb") as file:
            before = os.fstat(descriptor)
            wrong = self._wrong(found.name, before)
            if wrong is not None:
                raise DropError(wrong)
            yield file
            after = os.fstat(descriptor)
        if (before.st_size, before.st_mtime_ns, found.changed_ns) != (
            after.st_size,
            after.st_mtime_ns,
            before.st_mtime_ns,
        ):
            raise DropError(CHANGED)

    def put_beside(self, place: Place, identity: str, name: str, content: bytes) -> None:
        """Write what belongs beside a file, whole or not at all."""
        with self._inside(place, identity) as folder:
            part = f".{name}.part"
            descriptor = os.open(
                part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640, dir_fd=folder
            )
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)

    def move(self, name: str, place: Place, identity: str) -> None:
        """Move a file to its place, with its marker gone. Last of all: from now on it is not found again."""
        with self._inside(place, identity) as folder:
            os.rename(name, name, src_dir_fd=self._root, dst_dir_fd=folder)
            os.fsync(folder)
        with suppress(FileNotFoundError):
            os.unlink(name + DONE, dir_fd=self._root)
        os.fsync(self._root)

    def waiting(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Ids of files whose batch was not finished, with their `batch.json`; what cannot be read is left out."""
        found = []
        with self._inside("taking") as folder, os.scandir(folder) as entries:
            for entry in islice(entries, _MOST_SEEN):
                with suppress(OSError, ValueError):
                    found.append((entry.name, json.loads(self._read("taking", entry.name, "batch.json"))))
        return [(identity, told) for identity, told in found if isinstance(told, dict)]

    def finish(self, identity: str, place: Place) -> None:
        """Move a file that waited, with all that lies beside it, to where it belongs."""
        with self._inside("taking") as source, self._inside(place) as target:
            try:
                os.rename(identity, identity, src_dir_fd=source, dst_dir_fd=target)
            except OSError as error:
                if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                    raise
                shutil.rmtree(identity, dir_fd=source)
            os.fsync(target)
            os.fsync(source)

    def forget(self, now: datetime) -> int:
        """Delete what was taken or refused longer ago than it is kept; return how many files."""
        before = (now - timedelta(days=self.rules.keep_days)).timestamp()
        gone = 0
        for place in ("taken", "refused"):
            with self._inside(place) as folder, os.scandir(folder) as entries:
                for entry in islice(entries, _MOST_SEEN):
                    if entry.stat(follow_symlinks=False).st_mtime <= before and entry.is_dir(follow_symlinks=False):
                        shutil.rmtree(entry.name, dir_fd=folder)
                        gone += 1
        return gone

    def _read(self, place: Place, identity: str, name: str) -> bytes:
        with self._inside(place, identity) as folder:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            with os.fdopen(descriptor, "rb") as file:
                return file.read(_MIB)

    @contextmanager
    def _inside(self, place: Place, identity: str | None = None) -> Iterator[int]:
        """A descriptor of a place, or of one id in it, which is made. A link in its stead is an `OSError`."""
        outer = os.open(place, _FOLDER, dir_fd=self._root)
        try:
            if identity is None:
                yield outer
                return
            with suppress(FileExistsError):
                os.mkdir(identity, 0o750, dir_fd=outer)
            inner = os.open(identity, _FOLDER, dir_fd=outer)
            try:
                yield inner
            finally:
                os.close(inner)
        finally:
            os.close(outer)
