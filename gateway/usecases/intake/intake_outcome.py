"""How a batch ends: finished with its counts, refused whole with a reason, or left to its sender to confirm."""

from collections.abc import Callable, Mapping
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Decision, Entry, EventClass, Outcome
from gateway.errors import KeyCustodyError
from gateway.store.batches import batch_of, update_batch
from gateway.store.ledger import append
from gateway.store.spooled_batches import SpooledBatch, find_spooled, forget_spooled
from gateway.usecases.intake.batch_checks import CONFIRM_WITHIN
from gateway.usecases.intake.batch_contract import Mode
from gateway.usecases.intake.intake_order import Order, open_order
from gateway.usecases.intake.intake_parts import SUPPLY_PURPOSE, UNFINISHED, BatchRefusedError, BatchWaitsError, Taking
from gateway.usecases.intake.intake_reading import Tally
from gateway.usecases.intake.intake_rejected import row_counts
from gateway.usecases.log.entries import entry, system_entry
from gateway.usecases.telling.webhooks_telling import tell_batch
from gateway.wiring import Wiring

HandBack: TypeAlias = Callable[[Connection], Mapping[str, object]]
"""Stores the bad rows of a refused file, and gives what its batch says of its rows."""


def finish_batch(taking: Taking, connection: Connection, tally: Tally, ended: Mapping[str, object]) -> None:
    """Note what became of a batch, in the transaction that took it, with its last entry.

    `ended` is what its contract adds. Linkage meets each batch, also one that brought nothing new: told at once that it
    was met, a sender read from it who is known to others, or was erased (practice P14).
    """
    profile, contract = taking.feed.profile, taking.order.contract
    kept = taking.kept_columns()
    not_kept = sorted(
        {_name_to_store(taking, name, place) for name, place in tally.columns.items() if name not in kept}
    )
    done = entry(
        taking.wiring, taking.order.context, taking.order.caller, EventClass.COLLECTION, taking.now,
        purpose=SUPPLY_PURPOSE, agreements=taking.supply.agreements,
        decision=Decision.PART if not_kept else Decision.PERMIT,
        detail={
            "batch": str(taking.batch.batch_id), "feed": profile.name, "row_count": tally.rows,
            **({"reasons": ["validate-only"]} if contract.validate_only else {}),
        },
    )  # fmt: skip
    now = taking.wiring.clock()
    # What a row of keys is filled up with is no item that was sent.
    uncovered = () if contract.mode is Mode.TOMBSTONE else sorted(tally.uncovered)
    # A source reaches the day it was sent, not that of its newest row: in a small one that is somebody's day.
    values: Mapping[str, object] = {
        "state": _state(tally), **row_counts(tally),
        "facts_new": tally.facts_new, "facts_unchanged": tally.facts_unchanged,
        "columns_not_kept": not_kept, "items_not_covered": list(uncovered),
        "coverage_to": taking.batch.coverage_to or taking.batch.received_at.date(), "finished_at": now,
        "receipt_entry": UUID(done.entry_id), **ended,
    }  # fmt: skip
    update_batch(connection, taking.batch.batch_id, values)
    forget_spooled(connection, taking.batch.batch_id)
    append(connection, done)
    told = (taking.batch.batch_id, profile.name, _state(tally))
    tell_batch(connection, taking.wiring, told, taking.batch.agency)


def hold_for_sender(wiring: Wiring, batch_id: UUID, waits: BatchWaitsError) -> None:
    """Leave a batch to its sender to confirm, unless somebody has finished it meanwhile. Its file stays spooled."""
    now = wiring.clock()
    with wiring.database.transaction("hg_intake") as connection:
        batch = batch_of(connection, batch_id, hold=True)
        if batch is None or batch.state not in UNFINISHED:
            return
        order = _order_of(wiring, batch_id, find_spooled(connection, batch_id))
        detail = {"batch": str(batch_id), "feed": batch.feed, "reasons": [waits.reason], "row_count": waits.rows}
        fields = {"purpose": SUPPLY_PURPOSE, "decision": Decision.REFER, "outcome": Outcome.DENIED, "detail": detail}
        if order is None:
            append(connection, system_entry(wiring, EventClass.DENIED, now, **fields))
        else:
            append(connection, entry(wiring, order.context, order.caller, EventClass.DENIED, now, **fields))
        values: Mapping[str, object] = {
            "state": "waiting", "waits_for": waits.reason, "rows_usual": waits.usual, "rows_read": waits.rows,
            "confirm_by": now + CONFIRM_WITHIN,
        }  # fmt: skip
        update_batch(connection, batch_id, values)
        tell_batch(connection, wiring, (batch_id, batch.feed, "waiting"), batch.agency)


def refuse_batch(wiring: Wiring, batch_id: UUID, refused: BatchRefusedError, hand_back: HandBack | None = None) -> None:
    """Refuse a batch whole, unless somebody has finished it meanwhile. `hand_back` stores its bad rows."""
    with wiring.database.transaction("hg_intake") as connection:
        batch = batch_of(connection, batch_id, hold=True)
        if batch is None or batch.state not in UNFINISHED:
            return
        said = _refusal_entry(wiring, batch_id, batch.feed, find_spooled(connection, batch_id), refused)
        values: Mapping[str, object] = {
            "state": "refused", "refusal_code": refused.code, "refusal_message": refused.message,
            "refusal_remedy": refused.how_to_fix, "finished_at": wiring.clock(), "receipt_entry": UUID(said.entry_id),
            **(hand_back(connection) if hand_back else {}),
        }  # fmt: skip
        update_batch(connection, batch_id, values)
        forget_spooled(connection, batch_id)
        append(connection, said)
        tell_batch(connection, wiring, (batch_id, batch.feed, "refused"), batch.agency)


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
    part = "column" if "csv" in profile.formats else "element"
    known = {one.casefold(): one for one in (*profile.never_kept, *(column.name for column in profile.columns))}
    return known.get(name.casefold(), f"{part} {position}, unknown to this feed")


def _state(tally: Tally) -> str:
    if tally.accepted == 0 and tally.rows > 0:
        return "refused"
    return "accepted in part" if tally.rejected or tally.refused else "accepted"
