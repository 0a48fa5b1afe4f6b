"""The family page, on screen and for paper, and the receipt of having seen it."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse

from gateway.errors import NotFoundError
from gateway.usecases.families.disclosure import NO_SUCH_FAMILY, Disclosure, disclose_profile
from gateway.usecases.families.printing import print_profile
from gateway.usecases.log.receipts import receipt
from gateway.web.desk import Desk, SignedIn, SignedInForm
from gateway.web.render import page_headers, render
from gateway.web.routes.purposes import require_purpose
from gateway.web.views.families import family_view
from gateway.web.views.witnesses import receipt_words
from gateway.web.words import instant

router = APIRouter()


@router.get("/families/{family_id}")
def family(request: Request, desk: SignedIn, family_id: str) -> HTMLResponse:
    """One family, cut to what the agreements allow this reader for the declared purpose."""
    declaration = require_purpose(desk)
    family = id_or_not_found(family_id, NO_SUCH_FAMILY)
    return _page(request, desk, disclose_profile(desk.wiring, desk.context, desk.caller, family, declaration))


@router.post("/families/{family_id}/print")
def printed(request: Request, desk: SignedInForm, family_id: str) -> HTMLResponse:
    """The same page once more, for paper: any other prints as an empty sheet. It is an entry of its own."""
    declaration = require_purpose(desk)
    family = id_or_not_found(family_id, NO_SUCH_FAMILY)
    disclosed = print_profile(desk.wiring, desk.context, desk.caller, family, declaration)
    return _page(request, desk, disclosed, for_paper=True)


def _page(request: Request, desk: Desk, disclosed: Disclosure, *, for_paper: bool = False) -> HTMLResponse:
    register = desk.wiring.register
    gateways = {name: gateway.cite for name, gateway in register.gateways.items()}
    purpose = register.purpose_titles.get(disclosed.profile.purpose, disclosed.profile.purpose)
    view = family_view(disclosed.profile, disclosed.receipt, purpose, gateways)
    return render(
        request, "family.html", title=view.heading, family=view, receipt_href=f"/receipts/{view.receipt_id}",
        screen_only=not for_paper, print_href=f"/families/{disclosed.profile.family_id}/print",
    )  # fmt: skip


@router.get("/receipts/{entry_id}")
def receipt_page(request: Request, desk: SignedIn, entry_id: str) -> HTMLResponse:
    """What a receipt proves, in words, and the proof to download."""
    entry = id_or_not_found(entry_id, "there is no such receipt")
    held = receipt(desk.wiring, desk.context, desk.caller, entry)
    place = f"number {held.index + 1:,} of {held.tree_size:,} in the audit log"
    paragraphs = (
        f"The entry of {instant(held.recorded_at)} is {place}.",
        "The proof shows that it cannot be changed or taken out without anybody noticing. It holds no personal data.",
        receipt_words(held),
    )
    link = {"href": f"/receipts/{entry}/proof.txt", "text": "Download the proof"}
    return render(request, "message.html", title="Your receipt", paragraphs=paragraphs, receipt=str(entry), link=link)


@router.get("/receipts/{entry_id}/proof.txt")
def receipt_proof(desk: SignedIn, entry_id: str) -> PlainTextResponse:
    """The proof as `hearthgate audit verify` reads it."""
    entry = id_or_not_found(entry_id, "there is no such receipt")
    held = receipt(desk.wiring, desk.context, desk.caller, entry)
    disposition = {"Content-Disposition": f'attachment; filename="receipt-{entry}.txt"'}
    return PlainTextResponse(held.proof, headers={**page_headers(""), **disposition})


def id_or_not_found(text: str, message: str) -> UUID:
    """An id out of an address; anything that is none is answered as an id that does not exist."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError(message) from None
