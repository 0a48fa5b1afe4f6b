"""Who lived at a place when, where a register does not say: first days that nobody recorded, and ends that nobody did.

Most services tell an address without a day, and some never end one. Read as "always" and "still", every tenant that a
home ever had lives with those of today. What others there, and the same people's other homes, tell bounds both:

- Whoever is said to live at a place since an unknown day came with those who live there, not before: unless somebody
  of theirs (`Around.akin`) lived there earlier.
- Whoever is said to live there still has left, where they have died, where another source says when and they have
  another home, or where they have another home since a later day, and more sources know of that or the same ones know
  of who came. But only if all with whom they lived there have gone as well, and somebody to whom nothing ties them has
  come. A child in two homes, and a man with two, keep both: in each of them somebody of theirs goes on living. Children
  leave only with somebody grown. What is in doubt stays as it was said.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from linkage.standardise import birth_date

# Why somebody is taken to have left: a source says when, or when they died, or another home since a later day.
_Because = Literal["end-is-said", "died", "lives-elsewhere"]

# Registers learn of a move so many days late, at the most; and sharing fewer is a hand-over of keys.
_SLOW = timedelta(days=90)
_HAND_OVER = timedelta(days=14)
# A place of more people is no home: `linkage.residence` tells that from their names.
_MOST_PEOPLE = 64
_GROWN = 18


@dataclass(frozen=True, slots=True)
class Told:
    """A stay at one place as one source tells it; None is a day that it does not tell."""

    person: str
    start: date | None
    end: date | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class OtherHome:
    """A home elsewhere that somebody has not left: since when, as far as that is known, and which sources tell it."""

    since: date | None
    sources: frozenset[str]


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of people beside one place.

    `akin`: whether anything ties two of them, such as a relationship, a service's household or a name. `elsewhere`:
    somebody's homes at other places, each once. `born` and `died`: the latest day on which somebody may have been born,
    or have died, None where nobody says.
    """

    akin: Callable[[str, str], bool]
    elsewhere: Callable[[str], Sequence[OtherHome]]
    born: Callable[[str], date | None]
    died: Callable[[str], date | None]


@dataclass(frozen=True, slots=True)
class _Left:
    """The last day of somebody who is taken to have left, and why."""

    day: date
    because: _Because


def occupancy(told: Sequence[Told], around: Around) -> list[Told]:
    """The stays of one place in their order, bounded. None ends before it starts; one with both days is as it was."""
    people = {stay.person for stay in told}
    if len(people) > _MOST_PEOPLE or all(stay.start and stay.end for stay in told):
        return list(told)
    left = _left(told, around) if len(people) > 1 else {}
    return _came([_ended(stay, left) for stay in told], around)


def latest_day(text: str | None) -> date | None:
    """The latest day that a partial date of birth or death may mean; None where it says nothing that can be meant."""
    said = birth_date(text)
    return date.fromisoformat(said + {4: "-12-31", 7: "-28"}.get(len(said), "")) if said else None


def _ended(stay: Told, left: Mapping[str, _Left]) -> Told:
    gone = left.get(stay.person)
    return Told(stay.person, stay.start, gone.day, stay.source) if gone and stay.end is None else stay


@dataclass(frozen=True, slots=True)
class _Own:
    """One person's stays at the place, together: known first days, the last one where a source says it.

    `still`: the sources that say no last day; `since`: from when each source knows of them, where it says so.
    """

    first: date | None
    latest_start: date | None
    last: date | None
    still: frozenset[str]
    since: Mapping[str, date]

    @property
    def is_open(self) -> bool:
        """Whether anybody says that they live here still."""
        return bool(self.still)


def _left(told: Sequence[Told], around: Around) -> dict[str, _Left]:
    """Who has left, as far as all who must have gone with them have left as well."""
    theirs: dict[str, list[Told]] = defaultdict(list)
    for stay in told:
        theirs[stay.person].append(stay)
    own = {person: _own(stays) for person, stays in theirs.items()}
    perhaps = {person: found for person, one in own.items() if (found := _evidence(person, one, around))}
    while perhaps:
        kept = {
            person: replace(found, day=day)
            for person, found in perhaps.items()
            if (day := _gone_by(person, found, own, perhaps, around)) is not None
        }
        grown = {person for person in kept if not _is_child(person, kept[person].day, around)}
        kept = {person: found for person, found in kept.items() if person in grown or _with_any(own, person, grown)}
        if kept.keys() == perhaps.keys():
            return kept
        perhaps = {person: perhaps[person] for person in kept}
    return {}


def _own(stays: Sequence[Told]) -> _Own:
    starts = [stay.start for stay in stays if stay.start]
    ends = [stay.end for stay in stays if stay.end]
    return _Own(
        min(starts, default=None), max(starts, default=None), max(ends, default=None),
        frozenset(stay.source for stay in stays if stay.end is None),
        {source: min(days) for source, days in _by_source(stays).items()},
    )  # fmt: skip


def _by_source(stays: Sequence[Told]) -> dict[str, list[date]]:
    days: dict[str, list[date]] = defaultdict(list)
    for stay in stays:
        if stay.start:
            days[stay.source].append(stay.start)
    return days


