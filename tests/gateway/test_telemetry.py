"""Log lines and spans say what is on their lists, whatever a library, a caller or an exception would say."""

import asyncio
import json
import logging
import sys
import threading

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.telemetry import (
    LOG_MEMBERS,
    SPAN_ATTRIBUTES,
    JsonLines,
    configure_logging,
    exporter_of,
    note_request,
    request_telemetry,
)

CANARY = "Zephyrine-Quillfeather"


def line(message: object, *values: object, error: bool = False, **extra: object) -> dict[str, object]:
    told = None
    if error:
        try:
            int(CANARY)
        except ValueError:
            told = sys.exc_info()
    record = logging.LogRecord("a.library", logging.WARNING, "/some/where.py", 7, message, values, told)
    record.__dict__.update(extra)
    return json.loads(JsonLines().format(record))


def test_an_event_code_is_told_with_allow_listed_members_alone():
    told = line("sequencer.batch-failed", failures=2, seconds=0.5, code="tree-broken", surname=CANARY)

    assert told["event"] == "sequencer.batch-failed"
    assert (told["failures"], told["seconds"], told["code"]) == (2, 0.5, "tree-broken")
    assert set(told) <= {"at", "level", "event", "logger", "where", *LOG_MEMBERS}


@pytest.mark.parametrize(
    ("message", "values"),
    [
        (f"Key (name)=({CANARY}) already exists", ()),
        ("could not read %s", (CANARY,)),
        ({"row": CANARY}, ()),
        ("sequencer.batch-failed %s", (CANARY,)),
    ],
)
def test_any_other_message_is_left_out(message, values):
    told = line(message, *values)

    assert told["event"] == "library.message"
    assert (told["logger"], told["where"]) == ("a.library", "where:7")
    assert CANARY not in json.dumps(told)


def test_an_exception_is_told_by_its_class_and_lines():
    told = line("process.failed", error=True)

    assert told["exception"] == "builtins.ValueError"
    assert any(str(frame).startswith("test_telemetry.py:") for frame in told["frames"])
    assert CANARY not in json.dumps(told)


def test_a_member_that_is_a_sentence_is_left_out():
    assert "route" not in line("request.done", route=f"/people/{CANARY} of Alder Court")


def test_standard_error_gets_json_lines_also_of_a_thread_that_ends(capfd):
    configure_logging()
    configure_logging()

    def fail() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    written = [text for text in capfd.readouterr().err.splitlines() if text]
    assert [json.loads(text)["event"] for text in written] == ["process.thread-ended"]
    assert CANARY not in "".join(written)


class Client:
    """Asks an application without a socket; an exception of the application is its own affair."""

    def __init__(self, app):
        self._transport = httpx.ASGITransport(app, raise_app_exceptions=False)

    def request(self, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url="http://gateway.test") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(ask())


@pytest.fixture
def exporter():
    return InMemorySpanExporter()


@pytest.fixture
def client(exporter):
    app = FastAPI(telemetry=request_telemetry(exporter))

    @app.get("/families/{name}")
    def family(name: str) -> dict[str, str]:
        note_request("0b9e8c1e-5d7f-4c7c-9a0e-111111111111")
        if name == "broken":
            raise ValueError(CANARY)
        return {}

    return Client(app)


def test_a_span_keeps_method_route_status_and_request_id(client, exporter):
    client.request("GET", "/families/some")

    (span,) = exporter.get_finished_spans()
    assert dict(span.attributes) == {
        "http.request.method": "GET",
        "http.route": "/families/{name}",
        "http.response.status_code": 200,
        "hearthgate.request_id": "0b9e8c1e-5d7f-4c7c-9a0e-111111111111",
    }
    assert span.name == "GET /families/{name}"
    assert set(span.attributes) == set(SPAN_ATTRIBUTES)


def test_no_span_holds_what_a_caller_or_an_exception_says(client, exporter):
    trace = {
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
        "tracestate": f"who={CANARY}",
        "baggage": f"who={CANARY}",
        "user-agent": CANARY,
    }
    for path in (f"/families/{CANARY}?surname={CANARY}", "/families/broken", f"/{CANARY}"):
        client.request("GET", path, headers=trace)
    client.request(CANARY.upper(), f"/families/{CANARY}")

    spans = exporter.get_finished_spans()
    assert len(spans) == 4
    exported = "".join(span.to_json() for span in spans)
    assert CANARY.casefold() not in exported.casefold()
    assert not any(span.events or span.links or span.status.description for span in spans)
    # A caller's flag does not switch the recording off; the caller's trace is gone on with.
    assert f"{spans[0].context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"


def test_without_an_exporter_nothing_is_recorded_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")

    assert exporter_of("none") is None
    app = FastAPI(telemetry=request_telemetry(None))

    assert app._native_telemetry.enabled() is False
    assert app._telemetry["auto_configure"] is False


def test_spans_may_be_written_as_json_lines(capfd, client):
    app = FastAPI(telemetry=request_telemetry(exporter_of("stderr")))
    Client(app).request("GET", f"/{CANARY}")

    written = capfd.readouterr().err.splitlines()
    assert [json.loads(text)["attributes"]["http.response.status_code"] for text in written] == [404]
