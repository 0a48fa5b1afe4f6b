"""What the rows of a chunk say into the store: under the records of their keys, without what is known already."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from sqlalchemy import Connection

from gateway.store.desk_tables import BatchRow
from gateway.store.fact_columns import NewFact
from gateway.store.fact_lines import BatchColumns, keys_of, line_of
from gateway.store.facts import current_digests, find_records, keep_order, save_facts, save_tokens
from gateway.store.retractions import has_retractions, retracted_keys
from gateway.usecases.families.search_tokens import SOUGHT, token_rows
from gateway.usecases.intake.fact_rows import FEW_SLOTS, FactRows, changed, keys_in_use, under_stored_keys
from gateway.usecases.intake.intake_beside import WordsBeside
from gateway.usecases.intake.intake_prepared import PreparedChunk
from gateway.wiring import Wiring

Said: TypeAlias = Callable[[Iterable[bytes]], None]
"""Hears of each chunk: the keys of all of its facts, changed or not."""


@dataclass(frozen=True, slots=True)
class PartedChunk:
    """A chunk, the lines of it that stand as they are, one by one and joined, and rows of the other facts."""

    chunk: PreparedChunk
    stands: list[bytes] = field(repr=False)
    rows: list[NewFact] = field(repr=False)
    lines: bytes = field(repr=False)


class FactSaver:
    """Saves facts within one transaction, in the order in which they are given.

    For each chunk in turn `find_records`, `parted` and `save`; the first of the next may come before the last of this.
    """

    def __init__(
        self,
        wiring: Wiring,
        connection: Connection,
        batch: BatchRow,
        columns: BatchColumns,
        said: Said | None = None,
        slots: int = FEW_SLOTS,
    ) -> None:
        self._connection = connection
        self._batch_id = batch.batch_id
        self._columns = columns
        self._token = wiring.custody.token
        self._rows = FactRows(batch.source_no, wiring.custody.digest, columns, wiring.mint_many, slots)
        self._elsewhere: dict[bytes, bytes | None] = {}
        self._any_retracted = has_retractions(connection)
        self._beside = WordsBeside(connection, batch.batch_id)
        self._said = said

    def find_records(self, chunk: PreparedChunk) -> None:
        """Find or make the records that a chunk names for the first time."""
        for proposed in chunk.forgotten:
            self._elsewhere.pop(proposed, None)
        if chunk.records:
            self._elsewhere |= find_records(self._connection, chunk.records)

    def parted(self, chunk: PreparedChunk) -> PartedChunk:
        """A chunk whose records were found, made ready without the store: another chunk may be saved meanwhile."""
        stands, rows = self._rows.parted(chunk.facts, chunk.referring, self._elsewhere)
        return PartedChunk(chunk, stands, rows, b"".join(stands))

    def save(self, parted: PartedChunk) -> tuple[int, int]:
        """Save what changed; return how many facts were new or changed, and how many were known.

        What is said of somebody who was erased counts as known: the sender is not told who that is. So does what the
        sender has taken back, whatever it says now, until it is reinstated.
        """
        chunk, stands, rows = parted.chunk, parted.stands, parted.rows
        # What a record that is new says for the first time cannot be stored: the store need not be asked.
        stored = current_digests(self._connection, keys_in_use(rows)) if rows else {}
        rows = self._not_retracted(under_stored_keys(rows, stored), stored)
        own = self._beside.own(stored)
        fresh = changed(rows, stored, own)
        superseding = list({row.fact_key for row in fresh if row.fact_key in stored})
        self._beside.make_way(superseding)
        save_facts(self._connection, b"".join([parted.lines, *(line_of(row, self._columns) for row in fresh)]))
        keep_order(self._connection, self._batch_id, superseding)
        if not SOUGHT.keys().isdisjoint(chunk.facts.items):
            save_tokens(self._connection, token_rows([*self._rows.rows(stands), *fresh], self._token))
        self._beside.note(rows, fresh, stored, own)
        if self._said is not None:
            self._said([*keys_of(stands), *(row.fact_key for row in rows)])
        new = len(stands) + len(fresh)
        return new, len(chunk.facts.records) - new

    def _not_retracted(self, rows: list[NewFact], stored: Mapping[bytes, bytes]) -> list[NewFact]:
        # What is retracted while this batch is under way, the database refuses, and the batch is taken again.
        if not stored or not self._any_retracted:
            return rows
        retracted = retracted_keys(self._connection, self._batch_id, list(stored))
        return [row for row in rows if row.fact_key not in retracted]
