"""From concept facts to rows, keyed so that a resent row is recognised and no source key is stored in clear."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from concept_model.items import item_bit
from concept_model.records import Fact
from gateway.custody import KeyRing
from gateway.store.facts import NewFact, NewRecord

_REFERENCES = {"family.relationship": ("other", "person"), "household.membership": ("household", "household")}
"""Items whose value names another record of the same source: stored as that record's id."""


@dataclass(frozen=True, slots=True)
class SourceKey:
    """A partner's own key of a person, household or place, within one source."""

    source: str
    source_no: int
    kind: str
    key: str

    def record(self, ring: KeyRing) -> NewRecord:
        """The record to find or make for this key."""
        digests = ring.digests("source-record", self.source.encode(), self.kind.encode(), self.key.encode())
        return NewRecord(self.source_no, self.kind, digests)

    def digest(self, ring: KeyRing) -> bytes:
        """The digest under the key in use."""
        return ring.digest("source-record", self.source.encode(), self.kind.encode(), self.key.encode())


def keys_of(facts: Iterable[Fact], source: str, source_no: int) -> list[SourceKey]:
    """Every key that the facts name, once each, in the order met."""
    keys: dict[SourceKey, None] = {}
    for fact in facts:
        keys[SourceKey(source, source_no, fact.subject_kind, fact.subject_key)] = None
        reference = _REFERENCES.get(fact.item)
        if reference:
            keys[SourceKey(source, source_no, reference[1], str(fact.value[reference[0]]))] = None
    return list(keys)


def fact_rows(
    facts: Sequence[Fact], source: str, source_no: int, ring: KeyRing, record_of: Callable[[SourceKey], UUID]
) -> Iterator[NewFact]:
    """Turn facts into rows. A fact's key joins its record, item and occurrence; its content digest, all the rest."""
    for fact in facts:
        record_id = record_of(SourceKey(source, source_no, fact.subject_kind, fact.subject_key))
        value: dict[str, Any] = dict(fact.value)
        occurrence = fact.occurrence
        reference = _REFERENCES.get(fact.item)
        if reference:
            named = record_of(SourceKey(source, source_no, reference[1], str(value[reference[0]])))
            occurrence = f"{value.get('kind', '')}/{named}"
            value[reference[0]] = str(named)
        fact_key, *earlier_keys = ring.digests("fact", record_id.bytes, fact.item.encode(), occurrence.encode())
        content, *earlier_contents = ring.digests("content", _content(fact, value))
        yield NewFact(
            fact_key, record_id, source_no, item_bit(fact.item), value, fact.valid_from, fact.valid_to, fact.at,
            fact.nature.value, fact.role, fact.handling, fact.disputed, content, tuple(earlier_keys),
            tuple(earlier_contents),
        )  # fmt: skip


def keys_in_use(rows: Iterable[NewFact]) -> list[bytes]:
    """Every key under which one of the facts may be stored."""
    return list({key for row in rows for key in (row.fact_key, *row.earlier_keys)})


def under_stored_keys(rows: Iterable[NewFact], stored: Mapping[bytes, bytes]) -> list[NewFact]:
    """A fact stored under an earlier key goes on under it, or the rotation would make two facts of one."""
    return [_under_stored_key(row, stored) for row in rows]


def _under_stored_key(row: NewFact, stored: Mapping[bytes, bytes]) -> NewFact:
    fact_key = next((key for key in (row.fact_key, *row.earlier_keys) if key in stored), row.fact_key)
    content = stored.get(fact_key)
    known = content if content is not None and content in row.earlier_contents else row.content_digest
    return replace(row, fact_key=fact_key, content_digest=known)


def changed(rows: Iterable[NewFact], stored: Mapping[bytes, bytes]) -> list[NewFact]:
    """Keep the rows whose content is not the newest known; of equal rows that follow each other, the first."""
    newest = dict(stored)
    kept = []
    for row in rows:
        if newest.get(row.fact_key) != row.content_digest:
            newest[row.fact_key] = row.content_digest
            kept.append(row)
    return kept


def _content(fact: Fact, value: Mapping[str, Any]) -> bytes:
    parts = [
        value, fact.valid_from, fact.valid_to, fact.at, fact.nature.value, fact.role, fact.handling, fact.disputed,
    ]  # fmt: skip
    return json.dumps(parts, sort_keys=True, default=str, separators=(",", ":")).encode()
