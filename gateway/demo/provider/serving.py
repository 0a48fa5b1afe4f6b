"""The demo provider as a running server on loopback, in a thread of its own."""

import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from threading import Thread
from typing import Any

import uvicorn
from joserfc.jwk import ECKey
from starlette.types import ASGIApp

from gateway.clock import utc_now
from gateway.demo.provider.app import create_provider
from gateway.demo.provider.parties import RelyingParty
from gateway.identity.errors import InsecureOriginError
from gateway.identity.keys import generate_es256_key
from gateway.identity.origins import is_loopback

_BACKLOG = 128


def bind_loopback(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A bound socket; port 0 takes any free one. `InsecureOriginError` for an address beyond this machine."""
    if not is_loopback(host):
        raise InsecureOriginError("the demo provider runs on loopback only")
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    bound.listen(_BACKLOG)
    return bound


@contextmanager
def running_provider(
    staff: Iterable[Mapping[str, Any]],
    *,
    party: RelyingParty,
    port: int = 0,
    clock: Callable[[], datetime] = utc_now,
    key: ECKey | None = None,
) -> Iterator[str]:
    """The issuer of a provider that answers until the block ends."""
    bound = bind_loopback(port=port)
    issuer = f"http://127.0.0.1:{bound.getsockname()[1]}"
    app = create_provider(staff, issuer=issuer, party=party, clock=clock, key=key or generate_es256_key())
    with serving(app, bound):
        yield issuer


@contextmanager
def serving(app: ASGIApp, bound: socket.socket) -> Iterator[None]:
    """Answer on `bound` until the block ends. Requests that arrive before the server is ready wait in its queue."""
    # Without proxy_headers=False a header could claim another sender than the socket's.
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", proxy_headers=False)
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [bound]}, name="demo-provider", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        bound.close()
