"""A batch out of the spool into the store: one transaction, all of its rows or none.

(0) one instant; the batch and its source for this transaction alone; who sent it, in which words
(1) translate chunk by chunk: rows to facts, or to row errors
(2) agreements decide supply: what is not covered is dropped item by item, before anything is stored
(3) append one collection entry a chunk with the count and the Merkle root of keyed row digests: no row without it
(4) save what changed, with provenance
(5) check the file as a whole and withdraw what it says no more: see `intake_contract`
(6) what became of it, its last entry, the linkage it makes necessary; commit

A crash anywhere leaves the batch in the spool as it was before (0), to be taken again.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from io import SEEK_END
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import Connection

from adapters.errors import FeedUnreadableError
from adapters.port import Feed, items_of
from adapters.registry import FEEDS, PACKAGES
from adapters.tabular.feed import MappedFeed
from agreements.offers import Supply
from audit.encoding import to_base64
from audit.entry import Decision, Entry, EventClass
from concept_model.items import ITEMS
from gateway.errors import FeedOffError
from gateway.store.advisory import lock, try_lock
from gateway.store.batches import batch_of
from gateway.store.desk_tables import BatchRow
from gateway.store.fact_lines import BatchColumns, batch_columns
from gateway.store.jobs import defer_linking_new
from gateway.store.ledger import append
from gateway.store.spool import Spool
from gateway.store.spooled_batches import SpooledBatch, begin_attempt, find_spooled, tell_progress
from gateway.usecases.feeds.feed_switch import switched_on
from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.intake.fact_rows import FEW_SLOTS, SLOTS
from gateway.usecases.intake.intake_apart import FileApart, ReadingOrder, file_apart
from gateway.usecases.intake.intake_contract import ContractedTaking
from gateway.usecases.intake.intake_order import open_order
from gateway.usecases.intake.intake_outcome import HandBack, finish_batch, hold_for_sender, refuse_batch
from gateway.usecases.intake.intake_parts import SUPPLY_PURPOSE, UNFINISHED, BatchRefusedError, BatchWaitsError, Taking
from gateway.usecases.intake.intake_prepared import FileHere, PreparedChunk, PreparedFile
from gateway.usecases.intake.intake_reading import ChunkReader
from gateway.usecases.intake.intake_rejected import check_rows, row_counts, save_rejected
from gateway.usecases.intake.intake_retention import retention_of
from gateway.usecases.intake.intake_saving import FactSaver, PartedChunk
from gateway.usecases.intake.prepared_facts import FactPreparer
from gateway.usecases.intake.row_digests import RowDigests
from gateway.usecases.log.entries import entry
from gateway.usecases.watching.watching_feeds import note_sample
from gateway.wiring import Wiring

MOST_ATTEMPTS = 5
"""A batch that broke off as often is refused whole: whatever it is, another attempt will not mend it."""
APART_FROM = 4 * 1024 * 1024
"""Bytes from which a file is read by a process of its own: to start one takes as long as to read some thousand rows."""
_TELL_EVERY = 1.0
_LOOK_EVERY = 0.2


def spool_of(wiring: Wiring) -> Spool:
    """The folder in which pushed files wait."""
    return Spool(wiring.settings.spool_folder, wiring.custody.field)


def take_batch(wiring: Wiring, batch_id: UUID, *, at_once: bool = False) -> bool:
    """Take a batch, or find that it is finished. False only `at_once`, where a long batch of its source is under way.

    Otherwise waits for its turn. Whatever breaks it off, but a reason to refuse the whole batch, is raised, and leaves
    the batch as it was.
    """
    spool, waiting, taking = spool_of(wiring), None, None
    try:
        with wiring.database.transaction("hg_intake") as connection:
            # (0) The locks end with this transaction, whatever ends it.
            batch = batch_of(connection, batch_id)
            if batch is not None and not _its_turn(connection, batch.source_no, at_once=at_once):
                return False
            batch = batch_of(connection, batch_id)
            if batch is None or batch.state not in UNFINISHED:
                return True
            if not at_once:
                _begin(wiring, batch_id)
            waiting = find_spooled(connection, batch_id)
            taking, file = _begun(wiring, connection, batch, waiting)
            with closing(file):
                _take(taking, connection, file)
    except BatchWaitsError as waits:
        hold_for_sender(wiring, batch_id, waits)
        return True
    except BatchRefusedError as refused:
        rows = _handing_back(taking, spool, waiting) if taking and waiting and refused.hands_back else None
        refuse_batch(wiring, batch_id, refused, rows)
    if waiting is not None:
        spool.discard(waiting.spool)
    return True


def _its_turn(connection: Connection, source_no: int, *, at_once: bool) -> bool:
    """Wait until nobody else takes a batch of the source; False, `at_once`, where that may take long.

    Short takings share the lock of the long ones, so they wait for one another, and never for a long one.
    """
    name = turn_name(source_no)
    if at_once:
        if not try_lock(connection, name, shared=True):
            return False
        lock(connection, f"{name}/short")
    while not at_once and not try_lock(connection, name):
        time.sleep(_LOOK_EVERY)
    return True


def turn_name(source_no: int) -> str:
    """Name of the lock under which the batches of a source follow each other."""
    return f"intake/{source_no}"


def _begin(wiring: Wiring, batch_id: UUID) -> None:
    """Say that it is under way, in a transaction of its own: what ends this attempt does not take that back."""
    with wiring.database.transaction("hg_intake") as connection:
        begin_attempt(connection, batch_id, wiring.clock())


def _begun(
    wiring: Wiring, connection: Connection, batch: BatchRow, waiting: SpooledBatch | None
) -> tuple[Taking, BinaryIO]:
    spool, feed = spool_of(wiring), wiring.feeds.get(batch.feed)
    if waiting is None or feed is None or not spool.has(waiting.spool):
        raise BatchRefusedError(
            "file-lost", "The file was lost before it was taken. Nothing of it was stored.", "Send the file again."
        )
    if waiting.attempts > MOST_ATTEMPTS:
        raise BatchRefusedError(
            "taking-failed", "Taking the file broke off several times. Nothing of it was stored.",
            "Tell the council's data team the number of this batch, then send the file in smaller parts.",
        )  # fmt: skip
    now = wiring.clock()
    order = open_order(wiring.custody.field, batch.batch_id, waiting.sealed_order)
    supply = wiring.register.decide_supply(order.caller.agency, feed.profile.source, now)
    if not supply.items & items_of(feed.profile):
        raise BatchRefusedError("supply-not-agreed", *_why_not(supply, feed))
    try:
        switched = switched_on(wiring, connection, batch.feed, now)
    except FeedOffError as error:
        raise BatchRefusedError(error.code, str(error), "Nothing was stored. Send it once the feed is on.") from None
    taking = Taking(
        wiring, order, batch, feed, switched.narrowed(supply), now, waiting.spool, switched.error_budget,
        switched.usual_rows,
    )  # fmt: skip
    return taking, spool.open(waiting.spool)


def _why_not(supply: Supply, feed: Feed) -> tuple[str, str]:
    reasons = {supply.refusals[item].message for item in items_of(feed.profile) if item in supply.refusals}
    message = min(reasons) if reasons else "No agreement in force covers what this feed supplies."
    return message, "Nothing was stored. Ask the council's information governance team about the agreement."


def _handing_back(taking: Taking, spool: Spool, waiting: SpooledBatch) -> HandBack:
    """Reads a refused file once more, for its bad rows alone: what the first reading stored is gone with it."""

    def hand_back(connection: Connection) -> Mapping[str, object]:
        feed = ContractedTaking(taking, connection).feed
        with closing(spool.open(waiting.spool)) as file:
            return row_counts(check_rows(taking, connection, feed, file, kept=True))

    return hand_back


def _check(taking: Taking, work: ContractedTaking, connection: Connection, file: BinaryIO) -> None:
    """Check a file and say what would become of it. Of its rows nothing is stored but what is wrong with them."""
    tally = check_rows(taking, connection, work.feed, file, kept=False)
    finish_batch(taking, connection, tally, work.check(tally))


def _take(taking: Taking, connection: Connection, file: BinaryIO) -> None:
    wiring, batch = taking.wiring, taking.batch
    work = ContractedTaking(taking, connection)
    if taking.order.contract.validate_only:
        _check(taking, work, connection, file)
        return
    if taking.order.contract.mode is Mode.TOMBSTONE:
        _withdraw(taking, work, connection, file)
        return
    with _read(taking, work, file) as read:
        _take_rows(taking, connection, work, read)
    tally = read.tally
    # (5) Over the error budget, or for its sender to confirm, it goes no further.
    ended = work.conclude(tally)
    # (6) Linkage is queued last: whoever queues it holds up the others that do.
    note_sample(connection, wiring.custody.digest, batch, read.sample)
    finish_batch(taking, connection, tally, ended)
    defer_linking_new(connection)


def _take_rows(taking: Taking, connection: Connection, work: ContractedTaking, read: PreparedFile) -> None:
    slots = SLOTS if isinstance(read, FileApart) else FEW_SLOTS
    saver = FactSaver(taking.wiring, connection, taking.batch, _columns_of(taking), work.said, slots)
    tell = _progress(taking)
    digests = RowDigests(taking.wiring.custody.digest)
    new, known = 0, 0

    def begin(chunk: PreparedChunk, root: bytes) -> None:
        # (3) Without the chunk's entry the database takes none of its rows.
        append(connection, _rows_entry(taking, chunk.rows, chunk=chunk.number, rows_root=to_base64(root)))
        saver.find_records(chunk)

    def save(parted: PartedChunk) -> None:
        nonlocal new, known
        # (4) In the same transaction.
        saved = saver.save(parted)
        new, known = new + saved[0], known + saved[1]
        save_rejected(taking, connection, parted.chunk.rejected)

    # What needs the database is done one after the other in another thread. While it saves a chunk, this one has the
    # next made ready, whose records were found before: so neither waits for the other.
    with ThreadPoolExecutor(1, "intake-save") as beside:
        before: PartedChunk | None = None
        saving: Future[None] | None = None
        try:
            for chunk in read.chunks():
                begun = beside.submit(begin, chunk, digests.root(chunk))
                if saving is not None:
                    saving.result()
                saving = None if before is None else beside.submit(save, before)
                begun.result()
                before = saver.parted(chunk)
                tell(*chunk.read)
        except FeedUnreadableError as error:
            raise BatchRefusedError(error.code, error.message, error.how_to_fix) from None
        if saving is not None:
            saving.result()
        if before is not None:
            save(before)
        else:
            # Not one row: what a full file withdraws by that has an entry before it, too.
            append(connection, _rows_entry(taking, 0))
    read.tally.facts_new, read.tally.facts_unchanged = new, known


@contextmanager
def _read(taking: Taking, work: ContractedTaking, file: BinaryIO) -> Iterator[PreparedFile]:
    """The file's chunks: read by a process beside this one where it is large, and its feed as it always is."""
    wiring, batch, covered = taking.wiring, taking.batch, taking.supply.items
    custody = wiring.custody
    told = _told_apart(taking.feed) if work.feed is taking.feed else None
    if file.seek(0, SEEK_END) > APART_FROM and told is not None:
        order = ReadingOrder(
            wiring.settings.spool_folder, taking.file, custody.field, told, covered, batch.source_no, custody.digest,
            retention_of(taking), _columns_of(taking),
        )  # fmt: skip
        with file_apart(order) as apart:
            yield apart
    else:
        file.seek(0)
        reader = ChunkReader(work.feed, covered, custody.digest, retention_of(taking))
        preparer = FactPreparer(
            taking.feed.profile.source, batch.source_no, custody.digest, _columns_of(taking), wiring.mint_many
        )
        yield FileHere(reader, preparer, file)


