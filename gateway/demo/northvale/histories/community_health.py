"""Visits to the urgent treatment centre, contacts of health visitors, and who opted out of other uses of data."""

from datetime import date, timedelta
from random import Random

from gateway.demo.northvale.events import Attendance, Visit
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.truth import World

_REASONS = ("injury", "injury", "illness", "illness", "illness", "mental health", "other")
_DISCHARGES = ("treated",) * 8 + ("admitted", "left before treatment")
_REVIEWS = (("new birth", 12), ("6-8 weeks", 50), ("9-12 months", 320), ("2-2.5 years", 820))
"""Reviews of the Healthy Child Programme and the age in days at which they fall."""
_OLDEST = 4


def happen(world: World) -> None:
    """One resident in twelve has been to the centre; every child under four has been visited; a few opted out."""
    _centre(world, world.rng("urgent treatment"))
    _visits(world, world.rng("health visiting"))
    rng = world.rng("opt out")
    # About one person in twenty in England has opted out.
    world.events.opted_out = [person for person in world.residents() if person.in_pds and rng.random() < 0.05]


def _centre(world: World, rng: Random) -> None:
    people = [person for person in world.residents() if person.in_pds]
    for person in rng.sample(people, min(len(people), max(2, len(people) // 12))):
        on = max(person.born, world.days_ago(rng, 2, 500))
        arrived = world.moment(on, f"{rng.randint(8, 21):02d}:{rng.randint(0, 59):02d}")
        left = arrived + timedelta(minutes=rng.randint(30, 280)) if rng.random() < 0.95 else None
        child = person.age(world.today) < 18
        world.events.attendances.append(
            Attendance(
                person, arrived, left, rng.choice(_REASONS), rng.choice(_DISCHARGES), child and rng.random() < 0.08
            )
        )


def _visits(world: World, rng: Random) -> None:
    small = [person for person in world.residents() if person.in_pds and person.age(world.today) < _OLDEST]
    for person in small or [min(world.residents(), key=lambda one: (world.today - one.born, one.index))]:
        concern = rng.random() < 0.06
        for kind, days in _REVIEWS:
            on = person.born + timedelta(days=days + rng.randint(-3, 9))
            if on > world.today:
                break
            world.events.visits.append(Visit(person, on, kind, rng.choices("56324", (80, 6, 7, 4, 3))[0], concern))
        else:
            _other(world, rng, person, concern=concern)


def _other(world: World, rng: Random, person: Person, *, concern: bool) -> None:
    on: date = world.days_ago(rng, 5, 200)
    if on > person.born:
        world.events.visits.append(Visit(person, on, "other", rng.choice("5537"), concern))
