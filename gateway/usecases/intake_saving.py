"""What the rows of a chunk say into the store: under the records of their keys, without what is known already."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import Connection

from adapters.quick import PlainFact
from gateway.custody import KeyRing
from gateway.store.fact_copy import NewFact
from gateway.store.facts import current_digests, erased_digests, intern_records, save_facts, save_tokens
from gateway.store.retractions import has_retractions, retracted_keys
from gateway.usecases.fact_rows import (
    REFERENCES,
    FactRows,
    KeyName,
    SourceKey,
    changed,
    keys_in_use,
    names_of,
    referred,
    under_stored_keys,
)
from gateway.usecases.intake_beside import WordsBeside
from gateway.usecases.search_tokens import token_rows
from gateway.wiring import Wiring

_REMEMBERED = 100_000
"""Keys whose records are remembered from chunk to chunk: some 30 MB."""


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
        self._digest: KeyRing = wiring.custody.digest
        self._token: KeyRing = wiring.custody.token
        self._mint: Iterator[UUID] = iter(wiring.mint, None)
        self._rows = FactRows(provenance.source_no, self._digest)
        self._records: dict[KeyName, UUID | None] = {}
        self._any_retracted = has_retractions(connection)
        self._beside = WordsBeside(connection, provenance.batch_id)
        self._said = said

    def save(self, facts: Sequence[PlainFact]) -> tuple[int, int]:
        """Save what changed; return how many facts were new or changed, and how many were known.

        What is said of somebody who was erased counts as known: the sender is not told who that is. So does what the
        sender has taken back, whatever it says now, until it is reinstated.
        """
        records, standing = self._records_of(facts)
        rows = list(self._rows.rows(standing, records))
        stored = current_digests(self._connection, keys_in_use(rows)) if rows else {}
        rows = self._not_retracted(under_stored_keys(rows, stored), stored)
        own = self._beside.own(stored)
        fresh = changed(rows, stored, own)
        common: Mapping[str, Any] = {
            "batch_id": self._provenance.batch_id,
            "agreement": self._provenance.agreement,
            "recorded_at": self._provenance.recorded_at,
        }
        self._beside.make_way(fresh, stored)
        save_facts(self._connection, fresh, common, self._mint)
        save_tokens(self._connection, token_rows(fresh, self._token))
        self._beside.note(rows, fresh, stored, own)
        if self._said is not None:
            self._said(rows)
        return len(fresh), len(facts) - len(fresh)

    def _not_retracted(self, rows: list[NewFact], stored: Mapping[bytes, bytes]) -> list[NewFact]:
        # What is retracted while this batch is under way, the database refuses, and the batch is taken again.
        if not stored or not self._any_retracted:
            return rows
        retracted = retracted_keys(self._connection, self._provenance.batch_id, list(stored))
        return [row for row in rows if row.fact_key not in retracted]

    def _records_of(self, facts: Sequence[PlainFact]) -> tuple[dict[KeyName, UUID], Sequence[PlainFact]]:
        """The records of all keys that the facts name, and the facts, without those of keys that were erased."""
        names = names_of(facts)
        if len(self._records) > _REMEMBERED:
            self._records.clear()
        self._find([name for name in names if name not in self._records])
        records = {name: record for name in names if (record := self._records[name]) is not None}
        if len(records) == len(names):
            return records, facts
        kept = [
            fact
            for fact in facts
            if (fact[1], fact[2]) in records and (fact[0] not in REFERENCES or referred(fact) in records)
        ]
        return records, kept

    def _find(self, names: Sequence[KeyName]) -> None:
        """Find or make the records of keys; a key that was erased has none."""
        if not names:
            return
        source, source_no = self._provenance.source, self._provenance.source_no
        wanted = {name: SourceKey(source, source_no, *name).record(self._digest) for name in names}
        erased = erased_digests(self._connection, [digest for one in wanted.values() for digest in one.digests])
        standing = [one for one in wanted.values() if erased.isdisjoint(one.digests)]
        found = intern_records(self._connection, standing, self._mint)
        self._records.update({name: found.get(one.digests[0]) for name, one in wanted.items()})
