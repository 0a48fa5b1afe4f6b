"""How much a reader has not read of what they are told. Two numbers, and nothing about anybody: no entry is left."""

from dataclasses import dataclass

from gateway.identity.caller import StaffCaller
from gateway.store.notices import notices_for
from gateway.store.viewers import notices_to
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Unread:
    """Notices to this reader's role, and things that they were shown and that were wrong, that wait to be read."""

    notices: int
    corrections: int


def unread(wiring: Wiring, caller: StaffCaller) -> Unread:
    """What waits for this reader now; at most a hundred of each are counted."""
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        notices = notices_for(connection, caller.agency, caller.role, caller.team, now)
        corrections = notices_to(connection, caller.worker_ref or caller.subject, caller.agency)
    return Unread(sum(not one.read_at for one in notices), sum(not one.read_at for one in corrections))
