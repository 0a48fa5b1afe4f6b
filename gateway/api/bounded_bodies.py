"""No body is read into memory without a bound, whoever sends it: it is read before anybody asks who that is."""

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import BodyTooLargeError

MOST_MIB = 8
"""What the longest list of the contract needs, the ids of 100,000 batches, is half of it."""
_MIB = 1024 * 1024
# These read pushed files piece by piece into the spool, and hold them against a bound of their own.
_SPOOLED = re.compile(r"/v1/feeds/[^/]+/(batches|uploads(/[^/]+)?)/?")
_TOO_LARGE = f"the body is larger than the {MOST_MIB} MiB that are taken here; send less at once"


class BoundedBodies:
    """Middleware that stops reading a body of the API once it is too large. Pages bound their forms themselves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with a bound to what can be received of it."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/") or _SPOOLED.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        size = 0

        async def bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MOST_MIB * _MIB:
                raise BodyTooLargeError(_TOO_LARGE)
            return message

        await self._app(scope, bounded, send)
