"""Whoever tries what they may not use, or what is not there for them, leaves an entry, whichever operation it was."""

from dataclasses import dataclass
from uuid import UUID

from audit.entry import Decision, EventClass, Outcome
from gateway.identity.caller import Caller
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried: the code of its refusal, the operation, and the family where one was named."""

    code: str
    operation: str
    family: UUID | None


def record_attempt(wiring: Wiring, context: RequestContext, caller: Caller, attempt: Attempt) -> None:
    """Record an attempt before it is answered.

    A partner's machine reads no family: one that tries has lost its key, or is somebody else's. Ids that are made up,
    one after the other, are nobody's work.
    """
    denied = entry(
        wiring, context, caller, EventClass.DENIED, wiring.clock(), decision=Decision.REFUSE, outcome=Outcome.DENIED,
        household=str(attempt.family) if attempt.family else None,
        detail={"reasons": [attempt.code, attempt.operation]},
    )  # fmt: skip
    record(wiring, denied)
