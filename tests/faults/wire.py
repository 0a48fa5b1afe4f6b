"""A wire to PostgreSQL that can be cut at any message: a proxy that reads the protocol and never changes it.

Messages of the front end are held back until a whole group is there (a simple query, or everything to a Sync). A group
that makes a step of a path is shown to `watch` before it is sent on, while it is under way, and after its answer was
handed back; a COPY is answered, for this, once the server asks for its rows. `watch` does to the world whatever it
likes, and says whether this connection is to be cut.
"""

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

from tests.faults.steps import AFTER, AT, BEFORE, Conversation

Watch = Callable[[str, str, int], bool]
"""Given step, moment and the process id of the database's backend; True cuts the connection."""

_PROTOCOL_3 = 3 << 16
_HEAD = struct.Struct("!ci")
_SIZE = 65536


class Wire:
    """Listens on a socket in `folder` as a server would, and passes everything on to the one in `upstream`."""

    def __init__(self, folder: Path, upstream: Path, watch: Watch) -> None:
        self.folder = folder
        self._upstream = upstream / ".s.PGSQL.5432"
        self._watch = watch
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen(128)
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        with client, server, contextlib.suppress(OSError, ConnectionError):
            server.connect(str(self._upstream))
            _Line(client, server, self._watch).run()


class _Line:
    """One connection."""

    def __init__(self, client: socket.socket, server: socket.socket, watch: Watch) -> None:
        self._client = client
        self._server = server
        self._watch = watch
        self._conversation = Conversation()
        self._backend = 0
        self._sent = b""
        self._answered = b""
        self._started = False
        # One is owed from the start: signing in ends in a ReadyForQuery too.
        self._owed = 1
        # While it takes the rows of a COPY the server owes an answer and waits for the client.
        self._copying = False
        self._group: list[bytes] = []
        self._texts: list[str] = []

    def run(self) -> None:
        while True:
            readable, _, _ = select.select([self._client, self._server], [], [])
            if self._server in readable:
                self._hand_back()
            if self._client in readable:
                data = self._client.recv(_SIZE)
                if not data:
                    return
                self._sent += data
                self._take()

    def _hand_back(self) -> None:
        data = self._server.recv(_SIZE)
        if not data:
            raise ConnectionError
        self._note_answer(data)
        self._client.sendall(data)

    def _note_answer(self, data: bytes) -> None:
        self._answered += data
        while len(self._answered) >= _HEAD.size:
            kind, length = _HEAD.unpack_from(self._answered)
            if len(self._answered) < length + 1:
                return
            if kind == b"K":
                self._backend = struct.unpack_from("!i", self._answered, 5)[0]
            self._copying = (self._copying or kind == b"G") and kind != b"Z"
            self._owed -= kind == b"Z"
            self._answered = self._answered[length + 1 :]

    def _take(self) -> None:
        while True:
            if not self._started:
                if not self._start():
                    return
                continue
            if len(self._sent) < _HEAD.size:
                return
            kind, length = _HEAD.unpack_from(self._sent)
            if len(self._sent) < length + 1:
                return
            message, self._sent = self._sent[: length + 1], self._sent[length + 1 :]
            self._add(kind, message)

    def _start(self) -> bool:
        if len(self._sent) < 8:
            return False
        length, code = struct.unpack_from("!ii", self._sent)
        if len(self._sent) < length:
            return False
        message, self._sent = self._sent[:length], self._sent[length:]
        if code >> 16 == _PROTOCOL_3 >> 16:
            parts = message[8:].split(b"\0")
            self._conversation.role = dict(zip(parts[::2], parts[1::2], strict=False)).get(b"user", b"").decode()
            self._started = True
        self._server.sendall(message)
        return True

    def _add(self, kind: bytes, message: bytes) -> None:
        self._group.append(message)
        body = message[5:]
        if kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self._conversation.prepared[name] = sql.decode()
        elif kind == b"B":
            self._texts.append(self._conversation.prepared.get(body.split(b"\0", 2)[1], ""))
        elif kind == b"Q":
            self._texts.append(body[:-1].decode())
        if kind in {b"Q", b"S"}:
            self._owed += 1
            self._pass(self._conversation.step(self._texts))
            self._texts = []
        elif kind in {b"H", b"X", b"p", b"d", b"c", b"f"}:
            self._send_on()

    def _send_on(self) -> None:
        self._server.sendall(b"".join(self._group))
        self._group = []

    def _pass(self, step: str | None) -> None:
        if step is None:
            self._send_on()
            return
        self._show(step, BEFORE)
        self._send_on()
        self._show(step, AT)
        while self._owed and not self._copying:
            self._hand_back()
        self._show(step, AFTER)

    def _show(self, step: str, moment: str) -> None:
        if self._watch(step, moment, self._backend):
            raise ConnectionError
