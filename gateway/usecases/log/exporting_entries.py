"""Officers take entries out of the log as a spreadsheet, as JSON, or as FHIR AuditEvents.

(0) one instant; only officers
(1) the authorisation, committed: who exports, what was asked for, up to which leaf
(2) entries page by page, newest first, each page a transaction of its own: as much memory for ten million as for ten
(3) the outcome, with how many were taken; where the reader breaks off, or the database does, it says so

What an export shows was committed long before, and (1) is durable before the first line leaves; an authorisation
without an outcome reads "may have been taken".
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from audit.entry import Entry, EventClass, Outcome, Phase
from gateway.identity.caller import Caller
from gateway.store.ledger import append
from gateway.store.log import head_size
from gateway.store.log_search import Place, search_cards
from gateway.usecases.intake.spreadsheets import MARK
from gateway.usecases.log.entries import entry
from gateway.usecases.log.entry_audit_event import AuditEventWriter
from gateway.usecases.log.entry_sheet import entry_row, header_row
from gateway.usecases.log.log_filters import LogFilters
from gateway.usecases.log.log_lines import OpenedEntry, opened_entry
from gateway.usecases.log.log_parts import LogParts, record
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

PURPOSE = "log_oversight"
_ROWS = 1000

EntryOf = Callable[..., Entry]
"""Makes an entry of the class `export` of who exports: fields of `audit.entry.Entry` as keywords."""


class ExportForm(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSON = "json"
    BALP = "balp"


@dataclass(frozen=True, slots=True)
class Form:
    """How a form travels: media type, the end of a file's name, and what a file for a person's eyes begins with."""

    media_type: str
    suffix: str
    mark: str = ""


FORMS: Mapping[ExportForm, Form] = {
    ExportForm.CSV: Form("text/csv; charset=utf-8", "csv", MARK),
    ExportForm.JSON: Form("application/x-ndjson", "ndjson"),
    ExportForm.BALP: Form("application/fhir+ndjson", "fhir.ndjson"),
}


@dataclass(frozen=True, slots=True)
class EntryExport:
    """An export that is authorised: the entry that says so, and its text, to be taken once and to the end."""

    entry_id: str
    form: ExportForm
    text: Iterator[str]


def export_entries_for_officer(
    wiring: Wiring, context: RequestContext, caller: Caller, filters: LogFilters, form: ExportForm
) -> EntryExport:
    """Entries that fit, newest first, sealed ones too. Raises `AccessRefusedError`; nothing is taken then."""
    # (0) One instant; only officers.
    now = wiring.clock()
    require_officer(wiring, context, caller, now)

    def entry_of(**fields: Any) -> Entry:
        # The outcome is told at its own instant: an export may take minutes.
        at = now if fields["phase"] is Phase.AUTHORISATION else wiring.clock()
        return entry(wiring, context, caller, EventClass.EXPORT, at, purpose=PURPOSE, **fields)

    return export_entries(wiring, entry_of, filters, form)


def export_entries(parts: LogParts, entry_of: EntryOf, filters: LogFilters, form: ExportForm) -> EntryExport:
    """The same for the operator of the gateway's machine; `entry_of` makes the entries of who exports."""
    # (1) The authorisation, committed.
    with parts.database.transaction("hg_desk") as connection:
        size = head_size(connection)
        authorised = entry_of(
            phase=Phase.AUTHORISATION, outcome=Outcome.PENDING,
            household=str(filters.family) if filters.family else None,
            subjects=(str(filters.person),) if filters.person else (),
            detail={"query": filters.as_asked(), "records": [form.value], "channel": "export", "checkpoint_size": size},
        )  # fmt: skip
        append(connection, authorised)
    return EntryExport(authorised.entry_id, form, _taken(parts, entry_of, authorised, _Taking(filters, form, size)))


@dataclass(slots=True)
class _Taking:
    """What is taken, of the first `size` leaves, and how many entries that were so far."""

    filters: LogFilters
    form: ExportForm
    size: int
    entries: int = 0


def _taken(parts: LogParts, entry_of: EntryOf, authorised: Entry, taking: _Taking) -> Iterator[str]:
    """The text of the export, line by line; at its end, however that comes, the outcome is recorded."""
    outcome = Outcome.ERROR
    try:
        # (2) Page by page.
        if taking.form is ExportForm.CSV:
            yield header_row()
        writer = AuditEventWriter(parts.settings.log_origin, parts.settings.public_url)
        before: Place | None = None
        more = True
        while more:
            opened, before = _page(parts, taking, before)
            for one in opened:
                taking.entries += 1
                yield from _lines(one, taking.form, writer)
            more = before is not None
        outcome = Outcome.DONE if taking.entries else Outcome.NOTHING_FOUND
    finally:
        # (3) The outcome.
        ended = entry_of(
            phase=Phase.OUTCOME, refers_to=authorised.entry_id, outcome=outcome, household=authorised.household,
            subjects=authorised.subjects,
            detail={"records": [taking.form.value], "channel": "export", "row_count": taking.entries},
        )  # fmt: skip
        record(parts, ended)


def _page(parts: LogParts, taking: _Taking, before: Place | None) -> tuple[list[OpenedEntry], Place | None]:
    with parts.database.transaction("hg_desk") as connection:
        found = search_cards(connection, taking.filters.search(taking.size), before, _ROWS)
        return [opened_entry(row) for row in found.rows], found.next


def _lines(opened: OpenedEntry, form: ExportForm, writer: AuditEventWriter) -> Iterator[str]:
    match form:
        case ExportForm.CSV:
            yield entry_row(opened)
        case ExportForm.JSON:
            yield _json(entry_document(opened))
        case ExportForm.BALP:
            yield from map(_json, writer.events(opened))


def entry_document(opened: OpenedEntry) -> dict[str, Any]:
    """An entry as JSON: what is in clear, its place, and its opened values under `values`."""
    line = opened.line
    return {
        "entry_id": str(line.entry_id),
        "leaf": line.index,
        "event": line.event,
        "at": line.at.isoformat(),
        "intact": line.intact,
        "values": opened.values,
    }


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
