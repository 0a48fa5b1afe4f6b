"""Who lived together: stays at one place that overlap in time, and groups that moved from place to place together."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from linkage.names import family_forms
from linkage.ties import Basis, PersonResidence

# Two stays that share fewer days are a hand-over of keys, not a home in common.
_LEAST_OVERLAP_DAYS = 14
# More surnames than this at one time: a house in multiple occupation, not one household.
_MOST_SURNAMES = 4
# Days that an old and a new address may both be held by slow registers.
_MOVE_DAYS = 90
_HOME_KINDS = frozenset({"home", "temporary", "placement"})


@dataclass(frozen=True, slots=True)
class Stay:
    """One person at one place for one period; `place_key` "" where only a relationship says so."""

    person_id: str
    place_key: str
    valid_from: date | None
    valid_to: date | None
    basis: Basis = "residence"
    family_name: str = ""

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

    def span(self, persons: Iterable[str] | None = None) -> tuple[date, date]:
        """First and last day of these persons' stays."""
        wanted = set(persons) if persons is not None else self.persons
        stays = [stay for stay in self.stays if stay.person_id in wanted]
        return min(stay.start for stay in stays), max(stay.end for stay in stays)


def co_resident_groups(residences: Sequence[PersonResidence]) -> tuple[list[Group], tuple[str, ...]]:
    """Groups of people who shared a home, and the places too crowded to say so.

    People of a crowded place stay in groups of one each, so that relationships can still join them.
    """
    # A refuge or communal flag from any one source closes the place for all.
    closed = {each.place_key for each in residences if each.communal or each.kind == "refuge"}
    at_place: dict[str, list[Stay]] = defaultdict(list)
    for each in residences:
        if each.kind in _HOME_KINDS and each.place_key not in closed:
            stay = Stay(each.person_id, each.place_key, each.valid_from, each.valid_to, "residence", each.family_name)
            at_place[each.place_key].append(stay)
    groups: list[Group] = []
    crowded: list[str] = []
    for place in sorted(at_place):
        for together in _overlapping(at_place[place]):
            if _surnames(together) > _MOST_SURNAMES:
                crowded.append(place)
                groups.extend(_one_each(together))
            else:
                groups.append(Group(together))
    return _follow_moves(groups), tuple(dict.fromkeys(crowded))


def _overlapping(stays: list[Stay]) -> list[list[Stay]]:
    """Cut the stays at one place wherever one lot of people had left before the next came."""
    found: list[list[Stay]] = []
    until = date.min
    for stay in sorted(stays, key=lambda each: (each.start, each.end, each.person_id)):
        if stay.end < stay.start:
            continue
        least = min(_LEAST_OVERLAP_DAYS, (stay.end - stay.start).days)
        if found and (until - stay.start).days >= least:
            found[-1].append(stay)
            until = max(until, stay.end)
        else:
            found.append([stay])
            until = stay.end
    return found


def _surnames(stays: Iterable[Stay]) -> int:
    """Unrelated surnames: Smith and Smith-Jones count as one."""
    clusters: list[set[str]] = []
    for stay in stays:
        forms = set(family_forms(stay.family_name))
        touching = [cluster for cluster in clusters if cluster & forms]
        if forms:
            clusters = [cluster for cluster in clusters if not cluster & forms] + [forms.union(*touching)]
    return len(clusters)


def _one_each(stays: Sequence[Stay]) -> list[Group]:
    by_person: dict[str, list[Stay]] = defaultdict(list)
    for stay in stays:
        by_person[stay.person_id].append(stay)
    return [Group(own) for _, own in sorted(by_person.items())]


def _follow_moves(groups: list[Group]) -> list[Group]:
    """Join groups of mostly the same people who lived first here, then there."""
    ordered = sorted(groups, key=lambda group: (group.span(), group.place_keys, sorted(group.persons)))
    by_person: dict[str, list[int]] = defaultdict(list)
    for number, group in enumerate(ordered):
        for person in group.persons:
            by_person[person].append(number)
    followed: dict[int, int] = {}
    taken: set[int] = set()
    for number, group in enumerate(ordered):
        later = sorted({other for person in group.persons for other in by_person[person] if other > number} - taken)
        heir = next((other for other in later if _moved(group, ordered[other])), None)
        if heir is not None:
            followed[number] = heir
            taken.add(heir)
    joined: list[Group] = []
    for number, group in enumerate(ordered):
        if number in taken:
            continue
        stays, at = list(group.stays), number
        while at in followed:
            at = followed[at]
            stays += ordered[at].stays
        joined.append(Group(stays))
    return joined


def _moved(before: Group, after: Group) -> bool:
    """Half of the larger group moved, and the two homes were not both lived in for longer than a move takes."""
    shared = before.persons & after.persons
    if 2 * len(shared) < max(len(before.persons), len(after.persons)):
        return False
    _, left = before.span(shared)
    came, _ = after.span(shared)
    return came != date.min and (left - came).days <= _MOVE_DAYS
