"""A large file in parts, over HTTP: it goes on where it broke off, is its sender's alone, and becomes one batch."""

import base64
import gzip
import hashlib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from adapters.registry import FEEDS
from gateway.usecases.intake.uploads import KEPT_FOR, MOST_OPEN, parts_folder, sweep_uploads
from tests.gateway.served import served

FEED = "schools-attendance"
PART = "application/partial-upload"
_NAMES = [column.name for column in FEEDS[FEED].profile.columns]
CSV = "".join(
    f"{','.join(cells)}\n"
    for cells in (_NAMES, *([row.get(name, "") for name in _NAMES] for row in FEEDS[FEED].profile.example_rows))
).encode()


@pytest.fixture(autouse=True)
def own_folder(northvale, tmp_path):
    settings = northvale.wiring.settings.model_copy(update={"spool_dir": tmp_path / "spool"})
    northvale.wiring = replace(northvale.wiring, settings=settings)


@pytest.fixture
def gateway(northvale):
    with served(northvale) as running:
        yield running


class Sender:
    """A partner that uploads."""

    def __init__(self, gateway, caller=FEED, feed=FEED):
        self.http, self.caller, self.feed = gateway.client, {"Test-Caller": caller}, feed

    def begin(self, key="k1", params=None, **headers):
        sent = {"Content-Type": "text/csv", "Upload-Complete": "?0", "Idempotency-Key": key, **self.caller, **headers}
        return self.http.post(f"/v1/feeds/{self.feed}/uploads", headers=sent, params=params)

    def add(self, place, content, offset, *, last=False, **headers):
        sent = {"Content-Type": PART, "Upload-Offset": str(offset), "Upload-Complete": "?1" if last else "?0"}
        return self.http.patch(place, content=content, headers={**sent, **self.caller, **headers})

    def stands(self, place):
        return self.http.head(place, headers=self.caller)


@pytest.fixture
def sender(gateway):
    return Sender(gateway)


def digest(body):
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def files(northvale):
    folder = northvale.wiring.settings.spool_folder
    return sorted(folder.with_name(f"{folder.name}-uploads").glob("*"))


def test_parts_become_one_batch_which_is_that_of_a_push(sender, northvale):
    begun = sender.begin(**{"Upload-Length": str(len(CSV)), "Repr-Digest": digest(CSV)})
    place = begun.headers["Location"]
    assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "0")
    first = sender.add(place, CSV[:100], 0)
    assert (first.status_code, first.headers["Upload-Offset"], first.headers["Upload-Complete"]) == (204, "100", "?0")
    last = sender.add(place, CSV[100:], 100, last=True)

    batch = last.json()
    assert last.status_code == 202
    assert (batch["rows"], batch["accepted"]) == (2, 2)
    assert last.headers["Location"] == f"/v1/batches/{batch['batch_id']}"
    stands = sender.stands(place)
    assert (stands.status_code, stands.headers["Upload-Complete"]) == (204, "?1")
    assert stands.headers["Hearthgate-Batch"] == batch["batch_id"]
    assert files(northvale) == []
    # The same file pushed in one piece under the same key is the same batch.
    again = {"Content-Type": "text/csv", "Idempotency-Key": "k1", **sender.caller}
    pushed = sender.http.post(f"/v1/feeds/{FEED}/batches", content=CSV, headers=again)
    assert pushed.json()["batch_id"] == batch["batch_id"]


def test_what_lies_on_disk_is_sealed_and_its_senders_alone(sender, gateway, northvale):
    place = sender.begin().headers["Location"]
    sender.add(place, CSV[:200], 0)
    (part,) = files(northvale)
    assert b"Example" not in part.read_bytes()
    assert (part.stat().st_mode & 0o777, part.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    for other in (Sender(gateway, "police-nominals"), Sender(gateway, "schools-roll", "schools-roll")):
        elsewhere = place.replace(FEED, other.feed)
        assert other.stands(elsewhere).status_code == 404
        assert other.add(elsewhere, b"x", 200).status_code == 404
        assert other.http.delete(elsewhere, headers=other.caller).status_code == 404
    assert sender.stands(place).headers["Upload-Offset"] == "200"


@pytest.mark.parametrize("offset", [0, 99, 101, 10**14])
def test_a_part_that_does_not_go_on_where_the_last_ended_is_refused_and_leaves_nothing(offset, sender, northvale):
    place = sender.begin().headers["Location"]
    sender.add(place, CSV[:100], 0)
    refused = sender.add(place, CSV[100:], offset)
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[1]) == (409, "upload-offset")
    assert sender.stands(place).headers["Upload-Offset"] == "100"
    assert len(files(northvale)) == 1


