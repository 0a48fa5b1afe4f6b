"""Records linked as they come: whom a small file is about, looked up among everybody, within a second of its commit.

(0) one instant, one run id; nobody else links meanwhile
(1) which files no run has met, and which records they are about; too many, and only a run over everything will do
(2) what may be compared of these records now
(3) append the combination entry, in the same transaction and before the first change
(4) keep what is compared of them in the index; look up their neighbourhood, and find the persons in it
(5) write persons, and households and kin of those concerned
(6) append an entry for each person who took records from another; note that the files are linked; commit
(7) tell whoever saw a profile that was of two people; where nobody has decided that it was, ask a steward

The persons in a neighbourhood are found by the steps of a run over everything, so that run agrees (measured by
`benchmarks.lookup_agreement`); each night it reconciles what does not.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from gateway.store.batches import mark_linked, unlinked_batches
from gateway.store.erasure import keep_linkage_out, keep_linkage_out_soon
from gateway.store.errors import LinkageUnderWayError
from gateway.store.gazetteer import batches_of_gazetteer
from gateway.store.identities import CurrentLink
from gateway.store.jobs import defer_linkage
from gateway.store.ledger import append
from gateway.store.link_keys import read_base, records_under
from gateway.store.near_identities import (
    adopted_records,
    brought_by,
    identified_by,
    identity_facts_of,
    links_of,
    ranks_of,
    sources_of,
)
from gateway.usecases.linking.emptied_records import EmptiedRecords, described_by, emptied_records
from gateway.usecases.linking.lineage_entries import lineage_entries
from gateway.usecases.linking.link_index import LinkHasher, model_of, record_tie
from gateway.usecases.linking.linking_entries import combination_entry
from gateway.usecases.linking.linking_input import RELATIONSHIP, leans_on, matching_mask
from gateway.usecases.linking.linking_new_facts import RecordFacts
from gateway.usecases.linking.linking_new_homes import write_homes_of
from gateway.usecases.linking.linking_new_index import StoredNeighbours
from gateway.usecases.linking.linking_persons import write_pairs, write_persons
from gateway.usecases.linking.mixed_profiles import trace_mixed_profiles
from gateway.usecases.linking.parted_by_linkage import ask_about_the_parted
from gateway.usecases.linking.steward_decisions import steward_decisions
from gateway.wiring import Wiring
from linkage.lineage import Assignment, assign_person_ids
from linkage.model import LinkModel
from linkage.neighbourhood import Neighbourhood, neighbourhood, persons_of
from linkage.pairwise import PairScorer

MOST_RECORDS, ONE_IN = 2000, 100
"""Where who somebody is has to be found for more records of a file than that, and for more than one in so many of all,
it is met by a run over everything, which looks at each in a tenth of the time."""
_MOST_BROUGHT = 100_000
_MOST_NEAR = 20
"""Records looked at for each that is new, on average, before it is left to a run over everything."""
_LEAST_BOUND = 400
_MOST_LEANING = 60


@dataclass(frozen=True, slots=True)
class _Run:
    """One run: its parts, its instant, its id, and the keys of the index."""

    wiring: Wiring
    now: datetime
    run_id: UUID
    mask: int
    hasher: LinkHasher


@dataclass(frozen=True, slots=True)
class _Base:
    """What the last run over everything left: its model, and how many records it was of."""

    model: LinkModel
    records: int


@dataclass(frozen=True, slots=True)
class NewlyLinked:
    """What linking new records did. `left`: not all of it; a run over everything is queued."""

    run_id: UUID
    records: int
    looked_at: int
    links_changed: int
    assigned: Assignment | None
    left: bool

    @property
    def lineage(self) -> bool:
        """Whether a person took records from another."""
        return self.assigned is not None and bool(self.assigned.merged or self.assigned.split)


def link_new(wiring: Wiring) -> NewlyLinked:
    """Link what files brought that no run has met. Where only a run over everything may, one is queued."""
    # (0) One instant, one run.
    run = _begun(wiring)
    with wiring.database.transaction("hg_link") as connection:
        keep_linkage_out(connection)
        # (1) Large files are left to a run over everything; so is each, where the index is of another making.
        base = _usable(connection, run)
        if base is None:
            return _left(connection, run)
        met, brought, left = _small_files(connection, max(MOST_RECORDS, base.records // ONE_IN))
        # (2) Identity facts alone.
        facts = RecordFacts(wiring, connection, run.mask, run.hasher, run.now)
        concerned = _concerned(connection, run, facts, brought, identified_by(connection, met))
        # That a child is adopted changes nothing that is compared, and parts what the birth name alone ties.
        adopted = _persons_among(connection, {UUID(one) for one in adopted_records(connection, brought)})
        concerned |= adopted
        linked = _carry_out(connection, run, facts, concerned, base, again=adopted) if concerned else _nothing(run)
        if linked.assigned is not None or not concerned:
            mark_linked(connection, met, run.now)
        if left or linked.left:
            defer_linkage(connection)
    return _told(wiring, replace(linked, left=left or linked.left))


def relink(wiring: Wiring, records: Collection[UUID]) -> NewlyLinked:
    """Find anew who some records are, though nothing new is said of them: after a decision about them, say.

    Whoever saw a profile that this parts is told. Whoever decided waits for all that: where a run is under way for
    longer than some seconds, what is not done is left to one over everything.
    """
    run = _begun(wiring)
    try:
        linked = _relinked(wiring, run, records)
        if not linked.left:
            trace_mixed_profiles(wiring, waits=False)
    except LinkageUnderWayError:
        with wiring.database.transaction("hg_link") as connection:
            return _left(connection, run)
    return _asked(wiring, linked)


def _relinked(wiring: Wiring, run: _Run, records: Collection[UUID]) -> NewlyLinked:
    with wiring.database.transaction("hg_link") as connection:
        keep_linkage_out_soon(connection)
        base = _usable(connection, run)
        concerned = _persons_among(connection, records)
        if base is None or not concerned:
            return _left(connection, run) if concerned else _nothing(run)
        facts = RecordFacts(wiring, connection, run.mask, run.hasher, run.now)
        linked = _carry_out(connection, run, facts, concerned, base, again=concerned)
        if linked.left:
            defer_linkage(connection)
    return linked


def _told(wiring: Wiring, linked: NewlyLinked) -> NewlyLinked:
    """(7) A profile that stewards' decisions have parted was of two people: whoever saw it is told."""
    if linked.lineage:
        trace_mixed_profiles(wiring)
    return _asked(wiring, linked)


