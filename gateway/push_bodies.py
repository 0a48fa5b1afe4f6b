"""What a partner's client sends of a file: from disk, in pieces, its digest known before the first of them."""

import base64
import gzip
import hashlib
import io
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from gateway.commands.files import CommandError

PIECE = 256 * 1024
_GZIP = b"\x1f\x8b"
_LEVEL = 6


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it goes over the wire. `pieces` gives its bytes from a place on, as often as asked."""

    encoding: str
    size: int
    sha256: bytes = field(repr=False)
    pieces: Callable[[int], Iterator[bytes]] = field(repr=False)

    @property
    def digest(self) -> str:
        """The SHA-256 as a member of Content-Digest or Repr-Digest (RFC 9530)."""
        return f"sha-256=:{base64.b64encode(self.sha256).decode()}:"


def as_it_lies(content: Path | bytes) -> Body:
    """The file as it is on disk: gzip where it is packed already. It can be sent from any place on."""

    def pieces(start: int) -> Iterator[bytes]:
        with _stream(content) as stream:
            stream.seek(start)
            while piece := stream.read(PIECE):
                yield piece

    return _measured("gzip" if is_packed(content) else "identity", pieces)


def packed(content: Path | bytes) -> Body:
    """The file as gzip, the same bytes each time. It can only be sent from its start."""
    if is_packed(content):
        return as_it_lies(content)

    def pieces(start: int) -> Iterator[bytes]:
        if start:
            msg = "what is packed on the way can only be sent from its start"
            raise ValueError(msg)
        engine = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
        with _stream(content) as stream:
            while piece := stream.read(PIECE):
                if some := engine.compress(piece):
                    yield some
        yield engine.flush()

    return _measured("gzip", pieces)


def is_packed(content: Path | bytes) -> bool:
    """Whether a file is gzip."""
    with _stream(content) as stream:
        return stream.read(len(_GZIP)) == _GZIP


@contextmanager
def plain(file: Path) -> Iterator[BinaryIO]:
    """The content of a file, unpacked where it is gzip, to be sought in. Raise `CommandError`."""
    with _stream(file) as stream:
        if not is_packed(file):
            if file.suffix.lower() == ".gz":
                raise CommandError("the file is called .gz and is not gzip; pack it again, or take .gz off its name")
            yield stream
            return
        with tempfile.TemporaryFile() as unpacked, gzip.GzipFile(fileobj=stream) as source:
            try:
                while piece := source.read(PIECE):
                    unpacked.write(piece)
            except (OSError, EOFError, zlib.error):
                raise CommandError("the file begins as gzip and cannot be unpacked; pack it again") from None
            yield cast(BinaryIO, unpacked)


def content_key(feed: str, content: BinaryIO | bytes, *said: str) -> str:
    """An Idempotency-Key that is the same for the same content of the same feed, of which the same is said."""
    found = hashlib.sha256(b"".join(part.encode() + bytes(1) for part in (feed, *said)))
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    stream.seek(0)
    while piece := stream.read(PIECE):
        found.update(piece)
    return f"sha256-{found.hexdigest()}"


def _measured(encoding: str, pieces: Callable[[int], Iterator[bytes]]) -> Body:
    size, found = 0, hashlib.sha256()
    for piece in pieces(0):
        size += len(piece)
        found.update(piece)
    return Body(encoding, size, found.digest(), pieces)


@contextmanager
def _stream(content: Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(content, bytes):
        yield io.BytesIO(content)
        return
    try:
        stream = content.open("rb")
    except FileNotFoundError:
        raise CommandError("there is no such file; check its path") from None
    except IsADirectoryError:
        raise CommandError("that is a folder; name one file of it") from None
    except (OSError, ValueError):
        raise CommandError("the file cannot be opened; check its path and your rights to read it") from None
    with stream:
        yield stream
