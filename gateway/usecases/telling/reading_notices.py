"""Notices read: the same path as any other disclosure, for the direction notify and the one pupil.

(0) one instant; the notice, if it is for this reader
(1) decision inputs of the pupil
(2) the agreements decide anew: what was due when it was raised may not be now
(3) the authorisation, committed: the ticket
(4) read under the ticket; append the outcome; commit
(5) mark it read; only now return
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from agreements.decision import Refer
from agreements.request import Direction
from audit.entry import Decision, Entry, EventClass, Outcome, Phase
from gateway.errors import NotFoundError, ReferredError
from gateway.identity.caller import StaffCaller
from gateway.profiles.assemble import REPORT_NOTE
from gateway.profiles.golden import golden_identity
from gateway.profiles.permitted import PermittedFact, permitted_facts
from gateway.profiles.recorded_sex import with_one_sex
from gateway.profiles.shown import counts_of, in_heading, sources_of
from gateway.profiles.views import GoldenIdentity, Receipt
from gateway.store.desk_tables import NoticeRow
from gateway.store.inputs import DecisionInput, family_inputs
from gateway.store.ledger import Ticket, append
from gateway.store.notices import mark_read, notice_for, notices_for
from gateway.usecases.families.declaring import Declaration
from gateway.usecases.families.disclosure import (
    Reading,
    append_outcome,
    authorise_and_load,
    receipt_for,
    require_unended,
)
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.deciding import SubjectDecision, blank_request, decide_subjects, reader_of
from gateway.usecases.telling.notifying import INCIDENT
from gateway.wiring import Wiring

_OPEN_FOR = timedelta(minutes=60)
NO_SUCH_NOTICE = "there is no such notice"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as a list shows it: no name, no family. `state` is unread, overdue or read."""

    notice_id: UUID
    title: str
    state: str
    raised_at: datetime
    read_by: datetime
    read_at: datetime | None
    escalated_at: datetime | None


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident, as far as the agreement lets the recipient know it."""

    at: str | None
    role: str | None
    nature: str
    note: str | None
    values: dict[str, object]
    source: str


@dataclass(frozen=True, slots=True)
class OpenedNotice:
    """An opened notice. `family_id` is given to whom a referral names alone: they look with a purpose of their own."""

    notice: Notice
    pupil: GoldenIdentity | None
    incidents: tuple[Incident, ...]
    advice: tuple[str, ...]
    family_id: UUID | None
    receipt: Receipt


def my_notices(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[Notice]:
    """Notices for this reader's agency, role and unit; overdue ones for the deputy too. Looking is an entry."""
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        rows = notices_for(connection, caller.agency, caller.role, caller.team, now)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose="notices",
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND, detail={"row_count": len(rows)},
        )  # fmt: skip
        append(connection, looked)
    return [_notice(row, now) for row in rows]


def open_notice(wiring: Wiring, context: RequestContext, caller: StaffCaller, notice_id: UUID) -> OpenedNotice:
    """Open one notice. Raises `NotFoundError`, `ReferredError` or `PermitEndedError`; nothing is released then."""
    # (0) One instant; the notice.
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        row = notice_for(connection, notice_id, caller.agency, caller.role, caller.team, now)
    if row is None:
        _deny(wiring, context, caller, "not-found-or-not-yours", now)
        raise NotFoundError(NO_SUCH_NOTICE)
    if row.escalates_to_role is None:
        return _open_referral(wiring, context, caller, row, now)
    # (1) Inputs of the pupil alone: the first is whom the family is named for.
    reader = reader_of(wiring, caller)
    with wiring.database.transaction("hg_decide") as connection:
        pupil = family_inputs(connection, row.family_id, reader, now)[:1]
    # (2) The agreements decide.
    declaration = Declaration(
        notice_id, row.purpose, row.family_id, break_glass=False, has_case=False, expires_at=now + _OPEN_FOR
    )  # fmt: skip
    blank = blank_request(wiring.register, caller, row.purpose, Direction.NOTIFY, now)
    reading = Reading(wiring, context, caller, declaration, blank, now)
    decided = decide_subjects(wiring, pupil, blank, declaration)
    _require_permit(reading, decided)
    # (3) and (4) The authorisation, committed; read under its ticket, append the outcome and commit it.
    opened, outcome, leaf, ticket = _read(reading, row, pupil, decided)
    # (5) Mark it read, and return.
    with wiring.database.transaction("hg_desk") as connection:
        mark_read(connection, notice_id, now)
    require_unended(wiring, context, ticket.not_after)
    identity, incidents, advice = opened
    return OpenedNotice(_read_notice(row, now), identity, incidents, advice, None, receipt_for(wiring, outcome, leaf))


