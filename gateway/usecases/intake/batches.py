"""What became of pushed files: an agency's own batches, and the bad rows handed back to whoever sent them."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.port import RowError
from audit.entry import EventClass
from gateway.custody import KeyRing
from gateway.errors import KeyCustodyError, NotFoundError
from gateway.identity.caller import Caller, StaffCaller
from gateway.store.batches import RejectedRowErrors, list_batches, read_batch, read_row_errors
from gateway.store.desk_tables import BatchRow
from gateway.store.ledger import append
from gateway.store.mended_rows import handed_back
from gateway.store.spooled_batches import SpooledBatch, find_spooled
from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.intake.batch_keepers import senders_of
from gateway.usecases.intake.intake import SUPPLY_PURPOSE
from gateway.usecases.intake.intake_rejected import opened_row
from gateway.usecases.intake.mending import OWN_COLUMNS, REASON_COLUMNS, ROW_COLUMN
from gateway.usecases.intake.mending_documents import BadRecord, document_of, is_document
from gateway.usecases.intake.spreadsheets import harmless
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

FINISHED = ("accepted", "accepted in part", "refused")
"""States of a batch of which it is known what became."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a batch is that is not finished; `done_at` is None until something of it is done."""

    rows: int
    bytes: int
    of_bytes: int
    done_at: datetime | None


def list_own_batches(wiring: Wiring, caller: Caller) -> list[BatchRow]:
    """The newest batches that the caller may see: an agency's machine all of its agency's, a person their own.

    A person's own are those that they answer for: see `senders_of`.
    """
    # Several organisations can stand under one agency, as Northvale's schools do; a person works for one of them.
    senders = senders_of(wiring, caller) if isinstance(caller, StaffCaller) else None
    with wiring.database.transaction("hg_desk") as connection:
        return list_batches(connection, caller.agency, senders)


def read_own_batch(wiring: Wiring, caller: Caller, batch_id: UUID) -> BatchRow:
    """One of the batches above. Raise `NotFoundError` for any other, be it there or not."""
    with wiring.database.transaction("hg_desk") as connection:
        batch = read_batch(connection, batch_id, caller.agency)
    if batch is None or (isinstance(caller, StaffCaller) and batch.sender not in senders_of(wiring, caller)):
        raise NotFoundError("there is no batch of that id")
    return batch


def told_withdrawn(batch: BatchRow) -> int | None:
    """How many facts a file withdrew, as its sender is told: of a file of keys nothing, for it could ask of one key."""
    return None if batch.mode == Mode.TOMBSTONE else batch.facts_withdrawn


def progress_of(wiring: Wiring, batch: BatchRow) -> Progress | None:
    """How far a batch is; None for one that is finished or waits for its sender."""
    if batch.state in FINISHED or batch.state == "waiting":
        return None
    with wiring.database.transaction("hg_desk") as connection:
        spooled = find_spooled(connection, batch.batch_id)
    return None if spooled is None else _progress(spooled, wiring.clock())


def _progress(spooled: SpooledBatch, now: datetime) -> Progress:
    """What is left will take as long, byte for byte, as what is done."""
    done, total, since = spooled.bytes_taken, spooled.bytes_total, spooled.taking_since
    done_at = now + (now - since) / done * (total - done) if since and done else None
    return Progress(spooled.rows_taken, done, total, done_at)


def errors_csv(wiring: Wiring, context: RequestContext, caller: Caller, batch_id: UUID) -> tuple[str, str]:
    """File name and CSV text of a batch's bad rows, in the sender's own columns with what to mend in each.

    Rows that were mended since are left out. For the sender and who answers for it alone: the agency's other machines
    get the counts, not the rows. Raise `NotFoundError` otherwise. The entry that says that the rows were handed out is
    committed before the text is returned.
    """
    batch, rows = _handed_out(wiring, context, caller, batch_id)
    cells = [_opened(wiring.custody.field, batch_id, row)[0] for row in rows]
    return f"{batch.feed}-{batch_id}-errors.csv", error_sheet(rows, cells)


def errors_document(wiring: Wiring, context: RequestContext, caller: Caller, batch_id: UUID) -> tuple[str, str, str]:
    """File name, format (json or xml) and text of a batch's bad records, to be mended there and sent again.

    For whom, and what is left out, as `errors_csv`. Raise `NotFoundError` also for a batch of a feed that is a table.
    """
    feed = wiring.feeds.get(read_own_batch(wiring, caller, batch_id).feed)
    if feed is None or not is_document(feed.profile):
        raise NotFoundError("rows of this feed are a table; ask for errors.csv")
    batch, rows = _handed_out(wiring, context, caller, batch_id)
    bad = [
        BadRecord(
            row.row_number,
            tuple(
                RowError(row.row_number, one.error_column, one.error_code, one.message, one.how_to_fix)
                for one in row.errors
            ),
            _opened(wiring.custody.field, batch_id, row)[1],
        )
        for row in rows
    ]
    ending, text = document_of(feed.profile, bad)
    return f"{batch.feed}-{batch_id}-errors.{ending}", ending, text


def _handed_out(
    wiring: Wiring, context: RequestContext, caller: Caller, batch_id: UUID
) -> tuple[BatchRow, list[RejectedRowErrors]]:
    now = wiring.clock()
    batch = read_own_batch(wiring, caller, batch_id)
    if batch.sender not in senders_of(wiring, caller):
        raise NotFoundError("there is no batch of that id")
    handed_out = entry(
        wiring, context, caller, EventClass.EXPORT, now, purpose=SUPPLY_PURPOSE,
        detail={"batch": str(batch_id), "feed": batch.feed, "row_count": batch.rows_rejected + batch.rows_refused},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        mended = {number for number, done in handed_back(connection, batch_id).items() if done}
        rows = [row for row in read_row_errors(connection, batch_id, now) if row.row_number not in mended]
        append(connection, handed_out)
    return batch, rows


def error_sheet(rows: Sequence[RejectedRowErrors], cells: Sequence[dict[str, str]]) -> str:
    """CSV text of bad rows and their cells as sent (empty where they are no longer kept). Pure.

    The sender's columns come first, in the order sent, so that the sheet can be mended and sent again; several errors
    of one row are joined by "; ". A column of theirs that has one of our names gives way to ours.
    """
    sent = [name for name in dict.fromkeys(name for row in cells for name in row) if name not in OWN_COLUMNS]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*map(harmless, sent), ROW_COLUMN, *REASON_COLUMNS])
    for row, values in zip(rows, cells, strict=True):
        own = [harmless(values.get(name, "")) for name in sent]
        writer.writerow([*own, row.row_number, *map(harmless, _reasons(row))])
    return text.getvalue()


def _reasons(row: RejectedRowErrors) -> tuple[str, ...]:
    return tuple("; ".join(filter(None, (getattr(error, name) for error in row.errors))) for name in REASON_COLUMNS)


def _opened(ring: KeyRing, batch_id: UUID, row: RejectedRowErrors) -> tuple[dict[str, str], str]:
    """The cells of a row as sent and the file of a record; none where it expired, was refused, or its key is gone."""
    if row.sealed is None:
        return {}, ""
    try:
        return opened_row(ring, batch_id, row.row_number, row.sealed)
    except KeyCustodyError:
        return {}, ""
