"""Sessions of the pages: an opaque cookie, its digest on the server, an end, and a token for every form."""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from gateway.clock import new_secret
from gateway.identity.caller import StaffCaller
from gateway.identity.errors import Fault, ForgedRequestError, UnauthenticatedError

IDLE_LIFE = timedelta(minutes=30)
ABSOLUTE_LIFE = timedelta(hours=8)
_SEEN_TO_THE = timedelta(minutes=1)  # not one write a request
_CSRF_CONTEXT = b"hearthgate form token 1"
_LONGEST_COOKIE = 128


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """What the server keeps of a session. `digest` is the SHA-256 of the cookie value, so a leaked table opens none."""

    digest: bytes = field(repr=False)
    caller: StaffCaller
    started_at: datetime
    seen_at: datetime

    def is_over(self, now: datetime) -> bool:
        """Half an hour without a request, or eight hours in all."""
        return now >= self.seen_at + IDLE_LIFE or now >= self.started_at + ABSOLUTE_LIFE


class SessionStore(Protocol):
    """Where sessions are kept; a table in operation."""

    def add(self, record: SessionRecord) -> None:
        """Keep a new session."""

    def find(self, digest: bytes) -> SessionRecord | None:
        """The session of that digest, over or not; None where there is none."""

    def touch(self, digest: bytes, seen_at: datetime) -> None:
        """Note the latest request of a session; one that is gone stays gone."""

    def remove(self, digest: bytes) -> None:
        """Forget a session; nothing happens where there is none."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session at hand: who, and the token that every form of its pages carries."""

    caller: StaffCaller
    csrf_token: str = field(repr=False)


def start_session(store: SessionStore, caller: StaffCaller, previous_cookie: str | None, now: datetime) -> str:
    """The cookie value of a new session.

    It is always ours: a value that the browser brought is never adopted, and the session it named ends, so that nobody
    can plant a session before a sign-in (session fixation).
    """
    end_session(store, previous_cookie)
    cookie_value = new_secret(32)
    bounded = replace(caller, expires_at=now + ABSOLUTE_LIFE)
    store.add(SessionRecord(_digest(cookie_value), bounded, started_at=now, seen_at=now))
    return cookie_value


def resume_session(store: SessionStore, cookie_value: str | None, now: datetime) -> OpenSession:
    """The session behind a cookie; `UnauthenticatedError` where there is none or it is over, and then it is removed."""
    if not cookie_value or len(cookie_value) > _LONGEST_COOKIE:
        raise UnauthenticatedError(Fault.ABSENT)
    digest = _digest(cookie_value)
    record = store.find(digest)
    if record is None:
        raise UnauthenticatedError(Fault.ABSENT)
    if record.is_over(now):
        store.remove(digest)
        raise UnauthenticatedError(Fault.EXPIRED)
    if now - record.seen_at >= _SEEN_TO_THE:
        store.touch(digest, now)
    return OpenSession(record.caller, _csrf_token(cookie_value))


def end_session(store: SessionStore, cookie_value: str | None) -> None:
    """Sign out: the cookie's value opens nothing from now on."""
    if cookie_value and len(cookie_value) <= _LONGEST_COOKIE:
        store.remove(_digest(cookie_value))


def check_form(session: OpenSession, token: str | None) -> None:
    """`ForgedRequestError` unless `token`, from the form, is the one of this session."""
    if not hmac.compare_digest((token or "").encode(), session.csrf_token.encode()):
        raise ForgedRequestError


def _csrf_token(cookie_value: str) -> str:
    """Derived from the cookie value, which no page holds: bound to the session, with nothing more to store."""
    mac = hmac.digest(cookie_value.encode(), _CSRF_CONTEXT, hashlib.sha256)
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode("ascii")


def _digest(cookie_value: str) -> bytes:
    return hashlib.sha256(cookie_value.encode()).digest()
