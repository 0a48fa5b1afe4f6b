"""A whole sign-in over real HTTP, then every way to cheat in it."""

import json
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fastapi import FastAPI, Request
from joserfc import jwt

from gateway.demo.provider.over_http import follow_to_gateway, sign_in_over_http
from gateway.demo.provider.serving import bind_loopback, serving
from gateway.identity.errors import Fault, InsecureOriginError, ProviderUnavailableError, UnauthenticatedError
from gateway.identity.keys import generate_es256_key, public_jwks
from gateway.identity.oidc import OidcProvider, OidcSettings, SignInSecrets
from gateway.identity.sign_in import begin_sign_in, complete_sign_in, local_path, verify_provider_token

WORKER = "sam.okafor@northvale.example"
SCHOOL = "jo.lindqvist@mill-lane.example"


@pytest.fixture
def signed_in(http, issuer, provider, attempts, clock):
    """Plays the browser up to the point where the provider sends it back; gives that query and the cookie."""

    def play(email=WORKER):
        start = begin_sign_in(provider, attempts, "/families", clock())
        returned = follow_to_gateway(http, issuer, start.url, email)
        return dict(parse_qsl(urlsplit(returned).query)), start.cookie_value

    return play


def fault_of(action, *arguments):
    with pytest.raises(UnauthenticatedError) as caught:
        action(*arguments)
    return caught.value.fault


def test_a_worker_signs_in_with_an_e_mailed_code(signed_in, provider, attempts, clock):
    query, cookie = signed_in()
    end = complete_sign_in(provider, attempts, query, cookie, clock())
    assert end.return_to == "/families"
    assert (end.caller.worker_ref, end.caller.role) == ("W-104", "mash_worker")
    assert end.caller.authentication == "oidc+email"


def test_a_school_signs_in_with_a_second_factor_as_well(signed_in, provider, attempts, clock):
    query, cookie = signed_in(SCHOOL)
    end = complete_sign_in(provider, attempts, query, cookie, clock())
    assert end.caller.agency == "northvale_schools"
    assert end.caller.authentication == "oidc+email+mfa+otp"


def test_whoever_has_used_up_the_codes_of_their_app_waits_for_the_next(http, issuer, provider, attempts, clock):
    waited = []

    def wait(seconds):
        waited.append(seconds)
        clock.move(seconds=seconds)

    for _ in range(6):
        start = begin_sign_in(provider, attempts, "/", clock())
        returned = follow_to_gateway(http, issuer, start.url, SCHOOL, wait)
        query = dict(parse_qsl(urlsplit(returned).query))
        assert complete_sign_in(provider, attempts, query, start.cookie_value, clock()).caller.worker_ref == "W-301"
    assert sum(waited) == 60


def test_the_helper_gets_an_access_token_that_the_api_takes(http, issuer, party, provider, clock):
    for email, role in ((WORKER, "mash_worker"), (SCHOOL, "school_business_manager"), (SCHOOL, None)):
        caller = verify_provider_token(provider, sign_in_over_http(http, issuer, party, email), clock())
        assert role in (caller.role, None)
        assert caller.expires_at == clock() + timedelta(minutes=30)


def test_an_access_token_for_another_api_or_past_its_end_is_refused(http, issuer, party, provider, clock):
    token = sign_in_over_http(http, issuer, party, WORKER)
    settings = OidcSettings(issuer, party.client_id, min(party.redirect_uris), "https://other.example")
    assert fault_of(verify_provider_token, OidcProvider(settings, http), token, clock()) is Fault.AUDIENCE
    clock.move(minutes=31)
    assert fault_of(verify_provider_token, provider, token, clock()) is Fault.EXPIRED


@pytest.fixture
def tokens_of(http, issuer, party, signed_in, attempts):
    """What the provider's token endpoint gives for a sign-in played to its end."""

    def redeem():
        query, _ = signed_in()
        form = {
            "grant_type": "authorization_code",
            "code": query["code"],
            "client_id": party.client_id,
            "redirect_uri": min(party.redirect_uris),
            "code_verifier": next(iter(attempts.kept.values())).secrets.verifier,
        }
        return http.post(f"{issuer}/token", data=form).json()

    return redeem


def test_the_providers_id_token_is_no_access_token(tokens_of, provider, clock):
    tokens = tokens_of()
    assert fault_of(verify_provider_token, provider, tokens["id_token"], clock()) is Fault.TOKEN_TYPE
    assert verify_provider_token(provider, tokens["access_token"], clock()).worker_ref == "W-104"


def test_another_browser_cannot_finish_the_sign_in(signed_in, provider, attempts, clock):
    query, cookie = signed_in()
    for other in (None, "", "x" * 43):
        assert fault_of(complete_sign_in, provider, attempts, query, other, clock()) is Fault.SIGN_IN_UNKNOWN
    assert complete_sign_in(provider, attempts, query, cookie, clock())


