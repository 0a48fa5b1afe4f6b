"""Feeds: how each stands, what is unusual, what it is for; officers decide on switches and turn feeds off."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from gateway.usecases.feeds.describing_feeds import TEMPLATE_TYPES, describe_feed, feed_template, feeds_seen_by
from gateway.usecases.feeds.feed_switch import decide_switch, switch_off
from gateway.usecases.intake.batch_keepers import senders_of
from gateway.usecases.watching.watching_feeds import acknowledge_alert, alerts_seen_by
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.forms import NOTHING_TYPED, FormError, choice_field, text_field
from gateway.web.render import page_headers, render
from gateway.web.routes.families import id_or_not_found
from gateway.web.views.feeds import alert_line, feed_line, feed_view

router = APIRouter()
_SHORTEST, _LONGEST = 3, 1000
_DECISIONS = {"yes": "Switch it on", "no": "Refuse it"}
Text = Annotated[str, Form()]


@router.get("/feeds")
def feeds(request: Request, desk: SignedIn) -> Response:
    """Every feed that the reader sees, and what is unusual."""
    register = desk.wiring.register
    standing = feeds_seen_by(desk.wiring, desk.caller)
    titles = {one.feed: one.title for one in standing}
    return render(
        request, "feeds.html", title="Feeds", lines=[feed_line(one, register) for one in standing],
        alerts=[alert_line(one, titles) for one in alerts_seen_by(desk.wiring, desk.caller)],
    )  # fmt: skip


@router.get("/feeds/{feed}")
def one_feed(request: Request, desk: SignedIn, feed: str) -> Response:
    """One feed."""
    return _page(request, desk, feed, [])


@router.get("/feeds/{feed}/template.{ending}")
def template(desk: SignedIn, feed: str, ending: str) -> Response:
    """The columns of a feed with example rows, or a small file of its format."""
    name, text = feed_template(desk.wiring, feed, ending)
    headers = {**page_headers(""), "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), media_type=TEMPLATE_TYPES[ending], headers=headers)


@router.post("/feed-alerts/{alert_id}/acknowledgement")
def acknowledge(desk: SignedInForm, alert_id: str) -> Response:
    """Say that an alert has been seen."""
    seen = acknowledge_alert(
        desk.wiring, desk.context, desk.caller, id_or_not_found(alert_id, "there is no such alert")
    )
    return RedirectResponse(f"/feeds/{seen.feed}" if seen.feed else "/feeds", 303, page_headers(""))


@router.post("/feeds/{feed}/switches/{switch_id}/decision")
def decide(
    request: Request, desk: SignedInForm, feed: str, switch_id: str, approved: Text = "", reason: Text = ""
) -> Response:
    """Decide on a switch that another officer proposed."""
    errors = [] if approved in _DECISIONS else [FormError("approved", "Choose what you decide")]
    errors += _reason_errors("reason", reason)
    if errors:
        return _page(request, desk, feed, errors, {"approved": approved, "reason": reason})
    switch = (feed, id_or_not_found(switch_id, "there is no such switch"))
    decide_switch(desk.wiring, desk.context, desk.caller, switch, reason.strip(), approved=approved == "yes")
    return RedirectResponse(f"/feeds/{feed}", 303, page_headers(""))


@router.post("/feeds/{feed}/off")
def turn_off(request: Request, desk: SignedInForm, feed: str, off_reason: Text = "") -> Response:
    """Turn a feed off at once."""
    errors = _reason_errors("off_reason", off_reason)
    if errors:
        return _page(request, desk, feed, errors, {"off_reason": off_reason})
    switch_off(desk.wiring, desk.context, desk.caller, feed, off_reason.strip())
    return RedirectResponse(f"/feeds/{feed}", 303, page_headers(""))


def _page(
    request: Request, desk: Desk, feed: str, errors: list[FormError], typed: Mapping[str, str] = NOTHING_TYPED
) -> Response:
    described = describe_feed(desk.wiring, desk.caller, feed)
    titles = {feed: described.standing.title}
    fields = {
        "approved": choice_field("approved", "Your decision", _DECISIONS, typed.get("approved", ""), errors),
        "reason": text_field("reason", "Why", typed.get("reason", ""), errors, hint="It stands in the log.", rows=3),
        "off_reason": text_field("off_reason", "Why it is turned off", typed.get("off_reason", ""), errors, rows=3),
    }
    return render(
        request, "feed.html", 422 if errors else 200, title=described.standing.title, errors=errors,
        feed=feed_view(described, desk.wiring.register, senders_of(desk.wiring, desk.caller)), name=feed, fields=fields,
        alerts=[alert_line(one, titles) for one in described.alerts], officer=desk.duties.oversees,
        own_proposal=described.proposed is not None and described.proposed.proposed_by == desk.caller.worker_ref,
    )  # fmt: skip


def _reason_errors(field: str, words: str) -> list[FormError]:
    if _SHORTEST <= len(words.strip()) <= _LONGEST:
        return []
    return [FormError(field, f"Say why, in {_LONGEST} characters or fewer")]
