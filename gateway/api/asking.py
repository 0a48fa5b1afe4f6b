"""Routes that ask the agreements: what may I see, and why; why is something shown or not."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter

from gateway.api.answers import ExplanationOut, HypotheticalOut, PermissionsOut
from gateway.api.context import Context, DeclarationId, Staff, Wired
from gateway.api.contract import BEARER, Told, operation
from gateway.api.views import ExplainIn, receipt_view
from gateway.profiles.views import Receipt
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.explaining import Asked, explain, explain_hypothetical
from gateway.usecases.register.permissions import my_permissions

router = APIRouter(prefix="/v1", tags=["decisions"], dependencies=[BEARER])


@router.get("/me/permissions", **operation("list-permissions", "What may I see, and why", 401, 403))
def permissions(wiring: Wired, context: Context, caller: Staff) -> Annotated[dict[str, Any], Told(PermissionsOut)]:
    """What this reader's role may see now, by purpose: items, when, on what it rests, until when; and what never."""
    answer, receipt = my_permissions(wiring, context, caller)
    return {**asdict(answer), **_stamped(context, receipt)}


@router.post(
    "/decisions/explain", **operation("explain-decision", "Why is something shown or not", 400, 401, 403, 404, 422)
)
def explain_decision(
    wiring: Wired, context: Context, caller: Staff, asked: ExplainIn, declaration_id: DeclarationId
) -> Annotated[dict[str, Any], Told(ExplanationOut | HypotheticalOut)]:
    """Why: about a purpose, about a family (with a declared purpose), or, for officers, about an invented subject.

    About a family the answer holds what its page tells and no more: it is the same where nothing is recorded and
    where what is recorded is withheld in silence.
    """
    if asked.hypothetical is not None:
        said, receipt = explain_hypothetical(wiring, context, caller, asked.hypothetical)
        return {"about": "hypothetical", **said, **_stamped(context, receipt)}
    question = Asked(asked.purpose, asked.family_id, asked.direction, asked.source, asked.item)
    told = asdict(explain(wiring, context, caller, question, declaration_id))
    receipt = Receipt(**told.pop("receipt"))
    return {**told, **_stamped(context, receipt)}


def _stamped(context: RequestContext, receipt: Receipt) -> dict[str, Any]:
    return {"at": receipt.at, "request_id": context.request_id, "receipt": receipt_view(receipt)}
