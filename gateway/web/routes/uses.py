"""How an agency's data was used, and for its privacy officer the question about one person."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from gateway.usecases.log.partner_uses import PersonQuery, PersonUse, uses_of_one_person, uses_of_own_data
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.forms import FormError, select_field, text_field
from gateway.web.render import render
from gateway.web.views.uses import month_views, person_line

router = APIRouter()
_SHORTEST, _LONGEST, _LONGEST_KEY = 10, 2000, 128
Text = Annotated[str, Form()]


@router.get("/uses")
def uses(request: Request, desk: SignedIn) -> Response:
    """Counts by purpose and month."""
    return _page(request, desk, PersonQuery("", "", ""), [], None)


@router.post("/uses")
def ask(request: Request, desk: SignedInForm, source: Text = "", key: Text = "", reason: Text = "") -> Response:
    """Who saw one person of ours. The key travels in the body: it never stands in an address."""
    asked = PersonQuery(source, key.strip(), reason.strip())
    errors = [] if source in desk.wiring.register.sources else [FormError("source", "Choose the system")]
    if not 0 < len(asked.key) <= _LONGEST_KEY:
        errors.append(FormError("key", "Enter your own number of the person in that system"))
    if not _SHORTEST <= len(asked.reason) <= _LONGEST:
        errors.append(FormError("reason", "Say in a sentence why you ask"))
    if errors:
        return _page(request, desk, asked, errors, None)
    return _page(request, desk, asked, [], uses_of_one_person(desk.wiring, desk.context, desk.caller, asked))


def _page(
    request: Request, desk: Desk, asked: PersonQuery, errors: list[FormError], found: tuple[PersonUse, ...] | None
) -> Response:
    told = uses_of_own_data(desk.wiring, desk.context, desk.caller)
    titles = {name: desk.wiring.register.sources[name].title for name in told.sources}
    form = {
        "source": select_field("source", "System", titles, asked.source, errors),
        "key": text_field("key", "Your own number of the person there", asked.key, errors),
        "reason": text_field("reason", "Why you ask", asked.reason, errors, hint="It stands in the log.", rows=3),
    }
    return render(
        request, "uses.html", title="How your data was used", sources=sorted(titles.values()),
        months=month_views(told), note=told.note, form=form if desk.duties.guards_privacy else None, errors=errors,
        found=None if found is None else [person_line(one) for one in found], status=422 if errors else 200,
    )  # fmt: skip
