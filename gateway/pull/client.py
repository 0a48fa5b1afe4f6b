"""One partner's API over HTTP: signed in, at its pace, patient, bounded, and never led anywhere else.

Every request is a GET, so it may be sent again: on a broken connection, 429 and 5xx, with pauses that grow, at least as
long as `Retry-After` asks (RFC 9110 section 10.2.3), a bounded number of times and for a bounded time. Links are
followed only within the API's own origin, redirects never, and an answer is read up to a limit, uncompressed, so that
neither the partner nor whoever stands in its place can lead a request elsewhere or fill the memory.
"""

import logging
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import httpx
import stamina

from adapters.json_text import parse_json
from adapters.pull_port import Answer, Ask
from gateway.identity.origins import is_loopback
from gateway.pull.errors import PullError
from gateway.pull.pace import TokenBucket
from gateway.pull.sources import PullSource
from gateway.pull.tokens import AccessTokens

_MIB = 1024 * 1024
_LONGEST_IN_RUN = 60.0
"""Seconds for which a run waits where a partner asks for it; asked for more, the run ends and the next comes later."""
_LONGEST_WAIT = 86_400.0
_LONGEST_LINK = 4096
_PASSING = frozenset({429, 500, 502, 503, 504})
_KNOWN = frozenset({200, 304, 404, 410})
_UNAUTHORISED = 401
_TOO_MANY = 429
_OK = 200


# It writes the address of each request to its log, and such an address can name a person by their number.
logging.getLogger("httpx").setLevel(logging.WARNING)


class _PassingError(Exception):
    """What may be gone at the next attempt. Its words are ours, as a retry is logged with them."""

    def __init__(self, reason: str, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait = wait


@dataclass(slots=True)
class PullClient:
    """A partner's API. `now` and `mint` give the instant and one-time ids; `transport` stands in for the network."""

    source: PullSource
    now: Callable[[], datetime]
    mint: Callable[[], UUID]
    transport: httpx.BaseTransport | None = None
    pace: TokenBucket | None = None
    requests: int = 0
    _http: httpx.Client = field(init=False, repr=False)
    _tokens: AccessTokens = field(init=False, repr=False)
    _bucket: TokenBucket = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Open the connection pool and read key or secret. Raises `KeyFileError`."""
        source = self.source
        outside = not is_loopback(urlsplit(source.address).hostname or "")
        self._http = httpx.Client(
            timeout=source.timeout_seconds, follow_redirects=False, trust_env=outside, transport=self.transport,
            verify=_tls(), headers={"User-Agent": "hearthgate", "Accept-Encoding": "identity"},
        )  # fmt: skip
        self._bucket = self.pace or TokenBucket(source.requests_per_second, source.burst)
        self._tokens = AccessTokens(source, self._http, self.now, self.mint)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, ask: Ask) -> Answer:
        """Send a request until it is answered. Raises `PullError`; never an error that holds an address or a value."""
        address = self._address(ask.target)
        try:
            for attempt in stamina.retry_context(
                on=_again,
                attempts=self.source.attempts,
                timeout=self.source.patience_seconds,
                wait_initial=0.2,
                wait_max=10.0,
                wait_jitter=0.5,
            ):
                with attempt:
                    return self._once(ask, address)
        except _PassingError as passing:
            raise PullError(passing.reason, passing.wait) from None
        raise PullError("unreachable")

    def _once(self, ask: Ask, address: str) -> Answer:
        """One attempt; a token that has run out is renewed once."""
        for fresh in (False, True):
            try:
                token = self._tokens.token(fresh=fresh)
                answer = self._send(ask, address, token)
            except httpx.TransportError:
                raise _PassingError("unreachable") from None
            except (httpx.HTTPError, httpx.InvalidURL):
                raise PullError("answer-unreadable") from None
            if answer is not None:
                return answer
        raise PullError("not-signed-in")

    def _send(self, ask: Ask, address: str, token: str) -> Answer | None:
        """The answer, or None where the token no longer holds."""
        self._bucket.take()
        self.requests += 1
        headers = {
            **self.source.headers,
            "Accept": ask.accept,
            "Authorization": f"Bearer {token}",
            "X-Request-ID": str(self.mint()),
        }
        if ask.known_tag:
            headers["If-None-Match"] = ask.known_tag
        with self._http.stream("GET", address, params=list(ask.query) or None, headers=headers) as answer:
            status = answer.status_code
            if status == _UNAUTHORISED:
                return None
            if status in _PASSING:
                wait = _retry_after(answer, self.now())
                raise _PassingError("rate-limited" if status == _TOO_MANY else "partner-failed", wait)
            if status not in _KNOWN:
                raise PullError("redirected" if answer.is_redirect else "refused")
            return Answer(
                status,
                str(answer.url),
                self._document(answer) if status == _OK else None,
                _tag(answer),
                _date(answer),
            )

    def _document(self, answer: httpx.Response) -> Any:
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise PullError("answer-unreadable")
        limit, content = self.source.max_answer_mib * _MIB, bytearray()
        # A time-out counts from one byte to the next; an answer that comes drop by drop must end too.
        latest = time.monotonic() + self.source.patience_seconds
        for part in answer.iter_raw(65_536):
            content += part
            if len(content) > limit:
                raise PullError("answer-too-large")
            if time.monotonic() > latest:
                raise _PassingError("unreachable")
        try:
            return parse_json(bytes(content))
        except ValueError:
            raise PullError("answer-unreadable") from None

    def _address(self, target: str) -> str:
        """Where a target leads: within the API's own origin and nowhere else."""
        base = f"{self.source.address}/"
        if len(target) > _LONGEST_LINK or not target.isprintable() or "\\" in target:
            raise PullError("foreign-link")
        try:
            address = urljoin(base, target)
            parts = urlsplit(address)
            same = parts.username is None and parts.password is None and _origin(address) == _origin(base)
        except ValueError:
            same = False
        if not same:
            raise PullError("foreign-link")
        return address


def _origin(address: str) -> tuple[str, str, int | None]:
    """Scheme, host and port, told apart as RFC 6454 section 4 does."""
    parts = urlsplit(address)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _again(error: Exception) -> bool | timedelta:
    if not isinstance(error, _PassingError) or error.wait > _LONGEST_IN_RUN:
        return False
    return timedelta(seconds=error.wait) if error.wait else True


def _retry_after(answer: httpx.Response, now: datetime) -> float:
    """Seconds that `Retry-After` asks for, as a number or a date; 0 where it says nothing that can be read."""
    told = answer.headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdigit():
        return min(float(told[:9]), _LONGEST_WAIT)
    until = _moment(told)
    return min(max((until - now).total_seconds(), 0.0), _LONGEST_WAIT) if until else 0.0


def _date(answer: httpx.Response) -> datetime | None:
    return _moment(answer.headers.get("Date", ""))


def _moment(text: str) -> datetime | None:
    with suppress(ValueError, TypeError, IndexError):
        moment = parsedate_to_datetime(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


def _tag(answer: httpx.Response) -> str:
    tag = answer.headers.get("ETag", "")
    return tag if len(tag) <= 200 and tag.isprintable() else ""  # noqa: PLR2004 - no tag of ours to store beyond that


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
