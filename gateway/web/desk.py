"""Who sits at the browser: the session behind its cookie, what it goes on with, and the token of its forms."""

from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Depends, Form, Request

from gateway.api.context import request_context, session_mark, wired
from gateway.errors import BodyUnreadableError
from gateway.identity.caller import StaffCaller
from gateway.identity.cookies import Cookies
from gateway.identity.errors import ForgedRequestError, UnauthenticatedError
from gateway.identity.session import OpenSession, check_form, resume_session
from gateway.usecases.families.page_duties import Duties, duties_of
from gateway.usecases.people.page_sessions import PageSessions, RememberedPurpose, cookie_digest
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Desk:
    """A signed-in reader and what a page of theirs needs."""

    wiring: Wiring
    context: RequestContext
    session: OpenSession
    duties: Duties
    purpose: RememberedPurpose | None
    digest: bytes = field(repr=False)

    @property
    def caller(self) -> StaffCaller:
        """Who reads."""
        return self.session.caller

    @property
    def sessions(self) -> PageSessions:
        """Where the session is kept."""
        return PageSessions(self.wiring)


def page_context(request: Request) -> RequestContext:
    """The ids of this request, on the channel `page`."""
    return replace(request_context(request), channel="page", client="pages")


def cookies_of(wiring: Wiring) -> Cookies:
    """The cookies as the settings ask for them."""
    return Cookies.for_address(wiring.settings.public_url, secure=wiring.settings.cookie_secure)


def desk_of(request: Request) -> Desk | None:
    """The desk behind this request's cookie; None where nobody is signed in."""
    try:
        return signed_in(request)
    except UnauthenticatedError:
        return None


def signed_in(request: Request) -> Desk:
    """The desk behind this request's cookie; `UnauthenticatedError` where nobody is signed in."""
    wiring = wired(request)
    now = wiring.clock()
    sessions = PageSessions(wiring)
    cookie = request.cookies.get(cookies_of(wiring).session.name)
    session = resume_session(sessions, cookie, now)
    digest = cookie_digest(cookie or "")
    # From here on the request is known by its session, in error pages too.
    request.state.context = replace(page_context(request), session=session_mark("session", digest))
    desk = Desk(
        wiring, page_context(request), session, duties_of(wiring, session.caller), sessions.remembered(digest, now),
        digest,
    )  # fmt: skip
    # An error page later in this request shows the same head as any other page.
    request.state.desk = desk
    request.state.caller = desk.caller
    return desk


async def signed_in_form(
    request: Request, desk: Annotated[Desk, Depends(signed_in)], form_token: Annotated[str, Form()] = ""
) -> Desk:
    """The desk, for a form that carries the token of its session; `ForgedRequestError` otherwise.

    Raises `BodyUnreadableError` for a field that is no text.
    """
    if not form_token.isascii():
        raise ForgedRequestError
    check_form(desk.session, form_token)
    if any("\x00" in value for value in (await request.form()).values() if isinstance(value, str)):
        raise BodyUnreadableError("a field of the form holds a character that is no text")
    return desk


SignedIn = Annotated[Desk, Depends(signed_in)]
SignedInForm = Annotated[Desk, Depends(signed_in_form)]
MaybeSignedIn = Annotated[Desk | None, Depends(desk_of)]
