"""Who lived together, on columns: stays at one place that overlap in time, and groups that moved on together."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from linkage.names import family_forms
from linkage.stays import EARLIEST, Ints, Stays

# Two stays that share fewer days are a hand-over of keys, not a home in common.
_LEAST_OVERLAP_DAYS = 14
# More surnames than this at one time: a house in multiple occupation, not one household.
_MOST_SURNAMES = 4
# So many at one time are not looked at for double-barrelled ones.
_SURELY_MANY = 64
# Days that an old and a new address may both be held by slow registers.
_MOVE_DAYS = 90
# Room for every day.
_DAYS = 1 << 22
_Forms = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Together:
    """`group` numbers the household of each stay from 0, in order of their first stays; `crowded` names places.

    People of a crowded place are in groups of one each, so that relationships can still join them.
    """

    group: Ints
    crowded: Ints


def lived_together(stays: Stays, surnames: Sequence[str]) -> Together:
    """Group stays by who shared a home, then by who moved from one home to another; `surnames` by their numbers.

    A stay ends no earlier than it starts.
    """
    if not len(stays.person):
        return Together(np.empty(0, np.int64), np.empty(0, np.int64))
    group = _overlapping(stays)
    group, crowded = _one_each_where_crowded(stays, group, surnames)
    return Together(_follow_moves(stays, _ordered(stays, group)), crowded)


def _overlapping(stays: Stays) -> Ints:
    """Cut the stays at one place wherever one lot of people had left before the next came."""
    order = np.lexsort((stays.person, stays.end, stays.start, stays.place))
    place, start, end = stays.place[order], stays.start[order], stays.end[order]
    # The last day of anybody before; places rise, so none reaches into the next.
    until = np.maximum.accumulate(place * _DAYS + end)
    least = np.minimum(_LEAST_OVERLAP_DAYS, end - start)
    new = np.r_[True, (place[1:] != place[:-1]) | (until[:-1] - place[1:] * _DAYS - start[1:] < least[1:])]
    group = np.empty(len(order), np.int64)
    group[order] = np.cumsum(new) - 1
    return group


def _one_each_where_crowded(stays: Stays, group: Ints, surnames: Sequence[str]) -> tuple[Ints, Ints]:
    """Groups, without those who lived there while too many surnames did, each of whom is one; and such places.

    Who lived there before or after, a foster carer with one child after another say, are grouped among themselves.
    """
    forms_of = cache(family_forms)
    several = np.unique(group * len(surnames) + stays.surname) // len(surnames)
    doubted = np.flatnonzero(np.bincount(several) > _MOST_SURNAMES)
    if not len(doubted):
        return group, np.empty(0, np.int64)
    order = np.argsort(group, kind="stable")
    begins = np.searchsorted(group[order], doubted)
    ends = np.searchsorted(group[order], doubted, side="right")
    group, places = group.copy(), []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        members = order[begin:end]
        alone = _among_too_many(stays.take(members), surnames, forms_of)
        if not alone.any():
            continue
        first = int(group.max()) + 1
        cut, rest = members[alone], members[~alone]
        group[cut] = first + np.unique(stays.person[cut], return_inverse=True)[1].reshape(-1)
        if len(rest):
            group[rest] = int(group.max()) + 1 + _overlapping(stays.take(rest))
        places.append(stays.place[members[0]])
    return group, np.unique(np.array(places, dtype=np.int64))


def _among_too_many(stays: Stays, surnames: Sequence[str], forms_of: _Forms) -> NDArray[np.bool_]:
    """Of stays at one place, those of whoever lived there on a day when too many unrelated surnames did."""
    here: Counter[str] = Counter()
    leaving: list[tuple[int, str]] = []
    days = []
    for number in np.argsort(stays.start, kind="stable").tolist():
        day, name = int(stays.start[number]), surnames[int(stays.surname[number])]
        while leaving and leaving[0][0] < day:
            gone = heappop(leaving)[1]
            here[gone] -= 1
            if not here[gone]:
                del here[gone]
        here[name] += 1
        heappush(leaving, (int(stays.end[number]), name))
        if _too_many(here, forms_of):
            days.append(day)
    crowded = np.array(days, dtype=np.int64)
    then = np.searchsorted(crowded, stays.end, side="right") > np.searchsorted(crowded, stays.start)
    return np.isin(stays.person, stays.person[then])


def _too_many(names: Collection[str], forms_of: _Forms) -> bool:
    if not _MOST_SURNAMES < len(names) <= _SURELY_MANY:
        return len(names) > _SURELY_MANY
    return _unrelated(map(forms_of, names)) > _MOST_SURNAMES


def _unrelated(names: Iterable[Sequence[str]]) -> int:
    """Unrelated surnames, each by its `family_forms`: Smith and Smith-Jones count as one."""
    clusters: list[set[str]] = []
    for each in names:
        forms = set(each)
        touching = [cluster for cluster in clusters if cluster & forms]
        if forms:
            clusters = [cluster for cluster in clusters if not cluster & forms] + [forms.union(*touching)]
    return len(clusters)


def _ordered(stays: Stays, group: Ints) -> Ints:
    """The same groups numbered from 0 by first and last day, place, and smallest person."""
    _, group = np.unique(group, return_inverse=True)
    count = int(group.max()) + 1
    person = _least(group, stays.person, count)
    place = _least(group, stays.place, count)
    order = np.lexsort((person, place, -_least(group, -stays.end, count), _least(group, stays.start, count)))
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    return rank[group]


def _least(group: Ints, values: Ints, count: int) -> Ints:
    found = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(found, group, values)
    return found


def _follow_moves(stays: Stays, group: Ints) -> Ints:
    """Join groups of mostly the same people who lived first here, then there; each goes on in one other at most."""
    before, after = _moves(stays, group)
    goes_on: dict[int, int] = {}
    taken: set[int] = set()
    for one, other in zip(before.tolist(), after.tolist(), strict=True):
        if one not in goes_on and other not in taken:
            goes_on[one] = other
            taken.add(other)
    household = np.arange(int(group.max()) + 1)
    for one in sorted(goes_on):
        household[goes_on[one]] = household[one]
    return np.asarray(np.unique(household[group], return_inverse=True)[1])


def _moves(stays: Stays, group: Ints) -> tuple[Ints, Ints]:
    """Groups and those that they may have moved on to, in order of the one, then the other.

    Half of the larger group moved, and the two homes were not both lived in for longer than a move takes.
    """
    count = int(group.max()) + 1
    pair, member = np.unique(stays.person * count + group, return_inverse=True)
    came, left = _least(member, stays.start, len(pair)), -_least(member, -stays.end, len(pair))
    person, theirs = pair // count, pair % count
    size = np.bincount(theirs, minlength=count)
    # Each person's groups in order, each beside every later one of the same person.
    ones, others = _beside(person)
    both = theirs[ones] * count + theirs[others]
    order = np.argsort(both, kind="stable")
    first = np.flatnonzero(np.r_[True, both[order][1:] != both[order][:-1]]) if len(both) else np.empty(0, np.int64)
    if not len(first):
        return first, first
    shared = np.diff(np.r_[first, len(both)])
    last_there = np.maximum.reduceat(left[ones][order], first)
    first_here = np.minimum.reduceat(came[others][order], first)
    before, after = both[order][first] // count, both[order][first] % count
    moved = (2 * shared >= np.maximum(size[before], size[after])) & (first_here != EARLIEST)
    moved &= last_there - first_here <= _MOVE_DAYS
    return before[moved], after[moved]


def _beside(person: Ints) -> tuple[Ints, Ints]:
    """All pairs of places in this sorted column that hold one person, the smaller place first."""
    ones, others = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    at = np.arange(len(person))
    step = 1
    while len(at):
        at = at[at + step < len(person)]
        at = at[person[at + step] == person[at]]
        ones.append(at)
        others.append(at + step)
        step += 1
    return np.concatenate(ones), np.concatenate(others)
