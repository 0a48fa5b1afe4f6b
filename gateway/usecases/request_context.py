"""What identifies one request across log, trace and entry, and until when its answer may leave."""

from dataclasses import dataclass, field
from datetime import datetime


class Release:
    """The first instant at which the answer to a request may no longer leave; none until something is released."""

    __slots__ = ("until",)

    def __init__(self) -> None:
        self.until: datetime | None = None

    def hold_to(self, not_after: datetime) -> None:
        """Note the end of something that the answer rests on; the earliest counts."""
        self.until = not_after if self.until is None else min(self.until, not_after)


@dataclass(frozen=True, slots=True)
class RequestContext:
    """`request_id` is minted by us or taken from a well-formed X-Request-ID; `trace_id` from the trace, if any.

    `release` is looked at again when the answer is written out and nothing of it has left yet.
    """

    request_id: str
    trace_id: str | None = None
    channel: str = "api"
    release: Release = field(default_factory=Release, compare=False, repr=False)
