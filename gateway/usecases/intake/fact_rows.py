"""From facts as said to rows, keyed so that a resent row is recognised and no source key is stored in clear.

In two steps, so that the first can be another process's: `FactPreparer` makes all of a row that does not depend on what
is stored; `FactRows` adds the record of its key, and the key of the fact with it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from json.encoder import encode_basestring_ascii
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from adapters.quick import PlainFact, value_text
from concept_model.items import ITEMS
from gateway.custody import KeyRing
from gateway.keyed_digests import Digester, digesters, part, size
from gateway.store.fact_columns import (
    NewFact,
    NewRecord,
    day_column,
    fact_columns,
    kind_columns,
    moment_column,
    number_columns,
)

REFERENCES = {"family.relationship": ("other", "person"), "household.membership": ("household", "household")}
"""Items whose value names another record of the same source: stored as that record's id."""
KeyName: TypeAlias = tuple[str, str]
"""Kind of a subject and the partner's own key of it."""
PreparedFact: TypeAlias = tuple[bytes, int, bytes, bytes, tuple[bytes, ...]]
"""First digest of the subject's key, item number, what the fact's key covers beside its record, columns, and the
content digest under each key version, newest first."""
ReferringFact: TypeAlias = tuple[bytes, bytes, PlainFact]
"""A fact of `REFERENCES`, with the first digests of the keys of its subject and of the one whom it names."""
_ITEM_PARTS = {item.name: (number, part(item.name.encode())) for number, item in enumerate(ITEMS)}
_Kind: TypeAlias = tuple[str, str | None, str | None, bool]
"""Nature, role, handling, and whether it is disputed."""
_Form: TypeAlias = tuple[int, bytes, bytes, str, bytes]
"""Item number, item as a part of the fact's key, numbers as columns, kind as text and as columns."""
_RECORD_PART = part(b"\0" * 16)[:4]
_REMEMBERED = 50_000
_new_fact = partial(tuple.__new__, NewFact)
"""Made as the tuple that it is: by its name it takes twice as long."""


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
    return kind, str(json.loads(fact.value)[place])


class FactPreparer:
    """Makes what of a row needs no store. `names` gathers the records that are to be found or made, by first digest."""

    def __init__(self, source: str, source_no: int, ring: KeyRing) -> None:
        self.names: dict[bytes, NewRecord] = {}
        self._source_no = source_no
        self._source_part = part(source.encode())
        self._name_digests = digesters(ring, "source-record")
        self._contents = digesters(ring, "content")
        self._known: dict[KeyName, NewRecord] = {}
        self._forms: dict[tuple[str, str, str | None, str | None, bool], _Form] = {}

    def name(self, kind: str, key: str) -> bytes:
        """The first digest of a key, which is noted among `names`."""
        record = self._known.get((kind, key)) or self._record(kind, key)
        first = record.digests[0]
        self.names[first] = record
        return first

    def prepare(self, facts: Iterable[PlainFact]) -> list[PreparedFact]:
        """All of their rows but the records. The facts are not of `REFERENCES`."""
        named, names, forms, digests = self._known, self.names, self._forms, self._contents
        made = []
        for item, kind, key, occurrence, value, begins, ends, at, nature, role, handling, disputed in facts:
            record = named.get((kind, key)) or self._record(kind, key)
            first = record[2][0]
            names[first] = record
            form = forms.get((item, nature, role, handling, disputed)) or self._form(
                item, (nature, role, handling, disputed)
            )
            item_no, item_part, numbers, said_kind, kind_column = form
            said_period, period = _period(begins, ends)
            moment = f'"{at}"' if at else "null"
            content = f"[{value},{said_period},{moment},{said_kind}]".encode()
            content = size(len(content)) + content
            columns = fact_columns(numbers, value.encode(), period, moment_column(at), kind_column)
            told = occurrence.encode()
            covered = item_part + size(len(told)) + told
            made.append((first, item_no, covered, columns, tuple([digest(content) for digest in digests])))
        return made

    def _record(self, kind: str, key: str) -> NewRecord:
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        parts = self._source_part + part(kind.encode()) + part(key.encode())
        digests = tuple([digest(parts) for digest in self._name_digests])
        record = self._known[kind, key] = NewRecord(self._source_no, kind, digests)
        return record

    def _form(self, item: str, kind: _Kind) -> _Form:
        item_no, item_part = _ITEM_PARTS[item]
        numbers = number_columns(self._source_no, item_no)
        form = self._forms[item, *kind] = (item_no, item_part, numbers, _kind_text(*kind), kind_columns(*kind))
        return form

    def refers(self, fact: PlainFact) -> ReferringFact:
        """A fact of `REFERENCES`, to be prepared once both records are known."""
        return self.name(fact.subject_kind, fact.subject_key), self.name(*referred(fact)), fact


