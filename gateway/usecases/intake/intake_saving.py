"""What the rows of a chunk say into the store: under the records of their keys, without what is known already."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Connection

from gateway.custody import KeyRing
from gateway.store.fact_columns import NewFact, NewRecord
from gateway.store.facts import (
    current_digests,
    erased_digests,
    intern_records,
    keep_order,
    save_facts,
    save_tokens,
)
from gateway.store.retractions import has_retractions, retracted_keys
from gateway.usecases.families.search_tokens import token_rows
from gateway.usecases.intake.fact_rows import FactRows, changed, keys_in_use, under_stored_keys
from gateway.usecases.intake.intake_beside import WordsBeside
from gateway.usecases.intake.intake_prepared import PreparedChunk
from gateway.wiring import Wiring

_REMEMBERED = 300_000
"""Keys whose records are remembered from chunk to chunk: some 80 MB."""
_SLOTS = 1 << 24
"""Bytes that tell which facts of its own records a batch may have said already."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What every fact of a batch says of its coming: whose source, in which batch, under which agreements, when."""

    source: str
    source_no: int
    batch_id: UUID
    agreement: str
    recorded_at: datetime


Said: TypeAlias = Callable[[Sequence[NewFact]], None]
"""Hears of each chunk: all of its facts, changed or not."""


class FactSaver:
    """Saves facts within one transaction, in the order in which they are given."""

    def __init__(
        self, wiring: Wiring, connection: Connection, provenance: Provenance, said: Said | None = None
    ) -> None:
        self._connection = connection
        self._provenance = provenance
        self._token: KeyRing = wiring.custody.token
        self._mint = wiring.mint_many
        self._rows = FactRows(provenance.source, provenance.source_no, wiring.custody.digest)
        self._records: dict[bytes, bytes | None] = {}
        self._made: set[bytes] = set()
        self._slots = bytearray(_SLOTS)
        self._any_retracted = has_retractions(connection)
        self._beside = WordsBeside(connection, provenance.batch_id)
        self._said = said

    def save(self, chunk: PreparedChunk) -> tuple[int, int]:
        """Save what changed; return how many facts were new or changed, and how many were known.

        What is said of somebody who was erased counts as known: the sender is not told who that is. So does what the
        sender has taken back, whatever it says now, until it is reinstated.
        """
        records = self._records_of(chunk.records)
        rows = self._rows.rows(chunk.facts, records)
        rows += self._rows.rows(self._rows.referring(chunk.referring, records), records)
        asked = self._may_be_stored(rows)
        stored = current_digests(self._connection, keys_in_use(asked)) if asked else {}
        rows = self._not_retracted(under_stored_keys(rows, stored), stored)
        own = self._beside.own(stored)
        fresh = changed(rows, stored, own)
        common: Mapping[str, Any] = {
            "batch_id": self._provenance.batch_id,
            "agreement": self._provenance.agreement,
            "recorded_at": self._provenance.recorded_at,
        }
        superseding = list({row.fact_key for row in fresh if row.fact_key in stored})
        self._beside.make_way(superseding)
        save_facts(self._connection, fresh, common, self._mint(len(fresh)))
        keep_order(self._connection, self._provenance.batch_id, superseding)
        save_tokens(self._connection, token_rows(fresh, self._token))
        self._beside.note(rows, fresh, stored, own)
        if self._said is not None:
            self._said(rows)
        return len(fresh), len(chunk.facts) + len(chunk.referring) - len(fresh)

    def _may_be_stored(self, rows: Sequence[NewFact]) -> list[NewFact]:
        """All but what cannot be stored: of a record that this transaction made, and not said in it before.

        Where another fact has taken a fact's slot that is asked for, which costs a question and no more.
        """
        made, slots, asked = self._made, self._slots, []
        for row in rows:
            if row[1] in made:
                slot = int.from_bytes(row[0][:3], "big")
                if not slots[slot]:
                    slots[slot] = 1
                    continue
            asked.append(row)
        return asked

    def _not_retracted(self, rows: list[NewFact], stored: Mapping[bytes, bytes]) -> list[NewFact]:
        # What is retracted while this batch is under way, the database refuses, and the batch is taken again.
        if not stored or not self._any_retracted:
            return rows
        retracted = retracted_keys(self._connection, self._provenance.batch_id, list(stored))
        return [row for row in rows if row.fact_key not in retracted]

    def _records_of(self, wanted: Sequence[NewRecord]) -> Mapping[bytes, bytes | None]:
        """The ids of records by first digest; a key that was erased has none."""
        known = self._records
        over = len(known) - _REMEMBERED
        for first in [*islice(known, over)] if over > 0 else ():
            self._made.discard(known.pop(first) or b"")
        self._find([one for one in wanted if one[2][0] not in known])
        return known

    def _find(self, wanted: Sequence[NewRecord]) -> None:
        """Find or make the records of keys; a key that was erased has none."""
        if not wanted:
            return
        erased = erased_digests(self._connection, [digest for one in wanted for digest in one.digests])
        standing = [one for one in wanted if erased.isdisjoint(one.digests)]
        found, made = intern_records(self._connection, standing, self._mint)
        self._made.update(made)
        for one in wanted:
            self._records[one.digests[0]] = found.get(one.digests[0])
