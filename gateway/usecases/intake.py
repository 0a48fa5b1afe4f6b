"""Path (a), push: one file from a partner, from bytes to facts with provenance, row by row, nothing lost.

(0) one instant; who may push this feed, and has this very push been seen
(1) translate a chunk of rows into concept records or row errors
(2) agreements decide supply: what is not covered is dropped here, item by item, before anything is stored
(3) append one collection entry with the count and the Merkle root of keyed row digests: no row is taken without it
(4) save what changed, with provenance; defer linkage; commit
(5) answer with the batch's counts and the promise of its last entry
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import Connection

from adapters.errors import FeedUnreadableError
from adapters.port import Feed, Translation, items_of, translate_rows
from agreements.offers import Supply
from audit.encoding import to_base64
from audit.entry import Decision, Entry, EventClass, Outcome
from audit.merkle import leaf_hash, root_of
from concept_model.records import Fact, facts_of
from gateway.errors import ForbiddenError, IdempotencyConflictError, NotFoundError, UnsupportedMediaError
from gateway.identity.caller import Caller, PartnerCaller
from gateway.store.advisory import one_at_a_time
from gateway.store.batches import (
    find_batch,
    open_batch,
    read_batch,
    save_rejected_rows,
    save_row_errors,
    update_batch,
)
from gateway.store.desk_tables import BatchRow
from gateway.store.facts import current_digests, erased_digests, intern_records, save_facts, save_tokens
from gateway.store.jobs import defer_linkage
from gateway.store.ledger import append
from gateway.usecases.entries import entry
from gateway.usecases.fact_rows import SourceKey, changed, fact_rows, keys_in_use, keys_of, under_stored_keys
from gateway.usecases.request_context import RequestContext
from gateway.usecases.role_families import DATA_SUPPLY, families_of
from gateway.usecases.search_tokens import token_rows
from gateway.wiring import Wiring

Batch = BatchRow
"""A pushed file as use cases hand it on."""

CHUNK_ROWS = 2000
KEPT_FOR = timedelta(days=30)
SUPPLY_PURPOSE = "supply"
_PUSH_SCOPE = "feeds:push"


@dataclass(frozen=True, slots=True)
class Push:
    """A file as it came: decompressed body, its format (csv, json, ndjson, xml) and the sender's Idempotency-Key."""

    feed: str
    body: bytes
    media_format: str
    idempotency_key: str


@dataclass(slots=True)
class _Tally:
    """What became of the rows so far."""

    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    refused: int = 0
    flagged: int = 0
    facts_new: int = 0
    facts_unchanged: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    uncovered: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Intake:
    """What stays the same through a push."""

    wiring: Wiring
    context: RequestContext
    caller: Caller
    feed: Feed
    source_no: int
    supply: Supply
    batch_id: UUID
    now: datetime


def receive_batch(wiring: Wiring, context: RequestContext, caller: Caller, push: Push) -> BatchRow:
    """Take a pushed file. Returns the batch as it stands; the same push again returns the same batch.

    Raises `NotFoundError`, `ForbiddenError`, `UnsupportedMediaError` or `IdempotencyConflictError`; a file that is
    not of the feed, or that no agreement covers, is a batch in state `refused` with its reason.
    """
    # (0) One instant for the whole request; the same push twice at once waits for itself.
    now = wiring.clock()
    feed = _feed_for(wiring, caller, push)
    with one_at_a_time(wiring.database, f"{sender_of(caller)}/{push.feed}/{push.idempotency_key}"):
        known = _seen_before(wiring, caller, push)
        if known is not None and known.state != "validating":
            return known
        source_no = wiring.source_number(feed.profile.source)
        supply = wiring.register.decide_supply(caller.agency, feed.profile.source, now)
        batch_id = known.batch_id if known is not None else _open(wiring, caller, push, source_no, now)
        intake = _Intake(wiring, context, caller, feed, source_no, supply, batch_id, now)
        if not supply.items & items_of(feed.profile):
            return _refuse(intake, "supply-not-agreed", *_why_not(supply, feed))
        return _take_rows(intake, push.body)


