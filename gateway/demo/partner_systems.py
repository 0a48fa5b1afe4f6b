"""A partner's own systems beside the demo: where it hears of its files, and an API of its own that may be asked.

Both are small servers on loopback. The receiver believes a message only under the secret that it was given; the API
answers only to a token that its own endpoint gave.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from gateway.demo.readers import Json

CLIENT = "hearthgate-northvale"
INCIDENTS = 3
_WAIT_SECONDS = 45.0


@dataclass(slots=True)
class Receiver:
    """Messages that came, each with whether its signature (Standard Webhooks 1.0.0) verifies under `secret`."""

    address: str = ""
    secret: str = field(default="", repr=False)
    got: list[tuple[Json, bool]] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition, repr=False)

    def take(self, headers: Any, body: bytes) -> None:
        """Keep a message and say whether it is the gateway's."""
        signed = b".".join((headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body))
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        expected = f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"
        genuine = any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split())
        with self.came:
            self.got.append((json.loads(body), genuine))
            self.came.notify_all()

    def of_batch(self, batch_id: str) -> tuple[Json, bool] | None:
        """The message about a batch, as soon as it has come; None where it does not come in time."""

        def found() -> tuple[Json, bool] | None:
            return next((one for one in self.got if one[0]["data"].get("batch_id") == batch_id), None)

        with self.came:
            self.came.wait_for(lambda: found() is not None, _WAIT_SECONDS)
            return found()


@dataclass(slots=True)
class PolicingApi:
    """Incidents in JSON:API behind a token endpoint (client credentials, RFC 6749)."""

    address: str = ""
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    tokens: set[str] = field(default_factory=set, repr=False)

    def token(self, form: Json) -> tuple[int, Json]:
        """A token for the one client that there is."""
        known = (form.get("client_id"), form.get("client_secret")) == (CLIENT, self.secret)
        if form.get("grant_type") != "client_credentials" or not known:
            return 401, {"error": "invalid_client"}
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 600}

    def incidents(self, authorization: str) -> tuple[int, Json]:
        """Every incident, with the person who reported it."""
        if authorization.removeprefix("Bearer ") not in self.tokens:
            return 401, {"errors": [{"status": "401"}]}
        numbers = range(1, INCIDENTS + 1)
        data, included = [_incident(number) for number in numbers], [_person(number) for number in numbers]
        return 200, {"data": data, "included": included, "links": {"next": None}}


def _incident(number: int) -> Json:
    began, ended = f"2026-10-0{number}T20:15:00Z", f"2026-10-0{number}T21:00:00Z"
    return {
        "type": "incident", "id": f"NVI{number}", "meta": {"handling": "open"},
        "attributes": {
            "incidentStartDateTime": {"dateFrom": began, "dateTo": ended}, "physicallyAssaulted": "false",
            "hadWeapon": "false", "incidentReportedAlready": False,
        },
        "relationships": {"personReporting": {"data": [{"type": "person", "id": f"NVP{number}"}]}},
    }  # fmt: skip


def _person(number: int) -> Json:
    given, family = (("Ottoline", "Pulled"), ("Barnaby", "Fetched"), ("Hester", "Asked"))[number - 1]
    attributes = {"givenName": [given], "surname": family, "dateOfBirth": f"198{number}-02-03", "under18": "false"}
    return {"type": "person", "id": f"NVP{number}", "attributes": attributes}


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver of messages, until the block ends."""
    receiver = Receiver()

    class Handler(_Quiet):
        def do_POST(self) -> None:
            receiver.take(self.headers, self.content())
            self.answer(204, None)

    with _served(Handler) as address:
        receiver.address = f"{address}/told"
        yield receiver


@contextmanager
def policing() -> Iterator[PolicingApi]:
    """A policing source, until the block ends."""
    api = PolicingApi()

    class Handler(_Quiet):
        def do_POST(self) -> None:
            self.answer(*api.token(dict(parse_qsl(self.content().decode()))))

        def do_GET(self) -> None:
            known = urlsplit(self.path).path == "/psdm/v1/incidents"
            missing = (404, {"errors": [{"status": "404"}]})
            self.answer(*(api.incidents(self.headers.get("Authorization", "")) if known else missing))

    with _served(Handler) as address:
        api.address = address
        yield api


class _Quiet(BaseHTTPRequestHandler):
    """A handler that reads a bounded body, answers JSON and prints nothing."""

    protocol_version = "HTTP/1.1"
    # Head and body leave in one piece and at once: else each answer waits for the other side's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def content(self) -> bytes:
        """The body."""
        return self.rfile.read(min(int(self.headers.get("Content-Length", "0")), 1 << 20))

    def answer(self, status: int, document: Json | None) -> None:
        """Send an answer."""
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.api+json" if self.command == "GET" else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(5)
