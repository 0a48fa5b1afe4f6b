"""What schools and the department send: roll, weekly attendance, suspensions, DfE pupil records."""

import json
from datetime import date
from random import Random

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import Enrolment, SchoolWeek, Suspension
from gateway.demo.northvale.histories.schools import LOCAL_REASON, year_group, year_name
from gateway.demo.northvale.identifiers import LOCAL_AUTHORITY
from gateway.demo.northvale.partners.resources import Pieces, having, without
from gateway.demo.northvale.partners.sheet import TOO_FEW, TOO_MANY, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.places import LARKFIELD, TOWN, School
from gateway.demo.northvale.registrar import Key, Seen
from gateway.demo.northvale.slips import iso

ATTENDANCE = (
    "upn",
    "surname",
    "forename",
    "dob",
    "sex",
    "year_group",
    "school_urn",
    "week_commencing",
    "marks",
    "fsm",
    "sen",
    "ethnicity",
    "first_language",
    "religion",
)
UNCOVERED = ("fsm", "sen", "ethnicity", "first_language", "religion")
_SUSPENSIONS = (
    "upn",
    "surname",
    "forename",
    "dob",
    "school_urn",
    "category",
    "start_date",
    "end_date",
    "sessions",
    "reason1",
    "reason2",
    "reason3",
)
_ROLL = (
    "upn",
    "surname",
    "forename",
    "dob",
    "sex",
    "year_group",
    "school_urn",
    "school",
    "entry_date",
    "leaving_date",
    "leaving_destination",
    "line1",
    "line2",
    "line3",
    "postcode",
    "contact1_surname",
    "contact1_forename",
    "contact1_relationship",
    "contact1_phone",
    "contact2_surname",
    "contact2_forename",
    "contact2_relationship",
    "contact2_phone",
)
_LANGUAGES = ("English", "English", "English", "Punjabi", "Urdu", "Polish", "Bengali")
_RELIGIONS = ("none", "Christian", "Muslim", "Hindu", "not said")


def write(delivery: Delivery) -> None:
    """Four files; Larkfield sends its attendance by itself (`single_school.py`)."""
    _attendance(delivery)
    _suspensions(delivery)
    _roll(delivery)
    _pupils(delivery)


def pupil(seen: Seen) -> dict[str, str]:
    """The cells that every school file begins with."""
    return {"upn": seen.key, "surname": seen.surname, "forename": seen.forename, "dob": iso(seen.born)}


def extras(delivery: Delivery, seen: Seen) -> Random:
    """The draws behind the columns sent unasked, the same in every row of a pupil."""
    return delivery.world.rng("extras", seen.person.index)


def attendance_cells(seen: Seen, school: School, week: tuple[date, tuple[str, ...]], rng: Random) -> dict[str, str]:
    """A row of attendance, with the columns that schools send unasked."""
    return pupil(seen) | {
        "sex": seen.sex,
        "year_group": year_name(year_group(seen.person, week[0])),
        "school_urn": school.urn,
        "week_commencing": iso(week[0]),
        "marks": " ".join(week[1]),
        "fsm": rng.choice("YNN"),
        "sen": rng.choice("NNNKE"),
        "ethnicity": seen.person.ethnicity,
        "first_language": rng.choice(_LANGUAGES),
        "religion": rng.choice(_RELIGIONS),
    }


def _attendance(delivery: Delivery) -> None:
    faults = (
        missing("upn"),
        no_date("dob", "31/02/2014"),
        no_code("marks", "/ \\ / \\ ? ? / \\ / \\"),
        TOO_MANY,
        no_date("week_commencing", "week 9"),
        TOO_FEW,
    )
    sheet = Sheet("schools-attendance", "schools-attendance.csv", ATTENDANCE, faults, uncovered=UNCOVERED)
    week: SchoolWeek
    for week in delivery.world.events.weeks:
        if week.school is LARKFIELD:
            continue
        seen = delivery.registrar.seen(week.person, "schools")
        cells = attendance_cells(seen, week.school, (week.monday, week.marks), extras(delivery, seen))
        sheet.add(cells, seen.truth, planted=week.person.planted, flagged=seen.failing)
    sheet.deliver(delivery)