def _take_rows(intake: _Intake, body: bytes) -> BatchRow:
    tally = _Tally()
    try:
        # (1) Translate row by row, (2) to (4) chunk by chunk.
        for number, chunk in enumerate(_chunks(translate_rows(intake.feed, body))):
            _take_chunk(intake, chunk, number, tally)
    except FeedUnreadableError as error:
        return _refuse(intake, error.code, error.message, error.how_to_fix)
    # (5) What became of it.
    return _finish(intake, tally)


def _feed_for(wiring: Wiring, caller: Caller, push: Push) -> Feed:
    feed = wiring.feeds.get(push.feed)
    if feed is None:
        raise NotFoundError("there is no feed of that name")
    owner = wiring.register.owner_of(feed.profile.source, wiring.clock())
    if isinstance(caller, PartnerCaller):
        may_push = _PUSH_SCOPE in caller.scopes
    else:
        may_push = DATA_SUPPLY in families_of(wiring, caller)
    if owner != caller.agency or not may_push:
        raise ForbiddenError("this feed belongs to another agency, or your account may not push files")
    if push.media_format not in feed.profile.formats:
        raise UnsupportedMediaError("this feed does not come in that format")
    return feed


def _seen_before(wiring: Wiring, caller: Caller, push: Push) -> BatchRow | None:
    ring = wiring.custody.digest
    with wiring.database.transaction("hg_desk") as connection:
        digests = ring.digests("idempotency-key", push.idempotency_key.encode())
        known = find_batch(connection, sender_of(caller), push.feed, digests)
    if known is not None and known.content_digest not in ring.digests("batch-content", push.body):
        raise IdempotencyConflictError("this Idempotency-Key came before with other content; use a new key")
    return known


def _open(wiring: Wiring, caller: Caller, push: Push, source_no: int, now: datetime) -> UUID:
    ring = wiring.custody.digest
    batch_id = wiring.mint_opaque()
    with wiring.database.transaction("hg_intake") as connection:
        open_batch(
            connection,
            {
                "batch_id": batch_id, "feed": push.feed, "source_no": source_no, "agency": caller.agency,
                "sender": sender_of(caller), "state": "validating", "received_at": now,
                "idempotency_digest": ring.digest("idempotency-key", push.idempotency_key.encode()),
                "content_digest": ring.digest("batch-content", push.body),
                "columns_not_kept": [], "items_not_covered": [],
            },
        )  # fmt: skip
    return batch_id


def sender_of(caller: Caller) -> str:
    """Who sent a batch, as the batch remembers it."""
    return caller.client_id if isinstance(caller, PartnerCaller) else f"staff:{caller.subject}"


def _why_not(supply: Supply, feed: Feed) -> tuple[str, str]:
    reasons = {supply.refusals[item].message for item in items_of(feed.profile) if item in supply.refusals}
    message = min(reasons) if reasons else "No agreement in force covers what this feed supplies."
    return message, "Nothing was stored. Ask the council's information governance team about the agreement."


def _chunks(translations: Iterator[Translation]) -> Iterator[list[Translation]]:
    while chunk := list(islice(translations, CHUNK_ROWS)):
        yield chunk


