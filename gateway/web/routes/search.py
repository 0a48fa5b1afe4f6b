"""Find a person. What is looked for travels in the form, never in an address."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel

from concept_model.identifiers import Verification, identifier, normalise
from gateway.usecases.families.page_duties import emergency_offers
from gateway.usecases.families.searching import search_people
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.forms import FormError, Params, date_field, select_field, text_field, typed_date
from gateway.web.render import page_headers, render
from gateway.web.routes.purposes import require_purpose
from gateway.web.views.lists import SearchView, search_view
from linkage.tokens import SearchQuery, unsearchable

router = APIRouter()
_SCHEMES = {
    "nhs_number": "NHS number",
    "upn": "Unique pupil number",
    "nino": "National Insurance number",
    "pnc_id": "Police National Computer id",
}
_LONGEST = 100
_LONGEST_NUMBER = 64
_NAMES = {"family_name": "The last name", "given_name": "The first name"}
# What is typed like this finds nobody, whoever is held; an empty answer would look like one about a family.
_UNSEARCHABLE = {
    "family": FormError("family_name", "The last name must have letters in it"),
    "birth_date": FormError("birth_date_day", "Write the year of birth in full, such as 2016, in a date that is known"),
    "postcode": FormError("postcode", "Enter a whole and real postcode, such as NV1 0AB, or none"),
}
_DOUBTFUL_NUMBER = (
    "A digit or letter of the {scheme} that you typed is wrong. We looked for it as typed. Check it, and search again."
)


class SearchForm(BaseModel):
    """What was typed. Everything may be empty."""

    form_token: str = ""
    family_name: str = ""
    given_name: str = ""
    birth_date_day: str = ""
    birth_date_month: str = ""
    birth_date_year: str = ""
    postcode: str = ""
    scheme: str = "nhs_number"
    number: str = ""

    @property
    def birth_date(self) -> tuple[str, str, str]:
        """Day, month and year as typed."""
        return self.birth_date_day, self.birth_date_month, self.birth_date_year


@router.get("/search")
def empty_search(request: Request, desk: SignedIn) -> Response:
    """The form; without a purpose, first the purpose."""
    if desk.purpose is None:
        return RedirectResponse("/purpose?next=/search", 303, page_headers(""))
    return _page(request, desk, SearchForm(), [], None)


@router.post("/search")
def search(request: Request, desk: SignedInForm, typed: Annotated[SearchForm, Form()]) -> Response:
    """The people found, with reasons in words."""
    declaration = require_purpose(desk)
    errors, query = _query(typed)
    if errors:
        return _page(request, desk, typed, errors, None)
    result = search_people(desk.wiring, desk.context, desk.caller, query, declaration)
    return _page(request, desk, typed, [], search_view(result, _doubt(query)))


def _query(typed: SearchForm) -> tuple[list[FormError], SearchQuery]:
    errors = []
    try:
        born = typed_date(typed.birth_date)
    except ValueError:
        born = None
        errors.append(FormError("birth_date_day", "The date of birth must be a real date, such as 1 5 2016"))
    given = (typed.family_name, typed.postcode, typed.number)
    if not errors and born is None and not any(text.strip() for text in given):
        errors.append(FormError("family_name", "Enter a last name, a date of birth, a postcode or a number"))
    names = {name: getattr(typed, name).strip() for name in _NAMES}
    long = [name for name, text in names.items() if len(text) > _LONGEST]
    if long:
        errors += [FormError(name, f"{_NAMES[name]} must be {_LONGEST} characters or fewer") for name in long]
        return errors, SearchQuery()
    number = typed.number.strip()
    scheme = typed.scheme if typed.scheme in _SCHEMES else next(iter(_SCHEMES))
    query = SearchQuery(
        names["given_name"],
        names["family_name"],
        born.isoformat() if born else None,
        typed.postcode.strip()[:_LONGEST] or None,
        (scheme, number[:_LONGEST]) if number else None,
    )
    return [*errors, *(_UNSEARCHABLE[part] for part in unsearchable(query))], query


def _doubt(query: SearchQuery) -> str:
    """What to say of a number that cannot be right. It is looked for all the same: a partner may have it as wrong."""
    if query.identifier is None:
        return ""
    scheme, number = query.identifier
    value = normalise(scheme, number)[:_LONGEST_NUMBER]
    wrong = not value or identifier(scheme, value).verification is Verification.UNVERIFIED
    return _DOUBTFUL_NUMBER.format(scheme=_SCHEMES[scheme]) if wrong else ""


def _page(
    request: Request, desk: Desk, typed: SearchForm, errors: list[FormError], result: SearchView | None
) -> HTMLResponse:
    return render(
        request, "search.html", 422 if errors else 200, title="Find a person", errors=errors,
        form=_form(typed, errors), result=result, offers_emergency=bool(emergency_offers(desk.wiring, desk.caller)),
    )  # fmt: skip


def _form(typed: SearchForm, errors: list[FormError]) -> Params:
    return {
        "family_name": text_field("family_name", "Last name", typed.family_name, errors, spellcheck=False),
        "given_name": text_field("given_name", "First name", typed.given_name, errors, spellcheck=False),
        "birth_date": date_field("birth_date", "Date of birth", typed.birth_date, errors, hint="For example, 1 5 2016"),
        "postcode": text_field("postcode", "Postcode", typed.postcode, errors, classes="govuk-input--width-10"),
        "scheme": select_field("scheme", "Kind of number", _SCHEMES, typed.scheme, errors),
        "number": text_field("number", "Number", typed.number, errors, spellcheck=False),
    }
