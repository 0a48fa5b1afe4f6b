"""Notices raised: a school is told of domestic abuse that a pupil was present at (Domestic Abuse Act 2021 s.49A).

(0) one instant; how far back any agreement lets a notice reach: if none does, nothing is asked
(1) incidents at which a child was present, and the school of that day: ids alone
(2) what is known of each child: yes, no or unknown
(3) the agreements decide: a notice to the school, a task for the person whom a referral names, or neither
(4) notice and entry in one transaction, once for every incident and school
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from agreements.decision import Permit, Refer, RuleUse
from agreements.request import Band, DecisionRequest, Direction, Relationship, Tri
from audit.entry import Decision, EventClass
from gateway.store.inputs import Reader, person_inputs
from gateway.store.ledger import append
from gateway.store.notices import NoticeCandidate, escalate_overdue, notice_candidates, save_notice, whom_it_tells_of
from gateway.usecases.families.declaring import Declaration
from gateway.usecases.feeds.working_days import next_school_morning
from gateway.usecases.log.entries import system_entry
from gateway.usecases.register.deciding import SubjectDecision, decide_subjects
from gateway.wiring import Wiring

PURPOSE = "school_safeguarding"
LEAD, DEPUTY = "school_safeguarding_lead", "deputy_safeguarding_lead"
INCIDENT, PRESENT = "da.incident", "child present"
TITLE = "Police notice about a pupil of your school"
_SCHOOLS = "schools"
_NOBODY = Reader("", "", is_manager=False, is_mash=False)


@dataclass(frozen=True, slots=True)
class NoticesRaised:
    """What a run did: `told` notices to schools, `referred` to the person whom the agreement names."""

    told: int
    referred: int


@dataclass(frozen=True, slots=True)
class _Address:
    """To whom a notice goes, by when, and whom it passes to if they do not read it."""

    agency: str
    role: str
    unit: str
    escalates_to: str | None
    title: str
    read_by: datetime
    uses: tuple[RuleUse, ...]


def raise_notices(wiring: Wiring) -> NoticesRaised:
    """Raise every notice that is due and not raised yet. Safe to repeat."""
    # (0) One instant; how far back.
    now = wiring.clock()
    blank = notice_request(wiring, LEAD, now)
    reach = _reach(wiring, blank)
    if reach is None:
        return NoticesRaised(0, 0)
    # (1) and (2) Incidents, and what is known of each child.
    with wiring.database.transaction("hg_decide") as connection:
        candidates = notice_candidates(connection, (now - reach).date())
        inputs = person_inputs(connection, sorted({one.person_id for one in candidates}), _NOBODY, now)
    # A candidate may be held to a weaker band than its link has, where two schools claim the child.
    asked: dict[UUID, set[int]] = {}
    for one in candidates:
        asked.setdefault(one.person_id, set()).add(one.band)
    inputs = [replace(person, bands=tuple(sorted(asked[person.person_id]))) for person in inputs]
    # (3) The agreements decide.
    no_declaration = Declaration(wiring.mint(), PURPOSE, None, break_glass=False, has_case=False, expires_at=now)
    decided = decide_subjects(wiring, inputs, blank, no_declaration)
    # (4) Notice and entry together.
    raised = [
        address.escalates_to is not None
        for candidate, address in _addressed(wiring, candidates, decided, now)
        if _raise(wiring, candidate, address, now)
    ]
    return NoticesRaised(sum(raised), len(raised) - sum(raised))


def escalate_notices(wiring: Wiring) -> int:
    """Pass every notice that nobody read in time to whom it escalates, with an entry each; return how many."""
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        overdue = escalate_overdue(connection, now)
        for notice in overdue:
            passed_on = system_entry(
                wiring, EventClass.DISCLOSURE, now, purpose=notice.purpose, household=str(notice.family_id),
                decision=Decision.PERMIT,
                detail={
                    "channel": "notice", "recipient_agency": notice.recipient_agency,
                    "recipient_team": notice.recipient_unit, "records": [str(notice.notice_id)],
                    "reasons": ["not-read-in-time"],
                },
            )  # fmt: skip
            append(connection, passed_on)
    return len(overdue)


def notice_request(wiring: Wiring, role: str, now: datetime) -> DecisionRequest:
    """May this role of the schools be told? Says nothing of any subject."""
    agency = _schools(wiring, now)
    return DecisionRequest(agency, role, PURPOSE, Relationship.NONE, {}, Band.VERIFIED, Direction.NOTIFY, now)


def _schools(wiring: Wiring, now: datetime) -> str:
    return wiring.register.owner_of(_SCHOOLS, now) or wiring.register.sources[_SCHOOLS].owner


def _reach(wiring: Wiring, blank: DecisionRequest) -> timedelta | None:
    """The longest window of the rules in force for a child surely known; None where no rule speaks."""
    surely = DecisionRequest(
        blank.agency, blank.role, blank.purpose, blank.relationship, {"minor": Tri.YES}, blank.band,
        blank.direction, blank.now,
    )  # fmt: skip
    decision = wiring.register.decide(surely)
    permit = decision.permit if isinstance(decision, Refer) else decision
    if not isinstance(permit, Permit):
        return None
    vocabulary = wiring.register.vocabulary
    windows = [
        use.window_days
        for use in permit.uses
        if use.window_days is not None
        and any(INCIDENT in vocabulary.items_of(use.mask, source) for source in vocabulary.sources)
    ]
    return timedelta(days=max(windows)) if windows else None


def _addressed(
    wiring: Wiring, candidates: Sequence[NoticeCandidate], decided: Sequence[SubjectDecision], now: datetime
) -> Iterator[tuple[NoticeCandidate, _Address]]:
    by_subject = {(one.person_id, one.band): one for one in decided}
    for candidate in candidates:
        subject = by_subject.get((candidate.person_id, candidate.band))
        address = _address(wiring, candidate, subject, now) if subject else None
        if address is not None:
            yield candidate, address


def _address(
    wiring: Wiring, candidate: NoticeCandidate, subject: SubjectDecision, now: datetime
) -> _Address | None:  # fmt: skip
    vocabulary = wiring.register.vocabulary
    source, permit = vocabulary.sources[candidate.source_no], subject.permit
    age = (now.date() - candidate.happened_on).days
    if permit is not None and permit.allows(source, INCIDENT) and permit.admits(source, INCIDENT, age, PRESENT):
        uses = permit.uses_of(source, INCIDENT)
        return _Address(_schools(wiring, now), LEAD, candidate.unit, DEPUTY, TITLE, next_school_morning(now), uses)
    decision = subject.decision
    if isinstance(decision, Refer) and decision.mask >> vocabulary.cell(source, INCIDENT) & 1:
        agency, _, role = decision.to.partition("/")
        return _Address(agency, role, "", None, decision.message, now + decision.within, ())
    return None


def _raise(wiring: Wiring, candidate: NoticeCandidate, address: _Address, now: datetime) -> bool:
    notice_id = wiring.mint_opaque()
    told = system_entry(
        wiring, EventClass.DISCLOSURE, now, purpose=PURPOSE,
        decision=Decision.PERMIT if address.uses else Decision.REFER,
        agreements=tuple(sorted({use.clause for use in address.uses})),
        legal_basis="; ".join(sorted({basis for use in address.uses for basis in use.article_6})) or None,
        subjects=(str(candidate.person_id),), household=str(candidate.family_id),
        detail={
            "channel": "notice", "recipient_agency": address.agency, "recipient_team": address.unit,
            "records": [str(notice_id), str(candidate.fact_id)],
        },
    )  # fmt: skip
    with wiring.database.transaction("hg_link") as connection:
        notice: dict[str, Any] = {
            "notice_id": notice_id, "recipient_agency": address.agency, "recipient_role": address.role,
            "recipient_unit": address.unit, "escalates_to_role": address.escalates_to,
            "family_id": candidate.family_id, "purpose": PURPOSE, "title": address.title,
            "reason_key": _reason_key(candidate, address), "raised_at": now, "read_by": address.read_by,
        }  # fmt: skip
        # Raised while the child was taken for another of the school, it opens the other's page: of this child nobody
        # has been told.
        while not (fresh := save_notice(connection, notice)):
            if whom_it_tells_of(connection, notice["reason_key"]) in {None, candidate.person_id}:
                break
            notice["reason_key"] = hashlib.sha256(notice["reason_key"]).digest()
        if fresh:
            append(connection, told)
    return fresh


def _reason_key(candidate: NoticeCandidate, address: _Address) -> bytes:
    """One incident, one recipient. The fact's key is keyed already, and outlives its later versions."""
    whom = f"{PURPOSE}/{address.agency}/{address.role}/{address.unit}"
    return hashlib.sha256(candidate.fact_key + whom.encode()).digest()
