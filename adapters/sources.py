"""Read a file that may be larger than memory: many readers over one seekable source, each at its own place."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from adapters.errors import FeedUnreadableError

MAX_DOCUMENT_BYTES = 64 * 1024 * 1024
"""A file that can only be read whole, such as one JSON document, may not be larger."""
MAX_LINE_BYTES = 16 * 1024 * 1024
"""One line of a file of lines that each hold a document."""
UTF8_MARK = b"\xef\xbb\xbf"


class _Place(io.RawIOBase):
    """A place of its own in a source. Closing it leaves the source open."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's buffer has no length
        self._source.seek(self._at)
        part = self._source.read(len(buffer))
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)


def opened(body: BinaryIO | bytes) -> BinaryIO:
    """A source out of bytes that are in memory already; a source as it is."""
    return io.BytesIO(body) if isinstance(body, bytes) else body


def reader(source: BinaryIO, buffer: int = 256 * 1024) -> io.BufferedReader:
    """Read a source from its start, however far other readers of it have come."""
    return io.BufferedReader(_Place(source), buffer)


def start_of(source: BinaryIO, size: int = 512) -> bytes:
    """The first bytes, without a byte order mark of UTF-8."""
    source.seek(0)
    return source.read(size).removeprefix(UTF8_MARK)


def size_of(source: BinaryIO) -> int:
    """Bytes in the source."""
    return source.seek(0, io.SEEK_END)


def whole(source: BinaryIO, how_to_fix: str = "Send it in several files.") -> bytes:
    """The whole source. Raise `FeedUnreadableError` where it is larger than a file that is read whole may be."""
    if size_of(source) > MAX_DOCUMENT_BYTES:
        raise FeedUnreadableError("The file is too large.", how_to_fix)
    source.seek(0)
    return source.read()


def lines(source: BinaryIO) -> Iterator[bytes | None]:
    """Lines that are not blank, without a byte order mark; None for one that is too long to be read."""
    stream = reader(source)
    first = True
    while line := stream.readline(MAX_LINE_BYTES + 1):
        too_long = len(line) > MAX_LINE_BYTES
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES + 1)
        if first:
            line, first = line.removeprefix(UTF8_MARK), False
        if too_long:
            yield None
        elif line.strip():
            yield line
