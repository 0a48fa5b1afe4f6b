"""Whoever tries what they may not use at all leaves an entry, whichever operation it was."""

from uuid import UUID

from audit.entry import Decision, EventClass, Outcome
from gateway.identity.caller import Caller
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring


def record_forbidden(
    wiring: Wiring, context: RequestContext, caller: Caller, operation: str, family: UUID | None
) -> None:
    """Record an attempt at an operation, and at which family where one was named, before it is answered.

    A partner's machine reads no family: one that tries has lost its key, or is somebody else's.
    """
    denied = entry(
        wiring, context, caller, EventClass.DENIED, wiring.clock(), decision=Decision.REFUSE, outcome=Outcome.DENIED,
        household=str(family) if family else None, detail={"reasons": ["forbidden", operation]},
    )  # fmt: skip
    record(wiring, denied)
