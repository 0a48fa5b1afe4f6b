"""From a file to chunks of what its rows say: counted, digested, and without what no agreement covers."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from adapters.port import Feed, RawRow, Translation, translate_row, translate_rows
from adapters.quick import PlainFact, QuickFeed, QuickRow, plain_fact
from audit.merkle import leaf_hash
from concept_model.records import facts_of
from gateway.custody import KeyRing
from gateway.keyed_digests import digesters, part
from gateway.usecases.intake_retention import NO_LIMITS, RetentionAtDoor, past_retention
from gateway.usecases.watching_feeds_sample import FileSample

CHUNK_ROWS = 5000
_CELLS = json.JSONEncoder(separators=(",", ":")).encode


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
    """Some rows of a file in order. `leaves`: their keyed digests, hashed as leaves; `rejected`: those not taken."""

    number: int
    leaves: list[bytes] = field(default_factory=list)
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
        self._digest = digesters(ring, "row")[0]
        self._names = b""

    def chunks(self, source: BinaryIO) -> Iterator[Chunk]:
        """The chunks of a file. Raise `FeedUnreadableError` where it is not one of the feed."""
        rows: Iterator[QuickRow | Translation] = iter(())
        quick = self._feed.quick_rows(source) if isinstance(self._feed, QuickFeed) else None
        if quick is not None:
            rows = quick.rows
            self._quick_names = quick.names
            self._see_columns(quick.names)
        else:
            rows = iter(translate_rows(self._feed, source))
        names = b"" if quick is None else _names_part(quick.names)
        number = 0
        while taken := list(islice(rows, CHUNK_ROWS)):
            yield self._chunk(number, taken, names)
            number += 1

    def _chunk(self, number: int, taken: list[QuickRow | Translation], names: bytes) -> Chunk:
        chunk, tally = Chunk(number), self.tally
        leaves, facts, covered, digest = chunk.leaves, chunk.facts, self._covered, self._digest
        for place, row in enumerate(taken, 1):
            if isinstance(row, Translation):
                self._take_translation(row, chunk)
                continue
            cells, said = row
            if self._retention.limits and self._retention.kept(said) is not said:
                sent = RawRow(tally.rows + place, dict(zip(self._quick_names, cells, strict=True)))
                self._take_translation(translate_row(self._feed, sent), chunk)
                continue
            tally.accepted += 1
            leaves.append(leaf_hash(digest(names + part(_CELLS(cells).encode()))))
            for fact in said:
                if fact[0] in covered:
                    facts.append(fact)
                else:
                    tally.uncovered.add(fact[0])
        tally.rows += len(taken)
        for turn in self.sample.turns(len(taken)):
            row = taken[turn]
            self.sample.look(
                row.row.cells if isinstance(row, Translation) else dict(zip(self._quick_names, row[0], strict=False))
            )
        return chunk

    def _take_translation(self, translation: Translation, chunk: Chunk) -> None:
        tally, cells = self.tally, translation.row.cells
        names = list(cells)
        self._see_columns(names)
        chunk.leaves.append(leaf_hash(self._digest(_names_part(names) + part(_CELLS(list(cells.values())).encode()))))
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
        for fact in kept:
            if fact.item in self._covered:
                chunk.facts.append(fact)
            else:
                tally.uncovered.add(fact.item)

    def _see_columns(self, names: "list[str] | tuple[str, ...]") -> None:
        for position, name in enumerate(names, 1):
            self.tally.columns.setdefault(name, position)


def _names_part(names: "list[str] | tuple[str, ...]") -> bytes:
    return part(_CELLS(list(names)).encode())
