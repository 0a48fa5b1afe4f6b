"""Who answers for a pushed file: whoever sent it, and for a machine's file the people whom its registration names.

A machine cannot tell whether a file that shrank is right. Its agency may name workers who can (`keepers` of a
registered client); without a name, nobody at a desk sees more of its files than the figures on the feed's page.
"""

from gateway.identity.caller import Caller, PartnerCaller
from gateway.usecases.intake.intake import sender_of
from gateway.usecases.watching.watching_feeds import supplies
from gateway.wiring import Wiring


def senders_of(wiring: Wiring, caller: Caller) -> frozenset[str]:
    """The senders, as batches remember them, for whose files a caller answers; always the caller's own."""
    own = frozenset({sender_of(caller)})
    if isinstance(caller, PartnerCaller) or not caller.worker_ref or not supplies(wiring, caller):
        return own
    return own | wiring.clients.kept_by(caller.agency, caller.worker_ref)
