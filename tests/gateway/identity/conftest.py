"""A movable clock, registered partners, the demo provider and a token route, the last two on real loopback servers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt

from gateway.demo.provider.parties import RelyingParty
from gateway.demo.provider.serving import bind_loopback, running_provider, serving
from gateway.identity.clients import ClientRegistry
from gateway.identity.keys import TokenKeys, generate_es256_key, public_jwks
from gateway.identity.oidc import OidcProvider, OidcSettings
from gateway.identity.token_endpoint import issue_token, parse_token_form

START = datetime(2026, 11, 16, 8, 10, tzinfo=UTC)
STAFF = [
    {
        "email": "sam.okafor@northvale.example",
        "worker_ref": "W-104",
        "name": "Sam Okafor",
        "agency": "northvale_council",
        "role": "mash_worker",
        "team": "MASH",
    },
    {
        "email": "jo.lindqvist@mill-lane.example",
        "worker_ref": "W-301",
        "name": "Jo Lindqvist",
        "agency": "northvale_schools",
        "role": "school_business_manager",
        "team": "Mill Lane Primary",
    },
]
AUDIENCE = "https://gateway.northvale.example"


class MovableClock:
    def __init__(self):
        self.instant = START

    def __call__(self):
        return self.instant

    def move(self, **delta):
        self.instant += timedelta(**delta)


class MemoryReplayGuard:
    def __init__(self, clock):
        self.clock = clock
        self.seen = {}

    def remember(self, jti, expires_at):
        fresh = jti not in self.seen or self.seen[jti] <= self.clock()
        if fresh:
            self.seen[jti] = expires_at
        return fresh


class MemoryAttempts:
    def __init__(self):
        self.kept = {}

    def put(self, digest, attempt):
        self.kept[digest] = attempt

    def take(self, digest):
        return self.kept.pop(digest, None)


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def forge():
    """Signs any header and claims with any key: what an attacker can do, and our own code cannot."""

    def sign(header, claims, key, algorithms=("ES256", "ES384", "HS256", "PS256", "RS256", "RS512", "none", "EdDSA")):
        return jwt.encode(header, claims, key, algorithms=list(algorithms), default_type=None)

    return sign


@pytest.fixture(scope="session")
def partner_keys():
    return SimpleNamespace(police=generate_es256_key(), dwp=generate_es256_key())


@pytest.fixture(scope="session")
def token_keys():
    return TokenKeys(signing=generate_es256_key(), earlier=(generate_es256_key(),))


@pytest.fixture(scope="session")
def clients(partner_keys):
    return ClientRegistry.from_document(
        {
            "police-feeds": {
                "agency": "northvale_police",
                "jwks": public_jwks(partner_keys.police),
                "scopes": ["feeds:push", "batches:read"],
            },
            "dwp-feeds": {"agency": "dwp", "jwks": public_jwks(partner_keys.dwp), "scopes": ["feeds:push"]},
        }
    )


@pytest.fixture
def replay(clock):
    return MemoryReplayGuard(clock)


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=10, trust_env=False) as client:
        yield client


@pytest.fixture
def token_url(clients, replay, token_keys, clock) -> Iterator[str]:
    app = FastAPI()
    bound = bind_loopback()
    address = f"http://127.0.0.1:{bound.getsockname()[1]}/oauth/token"

    @app.post("/oauth/token")
    async def token(request: Request):
        form = parse_token_form(await request.body())
        status, headers, body = issue_token(
            form, clients=clients, replay=replay, keys=token_keys, now=clock(), token_url=address
        )
        return JSONResponse(body, status, headers)

    with serving(app, bound):
        yield address


@pytest.fixture
def party():
    return RelyingParty(
        client_id="hearthgate",
        redirect_uris=frozenset({"http://127.0.0.1:8000/sign-in/done"}),
        audience=AUDIENCE,
        signed_out_uris=frozenset({"http://127.0.0.1:8000/"}),
    )


@pytest.fixture(scope="session")
def provider_key():
    return generate_es256_key()


@pytest.fixture
def issuer(party, clock, provider_key) -> Iterator[str]:
    with running_provider(STAFF, party=party, clock=clock, key=provider_key) as address:
        yield address


@pytest.fixture
def provider(issuer, party, http):
    settings = OidcSettings(issuer, party.client_id, min(party.redirect_uris), party.audience)
    return OidcProvider(settings, http)


@pytest.fixture
def attempts():
    return MemoryAttempts()
