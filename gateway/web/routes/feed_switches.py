"""The page on which an officer proposes to switch a feed on, or on other terms; another officer decides on it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from gateway.errors import AccessRefusedError
from gateway.usecases.feeds.describing_feeds import describe_feed
from gateway.usecases.feeds.feed_switch import propose_switch
from gateway.usecases.feeds.feed_switch_choices import SwitchChoices, switch_choices
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.forms import FormError
from gateway.web.render import page_headers, render
from gateway.web.switch_form import SwitchForm, form_fields, form_of, refused_field, terms_of

router = APIRouter()


@router.get("/feeds/{feed}/switches/new")
def new(request: Request, desk: SignedIn, feed: str) -> Response:
    """The form, with the terms that are on."""
    choices = _choices(desk, feed)
    standing = describe_feed(desk.wiring, desk.caller, feed).switch
    return _page(request, choices, form_of(standing, plain=choices.plain), [], 200)


@router.post("/feeds/{feed}/switches")
def propose(request: Request, desk: SignedInForm, feed: str, typed: Annotated[SwitchForm, Form()]) -> Response:
    """Propose. What law or an assessment has against it is said at the field that it is about, and is on record."""
    choices, errors = _choices(desk, feed), list[FormError]()
    terms = terms_of(typed, choices, errors)
    if errors:
        return _page(request, choices, typed, errors, 422)
    try:
        propose_switch(desk.wiring, desk.context, desk.caller, feed, terms)
    except AccessRefusedError as refused:
        field = refused_field(refused.reason)
        return _page(request, choices, typed, [FormError(field, refused.sentence)], 403)
    return RedirectResponse(f"/feeds/{feed}#proposed", 303, page_headers(""))


def _choices(desk: Desk, feed: str) -> SwitchChoices:
    return switch_choices(desk.wiring, desk.context, desk.caller, feed)


def _page(
    request: Request, choices: SwitchChoices, typed: SwitchForm, errors: list[FormError], status: int
) -> Response:
    return render(
        request, "feed_switch.html", status, title=f"Propose to switch on: {choices.profile.title}", errors=errors,
        name=choices.profile.name, fields=form_fields(typed, choices, errors), possible=bool(choices.lines),
    )  # fmt: skip
