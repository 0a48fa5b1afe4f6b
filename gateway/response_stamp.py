"""What every answer bears, and the last look at the clock before its first byte leaves."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.context import request_context
from gateway.telemetry import note_request
from gateway.wiring import Wiring

_SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
}


class ResponseStamp:
    """Middleware that stamps answers. `ended` answers instead where a request's permit ended meanwhile.

    It passes parts of an answer on as they come and errors as they are: a stream that breaks off must not look like one
    that came to its end.
    """

    def __init__(self, app: ASGIApp, wiring: Wiring, ended: Callable[[Request], Awaitable[Response]]) -> None:
        self._app, self._wiring, self._ended = app, wiring, ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; what is no request passes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        context = request_context(request)
        note_request(context.request_id)
        instead: Response | None = None

        async def stamped(message: Message) -> None:
            nonlocal instead
            if instead is not None:
                return
            if message["type"] == "http.response.start":
                # Between the use case's last look at the clock and here the instant may have passed; nothing has left.
                if context.release.until is not None and self._wiring.clock() >= context.release.until:
                    instead = await self._ended(request)
                    _stamp(instead.headers, context.request_id)
                    await instead(scope, receive, send)
                    return
                _stamp(MutableHeaders(scope=message), context.request_id)
            await send(message)

        await self._app(scope, receive, stamped)


def _stamp(headers: MutableHeaders, request_id: str) -> None:
    for name, value in _SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers["X-Request-ID"] = request_id
