"""What is kept for a time is forgotten when the time is over, and the log says how much."""

from audit.entry import EventClass
from gateway.store.batches import forget_expired_rows
from gateway.store.ledger import append
from gateway.usecases.intake.batch_confirming import end_unconfirmed
from gateway.usecases.log.entries import system_entry
from gateway.wiring import Wiring


def forget_what_is_over(wiring: Wiring) -> int:
    """Delete rejected rows whose thirty days are over; return how many. No entry where there was nothing.

    Files that nobody confirmed in their fourteen days are refused and deleted as well.
    """
    end_unconfirmed(wiring)
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        forgotten = forget_expired_rows(connection, now)
        if forgotten:
            detail = {"row_count": forgotten, "retention": "rejected rows, 30 days"}
            append(connection, system_entry(wiring, EventClass.ERASURE, now, purpose="supply", detail=detail))
    return forgotten
