"""The two health feeds: PDS demographics, and UK Core records of care."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from pydantic import ValidationError

from adapters.health.care_events import appointment_records, condition_records, encounter_records
from adapters.health.findings import Findings
from adapters.health.lone_resource import bundle_of
from adapters.health.patient import patient_records
from adapters.health.profiles import PDS_PROFILE, UKCORE_PROFILE
from adapters.health.related_person import related_person_records
from adapters.health.resources import Sent, local_key, rows_of, spine_key
from adapters.port import FeedProfile, RawRow, Translation
from concept_model.records import ConceptRecord

_PDS_KINDS = frozenset({"Patient", "RelatedPerson"})
_CARE = {
    "Encounter": encounter_records,
    "Condition": condition_records,
    "Appointment": appointment_records,
}


@dataclass(frozen=True, slots=True)
class HealthFeed:
    """A feed of FHIR R4 resources. `spine` marks records that PDS itself returned."""

    profile: FeedProfile
    spine: bool

    def rows(self, source: BinaryIO) -> Iterator[RawRow]:
        """One row per resource. Raises `FeedUnreadableError` before any row where the file is not this feed's."""
        key_of = spine_key if self.spine else local_key
        return rows_of(source, key_of, _PDS_KINDS if self.spine else None, xml="xml" in self.profile.formats)

    def translate(self, row: RawRow) -> Translation:
        """Concepts of one resource; a type this feed does not keep is taken with a flag and gives none."""
        findings = Findings(row)
        try:
            records = tuple(self._records(row.payload, findings))
        except ValidationError:
            findings.error("", "row-invalid", "A value is longer or other than it may be.", "Check the resource.")
            records = ()
        if findings.errors:
            records = ()
        return Translation(row, records, tuple(findings.errors), tuple(findings.flags))

    def alone(self, row: RawRow, keeps: Callable[[str], bool]) -> str:
        """The resource, with what its bundle says of the patients whom it names."""
        sent = row.payload
        return bundle_of(sent, keeps) if isinstance(sent, Sent) and sent.kind else ""

    def _records(self, sent: Any, findings: Findings) -> Iterator[ConceptRecord]:
        if not isinstance(sent, Sent):
            findings.error("", "row-shape", "The row is no FHIR resource.", "Send FHIR R4 resources.")
        elif sent.kind == "Patient":
            key = (spine_key if self.spine else local_key)(sent.body, sent.full_url)
            if key:
                yield from patient_records(sent, key, findings, spine=self.spine)
            else:
                findings.missing("Patient.id")
        elif sent.kind == "RelatedPerson":
            yield from related_person_records(sent, findings, spine=self.spine)
        elif sent.kind in _CARE and not self.spine:
            yield from _CARE[sent.kind](sent, findings)
        elif sent.kind == "OperationOutcome" and not sent.full_url:
            findings.error(
                "",
                "request-failed",
                "The row is an OperationOutcome: it says that a request failed and holds no record.",
                "Put the request right (a search with too many matches needs more details) and send what it returns.",
            )
        else:
            findings.flag("", "resource-not-kept", "This feed keeps nothing of a resource or entry of this type.")


PDS = HealthFeed(PDS_PROFILE, spine=True)
UKCORE = HealthFeed(UKCORE_PROFILE, spine=False)
