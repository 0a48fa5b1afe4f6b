"""Chunks of a file with all of their rows made that needs no store."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

from adapters.port import Translation
from gateway.store.fact_columns import NewRecord
from gateway.usecases.intake.intake_reading import Chunk, ChunkReader, Tally
from gateway.usecases.intake.prepared_facts import FactPreparer, PreparedFacts, ReferringFact
from gateway.usecases.watching.watching_feeds_sample import FileSample


@dataclass(slots=True)
class PreparedChunk:
    """A chunk whose facts are prepared; `names` and `lines` tell what is digested of its rows (see `ReadRows`).

    `records`: to be found or made, and `forgotten`, as `FactPreparer` has them; `read`: rows and bytes of the file so
    far.
    """

    number: int
    rows: int
    names: tuple[str, ...]
    lines: list[str | bytes] = field(repr=False)
    facts: PreparedFacts = field(repr=False)
    referring: list[ReferringFact] = field(repr=False)
    records: list[NewRecord] = field(repr=False)
    forgotten: list[bytes] = field(repr=False)
    rejected: list[Translation] = field(repr=False)
    read: tuple[int, int]


class PreparedFile(Protocol):
    """A file that is read once: its chunks, and after the last of them how the file was."""

    tally: Tally
    sample: FileSample

    def chunks(self) -> Iterator[PreparedChunk]:
        """The chunks in order. Raise `FeedUnreadableError` where it is no file of the feed."""


class FileHere:
    """A file that is read by this process."""

    def __init__(self, reader: ChunkReader, preparer: FactPreparer, file: BinaryIO) -> None:
        self.tally, self.sample = reader.tally, reader.sample
        self._reader, self._preparer, self._file = reader, preparer, file

    def chunks(self) -> Iterator[PreparedChunk]:
        """The chunks in order."""
        return (self._prepared(chunk) for chunk in self._reader.chunks(self._file))

    def _prepared(self, chunk: Chunk) -> PreparedChunk:
        preparer = self._preparer
        facts, referring = preparer.prepare(chunk.facts)
        return PreparedChunk(
            chunk.number, chunk.rows, chunk.names, chunk.lines, facts, referring, preparer.named,
            preparer.forgotten, chunk.rejected, (self.tally.rows, self._file.tell()),
        )  # fmt: skip
