"""The worker is asked before anybody judges: an officer's question about an item, and the worker's own answer.

A worker sees when and for which purpose they looked, which they know, and the question: not what makes an access
doubtful, nor whether anybody else was asked. Words are sealed; question and answer are entries.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.entry import EventClass, Outcome
from gateway.identity.caller import StaffCaller
from gateway.store.access_reviews import cards_of
from gateway.store.ledger import append
from gateway.store.reviews import (
    change_review,
    lock_review,
    question_of,
    questions_to,
    review_uses,
    save_question,
    save_reply,
)
from gateway.usecases.log.entries import entry
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.review.reviewing import PURPOSE, about, refusal_of, refused, who
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class ReviewQuestion:
    """What a worker is asked: about which uses, as times and purposes, and the officer's words."""

    review_id: UUID
    question: str
    asked_at: datetime
    uses: tuple[tuple[datetime, str], ...]


def ask_worker(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, review_id: UUID, question: str
) -> ReviewQuestion:
    """Ask the worker about an item, once. Raises `AccessRefusedError` or `NotFoundError`.

    There is nobody to ask where the gateway itself raised the item, and no second question.
    """
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_review(connection, review_id)
        refusal = refusal_of(row, caller)
        if refusal is None and row is not None and (row.state != "open" or not row.role):
            refusal = "not-found"
        if row is not None and refusal is None:
            sealed = wiring.custody.field.seal(question.encode(), review_id.bytes)
            values = {"review_id": review_id, "asked_by": who(caller), "asked_at": now, "sealed_question": sealed}
            save_question(connection, values)
            change_review(connection, review_id, {"state": "asked"})
            detail = {"review": str(review_id), "review_outcome": "asked", "justification": question}
            append(connection, about(wiring, context, caller, row, now, detail))
            cards = cards_of(connection, review_uses(connection, review_id))
            return ReviewQuestion(review_id, question, now, tuple((one.when, one.purpose) for one in cards))
    raise refused(wiring, context, caller, review_id, refusal)


def my_questions(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[ReviewQuestion]:
    """What this worker has been asked and has not answered, oldest first. Looking is an entry."""
    ring = wiring.custody.field
    with wiring.database.transaction("hg_desk") as connection:
        found = []
        for item, asked in questions_to(connection, who(caller)):
            cards = cards_of(connection, review_uses(connection, item.review_id))
            words = ring.unseal(asked.sealed_question, item.review_id.bytes).decode()
            uses = tuple((one.when, one.purpose) for one in cards)
            found.append(ReviewQuestion(item.review_id, words, asked.asked_at, uses))
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, wiring.clock(), purpose=PURPOSE,
            outcome=Outcome.DONE if found else Outcome.NOTHING_FOUND, detail={"row_count": len(found)},
        )  # fmt: skip
        append(connection, looked)
    return found


def answer_question(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, review_id: UUID, answer: str
) -> ReviewQuestion:
    """Answer what one was asked, once. Raises `NotFoundError` for anything else, whatever it is."""
    now = wiring.clock()
    ring = wiring.custody.field
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_review(connection, review_id)
        asked = question_of(connection, review_id) if row is not None else None
        if row is not None and asked is not None and row.who == who(caller) and row.state == "asked":
            save_reply(connection, review_id, ring.seal(answer.encode(), review_id.bytes), now)
            change_review(connection, review_id, {"state": "answered"})
            detail = {"review": str(review_id), "review_outcome": "answered", "justification": answer}
            append(connection, about(wiring, context, caller, row, now, detail))
            words = ring.unseal(asked.sealed_question, review_id.bytes).decode()
            return ReviewQuestion(review_id, words, asked.asked_at, ())
    raise refused(wiring, context, caller, review_id, "not-found")
