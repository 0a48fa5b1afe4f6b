"""Files that wait to be taken: sealed on disk in pieces, so that memory holds one piece however large a file is.

A file is a header of 24 bytes (magic, id of the key version, salt) and pieces of 256 KiB, each sealed with AES-256-GCM
under a key of the file's own, derived from the field key and the salt. A piece is bound to the file's name, its number
and whether it is the last: a file that was cut short, or put together anew, does not open. Files are 0600, their folder
0700. A name ends in `.part` until the file is whole.
"""

import hashlib
import hmac
import io
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.custody import KeyRing, KeyVersion
from gateway.errors import KeyCustodyError

PIECE = 256 * 1024
"""Bytes of content in a piece."""
_MAGIC = b"HGSP"
_KEY_ID, _SALT, _TAG = 4, 16, 16
_HEADER = len(_MAGIC) + _KEY_ID + _SALT
_WHOLE, _PART = ".spool", ".part"


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """A file in the spool: its name, its bytes, and the SHA-256 of its content."""

    name: str
    size: int
    sha256: bytes = attribute(repr=False)


class Spool:
    """The folder in which files wait. Every process of a gateway must see the same one."""

    def __init__(self, folder: Path, ring: KeyRing) -> None:
        self._folder = folder
        self._ring = ring

    def write(self) -> "SpoolWriter":
        """Begin a file. Leaving the `with` block without `finish` leaves nothing behind."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return SpoolWriter(self._folder, self._ring.current)

    def put(self, content: bytes) -> SpooledFile:
        """Write a file that is in memory already."""
        with self.write() as writer:
            writer.write(content)
            return writer.finish()

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading at any place. Raise `FileNotFoundError` or `KeyCustodyError`."""
        return io.BufferedReader(_Sealed(self._folder / name, self._ring), PIECE)

    def has(self, name: str) -> bool:
        """Whether a whole file of that name is there."""
        return (self._folder / name).is_file()

    def discard(self, name: str) -> None:
        """Delete a file; one that is gone already is no error."""
        (self._folder / name).unlink(missing_ok=True)

    def sweep(self, now: datetime, least_age: timedelta, wanted: Callable[[list[str]], set[str]]) -> int:
        """Delete files of at least that age that nobody wants, parts among them; return how many."""
        before = (now - least_age).timestamp()
        old = [path for path in self._folder.glob("*") if path.stat().st_mtime <= before] if self._there() else []
        kept = wanted([path.name for path in old if path.suffix == _WHOLE])
        gone = [path for path in old if path.name not in kept]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def _there(self) -> bool:
        return self._folder.is_dir()


class SpoolWriter:
    """One file on its way into the spool."""

    def __init__(self, folder: Path, version: KeyVersion) -> None:
        self._name = secrets.token_hex(16) + _WHOLE
        self._path = folder / self._name
        self._part = self._path.with_suffix(_PART)
        salt = secrets.token_bytes(_SALT)
        self._seal = _cipher(version, salt)
        descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._stream = os.fdopen(descriptor, "wb")
        self._stream.write(_MAGIC + bytes.fromhex(version.key_id) + salt)
        self._waiting = bytearray()
        self._pieces = 0
        self._hash = hashlib.sha256()
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._stream.closed:
            self._stream.close()
            self._part.unlink(missing_ok=True)

    def write(self, content: bytes) -> None:
        """Add content."""
        self._hash.update(content)
        self.size += len(content)
        self._waiting += content
        # One piece is always held back: whether it is the last is part of its seal.
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def finish(self) -> SpooledFile:
        """End the file: it is whole on the disk, and can be opened, when this returns."""
        self._put(bytes(self._waiting), last=True)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._part.rename(self._path)
        return SpooledFile(self._name, self.size, self._hash.digest())

    def _put(self, piece: bytes, *, last: bool) -> None:
        number = self._pieces
        self._stream.write(self._seal.encrypt(_nonce(number), piece, _bound_to(self._name, number, last=last)))
        self._pieces += 1


class _Sealed(io.RawIOBase):
    """The content of a spooled file, unsealed piece by piece."""

    def __init__(self, path: Path, ring: KeyRing) -> None:
        self._name = path.name
        self._stream = path.open("rb")
        header = self._stream.read(_HEADER)
        key_id = header[len(_MAGIC) : len(_MAGIC) + _KEY_ID].hex()
        version = next((one for one in ring.versions if one.key_id == key_id), None)
        stored = self._stream.seek(0, io.SEEK_END) - _HEADER
        if not header.startswith(_MAGIC) or version is None or stored < _TAG:
            self._stream.close()
            raise _unopened()
        self._seal = _cipher(version, header[-_SALT:])
        self._pieces = -(-stored // (PIECE + _TAG))
        self._size = stored - self._pieces * _TAG
        self._at = 0
        self._held: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's buffer has no length
        number, start = divmod(self._at, PIECE)
        if self._at >= self._size:
            return 0
        part = self._piece(number)[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def close(self) -> None:
        self._stream.close()
        super().close()

    def _piece(self, number: int) -> bytes:
        if self._held[0] != number:
            self._stream.seek(_HEADER + number * (PIECE + _TAG))
            sealed = self._stream.read(PIECE + _TAG)
            bound_to = _bound_to(self._name, number, last=number == self._pieces - 1)
            try:
                self._held = (number, self._seal.decrypt(_nonce(number), sealed, bound_to))
            except InvalidTag:
                raise _unopened() from None
        return self._held[1]


def _cipher(version: KeyVersion, salt: bytes) -> AESGCM:
    return AESGCM(hmac.digest(version.secret, b"hearthgate spool/" + salt, "sha256"))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound_to(name: str, number: int, *, last: bool) -> bytes:
    return f"{name}/{number}/{'last' if last else 'more'}".encode()


def _unopened() -> KeyCustodyError:
    return KeyCustodyError("a waiting file cannot be opened: its key is gone, or it was cut short or changed")
