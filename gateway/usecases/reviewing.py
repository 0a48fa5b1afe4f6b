"""The review queue, for officers of information governance: what waits, and that they looked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.entry import EventClass, Outcome
from gateway.identity.caller import StaffCaller
from gateway.store.ledger import append
from gateway.store.reviews import open_reviews
from gateway.usecases.entries import entry
from gateway.usecases.officers import require_officer
from gateway.usecases.request_context import RequestContext
from gateway.wiring import Wiring

PURPOSE = "log_oversight"


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """An access that an officer should look at, and the entry that says what it was."""

    review_id: UUID
    kind: str
    entry_id: UUID
    agency: str
    role: str
    raised_at: datetime


def review_queue(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[ReviewItem]:
    """Open items, newest first. Raises `AccessRefusedError` for anybody but an officer."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    with wiring.database.transaction("hg_desk") as connection:
        rows = open_reviews(connection)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=PURPOSE,
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND, detail={"row_count": len(rows)},
        )  # fmt: skip
        append(connection, looked)
    return [
        ReviewItem(row.review_id, row.kind, row.entry_id, row.agency, row.role, row.raised_at) for row in rows
    ]  # fmt: skip
