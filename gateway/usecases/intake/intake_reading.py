"""From a file to chunks of what its rows say: counted, digested, and without what no agreement covers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from itertools import chain, islice
from typing import BinaryIO, cast

from adapters.csv_line import cells_of, line_of
from adapters.port import Feed, RawRow, Translation, translate_row, translate_rows
from adapters.quick import PlainFact, QuickFeed, QuickRow, plain_fact
from audit.merkle import root_of
from concept_model.records import facts_of
from gateway.custody import KeyRing
from gateway.keyed_digests import part
from gateway.usecases.intake.retention_at_door import NO_LIMITS, RetentionAtDoor, past_retention
from gateway.usecases.watching.watching_feeds_sample import FileSample

CHUNK_ROWS = 5000
_LEAF = b"\0"
"""Before what a leaf of a Merkle tree is hashed from (RFC 9162 section 2.1.1)."""


@dataclass(slots=True)
class Tally:
    """What became of the rows so far. `columns` are the names sent with the place of each, counted from 1."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    refused: int = 0
    flagged: int = 0
    facts_new: int = 0
    facts_unchanged: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    uncovered: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Chunk:
    """Some rows of a file in order: how many, the root over their keyed digests, what they say, those not taken."""

    number: int
    rows: int = 0
    root: bytes = b""
    facts: list[PlainFact] = field(default_factory=list)
    rejected: list[Translation] = field(default_factory=list)


class ChunkReader:
    """Reads a file chunk by chunk, and counts into its tally."""

    def __init__(
        self, feed: Feed, covered: frozenset[str], ring: KeyRing, retention: RetentionAtDoor = NO_LIMITS
    ) -> None:
        self.tally = Tally()
        self.sample = FileSample(frozenset(column.name for column in feed.profile.columns))
        self._quick_names: tuple[str, ...] = ()
        self._feed = feed
        self._covered = covered
        self._retention = retention
        # BLAKE2b keyed (RFC 7693 section 2.9): one hash a row where HMAC takes two, and no value can be tried on it.
        self._digest = blake2b(key=ring.digest("row"), digest_size=32)
        self._quick_named: Callable[[], blake2b] = self._digest.copy

    def chunks(self, source: BinaryIO) -> Iterator[Chunk]:
        """The chunks of a file. Raise `FeedUnreadableError` where it is not one of the feed."""
        rows: Iterator[QuickRow | Translation] = iter(())
        quick = self._feed.quick_rows(source) if isinstance(self._feed, QuickFeed) else None
        if quick is not None:
            rows = quick.rows
            self._quick_names = quick.names
            self._quick_named = self._named(quick.names).copy
            self._see_columns(quick.names)
        else:
            rows = iter(translate_rows(self._feed, source))
        number = 0
        while taken := list(islice(rows, CHUNK_ROWS)):
            yield self._chunk(number, taken)
            number += 1

    def _chunk(self, number: int, taken: list[QuickRow | Translation]) -> Chunk:
        chunk, tally, leaf = Chunk(number, len(taken)), self.tally, self._leaf_of_line
        rows = [self._within_retention(row) for row in taken] if self._retention.limits else taken
        # One pass over all rows, without a branch more than it takes: there are millions.
        leaves_and_facts = [
            (leaf(row[1]), row[2]) if type(row) is tuple else self._take_translation(cast("Translation", row), chunk)
            for row in rows
        ]
        leaves, said = zip(*leaves_and_facts, strict=True)
        quick = [row[2] for row in rows if type(row) is tuple]
        tally.accepted += len(quick)
        tally.flagged += quick.count(())
        facts = [*chain.from_iterable(said)]
        uncovered = {fact[0] for fact in facts} - self._covered
        tally.uncovered |= uncovered
        chunk.facts = [fact for fact in facts if fact[0] not in uncovered] if uncovered else facts
        tally.rows += len(taken)
        chunk.root = root_of(leaves)
        for turn in self.sample.turns(len(taken)):
            row = taken[turn]
            self.sample.look(
                row.row.cells
                if isinstance(row, Translation)
                else dict(zip(self._quick_names, cells_of(row[1]), strict=False))
            )
        return chunk

    def _within_retention(self, row: QuickRow | Translation) -> QuickRow | Translation:
        """A row on the quick way goes the long one where something that it says is past its time."""
        if isinstance(row, Translation) or self._retention.kept(row[2]) is row[2]:
            return row
        cells = dict(zip(self._quick_names, cells_of(row[1]), strict=True))
        return translate_row(self._feed, RawRow(row[0], cells))

    def _leaf_of_line(self, line: str) -> bytes:
        """The leaf of a row on the quick way."""
        digest = self._quick_named()
        digest.update(line.encode())
        return sha256(_LEAF + digest.digest()).digest()

    def _take_translation(self, translation: Translation, chunk: Chunk) -> tuple[bytes, Sequence[PlainFact]]:
        """Take a row by its translation; gives its leaf, and what of it is to be stored."""
        tally, cells = self.tally, translation.row.cells
        names = list(cells)
        self._see_columns(names)
        facts: Sequence[PlainFact] = [plain_fact(fact) for record in translation.records for fact in facts_of(record)]
        kept = self._retention.kept(facts)
        if kept is None:
            translation, kept = past_retention(translation.row), ()
        if translation.refused:
            tally.refused += 1
        elif translation.errors:
            tally.rejected += 1
        else:
            tally.accepted += 1
            tally.flagged += bool(translation.flags) or len(kept) < len(facts)
        if translation.errors:
            chunk.rejected.append(translation)
        digest = self._named(names)
        digest.update(line_of(list(cells.values())).encode("utf-8", "surrogatepass"))
        return sha256(_LEAF + digest.digest()).digest(), kept

    def _named(self, names: Sequence[str]) -> blake2b:
        """The digest of a row whose columns have these names, before its line."""
        digest = self._digest.copy()
        digest.update(part(line_of(names).encode("utf-8", "surrogatepass")))
        return digest

    def _see_columns(self, names: "list[str] | tuple[str, ...]") -> None:
        for position, name in enumerate(names, 1):
            self.tally.columns.setdefault(name, position)
