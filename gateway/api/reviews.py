"""Routes of review: the queue, one item, the question to the worker and the answer, and how an item is closed."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from gateway.api.context import Context, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent
from gateway.usecases.families.watching_family import Watch, set_watch
from gateway.usecases.review.reviewing import (
    Closing,
    ReviewCase,
    ReviewItem,
    ReviewOutcome,
    close_review,
    open_review,
    review_queue,
)
from gateway.usecases.review.reviewing_questions import ReviewQuestion, answer_question, ask_worker, my_questions

router = APIRouter(prefix="/v1", tags=["reviews"], dependencies=[BEARER])


class ReviewOutcomeIn(Sent):
    """How an officer closes an item, and in which words."""

    outcome: ReviewOutcome
    words: str = Field(min_length=3, max_length=2000)
    uses: int | None = Field(default=None, ge=1, description="How many uses were read: with more, nothing is closed")


class ReviewWordsIn(Sent):
    """A question to a worker, or the worker's answer."""

    words: str = Field(min_length=3, max_length=2000)


class WatchIn(Sent):
    """A family of which officers want to see who looks at it, or no longer, and why."""

    family_id: UUID
    watched: bool
    reason: str = Field(min_length=3, max_length=1000)


@router.get("/reviews", **operation("list-reviews", "Accesses to look at", 401, 403))
def reviews(wiring: Wired, context: Context, caller: Staff) -> Annotated[list[dict[str, Any]], Told(list[ReviewItem])]:
    """What an officer should look at: raised when it happened, ranked by doubt, drawn by lot."""
    return [asdict(item) for item in review_queue(wiring, context, caller)]


@router.get("/reviews/{review_id}", **operation("read-review", "One item of review", 401, 403, 404, 422))
def one_review(
    wiring: Wired, context: Context, caller: Staff, review_id: UUID
) -> Annotated[dict[str, Any], Told(ReviewCase)]:
    """Each use with its reason and what makes it doubtful, in words; what the worker was asked; how it was closed."""
    return asdict(open_review(wiring, context, caller, review_id))


@router.post("/reviews/{review_id}/outcome", **operation("close-review", "Close an item", 400, 401, 403, 404, 409, 422))
def outcome(
    wiring: Wired, context: Context, caller: Staff, review_id: UUID, closed: ReviewOutcomeIn
) -> Annotated[dict[str, Any], Told(ReviewCase)]:
    """Close an item with an outcome and words. Nobody closes what is about themselves; the first closing stands."""
    return asdict(close_review(wiring, context, caller, review_id, Closing(closed.outcome, closed.words, closed.uses)))


@router.post("/reviews/{review_id}/question", **operation("ask-worker", "Ask the worker", 400, 401, 403, 404, 422))
def question(
    wiring: Wired, context: Context, caller: Staff, review_id: UUID, asked: ReviewWordsIn
) -> Annotated[dict[str, Any], Told(ReviewQuestion)]:
    """Ask the worker before judging: one question, in the officer's words."""
    return asdict(ask_worker(wiring, context, caller, review_id, asked.words))


@router.post("/reviews/watched-families", **operation("watch-family", "Watch a family", 400, 401, 403, 422))
def watch(wiring: Wired, context: Context, caller: Staff, wanted: WatchIn) -> Annotated[dict[str, Any], Told(Watch)]:
    """Rank whoever looks at a family without a task among the first: somebody well known, a case in the newspaper."""
    return asdict(set_watch(wiring, context, caller, wanted.family_id, wanted.reason, watched=wanted.watched))


@router.get("/me/review-questions", **operation("list-review-questions", "What I am asked about", 401, 403))
def questions(
    wiring: Wired, context: Context, caller: Staff
) -> Annotated[list[dict[str, Any]], Told(list[ReviewQuestion])]:
    """What this worker has been asked about their own accesses and has not answered."""
    return [asdict(one) for one in my_questions(wiring, context, caller)]


@router.post(
    "/reviews/{review_id}/answer", **operation("answer-review", "Answer about myself", 400, 401, 403, 404, 422)
)
def answer(
    wiring: Wired, context: Context, caller: Staff, review_id: UUID, given: ReviewWordsIn
) -> Annotated[dict[str, Any], Told(ReviewQuestion)]:
    """Answer what one was asked, once and in one's own words."""
    return asdict(answer_question(wiring, context, caller, review_id, given.words))
