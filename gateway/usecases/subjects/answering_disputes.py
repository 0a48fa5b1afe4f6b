"""A disputed fact reaches its owner: a task for whoever sent it, with ten working days, and what the answer does.

(0) one instant; the task, if it is this sender's
(1) to show it: the authorisation, committed; then the fact as they sent it, whom their own records name, and the words
(2) upheld, by taking the fact back or by a corrected row that has come since: viewers are told, and who raised it
(3) not upheld, with a reason: the mark goes, and who raised it is told

A sender is shown what it sent and what is said against it; nobody else's record of the person, and nothing of who read.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Decision, Entry, EventClass, Outcome, Phase
from concept_model.items import ITEMS
from gateway.errors import CorrectionAwaitedError, ForbiddenError, NotFoundError
from gateway.identity.caller import Caller, PartnerCaller
from gateway.store.correction_tables import DisputeRow
from gateway.store.disputes import DisputeAnswer, answer_dispute, dispute_of, disputed_fact, disputes_to
from gateway.store.ledger import append, open_ticket
from gateway.store.retractions import AskedFacts, own_facts
from gateway.store.viewers import save_correction_notices
from gateway.usecases.intake.intake import SUPPLY_PURPOSE, sender_of
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.role_families import DATA_SUPPLY, families_of
from gateway.usecases.subjects.disputing import state_of
from gateway.usecases.subjects.erasure_carried_out import admit
from gateway.usecases.subjects.retracting import Whose, take_back
from gateway.usecases.subjects.telling_viewers import (
    ANSWERED,
    CORRECTED,
    WITHDRAWN,
    Occasion,
    in_words,
    tell_of_retractions,
    tell_viewers,
)
from gateway.wiring import Wiring

_PUSH_SCOPE = "feeds:push"
_NO_SUCH_TASK = "there is no such task"
_NOT_YET = "no corrected row of this fact has come since; push it first, or take the fact back"


@dataclass(frozen=True, slots=True)
class Task:
    """Something that a partner is asked to do: which feed, which item, by when. `state` is open or overdue."""

    task_id: UUID
    kind: str
    feed: str
    item: str
    label: str
    state: str
    asked_at: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class SentFactShown:
    """A fact in the words of the concept model, as its sender sent it."""

    item: str
    label: str
    values: dict[str, Any]
    valid_from: date | None
    valid_to: date | None
    at: datetime | None
    nature: str


@dataclass(frozen=True, slots=True)
class OpenedTask:
    """A task with the disputed fact, who the record is by the sender's own data, and what is said against it."""

    task: Task
    fact: SentFactShown
    person: tuple[SentFactShown, ...]
    words: str


@dataclass(frozen=True, slots=True)
class DisputeAnswered:
    """What the answer did. `viewers_told` counts small numbers as one."""

    task_id: UUID
    state: str
    answered_at: datetime
    viewers_told: str
    entry_id: UUID


def own_tasks(wiring: Wiring, context: RequestContext, caller: Caller) -> list[Task]:
    """What waits for the caller's answer, most urgent first: no name and no value. Looking is an entry."""
    now = wiring.clock()
    _require_sender(wiring, caller)
    with wiring.database.transaction("hg_desk") as connection:
        rows = disputes_to(connection, sender_of(caller))
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=SUPPLY_PURPOSE,
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND, detail={"row_count": len(rows)},
        )  # fmt: skip
        append(connection, looked)
    return [_task(row, now) for row in rows]


def open_task(wiring: Wiring, context: RequestContext, caller: Caller, task_id: UUID) -> OpenedTask:
    """One task with what it is about. Raises `NotFoundError` for any but one's own open ones."""
    # (0) One instant; the task.
    now = wiring.clock()
    row = _own_dispute(wiring, caller, task_id)
    # (1) The authorisation, committed; then the fact, and the outcome.
    item = ITEMS[row.item_no].name
    authorised = entry(
        wiring, context, caller, EventClass.CONSULTATION, now, purpose=SUPPLY_PURPOSE, phase=Phase.AUTHORISATION,
        outcome=Outcome.PENDING, decision=Decision.PERMIT, subjects=(str(row.person_id),),
        detail={"records": [str(task_id)], "feed": row.feed, "channel": context.channel},
    )  # fmt: skip
    with wiring.database.transaction("hg_erase") as connection:
        ticket = admit(wiring, connection, authorised)
    with wiring.database.transaction("hg_erase") as connection:
        open_ticket(connection, ticket)
        facts = disputed_fact(connection, task_id, row.sender)
        shown = [SentFactShown(ITEMS[one.item_no].name, ITEMS[one.item_no].label, one.value, one.valid_from,
                               one.valid_to, one.happened_at, one.nature) for one in facts]  # fmt: skip
        if not any(one.item == item for one in shown):
            # It was taken back or replaced by nothing between the two.
            shown = []
        items = sorted({one.item for one in shown})
        source = wiring.register.vocabulary.sources[row.source_no]
        outcome = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=SUPPLY_PURPOSE, phase=Phase.OUTCOME,
            refers_to=authorised.entry_id, decision=Decision.PERMIT, subjects=authorised.subjects,
            outcome=Outcome.DONE if shown else Outcome.NOTHING_FOUND, items_shown=tuple(items),
            shown_counts={name: sum(one.item == name for one in shown) for name in items},
            sources=(source,) if shown else (), detail={"records": [str(task_id)], "channel": context.channel},
        )  # fmt: skip
        append(connection, outcome)
    if not shown:
        raise NotFoundError(_NO_SUCH_TASK)
    words = wiring.custody.field.unseal(row.sealed_words, row.dispute_id.bytes).decode()
    return OpenedTask(_task(row, now), shown[0], tuple(shown[1:]), words)


