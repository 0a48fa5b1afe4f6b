"""Seeded snooping, nine kinds; for each some that the records can tell and some that they cannot."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from gateway.demo.northvale.accesses.caseloads import Work
from gateway.demo.northvale.accesses.workforce import NIGHT, Staff, moment
from gateway.demo.northvale.accesses.working import Act, Desk
from gateway.demo.northvale.people import Household, Person
from gateway.demo.northvale.truth import World

Maker = Callable[["Curious", int], list[tuple[Staff, Person, datetime]]]


class Curious:
    """Who might look at whom, in one borough over some weeks."""

    def __init__(self, world: World, staff: list[Staff], work: Work, weeks: int, rng: Random) -> None:
        """Nothing is drawn yet."""
        self.world, self.staff, self.work, self.weeks, self.rng = world, staff, work, weeks, rng
        self.day_staff = [one for one in staff if one.trade.hours != NIGHT]
        self.local = [one for one in self.day_staff if one.resident is not None]
        self.cast: set[str] = set()
        self.watched: list[tuple[Person, datetime]] = []

    def one_of(self, candidates: list[Staff]) -> Staff:
        """A worker who has not been a snoop yet, if there is one left."""
        fresh = [one for one in candidates if one.ref not in self.cast] or candidates
        chosen = self.rng.choice(fresh)
        self.cast.add(chosen.ref)
        return chosen

    def working_day(self, one: Staff) -> date:
        """A day on which a worker is at work."""
        while True:
            day = self.world.today - timedelta(days=self.rng.randint(1, self.weeks * 7))
            if day.weekday() < 5 and not one.away(day):
                return day

    def watch(self, person: Person, at: datetime) -> None:
        """Officers ask, four times in five, to see who looks at somebody who is well known or in the newspaper."""
        if self.rng.random() < 0.8:
            self.watched.append((person, at))

    def looks(self, one: Staff, person: Person, most: int = 3) -> list[tuple[Staff, Person, datetime]]:
        """One worker at one person, once to `most` times, in working hours."""
        times = self.rng.randint(1, most)
        return [(one, person, moment(self.rng, self.working_day(one), 8, 18)) for _ in range(times)]


def snoop(curious: Curious, each: int) -> list[Act]:
    """`each` incidents of every kind that one person does, and one or two of those that many do or much is of."""
    rng, desk = curious.rng, Desk(curious.world, curious.rng)
    acts: list[Act] = []
    number = 0
    for name, maker, share in _KINDS:
        for turn in range(max(1, round(each * share))):
            number += 1
            for one, person, at in maker(curious, turn):
                if rng.random() < 0.4 and name != "bulk":
                    listed = desk.list_for(person)
                    acts.append(Act(at - timedelta(minutes=2), one, "search", person, listed, (name, number)))
                acts.append(Act(at, one, "view", person, snoop=(name, number)))
    return acts


def _relative(curious: Curious, turn: int) -> list[tuple[Staff, Person, datetime]]:
    """Somebody of the worker's own household, or, one time in five, a relative whom no record ties to them."""
    homes = [one for one in curious.local if one.resident and len(_household(one.resident)) > 1]
    one = curious.one_of(homes)
    kin = [person for person in _household(one.resident) if person is not one.resident]
    if turn % 5 == 4:
        apart = [p for p in curious.world.people if p.surname == one.surname and p not in kin and p is not one.resident]
        kin = apart or kin
    return curious.looks(one, curious.rng.choice(kin))


def _neighbour(curious: Curious, turn: int) -> list[tuple[Staff, Person, datetime]]:
    """Somebody of the same postcode, or, one time in five, of the same street further on."""
    one = curious.one_of(curious.local)
    street = _street(one.resident)
    near = [p for p in curious.world.people if p.home.postcode == one.postcode and p.home.uprn != one.uprn]
    if turn % 5 == 4:
        near = [p for p in curious.world.people if _street(p) == street and p.home.postcode != one.postcode] or near
    return curious.looks(one, curious.rng.choice(near or curious.world.people))


def _colleague(curious: Curious, turn: int) -> list[tuple[Staff, Person, datetime]]:
    """Somebody they work with, mostly; one time in five somebody of an agency that has loaded no staff list."""
    one = curious.one_of(curious.day_staff)
    known = turn % 5 != 4
    mates = [o for o in curious.local if o is not one and o.trade is one.trade and o.trade.listed]
    others = [o for o in curious.local if o is not one and o.trade.listed is known] or curious.local
    others = mates if known and mates and curious.rng.random() < 0.7 else others
    resident = curious.rng.choice(others).resident
    return curious.looks(one, resident) if resident is not None else []