class FactRows:
    """Makes rows. A fact's key joins its record, item and occurrence; its content digest, all the rest."""

    def __init__(self, source: str, source_no: int, ring: KeyRing) -> None:
        self._source_no = source_no
        self._preparer = FactPreparer(source, source_no, ring)
        self._key_digest: Digester
        self._key_digest, *self._earlier_keys = digesters(ring, "fact")

    def rows(self, facts: Iterable[PreparedFact], records: Mapping[bytes, bytes | None]) -> list[NewFact]:
        """A row for each fact whose key has a record. `records` are the ids of all records named, by first digest."""
        source_no, key_digest, earlier = self._source_no, self._key_digest, self._earlier_keys
        rows = []
        for name, item_no, covered, columns, contents in facts:
            record_id = records[name]
            if record_id is None:
                continue
            keyed = _RECORD_PART + record_id + covered
            keys = tuple([digest(keyed) for digest in earlier]) if earlier else ()
            rows.append(
                _new_fact((key_digest(keyed), record_id, source_no, item_no, columns, contents[0], keys, contents[1:]))
            )
        return rows

    def referring(
        self, facts: Iterable[ReferringFact], records: Mapping[bytes, bytes | None]
    ) -> Iterator[PreparedFact]:
        """Facts of `REFERENCES` with the id of the record that they name in place of the partner's key.

        Those that name a key without a record are left out.
        """
        for _, other, fact in facts:
            place, _ = REFERENCES[fact.item]
            record = records[other]
            if record is None:
                continue
            value, named = json.loads(fact.value), str(UUID(bytes=record))
            occurrence = f"{value.get('kind', '')}/{named}"
            said = fact._replace(occurrence=occurrence, value=value_text({**value, place: named}))
            yield from self._preparer.prepare([said])

    def of(self, facts: Iterable[PlainFact], records: Mapping[KeyName, UUID]) -> list[NewFact]:
        """Rows of facts as said. `records` are the records of all keys that they name."""
        preparer = self._preparer
        preparer.names.clear()
        prepared: list[PreparedFact] = []
        ids: dict[bytes, bytes | None] = {}
        for fact in facts:
            name = preparer.name(fact.subject_kind, fact.subject_key)
            ids[name] = records[fact.subject_kind, fact.subject_key].bytes
            if fact.item in REFERENCES:
                ids[preparer.name(*referred(fact))] = records[referred(fact)].bytes
                prepared += self.referring([preparer.refers(fact)], ids)
            else:
                prepared += preparer.prepare([fact])
        return self.rows(prepared, ids)


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

    `own` are contents by which the sender stands beside newer words of another: they are nothing new either.
    """
    newest = dict(stored)
    kept = []
    for row in rows:
        key, content = row[0], row[5]
        known = newest.get(key)
        if known is not None and (known == content or (known == stored.get(key) and says_again(row, own))):
            continue
        newest[key] = content
        kept.append(row)
    return kept


def says_again(row: NewFact, own: Mapping[bytes, bytes]) -> bool:
    """Whether a row says what its sender stands by already, under whichever key that was digested."""
    content = own.get(row.fact_key)
    return content is not None and (content == row.content_digest or content in row.earlier_contents)


@lru_cache(_REMEMBERED)
def _period(begins: str | None, ends: str | None) -> tuple[str, bytes]:
    """The first and last day of a fact, as text and as columns."""
    texts = ["null" if day is None else f'"{day}"' for day in (begins, ends)]
    return ",".join(texts), day_column(begins) + day_column(ends)


def _kind_text(nature: str, role: str | None, handling: str | None, disputed: bool) -> str:  # noqa: FBT001
    texts = ["null" if text is None else encode_basestring_ascii(text) for text in (nature, role, handling)]
    return ",".join((*texts, "true" if disputed else "false"))
