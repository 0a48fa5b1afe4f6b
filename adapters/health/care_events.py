"""Encounter, Condition and Appointment of FHIR R4 to concepts: counts, dates and coarse groups, no clinical text.

A diagnosis is not shipped with an attendance; its reason is one of four groups (domain 2.3.3). A record that its
sender withdraws (`entered-in-error`, `refuted`) is given again under its own occurrence, emptied and disputed, so
that it replaces what was said before.
"""

from collections.abc import Iterator, Mapping

from adapters.health import codes
from adapters.health.fhir import (
    Element,
    code_of,
    display_of,
    element,
    elements,
    extension_code,
    nhs_number,
    text,
    verification_status,
)
from adapters.health.fhir_dates import certainly_under_18, first_day, instant, period_texts
from adapters.health.findings import Findings
from adapters.health.resources import Sent
from adapters.health.subjects import subject_of
from concept_model.base import Nature, Scalar
from concept_model.identifiers import identifier
from concept_model.person import Person
from concept_model.records import ConceptRecord
from concept_model.statement import Circumstance, Event


def encounter_records(sent: Sent, findings: Findings) -> Iterator[ConceptRecord]:
    """`health.attendance`: the encounter's class, a reason group and its status."""
    body = sent.body
    kind, status = code_of(element(body, "class")), text(body, "status")
    subject = _subject("Encounter.subject", sent, element(body, "subject"), findings)
    _require(findings, {"Encounter.class": kind, "Encounter.status": status})
    _check("Encounter.class", kind, codes.ENCOUNTER_CLASSES, findings)
    _check("Encounter.status", status, codes.ENCOUNTER_STATUSES, findings)
    start, end = period_texts(body)
    begins, ends = findings.days("Encounter.period", start, end)
    if findings.errors:
        return
    yield from _cited_person(sent, element(body, "subject"), subject)
    value: dict[str, Scalar] = {"kind": kind, "reason_group": _reason_group(body, kind, findings), "status": status}
    if status in codes.WITHDRAWN:
        yield _withdrawn_event("health.attendance", subject, _occurrence(sent, start), {"status": status}, findings)
        return
    yield Event(
        subject=subject,
        item="health.attendance",
        occurrence=_occurrence(sent, start),
        value=value,
        at=instant(start),
        valid_from=begins,
        valid_to=ends,
    )


def condition_records(sent: Sent, findings: Findings) -> Iterator[ConceptRecord]:
    """`health.flag`: code, words and status of a condition; one that is not confirmed is an opinion."""
    body = sent.body
    concept = element(body, "code")
    code, display = code_of(concept), display_of(concept)
    status, certainty = code_of(element(body, "clinicalStatus")), code_of(element(body, "verificationStatus"))
    subject = _subject("Condition.subject", sent, element(body, "subject"), findings)
    _require(findings, {"Condition.code": code or display})
    _check("Condition.clinicalStatus", status, codes.CONDITION_STATUSES, findings)
    start = text(body, "onsetDateTime")
    begins, ends = findings.days("Condition.onsetDateTime", start, text(body, "abatementDateTime"))
    if findings.errors:
        return
    yield from _cited_person(sent, element(body, "subject"), subject)
    occurrence = _occurrence(sent, start or code)
    if certainty in codes.WITHDRAWN:
        _note_withdrawn(findings)
        yield Circumstance(
            subject=subject, item="health.flag", occurrence=occurrence, value={"status": certainty}, disputed=True
        )
        return
    yield Circumstance(
        subject=subject,
        item="health.flag",
        occurrence=occurrence,
        value={"code": code or None, "display": display or None, "status": status or None},
        nature=Nature.OPINION if certainty in codes.UNSURE else Nature.FACT,
        at=instant(text(body, "recordedDate")),
        valid_from=begins,
        valid_to=ends,
    )


