"""Adult social care: events of older residents with the council's care service, one row an event."""

from datetime import timedelta
from random import Random

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.partners.sheet import TOO_MANY, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.places import TOWN
from gateway.demo.northvale.slips import iso

_COLUMNS = (
    "client_id nhs_number given_name family_name date_of_birth gender ethnicity address postcode event_type event_ref "
    "event_start event_end primary_support_reason worker team"
)
_EVENTS = ("request", "assessment", "service", "review")
_REASONS = ("physical", "sensory", "memory", "learning", "mental", "social")
_ETHNICITY = {"WBRI": "A", "WIRI": "B", "WOTH": "C", "APKN": "J", "ABAN": "K", "AIND": "H", "BAFR": "N", "BCRB": "M"}


def write(delivery: Delivery) -> None:
    """One to four events of every tenth resident over 65 and some younger adults."""
    world = delivery.world
    rng = world.rng("adult care")
    faults = (
        missing("client_id"), no_code("event_type", "visit"), no_date("event_start", "last week"),
        backwards("event_start", "event_end"), TOO_MANY,
    )  # fmt: skip
    sheet = Sheet(
        "adult-social-care", "adult-social-care.csv", tuple(_COLUMNS.split()), faults, uncovered=("ethnicity",)
    )
    for person in world.residents():
        age = person.age(world.today)
        if age >= 18 and rng.random() < (0.15 if age >= 65 else 0.015):
            _events(delivery, rng, sheet, person)
    sheet.deliver(delivery)


def _events(delivery: Delivery, rng: Random, sheet: Sheet, person: Person) -> None:
    world = delivery.world
    seen = delivery.registrar.seen(person, "adult_social_care")
    start = world.days_ago(rng, 30, 700)
    reason = rng.choice(_REASONS)
    for number, kind in enumerate(_EVENTS[: rng.randint(1, 4)], 1):
        end = start + timedelta(days=rng.randint(0, 60))
        is_open = kind == "service" or end > world.today
        sheet.add(
            {
                "client_id": seen.key, "nhs_number": seen.nhs, "given_name": seen.forename,
                "family_name": seen.surname, "date_of_birth": iso(seen.born), "gender": seen.sex,
                "ethnicity": _ETHNICITY.get(person.ethnicity, "Z"), "address": f"{seen.place.line1}, {TOWN}",
                "postcode": seen.place.postcode, "event_type": kind.capitalize(), "event_ref": f"{seen.key}/{number}",
                "event_start": f"{start:%d-%b-%Y}" if number % 2 else iso(start),
                "event_end": "" if is_open else iso(end),
                "primary_support_reason": reason, "worker": rng.choice(("W701", "W702", "")), "team": "Adults North",
            },
            seen.truth,
            flagged=seen.failing and bool(seen.nhs),
        )  # fmt: skip
        start = min(world.today, end)
