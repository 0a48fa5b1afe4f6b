"""Officers read the log: search it, open one entry, verify it, export it. Each of these is itself an entry.

Reading and verifying are of the class `verification`: the use of logs that DPA 2018 s.62(4) allows, to check that
processing is lawful. The entry is committed before the answer is given, and names what was asked for; the entry of
one's own reading is not on the page it is about. Use of the log for anything else is an officer's misuse, and shows.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from audit.canonical import Json, canonical_json
from audit.encoding import from_base64, to_base64
from audit.entry import EventClass, Outcome
from audit.errors import EntryError
from audit.leaf import Opening, opened_values
from gateway.errors import NotFoundError
from gateway.identity.caller import Caller
from gateway.store.ledger import append
from gateway.store.log import OPENED_FILTERS, one_entry, search_entries
from gateway.usecases.decided_on import without_inputs
from gateway.usecases.entries import entry
from gateway.usecases.exporting_log import LogExport, export_log
from gateway.usecases.log_parts import record
from gateway.usecases.officers import require_officer
from gateway.usecases.request_context import RequestContext
from gateway.usecases.verifying_log import Verdict, verify_database
from gateway.wiring import Wiring

PAGE_SIZE = 50
PURPOSE = "log_oversight"
_NO_SUCH_ENTRY = "there is no such entry"
_NO_SUCH_PAGE = "there is no such page of the log"


@dataclass(frozen=True, slots=True)
class LogFilters:
    """What to look for; `None` leaves a field open. `since` is included, `until` is not; both are aware.

    `worker` is the id that entries hold (the case system's reference, or the provider's subject); `family` a family's
    id, for entries about that household.
    """

    worker: str | None = None
    family: UUID | None = None
    agency: str | None = None
    purpose: str | None = None
    event: EventClass | None = None
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry as a line. A field is `None` or empty where it was not given, or was erased.

    `index` is its place in the tree, `None` while it waits. `intact` is false when the stored values do not fit the
    commitments of the leaf: then none of them is shown, and the log is to be verified.
    """

    entry_id: UUID
    event: str
    at: datetime
    index: int | None
    intact: bool
    who: str | None = None
    role: str | None = None
    agency: str | None = None
    purpose: str | None = None
    household: str | None = None
    subjects: tuple[str, ...] = ()
    phase: str | None = None
    decision: str | None = None
    outcome: str | None = None
    items_shown: tuple[str, ...] = ()
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of lines, newest first, and the cursor of the next page or `None`."""

    lines: tuple[LogLine, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry: its line, its opened fields by name (`audit.entry.Entry`), and the bytes of its leaf.

    What a decision rested on is left out: an officer may read who was shown what, not everybody's states.
    """

    line: LogLine
    values: Mapping[str, Json]
    leaf: bytes


def search_log(
    wiring: Wiring, context: RequestContext, caller: Caller, filters: LogFilters, cursor: str | None = None
) -> LogPage:
    """A page of entries. Raises `AccessRefusedError`, or `NotFoundError` for a cursor that is none."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    before = None if cursor is None else _decode_cursor(cursor)
    with wiring.database.transaction("hg_desk") as connection:
        rows = search_entries(connection, _conditions(filters), before, PAGE_SIZE + 1)
        lines = tuple(_line(row) for row in rows[:PAGE_SIZE])
        searched = entry(
            wiring, context, caller, EventClass.VERIFICATION, now, purpose=PURPOSE,
            household=str(filters.family) if filters.family else None,
            outcome=Outcome.DONE if lines else Outcome.NOTHING_FOUND,
            detail={"query": _as_asked(filters), "row_count": len(lines), "channel": context.channel},
        )  # fmt: skip
        append(connection, searched)
    more = len(rows) > PAGE_SIZE
    return LogPage(lines, _encode_cursor(rows[PAGE_SIZE - 1]) if more else None)


def read_entry(wiring: Wiring, context: RequestContext, caller: Caller, entry_id: UUID) -> LogEntry:
    """One entry in full. Raises `AccessRefusedError` or `NotFoundError`; an entry is written either way."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    with wiring.database.transaction("hg_desk") as connection:
        row = one_entry(connection, entry_id)
        read = entry(
            wiring, context, caller, EventClass.VERIFICATION, now, purpose=PURPOSE,
            outcome=Outcome.NOTHING_FOUND if row is None else Outcome.DONE,
            detail={"records": [str(entry_id)], "channel": context.channel},
        )  # fmt: skip
        append(connection, read)
    if row is None:
        raise NotFoundError(_NO_SUCH_ENTRY)
    return LogEntry(_line(row), without_inputs(_values(row) or {}), row.leaf)