def _asked(wiring: Wiring, linked: NewlyLinked) -> NewlyLinked:
    if linked.assigned is not None and linked.assigned.split:
        ask_about_the_parted(wiring, linked.run_id, set(map(UUID, linked.assigned.split)))
    return linked


def _begun(wiring: Wiring) -> _Run:
    now = wiring.clock()
    mask = matching_mask(wiring, now)
    return _Run(wiring, now, wiring.mint(), mask, LinkHasher(wiring.custody, mask))


def _usable(connection: Connection, run: _Run) -> _Base | None:
    """What the index is made with, if that is what it would be made with now."""
    base = read_base(connection)
    model = model_of(base, run.hasher)
    return None if base is None or model is None else _Base(model, base.records)


def _left(connection: Connection, run: _Run) -> NewlyLinked:
    defer_linkage(connection)
    return replace(_nothing(run), left=True)


def _nothing(run: _Run) -> NewlyLinked:
    return NewlyLinked(run.run_id, 0, 0, 0, None, left=False)


def _carry_out(
    connection: Connection, run: _Run, facts: RecordFacts, concerned: Collection[UUID], base: _Base,
    *, again: Collection[UUID],
) -> NewlyLinked:  # fmt: skip
    """Link the records `concerned`: those of which what is compared is new or has changed, and those of `again`."""
    # (3) The entry.
    sources = [fact.source for fact in facts.all_of(concerned)]
    append(connection, combination_entry(run.wiring, run.run_id, len(concerned), sources, run.now))
    # (4) Who they are; then (5), what follows from it.
    linked = _link(connection, run, facts, concerned, base, again=again)
    # (6) Whose records became whose, of now: the hour may have struck since the run began, and its map been taken.
    now = run.wiring.clock()
    for entry in lineage_entries(run.wiring, run.run_id, linked.assigned, now) if linked.assigned else ():
        append(connection, entry)
    return linked


def _small_files(connection: Connection, most: int) -> tuple[list[UUID], set[UUID], bool]:
    """Files that no run has met, the records that they brought something of, and whether other files wait.

    After the files taken at most so many records have to be looked at.
    """
    met: list[UUID] = []
    records: set[UUID] = set()
    to_look_at: set[UUID] = set()
    left = False
    waiting = unlinked_batches(connection)
    # What the gazetteer changes may change anybody's.
    of_gazetteer = batches_of_gazetteer(connection, waiting)
    for batch in waiting:
        brought = set(brought_by(connection, [batch], _MOST_BROUGHT))
        if batch in of_gazetteer or len(brought) > _MOST_BROUGHT:
            left = True
            continue
        # A long file of attendances or calls says of most that they are who they were.
        asked = to_look_at | (brought & identified_by(connection, [batch])) | _nobodys_yet(connection, brought)
        if len(asked) > most:
            left = True
            continue
        met.append(batch)
        records |= brought
        to_look_at = asked
    return met, records, left