def answer_task(
    wiring: Wiring, context: RequestContext, caller: Caller, task_id: UUID, state: str, reason: str
) -> DisputeAnswered:
    """Answer a dispute: withdrawn, corrected (a row that has come since) or not-upheld, and why.

    Raises `NotFoundError` for any but one's own open ones, and `CorrectionAwaitedError` where no other row has come.
    """
    now = wiring.clock()
    row = _own_dispute(wiring, caller, task_id)
    answered = entry(
        wiring, context, caller, EventClass.ALTERATION, now, purpose=SUPPLY_PURPOSE,
        subjects=(str(row.person_id),), household=str(row.family_id),
        detail={"records": [str(task_id)], "feed": row.feed, "reasons": [state], "channel": context.channel},
    )  # fmt: skip
    sealed = wiring.custody.field.seal(reason.encode(), task_id.bytes)
    with wiring.database.transaction("hg_erase") as connection:
        append(connection, answered)
        given = DisputeAnswer(state, sealed, sender_of(caller), now)
        facts = own_facts(connection, row.sender, row.feed, AskedFacts((), (bytes(row.fact_key),)))
        became = answer_dispute(connection, row, given)
        if became is None:
            raise CorrectionAwaitedError(_NOT_YET)
        told = 0
        if state == "not-upheld":
            _tell_raiser(wiring, connection, row, answered, now)
        elif state == "withdrawn" and became == "standing":
            take_back(wiring, connection, Whose(task_id, row.feed, row.sender), facts, answered.who, now)
        else:
            # What was said in its place stands; the disputed version is told to nobody any more.
            kind = CORRECTED if state == "corrected" else WITHDRAWN
            told = tell_viewers(wiring, connection, Occasion(task_id, kind), facts, now)
    if state == "withdrawn" and became == "standing":
        told = tell_of_retractions(wiring).get(task_id, 0)
    return DisputeAnswered(task_id, state, now, in_words(told), UUID(answered.entry_id))


def _tell_raiser(wiring: Wiring, connection: Connection, row: DisputeRow, answered: Entry, now: datetime) -> None:
    """Who raised it and was told nothing else: that there is an answer. The answer itself they open."""
    notice = {
        "notice_id": wiring.mint_opaque(), "occasion_id": row.dispute_id, "viewer": row.raised_worker,
        "agency": row.raised_agency, "role": None, "team": None, "family_id": row.family_id, "kind": ANSWERED,
        "seen_on": row.raised_at.date(), "sealed": answered.sealed, "told_at": now,
    }  # fmt: skip
    save_correction_notices(connection, [notice])


def _require_sender(wiring: Wiring, caller: Caller) -> None:
    machine = isinstance(caller, PartnerCaller)
    may = _PUSH_SCOPE in caller.scopes if isinstance(caller, PartnerCaller) else False
    if not may and (machine or DATA_SUPPLY not in families_of(wiring, caller)):  # type: ignore[arg-type]
        raise ForbiddenError("tasks are for those who push files")


def _own_dispute(wiring: Wiring, caller: Caller, task_id: UUID) -> DisputeRow:
    _require_sender(wiring, caller)
    with wiring.database.transaction("hg_desk") as connection:
        row = dispute_of(connection, task_id)
    if row is None or row.state != "open" or row.sender != sender_of(caller):
        raise NotFoundError(_NO_SUCH_TASK)
    return row


def _task(row: DisputeRow, now: datetime) -> Task:
    item = ITEMS[row.item_no]
    return Task(
        row.dispute_id, "dispute", row.feed, item.name, item.label, state_of(row, now), row.raised_at, row.answer_by
    )  # fmt: skip
