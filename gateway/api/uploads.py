"""Routes of uploads that can be resumed, after the IETF draft (draft-ietf-httpbis-resumable-upload-12).

The draft and not tus 1.0: it is on its way to be the standard, its headers are what browsers and operating systems
begin to send, and it needs no header of its own for what HTTP says already. Parts are sent with PATCH and
`application/partial-upload`; HEAD tells how far the upload is; a part that breaks off counts as far as it came.
"""

from typing import Annotated, Any
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Depends, Header, Request, Response
from starlette.requests import ClientDisconnect

from gateway.api.batch_contract import batch_contract, sha256_of
from gateway.api.body import MEDIA_TYPES, MediaFormat, unpacker
from gateway.api.context import Anyone, Context, Wired
from gateway.api.contract import BEARER, operation
from gateway.api.partners import idempotency_key
from gateway.api.views import BatchOut, batch_view
from gateway.errors import BodyTooLargeError, BodyUnreadableError, UnsupportedMediaError
from gateway.usecases.intake.batch_contract import BatchContract
from gateway.usecases.intake.intake import SpooledFile
from gateway.usecases.intake.uploads import (
    NewUpload,
    UploadStands,
    add_to_upload,
    begin_upload,
    end_upload,
    give_up_upload,
    parts_folder,
    require_offset,
    upload_stands,
)

router = APIRouter(prefix="/v1/feeds/{feed}/uploads", tags=["feeds"], dependencies=[BEARER])
PART = "application/partial-upload"
_TRUTH = {"?0": False, "?1": True}
_MOST_OF_A_NUMBER = 15
_COMPLETE = Header(alias="Upload-Complete", description="`?1` with the last part, else `?0`")
_FILES: dict[str, Any] = {"requestBody": {"required": False, "content": {name: {} for name in MEDIA_TYPES}}}
_PARTS: dict[str, Any] = {"requestBody": {"required": True, "content": {PART: {}}}}


def _adding() -> dict[str, Any]:
    told = operation("add-to-upload", "Add a part to an upload", 400, 401, 403, 404, 409, 413, 415, 422)
    told["responses"][202] = {"model": BatchOut, "description": "Whole, and taken as a batch"}
    return told


def flag(text: str | None) -> bool:
    """A boolean of RFC 9651. Raise `BodyUnreadableError`."""
    if text not in _TRUTH:
        raise BodyUnreadableError("Upload-Complete must be ?0 or ?1")
    return _TRUTH[text]


