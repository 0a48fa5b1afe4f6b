"""Routes of requests that a named person decides: ask, see what waits, answer, read what was granted."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from gateway.api.answers import GrantedOut, RequestTakenOut
from gateway.api.context import Context, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import AccessAnswerIn, AccessRequestIn, receipt_view
from gateway.usecases.families.answering import RequestAnswered, answer_request
from gateway.usecases.families.reading_granted import read_granted
from gateway.usecases.families.requesting import NewRequest, OpenRequest, request_access, requests_open
from gateway.usecases.register.named_law import StoredAnswer

router = APIRouter(prefix="/v1/access-requests", tags=["requests"], dependencies=[BEARER])


@router.post(
    "",
    status_code=202,
    **operation("request-access", "Ask a named person to decide", 400, 401, 403, 422, answer="With who decides"),
)
def ask(
    wiring: Wired, context: Context, caller: Staff, asked: AccessRequestIn
) -> Annotated[dict[str, Any], Told(RequestTakenOut)]:
    """Ask to see what is withheld, or make a one-off request under a law you name; a named person decides.

    Under a law (an id of the legal register) name one family and at most twelve items of one owner, each as
    `source/item`; ask each owner by a request of its own. No agreement is consulted, and no family is looked at.
    """
    new = NewRequest(asked.purpose, tuple(asked.items), asked.reason, asked.law, asked.family_id)
    taken = request_access(wiring, context, caller, new)
    return {
        "access_request_id": taken.request_id,
        "decided_by": taken.decided_by,
        "answer_by": taken.answer_by,
        "detail": taken.sentence,
        "entry": taken.entry_id,
        "request_id": context.request_id,
    }


@router.get("", **operation("list-access-requests", "Requests that wait", 401, 403))
def waiting(wiring: Wired, context: Context, caller: Staff) -> Annotated[list[dict[str, Any]], Told(list[OpenRequest])]:
    """Open requests, item by item: all for officers, for the decider of an agency those that it is to decide."""
    return [asdict(request) for request in requests_open(wiring, context, caller)]


@router.post(
    "/{access_request_id}/answer",
    **operation("answer-access-request", "Decide a request under a law", 400, 401, 403, 404, 409, 422),
)
def answer(
    wiring: Wired, context: Context, caller: Staff, access_request_id: UUID, answered: AccessAnswerIn
) -> Annotated[dict[str, Any], Told(RequestAnswered)]:
    """Grant items one by one, or none, with the bases and a reason. The first answer stands; nobody answers their own.

    Where the owner's contact decides, the data protection officer records the answer and names in `answered_by` who
    gave it.
    """
    given = StoredAnswer(tuple(answered.items), tuple(answered.bases), answered.reason, answered.answered_by)
    return asdict(answer_request(wiring, context, caller, access_request_id, given))


@router.post(
    "/{access_request_id}/read",
    **operation("read-granted", "Read what was granted under a law", 401, 403, 404, 422),
)
def read(
    wiring: Wired, context: Context, caller: Staff, access_request_id: UUID
) -> Annotated[dict[str, Any], Told(GrantedOut)]:
    """The granted items of the person whom the family's handle is named for, and nothing else, for a day.

    It is the same answer where nothing is recorded, where the handle is nobody's, and where a rule forbids it of this
    person: no facts.
    """
    granted, receipt = read_granted(wiring, context, caller, access_request_id)
    return {
        **asdict(granted),
        "at": receipt.at,
        "request_id": context.request_id,
        "receipt": receipt_view(receipt),
    }
