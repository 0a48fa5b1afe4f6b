"""Review: the queue and one item for officers; for every worker, what they are asked about their own accesses."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from gateway.errors import ReviewGrewError
from gateway.usecases.review.reviewing import (
    NO_SUCH_ITEM,
    Closing,
    ReviewOutcome,
    close_review,
    open_review,
    review_queue,
)
from gateway.usecases.review.reviewing_questions import answer_question, ask_worker, my_questions
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.forms import NOTHING_TYPED, FormError, text_field
from gateway.web.render import page_headers, render
from gateway.web.routes.families import id_or_not_found
from gateway.web.views.reviews import question_rows, review_case, review_line

router = APIRouter()
_SHORTEST, _LONGEST = 3, 2000
_OUTCOMES = {outcome.value: outcome for outcome in ReviewOutcome}
Text = Annotated[str, Form()]


@router.get("/reviews")
def queue(request: Request, desk: SignedIn) -> Response:
    """What waits, raised items first."""
    lines = [review_line(item, desk.wiring.register) for item in review_queue(desk.wiring, desk.context, desk.caller)]
    return render(request, "reviews.html", title="Review of accesses", lines=lines)


@router.get("/reviews/{review_id}")
def one_item(request: Request, desk: SignedIn, review_id: str) -> Response:
    """One item with its evidence."""
    return _case(request, desk, review_id, [])


@router.post("/reviews/{review_id}/outcome")
def close(
    request: Request, desk: SignedInForm, review_id: str, outcome: Text = "", words: Text = "",
    uses: Annotated[int, Form()] = 0,
) -> Response:  # fmt: skip
    """Close an item, if it is about no more than the `uses` that the page showed."""
    errors = [] if outcome in _OUTCOMES else [FormError("outcome", "Say what you found")]
    errors += _words_errors("words", words)
    if errors:
        return _case(request, desk, review_id, errors, {"outcome": outcome, "words": words})
    identifier = id_or_not_found(review_id, NO_SUCH_ITEM)
    closing = Closing(_OUTCOMES[outcome], words.strip(), uses)
    try:
        close_review(desk.wiring, desk.context, desk.caller, identifier, closing)
    except ReviewGrewError as error:
        return _case(request, desk, review_id, [FormError("words", str(error))], {"outcome": outcome, "words": words})
    return RedirectResponse("/reviews", 303, page_headers(""))


@router.post("/reviews/{review_id}/question")
def ask(request: Request, desk: SignedInForm, review_id: str, question: Text = "") -> Response:
    """Ask the worker."""
    errors = _words_errors("question", question)
    if errors:
        return _case(request, desk, review_id, errors, {"question": question})
    identifier = id_or_not_found(review_id, NO_SUCH_ITEM)
    ask_worker(desk.wiring, desk.context, desk.caller, identifier, question.strip())
    return RedirectResponse(f"/reviews/{identifier}", 303, page_headers(""))


@router.get("/questions")
def questions(request: Request, desk: SignedIn) -> Response:
    """What this worker is asked."""
    return _questions(request, desk, [])


@router.post("/questions/{review_id}/answer")
def answer(request: Request, desk: SignedInForm, review_id: str, words: Text = "") -> Response:
    """Answer about oneself."""
    identifier = id_or_not_found(review_id, NO_SUCH_ITEM)
    errors = _words_errors(f"words-{identifier}", words)
    if errors:
        return _questions(request, desk, errors, {str(identifier): words})
    answer_question(desk.wiring, desk.context, desk.caller, identifier, words.strip())
    return RedirectResponse("/questions", 303, page_headers(""))


def _case(
    request: Request,
    desk: Desk,
    review_id: str,
    errors: list[FormError],
    typed: Mapping[str, str] = NOTHING_TYPED,
) -> Response:
    identifier = id_or_not_found(review_id, NO_SUCH_ITEM)
    case = open_review(desk.wiring, desk.context, desk.caller, identifier)
    view = review_case(case, desk.wiring.register, errors, typed)
    return render(request, "review.html", 422 if errors else 200, title=view.line.what, errors=errors, case=view)


def _questions(
    request: Request, desk: Desk, errors: list[FormError], typed: Mapping[str, str] = NOTHING_TYPED
) -> Response:
    asked: list[dict[str, Any]] = [
        {
            "id": str(one.review_id),
            "rows": question_rows(one, desk.wiring.register),
            "field": {
                **text_field(
                    f"words-{one.review_id}", "Your answer", typed.get(str(one.review_id), ""), errors, rows="4"
                ),
                "name": "words",
            },
        }
        for one in my_questions(desk.wiring, desk.context, desk.caller)
    ]
    return render(
        request, "questions.html", 422 if errors else 200, title="Questions about what you looked at", errors=errors,
        questions=asked,
    )  # fmt: skip


def _words_errors(field: str, words: str) -> list[FormError]:
    if _SHORTEST <= len(words.strip()) <= _LONGEST:
        return []
    return [FormError(field, f"Write it in words, in {_LONGEST} characters or fewer")]
