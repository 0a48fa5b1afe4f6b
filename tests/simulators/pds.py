"""The Personal Demographics Service as its FHIR API answers: by NHS number, with versions and superseded numbers."""

import re
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.service import Asked, Reply, Service

NHS = "https://fhir.nhs.uk/Id/nhs-number"
_PATH = re.compile(r"/personal-demographics/FHIR/R4/Patient/([0-9]{10})")


def patient(
    number: str, family: str, given: str, born: str, *, security: str = "U", version: int = 1
) -> dict[str, Any]:
    """A Patient as PDS gives it; a restricted one has no address."""
    found: dict[str, Any] = {
        "resourceType": "Patient", "id": number,
        "meta": {
            "versionId": str(version),
            "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": security}],
        },
        "identifier": [{"system": NHS, "value": number}],
        "name": [{"use": "usual", "family": family, "given": [given]}],
        "gender": "female", "birthDate": born,
    }  # fmt: skip
    if security == "U":
        found["address"] = [{"use": "home", "line": ["1 Sample Street"], "postalCode": "ZZ1 1ZZ"}]
    return found


@dataclass
class Pds(Service):
    """Patients by NHS number, and numbers that another has superseded."""

    patients: dict[str, dict[str, Any]] = field(default_factory=dict)
    superseded: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"{self.address}/personal-demographics/FHIR/R4"

    def add(self, *patients: dict[str, Any]) -> None:
        self.patients |= {one["id"]: one for one in patients}

    def reply(self, asked: Asked) -> Reply:
        found = _PATH.fullmatch(asked.path)
        one = self.patients.get(self.superseded.get(found[1], found[1])) if found else None
        if one is None:
            return Reply(404, {"resourceType": "OperationOutcome", "issue": [{"code": "not_found"}]})
        tag = f'W/"{one["meta"]["versionId"]}"'
        if asked.headers.get("If-None-Match") == tag:
            return Reply(304, None, {"ETag": tag})
        return Reply(200, one, {"ETag": tag})
