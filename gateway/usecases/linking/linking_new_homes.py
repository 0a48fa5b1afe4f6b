"""Households and kin of those whom new records concern, and of nobody else.

Whoever has lived where they have, is recorded as theirs or counted to one household with them by a service is looked
at, and whoever is tied to these. Of the households found there, those with one of the persons concerned are written,
and those of whoever was in a household with them: who is left behind where somebody goes has a home all the same.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from gateway.store.gazetteer import communal_uprns
from gateway.store.household_corrections import corrections_about
from gateway.store.link_keys import records_under
from gateway.store.near_identities import (
    households_of,
    links_of,
    links_to,
    members_of,
    replace_kin_of,
    replace_members,
)
from gateway.usecases.linking.link_index import LinkHasher, place_tie, record_tie, service_tie
from gateway.usecases.linking.linking_households import (
    as_derived,
    kin,
    known_beside,
    member_rows,
    place_of,
    previous_households,
    relationships,
    residences,
    with_corrections,
)
from gateway.usecases.linking.linking_input import RELATIONSHIP
from gateway.usecases.linking.linking_new_facts import RecordFacts
from gateway.wiring import Wiring
from linkage.households import Household, PersonResidence, derive_households
from linkage.lineage import Assignment

_ROUNDS = 2
"""Who moved here together lived together before: their earlier neighbours decide on that, and nobody beyond."""
_MOST_AT_A_PLACE = 300
_MOST_PERSONS = 3000
# Of so many the homes are found at once: of a long file all together would live near more than that.
_TOGETHER = 200


@dataclass(frozen=True, slots=True)
class _Scope:
    """Everybody looked at: who each record is, records whose facts count, and whether nobody was left out."""

    person_of: Mapping[str, str]
    records: frozenset[UUID]
    whole: bool


def write_homes_of(
    wiring: Wiring, connection: Connection, hasher: LinkHasher, facts: RecordFacts, persons: Collection[UUID],
    assigned: Assignment,
) -> bool:  # fmt: skip
    """Write households and kin of some persons anew; `assigned` tells which ids ended, and who took whose records.

    False where too many people live too close to look at them all: then only a run over everything can tell, and what
    stood stays as it is, under the ids of now.
    """
    # Whom they lived with is looked at beside them, whichever part these are in.
    ordered = sorted({*persons, *map(UUID, assigned.merged.values())})
    parts = [set(ordered[start : start + _TOGETHER]) for start in range(0, len(ordered), _TOGETHER)]
    written = [_write_homes(wiring, connection, hasher, facts, part, assigned) for part in parts]
    return all(written)


def _write_homes(
    wiring: Wiring, connection: Connection, hasher: LinkHasher, facts: RecordFacts, persons: Collection[UUID],
    assigned: Assignment,
) -> bool:  # fmt: skip
    merged = {UUID(old): UUID(new) for old, new in assigned.merged.items()}
    with_ended = {*persons, *(old for old, new in merged.items() if new in persons)}
    shared = households_of(connection, with_ended)
    around = {*persons, *(merged.get(one, one) for members in shared.values() for one in members)}
    around |= _where_they_lived(connection, hasher, facts, persons)
    scope = _scope(connection, hasher, facts, {*around, *_corrected_with(connection, persons)})
    concerned = {*around, *(old for old, new in merged.items() if new in around)}
    before = households_of(connection, {*concerned, *map(UUID, scope.person_of.values())})
    corrections = corrections_about(connection, before, concerned)
    own = {household for household, members in before.items() if not concerned.isdisjoint(members)}
    current = {
        household: {merged.get(one, one): period for one, period in members.items()}
        for household, members in before.items()
    }
    if not scope.whole:
        rows = member_rows(previous_households({household: current[household] for household in own}))
        replace_members(connection, own, own, rows, {}, wiring.clock())
        return False
    said = facts.all_of(scope.records)
    stays = residences(said, scope.person_of, communal_uprns(connection))
    derived = derive_households(
        stays, relationships(said, scope.person_of),
        previous_households(as_derived(current, corrections, assigned.split)), lambda: str(wiring.mint()),
        known_beside(said, scope.person_of),
    )  # fmt: skip
    households = with_corrections(derived, corrections, scope.person_of)
    concerned |= _parted_by(stays, {*derived.crowded_places, *derived.bounded_places}, persons)
    own = {household for household, members in before.items() if not concerned.isdisjoint(members)}
    theirs = [
        one
        for plain, one in zip(derived.households, households, strict=True)
        if not concerned.isdisjoint(map(UUID, plain.person_ids | one.person_ids))
    ]
    living = {UUID(one.household_id) for one in theirs}
    ended = _ended(derived.merged, own, living, derived.households)
    replace_members(connection, own | ended.keys(), living, member_rows(theirs), ended, wiring.clock())
    replace_kin_of(connection, with_ended, kin(said, scope.person_of))
    return True


def _parted_by(stays: Sequence[PersonResidence], places: Iterable[str], persons: Collection[UUID]) -> set[UUID]:
    """Everybody at those places of some persons where their coming may have parted others: these, and refuges."""
    known = set(map(str, persons))
    shut = {*places, *(stay.place_key for stay in stays if stay.kind == "refuge")}
    shut &= {stay.place_key for stay in stays if stay.person_id in known}
    return {UUID(stay.person_id) for stay in stays if stay.place_key in shut}


def _where_they_lived(
    connection: Connection, hasher: LinkHasher, facts: RecordFacts, persons: Collection[UUID]
) -> set[UUID]:
    """Everybody at places that some persons are said to live at no more, or not as a refuge any more.

    Those left there may make a household now: one crowd less, or no refuge.
    """
    given_up = facts.homes_given_up({link.record_id for link in links_to(connection, persons)})
    keys = {hasher.hashed(place_tie(place)) for fact in given_up if (place := place_of(fact))}
    found = records_under(connection, keys, _MOST_AT_A_PLACE).values() if keys else ()
    return {link.person_id for link in links_of(connection, {one for records in found for one in records})}


def _corrected_with(connection: Connection, persons: Collection[UUID]) -> set[UUID]:
    """Everybody of a household that a correction ties some persons to or takes them out of."""
    own = households_of(connection, persons)
    about = corrections_about(connection, own, persons)
    households = {one.household_id for one in about}
    return {one.person_id for one in about}.union(*(members_of(connection, one) for one in households))


def _ended(
    merged: Mapping[str, str], own: Collection[UUID], living: Collection[UUID], derived: Iterable[Household]
) -> dict[UUID, UUID | None]:
    """Households that are no more: taken up by one of those written, or with none of their persons left in it."""
    alive = {UUID(one.household_id) for one in derived}
    ended: dict[UUID, UUID | None] = {one: None for one in own if one not in alive}
    return ended | {UUID(old): UUID(new) for old, new in merged.items() if UUID(new) in living or UUID(old) in own}


def _scope(connection: Connection, hasher: LinkHasher, facts: RecordFacts, persons: Collection[UUID]) -> _Scope:
    links = {link.record_id: link.person_id for link in links_to(connection, persons)}
    ring, whole = set(links), True
    for _ in range(_ROUNDS):
        near = _tied(connection, hasher, facts, ring)
        found = {link.person_id for link in links_of(connection, near)} - set(links.values())
        if len(set(links.values())) + len(found) > _MOST_PERSONS:
            whole = False
            break
        ring = set()
        for link in links_to(connection, found):
            links[link.record_id] = link.person_id
            ring.add(link.record_id)
    person_of = {str(record): str(person) for record, person in links.items()}
    return _Scope(person_of, frozenset(links), whole)


def _tied(connection: Connection, hasher: LinkHasher, facts: RecordFacts, records: Collection[UUID]) -> set[UUID]:
    """Records that share a place, a relationship or a service's household with some records."""
    keys = {hasher.hashed(record_tie(str(record))) for record in records}
    others = set()
    for fact in facts.all_of(records):
        if fact.item == RELATIONSHIP:
            others.add(UUID(str(fact.value["other"])))
        elif fact.item == "household.membership":
            keys.add(hasher.hashed(service_tie(str(fact.value.get("household")))))
        elif fact.item == "address.residence" and (place := place_of(fact)):
            keys.add(hasher.hashed(place_tie(place)))
    return others.union(*records_under(connection, keys, _MOST_AT_A_PLACE).values()) if keys else others
