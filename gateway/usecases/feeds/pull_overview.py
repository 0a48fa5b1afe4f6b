"""How the council's pulls stand, for an officer: when each ran, what came of it, when the next is due."""

from gateway.identity.caller import Caller
from gateway.pull.sources import read_pull_sources
from gateway.usecases.feeds.pulling import PullState, pull_states
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_REFUSED = "Only information governance officers may see how pulls stand. This attempt is recorded."


def pulls_for_officer(wiring: Wiring, context: RequestContext, caller: Caller) -> list[PullState]:
    """Every pull of the council's file, by name. Raises `AccessRefusedError`."""
    require_officer(wiring, context, caller, wiring.clock(), _REFUSED)
    return pull_states(wiring, list(read_pull_sources(wiring.settings.pulls_file).values()))
