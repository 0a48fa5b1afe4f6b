"""Emergencies: who opened a family, the second person's answer, and the end of a suspension."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from gateway.errors import ForbiddenError
from gateway.usecases.families.emergencies import NO_SUCH_EMERGENCY, answer_emergency, emergencies, lift_suspension
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.forms import NOTHING_TYPED, FormError
from gateway.web.render import page_headers, render
from gateway.web.routes.families import id_or_not_found
from gateway.web.views.emergencies import emergency_view

router = APIRouter()
_SHORTEST, _LONGEST = 3, 1000
_ANSWERS = {"justified": True, "not-justified": False}
Text = Annotated[str, Form()]


@router.get("/emergencies")
def told(request: Request, desk: SignedIn) -> Response:
    """The emergencies that this role is told of, newest first."""
    return _page(request, _answering(desk), [])


@router.post("/emergencies/{emergency_id}/answer")
def answer(
    request: Request, desk: SignedInForm, emergency_id: str, answer: Text = "", reason: Text = ""
) -> Response:  # fmt: skip
    """The second person's answer."""
    identifier = id_or_not_found(emergency_id, NO_SUCH_EMERGENCY)
    errors = [] if answer in _ANSWERS else [FormError(f"answer-{identifier}", "Say whether it was justified")]
    errors += _reason_errors(f"reason-{identifier}", reason)
    if errors:
        typed = {f"answer-{identifier}": answer, f"reason-{identifier}": reason}
        return _page(request, _answering(desk), errors, typed)
    answer_emergency(
        desk.wiring, desk.context, desk.caller, identifier, reason.strip(), justified=_ANSWERS[answer]
    )  # fmt: skip
    return RedirectResponse("/emergencies", 303, page_headers(""))


@router.post("/emergencies/{emergency_id}/lift")
def lift(request: Request, desk: SignedInForm, emergency_id: str, reason: Text = "") -> Response:
    """An officer lets the reader break glass again."""
    identifier = id_or_not_found(emergency_id, NO_SUCH_EMERGENCY)
    errors = _reason_errors(f"lift-reason-{identifier}", reason)
    if errors:
        return _page(request, _answering(desk), errors, {f"lift-reason-{identifier}": reason})
    lift_suspension(desk.wiring, desk.context, desk.caller, identifier, reason.strip())
    return RedirectResponse("/emergencies", 303, page_headers(""))


def _answering(desk: Desk) -> Desk:
    if not desk.duties.answers:
        raise ForbiddenError("your role is not told of emergencies")
    return desk


def _reason_errors(field: str, reason: str) -> list[FormError]:
    if _SHORTEST <= len(reason.strip()) <= _LONGEST:
        return []
    return [FormError(field, f"Write your reason, in {_LONGEST} characters or fewer")]


def _page(request: Request, desk: Desk, errors: list[FormError], typed: Mapping[str, str] = NOTHING_TYPED) -> Response:
    found = emergencies(desk.wiring, desk.context, desk.caller)
    views = [emergency_view(one, desk.wiring.register, errors, typed) for one in found]
    return render(
        request, "emergencies.html", 422 if errors else 200, title="Emergencies", errors=errors, emergencies=views
    )  # fmt: skip