def test_what_a_broken_connection_brought_counts(sender, gateway):
    place = sender.begin().headers["Location"]
    head = (
        f"PATCH {place} HTTP/1.1\r\nHost: gateway.test\r\nTest-Caller: {FEED}\r\nContent-Type: {PART}\r\n"
        f"Upload-Offset: 0\r\nUpload-Complete: ?1\r\nContent-Length: {len(CSV)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", gateway.port)) as line:
        line.sendall(head.encode() + CSV[:150])
        time.sleep(0.5)
    for _ in range(100):
        if (offset := sender.stands(place).headers["Upload-Offset"]) != "0":
            break
        time.sleep(0.1)
    assert offset == "150"
    assert sender.add(place, CSV[150:], 150, last=True).json()["accepted"] == 2


def test_an_upload_survives_the_gateway(sender, northvale):
    place = sender.begin().headers["Location"]
    sender.add(place, CSV[:150], 0)
    with served(northvale) as another:
        later = Sender(another)
        assert later.stands(place).headers["Upload-Offset"] == "150"
        assert later.add(place, CSV[150:], 150, last=True).json()["accepted"] == 2


def test_beginning_again_under_the_same_key_goes_on_with_the_same_upload(sender, gateway):
    place = sender.begin(**{"Upload-Length": str(len(CSV))}).headers["Location"]
    sender.add(place, CSV[:150], 0)
    again = sender.begin(**{"Upload-Length": str(len(CSV))})
    assert (again.headers["Location"], again.headers["Upload-Offset"]) == (place, "150")
    assert sender.begin(**{"Upload-Length": "7"}).status_code == 409
    assert Sender(gateway, feed="schools-roll").begin().headers["Location"] != place
    batch = sender.add(place, CSV[150:], 150, last=True).json()["batch_id"]
    ended = sender.begin(**{"Upload-Length": str(len(CSV))})
    assert (ended.headers["Upload-Complete"], ended.headers["Hearthgate-Batch"]) == ("?1", batch)


def test_an_end_that_was_answered_into_nowhere_can_be_asked_for_again(sender):
    place = sender.begin(**{"Upload-Length": str(len(CSV))}).headers["Location"]
    sender.add(place, CSV, 0)
    first = sender.add(place, b"", len(CSV), last=True).json()
    again = sender.add(place, b"", len(CSV), last=True)
    assert again.status_code == 409
    assert sender.stands(place).headers["Hearthgate-Batch"] == first["batch_id"]


def test_gzip_is_unpacked_and_a_bomb_in_parts_is_refused(sender, northvale):
    packed = gzip.compress(CSV)
    place = sender.begin(**{"Content-Encoding": "gzip", "Repr-Digest": digest(packed)}).headers["Location"]
    assert sender.add(place, packed, 0, last=True).json()["accepted"] == 2
    small = northvale.wiring.settings.model_copy(update={"max_body_mib": 1})
    with served(northvale, replace(northvale.wiring, settings=small)) as gateway:
        narrow = Sender(gateway)
        bomb = gzip.compress(bytes(30_000_000))
        place = narrow.begin("k2", **{"Content-Encoding": "gzip"}).headers["Location"]
        assert narrow.add(place, bomb, 0, last=True).status_code == 413
        place = narrow.begin("k3").headers["Location"]
        assert narrow.add(place, bytes(2_000_000), 0).status_code == 413
        assert narrow.stands(place).headers["Upload-Offset"] == "0"


