"""Refusals that no use case has recorded are entries too: recorded here, before they are answered."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from audit.errors import AuditError
from concept_model.errors import DataSharingError
from gateway.api.context import request_context
from gateway.errors import ForbiddenError
from gateway.identity.caller import PartnerCaller, StaffCaller
from gateway.usecases.log.forbidden import record_forbidden
from gateway.wiring import Wiring

_Answer = Callable[[Request, Exception], Awaitable[Response]]


def install(app: FastAPI, wiring: Wiring) -> None:
    """Have every `ForbiddenError` of a known caller recorded. Call it after the errors' own answers are installed."""
    answer: _Answer = app.exception_handlers[DataSharingError]  # type: ignore[assignment]  # ours are all asynchronous

    async def refused(request: Request, error: Exception) -> Response:
        caller = getattr(request.state, "caller", None)
        recorded = isinstance(error, ForbiddenError) and error.recorded
        if isinstance(caller, StaffCaller | PartnerCaller) and not recorded:
            context, family = request_context(request), _id(request.path_params.get("family_id"))
            try:
                await run_in_threadpool(record_forbidden, wiring, context, caller, _operation(request), family)
            except (DataSharingError, AuditError) as failed:
                return await answer(request, failed)
        return await answer(request, error)

    app.add_exception_handler(ForbiddenError, refused)


def _operation(request: Request) -> str:
    """The name of what was tried: of the contract's operation, or of the page."""
    route = request.scope.get("route")
    return str(getattr(route, "operation_id", None) or getattr(route, "name", None) or "unknown")


def _id(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None
