"""What identifies one request across log, trace and entry, where it came from, and until when its answer may leave."""

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


class Trail:
    """Whether an entry of the log names this request."""

    __slots__ = ("begun",)

    def __init__(self) -> None:
        self.begun = False


@dataclass(frozen=True, slots=True)
class RequestContext:
    """`request_id` is minted by us or taken from a well-formed X-Request-ID; `trace_id` from the trace, if any.

    `channel` is `page` or `api`. Where it came from, as the gateway saw it: `network` is the address of the client,
    `device` what the client says that it is (cut short), `client` the system that asks, `session` an opaque id of the
    sign-in or token behind it, the same for every request of that sign-in. All are for entries alone.
    `release` is looked at again when the answer is written out and nothing of it has left yet, `trail` when a request
    is refused: one that no entry names leaves one.
    """

    request_id: str
    trace_id: str | None = None
    channel: str = "api"
    client: str | None = None
    network: str | None = field(default=None, repr=False)
    device: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)
    release: Release = field(default_factory=Release, compare=False, repr=False)
    trail: Trail = field(default_factory=Trail, compare=False, repr=False)
