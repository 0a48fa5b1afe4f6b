"""Residences with the days that their sources do not tell, as far as everybody's residences bound them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from linkage.names import family_forms
from linkage.occupancy import Around, OtherHome, Told, occupancy
from linkage.ties import HOME_KINDS, Known, PersonRelationship, PersonResidence


def bounded(
    residences: Sequence[PersonResidence], relationships: Sequence[PersonRelationship], known: Known
) -> tuple[list[PersonResidence], frozenset[str]]:
    """The residences in their order, days bounded (`linkage.occupancy`), and the places where any was.

    Other kinds than homes are as they came.
    """
    beside = _Beside(residences, relationships, known)
    at: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(residences):
        if each.kind in HOME_KINDS and (each.valid_from or date.min) <= (each.valid_to or date.max):
            at[each.place_key].append(number)
    found = list(residences)
    places = set()
    for place, numbers in at.items():
        stays = [
            Told(each.person_id, each.valid_from, each.valid_to, each.source)
            for each in map(residences.__getitem__, numbers)
        ]
        for number, told, stay in zip(numbers, stays, occupancy(stays, beside.around(place)), strict=True):
            if stay != told:
                found[number] = replace(residences[number], valid_from=stay.start, valid_to=stay.end)
                places.add(place)
    return found, frozenset(places)


class _Beside:
    """What is known of people beside one place, looked up many times."""

    def __init__(
        self, residences: Sequence[PersonResidence], relationships: Sequence[PersonRelationship], known: Known
    ) -> None:
        self._known = known
        self._related = {frozenset((one.person_id, one.other_id)) for one in relationships}
        self._names: dict[str, set[str]] = defaultdict(set)
        self._forms: dict[str, frozenset[str]] = {}
        self._places: dict[str, set[str]] = defaultdict(set)
        self._homes: dict[str, list[PersonResidence]] = defaultdict(list)
        for each in residences:
            self._names[each.person_id].add(each.family_name)
            if each.kind in HOME_KINDS:
                self._places[each.person_id].add(each.place_key)
                self._homes[each.person_id].append(each)

    def around(self, place: str) -> Around:
        """What `linkage.occupancy` asks of the people of a place."""

        def akin(one: str, other: str) -> bool:
            pair = frozenset((one, other))
            return (
                pair in self._related
                or pair in self._known.counted_together
                or not self._forms_of(one).isdisjoint(self._forms_of(other))
                or bool((self._places[one] & self._places[other]) - {place})
            )

        return Around(akin, lambda person: self._elsewhere(person, place), self._known.born.get, self._known.died.get)

    def _forms_of(self, person: str) -> frozenset[str]:
        # Of most it is never asked.
        if person not in self._forms:
            self._forms[person] = frozenset(form for name in self._names[person] for form in family_forms(name))
        return self._forms[person]

    def _elsewhere(self, person: str, place: str) -> list[OtherHome]:
        if len(self._places[person]) < 2:  # noqa: PLR2004 - one home is no other
            return []
        here = [each for each in self._homes[person] if each.place_key == place]
        others: dict[str, list[PersonResidence]] = defaultdict(list)
        for each in self._homes[person]:
            if each.kind == "home" and each.valid_to is None and all(_are_two(each, own) for own in here):
                others[each.place_key].append(each)
        return [
            OtherHome(
                min((each.valid_from for each in homes if each.valid_from), default=None),
                frozenset(each.source for each in homes),
            )
            for homes in others.values()
        ]


def _are_two(one: PersonResidence, other: PersonResidence) -> bool:
    """Whether two places are surely not one, told in two ways."""
    if one.postcode and other.postcode and one.postcode != other.postcode:
        return True
    return (
        one.place_key != other.place_key and one.place_key.startswith("uprn:") and other.place_key.startswith("uprn:")
    )
