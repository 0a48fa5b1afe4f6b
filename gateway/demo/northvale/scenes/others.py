"""S4 and S5 (the people alone), and S10: a discount that other feeds contradict, and an area with one household."""

from gateway.demo.northvale.events import Benefit, Enrolment, HealthEvent, Occurrence, Offence, Suspension, TaxAccount
from gateway.demo.northvale.histories.police import COMMON_ASSAULT, number_of
from gateway.demo.northvale.histories.schools import issue_upn
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.places import (
    ALDER_COURT_11,
    LIGHTHOUSE_COTTAGE,
    NORTHVALE_HIGH,
    QUARRY_RISE_5,
    QUARRY_RISE_8,
)
from gateway.demo.northvale.truth import World

_CANNABIS = Offence("92E", "01", "MD71530", "Possession of cannabis")


def plant(world: World) -> None:
    """All of them."""
    _disputed(world)
    _same_name(world)
    _discount(world)
    _small_area(world)


def _disputed(world: World) -> None:
    abena = world.cast_person("Abena Boateng", "F", world.day(1983, 4, 16), ethnicity="BAFR")
    tyler = world.cast_person("Tyler Boateng", "M", world.day(2012, 1, 25), ethnicity="BAFR")
    world.add_household([(abena, "adult"), (tyler, "child")], QUARRY_RISE_5, world.day(2014, 9, 1))
    issue_upn(world, tyler, NORTHVALE_HIGH)
    enrolment = Enrolment(tyler, NORTHVALE_HIGH, world.day(2023, 9, 4), QUARRY_RISE_5, contacts=[(abena, "PAM")])
    world.events.enrolments.append(enrolment)
    on = world.day(2026, 6, 9)
    end = world.day(2026, 6, 10)
    world.events.suspensions.append(Suspension(tyler, NORTHVALE_HIGH, "SUSP", on, end, 4, ("DA",)))
    at = world.moment(world.day(2026, 6, 9), "12:50")
    roles: list[tuple[Person, str, str]] = [(tyler, "suspect", "allegation")]
    occurrence = Occurrence(number_of(world), _CANNABIS, at, QUARRY_RISE_5, roles, "no further action", "16")
    occurrence.outcome_on = world.day(2026, 7, 2)
    world.events.occurrences.append(occurrence)
    start = world.day(2014, 9, 1)
    world.events.tax.append(TaxAccount("CT600025", QUARRY_RISE_5, [abena], start, "B", None, "SPD", start))


def _same_name(world: World) -> None:
    father = world.cast_person("Mohammed Iqbal", "M", world.day(1984, 3, 2), ethnicity="APKN")
    since = world.day(2010, 5, 10)
    son = world.add_person("Mohammed", "Iqbal", "M", world.day(2009, 8, 19), ethnicity="APKN")
    son.planted = True
    world.cast["Mohammed Iqbal (son)"] = son
    world.add_household([(father, "adult"), (son, "child")], ALDER_COURT_11, since)
    at = world.moment(world.day(2026, 5, 21), "16:35")
    roles: list[tuple[Person, str, str]] = [(son, "offender", "fact")]
    occurrence = Occurrence(number_of(world), COMMON_ASSAULT, at, ALDER_COURT_11, roles, "filed", "2")
    occurrence.outcome_on = world.day(2026, 6, 15)
    world.events.occurrences.append(occurrence)
    world.events.tax.append(TaxAccount("CT600011", ALDER_COURT_11, [father], since, "A", None, "SPD", since))


def _discount(world: World) -> None:
    joanne = world.cast_person("Joanne Pickering", "F", world.day(1979, 10, 2))
    neil = world.cast_person("Neil Stroud", "M", world.day(1977, 5, 13))
    since = world.day(2018, 6, 18)
    household = world.add_household([(joanne, "adult"), (neil, "partner")], QUARRY_RISE_8, since)
    household.members[1].start = neil.homes[-1].start = world.day(2024, 1, 8)
    account = TaxAccount("CT600028", QUARRY_RISE_8, [joanne], since, "C", None, "SPD", since, world.day(2025, 4, 1))
    world.events.tax.append(account)
    # Only the welfare feeds know of the second adult.
    world.events.benefits.append(Benefit(neil, "ESA", world.day(2024, 3, 4)))
    on = world.moment(world.day(2026, 2, 20), "14:10")
    world.events.health.append(HealthEvent(neil, "emergency", on, "Injury"))


def _small_area(world: World) -> None:
    abel = world.cast_person("Abel Fenn", "M", world.day(1954, 12, 30))
    since = world.day(1999, 7, 1)
    world.add_household([(abel, "adult")], LIGHTHOUSE_COTTAGE, since)
    world.events.tax.append(TaxAccount("CT600090", LIGHTHOUSE_COTTAGE, [abel], since, "D", None, "SPD", since))
    world.events.benefits.append(Benefit(abel, "CA", world.day(2022, 5, 2)))
