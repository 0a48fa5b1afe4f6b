"""One entry of the log: who did what about whom, why, under which rule, and what came of it. Never the content.

The fields follow DPA 2018 s.62 (collection, alteration, consultation, disclosure, combination, erasure), ISO 27789
and IHE BALP; people, families and records appear as opaque ids only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from operator import attrgetter

from audit.canonical import Json
from audit.detail import DETAIL_KEYS
from audit.errors import EntryError

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]*")
_LOG = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_-]{0,127}")
_MAX_TEXT = 4000
_MAX_WORD = 500


class EventClass(StrEnum):
    """What happened. Stands in clear in the leaf."""

    COLLECTION = "collection"
    ALTERATION = "alteration"
    CONSULTATION = "consultation"
    DISCLOSURE = "disclosure"
    COMBINATION = "combination"
    ERASURE = "erasure"
    SEARCH = "search"
    EXPORT = "export"
    PRINT = "print"
    SIGN_IN = "sign-in"
    OVERRIDE = "override"
    DENIED = "denied"
    VERIFICATION = "verification"
    CONFIGURATION = "configuration"


class Phase(StrEnum):
    """Which half of an access an entry is. An authorisation that no outcome refers to may have been disclosed."""

    AUTHORISATION = "authorisation"
    OUTCOME = "outcome"
    SINGLE = "single"


class Decision(StrEnum):
    """What the agreements said; `not-asked` where no agreement is involved (sign-in, key rotation)."""

    PERMIT = "permit"
    PART = "part"
    REFER = "refer"
    REFUSE = "refuse"
    NOT_ASKED = "not-asked"


class Outcome(StrEnum):
    """What came of it; `pending` for an authorisation."""

    PENDING = "pending"
    DONE = "done"
    NOTHING_FOUND = "nothing-found"
    DENIED = "denied"
    ERROR = "error"


class Reason(StrEnum):
    """Why who acted had to do with the subjects, as it stood at that instant. Told to a subject who asks who looked."""

    ALLOCATED = "allocated"
    SAME_TEAM = "same-team"
    MANAGES_TEAM = "manages-team"
    FRONT_DOOR_DUTY = "front-door-duty"
    NAMED_CASE = "named-case"
    EMERGENCY = "emergency"
    OWN_SERVICE = "own-service"
    ANSWERS_REQUEST = "answers-request"
    NONE = "none"


_NEEDS_PURPOSE = frozenset(EventClass) - {
    EventClass.SIGN_IN,
    EventClass.DENIED,
    EventClass.VERIFICATION,
    EventClass.CONFIGURATION,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A checked entry. Raises `EntryError`, which names the field, when a rule is broken.

    `at` is an aware UTC instant. `who` and `on_behalf_of` are ids of staff or service accounts; `subjects` are
    person ids (UUIDs), every person that a search listed included; `sources` are those whose facts were shown.
    `masks` maps an opaque cell key (subject and band) to the permitted mask in lower-case hexadecimal; `shown_counts`
    maps every item shown to how many facts of it were (of a figure how many groups, of an answer why how many sources).
    Counts of what was withheld have no field. `sealed`: a subject who asks
    who looked is not told of it.
    """

    entry_id: str
    event: EventClass
    at: datetime
    log_id: str
    who: str
    agency: str
    role: str | None = None
    team: str | None = None
    on_behalf_of: str | None = None
    service: str | None = None
    authentication: str | None = None
    client: str | None = None
    phase: Phase = Phase.SINGLE
    purpose: str | None = None
    reason: Reason | None = None
    declaration: str | None = None
    legal_basis: str | None = None
    agreements: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    household: str | None = None
    masks: Mapping[str, str] = field(default_factory=dict)
    items_shown: tuple[str, ...] = ()
    shown_counts: Mapping[str, int] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    decision: Decision = Decision.NOT_ASKED
    register_version: str | None = None
    vocabulary_hash: str | None = None
    request_id: str | None = None
    trace_id: str | None = None
    outcome: Outcome = Outcome.DONE
    refers_to: str | None = None
    detail: Mapping[str, Json] = field(default_factory=dict)
    sealed: bool = False

    def __post_init__(self) -> None:
        if self.at.utcoffset() != timedelta(0):
            raise EntryError("at", "is not an aware instant in UTC")
        _require(_LOG, "log_id", self.log_id)
        for name in ("entry_id", "who", "agency"):
            _require(_ID, name, getattr(self, name))
        for name in _OPTIONAL_IDS:
            if getattr(self, name) is not None:
                _require(_ID, name, getattr(self, name))
        for name in _SEARCHED_WORDS:
            if len(getattr(self, name) or "") > _MAX_WORD:
                raise EntryError(name, "is longer than 500 characters")
        self._require_phase()
        self._require_persons()
        self._require_contents()

    def _require_phase(self) -> None:
        if self.phase is Phase.OUTCOME and self.refers_to is None:
            raise EntryError("refers_to", "an outcome names the authorisation that it completes")
        waiting = self.phase is Phase.AUTHORISATION
        if waiting is not (self.outcome is Outcome.PENDING):
            raise EntryError("outcome", "is pending in an authorisation and nowhere else")
        if waiting and (self.items_shown or self.shown_counts or self.sources):
            raise EntryError("items_shown", "nothing has been shown at authorisation")
        if self.event in _NEEDS_PURPOSE and not self.purpose:
            raise EntryError("purpose", "is required of this event class")
        if self.decision is Decision.REFUSE and (self.items_shown or self.shown_counts or self.sources):
            raise EntryError("items_shown", "a refusal shows nothing")

    def _require_persons(self) -> None:
        for name, values in (("subjects", self.subjects), ("household", (self.household,))):
            for value in values:
                if value is not None:
                    _require(_UUID, name, value)
        if self.refers_to is not None:
            _require(_UUID, "refers_to", self.refers_to)

    def _require_contents(self) -> None:
        for source in self.sources:
            _require(_ID, "sources", source)
        for key, mask in self.masks.items():
            _require(_ID, "masks", key)
            _require(_HEX, "masks", mask)
            if len(mask) % 2:
                raise EntryError("masks", "is half a byte short")
        for key, count in self.shown_counts.items():
            _require(_ID, "shown_counts", key)
            if count < 0:
                raise EntryError("shown_counts", "a count is negative")
        for key, told in self.detail.items():
            if key not in DETAIL_KEYS:
                raise EntryError("detail", "a key is not in the closed set of audit.detail")
            if isinstance(told, str) and len(told) > _MAX_TEXT:
                raise EntryError("detail", "a text is longer than 4,000 characters")

    def clear_time(self) -> str:
        """The instant as it stands in clear: RFC 3339, UTC, cut to the second."""
        return format_second(self.at)


