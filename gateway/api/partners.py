"""Routes of partners: tokens, pushed files, and what became of them."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response

from gateway.api.answers import TokenErrorOut, TokenOut
from gateway.api.batch_contract import batch_contract, ending_headers, require_digest
from gateway.api.body import MEDIA_TYPES, MediaFormat, RawBody, spooled_body
from gateway.api.context import Anyone, Context, Wired
from gateway.api.contract import BEARER, operation, problem
from gateway.api.views import BatchOut, batch_view
from gateway.errors import BodyUnreadableError, ContentDigestError
from gateway.identity.token_endpoint import parse_token_form
from gateway.usecases.intake.batch_checks import followed_version
from gateway.usecases.intake.batch_contract import BatchContract
from gateway.usecases.intake.batches import errors_csv, errors_document, list_own_batches, progress_of, read_own_batch
from gateway.usecases.intake.intake import Push, SpooledFile, receive_batch, require_may_push, spool_of
from gateway.usecases.people.tokens import issue_partner_token

router = APIRouter()
_KEY_LENGTH = 200
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_FORM = {
    "type": "object",
    "required": ["grant_type", "client_assertion_type", "client_assertion"],
    "properties": {
        "grant_type": {"const": "client_credentials"},
        "client_assertion_type": {"const": _ASSERTION},
        "client_assertion": {"type": "string", "description": "A JWT signed with the machine's key (RFC 7523)"},
        "scope": {"type": "string", "description": "All scopes of the machine where none is named"},
    },
}
_FILE = {name: {"schema": {} if name.endswith("json") else {"type": "string"}} for name in MEDIA_TYPES}


def _token_operation() -> dict[str, Any]:
    told = operation("get-token", "Get a token for a partner's machine", 413, 415)
    told["responses"] |= {
        200: {"model": TokenOut},
        # RFC 6749 has a form of its own for what is wrong; a body that is no form at all is a problem like any other.
        400: problem(400) | {"model": TokenErrorOut},
        401: problem(401) | {"model": TokenErrorOut},
    }
    return told | {"openapi_extra": _body({"application/x-www-form-urlencoded": {"schema": _FORM}})}


def _body(content: dict[str, Any]) -> dict[str, Any]:
    """What a route that reads its body itself takes."""
    return {"requestBody": {"required": True, "content": content}}


def _sheet_operation() -> dict[str, Any]:
    told = operation("read-batch-errors", "Fetch the bad rows of a file", 401, 404, 422)
    told["responses"][200] = {"content": {"text/csv": {"schema": {"type": "string"}}}}
    return told


def _document_operation() -> dict[str, Any]:
    told = operation("read-batch-records", "Fetch the bad records of a file of JSON or XML", 401, 404, 422)
    text = {"schema": {"type": "string"}}
    told["responses"][200] = {"content": {"application/json": {"schema": {"type": "object"}}, "application/xml": text}}
    return told


@router.post("/oauth/token", tags=["sign-in"], **_token_operation())
def token(wiring: Wired, context: Context, body: RawBody) -> Response:
    """OAuth 2.0 client credentials with `private_key_jwt` (RFC 6749, RFC 7523); tokens are RFC 9068 and short."""
    status, headers, answer = issue_partner_token(wiring, context, parse_token_form(body))
    return Response(json.dumps(answer), status, headers=dict(headers), media_type="application/json")


def idempotency_key(
    request: Request,
    idempotency_key: Annotated[
        str | None, Header(alias="Idempotency-Key", description="Must be sent; at most 200 characters")
    ] = None,
) -> str:
    """The sender's name for one push. Raise `BodyUnreadableError` for none, and for several of which one was meant."""
    if len(request.headers.getlist("idempotency-key")) > 1:
        raise BodyUnreadableError("send one Idempotency-Key, not several")
    if not idempotency_key or len(idempotency_key) > _KEY_LENGTH:
        raise BodyUnreadableError("send an Idempotency-Key of at most 200 characters, the same one when you resend")
    return idempotency_key


