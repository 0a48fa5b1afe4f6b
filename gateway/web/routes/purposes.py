"""Say why you are looking, or open one family because someone may be hurt."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from agreements.offers import BreakGlassOffer
from gateway.errors import DeclarationError
from gateway.identity.sign_in import local_path
from gateway.usecases.families.declaring import Declaration, NewDeclaration, declare_purpose, purposes_offered
from gateway.usecases.families.emergencies import told_roles
from gateway.usecases.families.page_duties import emergency_offers
from gateway.usecases.people.page_sessions import RememberedPurpose
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.forms import FormError, Params, choice_field, text_field
from gateway.web.render import page_headers, render
from gateway.web.views.people import joined

router = APIRouter()
_TITLE = "Why are you looking?"
_SHORTEST_REASON, _LONGEST_REASON, _LONGEST_CASE, _LONGEST_RISK = 3, 1000, 80, 400
_WARNING = "Open this now if someone may be hurt. You do not need permission first."
_GOOD_FAITH = "Acting in good faith is not misconduct. It does not open protected addresses."
Typed = dict[str, str]
Text = Annotated[str, Form()]


@router.get("/purpose")
def purpose(request: Request, desk: SignedIn, next: str = "/search", family: str = "") -> Response:  # noqa: A002 - the name in the address
    """The purposes on offer, and break-glass where an agreement offers it."""
    return _page(request, desk, {"next": local_path(next), "family": str(_id_of(family) or "")}, [])


@router.post("/purpose")
def declare(
    request: Request, desk: SignedInForm, purpose: Text = "", reason: Text = "", case_reference: Text = "",
    next: Text = "/search",  # noqa: A002 - the name in the form
) -> Response:  # fmt: skip
    """Declare, and go on to where the reader came for."""
    typed = {"purpose": purpose, "reason": reason, "case_reference": case_reference, "next": local_path(next)}
    errors = [] if purpose else [FormError("purpose", "Choose your purpose")]
    errors += _reason_errors("reason", reason)
    if len(case_reference) > _LONGEST_CASE:
        errors.append(FormError("case_reference", f"The case reference must be {_LONGEST_CASE} characters or fewer"))
    if errors:
        return _page(request, desk, typed, errors)
    declared = NewDeclaration(purpose, reason.strip(), None, case_reference.strip() or None)
    _remember(desk, declare_purpose(desk.wiring, desk.context, desk.caller, declared))
    return RedirectResponse(typed["next"], 303, page_headers(""))


@router.post("/purpose/emergency")
def open_in_emergency(
    request: Request, desk: SignedInForm, emergency_purpose: Text = "", family: Text = "", at_risk: Text = "",
    emergency_reason: Text = "",
) -> Response:  # fmt: skip
    """Break-glass for one family. A role that is not offered it is refused, and the attempt stands in the log."""
    typed = {
        "emergency_purpose": emergency_purpose, "family": family, "at_risk": at_risk,
        "emergency_reason": emergency_reason, "next": "/search",
    }  # fmt: skip
    family_id = _id_of(family)
    errors = [] if emergency_purpose else [FormError("emergency_purpose", "Choose your purpose")]
    if family_id is None:
        errors.append(FormError("family", "Enter the family's reference as it stands in the search results"))
    if not 0 < len(at_risk.strip()) <= _LONGEST_RISK:
        errors.append(FormError("at_risk", f"Write who is at risk, in {_LONGEST_RISK} characters or fewer"))
    errors += _reason_errors("emergency_reason", emergency_reason)
    if errors and emergency_offers(desk.wiring, desk.caller):
        return _page(request, desk, typed, errors)
    declared = NewDeclaration(emergency_purpose, emergency_reason.strip(), family_id, None, True, at_risk.strip())
    _remember(desk, declare_purpose(desk.wiring, desk.context, desk.caller, declared))
    return RedirectResponse(f"/families/{family_id}", 303, page_headers(""))


def require_purpose(desk: Desk) -> UUID:
    """The declaration that the session goes on with; `DeclarationError` where there is none."""
    if desk.purpose is None:
        raise DeclarationError("declare your purpose first")
    return desk.purpose.declaration_id


def _remember(desk: Desk, made: Declaration) -> None:
    title = desk.wiring.register.purpose_titles.get(made.purpose, made.purpose)
    remembered = RememberedPurpose(made.declaration_id, title, made.expires_at, made.family_id, made.break_glass)
    desk.sessions.remember(desk.digest, remembered)


def _page(request: Request, desk: Desk, typed: Typed, errors: list[FormError]) -> Response:
    offers = {offer.id: offer.title for offer in purposes_offered(desk.wiring, desk.caller)}
    return render(
        request, "purpose.html", 422 if errors else 200, title=_TITLE, errors=errors,
        form=_form(offers, typed, errors) if offers else None, emergency=_emergency(desk, typed, errors),
    )  # fmt: skip


def _form(offers: dict[str, str], typed: Typed, errors: list[FormError]) -> Params:
    chosen = typed.get("purpose") or (next(iter(offers)) if len(offers) == 1 else "")
    return {
        "next": typed["next"],
        "purpose": choice_field("purpose", "Your purpose", offers, chosen, errors),
        "reason": text_field(
            "reason", "Your reason", typed.get("reason", ""), errors, rows="3",
            hint="In a sentence: what you need to decide or do for the family.",
        ),
        "case_reference": text_field(
            "case_reference", "Case or referral reference, if there is one", typed.get("case_reference", ""), errors,
            classes="govuk-input--width-20",
        ),
    }  # fmt: skip


def _emergency(desk: Desk, typed: Typed, errors: list[FormError]) -> dict[str, Any] | None:
    offers = emergency_offers(desk.wiring, desk.caller)
    if not offers:
        return None
    titles = desk.wiring.register.purpose_titles
    purposes = {purpose: titles.get(purpose, purpose) for offer in offers for purpose in offer.purposes}
    chosen = typed.get("emergency_purpose") or (next(iter(purposes)) if len(purposes) == 1 else "")
    until = f"It stays open for {min(offer.expires_minutes for offer in offers)} minutes. Printing is off."
    return {
        "warning": _WARNING,
        "sentences": (_who_is_told(desk, offers), _GOOD_FAITH, until),
        "purpose": choice_field("emergency_purpose", "Your purpose in the emergency", purposes, chosen, errors),
        "family": text_field(
            "family", "The family's reference", typed.get("family", ""), errors,
            hint="Search results fill this in for you.",
        ),
        "at_risk": text_field("at_risk", "Who is at risk", typed.get("at_risk", ""), errors, rows="2"),
        "reason": text_field("emergency_reason", "Why", typed.get("emergency_reason", ""), errors, rows="3"),
    }  # fmt: skip


def _who_is_told(desk: Desk, offers: Sequence[BreakGlassOffer]) -> str:
    """Scene S6, with those who are told by their roles."""
    told = dict.fromkeys(role for offer in offers for role in told_roles(offer))
    roles = (desk.wiring.register.role(*one) for one in told)
    titles = joined(tuple(role.title for role in roles if role is not None))
    return f"Write who is at risk and why. Told now: {titles}. You will be asked about it tomorrow."


def _reason_errors(field: str, reason: str) -> list[FormError]:
    if _SHORTEST_REASON <= len(reason.strip()) <= _LONGEST_REASON:
        return []
    return [FormError(field, f"Write your reason, in {_LONGEST_REASON} characters or fewer")]


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None
