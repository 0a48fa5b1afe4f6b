"""A partner's API on loopback: a token endpoint that checks what it is sent, an API behind it, and planned mishaps.

A mishap is taken by the next request to the API and then gone: a status, `cut` (the connection ends in the middle of
the answer), `slow` (no answer within the client's patience), `expired` (401 although the token is new), `huge`, `gzip`,
`redirect`, `no-json`, or `(status, headers)`.
"""

import base64
import json
import secrets
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

Kind = TypeVar("Kind", bound="Service")
Mishap = str | int | tuple[int, Mapping[str, str]]
_SLOW = 5.0


@dataclass
class Reply:
    """What the API answers."""

    status: int
    document: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """One request to the API as it came."""

    path: str
    query: dict[str, str]
    headers: Mapping[str, str]


@dataclass
class Service(ABC):
    """The API's side of the contract. Subclasses answer in `reply`."""

    client: str = "hearthgate-northvale"
    secret: str = "s3cret/with:marks"  # noqa: S105 - of a simulator
    keys: KeySet | None = None
    algorithms: tuple[str, ...] = ("ES256", "PS256", "RS512")
    address: str = ""
    mishaps: deque[Mishap] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    token_life: int = 600
    forms: list[dict[str, str]] = field(default_factory=list)
    seen_ids: set[str] = field(default_factory=set)
    closing: threading.Event = field(default_factory=threading.Event)

    @abstractmethod
    def reply(self, asked: Asked) -> Reply:
        """What the partner answers."""

    def issue(self, form: dict[str, str], authorization: str) -> Reply:
        self.forms.append(form)
        if form.get("grant_type") != "client_credentials" or not self.knows(form, authorization):
            return Reply(401, {"error": "invalid_client"})
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return Reply(200, {"access_token": token, "token_type": "Bearer", "expires_in": self.token_life})

    def knows(self, form: dict[str, str], authorization: str) -> bool:
        if "client_assertion" in form:
            assert self.keys is not None
            token = jwt.decode(form["client_assertion"], self.keys, algorithms=list(self.algorithms))
            claims = token.claims
            fresh = claims["jti"] not in self.seen_ids
            self.seen_ids.add(claims["jti"])
            return fresh and claims["iss"] == claims["sub"] == self.client and claims["aud"] == f"{self.address}/token"
        if authorization.startswith("Basic "):
            name, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
            return (unquote(name), unquote(secret)) == (self.client, self.secret)
        return (form.get("client_id"), form.get("client_secret")) == (self.client, self.secret)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two pieces: the second would wait 40 ms for the client's delayed acknowledgement of the first.
    disable_nagle_algorithm = True
    service: Service

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Says nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        form = dict(parse_qsl(body.decode()))
        self._answer(self.service.issue(form, self.headers.get("Authorization", "")))

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        asked = Asked(parts.path, query, dict(self.headers.items()))
        self.service.asked.append(asked)
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in self.service.tokens:
            self._answer(Reply(401, {"error": "invalid_token"}))
            return
        if self.service.mishaps:
            self._go_wrong(self.service.mishaps.popleft(), asked)
            return
        self._answer(self.service.reply(asked))

    def _go_wrong(self, mishap: Mishap, asked: Asked) -> None:
        if isinstance(mishap, str):
            _MISHAPS[mishap](self, asked)
            return
        status, headers = mishap if isinstance(mishap, tuple) else (mishap, {})
        self._answer(Reply(status, {"told": "a mishap"}, dict(headers)))

    def slow(self, _asked: Asked) -> None:
        self.service.closing.wait(_SLOW)
        self.close_connection = True

    def cut(self, asked: Asked) -> None:
        content = json.dumps(self.service.reply(asked).document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self.wfile.flush()
        self.close_connection = True

    def expired(self, _asked: Asked) -> None:
        self.service.tokens.clear()
        self._answer(Reply(401, {"error": "invalid_token"}))

    def huge(self, _asked: Asked) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        with suppress(OSError):
            for _ in range(64):
                self.wfile.write(b" " * 1024 * 1024)

    def gzip(self, _asked: Asked) -> None:
        self._answer(Reply(200, {}, {"Content-Encoding": "gzip"}))

    def redirect(self, _asked: Asked) -> None:
        self._answer(Reply(302, {}, {"Location": "http://127.0.0.1:9/"}))

    def no_json(self, _asked: Asked) -> None:
        self._raw(200, b"<html>not what you asked for", {})

    def _answer(self, reply: Reply) -> None:
        content = b"" if reply.document is None else json.dumps(reply.document).encode()
        self._raw(reply.status, content, {"Content-Type": "application/json", **reply.headers})

    def _raw(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status != 304:
            self.wfile.write(content)


_MISHAPS = {
    "slow": _Handler.slow, "cut": _Handler.cut, "expired": _Handler.expired, "huge": _Handler.huge,
    "gzip": _Handler.gzip, "redirect": _Handler.redirect, "no-json": _Handler.no_json,
}  # fmt: skip


@contextmanager
def running(service: Kind) -> Iterator[Kind]:
    """Serve on a port of its own until the block ends."""
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    service.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
