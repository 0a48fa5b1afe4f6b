"""What leaves this process about itself: log lines and spans that name no person.

Both are written from lists of what may be said. A log line is one JSON object of an event code and allow-listed
members; the text of a library's message, and of any exception, is never in it, because either may quote a row. A span
keeps method, route template, status and request id (OpenTelemetry's HTTP semantic conventions) and nothing else: by
default it would carry the path, the query and the caller's `tracestate`.
"""

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import SpanContext, Status

REQUEST_ID = "hearthgate.request_id"
SPAN_ATTRIBUTES = ("http.request.method", "http.route", "http.response.status_code", REQUEST_ID)
LOG_MEMBERS = ("request_id", "status", "route", "count", "seconds", "failures", "error", "code")
_RESOURCE = Resource({"service.name": "hearthgate"})
_EVENT_CODE = re.compile(r"[a-z][a-z0-9]*([.-][a-z0-9]+)+")
_PLAIN = re.compile(r"[A-Za-z0-9_./{}:-]{1,120}")
_FOREIGN_EVENT = "library.message"
_FRAMES = 8


class JsonLines(logging.Formatter):
    """One JSON object a line, of allow-listed members alone.

    `event` is the record's message where it is an event code (`sequencer.batch-failed`); any other message is left out
    and only who logged it, and where, is said. An exception is told by its class and the lines that it passed.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        known = isinstance(record.msg, str) and not record.args and _EVENT_CODE.fullmatch(record.msg)
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.msg if known else _FOREIGN_EVENT,
            "logger": record.name,
            "where": f"{record.module}:{record.lineno}",
        }
        for name in LOG_MEMBERS:
            value = getattr(record, name, None)
            if isinstance(value, int | float) or (isinstance(value, str) and _PLAIN.fullmatch(value)):
                line[name] = value
        if record.exc_info and record.exc_info[0] is not None:
            line |= _told(record.exc_info[0], record.exc_info[2])
        return json.dumps(line)


def _told(kind: type[BaseException], passed: TracebackType | None) -> dict[str, Any]:
    frames = traceback.extract_tb(passed)[-_FRAMES:] if passed else ()
    return {
        "exception": f"{kind.__module__}.{kind.__qualname__}",
        "frames": [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames],
    }


class _ToStandardError(logging.StreamHandler[Any]):
    """Writes to whatever standard error is when it writes."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def configure_logging() -> None:
    """Send every log line of this process, and every exception that nobody caught, through `JsonLines`; repeatable."""
    root = logging.getLogger()
    if not any(isinstance(handler, _ToStandardError) for handler in root.handlers):
        root.addHandler(_ToStandardError())
    logging.captureWarnings(capture=True)
    threading.excepthook = _thread_ended


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_type is SystemExit or ended.exc_value is None:
        return
    told = (ended.exc_type, ended.exc_value, ended.exc_traceback)
    logging.getLogger(__name__).error("process.thread-ended", exc_info=told)


class ScrubbingProcessor(SpanProcessor):
    """Hands a span on to an exporter as a new one that holds what is on the list and nothing else."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def on_end(self, span: ReadableSpan) -> None:
        """Export the scrubbed span; events, links, status texts and whatever a caller named are not copied."""
        self._exporter.export([scrubbed(span)])

    def shutdown(self) -> None:
        """Close the exporter."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing waits here."""
        return self._exporter.force_flush(timeout_millis)


def scrubbed(span: ReadableSpan) -> ReadableSpan:
    """The same span with allow-listed attributes, named by method and route template."""
    kept: Mapping[str, Any] = span.attributes or {}
    attributes = {name: kept[name] for name in SPAN_ATTRIBUTES if name in kept}
    named: Sequence[object] = [attributes[name] for name in SPAN_ATTRIBUTES[:2] if name in attributes]
    return ReadableSpan(
        name=" ".join(map(str, named)) or "span",
        context=_without_state(span.get_span_context()),
        parent=_without_state(span.parent),
        resource=_RESOURCE,
        attributes=attributes,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _without_state(context: SpanContext | None) -> SpanContext | None:
    # `tracestate` is the caller's own text.
    return context and SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags)


def request_telemetry(exporter: SpanExporter | None) -> TelemetryConfig:
    """FastAPI's own instrumentation, held to this: spans through the scrubber, or none; never logs, never by itself."""
    quiet = TelemetryConfig(tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False)
    if exporter is None:
        return quiet
    # A caller's traceparent decides nothing about what is recorded.
    provider = TracerProvider(resource=_RESOURCE, sampler=ALWAYS_ON, shutdown_on_exit=False)
    provider.add_span_processor(ScrubbingProcessor(exporter))
    return quiet | TelemetryConfig(tracing=True, tracer_provider=provider)


def exporter_of(name: str) -> SpanExporter | None:
    """The exporter that the setting `spans` names: none, or JSON lines on standard error for a collector to pick up."""
    if name == "stderr":
        return ConsoleSpanExporter(out=sys.stderr, formatter=lambda span: f"{span.to_json(indent=None)}\n")
    return None


def note_request(request_id: str) -> None:
    """Put the request id on the span of this request."""
    trace.get_current_span().set_attribute(REQUEST_ID, request_id)
