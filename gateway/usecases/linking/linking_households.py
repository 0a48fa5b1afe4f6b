"""Households and kin as a run of linkage finds them, from facts to rows, and as stewards correct them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from gateway.store import identities
from gateway.store.gazetteer import communal_uprns
from gateway.store.household_corrections import StandingCorrection, standing_corrections
from gateway.store.identities import IdentityFact, Period
from gateway.usecases.linking.linking_input import RELATIONSHIP
from gateway.wiring import Wiring
from linkage.addresses import place_key
from linkage.corrections import MemberCorrection, corrected
from linkage.households import (
    Household,
    HouseholdMember,
    HouseholdResult,
    Known,
    PersonRelationship,
    PersonResidence,
    derive_households,
)
from linkage.lineage import Assignment
from linkage.occupancy import latest_day

_SERVICE_HOUSEHOLD_LIMIT = 15


def write_households(
    wiring: Wiring, connection: Connection, facts: Sequence[IdentityFact], assigned: Assignment
) -> int:
    """Derive every household anew and write it, and all kin; return how many there are. `assigned`: who is who now."""
    person, said = assigned.person_of, standing_corrections(connection)
    stood = {
        household: {UUID(assigned.merged.get(str(one), str(one))): period for one, period in members.items()}
        for household, members in identities.household_members(connection).items()
    }
    before = as_derived(stood, said, assigned.split)
    stays = residences(facts, person, communal_uprns(connection))
    derived = derive_households(
        stays, relationships(facts, person), previous_households(before), lambda: str(wiring.mint()),
        known_beside(facts, person),
    )  # fmt: skip
    households = with_corrections(derived, said, person)
    now = wiring.clock()
    living = {UUID(household.household_id) for household in households}
    retired: dict[UUID, UUID | None] = dict.fromkeys(set(before) - living)
    retired |= {UUID(old): UUID(new) for old, new in derived.merged.items()}
    identities.replace_households(connection, sorted(living), member_rows(households), retired, now)
    identities.replace_kin(connection, kin(facts, person))
    return len(living)


def residences(
    facts: Sequence[IdentityFact], person: Mapping[str, str], communal: Collection[str]
) -> list[PersonResidence]:
    """Who lived where and when, as each source says it; `communal` are UPRNs of communal homes."""
    names = {fact.record_id: str(fact.value.get("family") or "") for fact in facts if fact.item == "identity.name"}
    return [
        PersonResidence(
            person[str(fact.record_id)], key, fact.valid_from, fact.valid_to, fact.source,
            fact.value.get("kind") or "home", key.removeprefix("uprn:") in communal, names.get(fact.record_id, ""),
            str(fact.value.get("postcode") or ""),
        )
        for fact in facts
        if fact.item == "address.residence" and (key := place_of(fact)) is not None
    ]  # fmt: skip


def relationships(facts: Sequence[IdentityFact], person: Mapping[str, str]) -> list[PersonRelationship]:
    """Recorded relationships between persons."""
    return [
        PersonRelationship(person[str(fact.record_id)], person[str(fact.value["other"])], fact.value["kind"])
        for fact in facts
        if fact.item == RELATIONSHIP and str(fact.value.get("other")) in person
    ]


def known_beside(facts: Sequence[IdentityFact], person: Mapping[str, str]) -> Known:
    """What bounds stays beside where people live: kin, whom a service counts together, births and deaths."""
    days: dict[str, dict[str, date]] = {"identity.birth_date": {}, "identity.death": {}}
    for fact in facts:
        if fact.item in days and (day := latest_day(fact.value.get("date"))):
            one = person[str(fact.record_id)]
            days[fact.item][one] = max(day, days[fact.item].get(one, day))
    together = frozenset(frozenset((str(one), str(other))) for one, other in kin(facts, person))
    return Known(together, days["identity.birth_date"], days["identity.death"])


def place_of(fact: IdentityFact) -> str | None:
    """The key of the place that a fact of residence names."""
    value = fact.value
    return place_key(value.get("uprn"), str(value.get("lines") or "").split("\n"), value.get("postcode"))


def kin(facts: Sequence[IdentityFact], person: Mapping[str, str]) -> Iterator[tuple[UUID, UUID]]:
    """Pairs of persons whom a source ties: by a relationship, or by one household of a service."""
    service_households: dict[str, set[str]] = defaultdict(set)
    for fact in facts:
        here = person[str(fact.record_id)]
        if fact.item == RELATIONSHIP and str(fact.value.get("other")) in person:
            yield UUID(here), UUID(person[str(fact.value["other"])])
        elif fact.item == "household.membership":
            service_households[str(fact.value.get("household"))].add(here)
    for members in service_households.values():
        if len(members) <= _SERVICE_HOUSEHOLD_LIMIT:
            for one, other in combinations(sorted(members), 2):
                yield UUID(one), UUID(other)


def as_derived(
    members: Mapping[UUID, Mapping[UUID, Period]],
    corrections: Iterable[StandingCorrection],
    split: Mapping[str, Iterable[str]],
) -> dict[UUID, dict[UUID, Period]]:
    """Households as they were derived, so that the ids go on: with those whom stewards took out, without those put in.

    Of one that holds nobody else, since whoever lives there was taken for whom the steward put in, those are left who
    took records of theirs by now: `split` gives who that is.
    """
    whole = {household: dict(persons) for household, persons in members.items()}
    put_in: dict[UUID, set[UUID]] = defaultdict(set)
    for each in corrections:
        if each.belongs:
            put_in[each.household_id].add(each.person_id)
        else:
            whole.setdefault(each.household_id, {}).setdefault(each.person_id, (None, None))
    for household in put_in.keys() & whole.keys():
        persons, added = whole[household], put_in[household]
        left = {person: period for person, period in persons.items() if person not in added}
        parted = {UUID(one): period for person, period in persons.items() for one in split.get(str(person), ())}
        whole[household] = left or parted or persons
    return whole


def with_corrections(
    derived: HouseholdResult, corrections: Iterable[StandingCorrection], person: Mapping[str, str]
) -> tuple[Household, ...]:
    """The households of a run as stewards correct them: `person` gives each record the person of this run."""
    return corrected(
        derived.households,
        [
            MemberCorrection(
                derived.merged.get(str(each.household_id), str(each.household_id)),
                person.get(str(each.record_id), str(each.person_id)), each.belongs, each.valid_from, each.valid_to,
            )
            for each in corrections
        ],
    )  # fmt: skip


def previous_households(members: Mapping[UUID, Mapping[UUID, Period]]) -> list[Household]:
    """Stored households as linkage takes them: who belongs and when, which is what an id goes on by."""
    return [
        Household(
            str(household),
            (),
            tuple(
                HouseholdMember(str(person), "resident", *period, "residence")
                for person, period in sorted(persons.items())
            ),
        )
        for household, persons in sorted(members.items())
    ]


def member_rows(households: Sequence[Household]) -> list[dict[str, Any]]:
    """One row per household and person: the period is from the earliest start to the latest end, open where any is."""
    return [
        {
            "household_id": UUID(household.household_id), "person_id": UUID(person), "valid_from": begins,
            "valid_to": ends,
        }
        for household in households
        for person, (begins, ends) in sorted(household.periods.items())
    ]  # fmt: skip
