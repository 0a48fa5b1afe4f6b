"""Who may look at matches: whom the register permits to match for the purpose of linkage, as far as it permits."""

from datetime import datetime

from agreements.decision import Permit, Refusal
from agreements.request import Band, DecisionRequest, Direction, Relationship
from audit.entry import Decision, EventClass, Outcome
from gateway.errors import AccessRefusedError
from gateway.identity.caller import StaffCaller
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_NOT_A_STEWARD = "Only a data steward compares records, under the linkage agreement. This attempt is recorded."


def steward_mask(wiring: Wiring, context: RequestContext, caller: StaffCaller, now: datetime) -> int:
    """The cells that this caller may compare. Raises `AccessRefusedError`, which is an entry, for anybody else."""
    decision = wiring.register.decide(
        DecisionRequest(
            caller.agency, caller.role, LINKAGE_PURPOSE, Relationship.NONE, {}, Band.VERIFIED, Direction.MATCH, now
        )
    )
    if isinstance(decision, Permit):
        return decision.mask
    code = decision.code if isinstance(decision, Refusal) else "referred"
    refused = deny(wiring, context, caller, now, code)
    raise AccessRefusedError(code, _NOT_A_STEWARD, refused)


def deny(wiring: Wiring, context: RequestContext, caller: StaffCaller, now: datetime, code: str) -> str:
    """Record an attempt that is refused; gives the entry's id."""
    denied = entry(
        wiring, context, caller, EventClass.DENIED, now, purpose=LINKAGE_PURPOSE, decision=Decision.REFUSE,
        outcome=Outcome.DENIED, detail={"reasons": [code], "channel": context.channel},
    )  # fmt: skip
    record(wiring, denied)
    return denied.entry_id
