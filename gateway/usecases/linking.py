"""Linkage of everything: records of one person joined, persons grouped into households, and an entry that says so.

(0) one instant, one run id
(1) read what tells who somebody is and where they live, and nothing else
(2) link records into persons; ids go on from the last run
(3) append the combination entry: the database lets nothing change without it
(4) write persons, and households from shared homes and kin from recorded relationships
(5) append an entry for each person who took records from another; commit
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from audit.entry import Entry, EventClass
from gateway.store import identities
from gateway.store.batches import mark_linked, unlinked_batches
from gateway.store.identities import IdentityFact
from gateway.store.ledger import append
from gateway.usecases.entries import system_entry
from gateway.usecases.lineage_entries import LINKAGE_PURPOSE, lineage_entries
from gateway.usecases.linking_households import write_households
from gateway.usecases.linking_input import link_input, matching_mask, permitted
from gateway.usecases.linking_persons import write_persons
from gateway.wiring import Wiring
from linkage.lineage import assign_person_ids
from linkage.persons import link_records

_LINKAGE_LOCK = 4711


@dataclass(frozen=True, slots=True)
class LinkageRun:
    """What a run did."""

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


def link_everything(wiring: Wiring) -> LinkageRun:
    """Run linkage once over all records. One run at a time; a second waits for the first."""
    # (0) One instant, one run.
    now = wiring.clock()
    run_id = wiring.mint()
    with wiring.database.transaction("hg_link") as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LINKAGE_LOCK})
        # Files that are in by now are met by this run; one that comes in later waits for the next.
        met = unlinked_batches(connection)
        # (1) Identity facts alone: row-level security keeps the rest from this role.
        mask = matching_mask(wiring, now)
        facts = permitted(wiring, mask, identities.identity_facts(connection))
        records = link_input(identities.record_ids(connection), facts)
        links = identities.current_links(connection)
        # (2) Persons.
        result = link_records(records)
        ranks = identities.person_ranks(connection)
        previous = {str(link.record_id): str(link.person_id) for link in links}
        assigned = assign_person_ids(
            result.clusters, previous, lambda: str(wiring.mint_opaque()),
            rank_of={str(person): rank for person, rank in ranks.items()}, retired=[str(person) for person in ranks],
        )  # fmt: skip
        # (3) The combination entry, in the same transaction and before the first change.
        append(connection, _combination_entry(wiring, run_id, len(records), facts, now))
        # (4) Persons, households and kin.
        changed = write_persons(wiring, connection, run_id, result, assigned, links)
        households = write_households(wiring, connection, facts, assigned.person_of)
        # (5) Whose records became whose, last, so that no read of before follows in the log where it need not.
        for entry in lineage_entries(wiring, run_id, assigned, now):
            append(connection, entry)
        mark_linked(connection, met, now)
    return LinkageRun(
        run_id, len(records), len(result.clusters), households, len(assigned.minted), changed, assigned.merged,
        assigned.split, len(result.reviews), result.largest_cluster,
    )  # fmt: skip


def _combination_entry(
    wiring: Wiring, run_id: UUID, records: int, facts: Sequence[IdentityFact], now: datetime
) -> Entry:
    sources = Counter(fact.source for fact in facts)
    detail: dict[str, Any] = {
        "link_decision": str(run_id), "sources": sorted(sources), "row_count": records,
        "match_rule": "splink-household-aware",
    }  # fmt: skip
    return system_entry(wiring, EventClass.COMBINATION, now, purpose=LINKAGE_PURPOSE, detail=detail)
