"""Linkage of everything: records of one person joined, persons grouped into households, and an entry that says so.

(0) one instant, one run id
(1) read what tells who somebody is and where they live, and nothing else; find the UPRN of addresses without one
(2) fit the model to the records, which no label is asked for; link them into persons; ids go on from the last run
(3) append the combination entry, with how this differs from what stood: the database lets nothing change without it
(4) write persons, households from shared homes and kin from recorded relationships, and the index by which new records
    are linked as they come (`linking_new`)
(5) append an entry for each person who took records from another; commit
(6) tell whoever saw a profile that was of two people; where nobody has decided that it was, ask a steward
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from gateway.store import identities
from gateway.store.batches import mark_linked, unlinked_batches
from gateway.store.erasure import keep_linkage_out
from gateway.store.ledger import append
from gateway.store.near_identities import adopted_records
from gateway.usecases.linking.emptied_records import described_by, emptied_records
from gateway.usecases.linking.lineage_entries import lineage_entries
from gateway.usecases.linking.link_index import LinkHasher, keep_index, new_base
from gateway.usecases.linking.linking_addresses import SeenAddresses, matched_by_rule, refresh_gazetteer, with_uprns
from gateway.usecases.linking.linking_differences import differences_from
from gateway.usecases.linking.linking_entries import combination_entry
from gateway.usecases.linking.linking_households import write_households
from gateway.usecases.linking.linking_input import known_sources, link_input, matching_mask, permitted
from gateway.usecases.linking.linking_persons import write_pairs, write_persons
from gateway.usecases.linking.mixed_profiles import trace_mixed_profiles
from gateway.usecases.linking.parted_by_linkage import ask_about_the_parted
from gateway.usecases.linking.steward_decisions import steward_decisions
from gateway.wiring import Wiring
from linkage.lineage import assign_person_ids
from linkage.persons import fit_and_link


@dataclass(frozen=True, slots=True)
class LinkageRun:
    """What a run did. `addresses`: how many that came without a UPRN were given one, by rule."""

    run_id: UUID
    records: int
    persons: int
    households: int
    new_persons: int
    links_changed: int
    merged: Mapping[str, str]
    split: Mapping[str, tuple[str, ...]]
    held_for_review: int
    largest_person: int
    differences: Mapping[str, int]
    addresses: Mapping[str, int] = field(default_factory=dict)


def link_everything(wiring: Wiring) -> LinkageRun:
    """Run linkage once over all records. One run at a time; a second waits for the first."""
    # (0) One instant, one run.
    now = wiring.clock()
    run_id = wiring.mint()
    with wiring.database.transaction("hg_link") as connection:
        keep_linkage_out(connection)
        # Files that are in by now are met by this run; one that comes in later waits for the next.
        met = unlinked_batches(connection)
        # (1) Identity facts alone: row-level security keeps the rest from this role.
        mask = matching_mask(wiring, now)
        known = identities.identity_facts(connection)
        sent = permitted(wiring, mask, known)
        refresh_gazetteer(connection)
        seen = SeenAddresses()
        seen.learn(sent)
        facts = with_uprns(connection, sent, lambda _texts, _uprns: seen)
        records = link_input(identities.record_ids(connection), facts, known_sources(wiring, now))
        links = identities.current_links(connection)
        emptied = emptied_records(links, (UUID(one.record_id) for one in records), described_by(known))
        # (2) Persons.
        model, result = fit_and_link(
            [one for one in records if one.record_id not in emptied.stands_in],
            decisions=emptied.decisions(steward_decisions(connection)), adopted=adopted_records(connection),
        )  # fmt: skip
        result = emptied.put_back(result)
        ranks = identities.person_ranks(connection)
        previous = {str(link.record_id): str(link.person_id) for link in links}
        assigned = assign_person_ids(
            result.clusters, previous, lambda: str(wiring.mint_opaque()),
            rank_of={str(person): rank for person, rank in ranks.items()}, retired=[str(person) for person in ranks],
        )  # fmt: skip
        # (3) The combination entry, in the same transaction and before the first change.
        differences = differences_from(links, assigned, result)
        sources = (fact.source for fact in facts)
        append(connection, combination_entry(wiring, run_id, len(records), sources, now, differences))
        # (4) Persons, households and kin.
        changed = write_persons(wiring, connection, run_id, result, assigned, links)
        write_pairs(wiring, connection, run_id, result)
        households = write_households(wiring, connection, facts, assigned)
        hasher = LinkHasher(wiring.custody, mask)
        keep_index(connection, hasher, records, facts, new_base(run_id, now, hasher, model, len(records)))
        # (5) Whose records became whose, last, so that no read of before follows in the log where it need not.
        # Of now and not of the run's beginning: the hour may have struck, and its map been taken, meanwhile.
        for entry in lineage_entries(wiring, run_id, assigned, wiring.clock()):
            append(connection, entry)
        mark_linked(connection, met, now)
    # (6) A profile that stewards' decisions have parted was of two people: whoever saw it is told.
    trace_mixed_profiles(wiring)
    ask_about_the_parted(wiring, run_id)
    return LinkageRun(
        run_id, len(records), len(result.clusters), households, len(assigned.minted), changed, assigned.merged,
        assigned.split, len(result.reviews), result.largest_cluster, differences,
        matched_by_rule(facts),
    )  # fmt: skip
