"""What the police send: nominals and occurrences, and the open data that name nobody."""

from datetime import date, datetime, timedelta
from random import Random

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import Occurrence
from gateway.demo.northvale.partners import police_extracts
from gateway.demo.northvale.partners.sheet import (
    INVALID_UTF8,
    TOO_FEW,
    TOO_MANY,
    Fault,
    Sheet,
    backwards,
    missing,
    no_code,
    no_date,
)
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.places import TOWN, area_name
from gateway.demo.northvale.registrar import Seen
from gateway.demo.northvale.slips import nickname, uk

_NOMINALS = (
    "nominal_ref",
    "pnc_id",
    "cro",
    "surname",
    "forename1",
    "forename2",
    "forename3",
    "alias",
    "dob",
    "sex",
    "ethnic_self",
    "ethnic_officer",
    "warning_markers",
    "address_type",
    "line1",
    "line2",
    "line3",
    "line4",
    "postcode",
    "uprn",
    "from",
    "to",
)
_OCCURRENCES = (
    "occurrence_no",
    "nominal_ref",
    "role",
    "fact_or_opinion",
    "handling",
    "ho_class",
    "ho_subclass",
    "cjs_offence_code",
    "title",
    "committed_from",
    "committed_to",
    "reported_at",
    "location",
    "beat",
    "status",
    "outcome_code",
    "outcome_date",
    "dv_flag",
    "hate_flag",
    "cyber_flag",
    "child_present_flag",
    "dash_risk",
    "marac_flag",
)
_SELF_DEFINED = {
    "WBRI": "W1",
    "WIRI": "W2",
    "WOTH": "W9",
    "MWBC": "M1",
    "MWBA": "M2",
    "MOTH": "M9",
    "AIND": "A1",
    "APKN": "A2",
    "ABAN": "A3",
    "AOTH": "A9",
    "BCRB": "B1",
    "BAFR": "B2",
    "BOTH": "B9",
    "CHNE": "O1",
    "OOTH": "O9",
}
_MARKERS = ("", "", "", "", "violent", "weapons", "ailment")


def write(delivery: Delivery) -> None:
    """Nominals first: occurrences name them."""
    rng = delivery.world.rng("police files")
    nominals = Sheet(
        "police-nominals",
        "police-nominals.csv",
        _NOMINALS,
        (missing("nominal_ref"), no_date("dob"), TOO_MANY, Fault("encoding-invalid", "surname", INVALID_UTF8), TOO_FEW),
        uncovered=("ethnic_officer", "warning_markers"),
    )
    occurrences = Sheet(
        "police-occurrences",
        "police-occurrences.csv",
        _OCCURRENCES,
        (
            missing("occurrence_no"),
            no_date("committed_from", "30/02/2026 21:00"),
            no_code("role", "bystander?"),
            TOO_MANY,
            backwards("committed_from", "committed_to"),
            missing("nominal_ref"),
            no_code("fact_or_opinion", "rumour"),
        ),
    )
    written: dict[str, None] = {}
    for occurrence in delivery.world.events.occurrences:
        for person, role, nature in occurrence.roles:
            # One person in thirty was entered twice, under two numbers.
            copy = int(not person.planted and rng.random() < 0.03)
            seen = delivery.registrar.seen(person, "police", copy)
            if seen.key not in written:
                written[seen.key] = None
                _nominal(nominals, rng, seen)
            _involvement(occurrences, rng, occurrence, seen, (role, nature))
    nominals.deliver(delivery)
    occurrences.deliver(delivery)
    police_extracts.write(delivery, written)
    _street(delivery)
    _searches(delivery)


def _nominal(sheet: Sheet, rng: Random, seen: Seen) -> None:
    person: Person = seen.person
    markers = "" if person.planted else rng.choice(_MARKERS)
    homes = [stay for stay in person.homes if stay is seen.stay or (not person.planted and stay.end)]
    for stay in homes:
        place = stay.place
        cells = {
            "nominal_ref": seen.key,
            "pnc_id": seen.pnc,
            "surname": seen.surname.upper() if rng.random() < 0.3 else seen.surname,
            "forename1": seen.forename,
            "forename2": seen.middle,
            "dob": uk(seen.born),
            "sex": seen.sex,
            "ethnic_self": _SELF_DEFINED.get(person.ethnicity, "NS"),
            "ethnic_officer": rng.choice(("1", "2", "3", "4", "5", "6")),
            "warning_markers": markers,
            "address_type": "HOME",
            "line1": place.line1,
            "line2": place.line2,
            "line3": TOWN,
            "postcode": place.postcode,
            "uprn": place.uprn if person.planted or rng.random() < 0.4 else "",
            "from": uk(stay.start),
            # The police take the home that they have for the present one.
            "to": "" if stay is seen.stay else uk(stay.end),
        }
        if not person.planted and nickname(seen.forename) != seen.forename and rng.random() < 0.3:
            cells["alias"] = nickname(seen.forename)
        sheet.add(cells, seen.truth, planted=person.planted, flagged=seen.failing)