Opened = tuple[GoldenIdentity, tuple[Incident, ...], tuple[str, ...]]


def _read(
    reading: Reading,
    row: NoticeRow,
    pupil: Sequence[DecisionInput],
    decided: Sequence[SubjectDecision],
) -> tuple[Opened, Entry, bytes, Ticket]:
    wiring = reading.wiring
    permits = {(one.person_id, one.band): one.permit for one in decided if one.permit is not None}
    titles = {name: info.title for name, info in wiring.register.sources.items()}
    authorised, ticket, loaded = authorise_and_load(reading, decided, row.family_id, EventClass.DISCLOSURE)
    # A window is counted to the day of the notice: one that waited over a weekend still says what it was about.
    facts = with_one_sex(permitted_facts(loaded, permits, row.raised_at))
    incidents = tuple(_incident(fact, titles) for fact in facts if fact.item.name == INCIDENT)
    advice = tuple(dict.fromkeys(line for permit in permits.values() for line in permit.advice))
    shown = [fact for fact in facts if fact.item.name == INCIDENT or in_heading(fact)]
    counts = counts_of(shown)
    outcome = entry(
        wiring, reading.context, reading.caller, authorised.event, reading.now, phase=Phase.OUTCOME,
        refers_to=authorised.entry_id, decision=Decision.PERMIT,
        outcome=Outcome.DONE if incidents else Outcome.NOTHING_FOUND, purpose=authorised.purpose,
        declaration=authorised.declaration, agreements=authorised.agreements,
        legal_basis=authorised.legal_basis, household=authorised.household,
        subjects=tuple(str(one.person_id) for one in pupil), items_shown=tuple(counts),
        shown_counts=counts, sources=sources_of(shown), reason=authorised.reason,
        detail={"channel": "notice", "records": [str(row.notice_id)]},
    )  # fmt: skip
    leaf = append_outcome(wiring, outcome)
    ordered = tuple(sorted(incidents, key=lambda one: one.at or "", reverse=True))
    return (golden_identity(facts, titles), ordered, advice), outcome, leaf, ticket


def _open_referral(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, row: NoticeRow, now: datetime
) -> OpenedNotice:
    """Whom a referral names gets the handle of the family and the question, and looks with their own purpose."""
    taken = entry(
        wiring, context, caller, EventClass.CONSULTATION, now, purpose=row.purpose, decision=Decision.REFER,
        household=str(row.family_id), detail={"channel": "notice", "records": [str(row.notice_id)]},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        leaf = append(connection, taken)
        mark_read(connection, row.notice_id, now)
    return OpenedNotice(_read_notice(row, now), None, (), (), row.family_id, receipt_for(wiring, taken, leaf))


def _require_permit(reading: Reading, decided: Sequence[SubjectDecision]) -> None:
    if any(one.permit is not None for one in decided):
        return
    wiring, now = reading.wiring, reading.now
    referral = next((one.decision for one in decided if isinstance(one.decision, Refer)), None)
    if referral is not None:
        receipt = _deny(wiring, reading.context, reading.caller, referral.code, now, Decision.REFER)
        raise ReferredError(referral.to, now + referral.within, referral.message, receipt)
    _deny(wiring, reading.context, reading.caller, "not-found-or-refused", now)
    raise NotFoundError(NO_SUCH_NOTICE)


def _deny(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, code: str, now: datetime,
    decision: Decision = Decision.REFUSE,
) -> str:  # fmt: skip
    denied = entry(
        wiring, context, caller, EventClass.DENIED, now, decision=decision, outcome=Outcome.DENIED,
        detail={"reasons": [code], "channel": "notice"},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, denied)
    return denied.entry_id


def _incident(fact: PermittedFact, titles: dict[str, str]) -> Incident:
    held = fact.fact
    values = {name: value for name, value in held.value.items() if value is not None}
    day = held.happened_at or held.valid_from
    length = {"month": 7, "year": 4}.get(fact.form)
    at = day.isoformat()[:length] if day else None
    return Incident(at, held.subject_role, held.nature, _note(held.nature), values, titles[fact.source])


def _note(nature: str) -> str | None:
    return REPORT_NOTE if nature == "allegation" else None


def _notice(row: NoticeRow, now: datetime) -> Notice:
    state = "read" if row.read_at else "overdue" if row.read_by <= now else "unread"
    return Notice(row.notice_id, row.title, state, row.raised_at, row.read_by, row.read_at, row.escalated_at)


def _read_notice(row: NoticeRow, now: datetime) -> Notice:
    return Notice(
        row.notice_id, row.title, "read", row.raised_at, row.read_by, row.read_at or now, row.escalated_at
    )  # fmt: skip
