"""Officers review accesses: the queue, one item with its evidence in words, and how it was closed.

An item is a question, not a charge: the worker can be asked first (`reviewing_questions`, beside this). Nobody
reviews what they did themselves. Opening the queue, opening an item and closing it are entries, and sealed ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Decision, Entry, EventClass, Outcome
from gateway.custody import KeyRing
from gateway.errors import AccessRefusedError, NotFoundError, ReviewGrewError
from gateway.identity.caller import StaffCaller
from gateway.review.rules import ReviewRules, load_rules
from gateway.review.sentences import evidence_sentences, reason_sentence
from gateway.store.access_reviews import cards_of, judgements_of, reasons_said
from gateway.store.desk_tables import DeclarationRow, ReviewItemRow, ReviewQuestionRow
from gateway.store.ledger import append
from gateway.store.reviews import CLOSED, change_review, lock_review, open_reviews, question_of, review_uses
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

PURPOSE = "log_oversight"
NO_SUCH_ITEM = "there is no such review"
_OWN = "Somebody else reviews what you did. This attempt is recorded."
_CLOSED = "Somebody has closed this already."
_GREW = "The worker did more of this since you opened it. Read all of it before you close it."


class ReviewOutcome(StrEnum):
    """How an officer closes an item."""

    EXPLAINED = "explained"
    REMINDER_GIVEN = "reminder-given"
    REFERRED = "referred-to-manager"
    MISUSE = "misuse"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Closing:
    """How an officer closes an item, in which words, and of how many `uses` they read; None: of all so far."""

    outcome: ReviewOutcome
    words: str
    uses: int | None = None


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """Something that an officer should look at: `uses` of one reader that are one question.

    `how` it came: raised when it happened, ranked by doubt, sampled by lot. `worker` is the id that entries hold.
    `state`: open, asked, answered or closed. `may_close`: this officer may, since it is not their own.
    """

    review_id: UUID
    kind: str
    entry_id: UUID
    agency: str
    role: str
    worker: str
    raised_at: datetime
    how: str
    state: str
    score: int
    uses: int
    may_close: bool


@dataclass(frozen=True, slots=True)
class ReviewedUse:
    """One use of an item: when, for what, and the reason and the evidence in words. `family_id` is a handle.

    `at` is when it was done: of a line of a paper journal, what the paper says. What review has not come to has neither
    reason nor evidence, and what is no access to a family never has: `is_access` tells them apart. `agreements` are
    those relied on, by clause, or the one that a warning is about. `said` is why the worker said that they look, and
    `case_reference` the case that they named, where they declared a purpose for it and neither was erased since.
    """

    entry_id: UUID
    at: datetime
    event: str
    purpose: str
    team: str | None
    family_id: UUID | None
    reason: str | None
    evidence: tuple[str, ...]
    agreements: tuple[str, ...]
    is_access: bool
    said: str | None
    case_reference: str | None


@dataclass(frozen=True, slots=True)
class AskedWorker:
    """What the worker was asked about an item, and what they answered."""

    question: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewCase:
    """One item with all that an officer needs. `outcome`, `words` and `closed_at` are set once it is closed."""

    item: ReviewItem
    used: tuple[ReviewedUse, ...]
    asked: AskedWorker | None
    outcome: str | None
    words: str | None
    closed_at: datetime | None


def review_queue(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[ReviewItem]:
    """Open items: raised, ranked, sampled, the most doubtful first. Raises `AccessRefusedError` but for officers."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    with wiring.database.transaction("hg_desk") as connection:
        rows = open_reviews(connection)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=PURPOSE,
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND, detail={"row_count": len(rows)},
        )  # fmt: skip
        append(connection, looked)
    return [_item(caller, row, uses) for row, uses in rows]


