"""People whom linkage itself has parted, after somebody saw them as one: a steward is asked whether they are two.

(0) one instant; persons of whom records went elsewhere lately, and every record that was ever theirs
(1) of each, the records that stood on one profile and are several persons' now, where no decision has told of it yet;
    and whether anybody was shown what is another's now
(2) append the entry, and let a pair of them wait

A correction of the sender, further evidence or a model fitted anew parts people whom nobody decided on. Linkage may be
wrong in that as well, so nobody is told before a steward says that they are two: then whoever saw the mixture is
(`mixed_profiles`). An adopted child's two identities are nobody's to compare, and are not asked about.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import EventClass
from gateway.store.erasure import LinkVersion, link_versions
from gateway.store.ledger import append
from gateway.store.mixed_profiles import items_held
from gateway.store.near_identities import adopted_records, ever_of, left_since
from gateway.store.waiting_pairs import PARTED, parted_waiting, raise_parted
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.linking.linking_law import linkage_law
from gateway.usecases.linking.mixed_profiles import mixtures_of, not_yet_known
from gateway.usecases.log.entries import system_entry
from gateway.usecases.subjects.telling_viewers import anybody_saw
from gateway.wiring import Wiring

_LATELY = timedelta(days=7)
"""A run that died before it asked is made up for by those of the nights after it."""

Pair = tuple[UUID, UUID]


def ask_about_the_parted(wiring: Wiring, run_id: UUID, persons: Collection[UUID] | None = None) -> int:
    """Let pairs wait of these persons, or (None) of all who lost records lately; gives how many are new. Repeatable."""
    # (0) One instant; whose records went elsewhere.
    now = wiring.clock()
    with wiring.database.transaction("hg_link") as connection:
        lost = set(persons) if persons is not None else left_since(connection, now - _LATELY)
        records = ever_of(connection, lost) if lost else set()
    if not records:
        return 0
    # (1) Who stood on one profile and is several persons now.
    with wiring.database.transaction("hg_erase") as connection:
        versions = link_versions(connection, sorted(records))
        seen = [pair for pair in parted_pairs(versions, lost) if _seen(wiring, connection, versions, pair)]
    # (2) The entry, then the pairs.
    return _raise(wiring, run_id, versions, seen, now) if seen else 0


def parted_pairs(versions: Sequence[LinkVersion], persons: Collection[UUID]) -> Iterator[Pair]:
    """Of each person, for every other who has records of theirs now: two records that stood beside each other.

    The first is of whoever the profile went on with: that person, or who took most of it.
    """
    now = {version.record_id: version.person_id for version in versions if version.until is None}
    theirs: dict[UUID, list[LinkVersion]] = defaultdict(list)
    for version in versions:
        if version.person_id in persons and version.record_id in now:
            theirs[version.person_id].append(version)
    for person, held in sorted(theirs.items()):
        groups: dict[UUID, list[LinkVersion]] = defaultdict(list)
        for version in sorted(held, key=lambda one: (one.record_id, one.since)):
            groups[now[version.record_id]].append(version)
        owner = person if person in groups else max(sorted(groups), key=lambda one: len(groups[one]))
        for other in sorted(groups.keys() - {owner}):
            yield from _first_beside_each_other(groups[owner], groups[other])


def _first_beside_each_other(ones: Sequence[LinkVersion], others: Sequence[LinkVersion]) -> Iterator[Pair]:
    for one in ones:
        for other in others:
            begins, ends = max(one.since, other.since), [end for end in (one.until, other.until) if end is not None]
            if not ends or begins < min(ends):
                yield one.record_id, other.record_id
                return


def _seen(wiring: Wiring, connection: Connection, versions: Sequence[LinkVersion], pair: Pair) -> bool:
    return any(
        anybody_saw(wiring, connection, items_held(connection, mixed.record_ids), mixed.person_id)
        for mixed in not_yet_known(connection, mixtures_of(versions, *pair))
    )


def _raise(wiring: Wiring, run_id: UUID, versions: Sequence[LinkVersion], pairs: Sequence[Pair], now: datetime) -> int:
    person = {version.record_id: version.person_id for version in versions if version.until is None}
    with wiring.database.transaction("hg_link") as connection:
        waiting = parted_waiting(connection, list(person))
        known = {frozenset(person[one] for one in pair) for pair in waiting}
        # Any service may have marked the child, on whichever record of theirs.
        apart = {person[UUID(one)] for one in adopted_records(connection, sorted(person))}
        rows = [
            {
                "review_id": wiring.mint_opaque(), "record_id": first, "other_record_id": second, "reason": PARTED,
                "run_id": run_id, "raised_at": now,
            }
            for first, second in sorted({(min(pair), max(pair)) for pair in pairs})
            if apart.isdisjoint(both := frozenset((person[first], person[second]))) and both not in known
        ]  # fmt: skip
        if rows:
            asked = system_entry(
                wiring, EventClass.ALTERATION, now, purpose=LINKAGE_PURPOSE,
                detail={
                    "link_decision": str(run_id), "reasons": [PARTED],
                    "records": [str(row["review_id"]) for row in rows],
                },
                **linkage_law(wiring, now),
            )  # fmt: skip
            append(connection, asked)
            raise_parted(connection, rows)
    return len(rows)
