"""From facts as said to rows, keyed so that a resent row is recognised and no source key is stored in clear.

In two steps, so that the first can be another process's: `FactPreparer` makes all of a row that does not depend on what
is stored; `FactRows` adds the record of its key, and the key of the fact with it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from adapters.quick import PlainFact, value_text
from concept_model.items import ITEMS
from gateway.custody import KeyRing
from gateway.keyed_digests import Digester, digesters, part
from gateway.store.fact_copy import NewFact, fact_columns
from gateway.store.facts import NewRecord

REFERENCES = {"family.relationship": ("other", "person"), "household.membership": ("household", "household")}
"""Items whose value names another record of the same source: stored as that record's id."""
KeyName: TypeAlias = tuple[str, str]
"""Kind of a subject and the partner's own key of it."""
PreparedFact: TypeAlias = tuple[bytes, int, bytes, str, bytes, tuple[bytes, ...]]
"""First digest of the subject's key, item number, what the fact's key covers beside its record, value, columns, and the
content digest under each key version, newest first."""
ReferringFact: TypeAlias = tuple[bytes, bytes, PlainFact]
"""A fact of `REFERENCES`, with the first digests of the keys of its subject and of the one whom it names."""
_ITEM_PARTS = {item.name: (number, part(item.name.encode())) for number, item in enumerate(ITEMS)}
_RECORD_PART = part(b"\0" * 16)[:4]
_REMEMBERED = 50_000


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

    def name(self, kind: str, key: str) -> bytes:
        """The first digest of a key, which is noted among `names`."""
        record = self._known.get((kind, key))
        if record is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            parts = self._source_part + part(kind.encode()) + part(key.encode())
            digests = tuple([digest(parts) for digest in self._name_digests])
            record = self._known[kind, key] = NewRecord(self._source_no, kind, digests)
        first = record.digests[0]
        self.names[first] = record
        return first

    def prepare(self, fact: PlainFact, name: bytes) -> PreparedFact:
        """All of a row but its record; `name` is the first digest of its subject's key."""
        item, _, _, occurrence, value, begins, ends, at, nature, role, handling, disputed = fact
        item_no, item_part = _ITEM_PARTS[item]
        days, kind = f"{_moment(begins)},{_moment(ends)},{_moment(at)}", _kind(nature, role, handling, disputed)
        content = part(f"[{value},{days},{kind}]".encode())
        columns = fact_columns(
            self._source_no, item_no, value, (begins, ends, at), nature, role, handling, disputed
        )  # fmt: skip
        return (
            name, item_no, item_part + part(occurrence.encode()), value, columns,
            tuple([digest(content) for digest in self._contents]),
        )  # fmt: skip

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

    def rows(self, facts: Iterable[PreparedFact], records: Mapping[bytes, bytes]) -> Iterator[NewFact]:
        """A row for each fact. `records` are the ids of all records that the facts name, by first digest."""
        source_no, key_digest, earlier = self._source_no, self._key_digest, self._earlier_keys
        for name, item_no, covered, value, columns, contents in facts:
            record_id = records[name]
            keyed = _RECORD_PART + record_id + covered
            if earlier:
                keys = tuple([digest(keyed) for digest in earlier])
                yield NewFact(
                    key_digest(keyed), record_id, source_no, item_no, value, columns, contents[0], keys, contents[1:]
                )  # fmt: skip
            else:
                yield NewFact(key_digest(keyed), record_id, source_no, item_no, value, columns, contents[0])

    def referring(self, facts: Iterable[ReferringFact], records: Mapping[bytes, bytes]) -> Iterator[PreparedFact]:
        """Facts of `REFERENCES` with the id of the record that they name in place of the partner's key."""
        for name, other, fact in facts:
            place, _ = REFERENCES[fact.item]
            value, named = json.loads(fact.value), str(UUID(bytes=records[other]))
            occurrence = f"{value.get('kind', '')}/{named}"
            said = fact._replace(occurrence=occurrence, value=value_text({**value, place: named}))
            yield self._preparer.prepare(said, name)

    def of(self, facts: Iterable[PlainFact], records: Mapping[KeyName, UUID]) -> Iterator[NewFact]:
        """Rows of facts as said. `records` are the records of all keys that they name."""
        preparer = self._preparer
        preparer.names.clear()
        prepared: list[PreparedFact] = []
        ids: dict[bytes, bytes] = {}
        for fact in facts:
            name = preparer.name(fact.subject_kind, fact.subject_key)
            ids[name] = records[fact.subject_kind, fact.subject_key].bytes
            if fact.item in REFERENCES:
                ids[preparer.name(*referred(fact))] = records[referred(fact)].bytes
                prepared += self.referring([preparer.refers(fact)], ids)
            else:
                prepared.append(preparer.prepare(fact, name))
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
        key, content = row[0], row[6]
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


def _moment(text: str | None) -> str:
    return "null" if text is None else f'"{text}"'


@lru_cache(1024)
def _kind(nature: str, role: str | None, handling: str | None, disputed: bool) -> str:  # noqa: FBT001
    texts = ["null" if text is None else encode_basestring_ascii(text) for text in (nature, role, handling)]
    return ",".join((*texts, "true" if disputed else "false"))
