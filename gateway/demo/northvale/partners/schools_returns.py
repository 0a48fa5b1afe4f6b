"""Returns about pupils: the school census, transfer files, plans for special needs, and participation."""

from datetime import timedelta
from xml.etree import ElementTree as ET

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import Enrolment
from gateway.demo.northvale.histories.schools import term_start, year_group, year_name
from gateway.demo.northvale.identifiers import LOCAL_AUTHORITY
from gateway.demo.northvale.partners.resources import Pieces, Resource, having, without
from gateway.demo.northvale.partners.sheet import TOO_FEW, TOO_MANY, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.places import MILLBROOK, NORTHVALE_HIGH, TOWN, Place
from gateway.demo.northvale.registrar import Key, Seen
from gateway.demo.northvale.slips import iso, uk

_CENSUS = (
    "UPN Surname Forename DOB Sex Ethnicity Language SchoolURN SchoolName EntryDate LeavingDate NCyearActual "
    "EnrolStatus FSMstartDate SENprovision SENtype1 AddressLine1 AddressLine2 AddressLine3 PostCode TermFrom TermTo "
    "SessionsPossible SessionsAttended SessionsAuthorised SessionsUnauthorised ServiceChild"
)
_CENSUS_UNCOVERED = "Ethnicity FSMstartDate Language SENprovision SENtype1 ServiceChild"
_PLANS = (
    "person_id upn surname forename dob sex postcode request_date request_agreed plan_issued plan_date cease_date "
    "need1 need2 placement personal_budget"
)
_ACTIVITIES = (
    "YoungPersonsID UPN FamilyName GivenName DOB Gender Postcode LeadLA ActivityCode StartDate DateVerified "
    "NEETStartDate"
)


def write(delivery: Delivery) -> None:
    """Four files."""
    _census(delivery)
    _transfer(delivery)
    _plans(delivery)
    _participation(delivery)


def _census(delivery: Delivery) -> None:
    world, rng = delivery.world, delivery.world.rng("census")
    faults = (
        missing("UPN"),
        no_date("DOB", "30/02/2014"),
        no_code("EnrolStatus", "X"),
        backwards("EntryDate", "LeavingDate"),
        TOO_FEW,
    )
    sheet = Sheet(
        "schools-census",
        "schools-census.csv",
        tuple(_CENSUS.split()),
        faults,
        uncovered=tuple(_CENSUS_UNCOVERED.split()),
    )
    begins = term_start(world.today)
    for enrolment in world.events.enrolments:
        person = enrolment.person
        if person.planted:
            continue
        seen = delivery.registrar.seen(person, "schools")
        possible = rng.randint(60, 110)
        authorised, unauthorised = rng.randint(0, 9), rng.choice((0, 0, 0, 2, 6, 14))
        cells = _pupil(seen) | _enrolled(delivery, enrolment) | _home(enrolment.place)
        cells |= {
            "Ethnicity": person.ethnicity,
            "Language": "ENG",
            "FSMstartDate": iso(begins) if rng.random() < 0.25 else "",
            "SENprovision": rng.choice("NNNKE"),
            "TermFrom": iso(begins),
            "TermTo": iso(world.today),
            "SessionsPossible": str(possible),
            "SessionsAttended": str(possible - authorised - unauthorised),
            "SessionsAuthorised": str(authorised),
            "SessionsUnauthorised": str(unauthorised),
            "ServiceChild": "N",
        }
        sheet.add(cells, seen.truth, flagged=seen.failing)
    sheet.deliver(delivery)


def _pupil(seen: Seen) -> dict[str, str]:
    return {
        "UPN": seen.key,
        "Surname": seen.surname,
        "Forename": seen.forename,
        "DOB": iso(seen.born),
        "Sex": seen.sex,
    }


def _enrolled(delivery: Delivery, enrolment: Enrolment) -> dict[str, str]:
    return {
        "SchoolURN": enrolment.school.urn,
        "SchoolName": enrolment.school.name,
        "EntryDate": iso(enrolment.entry),
        "LeavingDate": iso(enrolment.leaving),
        "NCyearActual": year_name(year_group(enrolment.person, enrolment.leaving or delivery.world.today)),
        "EnrolStatus": "C",
    }


def _home(place: Place) -> dict[str, str]:
    return {
        "AddressLine1": place.line1,
        "AddressLine2": place.line2,
        "AddressLine3": TOWN,
        "PostCode": place.postcode,
    }


def _transfer(delivery: Delivery) -> None:
    """One file from a primary school with the pupils who went up to the high school this September."""
    world = delivery.world
    faults = {"": (("required-missing", without("UPN")), ("date-invalid", having(DOB="2014-06-31")))}
    source, destination = MILLBROOK.establishment, NORTHVALE_HIGH.establishment
    file = f"{LOCAL_AUTHORITY}{source}_CTF_{LOCAL_AUTHORITY}{destination}_001.xml"
    pieces = Pieces("schools-ctf", file, "xml", faults)
    secondary = [e for e in world.events.enrolments if not e.school.primary and not e.person.planted]
    newest = max((e.entry for e in secondary), default=world.today)
    # In the smallest borough nobody may have moved this year: then it is whoever moved last.
    for enrolment in [e for e in secondary if e.entry == newest]:
        seen = delivery.registrar.seen(enrolment.person, "schools")
        pieces.add(_record(delivery, enrolment, seen), *_meant(enrolment, seen), flagged=seen.failing)
    pieces.deliver(delivery, lambda pupils: _file(pupils, newest.year))


