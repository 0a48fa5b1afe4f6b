"""CSV that trusts extract: the urgent treatment centre, health visiting, and the National Data Opt-out as checked."""

from datetime import datetime

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.partners.sheet import TOO_FEW, TOO_MANY, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.registrar import Seen
from gateway.demo.northvale.slips import iso, uk

_PATIENT = "local_patient_id nhs_number nhs_number_status surname forename dob sex line1 line2 postcode restricted_flag"
_CENTRE = (
    f"{_PATIENT} attendance_id department_type attendance_category arrival_at departure_at reason_group "
    "discharge_status safeguarding_flag chief_complaint diagnosis"
)
_VISITS = f"{_PATIENT} contact_id contact_date contact_type attendance safeguarding_flag asq_score notes"
_OPT_OUT = "nhs_number opted_out checked_on"


def write(delivery: Delivery) -> None:
    """Three files."""
    _centre(delivery)
    _visits(delivery)
    _opt_out(delivery)


def _patient(seen: Seen) -> dict[str, str]:
    """The patient as the trust has them; its FHIR records say the same."""
    number = f"{seen.nhs[:3]} {seen.nhs[3:6]} {seen.nhs[6:]}" if seen.nhs else ""
    return {
        "local_patient_id": f"NV{seen.person.index:06d}",
        "nhs_number": number,
        "nhs_number_status": ("02" if seen.failing else "01") if number else "02",
        "surname": seen.surname,
        "forename": f"{seen.forename} {seen.middle}".strip(),
        "dob": iso(seen.born),
        "sex": seen.sex,
        "line1": seen.place.line1,
        "line2": seen.place.line2,
        "postcode": seen.place.postcode,
        "restricted_flag": "N",
    }


def _centre(delivery: Delivery) -> None:
    rng = delivery.world.rng("centre sheet")
    faults = (
        no_code("reason_group", "fracture of radius"),
        missing("attendance_id"),
        backwards("arrival_at", "departure_at"),
        no_date("arrival_at", "yesterday"),
        TOO_FEW,
    )
    sheet = Sheet(
        "health-emergency",
        "health-emergency.csv",
        tuple(_CENTRE.split()),
        faults,
        uncovered=("chief_complaint", "diagnosis"),
    )
    for number, event in enumerate(delivery.world.events.attendances, 1):
        seen = delivery.registrar.seen(event.person, "health")
        cells = _patient(seen) | {
            "attendance_id": f"UTC{number:07d}",
            "department_type": "03",
            "attendance_category": rng.choice("11112"),
            "arrival_at": _clock(event.arrived),
            "departure_at": _clock(event.left) if event.left else "",
            "reason_group": event.reason,
            "discharge_status": event.discharge,
            "safeguarding_flag": "Y" if event.concern else "N",
            "chief_complaint": "see notes",
        }
        sheet.add(cells, seen.truth, flagged=seen.failing)
    sheet.deliver(delivery)


def _visits(delivery: Delivery) -> None:
    faults = (
        no_code("attendance", "seen"),
        missing("contact_id"),
        no_date("contact_date", "31/06/2026"),
        TOO_MANY,
        no_code("contact_type", "drop-in"),
    )
    sheet = Sheet(
        "health-visiting",
        "health-visiting.csv",
        tuple(_VISITS.split()),
        faults,
        mark=True,
        uncovered=("asq_score", "notes"),
    )
    for number, event in enumerate(delivery.world.events.visits, 1):
        seen = delivery.registrar.seen(event.person, "health")
        cells = _patient(seen) | {
            "contact_id": f"HV{number:07d}",
            "contact_date": uk(event.on),
            "contact_type": event.kind,
            "attendance": event.attended,
            "safeguarding_flag": "Y" if event.concern else "",
        }
        sheet.add(cells, seen.truth, flagged=seen.failing)
    sheet.deliver(delivery)


def _opt_out(delivery: Delivery) -> None:
    """Everybody whom the trust asked the Spine about, and whether the number came back."""
    world = delivery.world
    faults = (no_code("opted_out", "maybe"), missing("nhs_number"), no_date("checked_on", "2026-00-01"), TOO_MANY)
    sheet = Sheet("health-opt-out", "health-opt-out.csv", tuple(_OPT_OUT.split()), faults)
    opted_out = {person.index for person in world.events.opted_out}
    for person in world.residents():
        if person.in_pds and (person.index in opted_out or person.index % 4 == 0):
            seen = delivery.registrar.seen(person, "pds")
            answer = "Y" if person.index in opted_out else "N"
            sheet.add({"nhs_number": seen.nhs, "opted_out": answer, "checked_on": iso(world.today)}, seen.truth)
    sheet.deliver(delivery)


def _clock(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
