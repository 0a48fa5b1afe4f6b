"""Who shared a home, from residences as services record them: groups of dated stays, households in the making."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from linkage.residence import lived_together
from linkage.stays import Ints, Stays
from linkage.ties import HOME_KINDS, Basis, PersonResidence


@dataclass(frozen=True, slots=True)
class Stay:
    """One person at one place for one period; `place_key` "" where only a relationship says so."""

    person_id: str
    place_key: str
    valid_from: date | None
    valid_to: date | None
    basis: Basis = "residence"

    @property
    def start(self) -> date:
        """First day; an unknown one is the earliest."""
        return self.valid_from or date.min

    @property
    def end(self) -> date:
        """Last day; an unknown one is the latest."""
        return self.valid_to or date.max


@dataclass(slots=True)
class Group:
    """One household in the making."""

    stays: list[Stay] = field(default_factory=list)

    @property
    def persons(self) -> frozenset[str]:
        """Everyone in it."""
        return frozenset(stay.person_id for stay in self.stays)

    @property
    def place_keys(self) -> tuple[str, ...]:
        """Its places in the order they were lived at."""
        first: dict[str, date] = {}
        for stay in self.stays:
            if stay.place_key:
                first[stay.place_key] = min(stay.start, first.get(stay.place_key, date.max))
        return tuple(sorted(first, key=lambda place: (first[place], place)))


def co_resident_groups(residences: Sequence[PersonResidence]) -> tuple[list[Group], tuple[str, ...]]:
    """Groups of people who shared a home, and the places too crowded to say so.

    People of a crowded place stay in groups of one each, so that relationships can still join them.
    """
    # A refuge or communal flag from any one source closes the place for all.
    closed = {each.place_key for each in residences if each.communal or each.kind == "refuge"}
    found = [
        (Stay(each.person_id, each.place_key, each.valid_from, each.valid_to), each.family_name)
        for each in residences
        if each.kind in HOME_KINDS and each.place_key not in closed
    ]
    found = [(stay, name) for stay, name in found if stay.start <= stay.end]
    _, person = _numbered(stay.person_id for stay, _ in found)
    places, place = _numbered(stay.place_key for stay, _ in found)
    surnames, surname = _numbered(name for _, name in found)
    start = np.array([stay.start.toordinal() for stay, _ in found], dtype=np.int64)
    end = np.array([stay.end.toordinal() for stay, _ in found], dtype=np.int64)
    together = lived_together(Stays(person, place, start, end, surname), surnames)
    groups: dict[int, Group] = defaultdict(Group)
    for (stay, _), number in zip(found, together.group.tolist(), strict=True):
        groups[number].stays.append(stay)
    return [groups[number] for number in sorted(groups)], tuple(places[each] for each in together.crowded.tolist())


def _numbered(texts: Iterable[str]) -> tuple[list[str], Ints]:
    """The distinct texts in order, and each text's number among them."""
    given = list(texts)
    distinct = sorted(set(given))
    number = {text: place for place, text in enumerate(distinct)}
    return distinct, np.array([number[text] for text in given], dtype=np.int64)


def periods_of(stays: Collection[Stay]) -> dict[str, tuple[date | None, date | None]]:
    """Each person's first and last day in a household, None where open."""
    theirs: dict[str, list[Stay]] = defaultdict(list)
    for stay in stays:
        theirs[stay.person_id].append(stay)
    return {
        person: (
            None if any(one.valid_from is None for one in own) else min(one.start for one in own),
            None if any(one.valid_to is None for one in own) else max(one.end for one in own),
        )
        for person, own in theirs.items()
    }
