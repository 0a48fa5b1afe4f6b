"""Break-glass beside the reading itself: who is told at once, who looks at it, and what happens when nobody does.

The alerts are rows of the transaction that records the declaration, so the roles that the document names see them as
soon as the family can be opened. They name who, when and for which purpose, never the family. A second person of such
a role answers within the document's hours; unanswered then, or found not justified, the reader's right to break-glass
rests until an officer lifts that. Nobody answers for an emergency of their own, nor lifts its suspension.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from agreements.offers import BreakGlassOffer
from audit.entry import Decision, Entry, EventClass, Outcome
from gateway.errors import AccessRefusedError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.store.desk_tables import EmergencyRow
from gateway.store.emergencies import (
    break_glass_rests,
    change_emergency,
    list_emergencies,
    lock_emergency,
    save_emergency,
    suspend_overdue,
)
from gateway.store.ledger import append
from gateway.store.reviews import raise_review
from gateway.usecases.log.entries import entry, system_entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.officers import is_officer, require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

PURPOSE = "break_glass_oversight"
SECOND_PERSON = "second_person"
NO_SUCH_EMERGENCY = "there is no such emergency"
_SUSPENDED = (
    "You may not open a family as an emergency now: an earlier emergency of yours is not confirmed. Ask the "
    "information governance officer. If somebody may be hurt, call the police or MASH."
)
_NOT_YOUR_OWN = "Somebody else answers for an emergency of yours. This attempt is recorded."
_OFFICERS_ONLY = "Only information governance officers may lift this. This attempt is recorded."


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency as those see it whom it was told. `state`: open, unconfirmed, confirmed, not-justified, lifted.

    `name`, `role` and `team` are the reader's; `entry_id` the entry of the log, which says which family it was to
    whoever may read it. `may_answer` and `may_lift` say what this caller can do about it.
    """

    emergency_id: UUID
    entry_id: UUID
    name: str
    agency: str
    role: str
    team: str
    purpose: str
    agreement: str
    opened_at: datetime
    confirm_by: datetime | None
    state: str
    suspended: bool
    may_answer: bool
    may_lift: bool


def told_roles(offer: BreakGlassOffer) -> tuple[tuple[str, str], ...]:
    """Agency and role of everybody whom an emergency is told, as the document names them."""
    return tuple(dict.fromkeys((one.partition("/")[0], one.partition("/")[2]) for one in offer.alerts))


def record_emergency(
    wiring: Wiring, connection: Connection, caller: StaffCaller, offer: BreakGlassOffer, declared: Entry, now: datetime
) -> None:
    """Record an emergency and its alerts, in the transaction that records the declaration and its entry."""
    emergency_id = wiring.mint_opaque()
    hours = offer.second_person_within_hours if SECOND_PERSON in offer.requires else None
    values = {
        "emergency_id": emergency_id, "declaration_id": UUID(str(declared.declaration)),
        "entry_id": UUID(declared.entry_id), "subject": caller.subject, "worker": declared.who,
        "sealed_name": wiring.custody.field.seal(caller.name.encode(), emergency_id.bytes), "agency": caller.agency,
        "role": caller.role, "team": caller.team, "purpose": declared.purpose, "agreement": offer.agreement,
        "opened_at": now, "confirm_by": None if hours is None else now + timedelta(hours=hours),
    }  # fmt: skip
    save_emergency(connection, values, told_roles(offer), now)
    raise_review(connection, wiring.mint(), "break-glass", declared, now)


def require_break_glass_stands(wiring: Wiring, context: RequestContext, caller: StaffCaller, purpose: str) -> None:
    """Refuse a reader whose right to break-glass rests, with an entry. Raises `AccessRefusedError`."""
    now = wiring.clock()
    if not is_suspended(wiring, caller, now):
        return
    denied = entry(
        wiring, context, caller, EventClass.DENIED, now, decision=Decision.REFUSE, outcome=Outcome.DENIED,
        purpose=purpose, detail={"reasons": ["break-glass-suspended"]},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, denied)
        raise_review(connection, wiring.mint(), "break-glass-suspended", denied, now)
    raise AccessRefusedError("break-glass-suspended", _SUSPENDED, denied.entry_id)


def is_suspended(wiring: Wiring, caller: StaffCaller, now: datetime) -> bool:
    """Whether this reader's right to break-glass rests at an instant."""
    with wiring.database.transaction("hg_desk") as connection:
        return break_glass_rests(connection, caller.subject, now)


def is_told(wiring: Wiring, caller: StaffCaller) -> bool:
    """Whether this role hears of emergencies: named by some document, or of oversight."""
    register = wiring.register
    offers = (
        offer
        for agency in register.agencies.values()
        for role in agency.roles
        for offer in register.break_glass_for(agency.id, role.id)
    )
    me = caller.agency, caller.role
    return is_officer(wiring, caller) or any(me in told_roles(offer) for offer in offers)


def emergencies(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[Emergency]:
    """Emergencies that this role was told of, all of them for an officer; newest first. Looking is an entry."""
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        rows = list_emergencies(connection, _told(wiring, caller))
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=PURPOSE,
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND, detail={"row_count": len(rows)},
        )  # fmt: skip
        append(connection, looked)
    return [_emergency(wiring, caller, row, now) for row in rows]