def test_the_answer_of_another_sign_in_is_refused(signed_in, provider, attempts, clock):
    theirs, _ = signed_in()
    _, my_cookie = signed_in()
    assert fault_of(complete_sign_in, provider, attempts, theirs, my_cookie, clock()) is Fault.SIGN_IN_UNKNOWN


def test_a_sign_in_ends_once(signed_in, provider, attempts, clock):
    query, cookie = signed_in()
    complete_sign_in(provider, attempts, query, cookie, clock())
    assert fault_of(complete_sign_in, provider, attempts, query, cookie, clock()) is Fault.SIGN_IN_UNKNOWN


def test_a_sign_in_that_took_too_long_is_refused(signed_in, provider, attempts, clock):
    query, cookie = signed_in()
    clock.move(minutes=15)
    assert fault_of(complete_sign_in, provider, attempts, query, cookie, clock()) is Fault.SIGN_IN_UNKNOWN


def test_a_code_used_before_is_refused(signed_in, provider, attempts, clock):
    query, _ = signed_in()
    secrets = next(iter(attempts.kept.values())).secrets
    assert provider.redeem(query["code"], secrets, clock())["worker_ref"] == "W-104"
    assert fault_of(provider.redeem, query["code"], secrets, clock()) is Fault.PROVIDER_REFUSED


def test_a_code_older_than_a_minute_is_refused(signed_in, provider, attempts, clock):
    query, cookie = signed_in()
    clock.move(seconds=60)
    assert fault_of(complete_sign_in, provider, attempts, query, cookie, clock()) is Fault.PROVIDER_REFUSED


def test_a_stolen_code_is_worth_nothing_without_the_verifier(signed_in, provider, attempts, clock):
    query, cookie = signed_in()
    secrets = next(iter(attempts.kept.values())).secrets
    stolen = SignInSecrets(secrets.state, secrets.nonce, "another-verifier-of-the-thief-0123456789abcdef")
    assert fault_of(provider.redeem, query["code"], stolen, clock()) is Fault.PROVIDER_REFUSED
    # And the thief's try has spent it.
    assert fault_of(complete_sign_in, provider, attempts, query, cookie, clock()) is Fault.PROVIDER_REFUSED


def test_an_id_token_for_another_sign_in_is_refused(signed_in, provider, attempts, clock):
    query, _ = signed_in()
    secrets = next(iter(attempts.kept.values())).secrets
    swapped = SignInSecrets(secrets.state, "another-nonce", secrets.verifier)
    assert fault_of(provider.redeem, query["code"], swapped, clock()) is Fault.NONCE


def test_an_answer_in_the_name_of_another_provider_is_refused(signed_in, provider, attempts, clock):
    for wrong in ({"iss": "https://evil.example"}, {"iss": None}):
        query, cookie = signed_in()
        changed = {name: value for name, value in {**query, **wrong}.items() if value is not None}
        assert fault_of(complete_sign_in, provider, attempts, changed, cookie, clock()) is Fault.ISSUER


def test_the_providers_own_refusal_is_no_sign_in(signed_in, provider, attempts, clock):
    query, cookie = signed_in()
    refused = {"error": "access_denied", "state": query["state"], "iss": query["iss"], "code": query["code"]}
    assert fault_of(complete_sign_in, provider, attempts, refused, cookie, clock()) is Fault.PROVIDER_REFUSED


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "x", "/a\r\nb"]
)
def test_a_sign_in_leads_back_to_our_own_pages_only(elsewhere):
    assert local_path(elsewhere) == "/"
    assert local_path("/families/1?tab=2") == "/families/1?tab=2"


class Puppet:
    """A provider that answers whatever the test puts here."""

    def __init__(self, address):
        self.address = address
        self.key = generate_es256_key()
        self.metadata = {
            "issuer": address,
            "authorization_endpoint": f"{address}/authorize",
            "token_endpoint": f"{address}/token",
            "jwks_uri": f"{address}/jwks",
        }
        self.jwks = public_jwks(self.key)
        self.id_token = ""
        self.fetched = 0


@pytest.fixture
def puppet():
    with _puppet() as made:
        yield made


@contextmanager
def _puppet():
    app = FastAPI()
    bound = bind_loopback()
    puppet = Puppet(f"http://127.0.0.1:{bound.getsockname()[1]}")

    @app.get("/.well-known/openid-configuration")
    def configuration():
        return puppet.metadata

    @app.get("/jwks")
    def keys():
        puppet.fetched += 1
        return puppet.jwks

    @app.post("/token")
    async def token(request: Request):
        await request.body()
        return {"id_token": puppet.id_token, "access_token": "opaque", "token_type": "Bearer"}

    with serving(app, bound):
        yield puppet


