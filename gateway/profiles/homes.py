"""Who lived where together, from permitted facts: days that no source tells are bounded by what the others do.

The rules are those of linkage (`linkage.occupancy`), over what this reader may see and nothing else (practice P14).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gateway.profiles.permitted import PermittedFact
from linkage.addresses import address_key
from linkage.names import family_forms
from linkage.occupancy import Around, OtherHome, Told, latest_day, occupancy

SHARED_KINDS = frozenset({"home", "temporary"})
"""Kinds of residence that tie those who live there together."""


@dataclass(frozen=True, slots=True)
class HomeStay:
    """Somebody's stay at one place, as bounded."""

    person_id: UUID
    start: date
    end: date


def place_keys(fact: PermittedFact) -> list[str]:
    """What makes two addresses one place: the UPRN, and the address in its comparable form."""
    value = fact.fact.value
    keys = [f"uprn:{value['uprn']}"] if value.get("uprn") else []
    written = address_key(str(value.get("lines") or "").split("\n"), value.get("postcode"))
    return [*keys, written] if written else keys


def shared_homes(facts: Sequence[PermittedFact], kin: Iterable[tuple[UUID, UUID]]) -> Iterator[list[HomeStay]]:
    """The stays at each home; `kin` are pairs whom a relationship or a service's household ties."""
    beside = _Beside(facts, kin)
    for key, residents in beside.at.items():
        told = [
            Told(str(fact.fact.person_id), fact.fact.valid_from, fact.fact.valid_to, fact.source) for fact in residents
        ]
        stays = occupancy(told, beside.around(key))
        yield [HomeStay(UUID(one.person), one.start or date.min, one.end or date.max) for one in stays]


class _Beside:
    """What the permitted facts tell of people beside one place."""

    def __init__(self, facts: Sequence[PermittedFact], kin: Iterable[tuple[UUID, UUID]]) -> None:
        self.at: dict[str, list[PermittedFact]] = defaultdict(list)
        self._kin = {frozenset(map(str, pair)) for pair in kin}
        self._names: dict[str, set[str]] = defaultdict(set)
        self._days: dict[str, dict[str, date]] = {"identity.birth_date": {}, "identity.death": {}}
        self._homes: dict[str, list[tuple[frozenset[str], PermittedFact]]] = defaultdict(list)
        for fact in facts:
            self._learn(fact, str(fact.fact.person_id))

    def _learn(self, fact: PermittedFact, person: str) -> None:
        value = fact.fact.value
        if fact.item.name == "identity.name":
            self._names[person].update(family_forms(str(value.get("family") or "")))
        elif fact.item.name in self._days and (day := latest_day(value.get("date"))):
            days = self._days[fact.item.name]
            days[person] = max(day, days.get(person, day))
        elif fact.item.name == "address.residence" and value.get("kind") in SHARED_KINDS and _in_order(fact):
            keys = place_keys(fact)
            self._homes[person].append((frozenset(keys), fact))
            for key in keys:
                self.at[key].append(fact)

    def around(self, key: str) -> Around:
        """What `linkage.occupancy` asks of the people of a place."""

        def akin(one: str, other: str) -> bool:
            return (
                frozenset((one, other)) in self._kin
                or not self._names[one].isdisjoint(self._names[other])
                or not self._elsewhere_keys(one, key).isdisjoint(self._elsewhere_keys(other, key))
            )

        born, died = self._days["identity.birth_date"].get, self._days["identity.death"].get
        return Around(akin, lambda person: self._elsewhere(person, key), born, died)

    def _elsewhere_keys(self, person: str, key: str) -> set[str]:
        return {each for keys, _ in self._homes[person] if key not in keys for each in keys}

    def _elsewhere(self, person: str, key: str) -> list[OtherHome]:
        here = [fact for keys, fact in self._homes[person] if key in keys]
        others: dict[str, list[PermittedFact]] = defaultdict(list)
        for keys, fact in self._homes[person]:
            value = fact.fact.value
            if value.get("kind") == "home" and fact.fact.valid_to is None and all(_are_two(fact, own) for own in here):
                for each in keys:
                    others[each].append(fact)
        return [
            OtherHome(
                min((fact.fact.valid_from for fact in homes if fact.fact.valid_from), default=None),
                frozenset(fact.source for fact in homes),
            )
            for homes in others.values()
        ]


def _in_order(fact: PermittedFact) -> bool:
    return (fact.fact.valid_from or date.min) <= (fact.fact.valid_to or date.max)


def _are_two(one: PermittedFact, other: PermittedFact) -> bool:
    """Whether two addresses are surely not one, told in two ways."""
    mine, theirs = one.fact.value, other.fact.value
    if mine.get("postcode") and theirs.get("postcode") and mine["postcode"] != theirs["postcode"]:
        return True
    return bool(mine.get("uprn") and theirs.get("uprn") and mine["uprn"] != theirs["uprn"])
