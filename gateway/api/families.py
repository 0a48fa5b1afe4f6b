"""Routes of staff: what may I do, declare a purpose, search, open a family."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from gateway.api.answers import FamilyOut, SearchOut
from gateway.api.context import Context, DeclarationId, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import (
    PurposeDeclarationIn,
    PurposeDeclarationOut,
    PurposeOfferOut,
    SearchIn,
    profile_view,
    receipt_view,
)
from gateway.usecases.families.declaring import NewDeclaration, declare_purpose, purposes_offered
from gateway.usecases.families.disclosure import disclose_profile
from gateway.usecases.families.searching import search_people
from linkage.tokens import SearchQuery

router = APIRouter(prefix="/v1", tags=["families"], dependencies=[BEARER])


@router.get("/me/purposes", **operation("list-purposes", "What may I declare", 401, 403))
def my_purposes(wiring: Wired, caller: Staff) -> list[PurposeOfferOut]:
    """Purposes that this reader may declare now."""
    return [
        PurposeOfferOut(id=offer.id, title=offer.title, agreement=offer.agreement)
        for offer in purposes_offered(wiring, caller)
    ]


@router.post(
    "/purpose-declarations",
    status_code=201,
    **operation("declare-purpose", "Declare why you are about to look", 400, 401, 403, 422, answer="Declared"),
)
def declare(wiring: Wired, context: Context, caller: Staff, declared: PurposeDeclarationIn) -> PurposeDeclarationOut:
    """Declare why you are about to look; remembered for an hour, or for the minutes that break-glass lasts."""
    made = declare_purpose(wiring, context, caller, NewDeclaration(**declared.model_dump()))
    return PurposeDeclarationOut(declaration_id=made.declaration_id, purpose=made.purpose, expires_at=made.expires_at)


@router.post("/people/search", **operation("search-people", "Find people", 400, 401, 403, 422))
def search(
    wiring: Wired, context: Context, caller: Staff, asked: SearchIn, declaration_id: DeclarationId
) -> Annotated[dict[str, Any], Told(SearchOut)]:
    """Find people; reasons and order use only what this reader may see. A search is an entry, also an empty one."""
    named = asked.identifier_scheme and asked.identifier
    query = SearchQuery(
        asked.given_name,
        asked.family_name,
        asked.birth_date.isoformat() if asked.birth_date else None,
        asked.postcode,
        (str(asked.identifier_scheme), str(asked.identifier)) if named else None,
    )
    found = search_people(wiring, context, caller, query, declaration_id)
    return {
        "hits": [
            {
                "family_id": hit.family_id,
                "identity": asdict(hit.identity),
                "postcodes": hit.postcodes,
                "reasons": hit.reasons,
            }
            for hit in found.hits
        ],
        "more": found.more,
        "coverage": [asdict(line) for line in found.coverage],
        "foot": found.foot,
        "at": found.receipt.at,
        "request_id": context.request_id,
        "receipt": receipt_view(found.receipt),
    }


@router.get("/families/{family_id}", **operation("read-family", "Open one family", 401, 403, 404, 422))
def family(
    wiring: Wired, context: Context, caller: Staff, family_id: UUID, declaration_id: DeclarationId
) -> Annotated[dict[str, Any], Told(FamilyOut)]:
    """One family, cut to what an agreement in force allows this reader for the declared purpose."""
    disclosed = disclose_profile(wiring, context, caller, family_id, declaration_id)
    return {
        **profile_view(disclosed.profile),
        "at": disclosed.receipt.at,
        "request_id": context.request_id,
        "receipt": receipt_view(disclosed.receipt),
    }
