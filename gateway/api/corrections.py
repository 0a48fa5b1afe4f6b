"""Routes of corrections: what a partner takes back, what somebody disputes, its owner's tasks, and who is told."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, Field

from gateway.api.answers import ReceiptOut
from gateway.api.context import Anyone, Context, DeclarationId, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent, receipt_view
from gateway.usecases.subjects.answering_disputes import (
    DisputeAnswered,
    OpenedTask,
    Task,
    answer_task,
    open_task,
    own_tasks,
)
from gateway.usecases.subjects.as_known import PageAsKnown, page_on
from gateway.usecases.subjects.correction_notices import CorrectionNotice, my_correction_notices, note_read
from gateway.usecases.subjects.disputing import LONGEST, Dispute, NewDispute, disputes_open, raise_dispute, read_dispute
from gateway.usecases.subjects.retracting import (
    FactsMeant,
    NewRetraction,
    Reinstatement,
    Retraction,
    reinstate_facts,
    retract_facts,
)

router = APIRouter(prefix="/v1", tags=["corrections"], dependencies=[BEARER])
_ROWS = 500
_LONGEST_WORDS = 600


def _at_most_sixty(words: str) -> str:
    if not words.strip() or len(words.split()) > LONGEST:
        message = f"at least one word and at most {LONGEST}"
        raise ValueError(message)
    return words


class MeantIn(Sent):
    """Facts by our own key of a record: all of them, those of an item, or one by its occurrence as well.

    Key and occurrence are those that `hearthgate translate` shows of a file.
    """

    key: str = Field(min_length=1, max_length=200)
    kind: Literal["person", "household", "place"] = "person"
    item: str | None = Field(default=None, max_length=100)
    occurrence: str | None = Field(default=None, max_length=400)


class RetractionIn(Sent):
    """What we take back, and why."""

    reason: Literal["wrong-person", "did-not-happen", "sent-in-error", "unlawful", "overturned"]
    rows: list[MeantIn] = Field(min_length=1, max_length=_ROWS)


class ReinstatementIn(Sent):
    """What we took back and may send again."""

    rows: list[MeantIn] = Field(min_length=1, max_length=_ROWS)


class AsKnownIn(Sent):
    """The day of which it is asked what was known by its end."""

    on: date


@dataclass(frozen=True, slots=True)
class AsKnownOut(PageAsKnown):
    """What was known, with the receipt of this reading."""

    receipt: ReceiptOut  # type: ignore[assignment]  # as it goes over the wire


class DisputeIn(Sent):
    """Which fact of the family's page is disputed (its `ref` there), in the words of whoever it is about."""

    fact: str = Field(pattern=r"^[0-9a-f]{32}$")
    words: Annotated[str, Field(min_length=1, max_length=_LONGEST_WORDS), AfterValidator(_at_most_sixty)]


class TaskAnswerIn(Sent):
    """Upheld by taking the fact back or by a corrected row that we have pushed since, or not upheld; and why."""

    outcome: Literal["withdrawn", "corrected", "not-upheld"]
    reason: str = Field(min_length=3, max_length=1000)


@router.post(
    "/feeds/{feed}/retractions",
    status_code=201,
    **operation("retract-facts", "Take back what we sent", 400, 401, 403, 404, 422, answer="Gone from every view"),
)
def retract(
    wiring: Wired, context: Context, caller: Anyone, feed: str, asked: RetractionIn
) -> Annotated[dict[str, Any], Told(Retraction)]:
    """Take facts back: gone from every view at once, kept from coming back, and told to whoever saw them."""
    new = NewRetraction(feed, asked.reason, _meant(asked.rows))
    return asdict(retract_facts(wiring, context, caller, new))


@router.post(
    "/feeds/{feed}/reinstatements",
    status_code=201,
    **operation("reinstate-facts", "Send again what we took back", 400, 401, 403, 404, 422, answer="May be sent again"),
)
def reinstate(
    wiring: Wired, context: Context, caller: Anyone, feed: str, asked: ReinstatementIn
) -> Annotated[dict[str, Any], Told(Reinstatement)]:
    """Let our next file bring what we took back. Nothing is shown before it comes."""
    return asdict(reinstate_facts(wiring, context, caller, feed, _meant(asked.rows)))


