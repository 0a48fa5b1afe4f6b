"""Who may read the log: officers of information governance, and nobody by default."""

from datetime import datetime

from audit.entry import Decision, EventClass, Outcome
from gateway.errors import AccessRefusedError
from gateway.identity.caller import Caller, StaffCaller
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.role_families import OVERSIGHT, families_of
from gateway.wiring import Wiring

_REFUSED = "Only information governance officers may read the log. This attempt is recorded."


def is_officer(wiring: Wiring, caller: Caller) -> bool:
    """Staff whose role the register counts among those of oversight."""
    return isinstance(caller, StaffCaller) and OVERSIGHT in families_of(wiring, caller)


def require_officer(
    wiring: Wiring, context: RequestContext, caller: Caller, now: datetime, sentence: str = _REFUSED
) -> None:
    """Refuse anybody else in the words of `sentence`, and record that they tried. Raises `AccessRefusedError`."""
    if is_officer(wiring, caller):
        return
    denied = entry(
        wiring, context, caller, EventClass.DENIED, now, decision=Decision.REFUSE, outcome=Outcome.DENIED,
        detail={"reasons": ["log-not-for-role"]},
    )  # fmt: skip
    record(wiring, denied)
    raise AccessRefusedError("log-not-for-role", sentence, denied.entry_id)