def _take_chunk(intake: _Intake, chunk: Sequence[Translation], number: int, tally: _Tally) -> None:
    # (2) Supply is decided item by item; nothing that is not covered goes any further.
    covered = intake.supply.items
    facts: list[Fact] = []
    for translation in chunk:
        row_facts = [fact for record in translation.records for fact in facts_of(record)]
        tally.uncovered |= {fact.item for fact in row_facts} - covered
        facts += [fact for fact in row_facts if fact.item in covered]
        _count(translation, tally)
    rejected = [translation for translation in chunk if translation.errors]
    with intake.wiring.database.transaction("hg_intake") as connection:
        # (3) One collection entry for the chunk; without it the database takes none of its rows.
        append(connection, _collection_entry(intake, chunk, number))
        # (4) Save what changed, in the same transaction.
        new, unchanged = _save(intake, connection, facts)
        save_row_errors(connection, intake.batch_id, [error for bad in rejected for error in bad.errors])
        expires_at = intake.now + KEPT_FOR
        kept = [(bad.row.number, _seal(intake, bad)) for bad in rejected if not bad.refused]
        save_rejected_rows(connection, intake.batch_id, kept, expires_at)
        # Here and not at the end: a push that breaks off later must not leave facts that nobody links.
        if new:
            defer_linkage(connection)
    tally.facts_new += new
    tally.facts_unchanged += unchanged


def _count(translation: Translation, tally: _Tally) -> None:
    tally.rows += 1
    if translation.refused:
        tally.refused += 1
    elif translation.errors:
        tally.rejected += 1
    else:
        tally.accepted += 1
        tally.flagged += bool(translation.flags)
    for position, name in enumerate(translation.row.cells, 1):
        tally.columns.setdefault(name, position)


def _save(intake: _Intake, connection: Connection, facts: Sequence[Fact]) -> tuple[int, int]:
    wiring, ring = intake.wiring, intake.wiring.custody.digest
    said = len(facts)
    keys, facts = _not_erased(intake, connection, facts)
    records = intern_records(connection, [key.record(ring) for key in keys], _minted(wiring))
    by_key = {key: records[key.digest(ring)] for key in keys}

    def record_of(key: SourceKey) -> UUID:
        return by_key[key]

    rows = list(fact_rows(facts, intake.feed.profile.source, intake.source_no, ring, record_of))
    stored = current_digests(connection, keys_in_use(rows))
    fresh = changed(under_stored_keys(rows, stored), stored)
    common = {
        "batch_id": intake.batch_id,
        "agreement": ", ".join(intake.supply.agreements),
        "recorded_at": intake.now,
    }
    save_facts(connection, fresh, common, _minted(wiring))
    save_tokens(connection, token_rows(fresh, wiring.custody.token))
    # What is said of somebody who was erased counts as unchanged: the sender is not told who that is.
    return len(fresh), said - len(fresh)


def _not_erased(
    intake: _Intake, connection: Connection, facts: Sequence[Fact]
) -> tuple[list[SourceKey], Sequence[Fact]]:
    """The keys that the facts name, and the facts, without those that name a key that was erased."""
    source, ring = intake.feed.profile.source, intake.wiring.custody.digest
    keys = keys_of(facts, source, intake.source_no)
    digests = {key: key.record(ring).digests for key in keys}
    erased = erased_digests(connection, [digest for all_of in digests.values() for digest in all_of])
    if not erased:
        return keys, facts
    standing = {key for key in keys if erased.isdisjoint(digests[key])}
    kept = [fact for fact in facts if standing.issuperset(keys_of([fact], source, intake.source_no))]
    return keys_of(kept, source, intake.source_no), kept


def _minted(wiring: Wiring) -> Iterator[UUID]:
    while True:
        yield wiring.mint()


def _seal(intake: _Intake, bad: Translation) -> bytes:
    # What may not be taken is not kept in a row handed back either.
    cells = {name: text for name, text in bad.row.cells.items() if _is_kept(intake, name)}
    plain = json.dumps(cells, ensure_ascii=False).encode()
    return intake.wiring.custody.field.seal(plain, rejected_row_binding(intake.batch_id, bad.row.number))


def rejected_row_binding(batch_id: UUID, row_number: int) -> bytes:
    """What a sealed row is bound to, so that it opens nowhere else."""
    return f"rejected-row/{batch_id}/{row_number}".encode()