def _told_apart(feed: Feed) -> tuple[str, str] | MappedFeed | None:
    """How another process is told which feed this is; None where it cannot be."""
    if isinstance(feed, MappedFeed):
        return feed
    name = feed.profile.name
    return (PACKAGES[name], name) if FEEDS.get(name) is feed else None


def _columns_of(taking: Taking) -> BatchColumns:
    """What every fact of a batch says of its coming: in which batch, under which agreements, when."""
    return batch_columns(taking.batch.batch_id, taking.supply.covering, taking.now)


def _withdraw(taking: Taking, work: ContractedTaking, connection: Connection, file: BinaryIO) -> None:
    """Take a file whose rows name what is withdrawn."""
    # What is withdrawn need not be covered any more: rows of keys say nothing that would be stored.
    ring = taking.wiring.custody.digest
    reader, digests = ChunkReader(work.feed, frozenset(item.name for item in ITEMS), ring), RowDigests(ring)
    try:
        for chunk in reader.chunks(file):
            root = to_base64(digests.root(chunk))
            append(connection, _rows_entry(taking, chunk.rows, chunk=chunk.number, rows_root=root))
            work.withdraw(chunk.facts)
            save_rejected(taking, connection, chunk.rejected)
    except FeedUnreadableError as error:
        raise BatchRefusedError(error.code, error.message, error.how_to_fix) from None
    ended = work.conclude(reader.tally)
    finish_batch(taking, connection, reader.tally, ended)
    defer_linking_new(connection)


def _progress(taking: Taking) -> Callable[[int, int], None]:
    """Tells how far a batch is, in a transaction of its own, at most once a second."""
    told = time.monotonic()

    def tell(rows: int, taken: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _TELL_EVERY:
            told = time.monotonic()
            with taking.wiring.database.transaction("hg_intake") as connection:
                tell_progress(connection, taking.batch.batch_id, rows, taken)

    return tell


def _rows_entry(taking: Taking, rows: int, **chunk: object) -> Entry:
    return entry(
        taking.wiring, taking.order.context, taking.order.caller, EventClass.COLLECTION, taking.now,
        purpose=SUPPLY_PURPOSE, agreements=taking.supply.agreements, decision=Decision.PERMIT,
        detail={
            "batch": str(taking.batch.batch_id), "feed": taking.feed.profile.name, "row_count": rows, **chunk,
        },
    )  # fmt: skip
