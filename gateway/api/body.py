"""Read a pushed body once, bounded before and after decompression."""

import zlib
from typing import Annotated

from fastapi import Depends, Request

from gateway.errors import BodyTooLargeError, BodyUnreadableError, UnsupportedMediaError

_FORMATS = {
    "text/csv": "csv",
    "application/json": "json",
    "application/fhir+json": "json",
    "application/x-ndjson": "ndjson",
    "application/fhir+ndjson": "ndjson",
    "application/xml": "xml",
    "text/xml": "xml",
    "application/fhir+xml": "xml",
}
MEDIA_TYPES = tuple(_FORMATS)
_MIB = 1024 * 1024


async def raw_body(request: Request) -> bytes:
    """The whole body, decompressed if it is gzip; over the limit it is refused without being kept."""
    limit = int(request.app.state.wiring.settings.max_body_mib) * _MIB
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise BodyTooLargeError("the file is larger than this gateway takes at once; send it in parts")
        parts.append(part)
    body = b"".join(parts)
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise UnsupportedMediaError("the body may be plain or gzip, nothing else")
    return _unzip(body, limit)


def _unzip(body: bytes, limit: int) -> bytes:
    engine = zlib.decompressobj(wbits=31)
    try:
        plain = engine.decompress(body, limit + 1)
    except zlib.error:
        raise BodyUnreadableError("the body says it is gzip and cannot be unpacked") from None
    if len(plain) > limit:
        raise BodyTooLargeError("the unpacked file is larger than this gateway takes at once; send it in parts")
    if not engine.eof or engine.unused_data:
        raise BodyUnreadableError("the gzip body is cut short or holds more than one file")
    return plain


def media_format(request: Request) -> str:
    """The format that Content-Type names: csv, json, ndjson or xml."""
    named = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if named not in _FORMATS:
        raise UnsupportedMediaError(
            "Content-Type must be text/csv, application/json, application/x-ndjson or application/xml"
        )
    return _FORMATS[named]


RawBody = Annotated[bytes, Depends(raw_body)]
MediaFormat = Annotated[str, Depends(media_format)]
