"""Refusals that no use case has recorded are entries too: recorded here, before they are answered."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from adapters.errors import UnknownFeedError
from audit.errors import AuditError
from concept_model.errors import DataSharingError
from gateway.api.context import request_context
from gateway.errors import ForbiddenError, NotFoundError
from gateway.identity.caller import PartnerCaller, StaffCaller
from gateway.usecases.log.attempts import Attempt, record_attempt
from gateway.wiring import Wiring

_Answer = Callable[[Request, Exception], Awaitable[Response]]


def install(app: FastAPI, wiring: Wiring) -> None:
    """Have refusals of known callers recorded. Call it after the errors' own answers are installed.

    Recorded are every `ForbiddenError`, and every answer that there is no such thing, unless the log has it already.
    """
    answer: _Answer = app.exception_handlers[DataSharingError]  # type: ignore[assignment]  # ours are all asynchronous

    async def refused(request: Request, error: Exception) -> Response:
        caller = getattr(request.state, "caller", None)
        if isinstance(caller, StaffCaller | PartnerCaller) and not _recorded(request, error):
            code = getattr(error, "code", "refused")
            attempt = Attempt(code, _operation(request), _id(request.path_params.get("family_id")))
            try:
                await run_in_threadpool(record_attempt, wiring, request_context(request), caller, attempt)
            except (DataSharingError, AuditError) as failed:
                return await answer(request, failed)
        return await answer(request, error)

    for kind in (ForbiddenError, NotFoundError, UnknownFeedError):
        app.add_exception_handler(kind, refused)


def _recorded(request: Request, error: Exception) -> bool:
    if isinstance(error, ForbiddenError):
        return error.recorded
    return request_context(request).trail.begun


def _operation(request: Request) -> str:
    """The name of what was tried: of the contract's operation, or of the page."""
    route = request.scope.get("route")
    return str(getattr(route, "operation_id", None) or getattr(route, "name", None) or "unknown")


def _id(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None
