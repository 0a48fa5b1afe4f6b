"""From a file to chunks of what its rows say: counted, and without what no agreement covers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, islice
from typing import BinaryIO, cast

from adapters.csv_line import cells_of
from adapters.port import Feed, RawRow, Translation, translate_row, translate_rows
from adapters.quick import PlainFact, QuickFeed, QuickRow, plain_fact
from concept_model.records import facts_of
from gateway.custody import KeyRing
from gateway.usecases.intake.retention_at_door import NO_LIMITS, RetentionAtDoor, past_retention
from gateway.usecases.intake.row_digests import RowDigests
from gateway.usecases.watching.watching_feeds_sample import FileSample

CHUNK_ROWS, CHUNK_FACTS, CHUNK_TEXT = 16_000, 20_000, 8 * 1024 * 1024
"""A chunk ends with the piece of rows by which it has as many rows, facts or characters: what it costs whatever its
size is shared by thousands, and rows that say much, or are long, take up no more memory than others."""
_PIECE_ROWS = 200


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
    """Some rows of a file in order: how many, what is digested of each (`ReadRows`), what they say, those not taken.

    `text`: the characters of their cells, roughly.
    """

    number: int
    names: tuple[str, ...]
    rows: int = 0
    text: int = 0
    lines: list[str | bytes] = field(default_factory=list, repr=False)
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
        self._digests = RowDigests(ring)

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
        for number in count():
            chunk = Chunk(number, self._quick_names)
            while chunk.rows < CHUNK_ROWS and len(chunk.facts) < CHUNK_FACTS and chunk.text < CHUNK_TEXT:
                taken = list(islice(rows, min(_PIECE_ROWS, CHUNK_ROWS)))
                if not taken:
                    break
                self._take(taken, chunk)
            if not chunk.rows:
                return
            yield chunk

    def _take(self, taken: list[QuickRow | Translation], chunk: Chunk) -> None:
        tally = self.tally
        rows = [self._within_retention(row) for row in taken] if self._retention.limits else taken
        # One pass over all rows, without a branch more than it takes: there are millions.
        plain: list[tuple[int, str | bytes, Sequence[PlainFact]]] = [
            row if type(row) is tuple else self._take_translation(cast("Translation", row), chunk) for row in rows
        ]
        lines = [line for _, line, _ in plain]
        chunk.rows += len(taken)
        chunk.text += sum(map(len, lines))
        chunk.lines += lines
        quick = [row[2] for row in rows if type(row) is tuple]
        tally.accepted += len(quick)
        tally.flagged += quick.count(())
        facts = [*chain.from_iterable([said for _, _, said in plain])]
        uncovered = {fact[0] for fact in facts} - self._covered
        tally.uncovered |= uncovered
        chunk.facts += [fact for fact in facts if fact[0] not in uncovered] if uncovered else facts
        tally.rows += len(taken)
        for turn in self.sample.turns(len(taken)):
            row = taken[turn]
            self.sample.look(
                row.row.cells
                if isinstance(row, Translation)
                else dict(zip(self._quick_names, cells_of(row[1]), strict=False))
            )

    def _within_retention(self, row: QuickRow | Translation) -> QuickRow | Translation:
        """A row on the quick way goes the long one where something that it says is past its time."""
        if isinstance(row, Translation) or self._retention.kept(row[2]) is row[2]:
            return row
        cells = dict(zip(self._quick_names, cells_of(row[1]), strict=True))
        return translate_row(self._feed, RawRow(row[0], cells))

    def _take_translation(self, translation: Translation, chunk: Chunk) -> tuple[int, bytes, Sequence[PlainFact]]:
        """Take a row by its translation; gives its number, its leaf, and what of it is to be stored."""
        tally, cells = self.tally, translation.row.cells
        names = list(cells)
        chunk.text += sum(map(len, cells.values()))
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
        return translation.row.number, self._digests.leaf(names, list(cells.values())), kept

    def _see_columns(self, names: "list[str] | tuple[str, ...]") -> None:
        for position, name in enumerate(names, 1):
            self.tally.columns.setdefault(name, position)
