"""Prepared facts beside what is stored: under the ids that their records have, and without what is known already."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from adapters.quick import PlainFact
from gateway.custody import KeyRing
from gateway.keyed_digests import digesters, part
from gateway.store.fact_columns import NewFact
from gateway.store.fact_lines import BatchColumns, fact_of, keys_of, records_of
from gateway.usecases.intake.prepared_facts import (
    ITEM_PARTS,
    RECORD_PART,
    FactLines,
    PreparedFacts,
    ReferringFact,
    referring_fact,
)
from gateway.usecases.intake.source_keys import REFERENCES, KeyName, referred

Elsewhere = Mapping[bytes, bytes | None]
"""By the id proposed for a record, the id that it has; None for a key that was erased."""


class FactRows:
    """Makes rows of prepared facts whose lines cannot be stored as they are."""

    def __init__(self, source_no: int, ring: KeyRing, batch: BatchColumns) -> None:
        self._batch = batch
        self._key_digests = digesters(ring, "fact")
        self._lines = FactLines(source_no, ring, batch)

    def parted(
        self, facts: PreparedFacts, referring: Sequence[ReferringFact], elsewhere: Elsewhere
    ) -> tuple[list[bytes], list[NewFact]]:
        """The lines that stand as they were prepared; and rows of the others, of which the store has to be asked.

        Facts whose key has no record are in neither.
        """
        if not (elsewhere or facts.again or facts.earlier):
            return facts.lines, []
        lines, left = facts.lines, len(facts.lines) - len(referring)
        # The last are those of `referring`.
        anew = {place for place, fact in enumerate(referring, left) if not elsewhere.keys().isdisjoint(fact[:2])}
        odd = {place for place, record in enumerate(records_of(lines)) if record in elsewhere} | anew
        if facts.again:
            keys = keys_of(lines)
            again = {keys[place] for place in facts.again}
            odd.update([place for place, key in enumerate(keys) if key in again])
        if facts.earlier:
            odd.update(range(len(lines)))
        others = []
        for place in sorted(odd):
            if place in anew:
                others += self._made_anew(referring[place - left], elsewhere, lines[place])
            else:
                others += self._row(facts, place, elsewhere)
        return [line for place, line in enumerate(lines) if place not in odd], others

    def rows(self, lines: Iterable[bytes]) -> list[NewFact]:
        """Rows of lines that stand."""
        return [fact_of(line, self._batch) for line in lines]

    def _made_anew(self, referring: ReferringFact, elsewhere: Elsewhere, line: bytes) -> list[NewFact]:
        record, other = (elsewhere.get(one, one) for one in referring[:2])
        if record is None or other is None:
            return []
        made = self._lines.made([referring_fact(referring[2], other)], [record], [fact_of(line, self._batch).fact_id])
        return self._row(made, 0, {})

    def _row(self, facts: PreparedFacts, place: int, elsewhere: Elsewhere) -> list[NewFact]:
        row = fact_of(facts.lines[place], self._batch)
        record = elsewhere.get(row.record_id, row.record_id)
        if record is None:
            return []
        earlier = facts.earlier[place] if facts.earlier else ()
        if record == row.record_id and not earlier:
            return [row]
        keys = self._keys(record, facts.covered[place])
        return [row._replace(record_id=record, fact_key=keys[0], earlier_keys=keys[1:], earlier_contents=earlier)]

    def _keys(self, record: bytes, covered: bytes) -> tuple[bytes, ...]:
        keyed = RECORD_PART + record + covered
        return tuple([digest(keyed) for digest in self._key_digests])


def keys_said(facts: Iterable[PlainFact], records: Mapping[KeyName, UUID], ring: KeyRing) -> set[bytes]:
    """Every key under which one of some facts may be stored. `records` are the records of all keys that they name."""
    digests, keys = digesters(ring, "fact"), set()
    for fact in facts:
        said = referring_fact(fact, records[referred(fact)].bytes) if fact.item in REFERENCES else fact
        record = records[fact.subject_kind, fact.subject_key].bytes
        keyed = RECORD_PART + record + ITEM_PARTS[fact.item][1] + part(said.occurrence.encode())
        keys.update([digest(keyed) for digest in digests])
    return keys


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
