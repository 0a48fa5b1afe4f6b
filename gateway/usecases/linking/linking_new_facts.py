"""Facts of some records, read as they are needed: what linkage may compare of them now, and of whom they lean on."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from sqlalchemy import Connection

from gateway.store.identities import IdentityFact
from gateway.store.link_keys import records_under
from gateway.store.near_identities import earlier_homes_of, identity_facts_of, sources_of
from gateway.usecases.linking.link_index import LinkHasher, refuge_tie, text_tie
from gateway.usecases.linking.linking_addresses import SeenAddresses, with_uprns
from gateway.usecases.linking.linking_households import place_of
from gateway.usecases.linking.linking_input import known_sources, leans_on, link_input, permitted
from gateway.wiring import Wiring
from linkage.record import LinkRecord

_MOST_OF_A_TEXT = 300
"""A text that more records say is no single home's."""


class RecordFacts:
    """Remembers for one transaction what it has read."""

    def __init__(self, wiring: Wiring, connection: Connection, mask: int, hasher: LinkHasher, now: datetime) -> None:
        self._wiring = wiring
        self._now = now
        self._connection = connection
        self._mask = mask
        self._hasher = hasher
        self._read: dict[UUID, list[IdentityFact]] = {}

    def of(self, record: UUID) -> Sequence[IdentityFact]:
        """A record's own facts."""
        self.read([record])
        return self._read[record]

    def read(self, records: Collection[UUID]) -> None:
        """Read the facts of records that were not read yet, all at once."""
        wanted = [record for record in records if record not in self._read]
        if wanted:
            found: dict[UUID, list[IdentityFact]] = defaultdict(list)
            sent = self._sent(wanted)
            for fact in with_uprns(self._connection, sent, partial(self._seen, sent)):
                found[fact.record_id].append(fact)
            self._read.update({record: found[record] for record in wanted})

    def homes_given_up(self, records: Collection[UUID]) -> list[IdentityFact]:
        """Residences that were said of records and are said no more, or in another way."""
        earlier = permitted(self._wiring, self._mask, earlier_homes_of(self._connection, records))
        said = [(fact.record_id, place_of(fact), fact.value.get("kind")) for fact in self.all_of(records)]
        told = with_uprns(self._connection, earlier, partial(self._seen, earlier))
        return [fact for fact in told if (fact.record_id, place_of(fact), fact.value.get("kind")) not in said]

    def _sent(self, records: Collection[UUID]) -> list[IdentityFact]:
        return permitted(self._wiring, self._mask, identity_facts_of(self._connection, records))

    def _seen(self, sent: Sequence[IdentityFact], texts: Collection[str], uprns: Collection[str]) -> SeenAddresses:
        """What others in the index, and these facts themselves, say of texts and UPRNs."""
        ties = {*map(text_tie, texts), *map(refuge_tie, texts), *map(refuge_tie, uprns)}
        near = records_under(self._connection, map(self._hasher.hashed, ties), _MOST_OF_A_TEXT) if ties else {}
        others = {record for records in near.values() for record in records}
        seen = SeenAddresses()
        seen.learn((*sent, *(self._sent(others) if others else ())))
        return seen

    def all_of(self, records: Collection[UUID]) -> list[IdentityFact]:
        """The facts of several records, in the order of the records' ids."""
        self.read(records)
        return [fact for record in sorted(records) for fact in self._read[record]]

    def link_records(self, records: Collection[UUID]) -> list[LinkRecord]:
        """Those of some records that stand for persons, as linkage takes them."""
        self.read(records)
        leant_on = {other for record in records for other in leans_on(self._read[record])}
        facts = self.all_of({*records, *leant_on})
        return link_input(sources_of(self._connection, records), facts, known_sources(self._wiring, self._now))
