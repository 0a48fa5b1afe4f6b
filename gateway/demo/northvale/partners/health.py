"""What health sends: demographics as PDS returns them, and events in UK Core from two trusts."""

import json
from datetime import timedelta
from xml.etree import ElementTree as ET

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.events import HealthEvent
from gateway.demo.northvale.partners import fhir
from gateway.demo.northvale.partners.resources import Pieces, Resource, having, without
from gateway.demo.northvale.people import Member, Person
from gateway.demo.northvale.registrar import Seen
from gateway.demo.northvale.slips import iso

_TERMS = "http://terminology.hl7.org/CodeSystem"
_ROLE = {"F": ("MTH", "mother"), "M": ("FTH", "father")}
_CLASS = {"emergency": ("EMER", "emergency"), "admission": ("IMP", "inpatient encounter")}
_NO_DAY = "2026-02-31"


def write(delivery: Delivery) -> None:
    """Three files: PDS as NDJSON, one trust's bundle as JSON, another's as XML."""
    _pds(delivery)
    _ukcore(delivery)


def _pds(delivery: Delivery) -> None:
    faults = {
        "Patient": (
            ("required-missing", without("id", "identifier")),
            ("date-invalid", having(birthDate="1987-13-40")),
        )
    }
    pieces = Pieces("health-pds", "health-pds.ndjson", "ndjson", faults)
    today = delivery.world.today
    for person in delivery.world.people:
        if not person.in_pds:
            continue
        seen = delivery.registrar.seen(person, "pds")
        pieces.add(_pds_patient(person, seen), seen.truth, planted=person.planted)
        if person.age(today) < 18 and person.household:
            for member in person.household.members:
                # A parent who left is still the child's parent.
                if member.role in ("adult", "partner") and member.person.in_pds:
                    body = _related(delivery, seen, member)
                    key = ("pds", f"{seen.nhs}/related/{body['id']}", member.person.ref)
                    pieces.add(body, key, planted=person.planted)
    pieces.deliver(delivery, lambda bodies: "".join(f"{json.dumps(body)}\n" for body in bodies).encode())


