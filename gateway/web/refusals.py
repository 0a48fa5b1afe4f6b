"""Errors as pages: the same status codes as `gateway/problems.py`, in words that say what to do next."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse

from gateway.errors import AccessRefusedError, DeclarationError, NotFoundError, ProofNotReadyError, ReferredError
from gateway.identity.errors import ForgedRequestError, UnauthenticatedError
from gateway.identity.sign_in import local_path
from gateway.problems import problem_for
from gateway.usecases.families.disclosure import NO_SUCH_FAMILY
from gateway.web.render import render
from gateway.web.words import instant

_OPAQUE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NO_FAMILY = (
    "Either there is no such family, or your role may not see it for this purpose. We say the same in both cases.",
    "If you work with this family, ask your manager whether you are recorded as their worker.",
)


@dataclass(frozen=True, slots=True)
class Explained:
    """What a page says of an error."""

    title: str
    paragraphs: tuple[str, ...]
    receipt: str | None = None
    link: dict[str, str] | None = None


def error_page(request: Request, error: Exception) -> HTMLResponse:
    """The page of an error, with the status and headers of its problem."""
    problem = problem_for(error)
    told = explain(request, error)
    headers = {name: value for name, value in (problem.headers or {}).items() if name != "WWW-Authenticate"}
    return render(
        request, "message.html", problem.status, headers, title=told.title, paragraphs=told.paragraphs,
        receipt=told.receipt, link=told.link,
    )  # fmt: skip


def plain_page(request: Request, status: int, title: str, *paragraphs: str) -> HTMLResponse:
    """A page for a status that has no error class of ours."""
    link = {"href": "/", "text": "Go to the start page"}
    return render(request, "message.html", status, title=title, paragraphs=paragraphs, receipt=None, link=link)


def explain(request: Request, error: Exception) -> Explained:
    """The words for an error. They hold nothing that was sent."""
    here = quote(_way_back(request), safe="/")
    match error:
        case UnauthenticatedError():
            # The way back from the provider is no place to come back to.
            again = request.method == "GET" and not here.startswith("/sign-in")
            link = {"href": f"/sign-in?return_to={here}" if again else "/sign-in", "text": "Sign in"}
            return Explained("Sign in first", ("You are not signed in, or your session has ended.",), link=link)
        case DeclarationError():
            link = {"href": f"/purpose?next={here}" if request.method == "GET" else "/purpose", "text": "Say why"}
            return Explained("Say why you are looking", (_sentence(error),), link=link)
        case AccessRefusedError():
            return Explained("You may not do this", (error.sentence,), error.receipt)
        case ReferredError():
            asked = f"This has gone to: {error.to.replace('_', ' ')}. The answer is due by {instant(error.answer_by)}."
            return Explained("A person decides this", (error.sentence, asked), error.receipt)
        case ForgedRequestError():
            return Explained("This form is out of date", ("Go back, open the page again and send the form once more.",))
        case ProofNotReadyError():
            return Explained("The proof is not ready", ("Open this page again in a second.",))
        case NotFoundError():
            words = _NO_FAMILY if str(error) == NO_SUCH_FAMILY else (_sentence(error),)
            return Explained("We cannot show you this page", words)
        case _:
            return _otherwise(error)


def _way_back(request: Request) -> str:
    """The page that was asked for, if its address is ours throughout: words of a route, and opaque ids."""
    given = [str(value) for value in request.path_params.values()]
    return local_path(request.url.path) if all(map(_OPAQUE.fullmatch, given)) else "/"


def _otherwise(error: Exception) -> Explained:
    problem = problem_for(error)
    words = (_sentence(error),) if problem.shows_message else ("Nothing was released. Try again in a minute.",)
    return Explained(problem.title, words)


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
