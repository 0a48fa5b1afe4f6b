"""A witness that answers for ever, or with a time that none is, costs its own cosignature and nobody else's."""

import socket
import threading
import time
from contextlib import ExitStack, suppress

import pytest

from audit.notes import cosign
from audit.witness import parse_request
from gateway.jobs import cosigning
from gateway.jobs.asking_witness import MALFORMED, REFUSED, UNREACHABLE
from gateway.usecases.log.log_status import log_status
from gateway.witness.folder import open_witness
from tests.gateway.audit.witnessed_town import Town

DROP_SECONDS = 0.1


@pytest.fixture
def town(wiring, tmp_path):
    with ExitStack() as stack:
        yield Town(wiring, tmp_path, stack, quorum="health")


@pytest.fixture
def instead(town):
    """Put something else where the witness of the police was: a function of the request's body that yields pieces."""
    ended = threading.Event()
    with ExitStack() as stack:

        def start(answers):
            town.stop("police")
            listening = stack.enter_context(socket.create_server(("127.0.0.1", town.ports["police"])))
            threading.Thread(target=_serve, args=(listening, answers, ended), daemon=True).start()

        yield start
        ended.set()


def _serve(listening, answers, ended):
    with suppress(OSError):
        while not ended.is_set():
            connection, _ = listening.accept()
            threading.Thread(target=_talk, args=(connection, answers, ended), daemon=True).start()


def _talk(connection, answers, ended):
    with connection, suppress(OSError):
        head, _, body = connection.recv(1 << 20).partition(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        while len(body) < length:
            body += connection.recv(1 << 20)
        for piece in answers(body):
            if ended.is_set():
                return
            connection.sendall(piece)


def drops(_body):
    """An answer of which a letter comes ten times a second, and never the end."""
    yield b"HTTP/1.1 200 OK\r\nx-a: "
    while True:
        time.sleep(DROP_SECONDS)
        yield b"a"


def test_a_witness_that_answers_drop_by_drop_keeps_the_others_from_nothing(town, instead, monkeypatch):
    monkeypatch.setattr(cosigning, "LONGEST_ASK", 1.0)
    instead(drops)
    town.grow()

    for _ in range(2):
        began = time.monotonic()
        while (answers := town.round()) == {"health": None}:
            town.grow()
        assert answers == {"police": UNREACHABLE, "health": None}
        assert time.monotonic() - began < 10
        assert log_status(town.wiring).unwitnessed_since is None
        town.grow()


def test_a_witness_whose_time_is_none_that_a_calendar_has_keeps_the_others_from_nothing(town, instead):
    key = open_witness(town.folder("police"))[0]

    def in_milliseconds(body):
        line = cosign(parse_request(body).note, key, 1_763_000_000_000).line().encode()
        yield b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(line), line)

    instead(in_milliseconds)
    town.grow()

    assert town.round() == {"police": MALFORMED, "health": None}
    assert log_status(town.wiring).unwitnessed_since is None


@pytest.mark.parametrize(
    ("status", "problem"), [(500, UNREACHABLE), (502, UNREACHABLE), (503, UNREACHABLE), (403, REFUSED)]
)
def test_a_proxy_whose_witness_is_down_is_no_witness_that_refuses(town, instead, status, problem):
    """Who is told that the witness does not know the log has the partner trust a key that it trusts already."""
    instead(lambda _body: [b"HTTP/1.1 %d No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status])
    town.grow()

    assert town.round() == {"police": problem, "health": None}
