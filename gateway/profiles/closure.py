"""Who belongs to the family, for this reader: persons tied together by permitted facts alone (practice P14)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations
from uuid import UUID

from gateway.profiles.permitted import PermittedFact
from linkage.addresses import address_key

_STEPS = 2
_SHARED_KINDS = frozenset({"home", "temporary"})


def family_of(ego: UUID, facts: Sequence[PermittedFact]) -> set[UUID]:
    """The person and everyone within two steps over shared homes, households of a service and relationships."""
    ties: dict[UUID, set[UUID]] = defaultdict(set)
    for one, other in (*_homes(facts), *_households(facts), *_relationships(facts)):
        if one != other:
            ties[one].add(other)
            ties[other].add(one)
    family = {ego}
    edge = {ego}
    for _ in range(_STEPS):
        edge = {other for person in edge for other in ties[person]} - family
        family |= edge
    return family


def place_keys(fact: PermittedFact) -> list[str]:
    """What makes two addresses one place: the UPRN, and the address in its comparable form."""
    value = fact.fact.value
    keys = [f"uprn:{value['uprn']}"] if value.get("uprn") else []
    written = address_key(str(value.get("lines") or "").split("\n"), value.get("postcode"))
    return [*keys, written] if written else keys


def person_of_record(facts: Iterable[PermittedFact]) -> dict[str, UUID]:
    """Whose each record is, by the record's id as values hold it."""
    return {str(fact.fact.record_id): fact.fact.person_id for fact in facts}


def _homes(facts: Sequence[PermittedFact]) -> Iterable[tuple[UUID, UUID]]:
    places: dict[str, list[PermittedFact]] = defaultdict(list)
    for fact in facts:
        if fact.item.name == "address.residence" and fact.fact.value.get("kind") in _SHARED_KINDS:
            for key in place_keys(fact):
                places[key].append(fact)
    for residents in places.values():
        for one, other in combinations(residents, 2):
            if _overlap(one, other):
                yield one.fact.person_id, other.fact.person_id


def _overlap(one: PermittedFact, other: PermittedFact) -> bool:
    start = max(one.fact.valid_from or date.min, other.fact.valid_from or date.min)
    end = min(one.fact.valid_to or date.max, other.fact.valid_to or date.max)
    return start <= end


def _households(facts: Sequence[PermittedFact]) -> Iterable[tuple[UUID, UUID]]:
    members: dict[str, set[UUID]] = defaultdict(set)
    for fact in facts:
        if fact.item.name == "household.membership":
            members[str(fact.fact.value.get("household"))].add(fact.fact.person_id)
    for persons in members.values():
        yield from combinations(sorted(persons), 2)


def _relationships(facts: Sequence[PermittedFact]) -> Iterable[tuple[UUID, UUID]]:
    person = person_of_record(facts)
    for fact in facts:
        if fact.item.name == "family.relationship":
            other = person.get(str(fact.fact.value.get("other")))
            if other is not None:
                yield fact.fact.person_id, other
