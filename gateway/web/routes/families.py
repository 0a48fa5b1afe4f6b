"""The family page, and the receipt of having seen it."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse

from gateway.errors import NotFoundError
from gateway.usecases.disclosure import NO_SUCH_FAMILY, disclose_profile
from gateway.usecases.receipts import receipt
from gateway.web.desk import SignedIn
from gateway.web.render import page_headers, render
from gateway.web.routes.purposes import require_purpose
from gateway.web.views.families import family_view
from gateway.web.words import instant

router = APIRouter()


@router.get("/families/{family_id}")
def family(request: Request, desk: SignedIn, family_id: str) -> HTMLResponse:
    """One family, cut to what the agreements allow this reader for the declared purpose."""
    declaration = require_purpose(desk)
    disclosed = disclose_profile(
        desk.wiring, desk.context, desk.caller, id_or_not_found(family_id, NO_SUCH_FAMILY), declaration
    )
    register = desk.wiring.register
    gateways = {name: gateway.cite for name, gateway in register.gateways.items()}
    purpose = register.purpose_titles.get(disclosed.profile.purpose, disclosed.profile.purpose)
    view = family_view(disclosed.profile, disclosed.receipt, purpose, gateways)
    return render(request, "family.html", title=view.heading, family=view, receipt_href=f"/receipts/{view.receipt_id}")


@router.get("/receipts/{entry_id}")
def receipt_page(request: Request, desk: SignedIn, entry_id: str) -> HTMLResponse:
    """What a receipt proves, in words, and the proof to download."""
    entry = id_or_not_found(entry_id, "there is no such receipt")
    held = receipt(desk.wiring, desk.context, desk.caller, entry)
    place = f"number {held.index + 1:,} of {held.tree_size:,} in the audit log"
    paragraphs = (
        f"The entry of {instant(held.recorded_at)} is {place}.",
        "The proof shows that it cannot be changed or taken out without anybody noticing. It holds no personal data.",
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
