"""What stewards decided about a person's records, as far as it holds: for whoever is to undo what another decided.

A pair that was decided has left the queue. Who was told apart wrongly stays so until somebody finds that decision.
"""

from uuid import UUID

from audit.entry import EventClass, Outcome
from gateway.identity.caller import StaffCaller
from gateway.store.ledger import append
from gateway.store.match_decisions import DecisionOnPerson, decisions_on
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.linking.linking_law import linkage_law
from gateway.usecases.linking.match_stewards import steward_mask
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

__all__ = ["DecisionOnPerson", "decisions_of_person"]


def decisions_of_person(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, family_id: UUID
) -> list[DecisionOnPerson]:
    """Decisions that hold on one of the person's records; nobody is named. Looking is an entry.

    Raises `AccessRefusedError` but for stewards.
    """
    now = wiring.clock()
    steward_mask(wiring, context, caller, now)
    with wiring.database.transaction("hg_link") as connection:
        found = decisions_on(connection, family_id)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=LINKAGE_PURPOSE, household=str(family_id),
            outcome=Outcome.DONE if found else Outcome.NOTHING_FOUND,
            detail={"row_count": len(found), "channel": context.channel}, **linkage_law(wiring, now),
        )  # fmt: skip
        append(connection, looked)
    return found
