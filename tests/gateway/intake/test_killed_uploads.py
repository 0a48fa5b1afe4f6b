"""A gateway killed in the middle of an upload goes on with it when it is back: nothing is lost, nothing doubled.

`HEARTHGATE_TEST_UPLOAD_MIB=120` sends a file of that size in parts as large as partners send them.
"""

import os
import random

import httpx
import pytest

from benchmarks.ingest_files import OCCURRENCES
from gateway import push_uploads
from gateway.push_bodies import as_it_lies
from gateway.push_uploads import Uploader
from tests.gateway.intake.processes import processes
from tests.gateway.intake.test_killed import expected, file_of, finished, state_of, stored, wait

MIB = 1024 * 1024
LARGE = int(os.environ.get("HEARTHGATE_TEST_UPLOAD_MIB", "0")) * MIB
ROWS = 3_000
WIDE = 1_100
"""Characters of a column of the sender's own, so that a large file needs no million rows."""


class Killing:
    """The gateway of an upload, killed when so many bytes have been sent, and started again when somebody waits."""

    def __init__(self, run, moments):
        self.run, self.moments, self.kills = run, sorted(moments, reverse=True), 0
        self.gateway = run.start("serve")

    def progress(self, sent, _size):
        if self.moments and sent >= self.moments[-1]:
            self.moments.pop()
            self.kills += 1
            self.gateway.kill()

    def pause(self, _seconds):
        if not self.gateway.running.is_alive():
            self.gateway = self.run.start("serve")

    def send(self, method, address, headers, content):
        named = {**headers, "Test-Caller": OCCURRENCES}
        body = content() if content else None
        return httpx.request(
            method, f"http://127.0.0.1:{self.run.port}{address}", headers=named, content=body, timeout=120
        )


def widened(body, size):
    """The file with a column that the feed does not know, repeated until it has the size; keys stay apart."""
    head, *lines = body.rstrip(b"\r\n").split(b"\n")
    filled = [line.rstrip(b"\r") + b"," + b"x" * WIDE for line in lines]
    times = -(-size // sum(len(line) + 1 for line in filled))
    return b"\n".join([head.rstrip(b"\r") + b",notes", *filled * times]) + b"\n"


@pytest.mark.slow
def test_an_upload_whose_gateway_is_killed_goes_on_and_is_taken_once(northvale, tmp_path, monkeypatch):
    body = file_of(tmp_path, ROWS)
    if LARGE:
        body = widened(body, LARGE)
    else:
        monkeypatch.setattr(push_uploads, "PART_BYTES", 64 * 1024)
    chance = random.Random()  # noqa: S311 - moments of a test
    path = tmp_path / "sent.csv"
    path.write_bytes(body)
    with processes(northvale) as run:
        # In the middle of a part, wherever that is, and as the last byte is on its way.
        killing = Killing(run, [chance.randrange(1, len(body)), chance.randrange(1, len(body)), len(body)])
        uploader = Uploader(killing.send, killing.pause, killing.progress)
        headers = {"Content-Type": "text/csv", "Idempotency-Key": "in parts"}
        address = f"/v1/feeds/{OCCURRENCES}/uploads"
        answer = uploader.upload(address, headers, as_it_lies(path))
        assert answer.is_success, answer.text
        assert killing.kills == 3
        batch_id = answer.json()["batch_id"]
        # Sent again, it is the same upload and the same batch.
        assert uploader.upload(address, headers, as_it_lies(path)).json()["batch_id"] == batch_id
        run.start("work")
        wait(lambda: finished(northvale, batch_id))
    assert state_of(northvale, batch_id) == "accepted in part"
    assert stored(northvale, batch_id) == expected(northvale, body)
    assert northvale.count("SELECT count(*) FROM desk.batch WHERE batch_id = :b", b=batch_id) == 1
    assert northvale.count("SELECT count(*) FROM desk.upload WHERE batch_id IS NULL") == 0
