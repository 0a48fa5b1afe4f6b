"""The audit log for officers: search, one entry, verify, take out. What is looked for travels in the form."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from gateway.api.log import export_answer
from gateway.usecases.log.exporting_entries import ExportForm, export_entries_for_officer
from gateway.usecases.log.log_filters import LogFilters
from gateway.usecases.log.log_status import log_status
from gateway.usecases.log.reading_log import LogPage, read_entry, search_log, verify_log
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.forms import FormError
from gateway.web.log_form import LogForm, filters_of, form_fields, typed_as_words
from gateway.web.render import page_headers, render
from gateway.web.routes.families import id_or_not_found
from gateway.web.views.log import Names, VerdictView, entry_view, line_view, verdict_view
from gateway.web.views.witnesses import status_lines
from gateway.web.words import instant

router = APIRouter()


@router.get("/log")
def newest(request: Request, desk: SignedIn) -> HTMLResponse:
    """The newest entries."""
    return _page(request, desk, LogForm(), [], LogFilters())


@router.post("/log")
def search(request: Request, desk: SignedInForm, typed: Annotated[LogForm, Form()]) -> HTMLResponse:
    """The entries that fit."""
    errors: list[FormError] = []
    filters = filters_of(typed, errors)
    return _page(request, desk, typed, errors, None if errors else filters)


@router.post("/log/export")
def export(request: Request, desk: SignedInForm, typed: Annotated[LogForm, Form()]) -> Response:
    """The entries that fit, as a file; an entry before its first line, another after its last."""
    errors: list[FormError] = []
    filters = filters_of(typed, errors)
    if typed.form not in {one.value for one in ExportForm}:
        errors.append(FormError("download", "Choose a sheet, JSON or FHIR"))
    if errors:
        return _page(request, desk, typed, errors, None)
    taken = export_entries_for_officer(desk.wiring, desk.context, desk.caller, filters, ExportForm(typed.form))
    answer = export_answer(taken, to_open=True)
    answer.headers.update(page_headers(""))
    return answer


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


def _page(
    request: Request,
    desk: Desk,
    typed: LogForm,
    errors: list[FormError],
    filters: LogFilters | None,
    verdict: VerdictView | None = None,
) -> HTMLResponse:
    found = LogPage((), None, 0)
    standing: tuple[str, ...] = ()
    if filters is not None:
        found = search_log(desk.wiring, desk.context, desk.caller, filters, typed.cursor or None)
        standing = status_lines(log_status(desk.wiring))
    names, asked = _names(desk), typed.asked()
    return render(
        request, "log.html", 422 if errors else 200, title="Audit log", errors=errors, verdict=verdict,
        lines=tuple(line_view(line, names) for line in found.lines), waiting=found.waiting,
        searched=filters is not None,
        older=typed.older(found.next_cursor), newer=typed.newer() if filters else [], asked=asked,
        looked_back_to=instant(found.looked_back_to) if found.looked_back_to else "",
        form=form_fields(desk.wiring.register, typed, errors), standing=standing, exact=typed_as_words(typed),
    )  # fmt: skip


def _names(desk: Desk) -> Names:
    register = desk.wiring.register
    return Names(
        register.purpose_titles,
        {code: agency.title for code, agency in register.agencies.items()},
        {f"{code}/{role.id}": role.title for code, agency in register.agencies.items() for role in agency.roles},
        {name: source.title for name, source in register.sources.items()},
    )
