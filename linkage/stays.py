"""Who lived at one place when, on columns: from the days on which each was seen there to the time of each stay."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
# Days are counted from 0001-01-01, which is day 1 (`date.toordinal`). An unknown one is the earliest or the latest.
EARLIEST, LATEST = 1, 3_652_059
# Room for every day, and for one beyond.
_DAYS = 1 << 22


@dataclass(frozen=True, slots=True)
class Stays:
    """One entry a stay: person and place by number from 0, first and last day, and a number of the family name."""

    person: Ints
    place: Ints
    start: Ints
    end: Ints
    surname: Ints

    def take(self, chosen: NDArray[np.generic]) -> "Stays":
        """These of them in this order."""
        return Stays(
            self.person[chosen], self.place[chosen], self.start[chosen], self.end[chosen], self.surname[chosen]
        )


def seen_stays(seen: Stays) -> Stays:
    """One stay for each person and place of which there are sightings, in order of person and place.

    Nobody is taken to have left a place before being seen at another: a stay lasts from the first day that the person
    was seen there to the day that they were first seen elsewhere after last being seen there, or is open.
    """
    if not len(seen.person):
        return seen
    order = np.lexsort((seen.place, seen.person))
    person, place = seen.person[order], seen.place[order]
    first = np.flatnonzero(np.r_[True, (person[1:] != person[:-1]) | (place[1:] != place[:-1])])
    start = np.minimum.reduceat(_known(seen.start[order], EARLIEST, LATEST), first)
    start = np.where(start == LATEST, EARLIEST, start)
    last = np.maximum.reduceat(seen.end[order], first)
    surname = np.minimum.reduceat(seen.surname[order], first)
    return Stays(person[first], place[first], start, _until_elsewhere(person[first], start, last), surname)


def _known(days: Ints, unknown: int, instead: int) -> Ints:
    return np.where(days == unknown, instead, days)


def _until_elsewhere(person: Ints, start: Ints, last: Ints) -> Ints:
    """The last day of each stay: when first seen at a place where the person was last seen later, not before `last`."""
    at = person * _DAYS + last
    order = np.argsort(at, kind="stable")
    # For each stay and all after it of one person, the earliest start; persons rise, so none reaches into the next.
    starts = np.minimum.accumulate((person * _DAYS + start)[order][::-1])[::-1]
    after = np.searchsorted(at[order], at, side="right")
    inside = np.minimum(after, len(order) - 1)
    moved = (after < len(order)) & (person[order][inside] == person)
    return np.where(moved, np.maximum(starts[inside] - person * _DAYS, last), LATEST)
