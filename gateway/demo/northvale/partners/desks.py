"""The desks that people go to: libraries, parking, accessible transport, customer service and the citizen portal."""

import json
from random import Random

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.partners.sheet import TOO_FEW, TOO_MANY, Fault, Sheet, missing, no_code, no_date
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.places import TOWN, Place
from gateway.demo.northvale.slips import iso, uk


def write(delivery: Delivery) -> None:
    """One file a desk: CSV with commas, CSV with semicolons, CSV, JSON lines, one JSON document."""
    _libraries(delivery)
    _parking(delivery)
    _transport(delivery)
    _contacts(delivery)
    _portal(delivery)


def _some(delivery: Delivery, source: str, share: float, *, youngest: int) -> tuple[list[Person], Random]:
    """The share of residents of an age who are known at a desk."""
    world = delivery.world
    rng = world.rng("desk", source)
    of_age = [person for person in world.residents() if person.age(world.today) >= youngest]
    return rng.sample(of_age, max(1, round(len(of_age) * share))) if of_age else [], rng


def _lines(place: Place) -> list[str]:
    return [part for part in (place.line1, place.line2, TOWN) if part]


def _libraries(delivery: Delivery) -> None:
    columns = "borrower_no surname forename dob address postcode phone email loans"
    faults = (missing("borrower_no"), missing("surname"), no_date("dob"), TOO_MANY)
    sheet = Sheet("library-members", "library-members.csv", tuple(columns.split()), faults, uncovered=("loans",))
    people, rng = _some(delivery, "libraries", 0.2, youngest=4)
    for person in people:
        seen = delivery.registrar.seen(person, "libraries")
        sheet.add(
            {
                "borrower_no": seen.key, "surname": seen.surname, "forename": seen.forename, "dob": uk(seen.born),
                "address": "; ".join(_lines(seen.place)), "postcode": seen.place.postcode, "phone": person.phone,
                "email": person.email, "loans": str(rng.randint(0, 12)),
            },
            seen.truth,
        )  # fmt: skip
    sheet.deliver(delivery)


def _parking(delivery: Delivery) -> None:
    columns = "permit_no holder address postcode uprn valid_from valid_to email vehicle"
    faults = (missing("holder"), no_date("valid_from", "2026/02/01"), TOO_FEW, Fault("number-invalid", "uprn", "12A"))
    sheet = Sheet(
        "parking-permits", "parking-permits.csv", tuple(columns.split()), faults,
        delimiter=";", mark=True, uncovered=("vehicle",),
    )  # fmt: skip
    people, rng = _some(delivery, "parking", 0.08, youngest=18)
    for person in people:
        seen = delivery.registrar.seen(person, "parking")
        start = delivery.world.days_ago(rng, 5, 360)
        sheet.add(
            {
                "permit_no": seen.key, "holder": f"{seen.forename} {seen.surname}",
                "address": "\n".join(_lines(seen.place)), "postcode": seen.place.postcode, "uprn": seen.place.uprn,
                "valid_from": f"{start:%d-%m-%Y}", "valid_to": f"{start.replace(day=1):%d}-01-{start.year + 1}",
                "email": person.email, "vehicle": "car",
            },
            seen.truth,
        )  # fmt: skip
    sheet.deliver(delivery)


def _transport(delivery: Delivery) -> None:
    columns = "badge_no surname forename dob gender nino line1 line2 postcode issued eligibility"
    faults = (missing("badge_no"), no_code("gender", "Q"), no_date("dob", "1945-02-30"), no_date("issued", "spring"))
    sheet = Sheet(
        "accessible-transport", "accessible-transport.csv", tuple(columns.split()), faults,
        style="upper", uncovered=("eligibility",),
    )  # fmt: skip
    people, rng = _some(delivery, "accessible_transport", 0.05, youngest=30)
    for person in people:
        seen = delivery.registrar.seen(person, "accessible_transport")
        sheet.add(
            {
                "badge_no": seen.key, "surname": seen.surname.upper(), "forename": seen.forename.upper(),
                "dob": iso(seen.born), "gender": seen.sex, "nino": seen.nino, "line1": seen.place.line1, "line2": TOWN,
                "postcode": seen.place.postcode, "issued": iso(delivery.world.days_ago(rng, 10, 1000)),
                "eligibility": "discretionary",
            },
            seen.truth,
            flagged=seen.failing,
        )  # fmt: skip
    sheet.deliver(delivery)


