"""Readers and a partner on raw sockets, who write down every byte that they are sent."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

_TIMEOUT = 20.0
_PAUSE = 0.02


@dataclass
class Access:
    """One request and what came back. `told` is what a push was meant to store, or nothing."""

    kind: str
    request_id: str
    received: bytes = b""
    told: str = ""

    @property
    def status(self) -> int:
        """The status of the answer; 0 where not even that arrived."""
        words = self.received.partition(b"\r\n")[0].split(b" ")
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0

    @property
    def complete(self) -> bool:
        """Whether the whole answer arrived."""
        head, blank, body = self.received.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                return bool(blank) and len(body) >= int(value)
        return False

    @property
    def acknowledged(self) -> bool:
        """Whether the caller may believe that what was asked is done."""
        return self.complete and 200 <= self.status < 300

    def answer(self) -> Any:
        """The body of a complete answer."""
        return json.loads(self.received.partition(b"\r\n\r\n")[2])


@dataclass
class Request:
    """What is sent, but for the request's id."""

    kind: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    told: str = ""


@dataclass
class Ways:
    """What the run does to the clients themselves. `between` is called half-way through a pushed file."""

    between: Callable[[], None] = lambda: None
    answered: Callable[[str], None] = lambda _kind: None
    cut_answer: threading.Event = field(default_factory=threading.Event)
    stop: threading.Event = field(default_factory=threading.Event)


class Client(threading.Thread):
    """Sends one request after another until told to stop, and keeps what it is sent."""

    def __init__(self, port: int, requests: Iterator[Request], ways: Ways, random: Random) -> None:
        super().__init__(daemon=True)
        self.accesses: list[Access] = []
        self._port = port
        self._requests = requests
        self._ways = ways
        self._random = random

    def run(self) -> None:
        """Go on until stopped; whoever is not answered sends the same push again, as a partner does."""
        request = next(self._requests)
        while not self._ways.stop.is_set():
            access = self.ask(request)
            if access.acknowledged or request.kind != "push":
                request = next(self._requests)
            if not access.status:
                self._ways.stop.wait(_PAUSE)

    def ask(self, request: Request) -> Access:
        """Send one request and read until the other side closes, or until this one is made to hang up."""
        access = Access(request.kind, str(UUID(int=self._random.getrandbits(128), version=4)), told=request.told)
        self.accesses.append(access)
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=_TIMEOUT) as line:
            head, body = _written(request, access.request_id), request.body
            if request.kind == "push":
                line.sendall(head + body[: len(body) // 2])
                self._ways.between()
                line.sendall(body[len(body) // 2 :])
            else:
                line.sendall(head + body)
            self._read(line, access)
        self._ways.answered(request.kind)
        return access

    def _read(self, line: socket.socket, access: Access) -> None:
        most = self._random.randrange(1, 6000) if self._ways.cut_answer.is_set() else None
        while most is None or len(access.received) < most:
            part = line.recv(65536 if most is None else 256)
            if not part:
                return
            access.received += part
        # Hang up with a reset, in the middle of the answer.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _written(request: Request, request_id: str) -> bytes:
    lines = [
        f"{request.method} {request.path} HTTP/1.1", "Host: gateway.test", "Connection: close",
        f"Content-Length: {len(request.body)}", f"X-Request-ID: {request_id}",
        *(f"{name}: {value}" for name, value in request.headers.items()), "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


def repeated(request: Request) -> Iterator[Request]:
    """The same request for ever."""
    while True:
        yield request


def arrears(northvale: Any, numbers: Iterator[int]) -> Iterator[Request]:
    """Files of one row each, in which the balance of Kelly Marsh's tenancy is another every time."""
    tenancy = northvale.scenes["S2"]["tenancy_ref"]
    person = northvale.person("S2", "Kelly Marsh")["keys"]["housing"]
    day = f"{northvale.built.now:%Y-%m-%d}"
    for number in numbers:
        balance = f"{number // 100}.{number % 100:02d}"
        body = f"tenancy_ref,person_ref,as_at,balance,weeks,stage\n{tenancy},{person},{day},{balance},11,NOSP\n"
        headers = {
            "Test-Caller": "housing-arrears", "Content-Type": "text/csv", "Idempotency-Key": f"arrears {number}",
        }  # fmt: skip
        yield Request("push", "POST", "/v1/feeds/housing-arrears/batches", headers, body.encode(), balance)
