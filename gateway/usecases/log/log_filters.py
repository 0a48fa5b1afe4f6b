"""What officers may look for in the log, and the cursor of a page."""

import base64
import binascii
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from audit.entry import Decision, EventClass, Outcome, Phase, Reason
from concept_model.errors import ConceptError
from gateway.errors import NotFoundError
from gateway.store.log_search import CONDITIONS, CardSearch, Place

_NO_SUCH_PAGE = "there is no such page of the log"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilters:
    """What to look for; `None` leaves a field open. `since` is included, `until` is not; aware, counted to the second.

    `worker` is the id that entries hold (the case system's reference, or the provider's subject); `family` and `person`
    are ids, the former for entries about that household, the latter for entries that list the person; `agreement` is a
    document's id, a version of it (`id@version`) or a clause (`id@version/rule`); `request` and `trace` are the ids of
    the request that left the entry; `refers_to` an authorisation, for its outcome.

    Raises `ConceptError` for a period that ends before it begins: nothing found there would read as nobody looked.
    """

    worker: str | None = None
    family: UUID | None = None
    person: UUID | None = None
    agency: str | None = None
    role: str | None = None
    team: str | None = None
    purpose: str | None = None
    agreement: str | None = None
    event: EventClass | None = None
    phase: Phase | None = None
    decision: Decision | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    sealed: bool | None = None
    refers_to: UUID | None = None
    request: str | None = None
    trace: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise ConceptError("until must be later than since: the period ends before it begins")

    def search(self, size: int | None = None) -> CardSearch:
        """The same as the store asks it, of the first `size` leaves."""
        given = {name: getattr(self, name) for name in CONDITIONS}
        asked = {name: _plain(value) for name, value in given.items() if value is not None}
        return CardSearch(asked, _second(self.since), _second(self.until), size)

    def as_asked(self) -> str:
        """The search in words of its own, for the entry that it leaves."""
        given = ((field.name, getattr(self, field.name)) for field in fields(self))
        return "; ".join(f"{name}={_plain(value)}" for name, value in given if value is not None)


def encode_cursor(place: Place) -> str:
    """A place of the order as an opaque word for addresses and forms."""
    at, entry_id = place
    return base64.urlsafe_b64encode(f"{int(at.timestamp())}:{entry_id}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str) -> Place:
    """The place of a cursor. Raises `NotFoundError` for a word that is none."""
    try:
        second, _, entry_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        return datetime.fromtimestamp(int(second), UTC), UUID(entry_id)
    except (ValueError, OverflowError, OSError, binascii.Error):
        raise NotFoundError(_NO_SUCH_PAGE) from None


def _second(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(microsecond=0)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
