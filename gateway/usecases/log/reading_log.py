"""Officers read the log: search it, open one entry, verify it, export it. Each of these is itself an entry.

Reading and verifying are of the class `verification`: the use of logs that DPA 2018 s.62(4) allows, to check that
processing is lawful. The entry is committed before the answer is given, and names what was asked for; the entry of
one's own reading is not on the page it is about. Use of the log for anything else is an officer's misuse, and shows.

Officers see sealed entries too: sealed means that a subject who asks who looked is not told, not that nobody oversees
it. Officers' own readings are sealed, so that no subject learns from them that somebody looked into a matter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from audit.canonical import Json
from audit.encoding import to_base64
from audit.entry import Entry, EventClass, Outcome
from gateway.errors import NotFoundError
from gateway.identity.caller import Caller
from gateway.store.ledger import append
from gateway.store.log import newest_checkpoint, one_entry
from gateway.store.log_search import completing_entries, search_cards, waiting_entries_count
from gateway.usecases.log.entries import entry
from gateway.usecases.log.exporting_log import LogExport, export_log
from gateway.usecases.log.log_filters import LogFilters, decode_cursor, encode_cursor
from gateway.usecases.log.log_lines import LogLine, opened_entry
from gateway.usecases.log.log_parts import LogParts, record
from gateway.usecases.log.verifying_log import Verdict, verify_database
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

PAGE_SIZE = 50
LISTS_WHILE_ONE_WAITS = 100_000
_LOOKED_FOR = timedelta(seconds=1)
PURPOSE = "log_oversight"
_NO_SUCH_ENTRY = "there is no such entry"


@dataclass(frozen=True, slots=True)
class LogPage:
    """A page of lines, newest first, and the cursor of the next page or `None`.

    A page may hold few lines or none and have a next one: it looks back for about a second, and `looked_back_to` says
    how far that was; `None` for one that is full or the last. `waiting` entries are committed and not in the tree yet;
    they are found once they are, within a second.
    """

    lines: tuple[LogLine, ...]
    next_cursor: str | None
    waiting: int
    looked_back_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry: its line, its opened fields by name (`audit.entry.Entry`), and the bytes of its leaf.

    `tree_size` is that of the newest checkpoint that holds it, `None` while none does; `completed_by` are the outcomes
    of an authorisation, and whatever else names this entry.
    """

    line: LogLine
    values: Mapping[str, Json]
    leaf: bytes
    tree_size: int | None = None
    completed_by: tuple[UUID, ...] = ()


def search_log(
    wiring: Wiring, context: RequestContext, caller: Caller, filters: LogFilters, cursor: str | None = None
) -> LogPage:
    """A page of entries. Raises `AccessRefusedError`, or `NotFoundError` for a cursor that is none."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)

    def entry_of(**fields: Any) -> Entry:
        return entry(wiring, context, caller, EventClass.VERIFICATION, now, purpose=PURPOSE, **fields)

    return search_entries(wiring, entry_of, filters, cursor)


def search_entries(
    parts: LogParts, entry_of: Callable[..., Entry], filters: LogFilters, cursor: str | None = None
) -> LogPage:
    """The same for the operator of the gateway's machine; `entry_of` makes the entry of who searches."""
    before = None if cursor is None else decode_cursor(cursor)
    began = parts.clock()

    def enough() -> bool:
        # A clock that is set back ends the looking too.
        return not timedelta(0) <= parts.clock() - began < _LOOKED_FOR

    with parts.database.transaction("hg_desk") as connection:
        found = search_cards(connection, filters.search(), before, PAGE_SIZE, enough)
        waiting = waiting_entries_count(connection)
        lines = tuple(opened_entry(row).line for row in found.rows)
        searched = entry_of(
            household=str(filters.family) if filters.family else None,
            subjects=(str(filters.person),) if filters.person else (),
            outcome=Outcome.DONE if lines else Outcome.NOTHING_FOUND,
            detail={"query": filters.as_asked(), "row_count": len(lines)},
        )  # fmt: skip
        append(connection, searched)
    if found.next is None:
        return LogPage(lines, None, waiting)
    return LogPage(lines, encode_cursor(found.next), waiting, found.next[0] if len(lines) < PAGE_SIZE else None)


def read_entry(wiring: Wiring, context: RequestContext, caller: Caller, entry_id: UUID) -> LogEntry:
    """One entry in full. Raises `AccessRefusedError` or `NotFoundError`; an entry is written either way."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    with wiring.database.transaction("hg_desk") as connection:
        row = one_entry(connection, entry_id)
        completed_by = completing_entries(connection, entry_id)
        head = newest_checkpoint(connection)
        read = entry(
            wiring, context, caller, EventClass.VERIFICATION, now, purpose=PURPOSE,
            outcome=Outcome.NOTHING_FOUND if row is None else Outcome.DONE,
            detail={"records": [str(entry_id)]},
        )  # fmt: skip
        append(connection, read)
    if row is None:
        raise NotFoundError(_NO_SUCH_ENTRY)
    proved = head is not None and row.leaf_index is not None and row.leaf_index < head.tree_size
    opened = opened_entry(row)
    return LogEntry(opened.line, opened.values, row.leaf, head.tree_size if head and proved else None, completed_by)


def verify_log(wiring: Wiring, context: RequestContext, caller: Caller) -> Verdict:
    """Verify the whole log in the database. Raises `AccessRefusedError`; what is wrong stands in the verdict.

    Somebody waits for the answer: of the maps of earlier hours as many are taken anew as a few seconds allow.
    """
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    verdict = verify_database(wiring, LISTS_WHILE_ONE_WAITS)
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
