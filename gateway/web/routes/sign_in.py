"""Sign in through the identity provider, come back, sign out."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from gateway.api.context import Wired
from gateway.identity.errors import UnauthenticatedError
from gateway.identity.session import end_session, start_session
from gateway.identity.sign_in import begin_sign_in, complete_sign_in
from gateway.usecases.people.page_sessions import PageAttempts, PageSessions, record_failed_sign_in, record_sign_in
from gateway.web.desk import SignedInForm, cookies_of, page_context
from gateway.web.render import page_headers, render

router = APIRouter()


@router.get("/sign-in")
def sign_in(wiring: Wired, return_to: str = "/") -> RedirectResponse:
    """Send the browser to the provider, with a cookie that ties the attempt to it."""
    start = begin_sign_in(wiring.provider, PageAttempts(wiring), return_to, wiring.clock())
    response = RedirectResponse(start.url, 303, page_headers(""))
    response.headers.append("set-cookie", cookies_of(wiring).attempt.set(start.cookie_value))
    return response


@router.get("/sign-in/return")
def sign_in_return(request: Request, wiring: Wired) -> RedirectResponse:
    """Where the provider sends the browser: a new session, or the page that says that nobody is signed in."""
    cookies, now = cookies_of(wiring), wiring.clock()
    attempt = request.cookies.get(cookies.attempt.name)
    try:
        end = complete_sign_in(wiring.provider, PageAttempts(wiring), request.query_params, attempt, now)
    except UnauthenticatedError as error:
        record_failed_sign_in(wiring, page_context(request), error.fault)
        raise
    record_sign_in(wiring, page_context(request), end.caller)
    session = start_session(PageSessions(wiring), end.caller, request.cookies.get(cookies.session.name), now)
    response = RedirectResponse(end.return_to, 303, page_headers(""))
    response.headers.append("set-cookie", cookies.session.set(session))
    response.headers.append("set-cookie", cookies.attempt.clear())
    return response


@router.post("/sign-out")
def sign_out(request: Request, desk: SignedInForm) -> HTMLResponse:
    """End the session here. The provider's own session, where it keeps one, is the provider's."""
    cookies = cookies_of(desk.wiring)
    record_sign_in(desk.wiring, desk.context, desk.caller, signed_out=True)
    end_session(desk.sessions, request.cookies.get(cookies.session.name))
    request.state.desk = None
    paragraphs = ("Close this window if you share the computer with others.",)
    link = {"href": "/sign-in", "text": "Sign in again"}
    response = render(request, "message.html", title="You have signed out", paragraphs=paragraphs, link=link)
    response.headers.append("set-cookie", cookies.session.clear())
    return response
