"""A file that arrives in parts and survives what breaks it off: the connection, the sender's program, this gateway.

(0) who may push the feed may begin an upload; from then on it is the sender's alone
(1) every part is a sealed file of its own; what a broken connection brought counts too
(2) the sender asks how far it is, and goes on from there
(3) when it is whole its digest is compared, and it becomes a batch like any other push
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from gateway.errors import (
    BodyTooLargeError,
    ContentDigestError,
    IdempotencyConflictError,
    NotFoundError,
    UploadOffsetError,
)
from gateway.identity.caller import Caller
from gateway.store.advisory import one_at_a_time
from gateway.store.desk_tables import BatchRow
from gateway.store.spool import PIECE, Spool, SpooledFile
from gateway.store.uploads import (
    Upload,
    add_part,
    become_batch,
    find_begun,
    find_upload,
    forget_expired,
    forget_upload,
    open_uploads,
    parts_of,
    parts_wanted,
    save_upload,
)
from gateway.usecases.intake.batch_contract import BatchContract
from gateway.usecases.intake.batches import read_own_batch
from gateway.usecases.intake.intake import Push, receive_batch, require_may_push, sender_of, spool_of
from gateway.usecases.intake.intake_order import Order, open_order, seal_order
from gateway.usecases.intake.push_contract import key_parts
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

KEPT_FOR = timedelta(days=3)
"""From its beginning, after which an upload that did not end is deleted."""
MOST_OPEN = 20
"""Uploads of one sender that may wait for more at a time."""
_ORPHAN_AGE = timedelta(hours=1)
_MIB = 1024 * 1024
_IN = "hg_intake"


@dataclass(frozen=True, slots=True)
class NewUpload:
    """What a sender says when beginning. `size` is that of the whole body as sent; None where it is not known yet."""

    feed: str
    media_format: str
    encoding: str
    idempotency_key: str
    contract: BatchContract
    size: int | None


@dataclass(frozen=True, slots=True)
class UploadStands:
    """How far an upload is. `batch_id` once it has ended; `limit` is the most that it may have, in bytes."""

    upload_id: UUID
    feed: str
    offset: int
    size: int | None
    batch_id: UUID | None
    limit: int
    seconds_left: int


class Unpacks(Protocol):
    """Unpacks a body piece by piece."""

    def take(self, part: bytes) -> Iterator[bytes]:
        """The content of a part."""

    def end(self) -> None:
        """The body has ended. Raise where the file in it has not."""


def parts_folder(wiring: Wiring) -> Spool:
    """Where the parts of uploads wait."""
    folder = wiring.settings.spool_folder
    return Spool(folder.with_name(f"{folder.name}-uploads"), wiring.custody.field)


def begin_upload(wiring: Wiring, context: RequestContext, caller: Caller, new: NewUpload) -> UploadStands:
    """Begin an upload, or go on with the one that the caller began under this key, even if it has ended since.

    Raise as `require_may_push` does, `IdempotencyConflictError` where the key was another file's, `BodyTooLargeError`.
    """
    require_may_push(wiring, caller, new.feed, new.media_format, new.contract.mode)
    if new.size is not None and new.size > _limit(wiring):
        raise BodyTooLargeError("the file is larger than this gateway takes at once; send it in several files")
    now, sender = wiring.clock(), sender_of(caller)
    digests = wiring.custody.digest.digests("upload-key", *key_parts(new.idempotency_key, new.contract))
    with one_at_a_time(wiring.database, f"uploads/{sender}"), wiring.database.transaction(_IN) as connection:
        begun = find_begun(connection, sender, new.feed, digests, now)
        if begun is not None:
            _require_same(wiring, begun, new)
            return _stands(wiring, begun)
        if open_uploads(connection, sender, now) >= MOST_OPEN:
            message = f"{MOST_OPEN} uploads of yours wait for more; end or delete one before you begin another"
            raise BodyTooLargeError(message)
        upload = _new(wiring, Order(caller, context, new.media_format, new.contract), new, digests[0])
        # One that has run out and is not swept yet stands in the way of a new one under its key.
        forget_expired(connection, now)
        save_upload(connection, upload)
    return _stands(wiring, upload)


def _new(wiring: Wiring, order: Order, new: NewUpload, key_digest: bytes) -> Upload:
    ring, upload_id, caller = wiring.custody.field, wiring.mint_opaque(), order.caller
    return Upload(
        upload_id, new.feed, caller.agency, sender_of(caller), seal_order(ring, upload_id, order),
        ring.seal(new.idempotency_key.encode(), _key_binding(upload_id)), key_digest, new.encoding, new.size, 0, None,
        wiring.clock() + KEPT_FOR,
    )  # fmt: skip


def _require_same(wiring: Wiring, begun: Upload, new: NewUpload) -> None:
    before = open_order(wiring.custody.field, begun.upload_id, begun.sealed_order)
    now = new.contract, new.media_format, new.encoding, new.size
    if now != (before.contract, before.media_format, begun.encoding, begun.bytes_whole):
        raise IdempotencyConflictError("this Idempotency-Key began another upload; use a new key")


def upload_stands(wiring: Wiring, caller: Caller, feed: str, upload_id: UUID) -> UploadStands:
    """How far an upload of the caller's is. Raise `NotFoundError`, the same for another's as for none."""
    return _stands(wiring, _own(wiring, caller, feed, upload_id))


def require_offset(stands: UploadStands, offset: int) -> None:
    """Raise `UploadOffsetError` where a part does not begin where the last one ended, or the upload has ended."""
    if stands.batch_id is not None:
        raise UploadOffsetError("the upload has ended; ask for its batch")
    if stands.offset != offset:
        message = f"the upload goes on at byte {stands.offset}; send from there"
        raise UploadOffsetError(message)


def add_to_upload(wiring: Wiring, caller: Caller, stands: UploadStands, file: SpooledFile) -> UploadStands:
    """Note a part that is written; the one that comes second of two for one place is dropped.

    Raise `UploadOffsetError` or `BodyTooLargeError`; the part's file is then gone.
    """
    folder = parts_folder(wiring)
    try:
        with one_at_a_time(wiring.database, f"upload/{stands.upload_id}"):
            now = upload_stands(wiring, caller, stands.feed, stands.upload_id)
            require_offset(now, stands.offset)
            _require_room(now, file.size)
            if file.size:
                with wiring.database.transaction(_IN) as connection:
                    add_part(connection, now.upload_id, now.offset, file.name, file.size)
    except BaseException:
        folder.discard(file.name)
        raise
    if not file.size:
        folder.discard(file.name)
    return replace(now, offset=now.offset + file.size)


def _require_room(stands: UploadStands, size: int) -> None:
    if stands.offset + size > (stands.limit if stands.size is None else stands.size):
        raise BodyTooLargeError("the upload brings more than it said, or more than this gateway takes at once")


def end_upload(
    wiring: Wiring, context: RequestContext, caller: Caller, stands: UploadStands, unpacker: Callable[[str], Unpacks]
) -> BatchRow:
    """Make the batch of an upload that is whole; asked again it gives the same batch.

    Raise `UploadOffsetError` where it is shorter than its sender said, `ContentDigestError` where it is other than
    what was sent (it is then deleted), and as `receive_batch` does.
    """
    with one_at_a_time(wiring.database, f"upload-end/{stands.upload_id}"):
        upload = _own(wiring, caller, stands.feed, stands.upload_id)
        if upload.batch_id is not None:
            return read_own_batch(wiring, caller, upload.batch_id)
        if upload.bytes_whole is not None and upload.bytes_received < upload.bytes_whole:
            message = f"the upload has {upload.bytes_received} of the bytes it said; send the others before its end"
            raise UploadOffsetError(message)
        ring = wiring.custody.field
        order = open_order(ring, upload.upload_id, upload.sealed_order)
        key = ring.unseal(upload.sealed_key, _key_binding(upload.upload_id)).decode()
        file = _put_together(wiring, upload, order.contract, unpacker(upload.encoding))
        batch = receive_batch(wiring, context, caller, Push(upload.feed, file, order.media_format, key, order.contract))
        with wiring.database.transaction(_IN) as connection:
            names = parts_of(connection, upload.upload_id)
            become_batch(connection, upload.upload_id, batch.batch_id)
    for name in names:
        parts_folder(wiring).discard(name)
    return batch


def give_up_upload(wiring: Wiring, caller: Caller, feed: str, upload_id: UUID) -> None:
    """Delete an upload and all of its parts; a batch that it became stays. Raise `NotFoundError`."""
    _delete(wiring, _own(wiring, caller, feed, upload_id))


def sweep_uploads(wiring: Wiring) -> int:
    """Delete uploads that have run out, and files that belong to none; return how many uploads."""
    with wiring.database.transaction(_IN) as connection:
        gone = forget_expired(connection, wiring.clock())

    def wanted(names: list[str]) -> set[str]:
        with wiring.database.transaction(_IN) as connection:
            return parts_wanted(connection, names)

    parts_folder(wiring).sweep(wiring.clock(), _ORPHAN_AGE, wanted)
    return gone


def _put_together(wiring: Wiring, upload: Upload, contract: BatchContract, unpack: Unpacks) -> SpooledFile:
    """The whole file in the spool of batches, unpacked."""
    folder, limit, sent = parts_folder(wiring), _limit(wiring), hashlib.sha256()
    with wiring.database.transaction(_IN) as connection:
        names = parts_of(connection, upload.upload_id)
    with spool_of(wiring).write() as writer:
        for name in names:
            with folder.open(name) as part:
                while piece := part.read(PIECE):
                    sent.update(piece)
                    for plain in unpack.take(piece):
                        if writer.size + len(plain) > limit:
                            raise BodyTooLargeError("the unpacked file is larger than this gateway takes at once")
                        writer.write(plain)
        unpack.end()
        if contract.content_sha256 is not None and contract.content_sha256 != sent.digest():
            _delete(wiring, upload)
            raise ContentDigestError("the upload does not have the digest that Repr-Digest gives; nothing was taken")
        return writer.finish()


def _delete(wiring: Wiring, upload: Upload) -> None:
    with wiring.database.transaction(_IN) as connection:
        names = parts_of(connection, upload.upload_id)
        forget_upload(connection, upload.upload_id)
    for name in names:
        parts_folder(wiring).discard(name)


def _own(wiring: Wiring, caller: Caller, feed: str, upload_id: UUID) -> Upload:
    with wiring.database.transaction(_IN) as connection:
        upload = find_upload(connection, upload_id, sender_of(caller), wiring.clock())
    if upload is None or upload.feed != feed or upload.agency != caller.agency:
        raise NotFoundError("there is no upload of that id")
    return upload


def _stands(wiring: Wiring, upload: Upload) -> UploadStands:
    left = max(0, int((upload.expires_at - wiring.clock()).total_seconds()))
    return UploadStands(
        upload.upload_id, upload.feed, upload.bytes_received, upload.bytes_whole, upload.batch_id, _limit(wiring), left
    )


def _limit(wiring: Wiring) -> int:
    return wiring.settings.max_body_mib * _MIB


def _key_binding(upload_id: UUID) -> bytes:
    return f"upload-key/{upload_id}".encode()
