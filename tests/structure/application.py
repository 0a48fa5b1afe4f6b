"""The whole application over a wiring without a database: to look at routes, and to be refused by them."""

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
from fastapi import FastAPI

from gateway import clock
from gateway.app import create_app
from gateway.building import oidc_settings
from gateway.identity.keys import TokenKeys, generate_es256_key
from gateway.identity.oidc import OidcProvider
from gateway.settings import Settings


def bare_application() -> FastAPI:
    """Every route, nothing behind them."""
    return create_app(bare_wiring())


def bare_wiring() -> Any:
    """A wiring without a database: enough to look at routes, and to be refused by them."""
    settings = Settings(cookie_secure=False)
    provider = OidcProvider(oidc_settings(settings), httpx.Client(transport=httpx.MockTransport(_unreachable)))
    return SimpleNamespace(
        settings=settings, database=None, token_keys=TokenKeys(generate_es256_key()), provider=provider,
        clock=clock.utc_now, mint=clock.new_id, mint_opaque=clock.new_opaque_id,
    )  # fmt: skip


def _unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no provider", request=request)


def ask(app: FastAPI, method: str, path: str, **sent: object) -> httpx.Response:
    """One request without a socket."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.request(method, path, **sent)

    return asyncio.run(send())