def _evidence(person: str, own: _Own, around: Around) -> _Left | None:
    """That somebody who is still said to live here does so no more, as far as it goes without those who came since."""
    if not own.is_open:
        return None
    died, homes = around.died(person), around.elsewhere(person)
    if died and (own.latest_start is None or own.latest_start <= died):
        return _Left(died, "died")
    if not homes:
        return None
    if own.last is not None:
        # Whoever came after the day on which they are said to have left came back.
        return _Left(own.last, "end-is-said") if own.latest_start is None or own.latest_start <= own.last else None
    # Of two homes without a day nobody knows which is the later.
    start = own.latest_start
    later = [home.since for home in homes if start and home.since and home.since > start]
    return _Left(min(later), "lives-elsewhere") if later else None


def _gone_by(
    person: str, found: _Left, own: Mapping[str, _Own], perhaps: Mapping[str, _Left], around: Around
) -> date | None:
    """The last day of somebody whose place others have taken; None where they have not, or somebody of theirs stays."""
    came = {
        other: one.first
        for other, one in own.items()
        if other != person and one.first and one.first >= _earlier(found.day, _SLOW) and not around.akin(person, other)
    }
    if not came or (found.because == "lives-elsewhere" and not _is_borne_out(person, own, came, around)):
        return None
    taken_over = min(came.values())
    stayed = taken_over + _HAND_OVER if taken_over < date.max - _HAND_OVER else date.max
    for other, one in own.items():
        last = perhaps[other].day if other in perhaps else None if one.is_open else one.last
        if other == person or (last is not None and last <= stayed):
            continue
        if other not in came and _stays_with(person, other, one, found, came, around):
            return None
    if found.because != "lives-elsewhere":
        return found.day
    started = own[person].latest_start
    return max(min(found.day, taken_over), started) if started else None


def _is_borne_out(person: str, own: Mapping[str, _Own], came: Mapping[str, date], around: Around) -> bool:
    """Whether sources that still say this home know of who came since, or more of them know of another since later.

    One more source for another home alone may be a second one, or where somebody gets their letters.
    """
    mine = own[person]
    if all(any(source in own[each].since for each in came) for source in mine.still):
        return True
    start = mine.latest_start or date.max
    later = [home.sources for home in around.elsewhere(person) if home.since and home.since > start]
    return any(len(sources) > len(mine.still) for sources in later)


def _stays_with(person: str, other: str, one: _Own, found: _Left, came: Mapping[str, date], around: Around) -> bool:
    """Whether somebody who still lives here is of those with whom a person lived here."""
    if one.first is not None or around.akin(person, other):
        return True
    # Nobody knows since when: with those who came, if anything ties them, or if this one is said to have left.
    return found.because == "lives-elsewhere" and not any(around.akin(other, each) for each in came)


def _earlier(day: date, by: timedelta) -> date:
    return day - by if day > date.min + by else date.min


def _is_child(person: str, day: date, around: Around) -> bool:
    born = around.born(person)
    return born is not None and (born.year + _GROWN, born.month, born.day) > (day.year, day.month, day.day)


def _with_any(own: Mapping[str, _Own], person: str, others: set[str]) -> bool:
    """Whether somebody lived here at one time with any of some others, as far as anybody knows."""
    mine = own[person]
    return any(
        (mine.first or date.min) <= (own[other].last or date.max)
        and (own[other].first or date.min) <= (mine.last or date.max)
        for other in others
        if other != person
    )


def _came(stays: Sequence[Told], around: Around) -> list[Told]:
    """The stays, those of an unknown first day from the first on which anything says that they may have begun."""
    lots = _lots(stays)
    return [_since(stay, stays, lots, around) if stay.start is None else stay for stay in stays]


@dataclass(slots=True)
class _Lot:
    """People whose known stays here overlap one after another, and their first and last day."""

    people: set[str]
    start: date
    end: date


def _lots(stays: Sequence[Told]) -> list[_Lot]:
    known = sorted((one.start, one.end or date.max, place) for place, one in enumerate(stays) if one.start)
    lots: list[_Lot] = []
    for start, end, place in known:
        person = stays[place].person
        if lots and lots[-1].end - start >= min(_HAND_OVER, end - start):
            lots[-1].people.add(person)
            lots[-1].end = max(lots[-1].end, end)
        else:
            lots.append(_Lot({person}, start, end))
    return lots


def _since(stay: Told, stays: Sequence[Told], lots: Sequence[_Lot], around: Around) -> Told:
    end = stay.end or date.max
    own = [one.start for one in stays if one.person == stay.person and one.start and one.start <= end]
    then = [lot.start for lot in lots if lot.start <= end <= lot.end]
    if not own and not then:
        return stay
    since = max(own or then)
    before = [lot for lot in lots if lot.start < since or (lot.start == since and lot.end < end)]
    of_theirs = [
        # Who came with somebody of theirs, or before: however short that one's stay was, they shared it.
        _earlier(lot.start, _HAND_OVER)
        for lot in before
        if any(one != stay.person and around.akin(stay.person, one) for one in lot.people)
    ]
    return Told(stay.person, min([since, *of_theirs]), stay.end, stay.source)