def pushable(wiring: Wired, caller: Anyone, feed: str, media_format: MediaFormat) -> str:
    """The feed's name, before a byte of the body is read: a body that may not be pushed is not spooled."""
    require_may_push(wiring, caller, feed, media_format)
    return feed


Key = Annotated[str, Depends(idempotency_key)]
Pushable = Annotated[str, Depends(pushable)]
Contract = Annotated[BatchContract, Depends(batch_contract)]


async def checked_body(request: Request, _feed: Pushable, _key: Key, contract: Contract) -> SpooledFile:
    """The body in the spool, once all else of the request is known to be right; it is the one that was sent."""
    file = await spooled_body(request)
    try:
        require_digest(contract, request.state.sent_sha256)
    except ContentDigestError:
        spool_of(request.app.state.wiring).discard(file.name)
        raise
    return file


def sent_file(
    feed: Pushable,
    key: Key,
    contract: Contract,
    media_format: MediaFormat,
    body: Annotated[SpooledFile, Depends(checked_body)],
) -> Push:
    """The file that a partner pushes."""
    return Push(feed, body, media_format, key, contract)


@router.post(
    "/v1/feeds/{feed}/batches",
    status_code=202,
    tags=["feeds"],
    dependencies=[BEARER],
    **operation("push-file", "Push a file of a feed", 400, 401, 403, 404, 409, 413, 415, 422, answer="Taken"),
    openapi_extra=_body(_FILE),
)
def push(
    wiring: Wired, context: Context, caller: Anyone, sent: Annotated[Push, Depends(sent_file)], response: Response
) -> BatchOut:
    """Push a file of a feed; good rows are taken, bad rows handed back. The same key and file again change nothing."""
    batch = receive_batch(wiring, context, caller, sent)
    response.headers["Location"] = f"/v1/batches/{batch.batch_id}"
    # Whoever sends no digest is told which one is looked at (RFC 9530 section 4).
    response.headers["Want-Content-Digest"] = "sha-256=10"
    today = wiring.clock().date()
    earlier = followed_version(wiring.feeds[sent.feed].profile, sent.contract.schema_version, today)
    if earlier is not None:
        response.headers.update(ending_headers(earlier, today))
    return batch_view(wiring, batch, progress_of(wiring, batch))


@router.get("/v1/batches", tags=["feeds"], dependencies=[BEARER], **operation("list-batches", "Files we pushed", 401))
def batches(wiring: Wired, caller: Anyone) -> list[BatchOut]:
    """The newest files that this agency pushed."""
    return [batch_view(wiring, batch) for batch in list_own_batches(wiring, caller)]


@router.get(
    "/v1/batches/{batch_id}",
    tags=["feeds"],
    dependencies=[BEARER],
    **operation("read-batch", "What became of one file", 401, 404, 422),
)
def batch(wiring: Wired, caller: Anyone, batch_id: UUID) -> BatchOut:
    """What became of one file, or how far it is."""
    found = read_own_batch(wiring, caller, batch_id)
    return batch_view(wiring, found, progress_of(wiring, found))


@router.get(
    "/v1/batches/{batch_id}/errors.csv",
    tags=["feeds"],
    dependencies=[BEARER],
    response_class=Response,
    **_sheet_operation(),
)
def batch_errors(wiring: Wired, context: Context, caller: Anyone, batch_id: UUID) -> Response:
    """The bad rows in the sender's own columns, with what is wrong and how to mend it."""
    name, text = errors_csv(wiring, context, caller, batch_id)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=disposition)


@router.get(
    "/v1/batches/{batch_id}/errors",
    tags=["feeds"],
    dependencies=[BEARER],
    response_class=Response,
    **_document_operation(),
)
def batch_error_records(wiring: Wired, context: Context, caller: Anyone, batch_id: UUID) -> Response:
    """The bad records of a feed of JSON or XML, each a file by itself: mend them there and send the document again."""
    name, ending, text = errors_document(wiring, context, caller, batch_id)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"application/{ending}", headers=disposition)
