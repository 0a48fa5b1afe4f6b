"""Officers may ask to see who looks at one family: somebody well known, or a case that is in the newspaper.

Nothing changes for readers and nothing is shown to them: who has a task there goes on as before. What has none is
ranked among the first. Watching and ending it are sealed entries with their reason.
"""

from dataclasses import dataclass
from uuid import UUID

from audit.entry import EventClass
from gateway.identity.caller import StaffCaller
from gateway.store.ledger import append
from gateway.store.reviews import stop_watching, watch_family
from gateway.usecases.log.entries import entry
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.review.reviewing import PURPOSE, who
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Watch:
    """Whether a family is watched."""

    family_id: UUID
    watched: bool


def set_watch(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, family_id: UUID, reason: str, *, watched: bool
) -> Watch:
    """Watch a family, or no longer. Raises `AccessRefusedError` but for officers. The same for a family or none."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now)
    with wiring.database.transaction("hg_desk") as connection:
        if watched:
            watch_family(connection, family_id, who(caller), now)
        else:
            stop_watching(connection, family_id)
        detail = {"review_outcome": "watched" if watched else "not-watched", "justification": reason}
        noted = entry(
            wiring, context, caller, EventClass.VERIFICATION, now, purpose=PURPOSE, household=str(family_id),
            detail=detail,
        )  # fmt: skip
        append(connection, noted)
    return Watch(family_id, watched)
