import asyncio
import re
import socket
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from gateway.demo.provider.app import create_provider
from gateway.demo.provider.guard import LoopbackOnly
from gateway.demo.provider.over_http import SignInFailedError, sign_in_over_http
from gateway.demo.provider.serving import bind_loopback
from gateway.demo.provider.staff import staff_by_email
from gateway.demo.provider.totp import code_at, fresh_step, matching_step
from gateway.identity.errors import InsecureOriginError
from gateway.identity.oidc import challenge_of

WORKER = "sam.okafor@northvale.example"
SCHOOL = "jo.lindqvist@mill-lane.example"
VERIFIER = "a-verifier-of-at-least-forty-three-characters-0"


@pytest.fixture
def query(party):
    return {
        "response_type": "code",
        "client_id": party.client_id,
        "redirect_uri": min(party.redirect_uris),
        "scope": "openid",
        "state": "s-1",
        "nonce": "n-1",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
    }


@pytest.fixture
def begin(http, issuer, query):
    def start(**change):
        changed = {name: value for name, value in {**query, **change}.items() if value is not None}
        return http.get(f"{issuer}/authorize?{urlencode(changed)}")

    return start


def letter_to(http, issuer, email):
    return next(letter for letter in http.get(f"{issuer}/outbox.json").json() if letter["email"] == email)


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_authenticator_codes_agree_with_rfc_6238_appendix_b(seconds, code):
    assert code_at(b"12345678901234567890", datetime.fromtimestamp(seconds, UTC), digits=8) == code


def test_an_authenticator_code_is_good_once(clock):
    step = matching_step(b"k" * 20, code_at(b"k" * 20, clock()), clock(), None)
    assert step is not None
    assert matching_step(b"k" * 20, code_at(b"k" * 20, clock()), clock(), step) is None
    assert fresh_step(clock(), step) == step + 1
    assert fresh_step(clock(), step + 3) is None
    clock.move(minutes=2)
    assert matching_step(b"k" * 20, code_at(b"k" * 20, clock()), clock(), step)


@pytest.mark.parametrize("address", ["http://192.0.2.1:8001", "https://login.example", "http://127.0.0.1:1/path"])
def test_the_provider_refuses_to_be_anything_but_loopback(address, party, clock, provider_key):
    staff = [
        {
            "email": "a@b.example",
            "worker_ref": "1",
            "name": "A",
            "agency": "dwp",
            "role": "dwp_data_officer",
            "team": "T",
        }
    ]
    with pytest.raises(InsecureOriginError):
        create_provider(staff, issuer=address, party=party, clock=clock, key=provider_key)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])  # noqa: S104 - what must be refused
def test_the_provider_does_not_listen_beyond_loopback(host):
    with pytest.raises(InsecureOriginError):
        bind_loopback(host)


def test_a_request_under_another_name_is_refused(http, issuer):
    for host in ("evil.example", "localhost", "127.0.0.1"):
        response = http.get(f"{issuer}/outbox", headers={"Host": host})
        assert response.status_code == 403
    with socket.create_connection(("127.0.0.1", urlsplit(issuer).port), timeout=5) as raw:
        raw.sendall(b"GET /outbox HTTP/1.0\r\n\r\n")
        assert b" 403 " in raw.recv(100)


@pytest.mark.parametrize(
    ("listening", "sender", "status"),
    [("127.0.0.1", "127.0.0.1", 204), ("192.0.2.1", "127.0.0.1", 403), ("127.0.0.1", "192.0.2.7", 403)],
)
def test_a_socket_beyond_loopback_gets_nothing_at_either_end(listening, sender, status):
    async def inner(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})

    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/outbox",
        "headers": [(b"host", b"127.0.0.1:8001")],
        "server": (listening, 8001),
        "client": (sender, 40000),
    }
    asyncio.run(LoopbackOnly(inner, "127.0.0.1:8001")(scope, None, send))
    assert sent[0]["status"] == status


@pytest.mark.parametrize("change", [{"client_id": "other"}, {"redirect_uri": "http://127.0.0.1:8000/other"}])
def test_an_unknown_application_or_address_is_told_on_the_page_and_never_redirected_to(begin, change):
    response = begin(**change)
    assert response.status_code == 400
    assert "location" not in response.headers


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"state": None}, "invalid_request"),
    ],
)
def test_a_request_without_pkce_state_or_nonce_goes_back_as_an_error(begin, party, change, error):
    response = begin(**change)
    assert response.status_code == 303
    assert response.headers["location"].startswith(min(party.redirect_uris) + "?")
    assert dict(parse_qsl(urlsplit(response.headers["location"]).query))["error"] == error