def _nobodys_yet(connection: Connection, records: Collection[UUID]) -> set[UUID]:
    return set(records) - {link.record_id for link in links_of(connection, records)}


def _concerned(
    connection: Connection, run: _Run, facts: RecordFacts, brought: Collection[UUID], identified: Collection[UUID]
) -> set[UUID]:
    """Records that have to be looked at: of which identity facts came, that are nobody's yet, or that lean on such."""
    facts.read(identified)
    named = {
        UUID(str(fact.value["other"])) for fact in facts.all_of(identified) if fact.item == RELATIONSHIP
    }  # fmt: skip
    candidates = {*brought, *named}
    found = {*(set(identified) & set(brought)), *_nobodys_yet(connection, candidates)}
    leaning = records_under(connection, [run.hasher.hashed(record_tie(str(one))) for one in found], _MOST_LEANING)
    naming = {record for records in leaning.values() for record in records}
    facts.read(naming)
    return _persons_among(
        connection, found | {record for record in naming if not leans_on(facts.of(record)).isdisjoint(found)}
    )


def _persons_among(connection: Connection, records: Collection[UUID]) -> set[UUID]:
    """Those that stand for persons: others may go on naming a record that has been erased."""
    return {record for record, _ in sources_of(connection, records)}


def _emptied(connection: Connection, links: Sequence[CurrentLink], found: Neighbourhood) -> EmptiedRecords:
    """Those records of a neighbourhood of which nobody says any more who they are."""
    nameless = {
        UUID(each.record.record_id) for each in found.records if not (each.record.families or each.record.givens)
    }
    described = {UUID(each.record.record_id) for each in found.records} - nameless
    described |= described_by(identity_facts_of(connection, nameless)) if nameless else set()
    return emptied_records(links, described | nameless, described)


def _link(
    connection: Connection,
    run: _Run,
    facts: RecordFacts,
    concerned: Collection[UUID],
    base: _Base,
    *,
    again: Collection[UUID],
) -> NewlyLinked:
    # (4) The index first, so that new records meet each other as well.
    decisions = steward_decisions(connection)
    neighbours = StoredNeighbours(connection, run.hasher, facts, decisions)
    model = base.model
    score, most = PairScorer(model, base.records), max(_LEAST_BOUND, _MOST_NEAR * len(concerned))
    changed = neighbours.changed(concerned)
    # Whom a record met as it was, it may have held apart or together: they are looked at as well.
    before = neighbourhood([str(one) for one, kept in changed.items() if kept], neighbours, score, model, most)
    neighbours.remake(changed)
    known = {link.record_id for link in links_of(connection, concerned)} - changed.keys() - {*again}
    seeds = {str(record) for record in concerned if record not in known}
    seeds.update(each.record.record_id for each in before.records)
    found = neighbourhood(seeds, neighbours, score, model, most)
    if not (before.whole and found.whole):
        return NewlyLinked(run.run_id, len(concerned), len(found.records), 0, None, left=True)
    near = [UUID(each.record.record_id) for each in found.records]
    links = links_of(connection, near)
    emptied = _emptied(connection, links, found)
    result = emptied.put_back(
        persons_of(emptied.left_out_of(found), model, emptied.decisions(decisions), adopted_records(connection, near))
    )
    previous = {str(link.record_id): str(link.person_id) for link in links}
    ranks = ranks_of(connection, {link.person_id for link in links})
    assigned = assign_person_ids(
        result.clusters, previous, lambda: str(run.wiring.mint_opaque()),
        rank_of={str(person): rank for person, rank in ranks.items()},
    )  # fmt: skip
    # (5) Persons, then the households and kin of whoever has a record concerned or one that moved.
    links_changed = write_persons(run.wiring, connection, run.run_id, result, assigned, links)
    write_pairs(run.wiring, connection, run.run_id, result, [UUID(record) for record in assigned.person_of])
    moved = {person for record, person in assigned.person_of.items() if previous.get(record) != person}
    gave = {previous[record] for record, person in assigned.person_of.items() if previous.get(record, person) != person}
    theirs = {link.person_id for link in links_of(connection, concerned)}
    persons = (theirs | {UUID(one) for one in moved | gave}) - {UUID(old) for old in assigned.merged}
    whole = write_homes_of(run.wiring, connection, run.hasher, facts, persons, assigned)
    return NewlyLinked(
        run.run_id, len(concerned), len(found.records), links_changed, assigned, left=not whole
    )  # fmt: skip
