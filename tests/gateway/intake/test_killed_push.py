"""`hearthgate push` of a large file: its client is killed in the middle, then its gateway; what was sent stays sent.

`HEARTHGATE_TEST_UPLOAD_MIB=120` sends a file of that size, for which nobody asks that it be sent in parts.
"""

import socket
import subprocess
import sys
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from benchmarks.ingest_files import OCCURRENCES
from gateway.identity.keys import generate_es256_key, public_jwks, save_private_key
from gateway.push_uploads import PART_BYTES
from tests.gateway.intake.processes import processes
from tests.gateway.intake.test_killed import expected, file_of, finished, state_of, stored, wait
from tests.gateway.intake.test_killed_uploads import LARGE, MIB, ROWS, widened

CLIENT = "northvale-police-feeds"


@dataclass
class Wire:
    """Stands before the gateway and counts what is sent to it; at each of `stops`, in bytes, it stands still."""

    stops: list[int]
    port: int = 0
    sent: int = 0
    still: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def address(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self):
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self.port))
                except OSError:
                    near.close()
                    continue
                threading.Thread(target=self._forth, args=(near, far), daemon=True).start()
                threading.Thread(target=self._pump, args=(far, near), daemon=True).start()

    def _forth(self, near, far):
        with suppress(OSError):
            while piece := near.recv(64 * 1024):
                self.sent += len(piece)
                far.sendall(piece)
                if self.stops and self.sent >= self.stops[0]:
                    self.stops.pop(0)
                    # Until whoever is to be killed is gone; what they had sent besides is lost with the connection.
                    self.over.clear()
                    self.still.set()
                    self.over.wait()
                    break
        self._end(near, far)

    def _pump(self, far, near):
        with suppress(OSError):
            while piece := far.recv(64 * 1024):
                near.sendall(piece)
        self._end(near, far)

    @staticmethod
    def _end(*ends):
        for one in ends:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def go_on(self):
        self.still.clear()
        self.over.set()


@contextmanager
def wire(stops):
    made = Wire(stops)
    threading.Thread(target=made.serve, daemon=True).start()
    try:
        yield made
    finally:
        made.stops.clear()
        made.go_on()
        made.listener.close()


@pytest.mark.slow
def test_a_push_whose_client_and_gateway_are_killed_sends_no_more_than_was_lost(northvale, tmp_path):
    size = LARGE or 6 * MIB
    path, keyfile, key = tmp_path / "sent.csv", tmp_path / "client.pem", generate_es256_key()
    path.write_bytes(widened(file_of(tmp_path, ROWS), size))
    save_private_key(key, keyfile)
    clients = {CLIENT: {"agency": "northvale_police", "jwks": public_jwks(key), "scopes": ["feeds:push"]}}
    with wire([int(size * 0.4), int(size * 0.8)]) as between, processes(northvale, between.address, clients) as run:
        between.port = run.port

        def push():
            asked = ["--gateway", between.address, "--client", CLIENT, "--key", keyfile]
            parts = [] if LARGE else ["--resumable"]
            command = [sys.executable, "-m", "gateway", "push", OCCURRENCES, path, *asked, *parts]
            return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE)

        gateway = run.start("serve")
        with push() as first:
            wait(between.still.is_set)
            first.kill()
            # It had checked the file before it sent anything.
            assert b"Checked here" in first.stderr.read()
        between.go_on()
        with push() as second:
            wait(between.still.is_set)
            gateway.kill()
            between.go_on()
            run.start("serve")
            run.start("work")
            told, complained = second.communicate(timeout=300)
        assert second.returncode == 1, complained
        # Each that was killed had no more than a part on its way.
        assert between.sent < path.stat().st_size + 2 * min(PART_BYTES, size // 4) + MIB
    (batch,) = northvale.sql("SELECT batch_id FROM desk.batch WHERE sender = :c", c=CLIENT)
    assert str(batch.batch_id) in told.decode()
    assert finished(northvale, batch.batch_id)
    assert state_of(northvale, batch.batch_id) == "accepted in part"
    assert stored(northvale, batch.batch_id) == expected(northvale, path.read_bytes())
