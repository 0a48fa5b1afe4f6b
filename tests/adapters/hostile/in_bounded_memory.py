"""Read a file that is made while it is read, in a process whose memory is limited.

python -m tests.adapters.hostile.in_bounded_memory KIND BYTES
"""

import io
import resource
import sys
import zlib

from adapters.errors import FeedUnreadableError
from adapters.port import translate_rows
from adapters.registry import FEEDS
from tests.adapters.hostile.workbook_cases import book, shared

HEADROOM = 96 * 1024 * 1024
"""What reading may add to what Python and its libraries hold already."""


class Made(io.RawIOBase):
    """A file of a beginning, one part repeated, and an end; only its size is held."""

    def __init__(self, start: bytes, part: bytes, end: bytes, size: int) -> None:
        self._start, self._part, self._end = start, part * (65_536 // len(part)), end
        self._size = max(size, len(start) + len(end))
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def readinto(self, buffer: memoryview) -> int:
        size = min(len(buffer), self._size - self._at)
        done = 0
        while done < size:
            part = self._piece(self._at + done, size - done)
            buffer[done : done + len(part)] = part
            done += len(part)
        self._at += done
        return done

    def _piece(self, at: int, most: int) -> bytes:
        if at < len(self._start):
            return self._start[at : at + most]
        ends = self._size - len(self._end)
        if at >= ends:
            return self._end[at - ends : at - ends + most]
        offset = (at - len(self._start)) % len(self._part)
        return self._part[offset : offset + min(most, ends - at)]


HEAD = b"person_ref,surname\nP1,Example\n"
KINDS = {
    "one line": ("case-people", HEAD, b"x" * 64, b"\nP2,Example\n"),
    "one quoted cell": ("case-people", HEAD + b'P3,"', b"y" * 8191 + b"\n", b'"\nP2,Example\n'),
    "columns": ("case-people", b"person_ref,surname", b",column", b"\n"),
    "one XML text": (
        "social-care-cin",
        b"<Message><Children><Child><a>",
        b"x" * 64,
        b"</a></Child></Children></Message>",
    ),
    "many XML levels": ("social-care-cin", b"<Message>", b"<a>", b"</Message>"),
    "one JSON line": ("health-pds", b'{"resourceType":"Patient","id":"9000000009"}\n{"a":"', b"x" * 64, b'"}\n'),
}


def main(kind: str, size: int) -> str:
    """What became of the file."""
    source = io.BytesIO(many_texts(min(size, 96 * 1024 * 1024))) if kind == "workbook" else Made(*KINDS[kind][1:], size)
    feed = "case-people" if kind == "workbook" else KINDS[kind][0]
    with open("/proc/self/statm", encoding="ascii") as pages:  # noqa: PTH123 - no file
        held = int(pages.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + HEADROOM, held + HEADROOM))
    taken = 0
    try:
        for translation in translate_rows(
            FEEDS[feed], io.BufferedReader(source) if isinstance(source, Made) else source
        ):
            taken += not translation.errors
    except FeedUnreadableError as error:
        return f"refused: {error.message}"
    return f"rows, {taken} of them good"


def many_texts(size: int) -> bytes:
    """A workbook whose table of texts unpacks to that size, no more than 100 times what it is."""
    texts = (f"<si><t>{zlib.crc32(b'%d' % number):08x}{'x' * 600}</t></si>" for number in range(size // 624))
    return book(xl__sharedStrings_xml=shared(*texts))


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1], int(sys.argv[2])))
