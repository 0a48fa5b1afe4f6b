"""What a sender does with a file that was pushed: confirm it, give it up, fetch its signed receipt."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from gateway.api.answers import KeySetOut
from gateway.api.context import Anyone, Context, Wired
from gateway.api.contract import BEARER, operation
from gateway.api.views import BatchOut, batch_view
from gateway.usecases.intake.batch_confirming import confirm_batch, give_up_batch
from gateway.usecases.intake.batch_receipts import batch_receipt, verification_keys

router = APIRouter()
_JOSE = "application/jose"


def _receipt_operation() -> dict[str, Any]:
    told = operation("read-batch-receipt", "Fetch the signed receipt of a file", 401, 404, 422)
    told["responses"][200] = {"content": {_JOSE: {"schema": {"type": "string"}}}}
    return told


@router.post(
    "/v1/batches/{batch_id}/confirmation",
    tags=["feeds"],
    dependencies=[BEARER],
    **operation("confirm-batch", "Confirm a file that waits", 401, 404, 409, 422),
)
def confirmation(wiring: Wired, context: Context, caller: Anyone, batch_id: UUID) -> BatchOut:
    """Say that a file that waits is right: it is taken, or what it withdraws is withdrawn."""
    return batch_view(wiring, confirm_batch(wiring, context, caller, batch_id))


@router.post(
    "/v1/batches/{batch_id}/withdrawal",
    tags=["feeds"],
    dependencies=[BEARER],
    **operation("give-up-batch", "Give up a file that waits", 401, 404, 409, 422),
)
def withdrawal(wiring: Wired, context: Context, caller: Anyone, batch_id: UUID) -> BatchOut:
    """Say that a file that waits is wrong: nothing of it is taken, or nothing is withdrawn."""
    return batch_view(wiring, give_up_batch(wiring, context, caller, batch_id))


@router.get(
    "/v1/batches/{batch_id}/receipt",
    tags=["feeds"],
    dependencies=[BEARER],
    response_class=Response,
    **_receipt_operation(),
)
def signed_receipt(wiring: Wired, caller: Anyone, batch_id: UUID) -> Response:
    """What came, what was taken and where the log says so, as a JWS (RFC 7515) that anybody can verify."""
    return Response(batch_receipt(wiring, caller, batch_id), media_type=_JOSE)


@router.get(
    "/.well-known/jwks.json", tags=["feeds"], **operation("list-receipt-keys", "Keys that receipts verify with")
)
def receipt_keys(wiring: Wired) -> KeySetOut:
    """The public keys that sign receipts of files, as a JWK set (RFC 7517), newest first."""
    return KeySetOut(**verification_keys(wiring))
