"""FHIR R4 RelatedPerson to concepts.

PDS answers in two ways (NHS England, PDS FHIR API): with the relative's details, or with only a reference to the
relative's own record. In the second, the entry's address names the patient asked for and `patient` the relative.
"""

from collections.abc import Iterator

from adapters.health.fhir import element, is_restricted, text
from adapters.health.findings import Findings
from adapters.health.persons import names_of, relationship_kind, residences_of, telecoms_of
from adapters.health.resources import Sent, asked_number
from adapters.health.subjects import subject_of
from concept_model.household import Relationship
from concept_model.person import Person
from concept_model.records import ConceptRecord


def related_person_records(sent: Sent, findings: Findings) -> Iterator[ConceptRecord]:
    """A relationship to the patient's own record or to a contact, who is then a person keyed under the patient.

    Nothing of where a relative is to be found is given for a restricted relative, nor for a relative of a patient
    whom the same file restricts.
    """
    body = sent.body
    referred = subject_of(sent, element(body, "patient"))
    patient = asked_number(sent.full_url) or referred
    if not patient:
        findings.missing("RelatedPerson.patient")
        return
    own_id = text(body, "id") or "1"
    is_reference = bool(referred) and referred != patient
    other = referred if is_reference else f"{patient}/related/{own_id}"
    kind = relationship_kind("RelatedPerson.relationship", body, findings)
    start, end = findings.period("RelatedPerson", body)
    if not is_reference:
        restricted = is_restricted(body)
        hidden = restricted or patient in sent.context.restricted
        yield Person(
            person=other,
            names=names_of(body),
            birth_date=findings.person_date("RelatedPerson.birthDate", text(body, "birthDate")),
            telecoms=() if hidden else telecoms_of("RelatedPerson", body, findings),
            protected="restricted" if restricted else None,
        )
        if not hidden:
            yield from residences_of("RelatedPerson", other, body, findings)
    yield Relationship(person=other, other=patient, kind=kind, valid_from=start, valid_to=end)