def verify_log(wiring: Wiring, context: RequestContext, caller: Caller) -> Verdict:
    """Verify the whole log in the database. Raises `AccessRefusedError`; what is wrong stands in the verdict."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    verdict = verify_database(wiring)
    detail: dict[str, Any] = {"checkpoint_size": verdict.size, "checkpoint_root": to_base64(verdict.root)}
    if verdict.finding is not None:
        detail = {"problem": verdict.finding.column}
    outcome = Outcome.ERROR if verdict.finding else Outcome.DONE
    verified = entry(
        wiring, context, caller, EventClass.VERIFICATION, now, purpose=PURPOSE, outcome=outcome, detail=detail
    )
    record(wiring, verified)
    return verdict


def export_for_officer(
    wiring: Wiring, context: RequestContext, caller: Caller, folder: Path, *, openings: bool = False
) -> LogExport:
    """Write an export for an officer. Raises `AccessRefusedError`, or as `export_log` does."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    exported = entry(
        wiring, context, caller, EventClass.EXPORT, now, purpose=PURPOSE,
        detail={"channel": "export", "records": ["openings"] if openings else ["leaves"]},
    )  # fmt: skip
    return export_log(wiring, exported, folder, openings=openings)


def _conditions(filters: LogFilters) -> dict[str, Any]:
    asked = {
        "who": filters.worker, "household": None if filters.family is None else str(filters.family),
        "agency": filters.agency, "purpose": filters.purpose, "outcome": filters.outcome,
    }  # fmt: skip
    conditions: dict[str, Any] = {
        name: canonical_json(str(asked[name])).decode() for name in OPENED_FILTERS if asked[name] is not None
    }
    clear = {"event": filters.event, "since": filters.since, "until": filters.until}
    conditions |= {name: value for name, value in clear.items() if value is not None}
    if "event" in conditions:
        conditions["event"] = str(conditions["event"].value)
    return conditions


def _as_asked(filters: LogFilters) -> str:
    given = ((field.name, getattr(filters, field.name)) for field in fields(filters))
    return "; ".join(f"{name}={value}" for name, value in given if value is not None)


def _line(row: Row[Any]) -> LogLine:
    values = _values(row)
    if values is None:
        return LogLine(row.entry_id, row.event_class, row.recorded_at, row.leaf_index, intact=False)
    at = values.get("at")
    return LogLine(
        entry_id=row.entry_id, event=row.event_class,
        at=row.recorded_at if at is None else datetime.fromisoformat(str(at)),
        index=row.leaf_index, intact=True,
        who=_text(values, "who"), role=_text(values, "role"), agency=_text(values, "agency"),
        purpose=_text(values, "purpose"), household=_text(values, "household"), subjects=_texts(values, "subjects"),
        phase=_text(values, "phase"), decision=_text(values, "decision"), outcome=_text(values, "outcome"),
        items_shown=_texts(values, "items_shown"), sealed=values.get("sealed") is True,
    )  # fmt: skip


def _values(row: Row[Any]) -> Mapping[str, Json] | None:
    """The opened values, each checked against the leaf; `None` when one does not fit."""
    try:
        openings = {
            name: Opening(from_base64(salt), value.encode()) for name, (salt, value) in (row.fields or {}).items()
        }
        return opened_values(row.leaf, openings)
    except (EntryError, ValueError, TypeError, AttributeError):
        return None


def _text(values: Mapping[str, Json], name: str) -> str | None:
    value = values.get(name)
    return None if value is None else str(value)


def _texts(values: Mapping[str, Json], name: str) -> tuple[str, ...]:
    value = values.get(name)
    return tuple(str(one) for one in value) if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _encode_cursor(row: Row[Any]) -> str:
    second = int(row.recorded_at.timestamp())
    return base64.urlsafe_b64encode(f"{second}:{row.entry_id}".encode()).decode().rstrip("=")


def _decode_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        second, _, entry_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition(":")
        return datetime.fromtimestamp(int(second), UTC), UUID(entry_id)
    except (ValueError, OverflowError, OSError, binascii.Error):
        raise NotFoundError(_NO_SUCH_PAGE) from None
