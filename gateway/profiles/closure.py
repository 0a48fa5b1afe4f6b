"""Who belongs to the family, for this reader: persons tied together by permitted facts alone (practice P14)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import combinations
from uuid import UUID

from gateway.profiles.homes import HomeStay, shared_homes
from gateway.profiles.loaded import CorrectedTie
from gateway.profiles.permitted import PermittedFact

_Pair = frozenset[UUID]
_Period = tuple[date | None, date | None]
_NEVER: _Period = (date.max, date.min)
_TELL_OF_HOMES = frozenset({"address.residence", "household.membership", "family.relationship"})
_STEPS = 2
# As in `linkage.residence`: stays that share fewer days are a hand-over of keys.
_LEAST_OVERLAP = timedelta(days=14)


def family_of(ego: UUID, facts: Sequence[PermittedFact], corrections: Sequence[CorrectedTie] = ()) -> set[UUID]:
    """The person and everyone within two steps over shared homes, households of a service and relationships.

    `corrections` are those that this reader may know of (`known_corrections`): the last one said of two people counts.
    """
    ties: dict[UUID, set[UUID]] = defaultdict(set)
    said = {frozenset((each.person_id, each.other_id)): each for each in corrections}
    together = [(each.person_id, each.other_id) for each in said.values() if each.belongs]
    apart = {pair: (each.valid_from, each.valid_to) for pair, each in said.items() if not each.belongs}
    kin = [*_households(facts, {}), *_relationships(facts)]
    for one, other in (*together, *_homes(facts, kin, apart), *_households(facts, apart), *_relationships(facts)):
        if one != other:
            ties[one].add(other)
            ties[other].add(one)
    family = {ego}
    edge = {ego}
    for _ in range(_STEPS):
        edge = {other for person in edge for other in ties[person]} - family
        family |= edge
    return family


def person_of_record(facts: Iterable[PermittedFact]) -> dict[str, UUID]:
    """Whose each record is, by the record's id as values hold it."""
    return {str(fact.fact.record_id): fact.fact.person_id for fact in facts}


def known_corrections(corrections: Iterable[CorrectedTie], facts: Sequence[PermittedFact]) -> list[CorrectedTie]:
    """Those that rest on nothing that this reader may not see: on sources, or on the council's own word alone.

    A source counts as seen where something that it says of where this person lives, or with whom, is permitted. Who
    belongs to a household is tied to those of it whose homes the reader may see, if the reader's own facts hold these
    together; else two people would be seen to live together because a third is said to live with both.
    """
    told = {each.fact.person_id for each in facts if each.item.name in _TELL_OF_HOMES}
    seen = {(each.fact.person_id, each.fact.source_no) for each in facts if each.item.name in _TELL_OF_HOMES}
    households: dict[UUID, list[CorrectedTie]] = defaultdict(list)
    for each in corrections:
        if all((each.person_id, source) in seen for source in each.source_nos):
            households[each.correction_id].append(each)
    known = []
    for ties in households.values():
        added = [each for each in ties if each.belongs and each.other_id in told]
        known += [each for each in ties if not each.belongs]
        known += added if _held_together({each.other_id for each in added}, facts) else []
    return known


def _held_together(persons: set[UUID], facts: Sequence[PermittedFact]) -> bool:
    return all(persons <= family_of(one, facts) for one in persons)


def _homes(
    facts: Sequence[PermittedFact], kin: Sequence[tuple[UUID, UUID]], apart: Mapping[_Pair, _Period]
) -> Iterable[tuple[UUID, UUID]]:
    for residents in shared_homes(facts, kin):
        for one, other in combinations(residents, 2):
            if _overlap(one, other, apart):
                yield one.person_id, other.person_id


def _overlap(one: HomeStay, other: HomeStay, apart: Mapping[_Pair, _Period]) -> bool:
    """Whether both lived there at one time that no correction takes away."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    least = min(_LEAST_OVERLAP, one.end - one.start, other.end - other.start)
    begins, ends = apart.get(frozenset((one.person_id, other.person_id)), _NEVER)
    return end - start >= least and not ((begins or date.min) <= start and end <= (ends or date.max))


def _households(facts: Sequence[PermittedFact], apart: Mapping[_Pair, _Period]) -> Iterable[tuple[UUID, UUID]]:
    """A service's household has no dates: only a correction for all time takes somebody out of it."""
    members: dict[str, set[UUID]] = defaultdict(set)
    for fact in facts:
        if fact.item.name == "household.membership":
            members[str(fact.fact.value.get("household"))].add(fact.fact.person_id)
    for persons in members.values():
        for one, other in combinations(sorted(persons), 2):
            if apart.get(frozenset((one, other))) != (None, None):
                yield one, other


def _relationships(facts: Sequence[PermittedFact]) -> Iterable[tuple[UUID, UUID]]:
    person = person_of_record(facts)
    for fact in facts:
        if fact.item.name == "family.relationship":
            other = person.get(str(fact.fact.value.get("other")))
            if other is not None:
                yield fact.fact.person_id, other
