"""FHIR R4 RelatedPerson to concepts.

A relative is a patient too where the record gives the relative's own NHS number, as `identifier`, or as PDS may, by
a bare reference: then the entry's address names the patient asked for and `patient` the relative (NHS England, PDS
FHIR API). Otherwise the relative is a contact, keyed under the patient.
"""

from collections.abc import Iterator

from adapters.health.fhir import Element, element, elements, is_restricted, nhs_number, text, verification_status
from adapters.health.findings import Findings
from adapters.health.persons import names_of, relationship_kind, residences_of, telecoms_of
from adapters.health.resources import Sent, asked_number
from adapters.health.subjects import subject_of
from concept_model.household import Relationship
from concept_model.identifiers import Identifier, Verification, identifier
from concept_model.person import FORMER_NAME_USES, Person, PersonName
from concept_model.records import ConceptRecord

_VERIFIED = "01"


def related_person_records(sent: Sent, findings: Findings, *, spine: bool) -> Iterator[ConceptRecord]:
    """The relationship, and who the relative is unless a Patient of the same file says that better.

    `spine` says that PDS returned the record, which vouches for the NHS number of the relative.
    """
    body = sent.body
    referred = subject_of(sent, element(body, "patient"))
    patient = asked_number(sent.full_url) or referred
    if not patient:
        findings.missing("RelatedPerson.patient")
        return
    own = next((one for one in elements(body, "identifier") if nhs_number(one)), None)
    is_bare_reference = own is None and referred not in ("", patient)
    other = referred if is_bare_reference else f"{patient}/related/{text(body, 'id') or '1'}"
    numbers: tuple[Identifier, ...] = ()
    if own is not None:
        other = nhs_number(own)
        numbers = (_number(own, findings, spine=spine),)
    if not is_bare_reference and other not in sent.context.birth_dates:
        yield from _relative(sent, (other, patient), numbers, findings)
    kind = relationship_kind("RelatedPerson.relationship", body, findings)
    start, end = findings.period("RelatedPerson", body)
    yield Relationship(person=other, other=patient, kind=kind, valid_from=start, valid_to=end)


def _relative(
    sent: Sent, keys: tuple[str, str], numbers: tuple[Identifier, ...], findings: Findings
) -> Iterator[ConceptRecord]:
    """The relative by what this record says; `keys` are the relative's and the patient's.

    Nothing of where to find a restricted relative, or one of a patient whom the same file restricts. The name of a
    relative with an NHS number is an alias: it is what a practice wrote, and must not replace the name in the
    relative's own record. A former name stays one, which nobody is shown.
    """
    body: Element = sent.body
    key, patient = keys
    restricted = is_restricted(body)
    hidden = restricted or patient in sent.context.restricted
    names = names_of(body)
    yield Person(
        person=key,
        names=tuple(map(_as_alias, names)) if numbers else names,
        birth_date=findings.person_date("RelatedPerson.birthDate", text(body, "birthDate")),
        identifiers=numbers,
        telecoms=() if hidden else telecoms_of("RelatedPerson", body, findings),
        protected="restricted" if restricted else None,
    )
    if not hidden:
        yield from residences_of("RelatedPerson", key, body, findings)


def _as_alias(name: PersonName) -> PersonName:
    return name if name.use in FORMER_NAME_USES else name.model_copy(update={"use": "alias"})


def _number(sent: Element, findings: Findings, *, spine: bool) -> Identifier:
    status = verification_status(sent) or (_VERIFIED if spine else "")
    found = identifier("nhs_number", nhs_number(sent), confirmed=status == _VERIFIED)
    if found.verification is Verification.UNVERIFIED:
        findings.failed_check("RelatedPerson.identifier")
    return found
