"""Path (a), push: one file from a partner, from bytes to facts with provenance, row by row, nothing lost.

(0) one instant; who may push this feed, and has this very push been seen
(1) the file waits in the spool, sealed, under a batch in state `received`
(2) a small one is taken at once, a larger one by the worker: see `intake_taking`
(3) answer with the batch as it stands
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from adapters.port import Feed, items_of
from gateway.errors import ForbiddenError, IdempotencyConflictError, NotFoundError, UnsupportedMediaError
from gateway.identity.caller import Caller, PartnerCaller
from gateway.store.advisory import one_at_a_time
from gateway.store.batches import find_batch, open_batch, read_batch
from gateway.store.desk_tables import BatchRow
from gateway.store.jobs import defer_batch
from gateway.store.spool import SpooledFile
from gateway.store.spooled_batches import find_spooled, save_spooled
from gateway.usecases.feeds.feed_switch import require_on
from gateway.usecases.intake.batch_contract import BatchContract, Mode
from gateway.usecases.intake.batch_modes import formats_of
from gateway.usecases.intake.intake_order import Order, seal_order
from gateway.usecases.intake.intake_parts import SUPPLY_PURPOSE, UNFINISHED
from gateway.usecases.intake.intake_rejected import rejected_row_binding
from gateway.usecases.intake.intake_taking import spool_of, take_batch
from gateway.usecases.intake.push_contract import (
    contract_columns,
    is_contract_of,
    key_parts,
    mended_first,
    require_contract,
)
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.role_families import DATA_SUPPLY, families_of
from gateway.wiring import Wiring

__all__ = [
    "SUPPLY_PURPOSE", "Batch", "Push", "SpooledFile", "receive_batch", "rejected_row_binding", "require_may_push",
    "sender_of", "spool_of",
]  # fmt: skip

Batch = BatchRow
"""A pushed file as use cases hand it on."""
TAKEN_AT_ONCE = 1024 * 1024
"""Bytes of a file that is taken within the request that brings it."""
_PUSH_SCOPE = "feeds:push"


@dataclass(frozen=True, slots=True)
class Push:
    """A file as it came, decompressed, its format (csv, json, ndjson, xml, xlsx), and the sender's Idempotency-Key.

    `body` is a file in the spool, which `receive_batch` takes over, or what is in memory already.
    """

    feed: str
    body: SpooledFile | bytes
    media_format: str
    idempotency_key: str
    contract: BatchContract = field(default_factory=BatchContract)


def require_may_push(
    wiring: Wiring, caller: Caller, feed_name: str, media_format: str, mode: Mode | None = None
) -> Feed:
    """The feed, if the caller may push a file of that format to it, in a mode or, for None, in any.

    Raises `NotFoundError`, `ForbiddenError`, `UnsupportedMediaError`, or `FeedOffError` where nobody switched it on.
    """
    feed = wiring.feeds.get(feed_name)
    if feed is None:
        raise NotFoundError("there is no feed of that name")
    owner = wiring.register.owner_of(feed.profile.source, wiring.clock())
    if isinstance(caller, PartnerCaller):
        may_push = _PUSH_SCOPE in caller.scopes
    else:
        may_push = DATA_SUPPLY in families_of(wiring, caller)
    if owner != caller.agency or not may_push:
        raise ForbiddenError("this feed belongs to another agency, or your account may not push files")
    if media_format not in formats_of(feed.profile, mode):
        raise UnsupportedMediaError("this feed does not come in that format")
    _require_on(wiring, caller, feed)
    return feed


def _require_on(wiring: Wiring, caller: Caller, feed: Feed) -> None:
    """What no agreement covers is a batch that says so, on or off; everything else must have been switched on."""
    now, profile = wiring.clock(), feed.profile
    if wiring.register.decide_supply(caller.agency, profile.source, now).items & items_of(profile):
        require_on(wiring, profile.name, now)


def receive_batch(wiring: Wiring, context: RequestContext, caller: Caller, push: Push) -> BatchRow:
    """Take a pushed file. Returns the batch as it stands; the same push again returns the same batch.

    Raises as `require_may_push` does, or `IdempotencyConflictError`; a file that is not of the feed, or that no
    agreement covers, is a batch in state `refused` with its reason.
    """
    spool = spool_of(wiring)
    file = spool.put(push.body) if isinstance(push.body, bytes) else push.body
    # (0) One instant for the whole request; the same push twice at once waits for itself.
    now = wiring.clock()
    with one_at_a_time(wiring.database, f"{sender_of(caller)}/{push.feed}/{push.idempotency_key}"):
        try:
            feed = require_may_push(wiring, caller, push.feed, push.media_format, push.contract.mode)
            require_contract(push.contract, feed.profile, now.date())
            known = _seen_before(wiring, caller, push, file)
        except BaseException:
            spool.discard(file.name)
            raise
        if known is not None and known.state not in UNFINISHED:
            spool.discard(file.name)
            return known
        # (1) From here on the file is the batch's, and stays until it is taken or nobody names it.
        source_no = wiring.source_number(feed.profile.source)
        order = Order(caller, context, push.media_format, push.contract)
        batch_id = known.batch_id if known else wiring.mint_opaque()
        if known is None:
            _open(wiring, push, order, file, (batch_id, source_no, now))
        else:
            _go_on(wiring, batch_id, order, file)
    # (2) What is small is finished before it is answered.
    if file.size <= TAKEN_AT_ONCE and not take_batch(wiring, batch_id, at_once=True):
        with wiring.database.transaction("hg_intake") as connection:
            defer_batch(connection, batch_id)
    # (3) As it stands now.
    return _stored(wiring, caller, batch_id)


def _seen_before(wiring: Wiring, caller: Caller, push: Push, file: SpooledFile) -> BatchRow | None:
    ring = wiring.custody.digest
    with wiring.database.transaction("hg_desk") as connection:
        digests = ring.digests("idempotency-key", *key_parts(push.idempotency_key, push.contract))
        known = find_batch(connection, sender_of(caller), push.feed, digests)
        if known is None:
            mended_first(connection, (caller.agency, sender_of(caller)), push.feed, push.contract)
    if known is not None and known.content_digest not in ring.digests("batch-content", file.sha256):
        raise IdempotencyConflictError("this Idempotency-Key came before with other content; use a new key")
    if known is not None and not is_contract_of(push.contract, known):
        raise IdempotencyConflictError("this Idempotency-Key came before under another contract; use a new key")
    return known


def _open(wiring: Wiring, push: Push, order: Order, file: SpooledFile, values: tuple[UUID, int, datetime]) -> None:
    ring, caller = wiring.custody.digest, order.caller
    batch_id, source_no, now = values
    version = wiring.feeds[push.feed].profile.version
    with wiring.database.transaction("hg_intake") as connection:
        open_batch(
            connection,
            {
                "batch_id": batch_id, "feed": push.feed, "source_no": source_no, "agency": caller.agency,
                "sender": sender_of(caller), "state": "received", "received_at": now,
                "idempotency_digest": ring.digest("idempotency-key", *key_parts(push.idempotency_key, push.contract)),
                "content_digest": ring.digest("batch-content", file.sha256),
                "columns_not_kept": [], "items_not_covered": [],
                "mends": mended_first(connection, (caller.agency, sender_of(caller)), push.feed, push.contract),
                **contract_columns(wiring.custody.field, batch_id, push.contract, version, file.sha256),
            },
        )  # fmt: skip
        _note(wiring, connection, batch_id, order, file)


def _go_on(wiring: Wiring, batch_id: UUID, order: Order, file: SpooledFile) -> None:
    """A push that came before and is not finished goes on with its own file, or with this one if that is gone."""
    spool = spool_of(wiring)
    with wiring.database.transaction("hg_intake") as connection:
        waiting = find_spooled(connection, batch_id)
        if waiting is not None and spool.has(waiting.spool):
            spool.discard(file.name)
        else:
            _note(wiring, connection, batch_id, order, file)


def _note(wiring: Wiring, connection: Connection, batch_id: UUID, order: Order, file: SpooledFile) -> None:
    sealed = seal_order(wiring.custody.field, batch_id, order)
    save_spooled(connection, batch_id, file.name, sealed, file.size)
    if file.size > TAKEN_AT_ONCE:
        defer_batch(connection, batch_id)


def sender_of(caller: Caller) -> str:
    """Who sent a batch, as the batch remembers it."""
    return caller.client_id if isinstance(caller, PartnerCaller) else f"staff:{caller.subject}"


def _stored(wiring: Wiring, caller: Caller, batch_id: UUID) -> BatchRow:
    with wiring.database.transaction("hg_desk") as connection:
        batch = read_batch(connection, batch_id, caller.agency)
    if batch is None:
        raise NotFoundError("there is no batch of that id")
    return batch
