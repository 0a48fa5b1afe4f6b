"""Detentions after an arrest, of those whom occurrences accuse."""

from datetime import timedelta
from random import Random

from gateway.demo.northvale.events import Custody, Occurrence
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.truth import World

_ACCUSED = ("suspect", "offender")
_BY_OUTCOME = {
    "1": "charged",
    "3": "cautioned",
    "8": "community resolution",
    "14": "no further action",
    "15": "no further action",
    "16": "no further action",
}
_CAUTIONED = ("3", "8")


def happen(world: World) -> None:
    """Whoever was dealt with was arrested first; of the others about one in four. Nuisance leads to no arrest."""
    rng = world.rng("custody")
    able = [
        (occurrence, person)
        for occurrence in world.events.occurrences
        for person, role, _ in occurrence.roles
        if role in _ACCUSED and not person.planted and occurrence.offence.cjs
    ]
    taken = [pair for pair in able if pair[0].outcome in _BY_OUTCOME or rng.random() < 0.25]
    for occurrence, person in taken or able[:1]:
        world.events.custody.append(_detention(world, rng, occurrence, person))


def _detention(world: World, rng: Random, occurrence: Occurrence, person: Person) -> Custody:
    arrested = occurrence.at + timedelta(hours=rng.randint(1, 60))
    released = arrested + timedelta(hours=rng.randint(3, 22))
    number = f"NV/CR/{arrested.year % 100:02d}/{len(world.events.custody) + 3001}"
    disposal = _BY_OUTCOME.get(occurrence.outcome) or rng.choice(("bailed", "released under investigation"))
    custody = Custody(person, number, occurrence.offence, arrested, released, disposal, occurrence.handling)
    if occurrence.outcome in _CAUTIONED:
        custody.outcome, custody.outcome_on = occurrence.outcome, released.date()
    if disposal in ("bailed", "charged"):
        kind = "after charge" if disposal == "charged" else "before charge"
        custody.bail = (kind, released.date(), released.date() + timedelta(days=rng.choice((28, 90, 180))))
    return custody
