"""Where everyone lived and when: the home of today, up to two before it, and a second home that is held at one time."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.linkage_county.households import (
    CHILD,
    COMMUNITY,
    HEAD,
    LONE_PARENT,
    NONE,
    SHARERS,
    SINGLE,
    TODAY,
    WINDOW,
    Households,
    People,
)
from benchmarks.linkage_county.places import COMMUNAL, REFUGE, SCHOOL, SHARED_HOUSE, Homes

Ints = NDArray[np.int64]
_SHARERS_A_HOUSE = 5
_SPARE_HOMES = 1.12


@dataclass
class Residences:
    """One entry per person: `home`; `before` until `moved`; `earlier` until `left`; `second` since `second_from`.

    Homes are numbers in `Homes`, days are since 1970; -1 where there is none. `earlier_household` is the household
    that the person belonged to at `earlier`.
    """

    home: Ints
    before: Ints
    moved: Ints
    earlier: Ints
    left: Ints
    earlier_household: Ints
    second: Ints
    second_from: Ints
    second_household: Ints

    def at(self, person: Ints, day: Ints, second: NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
        """Home of each person on each day, the first day there and the first day after it; `second` where held."""
        home, since, until = self.home[person], np.full(len(person), WINDOW - 3650), np.full(len(person), TODAY + 1)
        moved, left = self.moved[person], self.left[person]
        has_before, has_earlier = self.before[person] != NONE, self.earlier[person] != NONE
        since = np.where(has_before, moved, np.where(has_earlier, left, since))
        older = has_before & (day < moved)
        home = np.where(older, self.before[person], home)
        until = np.where(older, moved, until)
        since = np.where(older, np.where(has_earlier, left, WINDOW - 3650), since)
        oldest = has_earlier & (day < left)
        home = np.where(oldest, self.earlier[person], home)
        until = np.where(oldest, left, until)
        since = np.where(oldest, WINDOW - 3650, since)
        other = second & (self.second[person] != NONE) & (day >= self.second_from[person])
        home = np.where(other, self.second[person], home)
        since = np.where(other, self.second_from[person], since)
        return home, since, np.where(other, TODAY + 1, until)


def homes_for(random: Generator, count: int) -> Homes:
    """Homes enough for so many households, some of them empty."""
    return Homes(random, int(count * _SPARE_HOMES) + 40)


def settle(random: Generator, homes: Homes, households: Households, people: People, place: Ints) -> Residences:
    """Move everyone in; `place` is the home of each household."""
    place = place.copy()
    _shared_houses(random, homes, households, place)
    taken = np.zeros(homes.count, bool)
    taken[place] = True
    spare = random.permutation(np.flatnonzero(~taken))
    schools = spare[:: max(2, len(spare) // max(3, homes.count // 4000))][: max(2, homes.count // 4000)]
    homes.convert(schools, SCHOOL)
    spare = np.setdiff1d(spare, schools)
    before, moved = _moves(random, households, place, random.permutation(spare))
    _refuges(random, homes, households, place, before, moved, spare)
    res = _of_people(households, people, place, before, moved)
    _joiners(random, people, res, spare)
    _two_homes(random, households, people, place, res)
    return res


def _shared_houses(random: Generator, homes: Homes, households: Households, place: Ints) -> None:
    sharers = np.flatnonzero(households.shape == SHARERS)
    for start in range(0, len(sharers), _SHARERS_A_HOUSE):
        place[sharers[start : start + _SHARERS_A_HOUSE]] = place[sharers[start]]
    homes.convert(place[sharers], SHARED_HOUSE)
    homes.convert(place[households.shape == COMMUNITY], COMMUNAL)
    # Two households in one converted house that has one property number.
    ordinary = np.flatnonzero(~np.isin(households.shape, (SHARERS, COMMUNITY)))
    hosts = random.choice(ordinary, size=int(len(ordinary) * 0.015), replace=False)
    guests = random.choice(ordinary, size=len(hosts), replace=False)
    apart = ~np.isin(guests, hosts)
    place[guests[apart]] = place[hosts[apart]]


def _moves(random: Generator, households: Households, place: Ints, spare: Ints) -> tuple[Ints, Ints]:
    """A third moved within the window: into a home that another household had left, or into an empty one."""
    count = len(place)
    may = ~np.isin(households.shape, (SHARERS, COMMUNITY)) & (households.arrived <= WINDOW)
    movers = np.flatnonzero(may & (random.random(count) < 0.33))
    moved = np.full(count, WINDOW)
    moved[movers] = TODAY - random.gamma(1.2, 1100, len(movers)).clip(45, 3600).astype(np.int64)
    before = np.full(count, NONE)
    after = np.roll(movers, 1)
    # Who left a home must have gone before the next came.
    handed = (moved[movers] <= moved[after]) & (place[movers] != place[after])
    before[movers[handed]] = place[after[handed]]
    rest = movers[~handed]
    before[rest] = spare[np.arange(len(rest)) % len(spare)]
    return before, moved


def _refuges(  # noqa: PLR0913, PLR0917 - what a stay touches
    random: Generator, homes: Homes, households: Households, place: Ints, before: Ints, moved: Ints, spare: Ints
) -> None:
    """A few mothers are in a refuge with their children, or were before the home of today."""
    safe = spare[-max(1, homes.count // 30_000) :]
    homes.convert(safe, REFUGE)
    mothers = np.flatnonzero((households.shape == LONE_PARENT) & (households.left <= WINDOW))
    chosen = mothers[random.random(len(mothers)) < 0.01]
    now = chosen[::2]
    before[now], moved[now] = place[now], TODAY - random.integers(20, 200, len(now))
    place[now] = safe[np.arange(len(now)) % len(safe)]
    then = chosen[1::2]
    before[then] = safe[np.arange(len(then)) % len(safe)]
    moved[then] = TODAY - random.integers(60, 2000, len(then))


def _of_people(households: Households, people: People, place: Ints, before: Ints, moved: Ints) -> Residences:
    mine = people.household
    none = np.full(people.count, NONE)
    res = Residences(
        place[mine], before[mine], moved[mine], none.copy(), np.full(people.count, WINDOW), none.copy(), none.copy(),
        np.full(people.count, TODAY), none.copy(),
    )  # fmt: skip
    origin = households.origin[mine]
    left = households.left[mine]
    head = np.flatnonzero((people.role == HEAD) & (origin != NONE) & (left > WINDOW))
    parents = origin[head]
    then = np.where((before[parents] != NONE) & (left[head] < moved[parents]), before[parents], place[parents])
    res.earlier[head], res.left[head], res.earlier_household[head] = then, left[head], parents
    # Whoever left home after the household's move was never at its former address.
    never = head[res.moved[head] <= res.left[head]]
    res.before[never] = NONE
    return res


def _joiners(random: Generator, people: People, res: Residences, spare: Ints) -> None:
    """Partners, lodgers and residents who joined within the window came from somewhere else in the county."""
    came = np.flatnonzero((people.joined > WINDOW) & (people.born < people.joined - 6000))
    came = came[(res.earlier[came] == NONE) & (random.random(len(came)) < 0.7)]
    res.earlier[came] = spare[random.integers(0, len(spare), len(came))]
    res.left[came] = people.joined[came]
    never = came[res.moved[came] <= res.left[came]]
    res.before[never] = NONE


def _two_homes(random: Generator, households: Households, people: People, place: Ints, res: Residences) -> None:
    """Children of parents who live apart: a third of them live in both homes since their parents parted."""
    fathers = np.flatnonzero((households.shape == SINGLE) & (households.origin != NONE))
    lone = fathers[households.shape[households.origin[fathers]] == LONE_PARENT]
    other = np.full(len(place), NONE)
    other[households.origin[lone]] = lone
    children = np.flatnonzero((people.role == CHILD) & (people.age < 17) & (other[people.household] != NONE))
    shared = random.random(len(place)) < 0.35
    children = children[shared[people.household[children]]]
    father = other[people.household[children]]
    res.second[children] = place[father]
    res.second_from[children] = np.maximum(households.left[father], WINDOW)
    res.second_household[children] = father
