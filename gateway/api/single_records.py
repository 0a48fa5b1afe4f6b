"""The route for one record that cannot wait."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from adapters.json_text import parse_json
from gateway.api.body import RawBody
from gateway.api.context import Anyone, Context, Wired
from gateway.api.contract import BEARER, operation
from gateway.api.partners import idempotency_key
from gateway.api.views import BatchOut, batch_view
from gateway.errors import BodyUnreadableError
from gateway.usecases.intake.single_records import receive_record

router = APIRouter()
_UNFINISHED = frozenset({"received", "validating"})
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            name: {
                "schema": {
                    "type": "object",
                    "description": "One object whose members are the feed's columns, or one FHIR resource",
                }
            }
            for name in ("application/json", "application/fhir+json")
        },
    }
}


@router.post(
    "/v1/feeds/{feed}/records",
    status_code=201,
    tags=["feeds"],
    dependencies=[BEARER],
    **operation("push-record", "Push one record", 400, 401, 403, 404, 409, 413, 415, 422, answer="Taken"),
    openapi_extra=_BODY,
)
def push_record(  # noqa: PLR0913, PLR0917 - one parameter a part of the request
    wiring: Wired,
    context: Context,
    caller: Anyone,
    feed: str,
    body: RawBody,
    response: Response,
    key: Annotated[str, Depends(idempotency_key)],
) -> BatchOut:
    """Push one record that cannot wait, such as a missing episode; it is answered field by field, and linked first.

    201: taken. 202: another file of the same source is just being taken, and this follows it. 422: `fields` say what to
    mend. The same key and record again change nothing.
    """
    batch = receive_record(wiring, context, caller, feed, _object(body), key)
    response.headers["Location"] = f"/v1/batches/{batch.batch_id}"
    if batch.state in _UNFINISHED:
        response.status_code = 202
    return batch_view(wiring, batch)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = parse_json(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BodyUnreadableError("the body has to be one JSON object, each member once")
    return found
