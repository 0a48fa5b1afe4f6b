"""A large file is read, checked and translated by a process beside the one that stores it: two processors work for it.

That process is told the file's name in the spool, the feed and two keys; it has no database. It writes chunk after
chunk into a pipe, in the order of the file, and waits while nobody reads them. If either process ends, the other fails,
and the batch with it.
"""

import gc
import marshal
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import F_SETPIPE_SZ, fcntl
from functools import partial
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from adapters.errors import FeedUnreadableError
from adapters.port import Feed
from gateway.clock import new_ids
from gateway.custody import KeyRing
from gateway.store.fact_columns import NewRecord
from gateway.store.fact_lines import BatchColumns
from gateway.store.spool import Spool
from gateway.usecases.intake.intake_prepared import FileHere, PreparedChunk
from gateway.usecases.intake.intake_reading import ChunkReader, Tally
from gateway.usecases.intake.prepared_facts import FactPreparer, PreparedFacts
from gateway.usecases.intake.retention_at_door import RetentionAtDoor
from gateway.usecases.watching.watching_feeds_sample import FileSample

if TYPE_CHECKING:
    from adapters.tabular.feed import MappedFeed

_LENGTH = 8
_PIPE = 1024 * 1024
"""Bytes that the process may be ahead: the most that anybody may ask for. With few the two wait for one another."""
_WITHOUT_REFERENCES = 2
"""The version of marshal that writes twice what is said twice, and looks nothing up."""
_record = partial(tuple.__new__, NewRecord)
_values = attrgetter(*PreparedFacts.__slots__)
_BY_MILLIONS = frozenset({"facts", "records", "lines"})
"""What of a chunk there is of every row: it goes as plain values, and what is rare as the objects that they are."""
_PROGRAM = "from gateway.usecases.intake.intake_apart import main; main()"


class ReadingStoppedError(Exception):
    """The process that reads a file ended before the file did."""


@dataclass(frozen=True, slots=True)
class ReadingOrder:
    """What a file is read by: where it waits, the key that opens it, its feed, what is covered, the key of digests.

    A feed of the project's own is told by its package and name;
    one out of a mapping file is told whole.
    """

    folder: Path
    name: str
    field_ring: KeyRing
    feed: "tuple[str, str] | MappedFeed"
    covered: frozenset[str]
    source_no: int
    digest_ring: KeyRing
    retention: RetentionAtDoor
    batch: BatchColumns


class FileApart:
    """A file that a process beside this one reads, of that id."""

    def __init__(self, pid: int, answers: IO[bytes]) -> None:
        self.pid = pid
        self.tally, self.sample = Tally(), FileSample(frozenset())
        self._answers = answers

    def chunks(self) -> Iterator[PreparedChunk]:
        """The chunks in order. Raise `ReadingStoppedError` where the other process ends before the file does."""
        while (said := self._read())[0] == "chunk":
            facts, records, lines = marshal.loads(self._take())  # noqa: S302 - from the process that this one started
            yield PreparedChunk(facts=PreparedFacts(*facts), records=[*map(_record, records)], lines=lines, **said[1])
        if said[0] == "unreadable":
            kind, message, how_to_fix = said[1]
            raise kind(message, how_to_fix)
        self.tally, self.sample = said[1]

    def _read(self) -> tuple[str, Any]:
        said: tuple[str, Any] = pickle.loads(self._take())  # noqa: S301 - from the process that this one started
        return said

    def _take(self) -> bytes:
        size = int.from_bytes(self._answers.read(_LENGTH), "big")
        content = self._answers.read(size)
        if not size or len(content) < size:
            raise ReadingStoppedError("the process that reads a file ended before the file did")
        return content


@contextmanager
def file_apart(order: ReadingOrder) -> Iterator[FileApart]:
    """Start a process that reads a file; it has ended when the block ends."""
    command = [sys.executable, "-c", _PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - pipes were asked for
        with suppress(OSError):
            fcntl(process.stdout, F_SETPIPE_SZ, _PIPE)
        try:
            # Keys go by the pipe: arguments and environment of a process can be read from outside it.
            with process.stdin as orders:
                pickle.dump(order, orders)
            yield FileApart(process.pid, process.stdout)
        except BrokenPipeError:
            raise ReadingStoppedError("the process that reads a file did not start") from None
        finally:
            process.kill()


def told_feed(told: "tuple[str, str] | MappedFeed") -> Feed:
    """The feed that an order tells. The others are not loaded: that takes as long as to read thousands of rows."""
    if not isinstance(told, tuple):
        return told
    package, name = told
    found: Feed = next(feed for feed in import_module(package).FEEDS if feed.profile.name == name)
    return found


def main() -> None:
    """Read the file that is ordered on the standard input; answer with its chunks, until nobody reads them."""
    # What goes wrong is told by its kind alone: a traceback could hold somebody's data.
    sys.excepthook = lambda kind, *_: _tell(kind)
    # Millions of small values come and go, and none refers to itself: the collector need not look for such.
    gc.disable()
    with suppress(BrokenPipeError):
        _answer(pickle.load(sys.stdin.buffer), sys.stdout.buffer)  # noqa: S301 - from the process that started this one


def _tell(kind: type[BaseException]) -> None:
    sys.stderr.write(f"reading a file apart: {kind.__name__}\n")


def _answer(order: ReadingOrder, answers: BinaryIO) -> None:
    feed = told_feed(order.feed)
    reader = ChunkReader(feed, order.covered, order.digest_ring, order.retention)
    preparer = FactPreparer(feed.profile.source, order.source_no, order.digest_ring, order.batch, new_ids)
    with Spool(order.folder, order.field_ring).open(order.name) as file:
        try:
            for chunk in FileHere(reader, preparer, file).chunks():
                said = {name: getattr(chunk, name) for name in PreparedChunk.__slots__ if name not in _BY_MILLIONS}
                _put(answers, pickle.dumps(("chunk", said), pickle.HIGHEST_PROTOCOL))
                plain = _values(chunk.facts), [*map(tuple, chunk.records)], chunk.lines
                _put(answers, marshal.dumps(plain, _WITHOUT_REFERENCES))
        except FeedUnreadableError as error:
            _put(answers, pickle.dumps(("unreadable", (type(error), error.message, error.how_to_fix))))
        else:
            _put(answers, pickle.dumps(("end", (reader.tally, reader.sample))))


def _put(answers: BinaryIO, content: bytes) -> None:
    answers.write(len(content).to_bytes(_LENGTH, "big"))
    answers.write(content)
    answers.flush()
