"""A partner's half of the push API over HTTP: sign in with a key, send a file, wait for what became of it.

Sending again is safe: the gateway knows a push by its Idempotency-Key and answers with the same batch.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode
from uuid import UUID

import httpx

from gateway.errors import GatewayError
from gateway.identity.assertion import token_form
from gateway.identity.keys import PrivateKey
from gateway.identity.origins import is_loopback, origin_of
from gateway.push_bodies import Body, as_it_lies, content_key, packed
from gateway.push_uploads import Uploader

__all__ = ["MEDIA_TYPES", "PartnerClient", "Progress", "PushError", "PushedFile", "content_key"]

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".ndjson": "application/x-ndjson",
    ".xml": "application/xml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_ATTEMPTS = 6
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 30.0
_MOST_POLLS = 1200
_PASSING = frozenset({429, 502, 503, 504})
_UNDER_WAY = frozenset({"received", "validating"})
_UNAUTHORISED = 401
_NOT_AUTHENTICATED = frozenset({400, 401})  # RFC 6749 section 5.2
_TIMEOUT = httpx.Timeout(10.0, read=600.0)
_LONGEST_WORDS = 400

Progress = Callable[[int, int], object]
"""Told how many bytes of how many have been sent."""


class PushError(GatewayError):
    """A push did not come to an end: the gateway refused it or could not be reached. Says what to do."""

    code = "push-failed"


@dataclass(frozen=True, slots=True)
class PushedFile:
    """A file to push: its feed, content, Content-Type and Idempotency-Key; `terms` are parameters of its contract.

    `body` is a file on disk, plain or gzip, which is never held whole, or what is in memory already.
    `schema_version` is the feed's version that it follows; empty for the one in force.
    """

    feed: str
    body: Path | bytes = field(repr=False)
    media_type: str
    idempotency_key: str
    terms: Mapping[str, str] = field(default_factory=dict)
    schema_version: str = ""

    def address(self, folder: str) -> str:
        """Where it is sent: `batches` or `uploads` of its feed."""
        terms = f"?{urlencode(self.terms)}" if self.terms else ""
        return f"/v1/feeds/{quote(self.feed, safe='')}/{folder}{terms}"

    def headers(self) -> dict[str, str]:
        """What is said of it whichever way it is sent."""
        said = {"Content-Type": self.media_type, "Idempotency-Key": self.idempotency_key}
        return said | ({"Hearthgate-Schema-Version": self.schema_version} if self.schema_version else {})


@dataclass(frozen=True, slots=True)
class PartnerClient:
    """A registered client of the gateway at an address: https, or http on loopback.

    `now` and `mint` give the instant and the one-time id of each assertion; `pause` waits that many seconds.
    """

    gateway: str
    client_id: str
    key: PrivateKey = field(repr=False)
    now: Callable[[], datetime]
    mint: Callable[[], UUID]
    pause: Callable[[float], object] = time.sleep

    def push(self, file: PushedFile, progress: Progress | None = None) -> dict[str, Any]:
        """Send a file in one piece and return its batch as the gateway describes it once it is finished.

        Raise `PushError`; `InsecureOriginError` for an address without TLS that is not this machine.
        """
        body = packed(file.body)
        with self._session() as session:
            answer = session.send(
                "POST",
                file.address("batches"),
                headers={
                    **file.headers(), "Content-Encoding": body.encoding, "Content-Length": str(body.size),
                    "Content-Digest": body.digest,
                },
                content=lambda: _told(body, progress),
            )  # fmt: skip
            return self._finished(session, answer)

    def upload(self, file: PushedFile, progress: Progress | None = None) -> dict[str, Any]:
        """Send a file in parts, so that it goes on where it broke off, in this run or a later one. Raise as `push`."""
        body = as_it_lies(file.body)
        with self._session() as session:
            uploader = Uploader(session.once, self.pause, progress or (lambda _sent, _size: None))
            try:
                answer = uploader.upload(file.address("uploads"), file.headers(), body)
            except httpx.TransportError:
                raise _unreachable() from None
            if answer.is_error:
                raise PushError(refusal_words(answer))
            return self._finished(session, answer)

    def _finished(self, session: "_Session", answer: httpx.Response) -> dict[str, Any]:
        batch = _json(answer)
        for _ in range(_MOST_POLLS):
            if batch.get("state") not in _UNDER_WAY:
                return batch
            self.pause(_FIRST_PAUSE)
            batch = _json(session.send("GET", f"/v1/batches/{batch.get('batch_id')}"))
        raise PushError(
            "the gateway has the file and is not done with it; push it again later to see what became of it"
        )

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What the gateway answers to a request of this client, as JSON. Raise `PushError`."""
        headers = {} if body is None else {"Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        with self._session() as session:
            answer = session.send(method, path, headers, None if content is None else lambda: iter((content,)))
            return answer.json()

    def errors_of(self, batch_id: str, *, as_document: bool = False) -> str:
        """The text of a batch's bad rows: CSV, or the document of bad records of a feed of JSON or XML.

        Raise `PushError`.
        """
        with self._session() as session:
            return session.send("GET", f"/v1/batches/{batch_id}/errors{'' if as_document else '.csv'}").text

    def _session(self) -> "_Session":
        origin = origin_of(self.gateway)
        # A proxy of the environment is for the world outside; this machine is reached directly.
        outside = not is_loopback(httpx.URL(origin).host)
        return _Session(self, httpx.Client(base_url=origin, timeout=_TIMEOUT, trust_env=outside))


@dataclass(slots=True)
class _Session:
    """One connection pool and one token."""

    client: PartnerClient
    http: httpx.Client
    token: str = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def send(
        self,
        method: str,
        path: str,
        headers: dict[str, str] | None = None,
        content: Callable[[], Iterator[bytes]] | None = None,
    ) -> httpx.Response:
        """Send with a token, once more with a new one if it has run out. Raise `PushError` for a refusal."""
        for fresh in (False, True):
            if fresh or not self.token:
                self.token = self._new_token()
            signed = {**(headers or {}), "Authorization": f"Bearer {self.token}"}
            answer = self._patiently(
                lambda signed=signed: self.http.request(  # type: ignore[misc]  # bound for this turn of the loop
                    method, path, headers=signed, content=content() if content else None
                )
            )
            if answer.status_code != _UNAUTHORISED:
                break
        if answer.is_error:
            raise PushError(refusal_words(answer))
        return answer

    def once(
        self, method: str, path: str, headers: Mapping[str, str], content: Callable[[], Iterator[bytes]] | None
    ) -> httpx.Response:
        """Send one time, with a new token where the old one has run out. Raise `httpx.TransportError`, `PushError`."""
        if not self.token:
            self.token = self._new_token()
        for last in (False, True):
            signed = {**headers, "Authorization": f"Bearer {self.token}"}
            answer = self.http.request(method, path, headers=signed, content=content() if content else None)
            if last or answer.status_code != _UNAUTHORISED:
                return answer
            self.token = self._new_token()
        raise AssertionError

    def _new_token(self) -> str:
        client = self.client

        def ask() -> httpx.Response:
            # Each attempt signs anew: an assertion that reached the gateway once is used up.
            address = f"{origin_of(client.gateway)}/oauth/token"
            form = token_form(client.key, client.client_id, address, now=client.now(), jti=str(client.mint()))
            return self.http.post("/oauth/token", data=form)

        answer = self._patiently(ask)
        if answer.status_code in _NOT_AUTHENTICATED:
            raise PushError(
                "the gateway did not accept this client and key; check --client and --key, the clock of this machine, "
                "and that --gateway is the address that the gateway calls its own"
            )
        token = _json(answer).get("access_token") if answer.is_success else None
        if not isinstance(token, str):
            raise PushError(refusal_words(answer))
        return token

    def _patiently(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        pause = _FIRST_PAUSE
        for attempt in range(1, _ATTEMPTS + 1):
            wait = pause
            try:
                answer = ask()
                if answer.status_code not in _PASSING or attempt == _ATTEMPTS:
                    return answer
                wait = _retry_after(answer, pause)
            except httpx.TransportError:
                if attempt == _ATTEMPTS:
                    break
            self.client.pause(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise _unreachable()


def _unreachable() -> PushError:
    return PushError("the gateway cannot be reached; check its address, then push again: nothing is taken twice")


def _told(body: Body, progress: Progress | None) -> Iterator[bytes]:
    sent = 0
    for piece in body.pieces(0):
        yield piece
        sent += len(piece)
        if progress is not None:
            progress(sent, body.size)


def _retry_after(answer: httpx.Response, otherwise: float) -> float:
    asked = answer.headers.get("Retry-After", "")
    return min(float(asked), _LONGEST_PAUSE) if asked.isascii() and asked.isdigit() else otherwise


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise PushError("the answer is not that of a gateway; check --gateway")
    return found


def refusal_words(answer: httpx.Response) -> str:
    """What the gateway says of a request that it refuses, as far as it can be printed."""
    try:
        problem = answer.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict):
        problem = {}
    fields = problem.get("fields")
    each = [_field_words(field) for field in fields] if isinstance(fields, list) else []
    told = " ".join([": ".join(_words(problem, "title", "detail")), *each]).strip()
    return f"the gateway answered {answer.status_code}: {told[:_LONGEST_WORDS] or 'without saying why'}"


def _field_words(field: object) -> str:
    allowed = (f"(allowed: {each})" for each in _words(field, "allowed"))
    return " ".join((*_words(field, "pointer", "message", "how_to_fix"), *allowed))


def _words(said: object, *parts: str) -> list[str]:
    words = [said.get(part) for part in parts] if isinstance(said, dict) else []
    return [word for word in words if isinstance(word, str) and word.isprintable()]
