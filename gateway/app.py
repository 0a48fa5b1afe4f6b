"""The one place where routes, errors, pages and telemetry are joined into an application."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from opentelemetry.sdk.trace.export import SpanExporter

from concept_model.errors import DataSharingError
from gateway import problems
from gateway.api.context import request_context
from gateway.api.routers import ROUTERS
from gateway.errors import JUST_ENDED, PermitEndedError
from gateway.telemetry import configure_logging, exporter_of, note_request, request_telemetry
from gateway.web.install import install_pages
from gateway.wiring import Wiring

_SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
}


def create_app(wiring: Wiring, spans: SpanExporter | None = None) -> FastAPI:
    """The application over one wiring. `spans` takes the place of the exporter that the settings name."""
    configure_logging()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        wiring.database.dispose()

    app = FastAPI(
        title="Hearthgate",
        version="1",
        description="A multi-agency data-sharing gateway on a common concept model.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        lifespan=lifespan,
        telemetry=request_telemetry(spans or exporter_of(wiring.settings.spans)),
    )
    app.state.wiring = wiring
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    install_pages(app)

    async def ended(request: Request) -> Response:
        """The answer of a request whose permit has ended, as a problem or as a page."""
        answer: Response = await app.exception_handlers[DataSharingError](request, PermitEndedError(JUST_ENDED))  # type: ignore[misc]  # ours are all asynchronous
        return answer

    @app.middleware("http")
    async def stamp(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        context = request_context(request)
        note_request(context.request_id)
        response = await proceed(request)
        # Between the use case's last look at the clock and here the instant may have passed; nothing has left yet.
        if context.release.until is not None and wiring.clock() >= context.release.until:
            response = await ended(request)
        for name, value in _SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-ID"] = context.request_id
        return response

    return app
