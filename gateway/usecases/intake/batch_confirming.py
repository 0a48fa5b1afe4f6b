"""A file that waits for its sender: confirmed and taken, given up, or over when its fourteen days are.

Two things wait. A full file that is much smaller than usual, or would withdraw much, is not taken at all until its
sender says that it is right. And what a full file withdraws waits while it has bad rows: a row that could not be read
must not make a child vanish. Only who sent a file, or answers for the machine that did, decides on it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Decision, EventClass
from gateway.errors import NotFoundError, NothingToConfirmError
from gateway.identity.caller import Caller
from gateway.store.batches import batch_of, update_batch, waiting_over
from gateway.store.desk_tables import BatchRow
from gateway.store.jobs import defer_batch, defer_linkage
from gateway.store.ledger import append
from gateway.store.spooled_batches import find_spooled, forget_spooled
from gateway.store.withdrawals import drop_due, withdraw_due
from gateway.usecases.intake.batch_keepers import senders_of
from gateway.usecases.intake.intake import SUPPLY_PURPOSE
from gateway.usecases.intake.intake_taking import spool_of, take_batch
from gateway.usecases.log.entries import entry, system_entry
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_GIVEN_UP = ("given-up", "You gave this file up. Nothing of it was stored.", "Send the right file when you have it.")
_OVER = (
    "not-confirmed", "Nobody confirmed this file in fourteen days. Nothing of it was stored.",
    "Send the file again if it was right.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Act:
    """What a sender says of a batch that waits."""

    wiring: Wiring
    context: RequestContext
    caller: Caller
    batch_id: UUID
    now: datetime


def confirm_batch(wiring: Wiring, context: RequestContext, caller: Caller, batch_id: UUID) -> BatchRow:
    """Say that a file that waits is right: it is taken, or what it withdraws is withdrawn. Returns it as it stands.

    Raises `NotFoundError` for anybody who does not answer for it, `NothingToConfirmError` where nothing waits, or not
    any more.
    """
    act = _Act(wiring, context, caller, batch_id, wiring.clock())
    with wiring.database.transaction("hg_intake") as connection:
        batch = _held(act, connection)
        _say(act, connection, batch, "confirmed")
        if batch.state == "waiting":
            update_batch(connection, batch_id, {"state": "received", "confirmed_at": act.now})
            defer_batch(connection, batch_id)
        else:
            withdrawn = withdraw_due(connection, batch_id, act.now, iter(wiring.mint, None))
            values = {"withdrawals": "done", "facts_withdrawn": withdrawn, "facts_to_withdraw": 0}
            update_batch(connection, batch_id, values | {"confirmed_at": act.now})
            if withdrawn:
                defer_linkage(connection)
    if batch.state == "waiting":
        # Taken now if its turn can come at once; else by the worker, which has it queued.
        take_batch(wiring, batch_id, at_once=True)
    return _standing(wiring, batch_id)


def give_up_batch(wiring: Wiring, context: RequestContext, caller: Caller, batch_id: UUID) -> BatchRow:
    """Say that a file that waits is wrong: nothing of it is taken or withdrawn. Raises as `confirm_batch` does."""
    act = _Act(wiring, context, caller, batch_id, wiring.clock())
    with wiring.database.transaction("hg_intake") as connection:
        batch = _held(act, connection)
        said = _say(act, connection, batch, "given-up")
        if batch.state == "waiting":
            spooled = _end(connection, batch, _GIVEN_UP, act.now, said)
        else:
            drop_due(connection, batch_id)
            update_batch(connection, batch_id, {"withdrawals": "given up", "facts_to_withdraw": 0})
            spooled = None
    if spooled is not None:
        spool_of(wiring).discard(spooled)
    return _standing(wiring, batch_id)


def end_unconfirmed(wiring: Wiring) -> int:
    """Refuse files that nobody confirmed in time, and delete them; return how many."""
    now, names = wiring.clock(), []
    with wiring.database.transaction("hg_intake") as connection:
        over = waiting_over(connection, now)
        for batch in over:
            said = system_entry(
                wiring, EventClass.DENIED, now, purpose=SUPPLY_PURPOSE, decision=Decision.REFUSE,
                detail={"batch": str(batch.batch_id), "feed": batch.feed, "reasons": [_OVER[0]]},
            )  # fmt: skip
            append(connection, said)
            names.append(_end(connection, batch, _OVER, now, UUID(said.entry_id)))
    for name in filter(None, names):
        spool_of(wiring).discard(name)
    return len(over)


def _held(act: _Act, connection: Connection) -> BatchRow:
    batch = batch_of(connection, act.batch_id, hold=True)
    if batch is None or batch.agency != act.caller.agency or batch.sender not in senders_of(act.wiring, act.caller):
        raise NotFoundError("there is no batch of that id")
    over = batch.state == "waiting" and batch.confirm_by is not None and batch.confirm_by <= act.now
    if over or (batch.state != "waiting" and batch.withdrawals != "waiting"):
        raise NothingToConfirmError("this file does not wait for you, or not any more")
    return batch


def _say(act: _Act, connection: Connection, batch: BatchRow, what: str) -> UUID:
    said = entry(
        act.wiring, act.context, act.caller, EventClass.ALTERATION, act.now, purpose=SUPPLY_PURPOSE,
        decision=Decision.NOT_ASKED,
        detail={"batch": str(batch.batch_id), "feed": batch.feed, "reasons": [what]},
    )  # fmt: skip
    append(connection, said)
    return UUID(said.entry_id)


def _end(
    connection: Connection, batch: BatchRow, reason: tuple[str, str, str], now: datetime, said: UUID
) -> str | None:
    """Refuse a batch that waited; returns its file in the spool."""
    code, message, remedy = reason
    spooled = find_spooled(connection, batch.batch_id)
    values = {
        "state": "refused", "refusal_code": code, "refusal_message": message, "refusal_remedy": remedy,
        "finished_at": now, "receipt_entry": said,
    }  # fmt: skip
    update_batch(connection, batch.batch_id, values)
    forget_spooled(connection, batch.batch_id)
    return None if spooled is None else spooled.spool


def _standing(wiring: Wiring, batch_id: UUID) -> BatchRow:
    with wiring.database.transaction("hg_intake") as connection:
        batch = batch_of(connection, batch_id)
    if batch is None:
        raise NotFoundError("there is no batch of that id")
    return batch