def answer_emergency(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, emergency_id: UUID, reason: str, *, justified: bool
) -> Emergency:
    """Say as the second person whether an emergency was justified. The first answer stands.

    Not justified, the reader's right rests at once. Raises `NotFoundError` (no such emergency, or this role was not
    told of it) or `AccessRefusedError` (one's own, or answered already).
    """
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_emergency(connection, emergency_id, _told(wiring, caller))
        refusal = _answer_refused(row, caller)
        if row is not None and refusal is None:
            values: dict[str, Any] = {"answered_at": now, "answered_by": _who(caller), "justified": justified}
            if not justified and row.suspended_at is None:
                values["suspended_at"] = now
            change_emergency(connection, emergency_id, values)
            found = "confirmed" if justified else "not-justified"
            answered = _about(wiring, context, caller, row, now, {"review_outcome": found, "justification": reason})
            append(connection, answered)
            if not justified:
                raise_review(connection, wiring.mint(), "break-glass-not-justified", answered, now)
            row = row.model_copy(update=values)
    return _emergency(wiring, caller, _allowed(wiring, context, caller, row, refusal), now)


def lift_suspension(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, emergency_id: UUID, reason: str
) -> Emergency:
    """Let a reader break glass again. Officers alone, and not for themselves.

    Raises `AccessRefusedError`, or `NotFoundError` where there is no such emergency or nothing rests on it.
    """
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_emergency(connection, emergency_id, None)
        refusal = "not-found" if row is None or not _rests(row, now) else None
        if row is not None and row.subject == caller.subject:
            refusal = "own-emergency"
        if row is not None and refusal is None:
            values = {"suspended_at": row.suspended_at or now, "lifted_at": now, "lifted_by": _who(caller)}
            change_emergency(connection, emergency_id, values)
            append(
                connection,
                _about(wiring, context, caller, row, now, {"review_outcome": "lifted", "justification": reason}),
            )
            row = row.model_copy(update=values)
    return _emergency(wiring, caller, _allowed(wiring, context, caller, row, refusal), now)


def suspend_unconfirmed(wiring: Wiring) -> int:
    """Suspend wherever nobody answered in time, each with an entry and a review item; return how many."""
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        overdue = suspend_overdue(connection, now)
        for row in overdue:
            noted = system_entry(
                wiring, EventClass.CONFIGURATION, now, purpose=PURPOSE, refers_to=str(row.entry_id),
                detail={"reasons": ["break-glass-unconfirmed"], "records": [str(row.emergency_id)]},
            )  # fmt: skip
            append(connection, noted)
            raise_review(connection, wiring.mint(), "break-glass-unconfirmed", noted, now)
    return len(overdue)


def _told(wiring: Wiring, caller: StaffCaller) -> tuple[str, str] | None:
    return None if is_officer(wiring, caller) else (caller.agency, caller.role)


def _who(caller: StaffCaller) -> str:
    return caller.worker_ref or caller.subject


def _answer_refused(row: EmergencyRow | None, caller: StaffCaller) -> str | None:
    if row is None:
        return "not-found"
    if row.subject == caller.subject:
        return "own-emergency"
    return "already-answered" if row.answered_at is not None else None


def _allowed(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, row: EmergencyRow | None, refusal: str | None
) -> EmergencyRow:
    """The row, or the refusal with its entry."""
    if row is not None and refusal is None:
        return row
    denied = entry(
        wiring, context, caller, EventClass.DENIED, wiring.clock(), decision=Decision.REFUSE, purpose=PURPOSE,
        outcome=Outcome.DENIED, detail={"reasons": [refusal]},
    )  # fmt: skip
    record(wiring, denied)
    if refusal == "own-emergency":
        raise AccessRefusedError("own-emergency", _NOT_YOUR_OWN, denied.entry_id)
    if refusal == "already-answered":
        raise AccessRefusedError("already-answered", "Somebody has answered this already.", denied.entry_id)
    raise NotFoundError(NO_SUCH_EMERGENCY)


def _about(
    wiring: Wiring,
    context: RequestContext,
    caller: StaffCaller,
    row: EmergencyRow,
    now: datetime,
    detail: dict[str, Any],
) -> Entry:
    return entry(
        wiring, context, caller, EventClass.OVERRIDE, now, purpose=row.purpose, refers_to=str(row.entry_id),
        detail={"records": [str(row.emergency_id)], **detail},
    )  # fmt: skip


def _rests(row: EmergencyRow, now: datetime) -> bool:
    overdue = row.answered_at is None and row.confirm_by is not None and row.confirm_by <= now
    return row.lifted_at is None and (row.suspended_at is not None or overdue)


def _state(row: EmergencyRow, now: datetime) -> str:
    if row.lifted_at is not None:
        return "lifted"
    if row.justified is not None:
        return "confirmed" if row.justified else "not-justified"
    return "unconfirmed" if _rests(row, now) else "open"


def _emergency(wiring: Wiring, caller: StaffCaller, row: EmergencyRow, now: datetime) -> Emergency:
    own, rests = row.subject == caller.subject, _rests(row, now)
    return Emergency(
        row.emergency_id, row.entry_id, wiring.custody.field.unseal(row.sealed_name, row.emergency_id.bytes).decode(),
        row.agency, row.role, row.team, row.purpose, row.agreement, row.opened_at, row.confirm_by, _state(row, now),
        rests, may_answer=not own and row.answered_at is None,
        may_lift=not own and rests and is_officer(wiring, caller),
    )  # fmt: skip
