"""The start page: what this is, and what a role can do here."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.usecases.telling.unread import unread
from gateway.web.desk import Desk, MaybeSignedIn
from gateway.web.render import render

router = APIRouter()


@router.get("/")
def start(request: Request, desk: MaybeSignedIn) -> HTMLResponse:
    """Sign in, or go on."""
    if desk is None:
        return render(request, "home.html", title="Share what a family needs, and no more", signed_in=False)
    return render(
        request, "home.html", title="Start", signed_in=True, role=desk.duties.role_title,
        agency=desk.duties.agency_title, cards=_cards(desk),
    )  # fmt: skip


def _cards(desk: Desk) -> list[dict[str, str]]:
    duties, waiting = desk.duties, unread(desk.wiring, desk.caller)
    told = [
        (
            waiting.notices,
            "/notices",
            "Notices to you",
            "Read what another agency has to tell your role about a child.",
        ),
        (
            waiting.corrections,
            "/corrections",
            "What you were shown that was wrong",
            "Read it before you act on what you remember.",
        ),
    ]
    # What waits to be read comes before anything that can be done.
    offered = [
        *((True, href, f"{title}: {count} not read", text) for count, href, title, text in told if count),
        (duties.reads, "/purpose", "Say why you are looking", "Choose your purpose. We remember it for 60 minutes."),
        (duties.reads, "/search", "Find a person", "Search by name, date of birth, postcode or number."),
        (duties.supplies, "/batches", "Send a file", "Send your agency's file and see what became of each row."),
        (
            duties.sees_feeds,
            "/feeds",
            "See how feeds stand",
            "See what came, what is late or unusual, and what it is for.",
        ),
        (
            duties.supplies or duties.guards_privacy,
            "/uses",
            "How your data was used",
            "See what other agencies were shown your data for.",
        ),
        (
            duties.answers,
            "/emergencies",
            "Answer for emergencies",
            "See who opened a family in an emergency, and answer.",
        ),
        (duties.oversees, "/reviews", "Review accesses", "See what has no reason on record, ask, and close it."),
        (duties.reads, "/questions", "Questions to you", "Answer what officers ask about something you looked at."),
        (duties.oversees, "/log", "Read the audit log", "See who looked at what and why, and verify the log."),
        *((duties.reads, href, title, text) for count, href, title, text in told if not count),
    ]
    return [{"href": href, "title": title, "text": text} for use, href, title, text in offered if use]