def appointment_records(sent: Sent, findings: Findings) -> Iterator[ConceptRecord]:
    """`health.appointment` for each patient who takes part."""
    body = sent.body
    status, start = text(body, "status"), text(body, "start")
    actors = [actor for actor in (element(one, "actor") for one in elements(body, "participant")) if _is_patient(actor)]
    _require(findings, {"Appointment.status": status, "Appointment.participant": "x" if actors else ""})
    _check("Appointment.status", status, codes.APPOINTMENT_STATUSES, findings)
    begins, ends = findings.days("Appointment.start", start, text(body, "end"))
    subjects = [_subject("Appointment.participant", sent, actor, findings) for actor in actors]
    if findings.errors:
        return
    service = display_of(element(body, "serviceType")) or display_of(element(body, "specialty"))
    for actor, subject in zip(actors, subjects, strict=True):
        yield from _cited_person(sent, actor, subject)
        occurrence = _occurrence(sent, start)
        if status in codes.WITHDRAWN:
            yield _withdrawn_event("health.appointment", subject, occurrence, {"outcome": status}, findings)
            continue
        yield Event(
            subject=subject,
            item="health.appointment",
            occurrence=occurrence,
            value={"outcome": _outcome(status, sent.context.birth_dates.get(subject, ""), start), "service": service},
            at=instant(start),
            valid_from=begins,
            valid_to=ends,
        )


def _outcome(status: str, birth_date: str, start: str) -> str:
    """The status as sent, except a missed one: a child does not miss an appointment, a child is not brought.

    Only where the file itself shows that the patient was under 18 on the day (domain 2.3.3).
    """
    if status != "noshow":
        return status
    day = first_day(start)
    return "was_not_brought" if day and certainly_under_18(birth_date, day) else "did-not-attend"


def _reason_group(body: Element, kind: str, findings: Findings) -> str | None:
    method = extension_code(element(body, "hospitalization"), "Extension-UKCore-AdmissionMethod")
    if method and method not in codes.REASON_GROUP_OF_ADMISSION:
        findings.flag("Encounter.hospitalization", "code-unlisted", "The method of admission is in no reason group.")
    return codes.REASON_GROUP_OF_ADMISSION.get(method) or ("emergency" if kind == "EMER" else None)


def _is_patient(actor: Element) -> bool:
    named = text(actor, "reference")
    return bool(
        nhs_number(element(actor, "identifier"))
        or text(actor, "type") == "Patient"
        or "Patient/" in named
        or named.startswith("#")
    )


def _subject(column: str, sent: Sent, reference: Element, findings: Findings) -> str:
    subject = subject_of(sent, reference)
    if not subject:
        findings.missing(column)
    return subject


def _cited_person(sent: Sent, reference: Element, subject: str) -> Iterator[Person]:
    """A person known by nothing but the NHS number in a reference, where no Patient of the file says more.

    Without it the statement would hang on a key that nobody can link.
    """
    cited = element(reference, "identifier")
    if nhs_number(cited) == subject and subject not in sent.context.birth_dates:
        number = identifier("nhs_number", subject, confirmed=verification_status(cited) == "01")
        yield Person(person=subject, identifiers=(number,))


def _occurrence(sent: Sent, otherwise: str) -> str:
    own = text(sent.body, "id") or next(
        (text(one, "value") for one in elements(sent.body, "identifier") if text(one, "value")), ""
    )
    return f"{sent.kind}/{own or otherwise}"


def _require(findings: Findings, values: Mapping[str, str]) -> None:
    for column, value in values.items():
        if not value:
            findings.missing(column)


def _check(column: str, code: str, listed: frozenset[str], findings: Findings) -> None:
    if code and code not in listed:
        findings.unlisted(column)


def _note_withdrawn(findings: Findings) -> None:
    findings.flag("", "record-withdrawn", "The sender marks the record as an error: what it said before is emptied.")


def _withdrawn_event(item: str, subject: str, occurrence: str, value: dict[str, Scalar], findings: Findings) -> Event:
    _note_withdrawn(findings)
    return Event(subject=subject, item=item, occurrence=occurrence, value=value, disputed=True)
