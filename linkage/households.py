"""Households from shared residence in time and from recorded relationships; one person may belong to several."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from linkage.bounded import bounded
from linkage.errors import LinkageError
from linkage.groups import Group, Stay, co_resident_groups, periods_of
from linkage.kinship import Roles, add_relatives
from linkage.lineage import inherit
from linkage.ties import Basis, Known, PersonRelationship, PersonResidence, ResidenceKind

__all__ = [
    "Basis",
    "Household",
    "HouseholdMember",
    "HouseholdResult",
    "Known",
    "PersonRelationship",
    "PersonResidence",
    "ResidenceKind",
    "derive_households",
]


@dataclass(frozen=True, slots=True)
class HouseholdMember:
    """One period of one member. `role` is parent, child, partner, carer, ... or `resident` where nothing says more.

    `basis` "relationship" marks family who are not known to live there, such as a parent who lives elsewhere.
    """

    person_id: str
    role: str
    valid_from: date | None
    valid_to: date | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Household:
    """Who lives together. `place_keys` in the order they were lived at; empty where only relationships are known."""

    household_id: str
    place_keys: tuple[str, ...]
    members: tuple[HouseholdMember, ...]

    @property
    def person_ids(self) -> frozenset[str]:
        """Everyone who belongs, at any time."""
        return frozenset(member.person_id for member in self.members)

    @property
    def periods(self) -> dict[str, tuple[date | None, date | None]]:
        """Each person's time in it, from the earliest start to the latest end; None where any is open."""
        stays = [Stay(one.person_id, "", one.valid_from, one.valid_to) for one in self.members]
        return periods_of(stays)


@dataclass(frozen=True, slots=True)
class HouseholdResult:
    """`crowded_places`: shared by too many unrelated surnames to be one household; there only relationships group.

    `bounded_places`: where what others say bounds a stay, so that one person's coming may part two others. `merged`:
    retired household id to the one that holds most of its persons.
    """

    households: tuple[Household, ...]
    merged: dict[str, str]
    crowded_places: tuple[str, ...]
    bounded_places: frozenset[str] = frozenset()


def derive_households(
    residences: Sequence[PersonResidence],
    relationships: Sequence[PersonRelationship],
    previous: Sequence[Household],
    mint: Callable[[], str],
    known: Known | None = None,
) -> HouseholdResult:
    """Derive households from who lived where together and from recorded relationships.

    Days that no source tells are bounded by what the others do and by what else is `known` (`linkage.occupancy`). Left
    out: refuge and correspondence addresses, any place that is communal or a refuge for anyone, and what a crowded
    place would join. Ids go on from `previous` (whose person ids must be current ones) by the greatest overlap of
    persons, then of places and of persons' periods, so that what has not changed keeps its ids; a new household calls
    `mint`. Raise `LinkageError` where a minted id is known.
    """
    lived, bounded_places = bounded(residences, relationships, known or Known())
    groups, crowded = co_resident_groups(lived)
    add_relatives(groups, relationships)
    groups.sort(key=lambda group: (sorted(group.persons), group.place_keys))
    overlap = _overlaps(groups, previous)
    oldest_first = {household.household_id: rank for rank, household in enumerate(previous)}
    heir = inherit(overlap, oldest_first)
    ids = [heir[number] if number in heir else mint() for number in range(len(groups))]
    if len(set(ids)) < len(ids) or any(number not in heir and new in oldest_first for number, new in enumerate(ids)):
        msg = "a minted id was used before"
        raise LinkageError(msg)
    roles = Roles(relationships)
    households = [_household(new, group, roles) for new, group in zip(ids, groups, strict=True)]
    return HouseholdResult(
        households=tuple(sorted(households, key=lambda household: household.household_id)),
        merged=_merged(oldest_first, ids, overlap),
        crowded_places=crowded,
        bounded_places=bounded_places,
    )


# A shared person weighs more than all shared places and periods of one household together.
_PERSON_WEIGHT = 1000


def _overlaps(groups: Sequence[Group], previous: Sequence[Household]) -> list[Counter[str]]:
    homes_of: dict[str, list[Household]] = defaultdict(list)
    for household in previous:
        for person in household.person_ids:
            homes_of[person].append(household)
    found = []
    for group in groups:
        before = {each.household_id: each for person in group.persons for each in homes_of.get(person, ())}
        periods = periods_of(group.stays).items()
        shared: Counter[str] = Counter()
        for old, household in before.items():
            places = len(set(group.place_keys) & set(household.place_keys))
            persons = len(group.persons & household.person_ids)
            same = len(periods & household.periods.items())
            shared[old] = persons * _PERSON_WEIGHT + min(places + same, _PERSON_WEIGHT - 1)
        found.append(shared)
    return found


def _household(household_id: str, group: Group, roles: Roles) -> Household:
    persons = group.persons
    members = [
        HouseholdMember(
            person_id=stay.person_id,
            role=roles.role_of(stay.person_id, persons),
            valid_from=stay.valid_from,
            valid_to=stay.valid_to,
            basis=stay.basis,
        )
        for stay in sorted(group.stays, key=_stay_order)
    ]
    return Household(household_id, group.place_keys, tuple(dict.fromkeys(members)))


def _stay_order(stay: Stay) -> tuple[str, str, str, str]:
    return (stay.person_id, str(stay.valid_from or ""), str(stay.valid_to or ""), stay.place_key)


def _merged(old_ids: dict[str, int], ids: Sequence[str], overlap: Sequence[Counter[str]]) -> dict[str, str]:
    takers: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for new, shared in zip(ids, overlap, strict=True):
        for old, weight in shared.items():
            takers[old].append((-weight, new))
    alive = set(ids)
    return {old: min(takers[old])[1] for old in old_ids if old in takers and old not in alive}