def _collection_entry(intake: _Intake, chunk: Sequence[Translation], number: int) -> Entry:
    ring = intake.wiring.custody.digest
    digests = [leaf_hash(ring.digest("row", json.dumps(dict(t.row.cells)).encode())) for t in chunk]
    return entry(
        intake.wiring, intake.context, intake.caller, EventClass.COLLECTION, intake.now,
        purpose=SUPPLY_PURPOSE, agreements=intake.supply.agreements, decision=Decision.PERMIT,
        detail={
            "batch": str(intake.batch_id), "feed": intake.feed.profile.name, "chunk": number,
            "row_count": len(chunk), "rows_root": to_base64(root_of(digests)),
        },
    )  # fmt: skip


def _refuse(intake: _Intake, code: str, message: str, remedy: str) -> BatchRow:
    refused = entry(
        intake.wiring, intake.context, intake.caller, EventClass.DENIED, intake.now, purpose=SUPPLY_PURPOSE,
        decision=Decision.REFUSE, outcome=Outcome.DENIED,
        detail={"batch": str(intake.batch_id), "feed": intake.feed.profile.name, "reasons": [code]},
    )  # fmt: skip
    with intake.wiring.database.transaction("hg_intake") as connection:
        values: Mapping[str, object] = {
            "state": "refused", "refusal_code": code, "refusal_message": message, "refusal_remedy": remedy,
            "finished_at": intake.wiring.clock(), "receipt_entry": UUID(refused.entry_id),
        }  # fmt: skip
        update_batch(connection, intake.batch_id, values)
        append(connection, refused)
    return _stored(intake)


def _finish(intake: _Intake, tally: _Tally) -> BatchRow:
    profile = intake.feed.profile
    not_kept = sorted(
        _name_to_store(intake, name, place) for name, place in tally.columns.items() if not _is_kept(intake, name)
    )
    done = entry(
        intake.wiring, intake.context, intake.caller, EventClass.COLLECTION, intake.now, purpose=SUPPLY_PURPOSE,
        agreements=intake.supply.agreements, decision=Decision.PART if not_kept else Decision.PERMIT,
        detail={"batch": str(intake.batch_id), "feed": profile.name, "row_count": tally.rows},
    )  # fmt: skip
    with intake.wiring.database.transaction("hg_intake") as connection:
        # A source reaches the day it was sent, not that of its newest row: in a small one that is somebody's day.
        update_batch(
            connection,
            intake.batch_id,
            {
                "state": _state(tally), "rows_read": tally.rows, "rows_accepted": tally.accepted,
                "rows_rejected": tally.rejected, "rows_refused": tally.refused, "rows_flagged": tally.flagged,
                "facts_new": tally.facts_new, "facts_unchanged": tally.facts_unchanged,
                "columns_not_kept": not_kept, "items_not_covered": sorted(tally.uncovered),
                "coverage_to": intake.now.date(), "finished_at": intake.wiring.clock(),
                "receipt_entry": UUID(done.entry_id),
            },
        )  # fmt: skip
        append(connection, done)
    return _stored(intake)


def _is_kept(intake: _Intake, name: str) -> bool:
    column = next((column for column in intake.feed.profile.columns if column.name == name), None)
    return column is not None and (not column.items or not intake.supply.items.isdisjoint(column.items))


def _name_to_store(intake: _Intake, name: str, position: int) -> str:
    """A name that the feed knows; for one of the sender's own making its place, since a name may hold a person."""
    profile = intake.feed.profile
    known = name in profile.never_kept or any(column.name == name for column in profile.columns)
    part = "column" if "csv" in profile.formats else "element"
    return name if known else f"{part} {position}, unknown to this feed"


def _state(tally: _Tally) -> str:
    if tally.accepted == 0 and tally.rows > 0:
        return "refused"
    return "accepted in part" if tally.rejected or tally.refused else "accepted"


def _stored(intake: _Intake) -> BatchRow:
    with intake.wiring.database.transaction("hg_desk") as connection:
        batch = read_batch(connection, intake.batch_id, intake.caller.agency)
    if batch is None:
        raise NotFoundError("there is no batch of that id")
    return batch