@router.post(
    "/families/{family_id}/disputes",
    status_code=201,
    **operation("dispute-fact", "Dispute a fact", 400, 401, 403, 404, 409, 422, answer="Its owner has been asked"),
)
def dispute(
    wiring: Wired, context: Context, caller: Staff, family_id: UUID, declaration: DeclarationId, asked: DisputeIn
) -> Annotated[dict[str, Any], Told(Dispute)]:
    """Record that somebody says a fact about them is wrong. It is shown as disputed until its owner has answered."""
    new = NewDispute(asked.fact, asked.words)
    return asdict(raise_dispute(wiring, context, caller, family_id, declaration, new))


@router.post(
    "/families/{family_id}/as-known",
    **operation("read-as-known", "What was known on an earlier day", 400, 401, 403, 404, 422, answer="As known then"),
)
def as_known(
    wiring: Wired, context: Context, caller: Staff, family_id: UUID, asked: AsKnownIn
) -> Annotated[dict[str, Any], Told(AsKnownOut)]:
    """What stood on the person's page by the end of a day, item by source, and what of it was corrected later.

    For officers of information governance. No fact is repeated.
    """
    found = page_on(wiring, context, caller, family_id, asked.on)
    return {**asdict(found), "receipt": receipt_view(found.receipt)}


@router.get("/disputes", **operation("list-disputes", "Disputes that wait for an answer", 401, 403))
def disputes(wiring: Wired, context: Context, caller: Staff) -> Annotated[list[dict[str, Any]], Told(list[Dispute])]:
    """Open disputes, for officers of information governance, by when they must be answered."""
    return [asdict(one) for one in disputes_open(wiring, context, caller)]


@router.get("/disputes/{dispute_id}", **operation("read-dispute", "What became of a dispute", 401, 403, 404, 422))
def one_dispute(
    wiring: Wired, context: Context, caller: Staff, dispute_id: UUID
) -> Annotated[dict[str, Any], Told(Dispute)]:
    """What became of a dispute that we raised; once it is upheld, who was told, by role."""
    return asdict(read_dispute(wiring, context, caller, dispute_id))


@router.get("/corrections", **operation("list-corrections", "What we were shown and is wrong", 401, 403))
def corrections(
    wiring: Wired, context: Context, caller: Staff
) -> Annotated[list[dict[str, Any]], Told(list[CorrectionNotice])]:
    """Notices of facts that we were shown and that have been withdrawn or corrected since; no fact is repeated."""
    return [asdict(one) for one in my_correction_notices(wiring, context, caller)]


@router.post(
    "/corrections/{notice_id}/read",
    **operation("note-correction-read", "Say that we have read it", 401, 403, 404, 422, answer="Noted"),
)
def read(
    wiring: Wired, context: Context, caller: Staff, notice_id: UUID
) -> Annotated[dict[str, Any], Told(CorrectionNotice)]:
    """Note that we have read a notice of ours."""
    return asdict(note_read(wiring, context, caller, notice_id))


@router.get("/partners/me/tasks", **operation("list-tasks", "What waits for our answer", 401, 403))
def tasks(wiring: Wired, context: Context, caller: Anyone) -> Annotated[list[dict[str, Any]], Told(list[Task])]:
    """Disputes of facts that we sent, most urgent first: no name and no value."""
    return [asdict(one) for one in own_tasks(wiring, context, caller)]


@router.get("/partners/me/tasks/{task_id}", **operation("read-task", "One task", 401, 403, 404, 422))
def task(wiring: Wired, context: Context, caller: Anyone, task_id: UUID) -> Annotated[dict[str, Any], Told(OpenedTask)]:
    """The disputed fact as we sent it, whom our own record names, and what is said against it."""
    return asdict(open_task(wiring, context, caller, task_id))


@router.post(
    "/partners/me/tasks/{task_id}/answer",
    **operation("answer-task", "Answer a dispute", 400, 401, 403, 404, 409, 422),
)
def answer(
    wiring: Wired, context: Context, caller: Anyone, task_id: UUID, answered: TaskAnswerIn
) -> Annotated[dict[str, Any], Told(DisputeAnswered)]:
    """Uphold a dispute, or not; upheld, whoever was shown the fact is told."""
    return asdict(answer_task(wiring, context, caller, task_id, answered.outcome, answered.reason))


def _meant(rows: list[MeantIn]) -> tuple[FactsMeant, ...]:
    return tuple(FactsMeant(row.key, row.kind, row.item, row.occurrence) for row in rows)