def _involvement(sheet: Sheet, rng: Random, occurrence: Occurrence, seen: Seen, part: tuple[str, str]) -> None:
    offence = occurrence.offence
    row = sheet.add(
        {
            "occurrence_no": occurrence.number,
            "nominal_ref": seen.key,
            "role": part[0],
            "fact_or_opinion": part[1],
            "handling": occurrence.handling,
            "ho_class": offence.ho_class,
            "ho_subclass": offence.ho_subclass,
            "cjs_offence_code": offence.cjs,
            "title": offence.title,
            "committed_from": _clock(occurrence.at),
            "committed_to": _clock(occurrence.at + timedelta(minutes=20)),
            "reported_at": _clock(occurrence.at + timedelta(minutes=45)),
            "location": occurrence.place.one_line,
            "beat": f"NV{rng.randint(1, 12):02d}",
            "status": occurrence.status,
            "outcome_code": occurrence.outcome,
            "outcome_date": uk(occurrence.outcome_on),
            "dv_flag": _flag(occurrence.dv),
            "hate_flag": "N",
            "cyber_flag": "N",
            "child_present_flag": _flag(occurrence.child_present),
            "dash_risk": occurrence.dash,
            "marac_flag": _flag(occurrence.marac),
        },
        seen.truth,
        planted=seen.person.planted,
    )
    if occurrence.handling in ("intelligence", "live-operation"):
        row.bad = "handling-refused"


def _clock(at: datetime) -> str:
    return f"{at:%d/%m/%Y %H:%M}"


def _flag(value: bool) -> str:  # noqa: FBT001 - a cell's value, not an option
    return "Y" if value else "N"


_STREET = (
    "Crime ID",
    "Month",
    "Reported by",
    "Falls within",
    "Longitude",
    "Latitude",
    "Location",
    "LSOA code",
    "LSOA name",
    "Crime type",
    "Last outcome category",
    "Context",
)
_TYPES = ("Anti-social behaviour", "Anti-social behaviour", "Violence and sexual offences", "Burglary", "Shoplifting")
_LAST = ("Investigation complete; no suspect identified", "Unable to prosecute suspect", "Under investigation")
_FORCE = "Northvale Police"


def _month(today: date) -> str:
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def _street(delivery: Delivery) -> None:
    rng, month = delivery.world.rng("street"), _month(delivery.world.today)
    sheet = Sheet("police-street", f"{month}-northvale-street.csv", _STREET, (TOO_MANY, no_date("Month", "2026-13")))
    for _ in range(max(12, delivery.world.size // 20)):
        kind, area = rng.choice(_TYPES), f"E0199{rng.randrange(40):04d}"
        street = rng.choice(delivery.world.households).members[0].person.home.line1.split(" ", 1)[-1]
        calm = kind == "Anti-social behaviour"
        sheet.add(
            {
                "Crime ID": "" if calm else f"{rng.getrandbits(256):064x}",
                "Month": month,
                "Reported by": _FORCE,
                "Falls within": _FORCE,
                "Longitude": f"{-1.9 + rng.random() / 20:.6f}",
                "Latitude": f"{53.9 + rng.random() / 20:.6f}",
                "Location": f"On or near {street}",
                "LSOA code": area,
                "LSOA name": area_name(area),
                "Crime type": kind,
                "Last outcome category": "" if calm else rng.choice(_LAST),
            }
        )
    sheet.deliver(delivery)


_SEARCH = (
    "Type",
    "Date",
    "Part of a policing operation",
    "Policing operation",
    "Latitude",
    "Longitude",
    "Gender",
    "Age range",
    "Self-defined ethnicity",
    "Officer-defined ethnicity",
    "Legislation",
    "Object of search",
    "Outcome",
    "Outcome linked to object of search",
    "Removal of more than just outer clothing",
)


def _searches(delivery: Delivery) -> None:
    rng, month = delivery.world.rng("searches"), _month(delivery.world.today)
    faults = (TOO_FEW, no_date("Date", f"{month}-41T09:00:00+00:00"))
    sheet = Sheet("police-stop-search", f"{month}-northvale-stop-and-search.csv", _SEARCH, faults)
    for _ in range(max(6, delivery.world.size // 100)):
        moment = f"{month}-{rng.randint(1, 28):02d}T{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}:00+00:00"
        sheet.add(
            {
                "Type": "Person search",
                "Date": moment,
                "Latitude": f"{53.9 + rng.random() / 20:.6f}",
                "Longitude": f"{-1.9 + rng.random() / 20:.6f}",
                "Gender": rng.choice(("Male", "Male", "Female")),
                "Age range": rng.choice(("10-17", "18-24", "25-34", "over 34")),
                "Self-defined ethnicity": "White - English/Welsh/Scottish/Northern Irish/British",
                "Officer-defined ethnicity": rng.choice(("White", "Black", "Asian")),
                "Legislation": "Misuse of Drugs Act 1971 (section 23)",
                "Object of search": "Controlled drugs",
                "Outcome": rng.choice(("A no further action disposal", "Arrest", "Community resolution")),
                "Outcome linked to object of search": rng.choice(("True", "False", "")),
                "Removal of more than just outer clothing": "False",
            }
        )
    sheet.deliver(delivery)
