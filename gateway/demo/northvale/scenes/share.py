"""S1, the share that saves a child: Aisha Cole, 10."""

from datetime import date, timedelta

from gateway.demo.northvale.events import (
    Enrolment,
    HealthEvent,
    Occurrence,
    Referral,
    SchoolWeek,
    TaxAccount,
    Tenancy,
)
from gateway.demo.northvale.histories.housing import tenancy_ref
from gateway.demo.northvale.histories.police import BODILY_HARM, COMMON_ASSAULT, number_of
from gateway.demo.northvale.histories.schools import issue_upn, last_monday, marks
from gateway.demo.northvale.people import Person, Stay
from gateway.demo.northvale.places import ALDER_COURT_17, INGS_LANE, MILL_LANE_3, MILLBROOK, WEAVERS_ROW_30
from gateway.demo.northvale.truth import World

REFERRAL = "MASH-2026-1187"


def plant(world: World) -> None:
    """Two addresses, one incident, two missed appointments, home education, one referral."""
    leanne = world.cast_person("Leanne Cole", "F", world.day(1991, 6, 3), birth_surname="Hoyle", phone="07700 900417")
    darren = world.cast_person("Darren Cole", "M", world.day(1988, 2, 19))
    aisha = world.cast_person("Aisha Cole", "F", world.day(2016, 3, 12), ethnicity="MWBC")
    michelle = world.cast_person("Michelle Rudd", "F", world.day(1989, 9, 27))
    world.add_household([(michelle, "adult")], WEAVERS_ROW_30, world.day(2015, 4, 1))
    family = [(leanne, "adult"), (darren, "partner"), (aisha, "child")]
    world.add_household(family, MILL_LANE_3, world.day(2020, 5, 11))
    moved = world.day(2026, 10, 26)
    for person, _ in family:
        person.homes[-1].end = moved - timedelta(days=1)
        person.homes.append(Stay(ALDER_COURT_17, moved))
    _police(world, darren, leanne, aisha, michelle)
    _health(world, aisha)
    _school(world, aisha, leanne, darren)
    occupants = [(leanne, "tenant"), (darren, "partner"), (aisha, "child")]
    world.events.tenancies.append(
        Tenancy(tenancy_ref(world), ALDER_COURT_17, moved, 112.40, "assured shorthold", occupants)
    )
    # Revenues have not been told of the move.
    world.events.tax.append(TaxAccount("CT600017", MILL_LANE_3, [leanne, darren], world.day(2020, 5, 11), "A"))
    received = world.moment(world.day(2026, 11, 16), "08:10")
    world.events.referrals.append(Referral(aisha, REFERRAL, received, "2A", MILL_LANE_3, urgency="urgent"))


def _police(world: World, darren: Person, leanne: Person, aisha: Person, michelle: Person) -> None:
    old = Occurrence(
        "NV19/04417",
        BODILY_HARM,
        world.moment(world.day(2019, 3, 8), "01:15"),
        WEAVERS_ROW_30,
        [(darren, "suspect", "allegation"), (michelle, "victim", "allegation")],
        status="charged",
        outcome="1",
        outcome_on=world.day(2019, 3, 20),
        dv=True,
        dash="medium",
    )
    roles = [
        (darren, "suspect", "allegation"),
        (leanne, "victim", "allegation"),
        (aisha, "child present", "fact"),
    ]
    at = world.moment(world.day(2026, 10, 14), "22:40")
    new = Occurrence(
        number_of(world), COMMON_ASSAULT, at, MILL_LANE_3, roles, dv=True, child_present=True, dash="medium"
    )
    world.events.occurrences += [old, new]


def _health(world: World, aisha: Person) -> None:
    for on, clinic in ((world.day(2026, 9, 12), "Community paediatrics"), (world.day(2026, 11, 3), "Audiology")):
        event = HealthEvent(aisha, "appointment", world.moment(on, "10:30"), clinic, status="noshow")
        world.events.health.append(event)


def _school(world: World, aisha: Person, leanne: Person, darren: Person) -> None:
    issue_upn(world, aisha, MILLBROOK)
    contacts = [(leanne, "PAM"), (darren, "PAF")]
    infant = Enrolment(aisha, INGS_LANE, world.day(2020, 9, 3), MILL_LANE_3, world.day(2023, 7, 21), "OTHER", contacts)
    left = world.day(2026, 11, 2)
    primary = Enrolment(aisha, MILLBROOK, world.day(2023, 9, 4), MILL_LANE_3, left, "EHE", contacts)
    world.events.enrolments += [infant, primary]
    rng = world.rng("scene", "S1")
    for monday in weeks_before(left, 7):
        world.events.weeks.append(SchoolWeek(aisha, MILLBROOK, monday, marks(rng, 0.15)))


def weeks_before(day: date, count: int) -> list[date]:
    """Mondays of the last whole weeks before a day, oldest first."""
    last = last_monday(day)
    if last + timedelta(days=4) >= day:
        last -= timedelta(weeks=1)
    return [last - timedelta(weeks=back) for back in range(count)][::-1]
