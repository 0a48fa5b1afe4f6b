"""What one run of a pull remembers: where it goes on, what it has collected, how it ended. Written with its batches.

A cursor is moved on only when what lies behind it is a batch that stands; a run that breaks off anywhere is taken up
from there, and what was pulled twice is unchanged and stored once.
"""

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from gateway.errors import KeyCustodyError
from gateway.identity.caller import PartnerCaller
from gateway.pull.errors import PullError
from gateway.pull.sources import PullSource
from gateway.store.pulls import PullRow, read_pull, save_pull, save_pull_tags
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

PUSH_SCOPE = "feeds:push"
_MIB = 1024 * 1024
_LONGEST_DOUBT = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next run goes on: `following` is the page at which a sweep stopped, begun at `began`.

    Without one, the next sweep asks for what changed from `since` on; for everything where that is None.
    """

    since: datetime | None = None
    following: str = field(default="", repr=False)
    began: datetime | None = None

    def sealed(self, wiring: Wiring, name: str) -> bytes:
        """As it is stored."""
        plain = {"since": _text(self.since), "following": self.following, "began": _text(self.began)}
        return wiring.custody.field.seal(json.dumps(plain).encode(), _bound_to(name))

    @classmethod
    def opened(cls, wiring: Wiring, name: str, sealed: bytes | None) -> Self:
        """As it was stored; the very start where its key is gone."""
        if sealed is None:
            return cls()
        try:
            plain: dict[str, Any] = json.loads(wiring.custody.field.unseal(sealed, _bound_to(name)))
        except KeyCustodyError:
            return cls()
        return cls(_instant(plain["since"]), plain["following"], _instant(plain["began"]))


@dataclass(slots=True)
class Run:
    """One run as it goes on."""

    wiring: Wiring
    source: PullSource
    started: datetime
    before: PullRow | None
    cursor: Cursor
    stood: Cursor
    """The cursor as it was last stored: where a run that breaks off now is taken up."""
    documents: list[bytes] = field(default_factory=list, repr=False)
    collected: int = 0
    waiting_records: int = 0
    records: int = 0
    batches: int = 0
    last_batch: UUID | None = None
    tags: list[dict[str, Any]] = field(default_factory=list, repr=False)

    @classmethod
    def begun(cls, wiring: Wiring, source: PullSource) -> Self:
        """Take up a pull where it was left, and write down that a run began."""
        started = wiring.clock()
        with wiring.database.transaction("hg_desk") as connection:
            before = read_pull(connection, source.name)
            save_pull(
                connection,
                {
                    "name": source.name, "feed": source.feed, "started_at": started,
                    "next_at": before.next_at if before else started,
                },
            )  # fmt: skip
        cursor = Cursor.opened(wiring, source.name, before.sealed_cursor if before else None)
        return cls(wiring, source, started, before, cursor, cursor)

    def add(self, document: dict[str, Any], records: int) -> None:
        """Collect one document, which becomes one line of the batch."""
        line = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        self.documents.append(line)
        self.collected += len(line) + 1
        self.waiting_records += records

    @property
    def is_full(self) -> bool:
        """Whether what is collected should become a batch before more is asked for."""
        return self.collected >= self.source.max_batch_mib * _MIB

    def deliver(self, cursor: Cursor) -> None:
        """Hand what is collected to the intake as a push of the partner's, then move the cursor on.

        Raises `PullError` where the whole batch is refused: the cursor stays, and the next run asks for the same again.
        """
        if self.documents:
            batch = receive_batch(self.wiring, self._context(), self._caller(), self._push())
            self.last_batch = batch.batch_id
            if batch.state == "refused" and batch.refusal_code is not None:
                raise PullError("batch-refused")
            self.batches += 1
            self.records += self.waiting_records
        with self.wiring.database.transaction("hg_desk") as connection:
            save_pull_tags(connection, self.tags)
            save_pull(connection, self._values() | {"sealed_cursor": cursor.sealed(self.wiring, self.source.name)})
        self.cursor = self.stood = cursor
        self.documents, self.collected, self.waiting_records, self.tags = [], 0, 0, []

    def ended(self, outcome: str, requests: int, wait: float = 0.0) -> PullRow:
        """Write down how the run ended and when the next is due."""
        done = outcome in {"done", "more"}
        failures = 0 if done else (self.before.failures if self.before else 0) + 1
        now = self.wiring.clock()
        with self.wiring.database.transaction("hg_desk") as connection:
            values = self._values() | {
                "finished_at": now, "outcome": outcome, "failures": failures, "requests": requests,
                "next_at": self._next(now, outcome, failures, wait),
            }  # fmt: skip
            save_pull(connection, values)
            row = read_pull(connection, self.source.name)
        if row is None:
            raise PullError("configuration")
        return row

    def _next(self, now: datetime, outcome: str, failures: int, wait: float) -> datetime:
        """Soon where there is more, as usual after a whole sweep, later and later after failures; never to the second.

        The jitter keeps the councils that pull from one partner apart.
        """
        every = timedelta(minutes=self.source.every_minutes)
        jitter = timedelta(seconds=self.wiring.mint_opaque().int % (self.source.jitter_minutes * 60 + 1))
        if outcome == "more":
            return now
        if outcome == "done":
            return now + every + jitter
        doubt = min(timedelta(minutes=2 ** min(failures, 12)), max(every, _LONGEST_DOUBT))
        return now + max(doubt, timedelta(seconds=wait)) + jitter

    def _values(self) -> dict[str, Any]:
        values: dict[str, Any] = {
            "name": self.source.name, "feed": self.source.feed, "next_at": self.started, "batches": self.batches,
            "records": self.records,
        }  # fmt: skip
        return values | ({"batch_id": self.last_batch} if self.last_batch else {})

    def _push(self) -> Push:
        body = b"\n".join(self.documents) + b"\n"
        # The same content from the same place is the same batch, whatever happened in between.
        ended = self.before.finished_at if self.before else None
        place = f"{self.source.name}/{ended}/{self.stood.since}/{self.stood.following}"
        key = hashlib.sha256(place.encode() + bytes(1) + body).hexdigest()
        return Push(self.source.feed, body, "ndjson", f"pull-{key}")

    def _caller(self) -> PartnerCaller:
        return partner_of(self.wiring, self.source.feed, f"pull:{self.source.client}")

    def _context(self) -> RequestContext:
        return RequestContext(str(self.wiring.mint_opaque()), channel="pull")


def partner_of(wiring: Wiring, feed_name: str, sender: str) -> PartnerCaller:
    """Whoever supplies a feed, as the sender of what this gateway fetched for them. Raise `PullError`."""
    now = wiring.clock()
    feed = wiring.feeds.get(feed_name)
    owner = wiring.register.owner_of(feed.profile.source, now) if feed else None
    if owner is None:
        raise PullError("configuration")
    return PartnerCaller(sender, owner, frozenset({PUSH_SCOPE}), now + timedelta(hours=1))


def restarted(cursor: Cursor) -> Cursor:
    """The same sweep from its beginning."""
    return replace(cursor, following="", began=None)


def _bound_to(name: str) -> bytes:
    return f"pull-cursor/{name}".encode()


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