def test_another_file_than_was_announced_is_deleted_and_nothing_taken(sender, northvale):
    place = sender.begin(**{"Repr-Digest": digest(b"another")}).headers["Location"]
    before = northvale.count("SELECT count(*) FROM desk.batch")
    assert sender.add(place, CSV, 0, last=True).json()["type"].endswith("content-digest-mismatch")
    assert sender.stands(place).status_code == 404
    assert files(northvale) == []
    assert northvale.count("SELECT count(*) FROM desk.batch") == before


def test_an_upload_may_not_be_longer_nor_end_shorter_than_it_said(sender):
    place = sender.begin(**{"Upload-Length": "150"}).headers["Location"]
    assert sender.add(place, CSV[:100], 0, last=True).status_code == 409
    assert sender.add(place, CSV[100:], 100).status_code == 413
    assert sender.stands(place).headers["Upload-Offset"] == "100"


def test_the_contract_given_at_the_beginning_is_that_of_the_batch(sender, northvale):
    place = sender.begin(params={"validate": "true", "coverage_from": "2026-11-02"}).headers["Location"]
    batch = sender.add(place, CSV, 0, last=True).json()
    assert batch["validate"] is True
    (stored,) = northvale.sql("SELECT coverage_from FROM desk.batch WHERE batch_id = :id", id=batch["batch_id"])
    assert str(stored.coverage_from) == "2026-11-02"


def test_an_upload_is_given_up_or_forgotten_after_three_days(sender, northvale):
    place = sender.begin("k1").headers["Location"]
    sender.add(place, CSV, 0)
    assert sender.http.delete(place, headers=sender.caller).status_code == 204
    assert (sender.stands(place).status_code, files(northvale)) == (404, [])
    kept = sender.begin("k2").headers["Location"]
    sender.add(kept, CSV, 0)
    northvale.clock.now += KEPT_FOR - timedelta(seconds=1)
    assert sweep_uploads(northvale.wiring) == 0
    assert sender.stands(kept).headers["Upload-Offset"] == str(len(CSV))
    northvale.clock.now += timedelta(seconds=1)
    assert sender.stands(kept).status_code == 404
    assert sweep_uploads(northvale.wiring) == 1
    assert files(northvale) == []


def test_a_sender_has_so_many_open_at_a_time(sender):
    begun = [sender.begin(f"k{number}").status_code for number in range(MOST_OPEN + 1)]
    assert begun == [201] * MOST_OPEN + [413]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Complete": "?1"}, 400), ({"Upload-Complete": "yes"}, 400), ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "9" * 14}, 413), ({"Content-Type": "text/html"}, 415), ({"Content-Encoding": "br"}, 415),
        ({"Idempotency-Key": ""}, 400), ({"Repr-Digest": "md5=:AA==:"}, 400), ({"Test-Caller": "police-nominals"}, 403),
    ],
)  # fmt: skip
def test_a_beginning_that_is_wrong_is_refused(headers, status, sender):
    assert sender.begin(**headers).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Content-Type": "text/csv"}, 415), ({"Upload-Offset": "x"}, 400), ({"Upload-Complete": "1"}, 400)],
)
def test_a_part_that_is_wrong_is_refused_and_leaves_nothing(headers, status, sender, northvale):
    place = sender.begin().headers["Location"]
    assert sender.add(place, CSV, 0, **headers).status_code == status
    assert files(northvale) == []


def test_parts_at_once_for_one_place_are_taken_once(sender, gateway, northvale):
    place = sender.begin().headers["Location"]

    def send(_):
        with httpx.Client(base_url=f"http://127.0.0.1:{gateway.port}", timeout=60) as http:
            headers = {"Content-Type": PART, "Upload-Offset": "0", "Upload-Complete": "?0", **sender.caller}
            return http.patch(place, content=CSV, headers=headers).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = sorted(pool.map(send, range(6)))
    assert statuses == [204, *[409] * 5]
    assert sender.stands(place).headers["Upload-Offset"] == str(len(CSV))
    assert len(files(northvale)) == 1
    assert parts_folder(northvale.wiring).has(files(northvale)[0].name)
