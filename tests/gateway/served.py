"""The real application on a real socket; who calls is said by a header instead of a token, nothing else is replaced."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI
from opentelemetry.sdk.trace.export import SpanExporter

from gateway.identity.caller import Caller
from gateway.wiring import Wiring
from tests.gateway.applications import application
from tests.gateway.northvale_world import Northvale
from tests.gateway.trusting import trusted

# Members of an answer that differ from one request to the next (architecture, promise 3).
_OF_ITS_OWN = frozenset({"receipt", "request_id", "at"})


@dataclass(frozen=True)
class Served:
    """A running gateway and a client of it."""

    app: FastAPI
    client: httpx.Client
    port: int

    def declare(self, worker: str, purpose: str, **declared: Any) -> UUID:
        answer = self.client.post(
            "/v1/purpose-declarations",
            json={"purpose": purpose, "reason": "a reason of the test", **declared},
            headers={"Test-Caller": worker},
        )
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return UUID(answer.json()["declaration_id"])

    def search(self, worker: str, declaration: UUID, person: Any) -> httpx.Response:
        asked = {"family_name": person["surname"], "given_name": person["forename"], "birth_date": person["dob"]}
        return self.client.post("/v1/people/search", json=asked, headers=self.headers(worker, declaration))

    def family(self, worker: str, declaration: UUID, family_id: str | UUID) -> httpx.Response:
        return self.client.get(f"/v1/families/{family_id}", headers=self.headers(worker, declaration))

    def explain(self, worker: str, declaration: UUID, family_id: str | UUID, **narrowed: str) -> httpx.Response:
        asked = {"family_id": str(family_id), **narrowed}
        return self.client.post("/v1/decisions/explain", json=asked, headers=self.headers(worker, declaration))

    @staticmethod
    def headers(worker: str, declaration: UUID) -> dict[str, str]:
        return {"Test-Caller": worker, "Hearthgate-Purpose": str(declaration)}


def content(answer: httpx.Response) -> tuple[int, Any]:
    """Status and body without what is each answer's own, in the order sent."""
    body = answer.json()
    return answer.status_code, [(key, value) for key, value in body.items() if key not in _OF_ITS_OWN]


def raw(gateway: Served, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Everything that the server writes to the socket until it closes it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: gateway.test", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=60) as client:
        client.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        received = b""
        while part := client.recv(65536):
            received += part
    return received


@contextmanager
def served(northvale: Northvale, wiring: Wiring | None = None, spans: SpanExporter | None = None) -> Iterator[Served]:
    """Serve a copy of Northvale; `Test-Caller` is a worker's number, or a feed whose partner pushes."""

    def caller(told: str) -> Caller:
        return northvale.reader(told) if told in northvale.staff else northvale.partner(told)

    app = application(wiring or northvale.wiring, spans, caller)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, verify=trusted()) as client:
            yield Served(app, client, port)
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()