@pytest.fixture
def puppeteer(puppet, http, clock):
    """Redeems a code at the puppet for an ID token with these claims, this header and this key."""
    provider = OidcProvider(OidcSettings(puppet.address, "hearthgate", "http://127.0.0.1:8000/done", "api"), http)
    now = int(clock().timestamp())

    def redeem(change=None, header=None, key=None):
        claims = {"iss": puppet.address, "aud": "hearthgate", "sub": "s", "nonce": "n", "iat": now, "exp": now + 300}
        claims = {name: value for name, value in {**claims, **(change or {})}.items() if value is not None}
        head = {"alg": "ES256", "kid": puppet.key.kid, **(header or {})}
        puppet.id_token = jwt.encode(head, claims, key or puppet.key, algorithms=["ES256"])
        return provider.redeem("code", SignInSecrets("s", "n", "v" * 43), clock())

    return redeem


def test_an_id_token_that_holds_is_taken(puppeteer):
    assert puppeteer()["sub"] == "s"
    assert puppeteer({"aud": ["hearthgate"], "azp": "hearthgate"})["sub"] == "s"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"iss": "https://evil.example"}, Fault.ISSUER),
        ({"aud": "someone-else"}, Fault.AUDIENCE),
        ({"aud": ["hearthgate", "someone-else"]}, Fault.AUDIENCE),
        ({"azp": "someone-else"}, Fault.AUDIENCE),
        ({"nonce": None}, Fault.NONCE),
        ({"nonce": 7}, Fault.NONCE),
        ({"nonce": "N"}, Fault.NONCE),
        ({"iat": None}, Fault.EXPIRED),
        ({"exp": 1}, Fault.EXPIRED),
        ({"exp": 2**40}, Fault.LIFE_TOO_LONG),
        ({"sub": None}, Fault.SUBJECT),
    ],
)
def test_an_id_token_with_a_wrong_claim_is_refused(puppeteer, change, fault):
    assert fault_of(puppeteer, change) is fault


def test_an_id_token_issued_long_ago_is_refused(puppeteer, clock):
    old = int(clock().timestamp()) - 301
    assert fault_of(puppeteer, {"iat": old}) is Fault.EXPIRED


def test_an_access_token_is_no_id_token(puppeteer):
    assert fault_of(puppeteer, None, {"typ": "at+jwt"}) is Fault.TOKEN_TYPE


def test_a_strangers_signature_is_refused_and_a_flood_of_key_ids_fetches_once_a_minute(puppeteer, puppet, clock):
    stranger = generate_es256_key()
    assert fault_of(puppeteer, None, None, stranger) is Fault.SIGNATURE
    for _ in range(5):
        assert fault_of(puppeteer, None, {"kid": stranger.kid}, stranger) is Fault.UNKNOWN_KEY
    assert puppet.fetched == 1
    clock.move(minutes=1)
    for _ in range(5):
        assert fault_of(puppeteer, None, {"kid": stranger.kid}, stranger) is Fault.UNKNOWN_KEY
    assert puppet.fetched == 2


def test_a_key_that_the_provider_begins_to_use_is_found(puppeteer, puppet, clock):
    puppeteer()
    puppet.key = generate_es256_key()
    puppet.jwks = public_jwks(puppet.key)
    clock.move(minutes=1)
    assert puppeteer()["sub"] == "s"


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://provider.example/token"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": 7},
        {"end_session_endpoint": "javascript:alert(1)"},
    ],
)
def test_metadata_that_names_another_issuer_or_an_insecure_address_is_refused(puppeteer, puppet, change):
    puppet.metadata.update(change)
    with pytest.raises(ProviderUnavailableError):
        puppeteer()


@pytest.mark.parametrize("jwks", [{}, {"keys": []}, [], {"keys": [{"kty": "oct", "k": "AAAA"}]}])
def test_a_key_set_unsafe_to_trust_is_refused(puppeteer, puppet, jwks):
    puppet.jwks = jwks
    with pytest.raises(ProviderUnavailableError):
        puppeteer()


def test_a_provider_that_does_not_answer_is_said_so(clock):
    bound = bind_loopback()
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    bound.close()
    settings = OidcSettings(address, "hearthgate", "http://127.0.0.1:8000/done", "api", client_secret="canary")  # noqa: S106 - a canary
    with httpx.Client(timeout=2, trust_env=False) as http:
        provider = OidcProvider(settings, http)
        with pytest.raises(ProviderUnavailableError) as caught:
            provider.metadata(clock())
    assert "canary" not in str(caught.value) + repr(settings)


def test_a_provider_without_tls_is_for_loopback_only(http):
    with pytest.raises(InsecureOriginError):
        OidcProvider(OidcSettings("http://login.example", "h", "https://g.example/done", "api"), http)


def test_no_secret_of_a_sign_in_shows_in_a_repr(provider, attempts, clock):
    start = begin_sign_in(provider, attempts, "/", clock())
    attempt = next(iter(attempts.kept.values()))
    shown = json.dumps([repr(start), repr(attempt)])
    secrets = attempt.secrets
    for secret in (secrets.state, secrets.nonce, secrets.verifier, start.cookie_value):
        assert secret not in shown
