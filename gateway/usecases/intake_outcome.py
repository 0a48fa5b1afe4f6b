"""How a batch ends: finished with its counts, or refused whole with a reason."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Decision, Entry, EventClass, Outcome
from gateway.errors import KeyCustodyError
from gateway.store.batches import batch_of, update_batch
from gateway.store.ledger import append
from gateway.store.spooled_batches import SpooledBatch, find_spooled, forget_spooled
from gateway.usecases.entries import entry, system_entry
from gateway.usecases.intake_order import Order, open_order
from gateway.usecases.intake_parts import SUPPLY_PURPOSE, UNFINISHED, BatchRefusedError, Taking
from gateway.usecases.intake_reading import Tally
from gateway.wiring import Wiring


def finish_batch(taking: Taking, connection: Connection, tally: Tally) -> None:
    """Note what became of a batch, in the transaction that took it, with its last entry."""
    profile = taking.feed.profile
    not_kept = sorted(
        _name_to_store(taking, name, place) for name, place in tally.columns.items() if not taking.keeps(name)
    )
    done = entry(
        taking.wiring, taking.order.context, taking.order.caller, EventClass.COLLECTION, taking.now,
        purpose=SUPPLY_PURPOSE, agreements=taking.supply.agreements,
        decision=Decision.PART if not_kept else Decision.PERMIT,
        detail={"batch": str(taking.batch.batch_id), "feed": profile.name, "row_count": tally.rows},
    )  # fmt: skip
    # A source reaches the day it was sent, not that of its newest row: in a small one that is somebody's day.
    values: Mapping[str, object] = {
        "state": _state(tally), "rows_read": tally.rows, "rows_accepted": tally.accepted,
        "rows_rejected": tally.rejected, "rows_refused": tally.refused, "rows_flagged": tally.flagged,
        "facts_new": tally.facts_new, "facts_unchanged": tally.facts_unchanged,
        "columns_not_kept": not_kept, "items_not_covered": sorted(tally.uncovered),
        "coverage_to": taking.batch.received_at.date(), "finished_at": taking.wiring.clock(),
        "receipt_entry": UUID(done.entry_id),
    }  # fmt: skip
    update_batch(connection, taking.batch.batch_id, values)
    forget_spooled(connection, taking.batch.batch_id)
    append(connection, done)


def refuse_batch(wiring: Wiring, batch_id: UUID, refused: BatchRefusedError) -> None:
    """Refuse a batch whole, unless somebody has finished it meanwhile."""
    with wiring.database.transaction("hg_intake") as connection:
        batch = batch_of(connection, batch_id, hold=True)
        if batch is None or batch.state not in UNFINISHED:
            return
        said = _refusal_entry(wiring, batch_id, batch.feed, find_spooled(connection, batch_id), refused)
        values: Mapping[str, object] = {
            "state": "refused", "refusal_code": refused.code, "refusal_message": refused.message,
            "refusal_remedy": refused.how_to_fix, "finished_at": wiring.clock(), "receipt_entry": UUID(said.entry_id),
        }  # fmt: skip
        update_batch(connection, batch_id, values)
        forget_spooled(connection, batch_id)
        append(connection, said)


def _refusal_entry(
    wiring: Wiring, batch_id: UUID, feed: str, waiting: SpooledBatch | None, refused: BatchRefusedError
) -> Entry:
    detail = {"batch": str(batch_id), "feed": feed, "reasons": [refused.code]}
    now, order = wiring.clock(), _order_of(wiring, batch_id, waiting)
    if order is None:
        return system_entry(
            wiring, EventClass.DENIED, now, purpose=SUPPLY_PURPOSE, decision=Decision.REFUSE, outcome=Outcome.DENIED,
            detail=detail,
        )  # fmt: skip
    return entry(
        wiring, order.context, order.caller, EventClass.DENIED, now, purpose=SUPPLY_PURPOSE, decision=Decision.REFUSE,
        outcome=Outcome.DENIED, detail=detail,
    )  # fmt: skip


def _order_of(wiring: Wiring, batch_id: UUID, waiting: SpooledBatch | None) -> Order | None:
    """Who sent the batch, where that is still known."""
    try:
        return open_order(wiring.custody.field, batch_id, waiting.sealed_order) if waiting else None
    except KeyCustodyError:
        return None


def _name_to_store(taking: Taking, name: str, position: int) -> str:
    """A name that the feed knows; for one of the sender's own making its place, since a name may hold a person."""
    profile = taking.feed.profile
    known = name in profile.never_kept or any(column.name == name for column in profile.columns)
    part = "column" if "csv" in profile.formats else "element"
    return name if known else f"{part} {position}, unknown to this feed"


def _state(tally: Tally) -> str:
    if tally.accepted == 0 and tally.rows > 0:
        return "refused"
    return "accepted in part" if tally.rejected or tally.refused else "accepted"
