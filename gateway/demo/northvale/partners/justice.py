"""Youth justice and probation: the few residents who are supervised."""

from datetime import timedelta
from random import Random
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.partners.sheet import TOO_FEW, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.places import TOWN
from gateway.demo.northvale.registrar import Seen
from gateway.demo.northvale.slips import iso, uk

_PROBATION = (
    "crn noms pnc surname forenames alias_surname alias_forenames dob gender ethnicity address postcode address_type "
    "event_number sentence court length start end rosh rosh_date mappa_level mappa_category register1 register1_date "
    "register2 register2_date officer team"
)
_YOUTH = (
    "person_id pnc surname forename dob sex ethnicity address postcode worker started ended likelihood serious_harm "
    "assessed offence_ref offence_date offence_code offence_title offence_outcome order_ref order_kind order_court "
    "order_length order_date order_end"
)
_OFFENCES = (("CD71039", "Criminal damage"), ("TH68036", "Theft"), ("PU86088", "Affray"), ("CJ88001", "Assault"))
_LEVELS = ("low", "medium", "high")


def write(delivery: Delivery) -> None:
    """One file a service."""
    _youth(delivery)
    _probation(delivery)


def _youth(delivery: Delivery) -> None:
    world = delivery.world
    rng = world.rng("youth justice")
    faults = (
        missing("surname"), no_date("dob"), no_code("likelihood", "uncertain"), no_date("order_date", "2025-02-30"),
    )  # fmt: skip
    sheet = Sheet(
        "youth-justice", "youth-justice.xml", tuple(_YOUTH.split()), faults,
        uncovered=("ethnicity",), form="xml", render=_as_return,
    )  # fmt: skip
    of_age = [person for person in world.residents() if 11 <= person.age(world.today) < 18]
    for person in rng.sample(of_age, min(len(of_age), max(1, round(len(of_age) * 0.04)))):
        seen = delivery.registrar.seen(person, "youth_justice")
        sheet.add(_young_person(delivery, rng, seen), seen.truth, flagged=seen.failing and bool(seen.pnc))
    sheet.deliver(delivery)


def _young_person(delivery: Delivery, rng: Random, seen: Seen) -> dict[str, str]:
    world = delivery.world
    offence = world.days_ago(rng, 60, 400)
    outcome = offence + timedelta(days=rng.randint(10, 50))
    end = outcome + timedelta(days=180)
    proven = rng.random() < 0.8
    code, title = rng.choice(_OFFENCES)
    cells = {
        "person_id": seen.key, "pnc": seen.pnc, "surname": seen.surname, "forename": seen.forename,
        "dob": iso(seen.born), "sex": seen.sex, "ethnicity": "W1", "address": f"{seen.place.line1}\n{TOWN}",
        "postcode": seen.place.postcode, "offence_ref": f"{seen.key}/O1", "offence_date": iso(offence),
        "offence_code": code, "offence_title": title, "offence_outcome": "proven" if proven else "pending",
    }  # fmt: skip
    if proven:
        cells |= {
            "worker": rng.choice(("YW1", "YW2")), "started": iso(outcome), "likelihood": rng.choice(_LEVELS),
            "ended": iso(end) if end < world.today else "", "serious_harm": rng.choice(_LEVELS),
            "assessed": iso(outcome), "order_ref": f"{seen.key}/D1", "order_kind": rng.choice(("RO", "YRO", "YCC")),
            "order_court": "Northvale Youth Court", "order_length": "6 months", "order_date": iso(outcome),
            "order_end": iso(end),
        }  # fmt: skip
    return cells


def _as_return(sheet: Sheet) -> str:
    root = Element("YouthJusticeReturn")
    SubElement(root, "Header", {"Service": "Northvale Youth Justice Service"})
    for row in sheet.rows:
        _young_person_element(root, sheet.cells_of(row))
    indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _young_person_element(root: Element, cells: dict[str, str]) -> None:
    young = SubElement(root, "YoungPerson")

    def put(parent: Element, **named: str) -> None:
        for name, column in named.items():
            if cells[column]:
                SubElement(parent, name).text = cells[column]

    put(young, PersonID="person_id", PNCID="pnc")
    put(SubElement(young, "Name"), Surname="surname", Forename="forename")
    put(young, DateOfBirth="dob", Sex="sex", Ethnicity="ethnicity")
    address = SubElement(young, "Address")
    for line in cells["address"].split("\n"):
        SubElement(address, "Line").text = line
    put(address, PostCode="postcode")
    if cells["worker"]:
        SubElement(young, "Worker", {"ref": cells["worker"]})
    put(young, InterventionStart="started", InterventionEnd="ended")
    put(
        SubElement(young, "AssetPlus"),
        LikelihoodOfReoffending="likelihood", RiskOfSeriousHarm="serious_harm", Completed="assessed",
    )  # fmt: skip
    offence = SubElement(SubElement(young, "Offences"), "Offence", {"id": cells["offence_ref"]})
    put(offence, Date="offence_date", CJSCode="offence_code", Description="offence_title", Result="offence_outcome")
    outcomes = SubElement(young, "Outcomes")
    if cells["order_ref"]:
        order = SubElement(outcomes, "LegalOutcome", {"id": cells["order_ref"]})
        put(
            order, Type="order_kind", Court="order_court", Length="order_length", Date="order_date", EndDate="order_end"
        )


def _probation(delivery: Delivery) -> None:
    world = delivery.world
    rng = world.rng("probation")
    faults = (
        missing("crn"), no_code("sentence", "FINE"), no_date("start", "01/13/2026"), backwards("start", "end"), TOO_FEW,
    )  # fmt: skip
    sheet = Sheet(
        "probation", "probation.csv", tuple(_PROBATION.split()), faults, style="title", uncovered=("ethnicity",)
    )
    adults = [person for person in world.residents() if 18 <= person.age(world.today) < 70 and person.sex == "M"]
    for person in rng.sample(adults, min(len(adults), max(1, round(len(adults) * 0.02)))):
        seen = delivery.registrar.seen(person, "probation")
        sheet.add(_supervised(delivery, rng, seen), seen.truth, flagged=seen.failing and bool(seen.pnc))
    sheet.deliver(delivery)


def _supervised(delivery: Delivery, rng: Random, seen: Seen) -> dict[str, str]:
    start = delivery.world.days_ago(rng, 20, 500)
    flag = rng.random() < 0.25
    return {
        "crn": seen.key, "pnc": seen.pnc, "surname": seen.surname.upper(), "forenames": seen.forename,
        "dob": f"{seen.born:%d %b %Y}" if seen.born else "", "gender": seen.sex, "ethnicity": "W1",
        "address": f"{seen.place.line1}\n{TOWN}", "postcode": seen.place.postcode, "address_type": "main",
        "event_number": "1", "sentence": rng.choice(("CO", "SSO", "LIC", "PSS")),
        "court": "Northvale Magistrates' Court", "length": "12 months", "start": uk(start),
        "end": uk(start + timedelta(days=365)), "rosh": rng.choice(("L", "M", "M", "H")), "rosh_date": uk(start),
        "register1": rng.choice(("DV", "CP", "RC")) if flag else "", "register1_date": uk(start) if flag else "",
        "officer": "O. Officer", "team": "Northvale Central",
    }  # fmt: skip
