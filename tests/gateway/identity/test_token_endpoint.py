import base64
import json
import logging
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import OctKey, RSAKey

from gateway.identity.access_tokens import verify_access_token
from gateway.identity.assertion import ASSERTION_TYPE, sign_assertion, token_form
from gateway.identity.clients import ClientRegistry
from gateway.identity.errors import InsecureOriginError, UnauthenticatedError
from gateway.identity.keys import public_jwks
from gateway.identity.token_endpoint import issue_token, parse_token_form

URL = "https://gateway.northvale.example/oauth/token"
ORIGIN = "https://gateway.northvale.example"


@pytest.fixture
def ask(clients, replay, token_keys, clock):
    def send(form, directory=clients, url=URL):
        return issue_token(form, clients=directory, replay=replay, keys=token_keys, now=clock(), token_url=url)

    return send


@pytest.fixture
def claims(clock):
    now = int(clock().timestamp())
    return {"iss": "police-feeds", "sub": "police-feeds", "aud": URL, "iat": now, "exp": now + 60, "jti": "a-1"}


def form_of(assertion, **more):
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
        **more,
    }


def header_of(key, alg="ES256"):
    return {"alg": alg, "kid": key.kid}


def test_a_partner_gets_a_token_of_ten_minutes_over_http(http, token_url, partner_keys, token_keys, clock):
    form = token_form(partner_keys.police, "police-feeds", token_url, now=clock(), jti="j-1")
    response = http.post(token_url, data=form)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    origin = token_url.removesuffix("/oauth/token")
    caller = verify_access_token(body["access_token"], token_keys.public, origin, origin, clock())
    assert (caller.client_id, caller.agency) == ("police-feeds", "northvale_police")
    assert caller.scopes == {"feeds:push", "batches:read"}
    assert caller.expires_at == clock() + timedelta(minutes=10)


def test_a_replayed_assertion_is_refused_over_http(http, token_url, partner_keys, clock):
    form = token_form(partner_keys.police, "police-feeds", token_url, now=clock(), jti="j-1")
    assert http.post(token_url, data=form).status_code == 200
    again = http.post(token_url, data=form)
    assert again.status_code == 401
    assert again.json()["error"] == "invalid_client"


def test_two_clients_may_use_the_same_assertion_id(ask, partner_keys, clock):
    for client_id, key in (("police-feeds", partner_keys.police), ("dwp-feeds", partner_keys.dwp)):
        assert ask(token_form(key, client_id, URL, now=clock(), jti="same"))[0] == 200


@pytest.mark.parametrize("alg", ["PS256", "RS512"])
def test_the_rsa_algorithms_that_partners_use_are_taken(ask, claims, forge, alg):
    key = RSAKey.generate_key(2048, auto_kid=True)
    document = {"police-feeds": {"agency": "northvale_police", "jwks": public_jwks(key), "scopes": ["feeds:push"]}}
    status, _, _ = ask(form_of(forge(header_of(key, alg), claims, key)), ClientRegistry.from_document(document))
    assert status == 200


def test_a_client_may_ask_for_fewer_scopes_and_for_none_of_anothers(ask, partner_keys, clock):
    form = token_form(partner_keys.police, "police-feeds", URL, now=clock(), jti="1")
    status, _, body = ask({**form, "scope": "feeds:push"})
    assert (status, body["scope"]) == (200, "feeds:push")
    form = token_form(partner_keys.police, "police-feeds", URL, now=clock(), jti="2")
    status, _, body = ask({**form, "scope": "feeds:push audit:read"})
    assert (status, body["error"]) == (400, "invalid_scope")
    assert "access_token" not in body


@pytest.mark.parametrize(
    "change",
    [
        {"exp": -31},
        {"exp": 331},
        {"exp": 10**18},
        {"iat": 31},
        {"nbf": 31},
    ],
    ids=["expired", "too long a life", "no date at all", "from the future", "not yet"],
)
def test_an_assertion_outside_its_time_is_refused(ask, claims, forge, partner_keys, clock, change):
    at = {name: int(clock().timestamp()) + seconds for name, seconds in change.items()}
    assertion = forge(header_of(partner_keys.police), {**claims, **at}, partner_keys.police)
    assert ask(form_of(assertion))[0] == 401


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "https://elsewhere.example/oauth/token"},
        {"aud": [URL, "https://elsewhere.example/oauth/token"]},
        {"aud": ORIGIN},
        {"iss": "dwp-feeds"},
        {"sub": "dwp-feeds"},
        {"sub": ["police-feeds"]},
        {"sub": ""},
        {"jti": ""},
        {"jti": 7},
        {"jti": "j" * 201},
        {"exp": True},
        {"exp": "soon"},
        {"exp": float("nan")},
    ],
)
def test_a_wrong_claim_is_refused(ask, claims, forge, partner_keys, change):
    assertion = forge(header_of(partner_keys.police), {**claims, **change}, partner_keys.police)
    assert ask(form_of(assertion))[0] == 401


@pytest.mark.parametrize("missing", ["iss", "sub", "aud", "exp", "jti"])
def test_a_missing_claim_is_refused(ask, claims, forge, partner_keys, missing):
    del claims[missing]
    assert ask(form_of(forge(header_of(partner_keys.police), claims, partner_keys.police)))[0] == 401


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_no_signature_and_shared_secrets_are_refused(ask, claims, forge, partner_keys):
    known_to_all = partner_keys.police.as_dict(private=False)["x"]
    secret = OctKey.import_key(known_to_all, {"kid": partner_keys.police.kid})
    for alg, key in (("none", None), ("HS256", secret)):
        assert ask(form_of(forge(header_of(partner_keys.police, alg), claims, key)))[0] == 401
    unsigned = form_of(forge(header_of(partner_keys.police), claims, partner_keys.police))
    unsigned["client_assertion"] = unsigned["client_assertion"].rpartition(".")[0] + "."
    assert ask(unsigned)[0] == 401