_OPTIONAL_IDS = ("on_behalf_of", "service", "request_id", "trace_id")
# What is searched for stands in an index, which takes no long value: none of them may keep an entry from its place.
_SEARCHED_WORDS = ("role", "team", "purpose")

CLEAR_FIELDS = ("entry_id", "event", "log_id")
"""Fields that stand in the leaf as they are, beside the format's version and the time to the second."""

COMMITTED_FIELDS: tuple[str, ...] = tuple(sorted(one.name for one in fields(Entry) if one.name not in CLEAR_FIELDS))
"""Every other field, in the order of their commitments in a leaf of version 1. `at` is there to the microsecond."""


_COMMITTED = attrgetter(*COMMITTED_FIELDS)
_MAPPINGS = ("detail", "masks", "shown_counts")


def committed_values(entry: Entry) -> dict[str, Json]:
    """The values of `COMMITTED_FIELDS` as JSON, absent ones as null, empty lists and objects as they are."""
    values: dict[str, Json] = dict(zip(COMMITTED_FIELDS, _COMMITTED(entry), strict=True))
    for mapping in _MAPPINGS:
        values[mapping] = dict(getattr(entry, mapping))
    values["at"] = f"{entry.at.astimezone(UTC).isoformat(timespec='microseconds')[:26]}Z"
    return values


def format_second(at: datetime) -> str:
    """RFC 3339 in UTC, cut (not rounded) to the second. `at` is aware."""
    return f"{at.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"


def _require(pattern: re.Pattern[str], name: str, value: str) -> None:
    if not pattern.fullmatch(value):
        raise EntryError(name, "is not of the form that this field demands")
