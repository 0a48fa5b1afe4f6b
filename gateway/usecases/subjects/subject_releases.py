"""Releases of what subject reports leave out (practice P1): one officer asks, another decides; no machine ever does.

(0) one instant; who asks is an officer
(1) the person, or the release
(2) may this be asked, or decided by this person? Nobody decides on a release of their own asking
(3) the step and its entry in one transaction; every such entry is sealed, as what it is about is
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Decision, EventClass, Outcome
from gateway.errors import AccessRefusedError, AnsweredBeforeError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.store.desk_tables import SubjectReleaseRow
from gateway.store.ledger import append
from gateway.store.subject_releases import decide_on_release, lock_release, open_releases, save_release, subject_of
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import LogParts
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

PURPOSE = "log_oversight"
NO_SUCH_PERSON = "there is no such person or family"
NO_SUCH_RELEASE = "there is no such release"
USABLE = timedelta(days=30)
"""How long a release that was approved may be used."""

_OWN = "Another officer decides: nobody decides on a release that they asked for. This attempt is recorded."
_DECIDED = "another officer has decided on this release; the first decision stands"
_NOT_APPROVED = "Nothing held back leaves without a release that a second officer has approved in the last 30 days."
_OTHER_PERSON = "That release is of somebody else."


@dataclass(frozen=True, slots=True)
class NewRelease:
    """What an officer asks for: `handle` is a person's or a family's, `recipient` one of `audit.subject_letter`'s."""

    handle: UUID
    recipient: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReleaseStep:
    """A release after one of its two steps. `state` is waiting, approved or refused."""

    release_id: UUID
    state: str
    usable_until: datetime | None
    entry: UUID


@dataclass(frozen=True, slots=True)
class WaitingRelease:
    """A release that waits for a second officer. `mine` where the one who looks has asked for it."""

    release_id: UUID
    recipient: str
    reason: str
    asked_at: datetime
    mine: bool
    asked_entry: UUID


@dataclass(frozen=True, slots=True)
class ApprovedRelease:
    """A release that may be used: of whom, for whom, and when the second officer decided."""

    release_id: UUID
    person: UUID
    recipient: str
    decided_at: datetime


def ask_for_release(wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: NewRelease) -> ReleaseStep:
    """Ask that what reports leave out about one person may leave. Raises `AccessRefusedError` or `NotFoundError`."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    release_id = wiring.mint_opaque()
    with wiring.database.transaction("hg_desk") as connection:
        person = subject_of(connection, asked.handle)
        recorded = entry(
            wiring, context, caller, EventClass.CONFIGURATION if person else EventClass.DENIED, now, purpose=PURPOSE,
            subjects=(str(person),) if person else (), decision=Decision.REFER if person else Decision.REFUSE,
            outcome=Outcome.DONE if person else Outcome.NOTHING_FOUND, sealed=True,
            detail={"release": str(release_id), "released_to": asked.recipient, "justification": asked.reason},
        )  # fmt: skip
        append(connection, recorded)
        if person is not None:
            request = json.dumps({"person": str(person), "reason": asked.reason}).encode()
            values = {
                "release_id": release_id, "entry_id": UUID(recorded.entry_id), "asked_by": caller.subject,
                "asked_worker": recorded.who, "asked_at": now, "recipient": asked.recipient,
                "sealed_request": wiring.custody.field.seal(request, release_id.bytes),
            }  # fmt: skip
            save_release(connection, values)
    if person is None:
        raise NotFoundError(NO_SUCH_PERSON)
    return ReleaseStep(release_id, "waiting", None, UUID(recorded.entry_id))


def decide_release(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, release_id: UUID, *, approved: bool, reason: str
) -> ReleaseStep:
    """Approve or refuse a release that another officer asked for; the first decision stands.

    Raises `AccessRefusedError` (no officer, or one's own), `NotFoundError` or `AnsweredBeforeError`; each is an entry.
    """
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    state = "approved" if approved else "refused"
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_release(connection, release_id)
        problem = _problem(row, caller)
        person = None if row is None else person_of(wiring, row)
        came = {"reasons": [getattr(problem, "reason", problem.code)]} if problem else {"review_outcome": state}
        recorded = entry(
            wiring, context, caller, EventClass.DENIED if problem else EventClass.CONFIGURATION, now, purpose=PURPOSE,
            subjects=(str(person),) if person else (), refers_to=str(row.entry_id) if row else None,
            decision=Decision.PERMIT if approved and not problem else Decision.REFUSE,
            outcome=Outcome.DENIED if problem else Outcome.DONE, sealed=True,
            detail={"release": str(release_id), "justification": reason, **came},
        )  # fmt: skip
        append(connection, recorded)
        if problem is None:
            values = {
                "decided_by": caller.subject, "decided_worker": recorded.who, "decided_at": now, "approved": approved,
            }  # fmt: skip
            decide_on_release(connection, release_id, values)
    if isinstance(problem, AccessRefusedError):
        raise AccessRefusedError(problem.reason, problem.sentence, recorded.entry_id)
    if problem is not None:
        raise problem
    return ReleaseStep(release_id, state, now + USABLE if approved else None, UUID(recorded.entry_id))


def releases_waiting(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[WaitingRelease]:
    """Releases that wait for a second officer, oldest first. Raises `AccessRefusedError`; looking is an entry."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    with wiring.database.transaction("hg_desk") as connection:
        rows = open_releases(connection)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=PURPOSE, sealed=True,
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND,
            detail={"row_count": len(rows), "records": [str(row.release_id) for row in rows]},
        )  # fmt: skip
        append(connection, looked)
    return [
        WaitingRelease(
            row.release_id, row.recipient, str(_request(wiring, row)["reason"]), row.asked_at,
            row.asked_by == caller.subject, row.entry_id,
        )
        for row in rows
    ]  # fmt: skip


def approved_release(
    parts: LogParts, connection: Connection, release_id: UUID, person: UUID, now: datetime
) -> ApprovedRelease:
    """The release under which a list that is held back may be made. Raises `NotFoundError` or `AccessRefusedError`.

    For whoever calls to record: this looks and writes nothing.
    """
    row = lock_release(connection, release_id)
    if row is None:
        raise NotFoundError(NO_SUCH_RELEASE)
    if not row.approved or row.decided_at is None or now >= row.decided_at + USABLE:
        raise AccessRefusedError("release-not-approved", _NOT_APPROVED, None)
    if subject_of(connection, person_of(parts, row)) != person:
        raise AccessRefusedError("release-of-another", _OTHER_PERSON, None)
    return ApprovedRelease(release_id, person, row.recipient, row.decided_at)


def person_of(parts: LogParts, row: SubjectReleaseRow) -> UUID:
    """Of whom a release is."""
    return UUID(str(_request(parts, row)["person"]))


def _problem(
    row: SubjectReleaseRow | None, caller: StaffCaller
) -> NotFoundError | AccessRefusedError | AnsweredBeforeError | None:
    if row is None:
        return NotFoundError(NO_SUCH_RELEASE)
    if caller.subject == row.asked_by or (caller.worker_ref or caller.subject) == row.asked_worker:
        return AccessRefusedError("release-asked-by-oneself", _OWN, None)
    if row.approved is not None:
        return AnsweredBeforeError(_DECIDED)
    return None


def _request(parts: LogParts, row: SubjectReleaseRow) -> dict[str, object]:
    opened: dict[str, object] = json.loads(parts.custody.field.unseal(row.sealed_request, row.release_id.bytes))
    return opened
