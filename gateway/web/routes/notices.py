"""What a reader is told: notices to their role, and what they were shown and was wrong."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from gateway.usecases.families.disclosure import foot_of
from gateway.usecases.subjects.correction_notices import my_correction_notices, note_read
from gateway.usecases.telling.reading_notices import NO_SUCH_NOTICE, my_notices, open_notice
from gateway.web.desk import SignedIn, SignedInForm
from gateway.web.render import page_headers, render
from gateway.web.routes.families import id_or_not_found
from gateway.web.views.notices import correction_view, notice_view, opened_view

router = APIRouter()


@router.get("/notices")
def notices(request: Request, desk: SignedIn) -> Response:
    """Notices to this role, newest first: no name and no family."""
    found = [notice_view(one) for one in my_notices(desk.wiring, desk.context, desk.caller)]
    return render(request, "notices.html", title="Notices to you", notices=found)


@router.post("/notices/{notice_id}/read")
def opened(request: Request, desk: SignedInForm, notice_id: str) -> Response:
    """One notice, decided anew and opened; from then on it counts as read."""
    identifier = id_or_not_found(notice_id, NO_SUCH_NOTICE)
    view = opened_view(open_notice(desk.wiring, desk.context, desk.caller, identifier))
    return render(request, "notice.html", title=view.title, notice=view, foot=foot_of(desk.wiring))


@router.get("/corrections")
def corrections(request: Request, desk: SignedIn) -> Response:
    """What this reader was shown and was wrong, newest first; no fact is repeated."""
    found = [correction_view(one) for one in my_correction_notices(desk.wiring, desk.context, desk.caller)]
    return render(request, "corrections.html", title="What you were shown that was wrong", corrections=found)


@router.post("/corrections/{notice_id}/read")
def noted(desk: SignedInForm, notice_id: str) -> Response:
    """Note that the reader has read it."""
    note_read(desk.wiring, desk.context, desk.caller, id_or_not_found(notice_id, NO_SUCH_NOTICE))
    return RedirectResponse("/corrections", 303, page_headers(""))
