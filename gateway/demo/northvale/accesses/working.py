"""Ordinary work: visits, duty nights, cover, advice to a colleague, the wrong person of two with one name."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import TypeVar

from gateway.demo.northvale.accesses.caseloads import Case, Work
from gateway.demo.northvale.accesses.workforce import NIGHT, Staff, moment
from gateway.demo.northvale.people import Household, Person
from gateway.demo.northvale.truth import World


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """One thing that was done. `kind` is view, search or denied; `person` whom it was about; `listed` by a search.

    `snoop` is the truth: the kind of snooping and the number of the incident, `None` for honest work. It is for the
    judge alone and is written nowhere.
    """

    at: datetime
    worker: Staff
    kind: str
    person: Person
    listed: tuple[Person, ...] = ()
    snoop: tuple[str, int] | None = None


_T = TypeVar("_T")


class Desk:
    """Turns "this worker opens this person" into what they did: often a search first, sometimes the wrong person."""

    def __init__(self, world: World, rng: Random) -> None:
        """Index the borough by last name: who else a search for somebody lists."""
        self._rng = rng
        self._named: dict[str, list[Person]] = defaultdict(list)
        for person in world.people:
            self._named[person.surname].append(person)

    def opens(self, worker: Staff, person: Person, at: datetime) -> list[Act]:
        """A family opened in the course of work."""
        acts, rng = [], self._rng
        if rng.random() < 0.4:
            listed = self.list_for(person)
            acts.append(Act(at - timedelta(minutes=rng.randint(1, 6)), worker, "search", person, listed))
            others = [one for one in listed if one is not person]
            if others and rng.random() < 0.04:
                acts.append(Act(at - timedelta(seconds=rng.randint(20, 55)), worker, "view", rng.choice(others)))
        return [*acts, Act(at, worker, "view", person)]

    def list_for(self, person: Person) -> tuple[Person, ...]:
        """Whom a search by name and birth date lists: the person, and now and then somebody of the same name."""
        others = [one for one in self._named[person.surname] if one is not person]
        drawn = self._rng.sample(others, min(len(others), self._rng.choices((0, 1, 2, 4), (55, 25, 12, 8))[0]))
        return (person, *drawn)


def work_through(world: World, staff: list[Staff], work: Work, weeks: int) -> list[Act]:
    """Everything honest that was done in the weeks before `world.today`."""
    rng = world.rng("working")
    desk = Desk(world, rng)
    by_worker: dict[str, list[Case]] = defaultdict(list)
    for case in work.cases:
        by_worker[case.worker.ref].append(case)
    acts: list[Act] = []
    for step in range(weeks * 7, 0, -1):
        day = world.today - timedelta(days=step)
        for one in staff:
            acts += _day(world, desk, rng, _Day(one, day, by_worker, staff), work)
        acts += _front_door(desk, rng, day, staff, work)
    acts += _advice(desk, rng, acts)
    return acts


@dataclass(frozen=True, slots=True)
class _Day:
    one: Staff
    day: date
    by_worker: dict[str, list[Case]]
    staff: list[Staff]


def _day(world: World, desk: Desk, rng: Random, today: _Day, work: Work) -> list[Act]:
    one, day = today.one, today.day
    if one.away(day) or one.trade.hours == NIGHT or day.weekday() > 4:
        return []
    chosen: list[Person] = []
    if one.trade.caseload:
        chosen = _cases(world, rng, today)
    elif one.trade.source == "housing":
        patch = _patch(one, today.staff, work.records.tenants)
        chosen = [_somebody(rng, household) for household in _mostly(rng, patch, work.records.tenants, 5)]
    elif one.trade.source == "council_tax":
        chosen = [_somebody(rng, one) for one in rng.sample(work.records.ratepayers, rng.randint(3, 6))]
    elif one.trade.source == "schools":
        chosen = _mostly(rng, _patch(one, today.staff, work.records.pupils), work.records.pupils, 4)
    acts = [act for person in chosen for act in desk.opens(one, person, _hour(rng, day))]
    if chosen and rng.random() < 0.01:
        # Asked for somebody who has moved out of this worker's part, and was told no.
        acts.append(Act(_hour(rng, day), one, "denied", rng.choice(world.people)))
    return acts


def _cases(world: World, rng: Random, today: _Day) -> list[Person]:
    one, day = today.one, today.day
    mine = [case for case in today.by_worker[one.ref] if _open(case, day)]
    team = [other for other in today.staff if other.team == one.team and other is not one]
    chosen = [_member(world, rng, case.household) for case in rng.sample(mine, min(len(mine), rng.randint(1, 3)))]
    mates = [case for other in team for case in today.by_worker[other.ref] if _open(case, day)]
    away = [case for other in team if other.away(day) for case in today.by_worker[other.ref] if _open(case, day)]
    if one.manager is None and mates:
        chosen += [_member(world, rng, case.household) for case in rng.sample(mates, min(len(mates), 3))]
    if away and rng.random() < 0.4:
        chosen.append(_member(world, rng, rng.choice(away).household))
    elif mates and rng.random() < 0.12:
        chosen.append(_member(world, rng, rng.choice(mates).household))
    return chosen


def _open(case: Case, day: date) -> bool:
    """A worker reads up before a case begins, and closes the papers after it ended."""
    return case.start - timedelta(days=3) <= day and (case.end is None or day <= case.end + timedelta(days=10))


def _front_door(desk: Desk, rng: Random, day: date, staff: list[Staff], work: Work) -> list[Act]:
    """Each referral is looked at when it comes in, by whoever is on duty, and for some days after."""
    acts: list[Act] = []
    for referral in work.records.referrals:
        age = (day - referral.at.date()).days
        if age < 0 or age > 9 or (age and rng.random() > 0.25):
            continue
        nights = referral.by_night and age == 0
        team = "Out of Hours" if nights else "MASH"
        duty = [one for one in staff if one.trade.name == team and not one.away(day)]
        for one in rng.sample(duty, min(len(duty), rng.randint(1, 2))):
            about = referral.person if rng.random() < 0.7 else rng.choice(referral.household.members).person
            after = referral.at + timedelta(minutes=rng.randint(5, 90))
            acts += desk.opens(one, about, after if age == 0 else moment(rng, day, 8, 20))
    return acts


def _advice(desk: Desk, rng: Random, acts: list[Act]) -> list[Act]:
    """A colleague of another service is asked over the telephone: honest, and on no record."""
    views = [one for one in acts if one.kind == "view"]
    workers = sorted({one.worker for one in views if one.worker.trade.caseload}, key=lambda one: one.ref)
    found: list[Act] = []
    for view in rng.sample(views, max(1, len(views) // 110)) if workers else ():
        other = rng.choice(workers)
        at = view.at + timedelta(minutes=rng.randint(4, 40))
        if other is not view.worker and not other.away(at.date()):
            found += [replace(one) for one in desk.opens(other, view.person, at)]
    return found


def _patch(one: Staff, staff: list[Staff], whole: list[_T]) -> list[_T]:
    """The part of the tenants or pupils that a worker looks after: streets or schools, as such teams share them out."""
    mates = [other.ref for other in staff if other.trade is one.trade]
    return whole[mates.index(one.ref) :: len(mates)]


def _mostly(rng: Random, mine: list[_T], whole: list[_T], most: int) -> list[_T]:
    """A few of one's own, now and then somebody else's."""
    return [rng.choice(mine if mine and rng.random() < 0.85 else whole) for _ in range(rng.randint(2, most))]


def _hour(rng: Random, day: date) -> datetime:
    # Now and then somebody writes up in the evening.
    return moment(rng, day, 18, 22) if rng.random() < 0.03 else moment(rng, day, 8, 18)


def _member(world: World, rng: Random, household: Household) -> Person:
    children = household.children(world.today)
    here = [member.person for member in household.members if member.end is None]
    return rng.choice(children if children and rng.random() < 0.6 else here)


def _somebody(rng: Random, household: Household) -> Person:
    return rng.choice([member.person for member in household.members if member.end is None])
