"""`hearthgate push` and its client against the real push API on a loopback socket, over the real database."""

import csv
import gzip
import io
import os
import tracemalloc
from dataclasses import replace

import openpyxl
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse

from adapters.registry import FEEDS
from gateway import clock, problems, push_bodies, push_uploads
from gateway.api import partners, uploads
from gateway.demo.provider.serving import bind_loopback, serving
from gateway.demo.switching_on import switch_everything_on
from gateway.identity.clients import ClientRegistry
from gateway.identity.errors import InsecureOriginError
from gateway.identity.keys import generate_es256_key, public_jwks, save_private_key
from gateway.push_client import PartnerClient, PushedFile, PushError, content_key
from gateway.usecases.intake.batch_modes import row_key
from gateway.usecases.people.request_context import RequestContext
from tests.gateway.batches.test_mending_documents import BAD, GOOD, transfers
from tests.gateway.cli.test_translate import CANARY, EXAMPLES, FEED, attendance, bad_row

CLIENT = "mill-lane-primary"


class LosingAnswers:
    """Stands before the gateway and loses as many answers as it is told, after the gateway has done its work."""

    def __init__(self, app):
        self.app = app
        self.to_lose = {}
        self.to_break = []
        self.seen = []

    async def __call__(self, scope, receive, send):
        self.seen.append((scope["method"], scope["path"]))
        if self.to_break and scope["method"] == "PATCH":
            receive = self.cut_after(self.to_break.pop(0), receive)
            await self.app(scope, receive, self.nowhere)
            await JSONResponse({}, 503, headers={"Retry-After": "1"})(scope, receive, send)
            return
        if self.to_lose.get(scope["path"], 0) == 0:
            await self.app(scope, receive, send)
            return
        self.to_lose[scope["path"]] -= 1

        async def lose(message):
            pass

        await self.app(scope, receive, lose)
        await JSONResponse({}, 503, headers={"Retry-After": "1"})(scope, receive, send)

    @staticmethod
    async def nowhere(message):
        pass

    @staticmethod
    def cut_after(size, receive):
        """The connection as the gateway sees it when it breaks after so many bytes."""
        left = [size]

        async def cut():
            if left[0] == 0:
                return {"type": "http.disconnect"}
            message = await receive()
            body = message.get("body", b"")[: left[0]]
            left[0] -= len(body)
            return {"type": "http.request", "body": body, "more_body": True}

        return cut


@pytest.fixture
def key():
    return generate_es256_key()


@pytest.fixture
def keyfile(key, tmp_path):
    save_private_key(key, tmp_path / "client.pem")
    return tmp_path / "client.pem"


@pytest.fixture
def live(wiring, key):
    switch_everything_on(wiring, RequestContext("00000000-0000-4000-8000-000000000001"), [FEED])
    bound = bind_loopback()
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    clients = ClientRegistry.from_document(
        {CLIENT: {"agency": "northvale_schools", "jwks": public_jwks(key), "scopes": ["feeds:push"]}}
    )
    settings = wiring.settings.model_copy(update={"public_url": address})
    app = FastAPI()
    app.state.wiring = replace(wiring, settings=settings, clients=clients, clock=clock.utc_now)
    problems.install(app)
    app.include_router(partners.router)
    app.include_router(uploads.router)
    lossy = LosingAnswers(app)
    lossy.address = address
    with serving(lossy, bound):
        yield lossy


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def partner(live, key, pauses):
    return PartnerClient(live.address, CLIENT, key, clock.utc_now, clock.new_id, pauses.append)


@pytest.fixture
def push(live, keyfile, hearthgate, tmp_path):
    def run(body, *options, name="pushed.csv", feed=FEED, client=CLIENT, gateway=live.address, key=keyfile):
        (tmp_path / name).write_bytes(body)
        credentials = ("--gateway", gateway, "--client", client, "--key", key)
        return hearthgate("push", feed, tmp_path / name, *credentials, *options)

    run.credentials = ("--gateway", live.address, "--client", CLIENT, "--key", keyfile)
    return run


def batches(wiring):
    with wiring.database.transaction("hg_desk") as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM desk.batch").scalar_one()


def pushed(body, key=None):
    return PushedFile(FEED, body, "text/csv", key or content_key(FEED, body))


def test_a_good_file_is_pushed_and_its_batch_told(push, wiring):
    done = push(attendance(*EXAMPLES))
    assert done.returncode == 0
    assert "accepted" in done.stdout.splitlines()[0]
    assert "2 rows, 2 accepted, 0 rejected" in done.stdout
    assert batches(wiring) == 1


def test_bad_rows_are_foretold_handed_back_and_fetched(push, tmp_path, live):
    errors = tmp_path / "mend.csv"
    done = push(attendance(*EXAMPLES, bad_row()), "--errors", errors)
    assert done.returncode == 1
    assert "3 rows, 2 good, 1 that would be handed back" in done.stderr
    assert f"Rows to mend: {live.address}/v1/batches/" in done.stdout
    (row,) = csv.DictReader(errors.open(newline=""))
    assert {name: row[name] for name in bad_row()} == bad_row()
    assert errors.stat().st_mode & 0o077 == 0


