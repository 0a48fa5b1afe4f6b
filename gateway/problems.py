"""Every error as an RFC 9457 problem: the one place that knows both an error class and its HTTP status.

A body holds fixed text, codes and known field pointers; never a value that the caller sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from adapters.errors import FeedUnreadableError, UnknownFeedError
from agreements.errors import AgreementFileError
from audit.errors import AuditError
from concept_model.errors import ConceptError, DataSharingError
from gateway import errors
from gateway.api.context import request_context
from gateway.identity.errors import (
    ForgedRequestError,
    InsecureOriginError,
    KeyFileError,
    ProviderUnavailableError,
    UnauthenticatedError,
)
from gateway.store.errors import DatabaseUnavailableError, LinkageUnderWayError, StoreError, TicketRefusedError
from gateway.wrong_requests import wrong_field, wrong_request

PROBLEM_BASE = "https://hearthgate.example/problems/"
MEDIA_TYPE = "application/problem+json"
_HTTP_DETAILS: Mapping[int, str] = {
    400: "The body cannot be read: it is no UTF-8, or too deeply nested. Send one JSON object as the contract at"
    " /v1/openapi.json has it.",
    404: "There is nothing at this address. The contract at /v1/openapi.json lists the addresses that there are.",
    405: "This address does not take that method. The header Allow lists those that it takes.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A status, a title and whether the error's own fixed words may be shown."""

    status: int
    title: str
    shows_message: bool = True
    headers: Mapping[str, str] | None = None


PROBLEMS: Mapping[type[Exception], Problem] = {
    UnauthenticatedError: Problem(401, "Sign in first", headers={"WWW-Authenticate": "Bearer"}),
    errors.DeclarationError: Problem(403, "Declare your purpose"),
    errors.AccessRefusedError: Problem(403, "Refused"),
    errors.ForbiddenError: Problem(403, "Not allowed"),
    ForgedRequestError: Problem(403, "This form is out of date"),
    errors.ReferredError: Problem(403, "A named person decides"),
    errors.NotFoundError: Problem(404, "Not found"),
    UnknownFeedError: Problem(404, "No such feed"),
    errors.ProofNotReadyError: Problem(404, "The proof is not ready", headers={"Retry-After": "1"}),
    errors.IdempotencyConflictError: Problem(409, "Idempotency-Key used before"),
    errors.UploadOffsetError: Problem(409, "Not where the upload goes on"),
    errors.NothingToConfirmError: Problem(409, "Nothing to confirm"),
    errors.AnsweredBeforeError: Problem(409, "Answered before"),
    errors.FeedOffError: Problem(403, "This feed is off"),
    errors.AlreadyDisputedError: Problem(409, "Disputed already"),
    errors.ReviewGrewError: Problem(409, "There is more to read"),
    errors.MatchContradictedError: Problem(409, "They cannot be one person"),
    errors.CorrectionAwaitedError: Problem(409, "The correction has not come yet"),
    errors.WebhookAddressError: Problem(422, "Messages cannot go there"),
    errors.ErasureHeldError: Problem(409, "A legal hold stands"),
    errors.BodyTooLargeError: Problem(413, "Too large"),
    errors.UnsupportedMediaError: Problem(415, "Wrong format"),
    errors.RecordRejectedError: Problem(422, "The record was not taken"),
    errors.BodyUnreadableError: Problem(400, "The body cannot be read"),
    errors.ContentDigestError: Problem(400, "The body is not what was sent"),
    FeedUnreadableError: Problem(422, "Not readable as this feed"),
    ConceptError: Problem(422, "Not a valid value"),
    errors.PermitEndedError: Problem(503, "The agreement has just ended"),
    TicketRefusedError: Problem(503, "Nothing was released", headers={"Retry-After": "1"}),
    DatabaseUnavailableError: Problem(503, "Nothing was released", headers={"Retry-After": "5"}),
    LinkageUnderWayError: Problem(503, "Records are being linked", headers={"Retry-After": "60"}),
    ProviderUnavailableError: Problem(503, "Sign-in is not available", headers={"Retry-After": "5"}),
    AuditError: Problem(503, "The log is not available; nothing was released", shows_message=False),
    StoreError: Problem(500, "Something went wrong; nothing was released", shows_message=False),
    errors.KeyCustodyError: Problem(500, "Something went wrong; nothing was released", shows_message=False),
    errors.ConfigurationError: Problem(500, "Something went wrong; nothing was released", shows_message=False),
    KeyFileError: Problem(500, "Something went wrong; nothing was released", shows_message=False),
    InsecureOriginError: Problem(500, "Something went wrong; nothing was released", shows_message=False),
    AgreementFileError: Problem(500, "Something went wrong; nothing was released", shows_message=False),
    DataSharingError: Problem(500, "Something went wrong; nothing was released", shows_message=False),
}


