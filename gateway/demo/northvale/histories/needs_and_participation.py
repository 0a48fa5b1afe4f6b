"""Plans for special needs, and what young people do after school."""

from datetime import timedelta
from random import Random

from gateway.demo.northvale.events import Activity, NeedsPlan
from gateway.demo.northvale.histories.schools import term_start
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.truth import World

_NEEDS = ("ASD", "SLCN", "SEMH", "MLD", "PD", "SPLD", "HI")
_PLACEMENTS = ("mainstream", "mainstream", "mainstream", "resourced provision", "special school")
_IN_PLACE = ("210", "230", "230", "220", "310", "320", "410")
_WITHOUT = ("619", "619", "610", "620", "640", "630")
_UNKNOWN = ("810", "820", "830")
_LEAVING_AGE, _LAST_AGE = 16, 18


def happen(world: World) -> None:
    """About one pupil in twenty has a plan or has asked for one; everybody of 16 to 18 does something, or nothing."""
    pupils = list({e.person.index: e.person for e in world.events.enrolments if not e.person.planted}.values())
    rng = world.rng("needs plans")
    for person in rng.sample(pupils, min(len(pupils), max(2, len(pupils) // 20))):
        world.events.plans.append(_plan(world, rng, person))
    rng = world.rng("participation")
    grown = [person for person in world.residents() if person.age(world.today) >= _LEAVING_AGE]
    young = [person for person in grown if person.age(world.today) <= _LAST_AGE]
    # The smallest borough may have nobody of that age: the council then still asks after its youngest adult.
    for person in young or [max(grown, key=lambda one: (one.born, one.index))]:
        world.events.activities.append(_activity(world, rng, person))


def _plan(world: World, rng: Random, person: Person) -> NeedsPlan:
    asked = max(person.born + timedelta(days=1000), world.days_ago(rng, 20, 1600))
    plan = NeedsPlan(person, asked, needs=tuple(rng.sample(_NEEDS, rng.choice((1, 1, 2)))))
    made = asked + timedelta(days=rng.randint(120, 200))
    if rng.random() < 0.1:
        plan.agreed = rng.choice("NW")
    elif made < world.today:
        plan.agreed, plan.issued = "Y", "N" if rng.random() < 0.08 else "Y"
        plan.made = made if plan.issued == "Y" else None
        plan.placement = rng.choice(_PLACEMENTS) if plan.made else ""
    elif rng.random() < 0.7:
        plan.agreed = "Y"
    return plan


def _activity(world: World, rng: Random, person: Person) -> Activity:
    start = max(term_start(world.today), person.born + timedelta(days=16 * 365 + 10))
    # Who turned sixteen after the summer is still at school.
    start = min(start, world.today)
    verified = world.today - timedelta(days=rng.randint(0, (world.today - start).days)) if start < world.today else None
    code = rng.choices((rng.choice(_IN_PLACE), rng.choice(_WITHOUT), rng.choice(_UNKNOWN)), (85, 9, 6))[0]
    return Activity(person, code, start, verified, start if code in _WITHOUT else None)
