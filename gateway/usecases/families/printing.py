"""A family printed: disclosed anew for paper, by the same path and under entries of the class `print`.

What is on a page has been disclosed; what is on paper leaves the gateway's sight, so it is an act of its own. Pages
print as an empty sheet until the reader asks for a copy here. That keeps an honest reader's prints on record; nobody
can keep a dishonest one from copying a screen.
"""

from dataclasses import replace
from uuid import UUID

from audit.entry import Decision, EventClass, Outcome
from gateway.errors import AccessRefusedError
from gateway.identity.caller import StaffCaller
from gateway.usecases.families.declaring import require_declaration
from gateway.usecases.families.disclosure import PRINT_CHANNEL, Disclosure, disclose_profile
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_OFF = "Printing is off while access is for an emergency. This attempt is recorded."


def print_profile(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, family_id: UUID, declaration_id: UUID | None
) -> Disclosure:
    """Disclose one family for paper. Raises as `disclose_profile` does; refused where access is for an emergency."""
    now = wiring.clock()
    declaration = require_declaration(wiring, context, caller, declaration_id, now, family_id)
    context = replace(context, channel=PRINT_CHANNEL)
    if declaration.break_glass:
        denied = entry(
            wiring, context, caller, EventClass.DENIED, now, purpose=declaration.purpose,
            declaration=str(declaration.declaration_id), household=str(family_id), decision=Decision.REFUSE,
            outcome=Outcome.DENIED, detail={"reasons": ["print-off-in-emergency"]}, sealed=True,
        )  # fmt: skip
        record(wiring, denied)
        raise AccessRefusedError("print-off-in-emergency", _OFF, denied.entry_id)
    return disclose_profile(wiring, context, caller, family_id, declaration_id)
