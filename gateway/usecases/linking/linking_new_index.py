"""The stored index as linkage walks it from a new record: who shares a key with it, who is held to be one with whom."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection

from gateway.store.link_keys import NearRow, kept_of, names_held, near_records, replace_compared
from gateway.store.near_identities import links_of, links_to
from gateway.usecases.linking.link_index import FAMILY, GIVEN, LinkHasher
from gateway.usecases.linking.linking_new_facts import RecordFacts
from linkage.blocking import block_keys
from linkage.pairwise import Comparable, rarity_of
from linkage.record import Decision


class StoredNeighbours:
    """`linkage.neighbourhood.Neighbours` over the database, for one transaction."""

    def __init__(
        self, connection: Connection, hasher: LinkHasher, facts: RecordFacts, decisions: Sequence[Decision]
    ) -> None:
        self._connection = connection
        self._hasher = hasher
        self._facts = facts
        self._known: dict[str, Comparable] = {}
        self._decided: dict[str, set[str]] = defaultdict(set)
        for one in decisions:
            self._decided[one.left].add(one.right)
            self._decided[one.right].add(one.left)
        held = names_held(connection, [hasher.hashed(GIVEN), hasher.hashed(FAMILY)])
        self._all_given, self._all_family = held.get(hasher.hashed(GIVEN), 0), held.get(hasher.hashed(FAMILY), 0)

    def meeting(self, records: Collection[str]) -> Iterator[tuple[str, str]]:
        """Pairs that share a key which is not too common."""
        asked: dict[int, list[str]] = defaultdict(list)
        for record in sorted(records):
            for key in block_keys(self.comparable(record).record):
                asked[self._hasher.hashed(key)].append(record)
        rows = near_records(self._connection, asked) if asked else []
        self._learn(rows)
        for row in rows:
            for met in row.met_by:
                for one in asked[met]:
                    yield one, str(row.record_id)

    def comparable(self, record: str) -> Comparable:
        """What is compared of a record; made of its facts where the index holds nothing of it."""
        if record not in self._known:
            self._load([UUID(record)])
        return self._known[record]

    def person_mates(self, records: Collection[str]) -> set[str]:
        """All records of these records' persons, and of those that a decision ties to them."""
        tied = {*records, *(other for record in records for other in self._decided.get(record, ()))}
        persons = {link.person_id for link in links_of(self._connection, [UUID(one) for one in tied])}
        mates = {str(link.record_id) for link in links_to(self._connection, persons)} | tied
        self._load([UUID(mate) for mate in mates if mate not in self._known])
        return mates

    def _load(self, records: Collection[UUID]) -> None:
        self._learn([row for _, row in kept_of(self._connection, records)])
        missing = [record for record in records if str(record) not in self._known]
        if missing:
            self.remake(missing)
            self._learn([row for _, row in kept_of(self._connection, missing)])

    def remake(self, records: Collection[UUID]) -> None:
        """Put what is kept of some records in line with their facts."""
        rows = [
            self._hasher.row(record, self._facts.of(UUID(record.record_id)))
            for record in self._facts.link_records(records)
        ]
        replace_compared(self._connection, [row.record_id for row in rows], rows)
        for row in rows:
            self._known.pop(str(row.record_id), None)

    def changed(self, records: Collection[UUID]) -> dict[UUID, bool]:
        """Those of some records of which nothing is kept (False), or something else than their facts say now (True)."""
        digests = {row.record_id: digest for digest, row in kept_of(self._connection, records)}
        return {
            UUID(record.record_id): UUID(record.record_id) in digests
            for record in self._facts.link_records(records)
            if digests.get(UUID(record.record_id))
            != self._hasher.digest(record, self._facts.of(UUID(record.record_id)))
        }

    def _learn(self, rows: Sequence[NearRow]) -> None:
        for row in rows:
            if str(row.record_id) not in self._known:
                self._known[str(row.record_id)] = Comparable(
                    self._hasher.opened(row.record_id, row.sealed),
                    rarity_of(row.given_held, self._all_given),
                    rarity_of(row.family_held, self._all_family),
                )
