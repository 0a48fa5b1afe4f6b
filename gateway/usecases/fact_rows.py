"""From facts as said to rows, keyed so that a resent row is recognised and no source key is stored in clear."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii
from types import MappingProxyType
from typing import Any
from uuid import UUID

from adapters.quick import PlainFact
from concept_model.items import ITEMS
from gateway.custody import KeyRing
from gateway.keyed_digests import digesters, part
from gateway.store.fact_copy import NewFact, days_text
from gateway.store.facts import NewRecord

REFERENCES = {"family.relationship": ("other", "person"), "household.membership": ("household", "household")}
"""Items whose value names another record of the same source: stored as that record's id."""
KeyName = tuple[str, str]
"""Kind of a subject and the partner's own key of it."""
_ITEM_PARTS = {item.name: (number, part(item.name.encode())) for number, item in enumerate(ITEMS)}
_RECORD_PART = part(b"\0" * 16)[:4]
_value_text = json.JSONEncoder(sort_keys=True, default=str, separators=(",", ":")).encode


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


def names_of(facts: Iterable[PlainFact]) -> dict[KeyName, None]:
    """Every key that the facts name, once each, in the order met."""
    names: dict[KeyName, None] = {}
    for fact in facts:
        names[fact[1], fact[2]] = None
        if fact[0] in REFERENCES:
            names[referred(fact)] = None
    return names


def referred(fact: PlainFact) -> KeyName:
    """The key that a fact's value names, of one of the items in `REFERENCES`."""
    place, kind = REFERENCES[fact.item]
    return kind, str(fact.value[place])


class FactRows:
    """Makes rows. A fact's key joins its record, item and occurrence; its content digest, all the rest."""

    def __init__(self, source_no: int, ring: KeyRing) -> None:
        self._source_no = source_no
        self._key_digest, *self._earlier_keys = digesters(ring, "fact")
        self._content_digest, *self._earlier_contents = digesters(ring, "content")

    def rows(self, facts: Sequence[PlainFact], records: Mapping[KeyName, UUID]) -> Iterator[NewFact]:
        """A row for each fact. `records` are the records of all keys that the facts name."""
        source_no, key_digest, content_digest = self._source_no, self._key_digest, self._content_digest
        for fact in facts:
            item, kind, key, occurrence, value, begins, ends, at, nature, role, handling, disputed = fact
            record_id = records[kind, key]
            if item in REFERENCES:
                occurrence, value = _by_record(fact, records)
            item_no, item_part = _ITEM_PARTS[item]
            keyed = _RECORD_PART + record_id.bytes + item_part + part(occurrence.encode())
            text = _value_text(value)
            days = (str(begins) if begins else None, str(ends) if ends else None, str(at) if at else None)
            content = part(
                f"[{text},{_json(days[0])},{_json(days[1])},{_json(days[2])},{_json(nature)},"
                f"{_json(role)},{_json(handling)},{'true' if disputed else 'false'}]".encode()
            )
            yield NewFact(
                key_digest(keyed), record_id, source_no, item_no, value, begins, ends, at, nature, role, handling,
                disputed, content_digest(content), tuple([digest(keyed) for digest in self._earlier_keys]),
                tuple([digest(content) for digest in self._earlier_contents]), text, days_text(*days),
            )  # fmt: skip


def keys_in_use(rows: Iterable[NewFact]) -> list[bytes]:
    """Every key under which one of the facts may be stored."""
    return list({key for row in rows for key in (row.fact_key, *row.earlier_keys)})


def under_stored_keys(rows: Sequence[NewFact], stored: Mapping[bytes, bytes]) -> list[NewFact]:
    """A fact stored under an earlier key goes on under it, or the rotation would make two facts of one."""
    return [_under_stored_key(row, stored) if row.earlier_keys else row for row in rows]


def _under_stored_key(row: NewFact, stored: Mapping[bytes, bytes]) -> NewFact:
    fact_key = next((key for key in (row.fact_key, *row.earlier_keys) if key in stored), row.fact_key)
    content = stored.get(fact_key)
    known = content if content is not None and content in row.earlier_contents else row.content_digest
    return row._replace(fact_key=fact_key, content_digest=known)


def changed(
    rows: Iterable[NewFact], stored: Mapping[bytes, bytes], own: Mapping[bytes, bytes] = MappingProxyType({})
) -> list[NewFact]:
    """Keep the rows whose content is not the newest known; of equal rows that follow each other, the first.

    `own` are contents by which the feed stands beside newer words of another: they are nothing new either.
    """
    newest = dict(stored)
    kept = []
    for row in rows:
        known = newest.get(row.fact_key)
        if known == row.content_digest or (known == stored.get(row.fact_key) and says_again(row, own)):
            continue
        newest[row.fact_key] = row.content_digest
        kept.append(row)
    return kept


def says_again(row: NewFact, own: Mapping[bytes, bytes]) -> bool:
    """Whether a row says what its feed stands by already, under whichever key that was digested."""
    content = own.get(row.fact_key)
    return content is not None and (content == row.content_digest or content in row.earlier_contents)


def _by_record(fact: PlainFact, records: Mapping[KeyName, UUID]) -> tuple[str, dict[str, Any]]:
    named = str(records[referred(fact)])
    place, _ = REFERENCES[fact.item]
    return f"{fact.value.get('kind', '')}/{named}", {**fact.value, place: named}


def _json(text: str | None) -> str:
    return "null" if text is None else encode_basestring_ascii(text)