def test_a_file_that_is_not_of_the_feed_is_not_sent(push, live):
    done = push(b"\x00 Zebedee")
    assert done.returncode == 2
    assert done.stderr.endswith("Nothing was sent.\n")
    assert live.seen == []


def test_without_the_check_the_gateway_says_that_the_file_is_not_of_the_feed(push, live):
    done = push(b"no,columns\n1,2\n", "--no-check")
    assert done.returncode == 2
    assert ("POST", f"/v1/feeds/{FEED}/batches") in live.seen
    assert "refused" in done.stdout


def test_no_value_of_the_file_is_told(push):
    rows = [{**EXAMPLES[0], name: CANARY} for name in EXAMPLES[0]]
    done = push(attendance(*rows))
    assert done.returncode == 1
    assert CANARY not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "wrong",
    [{"client": "nobody"}, {"gateway": "http://gateway.example"}, {"gateway": "ftp:"}, {"name": "pushed.xls"},
     {"feed": "council-tax"}],
)  # fmt: skip
def test_what_cannot_be_pushed_is_told_in_one_line(wrong, push, wiring):
    done = push(attendance(*EXAMPLES), "--no-check", **wrong)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert batches(wiring) == 0


def test_a_key_that_others_may_read_is_not_used(push, keyfile, live):
    keyfile.chmod(0o644)
    assert push(attendance(*EXAMPLES)).returncode == 2
    assert live.seen == []


def test_a_lost_answer_is_asked_for_again_and_nothing_is_taken_twice(partner, live, pauses, wiring):
    path = f"/v1/feeds/{FEED}/batches"
    live.to_lose = {path: 2, "/oauth/token": 1}
    batch = partner.push(pushed(attendance(*EXAMPLES)))
    assert batch["state"] == "accepted"
    assert live.seen.count(("POST", path)) == 3
    assert pauses == [1.0] * 3
    assert batches(wiring) == 1


def test_the_same_file_again_is_the_same_batch(partner, wiring):
    first = partner.push(pushed(attendance(*EXAMPLES)))
    assert partner.push(pushed(attendance(*EXAMPLES))) == first
    assert batches(wiring) == 1


def test_the_same_key_with_another_file_is_refused(partner):
    partner.push(pushed(attendance(*EXAMPLES), "one-key"))
    with pytest.raises(PushError, match="409"):
        partner.push(pushed(attendance(EXAMPLES[0]), "one-key"))