def number(text: str | None, name: str) -> int:
    """A whole number of RFC 9651, not negative. Raise `BodyUnreadableError`."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > _MOST_OF_A_NUMBER:
        message = f"{name} must be a whole number of bytes"
        raise BodyUnreadableError(message)
    return int(text)


def new_upload(  # noqa: PLR0913, PLR0917 - one parameter a header
    request: Request,
    feed: str,
    media_format: MediaFormat,
    key: Annotated[str, Depends(idempotency_key)],
    contract: Annotated[BatchContract, Depends(batch_contract)],
    upload_length: Annotated[
        str | None, Header(alias="Upload-Length", description="Bytes of the whole body, as it is sent")
    ] = None,
    repr_digest: Annotated[
        str | None, Header(alias="Repr-Digest", description="RFC 9530, `sha-256`, of the whole body as it is sent")
    ] = None,
    upload_complete: Annotated[str | None, _COMPLETE] = None,
) -> NewUpload:
    """What a request to begin an upload states."""
    if flag(upload_complete):
        raise BodyUnreadableError("begin with Upload-Complete: ?0 and no content; a whole file is pushed to /batches")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    unpacker(encoding)
    size = None if upload_length is None else number(upload_length, "Upload-Length")
    whole = BatchContract(
        contract.mode, contract.coverage_from, contract.coverage_to, contract.validate_only, contract.mends,
        sha256_of(repr_digest), contract.schema_version,
    )  # fmt: skip
    return NewUpload(feed, media_format, encoding, key, whole, size)


@router.post(
    "",
    status_code=201,
    response_class=Response,
    openapi_extra=_FILES,
    **operation("begin-upload", "Begin an upload that can be resumed", 400, 401, 403, 404, 409, 413, 415, 422),
)
def begin(wiring: Wired, context: Context, caller: Anyone, new: Annotated[NewUpload, Depends(new_upload)]) -> Response:
    """Begin an upload of a large file. Content-Type, Idempotency-Key and the contract are those of a push.

    The answer's Location is the upload's address; it is kept for three days. Begun again with the same key and
    headers, it is the same upload: Upload-Offset says where it goes on, Hearthgate-Batch what it has become.
    """
    stands = begin_upload(wiring, context, caller, new)
    location = f"/v1/feeds/{stands.feed}/uploads/{stands.upload_id}"
    return Response(status_code=201, headers={**_told(stands), "Location": location})


@router.head(
    "/{upload_id}",
    status_code=204,
    response_class=Response,
    **operation("read-upload", "How far an upload is", 401, 404, 422),
)
def stands(wiring: Wired, caller: Anyone, feed: str, upload_id: UUID) -> Response:
    """How far an upload is: the next part begins at Upload-Offset."""
    return Response(status_code=204, headers=_told(upload_stands(wiring, caller, feed, upload_id)))


@router.delete(
    "/{upload_id}",
    status_code=204,
    response_class=Response,
    **operation("delete-upload", "Give an upload up", 401, 404, 422),
)
def give_up(wiring: Wired, caller: Anyone, feed: str, upload_id: UUID) -> Response:
    """Give an upload up: what came of it is deleted. A batch that it became stays."""
    give_up_upload(wiring, caller, feed, upload_id)
    return Response(status_code=204)


def going_on(
    request: Request,
    wiring: Wired,
    caller: Anyone,
    feed: str,
    upload_id: UUID,
    upload_offset: Annotated[str | None, Header(alias="Upload-Offset", description="Where the part begins")] = None,
) -> UploadStands:
    """The upload that a part is for, before a byte of the part is read."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != PART:
        message = f"Content-Type of a part must be {PART}"
        raise UnsupportedMediaError(message)
    found = upload_stands(wiring, caller, feed, upload_id)
    require_offset(found, number(upload_offset, "Upload-Offset"))
    return found


@router.patch(
    "/{upload_id}",
    status_code=204,
    response_model=None,
    openapi_extra=_PARTS,
    **_adding(),
)
async def add(
    request: Request,
    wiring: Wired,
    context: Context,
    caller: Anyone,
    before: Annotated[UploadStands, Depends(going_on)],
    upload_complete: Annotated[str | None, _COMPLETE] = None,
) -> Response:
    """Add a part. With Upload-Complete: ?1 the upload ends: the answer is that of a push, and names the batch."""
    last = flag(upload_complete)
    file, broken = await _part(request, before)
    after = await to_thread.run_sync(add_to_upload, wiring, caller, before, file)
    if broken or not last:
        return Response(status_code=204, headers=_told(after))
    batch = await to_thread.run_sync(end_upload, wiring, context, caller, after, unpacker)
    told: BatchOut = batch_view(wiring, batch)
    headers = {"Location": f"/v1/batches/{batch.batch_id}", "Upload-Complete": "?1"}
    return Response(told.model_dump_json(by_alias=True), 202, headers, "application/json")


async def _part(request: Request, before: UploadStands) -> tuple[SpooledFile, bool]:
    """The content of a part, sealed on disk, and whether it broke off. Raise `BodyTooLargeError`."""
    room, broken = before.limit - before.offset, False
    with parts_folder(request.app.state.wiring).write() as writer:
        try:
            async for piece in request.stream():
                if writer.size + len(piece) > room:
                    raise BodyTooLargeError("the file is larger than this gateway takes at once")
                writer.write(piece)
        except ClientDisconnect:
            broken = True
        return await to_thread.run_sync(writer.finish), broken


def _told(stands: UploadStands) -> dict[str, str]:
    limits = f"max-size={stands.limit}, max-age={stands.seconds_left}"
    told = {
        "Upload-Offset": str(stands.offset),
        "Upload-Complete": "?1" if stands.batch_id else "?0",
        "Upload-Limit": limits,
        "Cache-Control": "no-store",
    }
    if stands.size is not None:
        told["Upload-Length"] = str(stands.size)
    # Location is the upload's own where it is begun, so what it became has a header of its own.
    return told | ({"Hearthgate-Batch": str(stands.batch_id)} if stands.batch_id else {})