def _contacts(delivery: Delivery) -> None:
    columns = "contact_id last_name first_name birth_date phone email address postcode uprn"
    faults = (
        missing("contact_id"),
        missing("last_name"),
        no_date("birth_date"),
        Fault("number-invalid", "uprn", "n/k"),
    )
    sheet = Sheet(
        "customer-service", "customer-service.ndjson", tuple(columns.split()), faults,
        form="ndjson", render=_as_contacts,
    )  # fmt: skip
    people, rng = _some(delivery, "customer_service", 0.1, youngest=18)
    for person in people:
        seen = delivery.registrar.seen(person, "customer_service")
        sheet.add(
            {
                "contact_id": seen.key, "last_name": seen.surname, "first_name": seen.forename,
                "birth_date": iso(seen.born) if rng.random() < 0.6 else "", "phone": person.phone,
                "email": person.email, "address": "\n".join(_lines(seen.place)), "postcode": seen.place.postcode,
                "uprn": seen.place.uprn,
            },
            seen.truth,
        )  # fmt: skip
    sheet.deliver(delivery)


def _as_contacts(sheet: Sheet) -> str:
    told = []
    for row in sheet.rows:
        cells = sheet.cells_of(row)
        contact = {
            "id": cells["contact_id"],
            "channel": "telephone",
            "name": {"family": cells["last_name"], "given": [cells["first_name"]]},
            "birthDate": cells["birth_date"] or None,
            "phone": cells["phone"] or None,
            "email": cells["email"] or None,
            "address": {
                "lines": cells["address"].split("\n"), "postcode": cells["postcode"], "uprn": cells["uprn"],
            },
        }  # fmt: skip
        told.append(json.dumps(contact, ensure_ascii=False))
    return "\n".join(told) + "\n"


def _portal(delivery: Delivery) -> None:
    columns = "account_id family_name given_name date_of_birth email mobile address postcode verified"
    faults = (missing("family_name"), no_date("date_of_birth", "1988-02-30"), no_code("verified", "perhaps"))
    sheet = Sheet(
        "citizen-portal", "citizen-portal.json", tuple(columns.split()), faults, form="json", render=_as_accounts
    )
    people, rng = _some(delivery, "citizen_portal", 0.15, youngest=18)
    for person in people:
        seen = delivery.registrar.seen(person, "citizen_portal")
        sheet.add(
            {
                "account_id": seen.key, "family_name": seen.surname, "given_name": seen.forename,
                "date_of_birth": iso(seen.born), "email": person.email, "mobile": person.phone,
                "address": "\n".join(_lines(seen.place)), "postcode": seen.place.postcode,
                "verified": "true" if rng.random() < 0.7 else "false",
            },
            seen.truth,
        )  # fmt: skip
    sheet.deliver(delivery)


def _as_accounts(sheet: Sheet) -> str:
    accounts = []
    for row in sheet.rows:
        cells = sheet.cells_of(row)
        verified = {"true": True, "false": False}.get(cells["verified"], cells["verified"])
        profile = {
            "familyName": cells["family_name"],
            "givenName": cells["given_name"],
            "dateOfBirth": cells["date_of_birth"],
            "email": cells["email"],
            "mobile": cells["mobile"],
            "address": {"line": cells["address"].split("\n"), "postcode": cells["postcode"]},
            "verified": verified,
        }
        accounts.append({"accountId": cells["account_id"], "profile": profile})
    return json.dumps({"exported": "northvale", "accounts": accounts}, ensure_ascii=False, indent=1) + "\n"
