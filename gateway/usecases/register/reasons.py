"""Why a reader has to do with the people of an access, as it stands at that instant and as the entry says it."""

from collections.abc import Iterable

from agreements.request import Relationship
from audit.entry import Reason
from gateway.identity.caller import StaffCaller
from gateway.usecases.register.deciding import SubjectDecision
from gateway.wiring import Wiring

_OF_RELATIONSHIP = {
    Relationship.ALLOCATED_WORKER: Reason.ALLOCATED,
    Relationship.TEAM: Reason.SAME_TEAM,
    Relationship.MANAGER: Reason.MANAGES_TEAM,
    Relationship.MASH: Reason.FRONT_DOOR_DUTY,
    Relationship.NAMED_CASE: Reason.NAMED_CASE,
}
"""From the closest to the furthest: the first that holds is said."""


def reason_of(
    wiring: Wiring, caller: StaffCaller, decided: Iterable[SubjectDecision], *, break_glass: bool = False
) -> Reason:
    """The closest relationship of the reader to any of the subjects; else that they hold the records themselves."""
    if break_glass:
        return Reason.EMERGENCY
    permitted = [one for one in decided if one.permit is not None]
    relationships = {one.asked.relationship for one in permitted}
    for relationship, reason in _OF_RELATIONSHIP.items():
        if relationship in relationships:
            return reason
    mask = 0
    for one in permitted:
        mask |= one.permit.mask | one.permit.earlier if one.permit else 0
    now = wiring.clock()
    owners = {wiring.register.owner_of(one, now) for one in wiring.register.vocabulary.sources_of(mask)}
    return Reason.OWN_SERVICE if owners == {caller.agency} else Reason.NONE
