"""What the records know of the work: allocations, referrals, tenancies; late, ended, re-opened, or never written."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from gateway.demo.northvale.accesses.workforce import TRADES, Staff, moment
from gateway.demo.northvale.people import Household, Person
from gateway.demo.northvale.truth import World


@dataclass(slots=True)
class Allocation:
    """One worker's time with one person, as the case system has it; `part` is allocated_worker, manager or duty."""

    person: Person
    worker: Staff
    team: str
    part: str
    start: date
    end: date | None = None


@dataclass(slots=True)
class Case:
    """One worker's time with one household, as it really was. `recorded`: it stands in the case system at all."""

    worker: Staff
    household: Household
    start: date
    end: date | None = None
    recorded: bool = True


@dataclass(slots=True)
class Referral:
    """A referral to the front door about one person of a household."""

    household: Household
    person: Person
    at: datetime
    by_night: bool


@dataclass(slots=True)
class Records:
    """What stands in the sources: the gateway is told of these, and of nothing else about the work."""

    allocations: list[Allocation] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    tenants: list[Household] = field(default_factory=list)
    ratepayers: list[Household] = field(default_factory=list)
    pupils: list[Person] = field(default_factory=list)


@dataclass(slots=True)
class Work:
    """The cases as they were, and the records of them."""

    cases: list[Case] = field(default_factory=list)
    records: Records = field(default_factory=Records)


def take_on(world: World, staff: list[Staff], weeks: int) -> Work:
    """Give every worker their cases, and write most of it down."""
    rng = world.rng("caseloads")
    work = Work()
    families = [one for one in world.households if one.children(world.today)]
    for trade in TRADES:
        # A family has one worker of a trade, and may have one of another beside.
        free = rng.sample(families, len(families))
        for one in (each for each in staff if each.trade is trade and each.manager is not None):
            mine, free = free[: trade.caseload], free[trade.caseload :]
            work.cases += [_case(world, rng, one, household, weeks) for household in mine]
    for case in list(work.cases):
        _write_down(world, rng, work, case, staff)
    _refer(world, rng, work, families, weeks)
    for household in world.households:
        if rng.random() < 0.35:
            work.records.tenants.append(household)
        if rng.random() < 0.97:
            work.records.ratepayers.append(household)
        work.records.pupils += [one for one in household.children(world.today) if 5 <= one.age(world.today) <= 17]
    return work


def _case(world: World, rng: Random, one: Staff, household: Household, weeks: int) -> Case:
    start = world.today - timedelta(days=rng.randint(5, 400))
    end = None
    if rng.random() < 0.25:
        # Closed: within the weeks, or long before.
        end = max(start, world.today - timedelta(days=rng.randint(0, weeks * 7 + 120)))
    return Case(one, household, start, end, recorded=rng.random() > 0.012)


def _write_down(world: World, rng: Random, work: Work, case: Case, staff: list[Staff]) -> None:
    if not case.recorded:
        return
    # Some allocations are entered days after the work began; some bear the name of one child alone.
    late = rng.choices((0, rng.randint(1, 10)), (85, 15))[0]
    start = min(world.today, case.start + timedelta(days=late))
    persons = [m.person for m in case.household.members if m.end is None]
    children = [one for one in persons if one.age(world.today) < 18]
    named = children[:1] if rng.random() < 0.2 else persons
    for person in named:
        team = case.worker.team_on(start)
        end = None if case.end is None else max(start, case.end)
        work.records.allocations.append(Allocation(person, case.worker, team, "allocated_worker", start, end))
        if case.worker.manager and rng.random() < 0.5:
            work.records.allocations.append(Allocation(person, case.worker.manager, team, "manager", start, end))
    if case.end and rng.random() < 0.15:
        # Re-opened with a colleague of the same team.
        again = min(world.today, case.end + timedelta(days=rng.randint(5, 40)))
        mates = [one for one in staff if one.team == case.worker.team and one.manager]
        new = Case(rng.choice(mates), case.household, again)
        work.cases.append(new)
        work.records.allocations += [
            Allocation(person, new.worker, new.worker.team, "allocated_worker", again) for person in named
        ]


def _refer(world: World, rng: Random, work: Work, families: list[Household], weeks: int) -> None:
    for household in rng.sample(families, max(6, len(families) // 20)):
        day = world.today - timedelta(days=rng.randint(1, weeks * 7 + 20))
        by_night = rng.random() < 0.2
        at = moment(rng, day, 20, 30) if by_night else moment(rng, day, 8, 18)
        work.records.referrals.append(Referral(household, rng.choice(household.children(world.today)), at, by_night))