def _suspensions(delivery: Delivery) -> None:
    faults = (
        no_code("category", "EXC"),
        missing("upn"),
        no_date("start_date", "2026-02-30"),
        backwards("start_date", "end_date"),
        TOO_FEW,
    )
    sheet = Sheet("schools-suspensions", "schools-suspensions.csv", _SUSPENSIONS, faults)
    event: Suspension
    for event in delivery.world.events.suspensions:
        seen = delivery.registrar.seen(event.person, "schools")
        cells = pupil(seen) | {
            "school_urn": event.school.urn,
            "category": event.category,
            "start_date": iso(event.start),
            "end_date": iso(event.end),
            "sessions": str(event.sessions) if event.sessions else "",
        }
        cells |= {f"reason{number}": reason for number, reason in enumerate(event.reasons, 1)}
        flagged = seen.failing or LOCAL_REASON in event.reasons
        sheet.add(cells, seen.truth, planted=event.person.planted, flagged=flagged)
    sheet.deliver(delivery)


def _roll(delivery: Delivery) -> None:
    faults = (
        no_code("leaving_destination", "MOON"),
        no_date("entry_date", "09/2019"),
        missing("upn"),
        backwards("entry_date", "leaving_date"),
        TOO_MANY,
    )
    sheet = Sheet("schools-roll", "schools-roll.csv", _ROLL, faults, mark=True)
    for enrolment in delivery.world.events.enrolments:
        seen = delivery.registrar.seen(enrolment.person, "schools")
        keys: list[Key] = [seen.truth]
        cells = pupil(seen) | _enrolment(delivery, enrolment)
        for number, (person, relationship) in enumerate(enrolment.contacts, 1):
            cells |= _contact(delivery, number, person, relationship)
            keys.append(("schools", f"{seen.key}/contact/{number}", person.ref))
        sheet.add(cells, *keys, planted=enrolment.person.planted, flagged=seen.failing)
    sheet.deliver(delivery)


def _enrolment(delivery: Delivery, enrolment: Enrolment) -> dict[str, str]:
    return {
        "sex": enrolment.person.sex,
        "year_group": year_name(year_group(enrolment.person, enrolment.leaving or delivery.world.today)),
        "school_urn": enrolment.school.urn,
        "school": enrolment.school.name,
        "entry_date": iso(enrolment.entry),
        "leaving_date": iso(enrolment.leaving),
        "leaving_destination": enrolment.destination,
        "line1": enrolment.place.line1,
        "line2": enrolment.place.line2,
        "line3": TOWN,
        "postcode": enrolment.place.postcode,
    }


def _contact(delivery: Delivery, number: int, person: Person, relationship: str) -> dict[str, str]:
    seen = delivery.registrar.seen(person, "schools")
    return {
        f"contact{number}_surname": seen.surname,
        f"contact{number}_forename": seen.forename,
        f"contact{number}_relationship": relationship,
        f"contact{number}_phone": person.phone,
    }


def _pupils(delivery: Delivery) -> None:
    rng = delivery.world.rng("pupils")
    faults = {"": (("required-missing", without("UPN")), ("date-invalid", having(DOB="2013-02-30")))}
    pieces = Pieces("schools-pupils", "schools-pupils.json", "json", faults)
    pupils = {enrolment.person.index: enrolment.person for enrolment in delivery.world.events.enrolments}
    for person in pupils.values():
        seen = delivery.registrar.seen(person, "schools")
        body = {
            "@search.score": round(rng.random(), 12),
            "UPN": seen.key,
            "Surname": seen.surname,
            "Forename": seen.forename,
            "Sex": person.sex,
            "DOB": iso(seen.born),
            "LocalAuthority": str(LOCAL_AUTHORITY),
            "id": f"{rng.getrandbits(128):032x}",
        }
        pieces.add(body, seen.truth, planted=person.planted, flagged=seen.failing)
    pieces.deliver(delivery, lambda bodies: json.dumps({"value": bodies}, indent=1).encode())
