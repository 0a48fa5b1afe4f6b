"""Facts as said become all of their lines for COPY that needs no store: that of a large file another process makes.

No source key is stored in clear. A record that the file names for the first time gets an id that it takes if it is new.
Keys and digests of facts are made beside the store, where it is known which record each is of (see `fact_rows`).
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
from gateway.store.fact_lines import BatchColumns
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
_REMEMBERED = 300_000
"""Keys whose records are remembered from chunk to chunk: some 80 MB."""
_PERIODS = 50_000
_MINTED = 1000


@dataclass(slots=True)
class PreparedFacts:
    """Facts in order, in parts.

    `records`: the id proposed for the record of each. `covered`: what its key covers beside that. `columns`: those from
    agreement to tombstone. `contents`: what its content digest covers. `items`: the numbers of their items, once each.
    """

    records: list[bytes]
    covered: list[bytes] = field(default_factory=list, repr=False)
    columns: list[bytes] = field(default_factory=list, repr=False)
    contents: list[bytes] = field(default_factory=list, repr=False)
    items: list[int] = field(default_factory=list)


class FactParts:
    """Makes the parts of facts. The key of one joins its record, item and occurrence; its content digest, the rest."""

    def __init__(self, source_no: int, batch: BatchColumns) -> None:
        self._source_no = source_no
        self._batch = batch
        self._forms: dict[tuple[str, str, str | None, str | None, bool], _Form] = {}

    def made(self, facts: Sequence[PlainFact], records: list[bytes]) -> PreparedFacts:
        """The parts of facts. `records`: the id of the record of each."""
        forms = self._forms
        made = PreparedFacts(records, items=sorted({ITEM_PARTS[item][0] for item in {fact[0] for fact in facts}}))
        all_covered, all_columns, contents = made.covered, made.columns, made.contents
        for item, _, _, occurrence, value, begins, ends, at, nature, role, handling, disputed in facts:
            form = forms.get((item, nature, role, handling, disputed)) or self._form(
                item, (nature, role, handling, disputed)
            )
            item_part, numbers, said_kind, kind_column = form
            said_period, period = _period(begins, ends)
            moment = f'"{at}"' if at else "null"
            contents.append(f"[{value},{said_period},{moment},{said_kind}]".encode())
            column, told = value.encode(), occurrence.encode()
            all_covered.append(item_part + size(len(told)) + told)
            all_columns.append(
                b"".join(
                    (
                        numbers, length(len(column) + 1), JSONB_VERSION, column, period, moment_column(at), kind_column,
                    )
                )
            )  # fmt: skip
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

    def __init__(self, source: str, source_no: int, ring: KeyRing, batch: BatchColumns, mint: Mint) -> None:
        self.named: list[NewRecord] = []
        self.forgotten: list[bytes] = []
        self._source_no = source_no
        self._source_part = part(source.encode())
        self._name_digests = digesters(ring, "source-record")
        self._parts = FactParts(source_no, batch)
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
        return self._parts.made(said, records), referring

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
