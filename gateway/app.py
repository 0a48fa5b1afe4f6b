"""The one place where routes, errors, pages and telemetry are joined into an application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from opentelemetry.sdk.trace.export import SpanExporter

from concept_model.errors import DataSharingError
from gateway import problems, refused_attempts
from gateway.api.bounded_bodies import BoundedBodies
from gateway.api.routers import ROUTERS
from gateway.errors import JUST_ENDED, PermitEndedError
from gateway.response_stamp import ResponseStamp
from gateway.telemetry import configure_logging, exporter_of, request_telemetry
from gateway.web.install import install_pages
from gateway.wiring import Wiring


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
    refused_attempts.install(app, wiring)

    async def ended(request: Request) -> Response:
        """The answer of a request whose permit has ended, as a problem or as a page."""
        answer: Response = await app.exception_handlers[DataSharingError](request, PermitEndedError(JUST_ENDED))  # type: ignore[misc]  # ours are all asynchronous
        return answer

    app.add_middleware(BoundedBodies)
    app.add_middleware(ResponseStamp, wiring=wiring, ended=ended)
    return app