def problem_for(error: Exception) -> Problem:
    """The problem of an error: that of its class, or of the nearest class above it."""
    for kind in type(error).__mro__:
        if kind in PROBLEMS:
            return PROBLEMS[kind]
    return PROBLEMS[DataSharingError]


def install(app: FastAPI) -> None:
    """Answer every error as a problem."""
    app.add_exception_handler(DataSharingError, _ours)
    app.add_exception_handler(AuditError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def problem_body(request: Request, code: str, problem: Problem, **members: Any) -> dict[str, Any]:
    """The members of a problem; `instance` is the request id as a URN."""
    return {
        "type": f"{PROBLEM_BASE}{code}",
        "title": problem.title,
        "status": problem.status,
        "instance": f"urn:hearthgate:request:{request_context(request).request_id}",
        **{key: value for key, value in members.items() if value is not None},
    }


async def _ours(request: Request, error: Exception) -> Response:
    problem = problem_for(error)
    members: dict[str, Any] = {"detail": str(error) if problem.shows_message else None}
    if isinstance(error, errors.AccessRefusedError):
        members |= {"reason": error.reason, "receipt": error.receipt}
    if isinstance(error, errors.ReferredError):
        members |= {"decided_by": error.to, "answer_by": error.answer_by.isoformat(), "receipt": error.receipt}
    if isinstance(error, errors.RecordRejectedError):
        fields = [_mistaken(one) for one in error.fields]
        members |= {"reason": error.reason, "receipt": error.receipt, "fields": fields}
    if isinstance(error, FeedUnreadableError):
        members["how_to_fix"] = error.how_to_fix
    code = getattr(error, "code", "internal")
    return _answer(problem_body(request, code, problem, **members), problem)


def _mistaken(field: Any) -> dict[str, str]:
    """One field of a record, in the words of the feed: where, which rule, what is wrong and how to mend it."""
    return {
        "pointer": field.pointer, "kind": field.code, "message": field.message, "how_to_fix": field.how_to_fix
    }  # fmt: skip


async def _invalid(request: Request, error: Exception) -> Response:
    """A 422 that names known fields and kinds of mistake, and repeats neither values nor unknown names."""
    problem = Problem(422, "The request is not valid")
    found = error.errors() if isinstance(error, RequestValidationError) else []
    fields = [wrong_field(one) for one in found]
    return _answer(
        problem_body(request, "request-invalid", problem, detail=wrong_request(len(fields)), fields=fields), problem
    )


async def _http(request: Request, error: Exception) -> Response:
    if isinstance(error.__cause__, DataSharingError):
        # The framework says of whatever stops it while it reads a body that it cannot parse it.
        return await _ours(request, error.__cause__)
    status = error.status_code if isinstance(error, HTTPException) else 500
    titles = {400: "The body cannot be read", 404: "Not found", 405: "Method not allowed"}
    # RFC 9110 section 15.5.6: a 405 says which methods there are, in a header that the router made.
    headers = error.headers if isinstance(error, HTTPException) else None
    problem = Problem(status, titles.get(status, "The request failed"), headers=headers)
    return _answer(problem_body(request, f"http-{status}", problem, detail=_HTTP_DETAILS.get(status)), problem)


async def _unexpected(request: Request, _error: Exception) -> Response:
    problem = PROBLEMS[DataSharingError]
    return _answer(problem_body(request, "internal", problem), problem)


def _answer(body: dict[str, Any], problem: Problem) -> Response:
    return JSONResponse(body, problem.status, media_type=MEDIA_TYPE, headers=dict(problem.headers or {}))
