"""Names for everyone: the usual ones, former ones, and what else a register may hold for the same person."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from benchmarks.linkage_county import forenames, overseas, south_asian, surnames
from benchmarks.linkage_county.households import (
    CHILD,
    GRANDPARENT,
    HEAD,
    NONE,
    PARTNER,
    TODAY,
    WINDOW,
    Households,
    People,
)
from benchmarks.linkage_county.traditions import BY_NAME, TRADITIONS, Names

Ints = NDArray[np.int64]
Objects = NDArray[np.object_]
_MUSLIM = {TRADITIONS.index("pakistani"), TRADITIONS.index("bangladeshi")}


@dataclass
class PeopleNames:
    """One entry per person; "" where there is none.

    `other_given` is a nickname, an English name, another spelling or the name in daily use; `other_family` another
    form of the family name; `former` the family name before `changed_on`.
    """

    given: Objects
    other_given: Objects
    middle: Objects
    family: Objects
    other_family: Objects
    former: Objects
    changed_on: Ints


def draw_names(random: Generator, households: Households, people: People) -> PeopleNames:
    """Name every person of these households."""
    given = _forenames(random, people)
    _alike(random, people, given)
    middle = _middles(random, people, given)
    homes = _surnames(random, households.tradition)
    leavers = np.flatnonzero(households.origin != NONE)
    homes[leavers] = homes[households.origin[leavers]]
    family = homes[people.household]
    former = np.full(people.count, "", dtype=object)
    changed = np.full(people.count, WINDOW - 9000)
    _wives(random, people, family, former, changed)
    _step_children(random, people, family, former, changed)
    other = np.full(people.count, "", dtype=object)
    _customs(random, people, family, other, middle)
    return PeopleNames(given, _other_given(random, people, given, middle), middle, family, other, former, changed)


def _ranked(random: Generator, names: Names, size: int, fading: float) -> Objects:
    weights = 1 / (np.arange(len(names)) + 1.5) ** fading
    return np.array(names, dtype=object)[random.choice(len(names), size, p=weights / weights.sum())]


def _forenames(random: Generator, people: People) -> Objects:
    given = np.empty(people.count, dtype=object)
    british = np.zeros(people.count, bool)
    for number, name in enumerate(TRADITIONS):
        tradition = BY_NAME[name]
        mine = people.tradition == number
        british[mine] = random.random(int(mine.sum())) >= tradition.own
        for female in (0, 1):
            chosen = np.flatnonzero(mine & ~british & (people.female == female))
            if len(chosen):
                given[chosen] = _ranked(random, tradition.forenames[female], len(chosen), tradition.fading[0])
    year = 1970 + people.born / 365.25
    for place, (first, last) in enumerate(forenames.COHORTS):
        for female, lists in ((0, forenames.MALE), (1, forenames.FEMALE)):
            born = (year >= first if place else True) & (year < last)
            chosen = np.flatnonzero(british & born & (people.female == female))
            given[chosen] = _ranked(random, lists[place], len(chosen), forenames.FADING[place])
    return given


def _alike(random: Generator, people: People, given: Objects) -> None:
    """Sons named for fathers; some twins with names that begin alike."""
    named = np.flatnonzero(people.named_for != NONE)
    given[named] = given[people.named_for[named]]
    twins = np.flatnonzero(people.twin_of != NONE)
    clash = given[twins] == given[people.twin_of[twins]]
    same_sex = people.female[twins] == people.female[people.twin_of[twins]]
    pool: dict[str, list[str]] = {}
    for name in dict.fromkeys(given.tolist()):
        pool.setdefault(name[:2], []).append(name)
    for twin, clashes in zip(twins[same_sex], clash[same_sex], strict=True):
        sibling = given[people.twin_of[twin]]
        near = [name for name in pool[sibling[:2]] if name != sibling]
        if (clashes or random.random() < 0.15) and near:
            given[twin] = near[int(random.integers(len(near)))]


def _middles(random: Generator, people: People, given: Objects) -> Objects:
    """Two in three have a middle name, which is the usual forename of somebody of that sex, age and tradition."""
    middle = np.full(people.count, "", dtype=object)
    groups = people.tradition * 20 + people.female * 10 + np.clip((people.born / 365.25 + 70) // 25, 0, 9).astype(int)
    order = np.lexsort((random.random(people.count), groups))
    neighbour = np.empty(people.count, dtype=np.int64)
    neighbour[order] = np.roll(order, 1)
    has = random.random(people.count) < 0.66
    middle[has] = given[neighbour[has]]
    middle[middle == given] = ""
    return middle


def _surnames(random: Generator, tradition: Ints) -> Objects:
    drawn = np.empty(len(tradition), dtype=object)
    tail = surnames.rare_surnames()
    for number, name in enumerate(TRADITIONS):
        mine = np.flatnonzero(tradition == number)
        rule = BY_NAME[name]
        drawn[mine] = _ranked(random, rule.surnames, len(mine), rule.fading[1])
        rare = mine[random.random(len(mine)) < rule.rare]
        drawn[rare] = _ranked(random, tail, len(rare), 0.55)
    doubled = np.flatnonzero((random.random(len(tradition)) < 0.01) & (tradition == 0))
    drawn[doubled] = drawn[doubled] + "-" + random.permutation(drawn[tradition == 0])[: len(doubled)]
    return drawn


def _wives(random: Generator, people: People, family: Objects, former: Objects, changed: Ints) -> None:
    """A wife takes the name or keeps her own; who parted may have gone back to the name before."""
    own = _surnames(random, people.tradition)
    takes = np.array([BY_NAME[name].takes for name in TRADITIONS])[people.tradition]
    younger = people.born > -365 * 5
    partner = (people.role == PARTNER) | ((people.role == HEAD) & people.female)
    with_own = people.female & partner & (random.random(people.count) < takes - 0.25 * younger)
    former[with_own] = own[with_own]
    wed = people.joined[with_own] + random.integers(0, 1500, int(with_own.sum()))
    long_ago = random.random(len(wed)) < 0.55
    changed[with_own] = np.where(long_ago, wed, random.integers(WINDOW, TODAY, len(wed)))
    keeps = (people.role == PARTNER) & ~with_own
    stranger = ~np.isin(people.role, (HEAD, PARTNER, CHILD, GRANDPARENT))
    mothers = (people.role == GRANDPARENT) & (random.random(people.count) < 0.35)
    bears_own = keeps | stranger | mothers
    family[bears_own] = own[bears_own]
    doubled = with_own & (random.random(people.count) < 0.03)
    family[doubled] = own[doubled] + "-" + family[doubled]


def _step_children(random: Generator, people: People, family: Objects, former: Objects, changed: Ints) -> None:
    """One child in twenty bears another surname than the household; some of them took it later."""
    chosen = (people.role == CHILD) & (people.twin_of == NONE) & (random.random(people.count) < 0.05)
    own = _surnames(random, people.tradition)
    later = chosen & (random.random(people.count) < 0.4)
    former[later], changed[later] = own[later], random.integers(WINDOW, TODAY, int(later.sum()))
    stays = chosen & ~later
    family[stays] = own[stays]


def _customs(random: Generator, people: People, family: Objects, other: Objects, middle: Objects) -> None:
    """What a tradition does to the family name of one person."""
    chance = random.random(people.count)
    older = people.born < 365 * 8
    for name, womens in (("pakistani", south_asian.PAKISTANI_WOMENS), ("bangladeshi", south_asian.BANGLADESHI_WOMENS)):
        mine = people.female & (people.tradition == TRADITIONS.index(name)) & (chance < np.where(older, 0.6, 0.25))
        other[mine] = family[mine]
        family[mine] = _ranked(random, womens, int(mine.sum()), 0.9)
    sikh = (people.tradition == TRADITIONS.index("sikh")) & (chance < 0.75)
    religious = np.where(people.female, "Kaur", "Singh").astype(object)
    other[sikh] = religious[sikh]
    swapped = sikh & (chance < 0.35)
    other[swapped], family[swapped] = family[swapped], religious[swapped]
    for number in np.flatnonzero((people.tradition == TRADITIONS.index("polish")) & people.female):
        family[number] = overseas.womans(family[number])
    for name in ("somali", "arab"):
        # A chain of fathers' names, of which registers take one or another for the surname.
        chain = (people.tradition == TRADITIONS.index(name)) & (middle != "") & (chance < 0.5)
        other[chain] = middle[chain]
    hyphen = np.array(["-" in each for each in family]) & (other == "")
    other[hyphen] = [each.split("-")[-1] for each in family[hyphen]]


def _other_given(random: Generator, people: People, given: Objects, middle: Objects) -> Objects:
    """What somebody is called in daily life: a nickname, a second name, an English name, another spelling."""
    other = np.full(people.count, "", dtype=object)
    chance = random.random(people.count)
    pick = random.integers(0, 1000, people.count)
    for number, name in enumerate(given.tolist()):
        known = forenames.NICKNAMES.get(name) or south_asian.SPELLINGS.get(name)
        if known and chance[number] < 0.6:
            other[number] = known[pick[number] % len(known)]
    african = (people.tradition == TRADITIONS.index("african")) & (chance > 0.6)
    muslim_men = np.isin(people.tradition, list(_MUSLIM)) & ~people.female & (given == "Mohammed")
    uses_middle = (middle != "") & (african | muslim_men | (chance > 0.96))
    other[uses_middle] = middle[uses_middle]
    chinese = (people.tradition == TRADITIONS.index("chinese")) & (chance < 0.45)
    for female in (0, 1):
        chosen = np.flatnonzero(chinese & (people.female == female))
        other[chosen] = _ranked(random, overseas.CHINESE_ENGLISH[female], len(chosen), 0.3)
    return other
