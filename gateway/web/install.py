"""Put the pages into an application: routes, static files, bounded forms, and errors as pages."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from audit.errors import AuditError
from concept_model.errors import DataSharingError
from gateway.errors import BodyTooLargeError
from gateway.web.refusals import error_page, plain_page
from gateway.web.routes import router

STATIC = Path(__file__).resolve().parent / "static"
_PAGES = "gateway.web."
_API_PATHS = ("/v1/", "/oauth/", "/health", "/.well-known/")
_KIB = 1024
_FORM_LIMIT = 64 * _KIB
_MULTIPART_MARGIN = 64 * _KIB
_YEAR_SECONDS = 31_536_000
_Handler = Callable[[Request, Exception], Awaitable[Response]]


def install_pages(app: FastAPI) -> None:
    """Add the pages. Call it after `problems.install`: what is no page keeps its problem."""
    app.include_router(router)
    app.mount("/static", _Assets(directory=STATIC), name="static")
    app.add_middleware(BoundedForms)
    for kind, handle in (
        (DataSharingError, _ours),
        (AuditError, _ours),
        (RequestValidationError, _invalid),
        (HTTPException, _http),
        (Exception, _unexpected),
    ):
        app.add_exception_handler(kind, _for_pages(handle, app.exception_handlers.get(kind)))


class _Assets(StaticFiles):
    """Styles and scripts. Their addresses change with their content, so a browser may keep them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = f"public, max-age={_YEAR_SECONDS}, immutable"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


class BoundedForms:
    """Refuse a form that is too large, or does not say how large it is, before any of it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is no form of the pages, or is small enough."""
        if scope["type"] == "http" and scope["method"] == "POST" and not scope["path"].startswith(_API_PATHS):
            request = Request(scope)
            if _too_large(request):
                refusal = "the form is larger than this gateway takes at once"
                await error_page(request, BodyTooLargeError(refusal))(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _too_large(request: Request) -> bool:
    length = request.headers.get("content-length", "")
    limit = _FORM_LIMIT
    if request.url.path == "/batches":
        limit = int(request.app.state.wiring.settings.max_body_mib) * _KIB * _KIB + _MULTIPART_MARGIN
    return not (length.isascii() and length.isdigit()) or int(length) > limit


def _for_pages(handle: _Handler, otherwise: Any) -> _Handler:
    """`handle` for requests of pages, the handler that was there before for all others."""

    async def chosen(request: Request, error: Exception) -> Response:
        if _is_page(request) or otherwise is None:
            return await handle(request, error)
        answer: Response = await otherwise(request, error)
        return answer

    return chosen


def _is_page(request: Request) -> bool:
    endpoint = request.scope.get("endpoint")
    if endpoint is not None:
        return str(getattr(endpoint, "__module__", "")).startswith(_PAGES)
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(_API_PATHS)


async def _ours(request: Request, error: Exception) -> Response:
    return error_page(request, error)


async def _invalid(request: Request, _error: Exception) -> Response:
    return plain_page(request, 422, "We cannot read this form", "Open the page again and fill in the form once more.")


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:  # noqa: PLR2004 - the status itself
        return plain_page(request, status, "Page not found", "Check the address, or start again.")
    page = plain_page(request, status, "This did not work", "Go back and try again.")
    page.headers.update((error.headers or {}) if isinstance(error, HTTPException) else {})
    return page


async def _unexpected(request: Request, _error: Exception) -> Response:
    return plain_page(request, 500, "Something went wrong", "Nothing was released. Try again in a minute.")
