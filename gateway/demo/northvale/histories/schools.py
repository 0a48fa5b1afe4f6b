"""Enrolments, weekly attendance and suspensions."""

from datetime import date, timedelta
from random import Random

from gateway.demo.northvale.events import Enrolment, SchoolWeek, Suspension
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.places import SCHOOLS, Place, School
from gateway.demo.northvale.truth import World

LOCAL_REASON = "SB"
"""A code that only this borough's software knows."""
_REASONS = ("PP", "PA", "VP", "VA", "DB", "DA", "DM", "BU", "OW", LOCAL_REASON)
"""National codes, and the local one."""


def term_start(today: date) -> date:
    """1 September of the school year that holds `today`."""
    return date(today.year if today.month >= 9 else today.year - 1, 9, 1)


def year_group(person: Person, today: date) -> int:
    """National curriculum year: 0 is reception, negative before school, above 13 after it."""
    return person.age(term_start(today) - timedelta(days=1)) - 4


def year_name(year: int) -> str:
    """As schools write it."""
    return "R" if year == 0 else str(year)


def last_monday(today: date) -> date:
    """Monday of the last whole school week."""
    return today - timedelta(days=today.weekday() + (0 if today.weekday() >= 5 else 7))


def happen(world: World) -> None:
    """Enrol every child of school age, mark four weeks, suspend some."""
    rng = world.rng("schools")
    for person in world.residents():
        year = year_group(person, world.today)
        if not 0 <= year <= 13 or (year > 11 and rng.random() > 0.4):
            continue
        school = rng.choice([each for each in SCHOOLS if each.primary == (year <= 6)])
        _enrol(world, rng, person, school, year)


def issue_upn(world: World, person: Person, school: School) -> None:
    """A pupil has one number for a school career, issued on first entry."""
    person.upn = person.upn or world.issuer.upn(school.establishment, person.born.year + 4)


def _enrol(world: World, rng: Random, person: Person, school: School, year: int) -> None:
    issue_upn(world, person, school)
    entry = date(term_start(world.today).year - (year if year <= 6 else year - 7), 9, 3)
    enrolment = Enrolment(person, school, entry, _home_told(rng, person), contacts=contacts_of(person, world.today))
    world.events.enrolments.append(enrolment)
    if rng.random() < 0.02:
        enrolment.leaving = max(entry + timedelta(days=1), world.days_ago(rng, 20, 60))
        enrolment.destination = rng.choice(("EHE", "OTHER", "CME", "AP"))
    absence = rng.choices((0.02, 0.08, 0.3), (70, 22, 8))[0]
    for back in range(4):
        monday = last_monday(world.today) - timedelta(weeks=back)
        if enrolment.leaving is None or enrolment.leaving > monday + timedelta(days=4):
            world.events.weeks.append(SchoolWeek(person, school, monday, marks(rng, absence)))
    if year >= 5 and rng.random() < 0.06:
        world.events.suspensions.append(_suspension(world, rng, person, school))


def _home_told(rng: Random, person: Person) -> Place:
    return person.homes[0 if rng.random() < 0.4 else -1].place


def contacts_of(person: Person, today: date) -> list[tuple[Person, str]]:
    """The two people a school would ring first, with DfE relationship codes."""
    household = person.household
    if household is None:
        return []
    found = []
    for member in household.members:
        if member.person is person or member.person.age(today) < 18 or member.role == "lodger":
            continue
        code = "PAM" if member.person.sex == "F" else "PAF"
        found.append((member.person, "GRP" if member.role == "grandparent" else code))
    return found[:2]


def marks(rng: Random, absence: float) -> tuple[str, ...]:
    """Ten session codes of a week (Attendance Regulations 2024)."""
    week: list[str] = []
    for _ in range(5):
        if rng.random() < absence:
            week += [rng.choice("IIIIMUOOGNR")] * 2
        else:
            week += ["L" if rng.random() < 0.03 else "/", "\\"]
    return tuple(week)


def _suspension(world: World, rng: Random, person: Person, school: School) -> Suspension:
    start = world.days_ago(rng, 10, 400)
    days = rng.randint(1, 5)
    category = "PERM" if rng.random() < 0.03 else "SUSP"
    reasons = tuple(rng.sample(_REASONS, rng.choice((1, 1, 2))))
    end = None if category == "PERM" else start + timedelta(days=days - 1)
    return Suspension(person, school, category, start, end, 0 if category == "PERM" else days * 2, reasons)
