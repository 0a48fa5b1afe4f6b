import hashlib
from dataclasses import replace

import pytest

from gateway.identity.caller import StaffCaller
from gateway.identity.cookies import Cookies
from gateway.identity.errors import Fault, ForgedRequestError, InsecureOriginError, UnauthenticatedError
from gateway.identity.session import ABSOLUTE_LIFE, check_form, end_session, resume_session, start_session


class MemorySessions:
    def __init__(self):
        self.kept = {}

    def add(self, record):
        self.kept[record.digest] = record

    def find(self, digest):
        return self.kept.get(digest)

    def touch(self, digest, seen_at):
        if digest in self.kept:
            self.kept[digest] = replace(self.kept[digest], seen_at=seen_at)

    def remove(self, digest):
        self.kept.pop(digest, None)


@pytest.fixture
def store():
    return MemorySessions()


@pytest.fixture
def caller(clock):
    return StaffCaller("s", "W-104", "Sam Okafor", "northvale_council", "mash_worker", "MASH", "oidc+email", clock())


def fault_of(store, cookie, now):
    with pytest.raises(UnauthenticatedError) as caught:
        resume_session(store, cookie, now)
    return caught.value.fault


def test_the_server_keeps_a_digest_and_never_the_cookie(store, caller, clock):
    cookie = start_session(store, caller, None, clock())
    assert list(store.kept) == [hashlib.sha256(cookie.encode()).digest()]
    assert cookie not in repr(store.kept)
    session = resume_session(store, cookie, clock())
    assert session.caller.worker_ref == "W-104"
    assert session.caller.expires_at == clock() + ABSOLUTE_LIFE


def test_a_planted_cookie_is_not_adopted_and_its_session_ends(store, caller, clock):
    planted = start_session(store, replace(caller, subject="attacker"), None, clock())
    cookie = start_session(store, caller, planted, clock())
    assert cookie != planted
    assert fault_of(store, planted, clock()) is Fault.ABSENT
    assert resume_session(store, cookie, clock()).caller.subject == "s"
    invented = start_session(store, caller, "invented-by-the-attacker", clock())
    assert invented != "invented-by-the-attacker"
    assert fault_of(store, "invented-by-the-attacker", clock()) is Fault.ABSENT


def test_half_an_hour_without_a_request_ends_it(store, caller, clock):
    cookie = start_session(store, caller, None, clock())
    for _ in range(3):
        clock.move(minutes=29)
        assert resume_session(store, cookie, clock())
    clock.move(minutes=30)
    assert fault_of(store, cookie, clock()) is Fault.EXPIRED
    assert not store.kept


def test_eight_hours_end_it_however_busy(store, caller, clock):
    cookie = start_session(store, caller, None, clock())
    for _ in range(23):
        clock.move(minutes=20)
        assert resume_session(store, cookie, clock())
    clock.move(minutes=20)
    assert fault_of(store, cookie, clock()) is Fault.EXPIRED


def test_signing_out_ends_it_on_the_server(store, caller, clock):
    cookie = start_session(store, caller, None, clock())
    end_session(store, cookie)
    end_session(store, cookie)
    end_session(store, None)
    assert fault_of(store, cookie, clock()) is Fault.ABSENT


@pytest.mark.parametrize("cookie", [None, "", "x", "é" * 20, "x" * 5000])
def test_a_cookie_of_no_session_opens_nothing(store, caller, clock, cookie):
    start_session(store, caller, None, clock())
    assert fault_of(store, cookie, clock()) is Fault.ABSENT


def test_a_form_needs_the_token_of_its_own_session(store, caller, clock):
    first = start_session(store, caller, None, clock())
    second = start_session(store, caller, None, clock())
    mine, other = resume_session(store, first, clock()), resume_session(store, second, clock())
    check_form(mine, mine.csrf_token)
    assert first not in mine.csrf_token
    for forged in (None, "", "x", "é", other.csrf_token, first, mine.csrf_token + "="):
        with pytest.raises(ForgedRequestError):
            check_form(mine, forged)


def test_the_token_of_a_session_is_the_same_on_every_page(store, caller, clock):
    cookie = start_session(store, caller, None, clock())
    assert resume_session(store, cookie, clock()).csrf_token == resume_session(store, cookie, clock()).csrf_token


def test_cookies_are_bound_to_one_host_and_hidden_from_scripts():
    cookies = Cookies.for_address("https://gateway.northvale.example")
    assert cookies.session.set("v") == (
        "__Host-hearthgate-session=v; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax; Secure"
    )
    assert cookies.attempt.clear().startswith("__Host-hearthgate-sign-in=; Path=/; Max-Age=0;")
    assert "Domain" not in cookies.session.set("v")


def test_cookies_without_secure_exist_on_loopback_only():
    for address in ("http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"):
        cookies = Cookies.for_address(address, secure=False)
        assert cookies.session.set("v").startswith("hearthgate-session=v;")
        assert "Secure" not in cookies.session.set("v")
    for address in ("https://gateway.example", "http://gateway.example", "http://127.0.0.1.evil.example", "ftp://x"):
        with pytest.raises(InsecureOriginError):
            Cookies.for_address(address, secure=False)
    with pytest.raises(InsecureOriginError):
        Cookies.for_address("http://gateway.example")
