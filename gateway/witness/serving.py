"""A witness over HTTP (C2SP tlog-witness): `POST /add-checkpoint`, and `GET /<sha256 of the origin>/checkpoint`.

Plain HTTP with the standard library alone, on loopback unless told otherwise: TLS and the outside world belong to a
reverse proxy. Nothing about who asks is logged; a request needs no sign-in, as the log's signature is what counts.
"""

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SHUT_RDWR, socket
from typing import Any, ClassVar

from audit.errors import WitnessRefusalError
from audit.witness import ADD_CHECKPOINT, CONFLICT, MAX_REQUEST_BYTES, SIZE_TYPE
from gateway.witness.folder import require_writable
from gateway.witness.witness import Witness

_IDLE_SECONDS = 30.0
_MOST_CONNECTIONS = 64
_LENGTH = re.compile(r"[0-9]{1,9}")
_TEXT = "text/plain; charset=utf-8"
_log = logging.getLogger(__name__)


@contextmanager
def running_witness(folder: Path, host: str, port: int, clock: Callable[[], datetime]) -> Iterator[ThreadingHTTPServer]:
    """Serve the witness of a folder from threads of this process; ended when the block ends. Port 0 takes any."""
    witness = Witness(folder, clock)
    require_writable(witness.record)
    server = _Server((host, port), type("_BoundHandler", (_Handler,), {"witness": witness}))
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="witness")
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    """Threads for a bounded number of connections; whoever comes beyond that waits to be accepted."""

    daemon_threads = True
    # A log that keeps its connection open must not hold up the end of the process.
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._free = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        self._open: set[socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        self._free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:
        if isinstance(request, socket):
            self._open.add(request)
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.discard(request)
            self._free.release()

    def server_close(self) -> None:
        super().server_close()
        # A witness that was stopped must not go on answering on the connections that a log keeps open.
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(SHUT_RDWR)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: Any) -> None:  # noqa: ARG002 - the server's own signature
        _log.warning("witness.connection-lost")


class _Handler(BaseHTTPRequestHandler):
    """One connection. `witness` is set by whoever serves."""

    witness: ClassVar[Witness]
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    # Head and body leave in one piece and at once: else each answer waits for the other side's delayed acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    server_version = "witness"
    sys_version = ""

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            return
        if self.path != f"/{ADD_CHECKPOINT}":
            self._answer(HTTPStatus.NOT_FOUND, "there is nothing here\n")
            return
        try:
            line = self.witness.add_checkpoint(body)
        except WitnessRefusalError as refusal:
            _log.warning("witness.refused", extra={"status": refusal.status, "problem": refusal.problem})
            if refusal.status == CONFLICT:
                self._answer(refusal.status, f"{refusal.size}\n", SIZE_TYPE)
            else:
                self._answer(refusal.status, f"{refusal.problem}\n")
        except Exception as error:  # noqa: BLE001 - no cosignature, and no word of why to the outside
            _log.error("witness.failed", extra={"error": type(error).__name__})
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, "the witness cannot work\n")
        else:
            self._answer(HTTPStatus.OK, line.line())

    def do_GET(self) -> None:
        digest, _, rest = self.path.removeprefix("/").partition("/")
        if self.path == "/":
            told = {"name": self.witness.key.name, "verifier_keys": [self.witness.key.verifier().encode()]}
            self._answer(HTTPStatus.OK, json.dumps(told) + "\n", "application/json")
            return
        note = self.witness.newest_note(digest) if rest == "checkpoint" else None
        if note is None:
            self._answer(HTTPStatus.NOT_FOUND, "there is nothing here\n")
        else:
            self._answer(HTTPStatus.OK, note)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the server's own signature
        """Say nothing: a line would hold the address of who asked."""

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not _LENGTH.fullmatch(length) or int(length) > MAX_REQUEST_BYTES:
            # What was not read must not be taken for the next request.
            self.close_connection = True
            wrong = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length else HTTPStatus.LENGTH_REQUIRED
            self._answer(wrong, "a request has a length, and is not longer than a checkpoint and its proof\n")
            return None
        return self.rfile.read(int(length))

    def _answer(self, status: int, body: str, kind: str = _TEXT) -> None:
        sent = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(sent)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(sent)
