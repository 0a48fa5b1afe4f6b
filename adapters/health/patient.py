"""FHIR R4 Patient, as UK Core profiles it, to concepts: the person, and what a restricted record must not say.

A restricted record (`meta.security` R or V) gives no address, phone, e-mail or GP even where the sender left them
in: PDS omits them itself, other senders may forget (NHS England, PDS FHIR API; domain 2.3.2, 4.9).
"""

from collections.abc import Iterator

from adapters.health import codes
from adapters.health.fhir import (
    ODS_SYSTEM,
    Element,
    element,
    elements,
    extension_code,
    has_nhs_number_shape,
    is_restricted,
    nhs_number,
    text,
    verification_status,
)
from adapters.health.findings import Findings
from adapters.health.persons import names_of, relationship_kind, residences_of, telecoms_of
from adapters.health.resources import Sent, asked_number
from concept_model.household import Relationship
from concept_model.identifiers import Identifier, Verification, identifier
from concept_model.person import Person
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance

SUPERSEDED_SCHEME = "nhs_number_superseded"
RECORD_SCHEME = "health_record"
"""The sender's own id of a Patient record that is keyed by its NHS number."""
_VERIFIED = "01"
_DEATH_REMOVED = "U"
_COLUMN = "Patient.identifier"


def patient_records(sent: Sent, key: str, findings: Findings, *, spine: bool) -> Iterator[ConceptRecord]:
    """Give the person first, then residences, registration and named contacts.

    `spine` says that the record was retrieved from PDS. The Spine is the register that issues NHS numbers, so the
    id it answers with is verified by definition, unless the record itself carries another status than 01.
    """
    body = sent.body
    restricted = is_restricted(body)
    yield Person(
        person=key,
        names=names_of(body),
        birth_date=findings.person_date("Patient.birthDate", text(body, "birthDate")),
        death_date=_death(body, findings),
        sex=_sex(body, findings),
        **_ethnicity(body, findings),
        identifiers=tuple(_identifiers(sent, key, findings, spine=spine)),
        telecoms=() if restricted else telecoms_of("Patient", body, findings),
        protected="restricted" if restricted else None,
    )
    if not restricted:
        yield from residences_of("Patient", key, body, findings)
        yield from _registrations(key, body, findings)
    yield from _contacts(key, body, findings, restricted=restricted)


def _death(body: Element, findings: Findings) -> str | None:
    """Date of death, unless the death notification was removed (status U: the person is alive)."""
    for one in elements(body, "extension"):
        if extension_code(one, "deathNotificationStatus") == _DEATH_REMOVED:
            return None
    return findings.person_date("Patient.deceasedDateTime", text(body, "deceasedDateTime"))


def _sex(body: Element, findings: Findings) -> codes.Gender | None:
    sent = text(body, "gender")
    if sent and sent not in codes.GENDERS:
        findings.unlisted("Patient.gender")
    return codes.GENDERS.get(sent)


def _ethnicity(body: Element, findings: Findings) -> codes.Ethnicity:
    code = extension_code(body, "Extension-UKCore-EthnicCategory")
    if not code:
        return {"ethnicity": None, "ethnicity_scheme": None}
    if code not in codes.ETHNIC_CATEGORIES:
        findings.unlisted("Patient.extension")
    return {"ethnicity": code, "ethnicity_scheme": codes.ETHNICITY_SCHEME}


def _identifiers(sent: Sent, key: str, findings: Findings, *, spine: bool) -> Iterator[Identifier]:
    """The current NHS number, numbers it supersedes, and the sender's own id where that is another."""
    sent_numbers = {
        number: verification_status(one) for one in elements(sent.body, "identifier") if (number := nhs_number(one))
    }
    if key in sent_numbers or (spine and has_nhs_number_shape(key)):
        status = sent_numbers.get(key, "") or (_VERIFIED if spine else "")
        current = identifier("nhs_number", key, confirmed=status == _VERIFIED)
        if current.verification is Verification.UNVERIFIED:
            findings.failed_check(_COLUMN)
        yield current
    asked = asked_number(sent.full_url) if spine else ""
    for number in sorted({*sent_numbers, asked} - {key, ""}):
        yield identifier(SUPERSEDED_SCHEME, number)
    own = text(sent.body, "id")
    if own and not spine and key in sent_numbers:
        yield identifier(RECORD_SCHEME, own)


def _registrations(key: str, body: Element, findings: Findings) -> Iterator[Circumstance]:
    for reference in elements(body, "generalPractitioner"):
        practice = element(reference, "identifier")
        code = text(practice, "value")
        if text(practice, "system") != ODS_SYSTEM or not code:
            continue
        start, end = findings.period("Patient.generalPractitioner", practice)
        yield Circumstance(
            subject=key,
            item="health.registration",
            occurrence=code,
            value={"practice": code},
            valid_from=start,
            valid_to=end,
        )


def _contacts(key: str, body: Element, findings: Findings, *, restricted: bool) -> Iterator[ConceptRecord]:
    """Named contacts in the person's record. Of a restricted person's contact no phone either: it leads there."""
    for number, contact in enumerate(elements(body, "contact"), 1):
        names = names_of(contact)
        if not names:
            continue
        other = f"{key}/contact/{number}"
        kind = relationship_kind("Patient.contact.relationship", contact, findings)
        start, end = findings.period("Patient.contact", contact)
        telecoms = () if restricted else telecoms_of("Patient.contact", contact, findings)
        yield Person(person=other, names=names, telecoms=telecoms)
        yield Relationship(person=other, other=key, kind=kind, valid_from=start, valid_to=end)
