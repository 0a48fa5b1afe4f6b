"""The real application for tests, many of which serve one of their own.

FastAPI reads the signatures of all routes at an application's first request, 0.2 s of the processor each time. The
routes are the same objects in each application, so those of a process share what the first of them has read.
"""

from collections.abc import Callable
from typing import Annotated

from fastapi import FastAPI, Header, Request
from opentelemetry.sdk.trace.export import SpanExporter

from gateway.api.context import authenticate
from gateway.app import create_app
from gateway.identity.caller import Caller
from gateway.wiring import Wiring

# Routes know the application that may replace who calls: those that are told by a header are the routes of another.
_first: dict[bool, FastAPI] = {}


def application(
    wiring: Wiring, spans: SpanExporter | None = None, caller: Callable[[str], Caller] | None = None
) -> FastAPI:
    """The application over one wiring; with `caller`, the header `Test-Caller` says who calls instead of a token."""
    made = create_app(wiring, spans)
    made.state.caller = caller
    first = _first.setdefault(caller is None, made)
    if caller is not None:
        first.dependency_overrides[authenticate] = _told
    made.router.routes = list(first.router.routes)
    return made


def _told(request: Request, test_caller: Annotated[str, Header()]) -> Caller:
    found: Caller = request.app.state.caller(test_caller)
    return found
