"""Routes of the audit log, for officers of information governance: search it, read one entry, take entries out."""

from dataclasses import asdict
from itertools import chain
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from audit.entry import Decision, EventClass, Outcome, Phase, Reason
from gateway.api.context import Anyone, Context, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import Sent
from gateway.usecases.log.exporting_entries import FORMS, EntryExport, ExportForm, export_entries_for_officer
from gateway.usecases.log.log_filters import LogFilters
from gateway.usecases.log.log_lines import LogLine
from gateway.usecases.log.reading_log import read_entry, search_log

router = APIRouter(prefix="/v1/log", tags=["log"], dependencies=[BEARER])


class LogFiltersIn(Sent):
    """What to look for; what is left out or null is not asked. Ids travel in the body, never in an address."""

    worker: str | None = Field(default=None, max_length=128, description="Worker's reference, or a machine's id")
    family: UUID | None = None
    person: UUID | None = Field(default=None, description="Entries that list this person")
    agency: str | None = Field(default=None, max_length=80)
    role: str | None = Field(default=None, max_length=80)
    team: str | None = Field(default=None, max_length=200)
    purpose: str | None = Field(default=None, max_length=80)
    agreement: str | None = Field(
        default=None, max_length=200, description="A document (`id`), a version (`id@version`) or a clause of it"
    )
    event: EventClass | None = None
    phase: Phase | None = None
    decision: Decision | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    sealed: bool | None = None
    refers_to: UUID | None = Field(default=None, description="Entries that complete this authorisation")
    request: UUID | None = Field(default=None, description="Entries of one request, by its X-Request-ID")
    trace: str | None = Field(default=None, pattern="^[0-9a-f]{32}$")
    since: AwareDatetime | None = Field(default=None, description="Included; counted to the second")
    until: AwareDatetime | None = Field(default=None, description="Not included")

    def filters(self) -> LogFilters:
        """As the use case takes them."""
        given = {name: getattr(self, name) for name in LogFiltersIn.model_fields}
        return LogFilters(**{**given, "request": str(self.request) if self.request else None})


class LogSearchIn(LogFiltersIn):
    """The same, and where the page before ended."""

    cursor: str | None = Field(default=None, max_length=200, description="`next` of the page before")


class LogExportIn(LogFiltersIn):
    """The same, and as what the entries are written."""

    form: ExportForm = Field(description="`csv`; `json`: a line of JSON an entry; `balp`: a line a FHIR AuditEvent")


class LogPageOut(BaseModel):
    """A page of entries, newest first. It may hold few or none and have a next one: each looks back for a second."""

    entries: list[LogLine]
    next: str | None = Field(description="Cursor of the next page; null where this is the last")
    looked_back_to: AwareDatetime | None = Field(
        description="How far a page that is not full has looked back; null where it is full or the last"
    )
    waiting: int = Field(description="Entries that are durable and not in the tree yet; found within a second")
    request_id: str


class LogEntryOut(BaseModel):
    """One entry with its opened values. What was erased is absent; `intact` is false where a value does not fit."""

    entry_id: UUID
    event: str
    at: AwareDatetime
    leaf: int | None
    intact: bool
    tree_size: int | None = Field(description="Leaves under the newest checkpoint that holds it; null while it waits")
    completed_by: list[UUID]
    values: dict[str, Any]
    request_id: str


_EXPORTED = {form.media_type.partition(";")[0]: {"schema": {"type": "string"}} for form in FORMS.values()}


def _export_operation() -> dict[str, Any]:
    told = operation("export-log", "Take entries out of the log", 400, 401, 403, 422, answer="The entries, streamed")
    told["responses"] |= {200: {"description": "The entries, streamed", "content": _EXPORTED}}
    return told | {"response_class": StreamingResponse}


def export_answer(taken: EntryExport, *, to_open: bool = False) -> StreamingResponse:
    """An export as a file of its own name, which says nothing of what was asked. `to_open`: for a person's eyes."""
    form = FORMS[taken.form]
    headers = {"Content-Disposition": f'attachment; filename="log-{taken.entry_id}.{form.suffix}"'}
    text = chain([form.mark], taken.text) if to_open else taken.text
    return StreamingResponse(text, media_type=form.media_type, headers=headers)


@router.post("/search", **operation("search-log", "Search the audit log", 400, 401, 403, 404, 422))
def search(
    wiring: Wired, context: Context, caller: Anyone, asked: LogSearchIn
) -> Annotated[dict[str, Any], Told(LogPageOut)]:
    """Fifty entries a page, newest first, stable while the log grows. Officers alone; each search is an entry.

    Officers see sealed entries too: sealed means that a subject who asks who looked is not told.
    """
    page = search_log(wiring, context, caller, asked.filters(), asked.cursor)
    return {
        "entries": [asdict(line) for line in page.lines],
        "next": page.next_cursor,
        "looked_back_to": page.looked_back_to,
        "waiting": page.waiting,
        "request_id": context.request_id,
    }


@router.get("/entries/{entry_id}", **operation("read-entry", "Read one entry of the log", 401, 403, 404, 422))
def entry(
    wiring: Wired, context: Context, caller: Anyone, entry_id: UUID
) -> Annotated[dict[str, Any], Told(LogEntryOut)]:
    """Every opened field of one entry, each checked against the sealed leaf. Officers alone; it is itself an entry."""
    found = read_entry(wiring, context, caller, entry_id)
    return {
        "entry_id": found.line.entry_id,
        "event": found.line.event,
        "at": found.line.at,
        "leaf": found.line.index,
        "intact": found.line.intact,
        "tree_size": found.tree_size,
        "completed_by": found.completed_by,
        "values": found.values,
        "request_id": context.request_id,
    }


@router.post("/exports", **_export_operation())
def export(wiring: Wired, context: Context, caller: Anyone, asked: LogExportIn) -> StreamingResponse:
    """Every entry that fits, newest first, up to those in the tree now. The export is an entry before its first line.

    Another entry says how it ended and how many were taken.
    """
    taken = export_entries_for_officer(wiring, context, caller, asked.filters(), asked.form)
    return export_answer(taken)
