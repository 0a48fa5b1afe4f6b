"""Prepared facts beside what is stored: their lines for COPY, and which of them the store has to be asked about.

Facts are keyed, so that a resent row is recognised. A fact of a record that is new cannot be stored already, unless the
file itself has said it before.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from adapters.quick import PlainFact
from gateway.custody import KeyRing
from gateway.keyed_digests import digesters, part, size
from gateway.store.fact_columns import NewFact
from gateway.store.fact_lines import FACT_BEGINS, TO_CONTENT, TO_KEY, TO_RECORD, BatchColumns, fact_of, keys_of
from gateway.usecases.intake.prepared_facts import (
    ITEM_PARTS,
    FactParts,
    Mint,
    PreparedFacts,
    ReferringFact,
    referring_fact,
)
from gateway.usecases.intake.source_keys import REFERENCES, KeyName, referred

Elsewhere = Mapping[bytes, bytes | None]
"""By the id proposed for a record, the id that it has; None for a key that was erased."""
_RECORD_PART = part(b"\0" * 16)[:4]
"""Before the id of a record in what the key of a fact covers."""
FEW_SLOTS, SLOTS = 1 << 20, 1 << 27
"""Bits that tell which facts a file may have said already: of a file at hand, and of a large one read apart."""


class FactRows:
    """Makes lines of prepared facts, and rows of those that may be known. One for the facts of a whole file."""

    def __init__(self, source_no: int, ring: KeyRing, batch: BatchColumns, mint: Mint, slots: int = FEW_SLOTS) -> None:
        self._batch = batch
        self._keys = digesters(ring, "fact")
        self._contents = digesters(ring, "content")
        self._parts = FactParts(source_no, batch)
        self._mint = mint
        self._slots = bytearray(slots // 8)

    def parted(
        self, facts: PreparedFacts, referring: Sequence[ReferringFact], elsewhere: Elsewhere
    ) -> tuple[list[bytes], list[NewFact]]:
        """The lines of facts that cannot be stored yet; and rows of the others, of which the store has to be asked.

        Facts whose key has no record are in neither.
        """
        known = set[int]()
        if elsewhere:
            facts, known = self._of_their_records(facts, referring, elsewhere)
        lines, again = self._lines(facts)
        if again:
            keys = keys_of(lines)
            said = {keys[place] for place in again}
            known.update([place for place, key in enumerate(keys) if key in said])
        if len(self._keys) > 1:
            # Under a key that was rotated since, any may be stored.
            known = set(range(len(lines)))
        if not known:
            return lines, []
        rows = [self._row(facts, place, lines[place]) for place in sorted(known)]
        return [line for place, line in enumerate(lines) if place not in known], rows

    def rows(self, lines: Iterable[bytes]) -> list[NewFact]:
        """Rows of lines that stand."""
        return [fact_of(line, self._batch) for line in lines]

    def _of_their_records(
        self, facts: PreparedFacts, referring: Sequence[ReferringFact], elsewhere: Elsewhere
    ) -> tuple[PreparedFacts, set[int]]:
        """The facts under the records that their keys have, and the places of those that may be stored under these."""
        records = [elsewhere.get(record, record) for record in facts.records]
        known = {place for place, one in enumerate(records) if one is not facts.records[place]}
        covered, columns, contents = facts.covered, facts.columns, facts.contents
        others = [elsewhere.get(other, other) for _, other, _ in referring]
        # The last facts are those of `referring`: one that names another record says something else.
        for place, (other, (_, proposed, said)) in enumerate(
            zip(others, referring, strict=True), len(records) - len(referring)
        ):
            if other is None:
                records[place] = None
            elif other is not proposed:
                if covered is facts.covered:
                    covered, columns, contents = covered.copy(), columns.copy(), contents.copy()
                anew = self._parts.made([referring_fact(said, other)], [proposed])
                covered[place], columns[place], contents[place] = anew.covered[0], anew.columns[0], anew.contents[0]
                known.add(place)
        found = list[bytes]()
        left, known_left = PreparedFacts(found, items=facts.items), set[int]()
        for place, record in enumerate(records):
            if record is not None:
                if place in known:
                    known_left.add(len(found))
                found.append(record)
                left.covered.append(covered[place])
                left.columns.append(columns[place])
                left.contents.append(contents[place])
        return left, known_left

    def _lines(self, facts: PreparedFacts) -> tuple[list[bytes], list[int]]:
        """The lines of facts, and the places of those that the file may have said before."""
        key_digest, content_digest = self._keys[0], self._contents[0]
        slots, many, ends = self._slots, 8 * len(self._slots), self._batch.ends
        lines, again = list[bytes](), list[int]()
        for fact_id, record, covered, columns, content in zip(
            self._mint(len(facts.records)), facts.records, facts.covered, facts.columns, facts.contents, strict=True
        ):
            key = key_digest(_RECORD_PART + record + covered)
            slot = int.from_bytes(key[:4], "big") % many
            held, bit = slots[slot >> 3], 1 << (slot & 7)
            if held & bit:
                again.append(len(lines))
            else:
                slots[slot >> 3] = held | bit
            lines.append(
                b"".join(
                    (
                        FACT_BEGINS, fact_id, TO_KEY, key, TO_RECORD, record, columns,
                        TO_CONTENT, content_digest(size(len(content)) + content), ends,
                    )
                )
            )  # fmt: skip
        return lines, again

    def _row(self, facts: PreparedFacts, place: int, line: bytes) -> NewFact:
        row = fact_of(line, self._batch)
        if len(self._keys) == 1:
            return row
        keyed = _RECORD_PART + row.record_id + facts.covered[place]
        content = size(len(facts.contents[place])) + facts.contents[place]
        return row._replace(
            earlier_keys=tuple([digest(keyed) for digest in self._keys[1:]]),
            earlier_contents=tuple([digest(content) for digest in self._contents[1:]]),
        )


def keys_said(facts: Iterable[PlainFact], records: Mapping[KeyName, UUID], ring: KeyRing) -> set[bytes]:
    """Every key under which one of some facts may be stored. `records` are the records of all keys that they name."""
    digests, keys = digesters(ring, "fact"), set()
    for fact in facts:
        said = referring_fact(fact, records[referred(fact)].bytes) if fact.item in REFERENCES else fact
        record = records[fact.subject_kind, fact.subject_key].bytes
        keyed = _RECORD_PART + record + ITEM_PARTS[fact.item][1] + part(said.occurrence.encode())
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