def open_review(wiring: Wiring, context: RequestContext, caller: StaffCaller, review_id: UUID) -> ReviewCase:
    """One item, closed ones too. Raises `AccessRefusedError` or `NotFoundError`."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    rules = load_rules(wiring.settings.review_file)
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_review(connection, review_id)
        found = None if row is None else _case(wiring, connection, caller, row, rules)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=PURPOSE,
            outcome=Outcome.DONE if found else Outcome.NOTHING_FOUND, detail={"review": str(review_id)},
        )  # fmt: skip
        append(connection, looked)
    if found is None:
        raise NotFoundError(NO_SUCH_ITEM)
    return found


def close_review(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, review_id: UUID, closing: Closing
) -> ReviewCase:
    """Close an item with an outcome and words, which are sealed. The first closing stands.

    Raises `NotFoundError`, `ReviewGrewError` where it is about more than was read, or `AccessRefusedError`: no officer,
    one's own access, closed already.
    """
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    rules = load_rules(wiring.settings.review_file)
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_review(connection, review_id)
        refusal = refusal_of(row, caller)
        case = None
        if row is not None and refusal is None:
            if closing.uses is not None and len(review_uses(connection, review_id)) > closing.uses:
                raise ReviewGrewError(_GREW)
            values = {
                "state": CLOSED, "closed_at": now, "closed_by": who(caller), "outcome": closing.outcome.value,
                "sealed_words": wiring.custody.field.seal(closing.words.encode(), review_id.bytes),
            }  # fmt: skip
            change_review(connection, review_id, values)
            detail = {"review": str(review_id), "review_outcome": closing.outcome.value, "justification": closing.words}
            append(connection, about(wiring, context, caller, row, now, detail))
            case = _case(wiring, connection, caller, row.model_copy(update=values), rules)
    if case is None:
        raise refused(wiring, context, caller, review_id, refusal)
    return case


def who(caller: StaffCaller) -> str:
    """The id under which entries know somebody."""
    return caller.worker_ref or caller.subject


def refusal_of(row: ReviewItemRow | None, caller: StaffCaller) -> str | None:
    """Why this officer may do nothing about an item, if they may not."""
    if row is None:
        return "not-found"
    if row.who in {who(caller), caller.subject}:
        return "own-review"
    return "already-closed" if row.state == CLOSED else None


def refused(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, review_id: UUID, refusal: str | None
) -> AccessRefusedError | NotFoundError:
    """The error of a refusal, once its entry is committed."""
    denied = entry(
        wiring, context, caller, EventClass.DENIED, wiring.clock(), decision=Decision.REFUSE, purpose=PURPOSE,
        outcome=Outcome.DENIED, detail={"reasons": [refusal], "review": str(review_id)},
    )  # fmt: skip
    record(wiring, denied)
    if refusal == "own-review":
        return AccessRefusedError("own-review", _OWN, denied.entry_id)
    if refusal == "already-closed":
        return AccessRefusedError("already-closed", _CLOSED, denied.entry_id)
    return NotFoundError(NO_SUCH_ITEM)


def about(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, row: ReviewItemRow, now: datetime,
    detail: Mapping[str, Any],
) -> Entry:  # fmt: skip
    """The entry of what was done about an item."""
    return entry(
        wiring, context, caller, EventClass.VERIFICATION, now, purpose=PURPOSE, refers_to=str(row.entry_id),
        detail=dict(detail),
    )  # fmt: skip


def _item(caller: StaffCaller, row: ReviewItemRow, uses: int) -> ReviewItem:
    return ReviewItem(
        row.review_id, row.kind, row.entry_id, row.agency, row.role, row.who, row.raised_at, row.how, row.state,
        row.score, uses, may_close=refusal_of(row, caller) is None,
    )  # fmt: skip


def _case(
    wiring: Wiring, connection: Connection, caller: StaffCaller, row: ReviewItemRow, rules: ReviewRules
) -> ReviewCase:
    entries = review_uses(connection, row.review_id)
    judged = judgements_of(connection, entries)
    ring, said = wiring.custody.field, reasons_said(connection, entries)
    uses = tuple(
        ReviewedUse(
            card.entry_id, card.when, card.event_class, card.purpose, card.team, card.household,
            reason_sentence(rules, judged[card.entry_id][0]) if card.entry_id in judged else None,
            evidence_sentences(rules, judged[card.entry_id][1]) if card.entry_id in judged else (),
            card.agreements, card.is_access, *_said(ring, said.get(card.entry_id)),
        )
        for card in cards_of(connection, entries)
    )  # fmt: skip
    asked = question_of(connection, row.review_id)
    words = ring.unseal(row.sealed_words, row.review_id.bytes).decode() if row.sealed_words else None
    return ReviewCase(
        _item(caller, row, len(entries)), uses, _asked(ring, asked) if asked else None, row.outcome, words,
        row.closed_at,
    )  # fmt: skip


def _said(ring: KeyRing, row: DeclarationRow | None) -> tuple[str | None, str | None]:
    """Why the worker said that they look, and the case that they named."""
    if row is None:
        return None, None
    bound = row.declaration_id.bytes
    case = ring.unseal(row.sealed_case_reference, bound).decode() if row.sealed_case_reference else None
    return ring.unseal(row.sealed_reason, bound).decode(), case


def _asked(ring: KeyRing, row: ReviewQuestionRow) -> AskedWorker:
    bound = row.review_id.bytes
    answer = ring.unseal(row.sealed_answer, bound).decode() if row.sealed_answer else None
    return AskedWorker(ring.unseal(row.sealed_question, bound).decode(), row.asked_at, answer, row.answered_at)