def test_progress_counts_every_byte_that_is_sent(partner):
    told = []
    partner.push(pushed(attendance(*EXAMPLES * 400)), lambda sent, size: told.append((sent, size)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 0


def test_a_gateway_that_is_not_there_is_tried_with_growing_pauses(key, pauses):
    bound = bind_loopback()
    port = bound.getsockname()[1]
    bound.close()
    partner = PartnerClient(f"http://127.0.0.1:{port}", CLIENT, key, clock.utc_now, clock.new_id, pauses.append)
    with pytest.raises(PushError, match="cannot be reached"):
        partner.push(pushed(attendance()))
    assert pauses == [0.5, 1, 2, 4, 8]


def test_an_address_without_tls_beyond_this_machine_gets_nothing(key):
    partner = PartnerClient("http://gateway.example", CLIENT, key, clock.utc_now, clock.new_id)
    with pytest.raises(InsecureOriginError):
        partner.push(pushed(attendance()))


def test_the_content_key_tells_feeds_and_contents_apart():
    keys = {content_key(feed, body) for feed in ("a", "b") for body in (b"", b"1")}
    assert len(keys) == 4
    assert all(len(key) <= 200 for key in keys)
    assert content_key("a", b"1") == content_key("a", b"1")


def sent(live, method):
    return [path for seen, path in live.seen if seen == method]


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(push_uploads, "PART_BYTES", 4096)


def many(number=300):
    return attendance(*(EXAMPLES[n % 2] for n in range(number)))


def test_a_file_in_parts_is_the_batch_that_it_is_in_one_piece(partner, live, wiring, tmp_path, small_parts):
    (tmp_path / "file.csv").write_bytes(many())
    file = replace(pushed(many()), body=tmp_path / "file.csv")
    told = []
    batch = partner.upload(file, lambda sent, size: told.append((sent, size)))
    assert (batch["state"], batch["rows"]) == ("accepted", 300)
    assert told[-1] == (len(many()), len(many()))
    assert len(sent(live, "PATCH")) == -(-len(many()) // 4096)
    assert partner.push(file)["batch_id"] == batch["batch_id"]
    assert batches(wiring) == 1


def test_a_broken_connection_costs_no_more_than_what_it_broke(partner, live, pauses, wiring, small_parts):
    live.to_break = [1000, 0, 3000]
    batch = partner.upload(pushed(many()))
    assert (batch["state"], batch["rows"]) == ("accepted", 300)
    assert len(sent(live, "HEAD")) == 3
    assert batches(wiring) == 1


def test_a_client_that_was_killed_goes_on_where_it_was(key, live, wiring, small_parts):
    class KilledError(Exception):
        pass

    killed_at, goes_on_from = [], []

    def until_half(done, size):
        if done > size / 2:
            killed_at.append(done)
            raise KilledError

    def started_anew():
        return PartnerClient(live.address, CLIENT, key, clock.utc_now, clock.new_id)

    with pytest.raises(KilledError):
        started_anew().upload(pushed(many()), until_half)
    batch = started_anew().upload(pushed(many()), lambda done, _size: goes_on_from.append(done))
    assert batch["rows"] == 300
    # Whatever the gateway had of the part on its way, every part before it is not sent a second time.
    assert killed_at[0] - 4096 <= goes_on_from[0] <= killed_at[0]
    assert started_anew().upload(pushed(many()))["batch_id"] == batch["batch_id"]
    assert batches(wiring) == 1


def test_a_file_that_is_packed_already_is_sent_as_it_lies(push, wiring):
    done = push(gzip.compress(attendance(*EXAMPLES)), "--resumable", name="pushed.csv.gz")
    assert (done.returncode, batches(wiring)) == (0, 1)
    assert "2 rows, 2 accepted" in done.stdout


def test_a_workbook_is_checked_here_and_pushed(push, wiring):
    book, stream = openpyxl.Workbook(), io.BytesIO()
    names = list(csv.DictReader(attendance(*EXAMPLES).decode().splitlines()).fieldnames)
    for row in (names, *([row.get(name) for name in names] for row in EXAMPLES)):
        book.active.append(row)
    book.save(stream)
    done = push(stream.getvalue(), name="pushed.xlsx")
    assert "Checked here: 2 rows, 2 good" in done.stderr
    assert (done.returncode, batches(wiring)) == (0, 1)


def test_the_contract_of_a_push_goes_with_it(push, wiring):
    asked = ("--coverage-from", "2026-11-02", "--coverage-to", "2026-11-06", "--validate", "--mode", "delta")
    done = push(attendance(*EXAMPLES), *asked)
    assert done.returncode == 0, done.stderr
    with wiring.database.transaction("hg_desk") as connection:
        row = connection.exec_driver_sql("SELECT coverage_from, coverage_to, validate_only FROM desk.batch").one()
    assert [str(row[0]), str(row[1]), row[2]] == ["2026-11-02", "2026-11-06", True]
    assert push(attendance(*EXAMPLES), "--schema-version", "no-such-version").returncode == 2


def test_a_file_is_never_held_whole(tmp_path):
    file = tmp_path / "large.csv"
    with file.open("wb") as stream:
        for _ in range(64):
            stream.write(b"x" * 1_000_000)
    tracemalloc.start()
    for body in (push_bodies.as_it_lies(file), push_bodies.packed(file)):
        assert sum(map(len, body.pieces(0))) == body.size
    with push_bodies.plain(file) as content:
        content_key("feed", content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_a_file_written_anew_is_another_push_though_it_be_like_the_last_but_one(push, tmp_path, wiring, hearthgate):
    there, back = attendance(*EXAMPLES), attendance(EXAMPLES[0])
    told = [push(body).stdout.splitlines()[0] for body in (there, back, there)]
    assert len(set(told)) == 3
    path = tmp_path / "pushed.csv"
    written = path.stat().st_mtime_ns
    path.write_bytes(there)
    os.utime(path, ns=(written, written))
    again = hearthgate("push", FEED, path, *push.credentials)
    assert again.stdout.splitlines()[0] == told[-1]
    assert batches(wiring) == 3


def test_records_of_xml_are_fetched_mended_and_pushed_with_the_check(push, tmp_path, wiring):
    switch_everything_on(wiring, RequestContext("00000000-0000-4000-8000-000000000001"), ["schools-ctf"])
    errors = tmp_path / "mend.json"
    done = push(transfers(GOOD, BAD).encode(), "--errors", errors, name="a.xml", feed="schools-ctf")
    batch = done.stdout.split()[1].rstrip(":")
    assert "They came as XML, as the file did: call mend.json mend.xml to push it." in done.stdout
    mended = errors.read_text().replace(BAD, GOOD).encode()
    done = push(mended, "--mends", batch, name="mend.xml", feed="schools-ctf")
    assert "Checked here: 1 rows, 1 good" in done.stderr
    assert done.returncode == 0, done.stdout
    assert f"Mends batch {batch}" in done.stdout


def test_keys_alone_pass_the_check_of_a_file_that_withdraws(push):
    push(attendance(*EXAMPLES))
    names = row_key(FEEDS[FEED].profile)
    keys = ",".join(names) + "\n" + ",".join(EXAMPLES[0][name] for name in names) + "\n"
    done = push(keys.encode(), "--mode", "tombstone", name="keys.csv")
    assert done.returncode == 0, done.stderr
    assert "1 rows, 1 accepted" in done.stdout
