"""The audit log for officers: search, one entry, verify. What is looked for travels in the form."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from audit.entry import EventClass, Outcome
from gateway.usecases.log_filters import LogFilters
from gateway.usecases.reading_log import read_entry, search_log, verify_log
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.forms import FormError, Params, date_field, select_field, text_field, typed_date
from gateway.web.render import render
from gateway.web.routes.families import id_or_not_found
from gateway.web.views.log import EVENTS, OUTCOMES, LogLineView, Names, VerdictView, entry_view, line_view, verdict_view
from gateway.web.words import LONDON

router = APIRouter()
_LONGEST = 128


class LogForm(BaseModel):
    """What was typed; everything may be empty."""

    form_token: str = ""
    worker: str = ""
    family: str = ""
    agency: str = ""
    purpose: str = ""
    event: str = ""
    outcome: str = ""
    since_day: str = ""
    since_month: str = ""
    since_year: str = ""
    until_day: str = ""
    until_month: str = ""
    until_year: str = ""
    cursor: str = ""


@router.get("/log")
def newest(request: Request, desk: SignedIn) -> HTMLResponse:
    """The newest entries."""
    return _page(request, desk, LogForm(), [], LogFilters())


@router.post("/log")
def search(request: Request, desk: SignedInForm, typed: Annotated[LogForm, Form()]) -> HTMLResponse:
    """The entries that fit."""
    errors: list[FormError] = []
    filters = _filters(typed, errors)
    return _page(request, desk, typed, errors, None if errors else filters)


@router.post("/log/verify")
def verify(request: Request, desk: SignedInForm) -> HTMLResponse:
    """Verify every entry against leaves, tree and signatures, and show the verdict above the newest entries."""
    verdict = verdict_view(verify_log(desk.wiring, desk.context, desk.caller))
    return _page(request, desk, LogForm(), [], LogFilters(), verdict)


@router.get("/log/{entry_id}")
def one_entry(request: Request, desk: SignedIn, entry_id: str) -> HTMLResponse:
    """One entry in plain words."""
    identifier = id_or_not_found(entry_id, "there is no such entry")
    entry = read_entry(desk.wiring, desk.context, desk.caller, identifier)
    view = entry_view(entry, _names(desk))
    return render(request, "entry.html", title=view.title, entry=view)


def _filters(typed: LogForm, errors: list[FormError]) -> LogFilters:
    return LogFilters(
        worker=typed.worker.strip()[:_LONGEST] or None,
        family=_family(typed.family, errors),
        agency=typed.agency or None,
        purpose=typed.purpose or None,
        event=EventClass(typed.event) if typed.event in set(EventClass) else None,
        outcome=Outcome(typed.outcome) if typed.outcome in set(Outcome) else None,
        since=_day("since", (typed.since_day, typed.since_month, typed.since_year), errors, 0),
        until=_day("until", (typed.until_day, typed.until_month, typed.until_year), errors, 1),
    )


def _family(text: str, errors: list[FormError]) -> UUID | None:
    try:
        return UUID(text.strip()) if text.strip() else None
    except ValueError:
        errors.append(FormError("family", "The family's reference must look like the ones in entries"))
        return None


def _day(name: str, typed: tuple[str, str, str], errors: list[FormError], days_on: int) -> datetime | None:
    """The start of the day typed, in London, or of a later one; the day of "until" counts whole."""
    try:
        found: date | None = typed_date(typed)
        return datetime.combine(found + timedelta(days=days_on), time(), LONDON) if found else None
    except (ValueError, OverflowError):
        errors.append(FormError(f"{name}_day", "Enter a real date, such as 1 11 2026"))
        return None


def _page(
    request: Request,
    desk: Desk,
    typed: LogForm,
    errors: list[FormError],
    filters: LogFilters | None,
    verdict: VerdictView | None = None,
) -> HTMLResponse:
    lines: tuple[LogLineView, ...] = ()
    cursor = None
    if filters is not None:
        found = search_log(desk.wiring, desk.context, desk.caller, filters, typed.cursor or None)
        lines, cursor = tuple(line_view(line, _names(desk)) for line in found.lines), found.next_cursor
    asked = [(name, value) for name, value in typed.model_dump(exclude={"form_token", "cursor"}).items() if value]
    return render(
        request, "log.html", 422 if errors else 200, title="Audit log", errors=errors, lines=lines, verdict=verdict,
        older=[*asked, ("cursor", cursor)] if cursor else [],
        form=_form(desk, typed, errors), asked=bool(asked),
    )  # fmt: skip


def _names(desk: Desk) -> Names:
    agencies = desk.wiring.register.agencies
    return Names(
        desk.wiring.register.purpose_titles,
        {code: agency.title for code, agency in agencies.items()},
        {f"{code}/{role.id}": role.title for code, agency in agencies.items() for role in agency.roles},
    )


def _form(desk: Desk, typed: LogForm, errors: list[FormError]) -> Params:
    register = desk.wiring.register
    agencies = {"": "Any", **{code: agency.title for code, agency in register.agencies.items()}}
    return {
        "worker": text_field("worker", "Worker's reference", typed.worker, errors, hint="For example, W201"),
        "family": text_field("family", "Family's reference", typed.family, errors),
        "agency": select_field("agency", "Agency", agencies, typed.agency, errors),
        "purpose": select_field("purpose", "Purpose", {"": "Any", **register.purpose_titles}, typed.purpose, errors),
        "event": select_field("event", "What happened", {"": "Anything", **_texts(EVENTS)}, typed.event, errors),
        "outcome": select_field("outcome", "What came of it", {"": "Any", **_texts(OUTCOMES)}, typed.outcome, errors),
        "since": date_field("since", "From", (typed.since_day, typed.since_month, typed.since_year), errors),
        "until": date_field("until", "To", (typed.until_day, typed.until_month, typed.until_year), errors),
    }


def _texts(table: Mapping[str, str]) -> dict[str, str]:
    return {str(key): text for key, text in table.items()}
