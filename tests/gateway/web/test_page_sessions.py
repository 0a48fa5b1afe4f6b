"""Sessions and attempts in the real table: taken once, told apart, over in time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from gateway.errors import KeyCustodyError
from gateway.identity.caller import StaffCaller
from gateway.identity.errors import UnauthenticatedError
from gateway.identity.oidc import SignInSecrets
from gateway.identity.session import resume_session, start_session
from gateway.identity.sign_in import SignInAttempt
from gateway.usecases.people.page_sessions import PageAttempts, PageSessions, RememberedPurpose, cookie_digest

DIGEST = cookie_digest("a cookie")


@pytest.fixture
def caller(wiring_clock):
    until = wiring_clock.now + timedelta(hours=8)
    return StaffCaller("sub", "W101", "Moira Sanderson", "northvale_council", "mash_worker", "MASH", "oidc", until)


@pytest.fixture
def attempt(wiring_clock):
    secrets = SignInSecrets("state", "nonce", "verifier")
    return SignInAttempt(secrets, "/purpose", wiring_clock.now + timedelta(minutes=15))


def test_an_attempt_is_found_as_it_was_put(wiring, attempt):
    attempts = PageAttempts(wiring)
    attempts.put(DIGEST, attempt)
    assert attempts.take(DIGEST) == attempt
    assert attempts.take(DIGEST) is None


def test_of_many_takers_at_once_one_gets_the_attempt(wiring, attempt):
    attempts = PageAttempts(wiring)
    attempts.put(DIGEST, attempt)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(attempts.take, [DIGEST] * 8))
    assert sorted(one is None for one in taken) == [False] + [True] * 7


def test_a_session_comes_back_and_goes(wiring, wiring_clock, caller):
    sessions = PageSessions(wiring)
    cookie = start_session(sessions, caller, None, wiring_clock.now)
    assert resume_session(sessions, cookie, wiring_clock.now).caller == caller
    sessions.remove(cookie_digest(cookie))
    with pytest.raises(UnauthenticatedError):
        resume_session(sessions, cookie, wiring_clock.now)


def test_an_idle_session_is_over(wiring, wiring_clock, caller):
    sessions = PageSessions(wiring)
    cookie = start_session(sessions, caller, None, wiring_clock.now)
    with pytest.raises(UnauthenticatedError):
        resume_session(sessions, cookie, wiring_clock.now + timedelta(minutes=30))
    assert sessions.find(cookie_digest(cookie)) is None


def test_an_attempt_is_no_session_and_a_session_no_attempt(wiring, wiring_clock, caller, attempt):
    sessions, attempts = PageSessions(wiring), PageAttempts(wiring)
    attempts.put(DIGEST, attempt)
    assert sessions.find(DIGEST) is None
    cookie = start_session(sessions, caller, None, wiring_clock.now)
    assert attempts.take(cookie_digest(cookie)) is None
    assert sessions.find(cookie_digest(cookie)) is not None


def test_a_purpose_is_remembered_until_it_ends_and_with_its_session_alone(wiring, wiring_clock, caller):
    sessions = PageSessions(wiring)
    digest = cookie_digest(start_session(sessions, caller, None, wiring_clock.now))
    purpose = RememberedPurpose(UUID(int=1), "Early help", wiring_clock.now + timedelta(minutes=60), UUID(int=2), True)
    sessions.remember(digest, purpose)
    assert sessions.remembered(digest, wiring_clock.now) == purpose
    assert sessions.remembered(digest, wiring_clock.now + timedelta(minutes=60)) is None
    sessions.remove(digest)
    sessions.remember(digest, purpose)
    assert sessions.find(digest) is None


def test_what_is_over_is_forgotten_when_the_next_session_starts(wiring, wiring_clock, caller, admin):
    sessions = PageSessions(wiring)
    start_session(sessions, caller, None, wiring_clock.now)
    start_session(sessions, caller, None, wiring_clock.now + timedelta(hours=9))
    with admin.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM desk.session").scalar_one() == 1


def test_a_session_moved_to_another_cookie_opens_nothing(wiring, wiring_clock, caller, admin):
    sessions = PageSessions(wiring)
    start_session(sessions, caller, None, wiring_clock.now)
    mine = cookie_digest(start_session(sessions, caller, None, wiring_clock.now))
    with admin.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE desk.session SET sealed_state = (SELECT sealed_state FROM desk.session s ORDER BY ctid LIMIT 1)"
        )
    with pytest.raises(KeyCustodyError):
        sessions.find(mine)