def test_every_page_is_plain_labelled_html_under_a_strict_policy(http, issuer, begin):
    step = issuer + begin().headers["location"]
    pages = [http.get(step)]
    pages.append(http.post(step, data={"email": ""}))
    http.post(step, data={"email": SCHOOL})
    pages.append(http.get(step))
    pages.append(http.post(step, data={"code": "wrong"}))
    http.post(step, data={"code": letter_to(http, issuer, SCHOOL)["code"]})
    pages.extend([http.get(step), http.get(f"{issuer}/outbox"), http.get(f"{issuer}/sign-in/none")])
    assert [page.status_code for page in pages] == [200, 400, 200, 400, 200, 200, 410]
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self' http://127.0.0.1:8000" in policy
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert page.text.count("<h1") == 1
        assert '<html lang="en-GB">' in page.text
        inputs = set(re.findall(r'<input [^>]* id="([^"]+)"', page.text))
        assert inputs == set(re.findall(r'<label for="([^"]+)"', page.text))
    assert pages[3].text.startswith("<!DOCTYPE html>")
    assert "Error: " in pages[3].text


def test_the_page_lists_everyone_by_agency(http, issuer, begin):
    page = http.get(issuer + begin().headers["location"]).text
    assert page.index("Northvale council") < page.index("Sam Okafor, Mash worker")
    assert "Jo Lindqvist, School business manager (two steps)" in page


def test_five_wrong_codes_end_the_sign_in(http, issuer, begin):
    step = issuer + begin().headers["location"]
    http.post(step, data={"email": WORKER})
    code = letter_to(http, issuer, WORKER)["code"]
    wrong = "000000" if code != "000000" else "000001"
    assert [http.post(step, data={"code": wrong}).status_code for _ in range(5)] == [400, 400, 400, 400, 410]
    assert http.post(step, data={"code": code}).status_code == 410


def test_a_code_works_for_ten_minutes(http, issuer, begin, clock):
    step = issuer + begin().headers["location"]
    http.post(step, data={"email": WORKER})
    clock.move(minutes=10)
    assert http.post(step, data={"code": letter_to(http, issuer, WORKER)["code"]}).status_code == 410


def test_a_partner_does_not_get_in_with_the_e_mailed_code_alone(http, issuer, begin):
    step = issuer + begin().headers["location"]
    http.post(step, data={"email": SCHOOL})
    e_mailed = letter_to(http, issuer, SCHOOL)["code"]
    response = http.post(step, data={"code": e_mailed})
    assert response.headers["location"] == urlsplit(step).path
    assert "authenticator app" in http.get(step).text
    if letter_to(http, issuer, SCHOOL)["authenticator"] != e_mailed:
        assert http.post(step, data={"code": e_mailed}).status_code == 400
    done = http.post(step, data={"code": letter_to(http, issuer, SCHOOL)["authenticator"]})
    assert "code=" in done.headers["location"]


def test_the_person_once_chosen_stays(http, issuer, begin):
    step = issuer + begin().headers["location"]
    http.post(step, data={"email": WORKER})
    http.post(step, data={"email": SCHOOL})
    done = http.post(step, data={"code": letter_to(http, issuer, WORKER)["code"]})
    assert "code=" in done.headers["location"]
    assert {letter["email"] for letter in http.get(f"{issuer}/outbox.json").json()} == {WORKER}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_verifier": VERIFIER + "x"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"code_verifier": "é"}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8000/other"}, "invalid_grant"),
        ({"code": "other"}, "invalid_grant"),
        ({"client_id": "other"}, "invalid_request"),
        ({"grant_type": "password"}, "invalid_request"),
        ({}, None),
    ],
)
def test_a_code_is_redeemed_by_its_owner_only(http, issuer, begin, party, change, error):
    step = issuer + begin().headers["location"]
    http.post(step, data={"email": WORKER})
    done = http.post(step, data={"code": letter_to(http, issuer, WORKER)["code"]})
    code = dict(parse_qsl(urlsplit(done.headers["location"]).query))["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": party.client_id,
        "redirect_uri": min(party.redirect_uris),
        "code_verifier": VERIFIER,
    }
    response = http.post(f"{issuer}/token", data={**form, **change})
    assert response.json().get("error") == error
    assert ("access_token" in response.json()) is (error is None)
    assert response.headers["cache-control"] == "no-store"


def test_signing_out_leads_back_to_a_registered_address_only(http, issuer):
    back = http.get(f"{issuer}/end-session", params={"post_logout_redirect_uri": "http://127.0.0.1:8000/"})
    assert (back.status_code, back.headers["location"]) == (303, "http://127.0.0.1:8000/")
    elsewhere = http.get(f"{issuer}/end-session", params={"post_logout_redirect_uri": "https://evil.example/"})
    assert (elsewhere.status_code, "location" in elsewhere.headers) == (200, False)


def test_the_helper_says_so_when_nobody_has_that_address(http, issuer, party):
    with pytest.raises(SignInFailedError) as caught:
        sign_in_over_http(http, issuer, party, "nobody@northvale.example")
    assert "nobody" not in str(caught.value)


@pytest.mark.parametrize("entries", [[], [{}], [{"email": "a@b.example"}]])
def test_a_staff_list_that_is_empty_or_incomplete_is_refused(entries):
    with pytest.raises(ValueError, match="staff"):
        staff_by_email(entries)
