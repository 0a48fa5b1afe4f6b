"""Warnings of what is about to stop an agreement, put in the review queue once for every warning and stage."""

from uuid import NAMESPACE_URL, UUID, uuid5

from agreements.deadlines import DueWarning, warnings_at
from agreements.periods import end_of_day
from audit.entry import EventClass
from gateway.store.ledger import append
from gateway.store.reviews import raise_review, reviews_raised
from gateway.usecases.log.entries import system_entry
from gateway.wiring import Wiring

PURPOSE = "log_oversight"


def raise_warnings(wiring: Wiring) -> int:
    """Queue every warning that is due and was not given yet; return how many. Safe to repeat."""
    now = wiring.clock()
    due = {_name(warning): warning for warning in warnings_at(wiring.register.deadlines, now)}
    if not due:
        return 0
    with wiring.database.transaction("hg_desk") as connection:
        given = reviews_raised(connection, tuple(due))
        for review_id, warning in due.items():
            if review_id not in given:
                one = warning.deadline
                ends = end_of_day(one.last_day).isoformat()
                detail = {"review": str(review_id), "reasons": [_kind(warning)], "authorised_until": ends}
                told = system_entry(
                    wiring, EventClass.CONFIGURATION, now, purpose=PURPOSE, agreements=(one.document,), detail=detail
                )
                append(connection, told)
                raise_review(connection, review_id, _kind(warning), told, now)
    return len(due.keys() - given)


def _name(warning: DueWarning) -> UUID:
    """The id of a warning's place in the queue: the same warning always has the same."""
    return uuid5(NAMESPACE_URL, f"hearthgate:agreement-warning:{warning.key}")


def _kind(warning: DueWarning) -> str:
    stage = warning.stage.partition(" ")[0]
    return f"agreement-{warning.deadline.kind}-{stage}"
