import http.client
import socket

import httpx
import pytest

from audit.checkpoint import open_checkpoint
from audit.notes import add_signatures, parse_note
from audit.witness import SIZE_TYPE, read_cosignatures, read_size
from gateway.witness.serving import running_witness
from tests.audit.grown_log import LOG, OTHER, GrownLog, forked, leaves
from tests.gateway.witness.partner import AT, a_witness, newest, own_process, request, size_on_disk

GROWN = GrownLog(leaves(40))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "witness"


@pytest.fixture
def witness(folder):
    return a_witness(folder)


@pytest.fixture
def port(folder, witness):
    with running_witness(folder, "127.0.0.1", 0, lambda: AT) as server:
        yield server.server_address[1]


@pytest.fixture
def client(port):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        yield client


def add(client, body):
    return client.post("/add-checkpoint", content=body)


def test_a_log_gathers_a_cosignature_and_whoever_monitors_sees_the_same_note(client, witness):
    answer = add(client, request(GROWN, 0, 7))

    assert answer.status_code == 200
    line, _ = read_cosignatures(answer.content, GROWN.note(7), witness.key.verifier())
    seen = newest(client)
    assert seen.text == add_signatures(GROWN.note(7), [line])
    assert open_checkpoint(seen.text, LOG.verifier(), [witness.key.verifier()]).witnesses


def test_a_conflict_tells_the_size_in_the_type_of_the_protocol(client):
    add(client, request(GROWN, 0, 7))

    answer = add(client, request(GROWN, 0, 12))

    assert (answer.status_code, answer.headers["Content-Type"]) == (409, SIZE_TYPE)
    assert read_size(answer.content) == 7


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"old 7\n", 400),
        (request(GrownLog(leaves(9), OTHER), 7, 9), 404),
        (request(GROWN, 7, 9, note=GrownLog(leaves(9), OTHER).note(9).replace("elsewhere", "northvale")), 403),
        (request(forked(40, 3), 7, 12), 422),
        (request(GROWN, 7, 12, proof=()), 422),
    ],
    ids=range(6),
)
def test_each_wrong_request_gets_its_status_and_changes_nothing(client, folder, body, status):
    add(client, request(GROWN, 0, 7))

    answer = add(client, body)

    assert answer.status_code == status
    assert not parse_lines(answer.text)
    assert size_on_disk(folder) == 7


def parse_lines(body):
    return [line for line in body.splitlines() if line.startswith("\N{EM DASH}")]


def test_nothing_else_is_served(client):
    assert newest(client).status_code == 404
    assert newest(client, OTHER.name).status_code == 404
    assert client.get("/key").status_code == 404
    assert client.get("/../key").status_code == 404
    assert client.post("/", content=b"").status_code == 404
    assert client.put("/add-checkpoint", content=b"").status_code == 501
    about = client.get("/").json()
    assert about["verifier_keys"][0].startswith("police.example/witness+")
    assert "PRIVATE" not in str(about)


def test_a_body_without_a_length_or_too_long_is_not_read(port):
    for headers in ({"Transfer-Encoding": "chunked"}, {"Content-Length": "999999999"}, {"Content-Length": "1e3"}):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.putrequest("POST", "/add-checkpoint")
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status in (411, 413)
        assert answer.read()
        assert connection.sock is None or connection.sock.recv(1) == b""
        connection.close()


def test_a_connection_that_says_nothing_or_breaks_off_holds_up_nobody(port, client):
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
    idle[0].sendall(b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 500\r\n\r\nold 0")
    idle.pop(0).close()

    assert add(client, request(GROWN, 0, 7)).status_code == 200

    for one in idle:
        one.close()


def test_what_was_cosigned_survives_a_kill_at_any_moment(folder, witness):
    """Killed again and again under load: it never knows less than it has given away, and never rolls back."""
    known = 0
    for round_number in range(4):
        with own_process(folder) as (process, client):
            for size in range(known + 1, 40):
                answer = add(client, request(GROWN, known, size))
                assert answer.status_code == 200, answer.text
                known = size
                if size >= 9 * (round_number + 1):
                    break
            # One more is on its way when it dies: it may or may not have been recorded, but never without being whole.
            with socket.create_connection((client.base_url.host, client.base_url.port)) as last:
                body = request(GROWN, known, known + 1)
                head = f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: {len(body)}\r\n\r\n"
                last.sendall(head.encode() + body)
                process.kill()
                process.wait(30)
        assert size_on_disk(folder) in (known, known + 1)
        known = size_on_disk(folder)
    note = witness.record.newest(LOG.name).note
    assert note.startswith(GROWN.note(known))
    assert len(parse_note(note).signatures) == 2


def test_a_polite_stop_ends_it_and_a_second_one_may_serve_the_same_folder(folder, witness):
    with own_process(folder) as (first, one), own_process(folder) as (_, other):
        assert add(one, request(GROWN, 0, 7)).status_code == 200
        assert add(other, request(GROWN, 0, 7)).status_code == 409
        assert add(other, request(GROWN, 7, 12)).status_code == 200
        assert read_size(add(one, request(GROWN, 7, 13)).content) == 12
        first.terminate()
        assert first.wait(30) == 0
