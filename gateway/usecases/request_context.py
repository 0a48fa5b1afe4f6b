"""What identifies one request across log, trace and entry."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestContext:
    """`request_id` is minted by us or taken from a well-formed X-Request-ID; `trace_id` from the trace, if any."""

    request_id: str
    trace_id: str | None = None
    channel: str = "api"
