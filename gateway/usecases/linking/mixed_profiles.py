"""A profile that was of two people: found once they are parted, traced to whoever saw it, and they are told.

(0) one instant, nobody else links or traces meanwhile; decisions that part two records and of which no mixed profile
    is known
(1) when both records were one person's, and whose records stood on that profile and are another's now
(2) append the entry; note the mixed profile, of which the data protection officer's form is made
(3) tell everybody who was shown a fact of those records on that profile while it stood, and repeat no fact; commit

Run after linkage has gone by the decisions: from then on nobody is shown the mixture, and whoever was has an entry.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import EventClass
from gateway.store.erasure import LinkVersion, keep_linkage_out, keep_linkage_out_soon, link_versions
from gateway.store.ledger import append
from gateway.store.match_tables import MixedProfileRow
from gateway.store.mixed_profiles import PartingDecision, items_held, known_mixtures, parting_decisions, save_mixture
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.log.entries import system_entry
from gateway.usecases.subjects.telling_viewers import PARTED, Occasion, tell_viewers
from gateway.wiring import Wiring

_LEGAL_BASIS = "UK GDPR Art 33(5)"
_TOGETHER = 1000


@dataclass(frozen=True, slots=True)
class Mixture:
    """A person's profile that held another's records, and from when until when."""

    person_id: UUID
    record_ids: tuple[UUID, ...]
    mixed_from: datetime
    mixed_to: datetime


def trace_mixed_profiles(wiring: Wiring, *, waits: bool = True) -> list[UUID]:
    """Find every profile that was mixed and is not any more, and tell whoever saw it; gives their ids. Repeatable.

    Where a run is under way and nobody `waits` for its end, it is left to that run, which does this last.
    """
    # (0) One instant; what parts.
    now, found = wiring.clock(), []
    with wiring.database.transaction("hg_erase") as connection:
        if waits:
            keep_linkage_out(connection)
        else:
            keep_linkage_out_soon(connection)
        for decision in _of_once_joined(connection, parting_decisions(connection)):
            # (1) What was mixed; nothing, where linkage had not joined them, or has not parted them yet.
            mixed = not_yet_known(connection, _mixtures(connection, decision))
            found += [_record(wiring, connection, decision, one, now) for one in _by_profile(mixed)]
    return found


def _of_once_joined(connection: Connection, decisions: Sequence[PartingDecision]) -> Iterator[PartingDecision]:
    """Those on two records that one person ever had: of thousands, most only kept apart what never was together."""
    for start in range(0, len(decisions), _TOGETHER):
        some = decisions[start : start + _TOGETHER]
        persons: dict[UUID, set[UUID]] = defaultdict(set)
        for version in link_versions(connection, [*{one for each in some for one in _pair(each)}]):
            persons[version.record_id].add(version.person_id)
        for each in some:
            if not persons[each.record_id].isdisjoint(persons[each.other_record_id]):
                yield each


def mixtures_of(versions: Sequence[LinkVersion], one: UUID, other: UUID) -> list[Mixture]:
    """The mixed profiles of two records that are two persons' now, from whose they and their mates ever were."""
    current = {version.record_id: version.person_id for version in versions if version.until is None}
    if current.get(one) is None or current.get(one) == current.get(other):
        return []
    found = []
    for mine in (version for version in versions if version.record_id == one):
        for theirs in (version for version in versions if version.record_id == other):
            begin, end = max(mine.since, theirs.since), _earlier(mine.until, theirs.until)
            if mine.person_id == theirs.person_id and end is not None and begin < end:
                found.append(_mixture(versions, current, mine.person_id, (begin, end), (one, other)))
    return found


def _by_profile(mixed: Sequence[Mixture]) -> list[Mixture]:
    """One for each person, from the first time to the last: a page that was mixed, right and mixed again is one page.

    A link of another band is a version of its own, so that what nothing interrupted comes in parts as well.
    """
    parts: dict[UUID, list[Mixture]] = defaultdict(list)
    for one in mixed:
        parts[one.person_id].append(one)
    return [
        Mixture(
            person, tuple(sorted({record for one in ones for record in one.record_ids})),
            min(one.mixed_from for one in ones), max(one.mixed_to for one in ones),
        )
        for person, ones in parts.items()
    ]  # fmt: skip


def _mixtures(connection: Connection, decision: PartingDecision) -> list[Mixture]:
    return mixtures_of(link_versions(connection, _pair(decision)), *_pair(decision))


def _pair(decision: PartingDecision) -> tuple[UUID, UUID]:
    return decision.record_id, decision.other_record_id


def _mixture(
    versions: Sequence[LinkVersion], current: dict[UUID, UUID], person: UUID, during: tuple[datetime, datetime],
    pair: tuple[UUID, UUID],
) -> Mixture:  # fmt: skip
    """The records that stood on a person's profile then and are another's now; the person who went on is the owner."""
    begin, end = during
    there = {
        version.record_id: version
        for version in versions
        if version.person_id == person and version.since < end and (version.until is None or version.until > begin)
    }
    sides = [current.get(record) for record in pair]
    # An id may have ended with the parting; then the profile was that of whoever took more of its records.
    owner = person if person in sides else max(sides, key=lambda side: sum(current.get(one) == side for one in there))
    others = sorted(record for record in there if current.get(record) != owner)
    return Mixture(person, tuple(others), begin, end)


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((end for end in (one, other) if end is not None), default=None)


def not_yet_known(connection: Connection, mixed: Sequence[Mixture]) -> list[Mixture]:
    """Those that no decision on the same two people has led to yet: none did, or they were one person again since."""
    return [one for one in mixed if _is_new(one, known_mixtures(connection, one.person_id))]


def _is_new(mixed: Mixture, known: Mapping[UUID, datetime]) -> bool:
    return any(record not in known or known[record] < mixed.mixed_to for record in mixed.record_ids)


def _record(
    wiring: Wiring, connection: Connection, decision: PartingDecision, mixed: Mixture, now: datetime
) -> UUID:  # fmt: skip
    breach_id, known = wiring.mint_opaque(), known_mixtures(connection, mixed.person_id)
    # (2) The entry, and what was mixed.
    noted = system_entry(
        wiring, EventClass.ALTERATION, now, purpose=LINKAGE_PURPOSE, legal_basis=_LEGAL_BASIS,
        subjects=(str(mixed.person_id),), sealed=True,
        detail={"link_decision": str(decision.decision_id), "records": [str(breach_id)], "reasons": ["mixed-profile"]},
    )  # fmt: skip
    append(connection, noted)
    row = MixedProfileRow(
        breach_id=breach_id, decision_id=decision.decision_id, person_id=mixed.person_id,
        record_ids=list(mixed.record_ids), mixed_from=mixed.mixed_from, mixed_to=mixed.mixed_to, found_at=now,
    )  # fmt: skip
    save_mixture(connection, row)
    # (3) Whoever saw it, but for looks of which their viewers were told when it was found before.
    facts = [
        replace(fact, since=max(fact.since, known.get(fact.record_id, fact.since)))
        for fact in items_held(connection, mixed.record_ids)
    ]
    tell_viewers(wiring, connection, Occasion(breach_id, PARTED, mixed.person_id), facts, now)
    return breach_id
