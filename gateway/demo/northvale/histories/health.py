"""Emergency attendances, admissions, appointments and conditions of ordinary people."""

from datetime import timedelta
from random import Random

from gateway.demo.northvale.events import HealthEvent
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.truth import World

DEPRESSION = ("35489007", "Depressive disorder")
_CONDITIONS = (
    DEPRESSION,
    ("48694002", "Anxiety"),
    ("195967001", "Asthma"),
    ("44054006", "Diabetes mellitus type 2"),
    ("38341003", "Hypertensive disorder"),
)
_REASONS = ("Injury", "Breathing difficulty", "Abdominal pain", "Head injury", "Mental health crisis")
_CLINICS = ("Community paediatrics", "Dental", "Audiology", "Health visitor review", "Speech and language therapy")
_STATUSES = ("fulfilled",) * 7 + ("noshow", "cancelled", "booked")


def happen(world: World) -> None:
    """About one person in three has had something in the last eighteen months."""
    rng = world.rng("health")
    for person in world.residents():
        # A few people have never met a doctor here.
        person.in_pds = rng.random() > 0.02
        if person.in_pds and rng.random() < 0.3:
            for _ in range(rng.choices((1, 2, 3), (70, 20, 10))[0]):
                world.events.health.append(_event(world, rng, person))


def _event(world: World, rng: Random, person: Person) -> HealthEvent:
    on = max(person.born, world.days_ago(rng, 3, 540))
    at = world.moment(on, f"{rng.randint(8, 18):02d}:{rng.choice(('00', '15', '30', '45'))}")
    draw = rng.random()
    if draw < 0.4:
        return HealthEvent(person, "emergency", at, rng.choice(_REASONS))
    if draw < 0.5:
        return HealthEvent(person, "admission", at, rng.choice(_REASONS))
    if draw < 0.85:
        status = rng.choice(_STATUSES)
        # Only an appointment that lies ahead can still be booked.
        return HealthEvent(
            person,
            "appointment",
            at if status != "booked" else at + timedelta(days=720),
            rng.choice(_CLINICS),
            status=status,
        )
    code, text = rng.choice(_CONDITIONS if person.age(world.today) > 15 else _CONDITIONS[1:3])
    return HealthEvent(person, "condition", at, text, code)
