"""Facts as said become lines for COPY, keyed so that a resent row is recognised and no source key is stored in clear.

All of it is made before the store is asked, by another process for large files. So a record that the file names for
the first time gets an id that it takes if it is new; where it is not, its facts are made anew (see `fact_rows`).
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring_ascii
from typing import TypeAlias
from uuid import UUID

from adapters.quick import PlainFact, value_text
from concept_model.items import ITEMS
from gateway.custody import KeyRing
from gateway.keyed_digests import digesters, part, size
from gateway.store.fact_columns import (
    JSONB_VERSION,
    NewRecord,
    day_column,
    kind_columns,
    length,
    moment_column,
    number_columns,
)
from gateway.store.fact_lines import FACT_BEGINS, TO_CONTENT, TO_KEY, TO_RECORD, BatchColumns
from gateway.usecases.intake.source_keys import REFERENCES, KeyName, referred

Mint: TypeAlias = Callable[[int], Sequence[bytes]]
"""Gives as many ids as it is asked for, in their order."""
ReferringFact: TypeAlias = tuple[bytes, bytes, PlainFact]
"""A fact of `REFERENCES` as said, with the ids proposed for its subject and for the one whom it names."""
_Kind: TypeAlias = tuple[str, str | None, str | None, bool]
"""Nature, role, handling, and whether it is disputed."""
_Form: TypeAlias = tuple[bytes, bytes, str, bytes]
"""The item as a part of the fact's key, agreement and numbers as columns, kind as text and as columns."""
ITEM_PARTS = {item.name: (number, part(item.name.encode())) for number, item in enumerate(ITEMS)}
RECORD_PART = part(b"\0" * 16)[:4]
"""Before the id of a record in what the key of a fact covers."""
_REMEMBERED = 300_000
"""Keys whose records are remembered from chunk to chunk: some 80 MB."""
_PERIODS = 50_000
_FEW_SLOTS, SLOTS = 1 << 20, 1 << 26
"""Bytes that tell which facts a file may have said already: of a file at hand, and of a large one read apart."""
_MINTED = 1000


@dataclass(slots=True)
class PreparedFacts:
    """Facts in order, each as a line under the id proposed for its record.

    `covered`: what the key of each covers beside its record. `earlier`: its content digests under earlier key versions,
    newest first; empty where there are none. `again`: the places of those that the file may have said before. `items`:
    the numbers of their items, once each.
    """

    lines: list[bytes] = field(default_factory=list, repr=False)
    covered: list[bytes] = field(default_factory=list, repr=False)
    earlier: list[tuple[bytes, ...]] = field(default_factory=list, repr=False)
    again: list[int] = field(default_factory=list)
    items: list[int] = field(default_factory=list)


class FactLines:
    """Makes lines. A fact's key joins its record, item and occurrence; its content digest, all the rest."""

    def __init__(self, source_no: int, ring: KeyRing, batch: BatchColumns, slots: int = 1) -> None:
        self._source_no = source_no
        self._batch = batch
        self._key_digest = digesters(ring, "fact")[0]
        self._contents = digesters(ring, "content")
        self._forms: dict[tuple[str, str, str | None, str | None, bool], _Form] = {}
        self._slots = bytearray(slots)

    def made(self, facts: Sequence[PlainFact], records: Sequence[bytes], ids: Sequence[bytes]) -> PreparedFacts:
        """The lines of facts. `records` and `ids`: the record and the id of each."""
        many = len(self._slots)
        forms, key_digest, slots, ends_line = self._forms, self._key_digest, self._slots, self._batch.ends
        content_digest, *earlier_digests = self._contents
        made = PreparedFacts(items=sorted({ITEM_PARTS[item][0] for item in {fact[0] for fact in facts}}))
        lines, all_covered = made.lines, made.covered
        for fact, record, fact_id in zip(facts, records, ids, strict=True):
            item, _, _, occurrence, value, begins, ends, at, nature, role, handling, disputed = fact
            form = forms.get((item, nature, role, handling, disputed)) or self._form(
                item, (nature, role, handling, disputed)
            )
            item_part, numbers, said_kind, kind_column = form
            said_period, period = _period(begins, ends)
            moment = f'"{at}"' if at else "null"
            content = f"[{value},{said_period},{moment},{said_kind}]".encode()
            content = size(len(content)) + content
            column, told = value.encode(), occurrence.encode()
            covered = item_part + size(len(told)) + told
            key = key_digest(RECORD_PART + record + covered)
            slot = int.from_bytes(key[:4], "big") % many
            if slots[slot]:
                made.again.append(len(lines))
            slots[slot] = 1
            all_covered.append(covered)
            lines.append(
                b"".join(
                    (
                        FACT_BEGINS, fact_id, TO_KEY, key, TO_RECORD, record, numbers,
                        length(len(column) + 1), JSONB_VERSION, column,
                        period, moment_column(at), kind_column, TO_CONTENT, content_digest(content), ends_line,
                    )
                )
            )  # fmt: skip
            if earlier_digests:
                made.earlier.append(tuple([digest(content) for digest in earlier_digests]))
        return made

    def _form(self, item: str, kind: _Kind) -> _Form:
        item_no, item_part = ITEM_PARTS[item]
        numbers = self._batch.agreements[item] + number_columns(self._source_no, item_no)
        form = self._forms[item, *kind] = (item_part, numbers, _kind_text(*kind), kind_columns(*kind))
        return form


