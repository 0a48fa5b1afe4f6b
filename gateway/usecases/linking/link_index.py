"""The index of linkage: what is compared of each record, sealed, under keyed hashes of what records may share.

Made of what the linkage agreement lets be compared, and of nothing else. Only a run over everything may change what it
is made with: `made_with` tells the cells admitted, the form of what is sealed and the key of the hashes.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from gateway.custody import Custody
from gateway.keyed_digests import digesters, part
from gateway.store.identities import IdentityFact
from gateway.store.link_keys import (
    ComparedRow,
    LinkBaseRow,
    compared_digests,
    count_names,
    replace_base,
    replace_compared,
)
from gateway.usecases.linking.linking_addresses import is_refuge, teaches, written
from gateway.usecases.linking.linking_households import place_of
from gateway.usecases.linking.linking_input import RELATIONSHIP
from linkage.addresses import uprn
from linkage.blocking import block_keys
from linkage.errors import LinkageError
from linkage.model import LinkModel, model_from_json
from linkage.record import LinkRecord
from linkage.sealed_form import FORM, from_bytes, to_bytes
from linkage.standardise import StandardRecord, standardise

GIVEN, FAMILY = "given:", "family:"
"""Before a name, the key under which it is counted; alone, that of all records that have such a name."""
_HASH_BYTES = 8
_DIGEST_BYTES = 16
_TOGETHER = 5000
_NAMES = tuple(each.name for each in fields(LinkRecord))
_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class LinkHasher:
    """Hashes and seals by the council's keys, for an index over the cells of a mask.

    `made_with` is what the index is made with, as a digest: cells admitted, form of what is sealed, keys.
    """

    def __init__(self, custody: Custody, mask: int) -> None:
        self._ring = custody.field
        self._key_digest = digesters(custody.token, "link-key")[0]
        self._form_digest = digesters(custody.digest, "link-record")[0]
        key_ids = f"{custody.token.current.key_id}/{custody.digest.current.key_id}"
        self.made_with = hashlib.sha256(f"{mask:x}\n{FORM}\n{key_ids}".encode()).hexdigest()

    def hashed(self, key: str) -> int:
        """A key as a signed number of 64 bits."""
        return int.from_bytes(self._key_digest(part(key.encode()))[:_HASH_BYTES], "big", signed=True)

    def row(self, record: LinkRecord, facts: Iterable[IdentityFact]) -> ComparedRow:
        """What is kept of a record, given all facts of its own."""
        said = list(facts)
        standard, record_id = standardise(record), UUID(record.record_id)
        return ComparedRow(
            record_id,
            self._ring.seal(to_bytes(standard), record_id.bytes),
            self.digest(record, said),
            self.hashed(f"{GIVEN}{standard.given}") if standard.given else None,
            self.hashed(f"{FAMILY}{standard.family}") if standard.family else None,
            frozenset(map(self.hashed, (*block_keys(standard), *ties_of(said)))),
        )

    def digest(self, record: LinkRecord, facts: Iterable[IdentityFact]) -> bytes:
        """Tells whether what is kept of a record would be another now."""
        held = _encoded([getattr(record, name) for name in _NAMES])
        ties = _encoded(sorted(ties_of(facts)))
        message = b"".join(part(text.encode()) for text in (self.made_with, held, ties))
        return self._form_digest(message)[:_DIGEST_BYTES]

    def opened(self, record_id: UUID, sealed: bytes) -> StandardRecord:
        """What was sealed of a record."""
        return from_bytes(self._ring.unseal(sealed, record_id.bytes))


def ties_of(facts: Iterable[IdentityFact]) -> Iterator[str]:
    """Keys of what a record names beside itself: places, other records, households of a service."""
    for fact in facts:
        if fact.item == "address.residence":
            yield from _ties_of_residence(fact)
        elif fact.item == RELATIONSHIP:
            yield record_tie(str(fact.value["other"]))
        elif fact.item == "household.membership":
            yield service_tie(str(fact.value.get("household")))


def _ties_of_residence(fact: IdentityFact) -> Iterator[str]:
    if place := place_of(fact):
        yield place_tie(place)
    if is_refuge(fact):
        yield from map(refuge_tie, filter(None, (uprn(str(fact.value.get("uprn") or "")), written(fact).text)))
    elif text := teaches(fact):
        yield text_tie(text)


def text_tie(text: str) -> str:
    """The key of those who name a UPRN beside this text of an address."""
    return f"text:{text}"


def refuge_tie(place: str) -> str:
    """The key of those who are in a refuge at this UPRN or text."""
    return f"refuge:{place}"


def place_tie(place: str) -> str:
    """The key of those who have lived at a place."""
    return f"place:{place}"


def record_tie(record: str) -> str:
    """The key of those who name a record as somebody's of theirs."""
    return f"names:{record}"


def service_tie(household: str) -> str:
    """The key of those whom a service counts to one household."""
    return f"service:{household}"


def keep_index(
    connection: Connection, hasher: LinkHasher, records: Sequence[LinkRecord], facts: Sequence[IdentityFact],
    base: LinkBaseRow,
) -> None:  # fmt: skip
    """Bring the index in line with everything that may be compared now; what has not changed is not touched."""
    by_record = facts_by_record(facts)
    before = compared_digests(connection)
    fresh: list[ComparedRow] = []
    for record in records:
        record_id = UUID(record.record_id)
        own = by_record.get(record_id, [])
        if before.pop(record_id, None) != hasher.digest(record, own):
            fresh.append(hasher.row(record, own))
        if len(fresh) == _TOGETHER:
            replace_compared(connection, [row.record_id for row in fresh], fresh)
            fresh.clear()
    replace_compared(connection, [*(row.record_id for row in fresh), *before], fresh)
    count_names(connection, hasher.hashed(GIVEN), hasher.hashed(FAMILY))
    replace_base(connection, base)


def new_base(run_id: UUID, now: datetime, hasher: LinkHasher, model: LinkModel, records: int) -> LinkBaseRow:
    """What a run over everything leaves for those that follow it."""
    return LinkBaseRow(run_id=run_id, made_at=now, made_with=hasher.made_with, model=model.to_json(), records=records)


def model_of(base: LinkBaseRow | None, hasher: LinkHasher) -> LinkModel | None:
    """The model of the last run over everything; None before the first, or where that was made with something else.

    So it is after an upgrade to a release that compares more: its next run fits a model anew.
    """
    if base is None or base.made_with != hasher.made_with:
        return None
    try:
        return model_from_json(base.model)
    except LinkageError:
        return None


def facts_by_record(facts: Iterable[IdentityFact]) -> Mapping[UUID, list[IdentityFact]]:
    """Facts by the record that they are of."""
    found: dict[UUID, list[IdentityFact]] = defaultdict(list)
    for fact in facts:
        found[fact.record_id].append(fact)
    return found