def test_another_partners_key_does_not_sign_for_this_one(ask, claims, forge, partner_keys):
    police, dwp = partner_keys.police, partner_keys.dwp
    assert ask(form_of(forge(header_of(dwp), claims, dwp)))[0] == 401
    assert ask(form_of(forge(header_of(police), claims, dwp)))[0] == 401


def test_a_key_inside_the_assertion_is_not_trusted(ask, claims, forge, partner_keys):
    mine = partner_keys.dwp
    header = {**header_of(mine), "jwk": mine.as_dict(private=False), "jku": "https://evil.example/jwks"}
    assert ask(form_of(forge(header, claims, mine)))[0] == 401


def test_a_changed_claim_breaks_the_signature(ask, claims, forge, partner_keys):
    head, body, signature = forge(header_of(partner_keys.police), claims, partner_keys.police).split(".")
    changed = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed["jti"] = "a-2"
    body = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
    assert ask(form_of(f"{head}.{body}.{signature}"))[0] == 401


def test_an_unknown_client_and_a_bad_signature_get_the_same_answer(ask, claims, forge, partner_keys):
    unknown = {**claims, "iss": "nobody", "sub": "nobody"}
    first = ask(form_of(forge(header_of(partner_keys.police), unknown, partner_keys.police)))
    second = ask(form_of(forge(header_of(partner_keys.police), claims, partner_keys.dwp)))
    assert first == second
    assert "nobody" not in str(first)


def test_a_refused_assertion_does_not_use_up_its_id(ask, claims, forge, partner_keys):
    assert ask(form_of(forge(header_of(partner_keys.police), claims, partner_keys.dwp)))[0] == 401
    assert ask(form_of(forge(header_of(partner_keys.police), claims, partner_keys.police)))[0] == 200


def test_no_token_is_issued_when_the_guard_fails(clients, token_keys, partner_keys, clock):
    class Broken:
        def remember(self, jti, expires_at):  # noqa: ARG002 - the protocol's
            raise ConnectionError

    form = token_form(partner_keys.police, "police-feeds", URL, now=clock(), jti="1")
    with pytest.raises(ConnectionError):
        issue_token(form, clients=clients, replay=Broken(), keys=token_keys, now=clock(), token_url=URL)


def test_an_assertion_is_remembered_for_as_long_as_it_could_be_used(ask, claims, forge, partner_keys, clock):
    form = form_of(forge(header_of(partner_keys.police), {**claims, "exp": claims["iat"] + 300}, partner_keys.police))
    assert ask(form)[0] == 200
    for _ in range(11):
        clock.move(seconds=30)
        assert ask(form)[0] == 401


@pytest.mark.parametrize(
    ("form", "error", "status"),
    [
        ({}, "unsupported_grant_type", 400),
        ({"grant_type": "password"}, "unsupported_grant_type", 400),
        ({"grant_type": "client_credentials"}, "invalid_client", 401),
        (
            {"grant_type": "client_credentials", "client_id": "police-feeds", "client_secret": "x"},
            "invalid_client",
            401,
        ),
    ],
)
def test_any_other_way_of_asking_is_refused(ask, form, error, status):
    got, headers, body = ask(form)
    assert (got, body["error"]) == (status, error)
    assert headers["Cache-Control"] == "no-store"


def test_an_address_without_tls_is_for_loopback_only(ask, partner_keys, clock):
    url = "http://gateway.northvale.example/oauth/token"
    with pytest.raises(InsecureOriginError):
        ask(token_form(partner_keys.police, "police-feeds", url, now=clock(), jti="1"), url=url)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(st.binary(max_size=60), min_size=3, max_size=3)))
def test_rubbish_is_refused_and_nothing_breaks(ask, rubbish):
    if isinstance(rubbish, list):
        rubbish = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in rubbish)
    assert ask(form_of(rubbish))[0] == 401


@pytest.mark.parametrize("payload", [b"[" * 6000, b'{"sub":' * 1000, b'"sub"', b"\xff", b"{}"])
def test_nested_and_broken_payloads_are_refused(ask, partner_keys, payload):
    head = base64.urlsafe_b64encode(json.dumps(header_of(partner_keys.police)).encode()).rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    assert ask(form_of(f"{head}.{body}.AAAA"))[0] == 401


def test_neither_assertion_nor_token_reaches_a_log(ask, partner_keys, clock, caplog):
    with caplog.at_level(logging.DEBUG):
        form = token_form(partner_keys.police, "police-feeds", URL, now=clock(), jti="canary-id")
        _, _, body = ask(form)
        ask(form)
    for secret in (form["client_assertion"], body["access_token"], "canary-id"):
        assert secret not in caplog.text


def test_a_field_given_twice_is_refused():
    assert parse_token_form(b"grant_type=client_credentials&scope=") == {
        "grant_type": "client_credentials",
        "scope": "",
    }
    for body in (b"scope=a&scope=b", b"\xff", b"&".join(b"f%d=1" % n for n in range(20))):
        with pytest.raises(UnauthenticatedError):
            parse_token_form(body)


def test_a_client_signs_with_the_key_it_has(clock):
    key = RSAKey.generate_key(2048, auto_kid=True)
    header = sign_assertion(key, "c", URL, now=clock(), jti="1").partition(".")[0]
    assert json.loads(base64.urlsafe_b64decode(header + "=="))["alg"] == "PS256"
