"""Keeps the demo provider to this machine: it shows every code it sends, so nobody else may reach it."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.identity.origins import is_loopback


class LoopbackOnly:
    """Refuses a request whose listening socket or sender is not loopback, or whose `Host` is not the issuer's.

    The last keeps a web page elsewhere from reading the outbox through a name that it points at 127.0.0.1.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host.encode("ascii")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is ours; answer 403 to the rest."""
        if scope["type"] == "http" and not self._is_local(scope):
            await PlainTextResponse("This demo answers on its own machine only.", 403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_local(self, scope: Scope) -> bool:
        ends = (scope.get("server"), scope.get("client"))
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return all(end is not None and is_loopback(end[0]) for end in ends) and hosts == [self._host]