class FactPreparer:
    """Prepares the facts of a file chunk by chunk.

    `named` gathers the records that a chunk names for the first time, with the ids proposed for them; `forgotten`, ids
    proposed earlier that no fact will have any more: the record is proposed anew if it is named again.
    """

    def __init__(
        self, source: str, source_no: int, ring: KeyRing, batch: BatchColumns, mint: Mint, slots: int = _FEW_SLOTS
    ) -> None:
        self.named: list[NewRecord] = []
        self.forgotten: list[bytes] = []
        self._source_no = source_no
        self._source_part = part(source.encode())
        self._name_digests = digesters(ring, "source-record")
        self._lines = FactLines(source_no, ring, batch, slots)
        self._mint = mint
        self._minted: Iterator[bytes] = iter(())
        self._known: dict[KeyName, bytes] = {}

    def prepare(self, facts: Sequence[PlainFact]) -> tuple[PreparedFacts, list[ReferringFact]]:
        """The facts of a chunk, those of `REFERENCES` last; and these as said."""
        known = self._known
        over = len(known) - _REMEMBERED
        self.named, self.forgotten = [], [known.pop(name) for name in [*islice(known, over)]] if over > 0 else []
        plain, referring = facts, list[ReferringFact]()
        if not REFERENCES.keys().isdisjoint({fact[0] for fact in facts}):
            plain = [fact for fact in facts if fact[0] not in REFERENCES]
            referring = [self._referring(fact) for fact in facts if fact[0] in REFERENCES]
        records = [known.get((fact[1], fact[2])) or self._record(fact[1], fact[2]) for fact in plain]
        said = [*plain, *(referring_fact(fact, other) for _, other, fact in referring)]
        records += [record for record, _, _ in referring]
        return self._lines.made(said, records, self._mint(len(said))), referring

    def _referring(self, fact: PlainFact) -> ReferringFact:
        return self._id(fact[1], fact[2]), self._id(*referred(fact)), fact

    def _id(self, kind: str, key: str) -> bytes:
        return self._known.get((kind, key)) or self._record(kind, key)

    def _record(self, kind: str, key: str) -> bytes:
        proposed = next(self._minted, None)
        if proposed is None:
            self._minted = iter(self._mint(_MINTED))
            proposed = next(self._minted)
        parts = self._source_part + part(kind.encode()) + part(key.encode())
        digests = tuple([digest(parts) for digest in self._name_digests])
        self.named.append(NewRecord(self._source_no, kind, digests, proposed))
        self._known[kind, key] = proposed
        return proposed


def referring_fact(fact: PlainFact, other: bytes) -> PlainFact:
    """A fact of `REFERENCES` with the id of the record that it names in place of the partner's key."""
    place, _ = REFERENCES[fact.item]
    value, named = json.loads(fact.value), str(UUID(bytes=other))
    return fact._replace(occurrence=f"{value.get('kind', '')}/{named}", value=value_text({**value, place: named}))


@lru_cache(_PERIODS)
def _period(begins: str | None, ends: str | None) -> tuple[str, bytes]:
    """The first and last day of a fact, as text and as columns."""
    texts = ["null" if day is None else f'"{day}"' for day in (begins, ends)]
    return ",".join(texts), day_column(begins) + day_column(ends)


def _kind_text(nature: str, role: str | None, handling: str | None, disputed: bool) -> str:  # noqa: FBT001
    texts = ["null" if text is None else encode_basestring_ascii(text) for text in (nature, role, handling)]
    return ",".join((*texts, "true" if disputed else "false"))