def _meant(enrolment: Enrolment, seen: Seen) -> list[Key]:
    contacts = enumerate(enrolment.contacts, 1)
    return [
        seen.truth,
        *(("schools", f"{seen.key}/contact/{number}", person.ref) for number, (person, _) in contacts),
    ]


def _record(delivery: Delivery, enrolment: Enrolment, seen: Seen) -> Resource:
    entered = enrolment.entry.replace(year=enrolment.entry.year - 7)
    return _pupil(seen) | {
        "BasicDetails": {"Ethnicity": enrolment.person.ethnicity, "Language": "ENG"},
        "Address": _home(enrolment.place),
        "Contacts": [
            {"Contact": _contact(delivery, number, person, code)}
            for number, (person, code) in enumerate(enrolment.contacts, 1)
        ],
        "SchoolHistory": {
            "School": {
                "LEA": str(LOCAL_AUTHORITY),
                "Estab": str(MILLBROOK.establishment),
                "URN": MILLBROOK.urn,
                "SchoolName": MILLBROOK.name,
                "EntryDate": iso(entered),
                "LeavingDate": iso(enrolment.entry - timedelta(days=40)),
            }
        },
    }


def _contact(delivery: Delivery, number: int, person: Person, relationship: str) -> Resource:
    seen = delivery.registrar.seen(person, "schools")
    return {
        "Order": str(number),
        "Surname": seen.surname,
        "Forename": seen.forename,
        "Relationship": relationship,
        "Responsibility": "true" if relationship in ("PAM", "PAF") else "false",
        "Phones": {"Phone": {"TelephoneType": "M", "PhoneNo": person.phone}} if person.phone else {},
    }


def _file(pupils: list[Resource], year: int) -> bytes:
    root = ET.Element("CTfile")
    header = {
        "DocumentName": "Common Transfer File",
        "CTFversion": "25.0",
        "DateTime": f"{year}-09-02T09:00:00",
        "DocumentQualifier": "full",
        "SupplierID": "Northvale",
        "SourceSchool": {
            "LEA": str(LOCAL_AUTHORITY),
            "Estab": str(MILLBROOK.establishment),
            "URN": MILLBROOK.urn,
            "SchoolName": MILLBROOK.name,
            "AcademicYear": str(year),
        },
        "DestSchool": {"LEA": str(LOCAL_AUTHORITY), "Estab": str(NORTHVALE_HIGH.establishment)},
    }
    _fill(ET.SubElement(root, "Header"), header)
    data = ET.SubElement(root, "CTFpupilData")
    for pupil in pupils:
        _fill(ET.SubElement(data, "Pupil"), pupil)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _fill(parent: ET.Element, values: Resource) -> None:
    for name, value in values.items():
        if isinstance(value, str):
            if value:
                ET.SubElement(parent, name).text = value
            continue
        element = ET.SubElement(parent, name)
        for each in value if isinstance(value, list) else [value]:
            _fill(element, each)


def _plans(delivery: Delivery) -> None:
    faults = (
        no_code("need1", "dyslexia"),
        missing("person_id"),
        backwards("request_date", "plan_date"),
        no_date("request_date", "Easter"),
        TOO_MANY,
    )
    sheet = Sheet("send-plans", "send-plans.csv", tuple(_PLANS.split()), faults, uncovered=("personal_budget",))
    for plan in delivery.world.events.plans:
        seen = delivery.registrar.seen(plan.person, "send")
        needs = (*plan.needs, "")
        sheet.add(
            {
                "person_id": seen.key,
                "upn": seen.upn,
                "surname": seen.surname,
                "forename": seen.forename,
                "dob": iso(seen.born),
                "sex": seen.sex,
                "postcode": seen.place.postcode,
                "request_date": iso(plan.asked),
                "request_agreed": plan.agreed,
                "plan_issued": plan.issued,
                "plan_date": iso(plan.made),
                "cease_date": iso(plan.ceased),
                "need1": needs[0],
                "need2": needs[1],
                "placement": plan.placement,
            },
            seen.truth,
            flagged=seen.failing,
        )
    sheet.deliver(delivery)


def _participation(delivery: Delivery) -> None:
    faults = (
        no_code("ActivityCode", "999"),
        backwards("StartDate", "DateVerified"),
        missing("YoungPersonsID"),
        no_date("StartDate", "2026-09-31"),
        TOO_FEW,
    )
    sheet = Sheet(
        "participation-nccis",
        "participation-nccis.csv",
        tuple(_ACTIVITIES.split()),
        faults,
        uncovered=("Gender", "LeadLA"),
    )
    for activity in delivery.world.events.activities:
        seen = delivery.registrar.seen(activity.person, "participation")
        sheet.add(
            {
                "YoungPersonsID": seen.key,
                "UPN": seen.upn,
                "FamilyName": seen.surname,
                "GivenName": seen.forename,
                "DOB": uk(seen.born),
                "Gender": seen.sex,
                "Postcode": seen.place.postcode,
                "LeadLA": str(LOCAL_AUTHORITY),
                "ActivityCode": activity.code,
                "StartDate": uk(activity.start),
                "DateVerified": uk(activity.verified),
                "NEETStartDate": uk(activity.neet_from),
            },
            seen.truth,
            flagged=seen.failing,
        )
    sheet.deliver(delivery)
