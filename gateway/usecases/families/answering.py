"""The answer to a request under a law (practice P4): by the person whom the register names, item by item, once.

Where the owner's agency names a role to decide, somebody of that role answers here. Where it names none, its contact
decides, who has no account: the data protection officer (the deciding role of an agency that runs oversight) records
what the contact answered and writes down who that was. Nobody answers a request of their own. What is kept is sealed.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from agreements.decision import Decision as Judged
from agreements.decision import Permit
from audit.entry import Decision, EventClass, Outcome
from gateway.errors import AccessRefusedError, AnsweredBeforeError, GatewayError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.store.desk_tables import AccessRequestRow
from gateway.store.ledger import append
from gateway.store.requests import lock_request, note_overdue, save_answer
from gateway.store.reviews import raise_review
from gateway.usecases.log.entries import entry, system_entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.officers import is_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.named_law import (
    CONTACT,
    StoredAnswer,
    as_judged,
    judged,
    law_of,
    named_in,
    open_to_somebody,
    question,
    refused_for_everybody,
    seal_answer,
)
from gateway.wiring import Wiring

NO_SUCH_REQUEST = "there is no such request"
_NOTHING_GRANTED = "statutory-refused"
_ANSWERED = "already-answered"
_FIRST_STANDS = "somebody has answered this request; the first answer stands"
_FORBIDDEN = (
    "A rule forbids these items to the requester's role. A court order is handled outside; answer with no item."
)
_CONTACT_MISSING = "You record what the owner's contact answered: write who that was in answered_by."


@dataclass(frozen=True, slots=True)
class RequestAnswered:
    """A request as it was answered. `state` is granted or refused.

    `left_out` are items of those granted that a rule forbids to the requester's role, or that lack an Article 9 or 10
    condition: they stay back. `readable_until` is `None` where nothing was granted.
    """

    access_request_id: UUID
    state: str
    granted: tuple[str, ...]
    left_out: tuple[str, ...]
    readable_until: datetime | None
    entry: UUID


def answer_request(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, request_id: UUID, given: StoredAnswer
) -> RequestAnswered:
    """Answer a request; the items granted are of those asked, each as `source/item`, none where it is refused.

    Raises `NotFoundError` (no such request, or not for this caller to decide), `AnsweredBeforeError`, or
    `AccessRefusedError` (the answer cannot stand, in the register's words). Each of these is an entry.
    """
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_request(connection, request_id)
        problem = _problem(wiring, caller, row, given, now)
        if row is not None and problem is None:
            return _save(wiring, context, caller, row, given, connection)
    raise _refused(wiring, context, caller, row, problem or ("not-found", NO_SUCH_REQUEST))


def note_unanswered(wiring: Wiring) -> int:
    """Tell officers of each request under a law whose clock has run out, once; return how many."""
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        overdue = note_overdue(connection, now)
        for row in overdue:
            noted = system_entry(
                wiring, EventClass.CONFIGURATION, now, purpose=row.purpose, refers_to=str(row.entry_id),
                detail={"reasons": ["statutory-request-unanswered"], "records": [str(row.request_id)]},
            )  # fmt: skip
            append(connection, noted)
            raise_review(connection, wiring.mint(), "statutory-request-unanswered", noted, now)
    return len(overdue)


def _save(
    wiring: Wiring,
    context: RequestContext,
    caller: StaffCaller,
    row: AccessRequestRow,
    given: StoredAnswer,
    connection: Connection,
) -> RequestAnswered:
    now = wiring.clock()
    state = "granted" if given.items else "refused"
    recorded = entry(
        wiring, context, caller, EventClass.CONFIGURATION, now, purpose=row.purpose,
        decision=Decision.PERMIT if given.items else Decision.REFUSE, household=str(row.family_id),
        refers_to=str(row.entry_id), legal_basis="; ".join(given.bases) or None,
        detail={
            "justification": given.reason, "statutory_power": law_of(wiring, row), "query": "; ".join(given.items),
            "records": [str(row.request_id)], "review_outcome": state,
        },
    )  # fmt: skip
    append(connection, recorded)
    values = {
        "request_id": row.request_id, "entry_id": UUID(recorded.entry_id), "person": caller.subject,
        "answered_at": now, "sealed_answer": seal_answer(wiring, row, given),
    }  # fmt: skip
    save_answer(connection, values, state)
    decisions = _judged(wiring, caller, row, given, now)
    mask, vocabulary = open_to_somebody(decisions), wiring.register.vocabulary
    left_out = tuple(item for item in given.items if not mask >> vocabulary.cell(*item.split("/")) & 1)
    ends = [one.not_after for one in decisions if isinstance(one, Permit)]
    return RequestAnswered(
        row.request_id, state, given.items, left_out, min(ends, default=None), UUID(recorded.entry_id)
    )


def _judged(
    wiring: Wiring, caller: StaffCaller, row: AccessRequestRow, given: StoredAnswer, now: datetime
) -> tuple[Judged, ...]:
    asked = question(row.agency, row.role, row.purpose, now)
    return judged(wiring, asked, named_in(wiring, row), as_judged(row, caller.subject, now, given))


def _problem(
    wiring: Wiring, caller: StaffCaller, row: AccessRequestRow | None, given: StoredAnswer, now: datetime
) -> tuple[str, str] | None:
    if row is None or not _decides(wiring, caller, row.decider_role):
        return "not-found", NO_SUCH_REQUEST
    if row.state != "open":
        return _ANSWERED, _FIRST_STANDS
    if _is_contact(wiring, row.decider_role) and not given.answered_by:
        return "contact-missing", _CONTACT_MISSING
    refusal = refused_for_everybody(_judged(wiring, caller, row, given, now))
    if refusal is None or (refusal.code == _NOTHING_GRANTED and not given.items):
        return None
    return refusal.code, _FORBIDDEN if refusal.code == _NOTHING_GRANTED else refusal.message


def _decides(wiring: Wiring, caller: StaffCaller, decider: str) -> bool:
    """Whether this caller is the decider, or records for one who is no user of this gateway."""
    if not _is_contact(wiring, decider):
        return f"{caller.agency}/{caller.role}" == decider
    own = wiring.register.agencies.get(caller.agency)
    return is_officer(wiring, caller) and own is not None and own.decider == caller.role


def _is_contact(wiring: Wiring, decider: str) -> bool:
    agency, _, role = decider.partition("/")
    return role == CONTACT and wiring.register.role(agency, role) is None


def _refused(
    wiring: Wiring,
    context: RequestContext,
    caller: StaffCaller,
    row: AccessRequestRow | None,
    problem: tuple[str, str],
) -> GatewayError:
    code, sentence = problem
    denied = entry(
        wiring, context, caller, EventClass.DENIED, wiring.clock(), decision=Decision.REFUSE, outcome=Outcome.DENIED,
        refers_to=str(row.entry_id) if row is not None else None, detail={"reasons": [code]},
    )  # fmt: skip
    record(wiring, denied)
    if code == "not-found":
        return NotFoundError(sentence)
    if code == _ANSWERED:
        return AnsweredBeforeError(sentence)
    return AccessRefusedError(code, sentence, denied.entry_id)