def _ex_partner(curious: Curious, turn: int) -> list[tuple[Staff, Person, datetime]]:
    """Whom the worker once lived with, or, one time in five, somebody who never shared an address with them."""
    left = [one for one in curious.local if one.resident and _past(curious.world, one.resident)]
    if turn % 5 == 4 or not left:
        one = curious.one_of(curious.local)
        return curious.looks(one, curious.rng.choice(curious.world.people))
    one = curious.one_of(left)
    return curious.looks(one, curious.rng.choice(_past(curious.world, one.resident)))


def _vip(curious: Curious, _turn: int) -> list[tuple[Staff, Person, datetime]]:
    """A well-known resident, at whom several workers look in the course of ten days."""
    person = curious.rng.choice(curious.world.people)
    first = curious.world.today - timedelta(days=curious.rng.randint(11, max(12, curious.weeks * 7)))
    curious.watch(person, moment(curious.rng, first - timedelta(days=20), 9, 12))
    return _several(curious, person, first, 10, curious.rng.randint(3, 6))


def _after_press(curious: Curious, _turn: int) -> list[tuple[Staff, Person, datetime]]:
    """A family that was in the newspaper."""
    household = curious.rng.choice([h for h in curious.world.households if h.children(curious.world.today)])
    first = curious.world.today - timedelta(days=curious.rng.randint(6, max(7, curious.weeks * 7)))
    curious.watch(household.members[0].person, moment(curious.rng, first + timedelta(days=1), 9, 12))
    return _several(curious, household.members[0].person, first, 4, curious.rng.randint(4, 7))


def _bulk(curious: Curious, _turn: int) -> list[tuple[Staff, Person, datetime]]:
    """Many families in one afternoon, one after the other."""
    one = curious.one_of([o for o in curious.day_staff if o.trade.caseload or o.trade.name == "MASH"])
    day = curious.working_day(one)
    at = moment(curious.rng, day, 13, 15)
    persons = curious.rng.sample(curious.world.people, curious.rng.randint(14, 24))
    return [(one, person, at + timedelta(minutes=2 * step)) for step, person in enumerate(persons)]


def _after_hours(curious: Curious, _turn: int) -> list[tuple[Staff, Person, datetime]]:
    """Somebody whom no record ties to the worker, late in the evening."""
    one = curious.one_of([o for o in curious.day_staff if o.trade.listed and o.trade.name != "MASH"])
    person = curious.rng.choice(curious.world.people)
    return [
        (one, person, moment(curious.rng, curious.working_day(one), 21, 26))
        for _ in range(curious.rng.randint(1, 3))
    ]  # fmt: skip


def _stale(curious: Curious, _turn: int) -> list[tuple[Staff, Person, datetime]]:
    """A former case, long ended, that nobody of the team has taken up again."""
    begin = curious.world.today - timedelta(days=curious.weeks * 7)
    at_work = [case.household for case in curious.work.cases if case.end is None or case.end >= begin]
    ended = [
        one
        for one in curious.work.records.allocations
        if one.end is not None
        and one.end < begin - timedelta(days=30)
        and one.part == "allocated_worker"
        and one.person.household not in at_work
    ]
    if not ended:
        return []
    chosen = curious.rng.choice(ended)
    curious.cast.add(chosen.worker.ref)
    return curious.looks(chosen.worker, chosen.person)


_KINDS: tuple[tuple[str, Maker, float], ...] = (
    ("relative", _relative, 1), ("neighbour", _neighbour, 1), ("colleague", _colleague, 1),
    ("ex-partner", _ex_partner, 1), ("vip", _vip, 0.3), ("bulk", _bulk, 0.2), ("after-hours", _after_hours, 1),
    ("stale", _stale, 1), ("after-press", _after_press, 0.3),
)  # fmt: skip


def _several(
    curious: Curious, person: Person, first: date, days: int, number: int
) -> list[tuple[Staff, Person, datetime]]:
    found = []
    for _ in range(number):
        one = curious.one_of(curious.day_staff)
        day = first + timedelta(days=curious.rng.randint(0, days))
        found.append((one, person, moment(curious.rng, min(day, curious.world.today - timedelta(days=1)), 8, 18)))
    return found


def _household(person: Person | None) -> list[Person]:
    household: Household | None = person.household if person else None
    return [member.person for member in household.members if member.end is None] if household else []


def _past(world: World, person: Person | None) -> list[Person]:
    """Adults of a household that this person has left."""
    return [
        other.person
        for household in world.households
        if any(member.person is person and member.end is not None for member in household.members)
        for other in household.members
        if other.person is not person and other.end is None and other.person.age(world.today) >= 18
    ]


def _street(person: Person | None) -> str:
    return person.home.line1.lstrip("0123456789 ") if person else ""