def _pds_patient(person: Person, seen: Seen) -> Resource:
    body: Resource = {
        "resourceType": "Patient",
        "id": seen.nhs,
        "meta": fhir.security(restricted=person.restricted),
        "identifier": [fhir.nhs_identifier(seen.nhs)],
        "name": [fhir.human_name(seen)],
        "gender": fhir.GENDER[seen.sex],
        "birthDate": iso(seen.born),
    }
    if person.birth_surname != seen.surname:
        body["name"].append({"use": "old", "family": person.birth_surname, "given": [seen.forename]})
    if person.restricted:
        return body
    # PDS gives the home that the surgery holds, without a guess at its end.
    body["address"] = [fhir.address(seen.place, seen.stay.start)]
    if person.phone:
        body["telecom"] = [{"system": "phone", "use": "mobile", "value": person.phone}]
    surgery = {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": f"Y990{person.index % 8:02d}"}
    body["generalPractitioner"] = [{"type": "Organization", "identifier": surgery}]
    return body


def _related(delivery: Delivery, child: Seen, member: Member) -> Resource:
    adult = delivery.registrar.seen(member.person, "pds")
    code, display = _ROLE[adult.sex]
    return {
        "resourceType": "RelatedPerson",
        "id": f"RP{child.person.index:06d}{adult.person.index:06d}",
        "identifier": [{"system": fhir.NHS_NUMBER, "value": adult.nhs}],
        "active": True,
        "patient": {"type": "Patient", "identifier": {"system": fhir.NHS_NUMBER, "value": child.nhs}},
        "relationship": [fhir.concept(f"{_TERMS}/v3-RoleCode", code, display)],
        "name": [fhir.human_name(adult)],
    }


_FAULTS = {
    "Encounter": (
        ("required-missing", without("subject")),
        ("date-invalid", having(period={"start": f"{_NO_DAY}T10:00:00+00:00"})),
    ),
    "Appointment": (
        ("date-invalid", having(start=f"{_NO_DAY}T10:00:00+00:00")),
        ("required-missing", without("participant")),
    ),
    "Condition": (("required-missing", without("subject")), ("date-invalid", having(onsetDateTime=_NO_DAY))),
}


def _ukcore(delivery: Delivery) -> None:
    first = Pieces("health-ukcore", "health-ukcore.json", "json", _FAULTS)
    second = Pieces("health-ukcore", "health-ukcore-community.xml", "xml", _FAULTS)
    known: set[int] = set()
    for number, event in enumerate(delivery.world.events.health):
        person = event.person
        # The scenes' people are with the first trust; every seventh patient of the others with the second.
        trust = second if not person.planted and person.index % 7 == 0 else first
        seen = delivery.registrar.seen(person, "health")
        if person.index not in known:
            known.add(person.index)
            trust.add(_patient(seen), seen.truth, planted=person.planted, flagged=seen.failing)
        trust.add(_event(event, seen, number), seen.truth, planted=person.planted)
    first.deliver(delivery, lambda bodies: json.dumps(_bundle(bodies), indent=1).encode())
    second.deliver(delivery, lambda bodies: _xml(_bundle(bodies)))


def _bundle(bodies: list[Resource]) -> Resource:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": body} for body in bodies]}


def _xml(bundle: Resource) -> bytes:
    root = fhir.to_xml(bundle)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _patient(seen: Seen) -> Resource:
    body: Resource = {"resourceType": "Patient", "id": f"NV{seen.person.index:06d}"}
    if seen.nhs:
        body["identifier"] = [fhir.nhs_identifier(seen.nhs, "02" if seen.failing else "01")]
    body |= {
        "name": [fhir.human_name(seen)],
        "gender": fhir.GENDER[seen.sex],
        "birthDate": iso(seen.born),
    }
    if not seen.person.restricted:
        body["address"] = [fhir.address(seen.place, seen.stay.start)]
    return body


def _event(event: HealthEvent, seen: Seen, number: int) -> Resource:
    if event.kind == "appointment":
        return _appointment(event, seen, number)
    return _condition(event, seen, number) if event.kind == "condition" else _encounter(event, seen, number)


def _encounter(event: HealthEvent, seen: Seen, number: int) -> Resource:
    code, display = _CLASS[event.kind]
    hours = 3 if event.kind == "emergency" else 40
    return {
        "resourceType": "Encounter",
        "id": f"E{number:07d}",
        "status": "finished",
        "class": fhir.coding(f"{_TERMS}/v3-ActCode", code, display),
        "subject": fhir.reference(seen),
        "period": {
            "start": f"{event.at.isoformat()}+00:00",
            "end": f"{(event.at + timedelta(hours=hours)).isoformat()}+00:00",
        },
        "reasonCode": [{"text": event.text}],
    }


def _appointment(event: HealthEvent, seen: Seen, number: int) -> Resource:
    return {
        "resourceType": "Appointment",
        "id": f"A{number:07d}",
        "status": event.status,
        "serviceType": [{"text": event.text}],
        "start": f"{event.at.isoformat()}+00:00",
        "end": f"{(event.at + timedelta(minutes=30)).isoformat()}+00:00",
        "participant": [{"actor": fhir.reference(seen), "status": "accepted"}],
    }


def _condition(event: HealthEvent, seen: Seen, number: int) -> Resource:
    return {
        "resourceType": "Condition",
        "id": f"C{number:07d}",
        "clinicalStatus": fhir.concept(f"{_TERMS}/condition-clinical", "active", "Active"),
        "verificationStatus": fhir.concept(f"{_TERMS}/condition-ver-status", "confirmed", "Confirmed"),
        "code": fhir.concept(fhir.SNOMED, event.code, event.text),
        "subject": fhir.reference(seen),
        "onsetDateTime": event.at.date().isoformat(),
    }
