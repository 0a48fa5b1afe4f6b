"""Small files of two invented patients, as the templates of the FHIR feeds. NHS numbers from 999 are for tests."""

import json

_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
_STATUS = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
_STATUSES = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus"
_TERMS = "http://terminology.hl7.org/CodeSystem"


def _patient(number: str, identity: str, given: str, gender: str, born: str) -> dict[str, object]:
    status = {"coding": [{"system": _STATUSES, "code": "01", "display": "Number present and verified"}]}
    extension = [{"url": _STATUS, "valueCodeableConcept": status}]
    return {
        "resourceType": "Patient", "id": identity,
        "identifier": [{"extension": extension, "system": _SYSTEM, "value": number}],
        "name": [{"use": "usual", "family": "Example", "given": [given]}], "gender": gender, "birthDate": born,
        "address": [{"use": "home", "line": ["1 Example Street", "Exampleton"], "postalCode": "ZZ1 1ZZ"}],
    }  # fmt: skip


_ROBIN, _ALEX = ("9990000018", "Robin", "female", "2013-02-11"), ("9990000026", "Alex", "male", "1979-05-30")
PDS = "".join(
    f"{json.dumps(_patient(number, number, given, gender, born))}\n" for number, given, gender, born in (_ROBIN, _ALEX)
)
"""Two patients as the Personal Demographics Service returns them, one a line."""

_ENCOUNTER = {
    "resourceType": "Encounter", "id": "E0000001", "status": "finished",
    "class": {"system": f"{_TERMS}/v3-ActCode", "code": "EMER", "display": "emergency"},
    "subject": {"type": "Patient", "identifier": {"system": _SYSTEM, "value": _ROBIN[0]}},
    "period": {"start": "2026-03-02T21:15:00+00:00", "end": "2026-03-03T00:40:00+00:00"},
}  # fmt: skip
UKCORE = json.dumps(
    {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": _patient(_ROBIN[0], "RX0000001", *_ROBIN[1:])}, {"resource": _ENCOUNTER}],
    },
    indent=1,
)
"""A patient of a trust and an attendance at its emergency department."""
