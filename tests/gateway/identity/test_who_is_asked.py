"""Whose keys a token is held against, and who is asked while the staff's provider is down."""

from datetime import timedelta
from types import SimpleNamespace

import httpx
import pytest
from pydantic import ValidationError

from gateway.building import oidc_settings
from gateway.identity.keys import generate_es256_key
from gateway.identity.oidc import OidcProvider
from gateway.identity.signed_tokens import claimed_issuer
from gateway.settings import Settings
from tests.gateway.applications import application
from tests.structure.application import ask

US = "http://127.0.0.1:8000"
PROVIDER = "https://login.northvale.example"


class Down:
    """A provider that nobody reaches, and how often somebody tried."""

    def __init__(self):
        self.tried = 0

    def __call__(self, request):
        self.tried += 1
        raise httpx.ConnectError("no provider", request=request)


@pytest.fixture
def down():
    return Down()


@pytest.fixture
def answered(down, clock, token_keys, forge):
    """The problem with which the gateway answers a token signed with `key`."""
    settings = Settings(oidc_issuer=PROVIDER, cookie_secure=False)
    provider = OidcProvider(oidc_settings(settings), httpx.Client(transport=httpx.MockTransport(down)))
    app = application(
        SimpleNamespace(settings=settings, database=None, token_keys=token_keys, provider=provider, clock=clock)
    )

    def answer(issuer, key, typ="at+jwt", life=timedelta(minutes=5)):
        now = int(clock().timestamp())
        claims = {
            "iss": issuer, "aud": US, "sub": "police-feeds", "client_id": "police-feeds", "agency": "northvale_police",
            "scope": "batches:read", "jti": "t-1", "iat": now, "exp": now + int(life.total_seconds()),
        }  # fmt: skip
        token = forge({"alg": "ES256", "typ": typ, "kid": key.kid}, claims, key)
        return ask(app, "GET", "/v1/batches", headers={"Authorization": f"Bearer {token}"})

    return answer


def test_a_partner_whose_key_is_gone_is_told_so_while_the_provider_is_down(answered, down):
    refused = answered(US, generate_es256_key())

    assert (refused.status_code, refused.json()["title"]) == (401, "Sign in first")
    assert down.tried == 0


def test_a_partner_whose_token_has_expired_is_told_so_while_the_provider_is_down(answered, token_keys, down):
    assert answered(US, token_keys.signing, life=timedelta(minutes=-5)).status_code == 401
    assert down.tried == 0


@pytest.mark.parametrize("issuer", ["https://evil.example", PROVIDER + "/", US + "/", "", 7, None])
def test_a_token_of_nobody_we_know_asks_nobody(answered, down, issuer):
    assert answered(issuer, generate_es256_key()).status_code == 401
    assert down.tried == 0


def test_a_token_of_the_provider_waits_for_the_provider(answered, down, token_keys):
    """Its key may be one that the provider has just begun to use: to call it bad would send its bearer away."""
    for key in (generate_es256_key(), token_keys.signing):
        unknown = answered(PROVIDER, key)
        assert (unknown.status_code, unknown.headers["retry-after"]) == (503, "5")
    assert down.tried == 1


def test_a_provider_that_is_down_is_tried_every_five_seconds_and_not_for_each_token(answered, down, clock):
    for _ in range(20):
        assert answered(PROVIDER, generate_es256_key()).status_code == 503
    assert down.tried == 1
    clock.move(seconds=5)
    assert answered(PROVIDER, generate_es256_key()).status_code == 503
    assert down.tried == 2


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "a.é.c", "x" * 9000, "a.WzFd.c", "a." + "W1tb" * 2000 + ".c", "a.e30.c"]
)
def test_what_is_no_token_names_no_issuer(token):
    assert claimed_issuer(token) is None


def test_the_gateway_and_the_provider_may_not_issue_under_one_name():
    with pytest.raises(ValidationError, match="must differ"):
        Settings(oidc_issuer=US, public_url=US)
