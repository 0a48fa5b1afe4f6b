"""Read a pushed body once, piece by piece, into the spool; bounded before and after decompression."""

import hashlib
import zlib
from collections.abc import Iterator
from typing import Annotated

from anyio import to_thread
from fastapi import Depends, Request

from gateway.errors import BodyTooLargeError, BodyUnreadableError, UnsupportedMediaError
from gateway.usecases.intake.intake import SpooledFile, spool_of

_FORMATS = {
    "text/csv": "csv",
    "application/json": "json",
    "application/fhir+json": "json",
    "application/x-ndjson": "ndjson",
    "application/fhir+ndjson": "ndjson",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/fhir+xml": "xml",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
MEDIA_TYPES = tuple(_FORMATS)
_MIB = 1024 * 1024
_PIECE = 256 * 1024
_MOST_IN_MEMORY = _MIB


async def raw_body(request: Request) -> bytes:
    """The whole of a short body, such as a form, as it came; over 1 MiB it is refused."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _MOST_IN_MEMORY:
            raise BodyTooLargeError("the body is larger than this is ever")
        parts.append(part)
    return b"".join(parts)


async def spooled_body(request: Request) -> SpooledFile:
    """The body in the spool, decompressed if it is gzip. Over the limit, or broken, it leaves nothing behind.

    `request.state.sent_sha256` is then the SHA-256 of the body as it was sent (RFC 9530).
    """
    wiring = request.app.state.wiring
    unpacked = unpacker(request.headers.get("content-encoding", "identity"))
    limit = int(wiring.settings.max_body_mib) * _MIB
    received, packed = 0, hashlib.sha256()
    with spool_of(wiring).write() as writer:
        async for part in request.stream():
            received += len(part)
            if isinstance(unpacked, Gzip):
                packed.update(part)
            for piece in unpacked.take(part):
                if writer.size + len(piece) > limit:
                    break
                writer.write(piece)
            else:
                if received <= limit:
                    continue
            raise BodyTooLargeError("the file is larger than this gateway takes at once; send it in parts")
        unpacked.end()
        # What is written waits for the disk, so elsewhere than where all requests are heard.
        spooled = await to_thread.run_sync(writer.finish)
    request.state.sent_sha256 = packed.digest() if isinstance(unpacked, Gzip) else spooled.sha256
    return spooled


class Plain:
    """A body that came as it is."""

    def take(self, part: bytes) -> Iterator[bytes]:
        """The content of a part."""
        yield part

    def end(self) -> None:
        """The body has ended."""


class Gzip:
    """A body that came compressed, unpacked piece by piece: a small part may hold any amount."""

    def __init__(self) -> None:
        self._engine = zlib.decompressobj(wbits=31)

    def take(self, part: bytes) -> Iterator[bytes]:
        """The content of a part, in pieces of bounded size. Raise `BodyUnreadableError`."""
        while part:
            try:
                yield self._engine.decompress(part, _PIECE)
            except zlib.error:
                raise BodyUnreadableError("the body says it is gzip and cannot be unpacked") from None
            part = self._engine.unconsumed_tail
            if self._engine.unused_data:
                raise BodyUnreadableError("the gzip body holds more than one file")

    def end(self) -> None:
        """The body has ended. Raise `BodyUnreadableError` if the file in it has not."""
        if not self._engine.eof:
            raise BodyUnreadableError("the gzip body is cut short")


def unpacker(encoding: str) -> Plain | Gzip:
    """What unpacks a body of that Content-Encoding. Raise `UnsupportedMediaError`."""
    named = encoding.strip().lower()
    if named == "identity":
        return Plain()
    if named != "gzip":
        raise UnsupportedMediaError("the body may be plain or gzip, nothing else")
    return Gzip()


def media_format(request: Request) -> str:
    """The format that Content-Type names: csv, json, ndjson, xml or xlsx."""
    named = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if named not in _FORMATS:
        raise UnsupportedMediaError(
            "Content-Type must be that of CSV, JSON, NDJSON, XML or an XLSX workbook; the contract lists them"
        )
    return _FORMATS[named]


RawBody = Annotated[bytes, Depends(raw_body)]
Body = Annotated[SpooledFile, Depends(spooled_body)]
MediaFormat = Annotated[str, Depends(media_format)]
