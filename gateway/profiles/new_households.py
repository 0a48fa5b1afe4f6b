"""With whom somebody protected lives now tells where: the address of an unprotected host is on the host's own record.

A household that a service names somebody protected in, later than we first knew of that person, ties nobody of the
family for a reader who may not know of protection: neither that person nor whoever came into it with them, as children
do. It is as if the service had not told of the move yet (decision 0006).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from agreements.decision import Permit
from agreements.request import STATE_BIT
from gateway.profiles.permitted import PermittedFact
from gateway.profiles.shown import MEMBERSHIP

_PROTECTED = STATE_BIT["protected"]
_Permits = Mapping[tuple[UUID, int], Permit]


def may_hear_of_protection(permit: Permit) -> bool:
    """Whether a reader is permitted the marks of a person, of some source that marks people."""
    return any(telling & permit.mask for state, telling in permit.terms.told_by if state == _PROTECTED)


def without_new_households(
    facts: Sequence[PermittedFact], protected: Collection[UUID], permits: _Permits, own: Collection[int]
) -> list[PermittedFact]:
    """The facts without memberships that would tell where somebody protected went; `own`: sources left as they are."""
    if not protected:
        return list(facts)
    known = _first_known(facts)
    new = [
        fact for fact in facts
        if fact.item.name == MEMBERSHIP and fact.fact.source_no not in own
        and (fact.fact.valid_from or _learnt(fact)) > known[fact.fact.person_id]
        and not may_hear_of_protection(permits[fact.fact.person_id, fact.fact.band])
    ]  # fmt: skip
    fled_to = {_household(fact) for fact in new if fact.fact.person_id in protected}
    hidden = {fact.fact.fact_id for fact in new if _household(fact) in fled_to}
    return [fact for fact in facts if fact.fact.fact_id not in hidden]


def _first_known(facts: Sequence[PermittedFact]) -> dict[UUID, date]:
    known: dict[UUID, date] = {}
    for fact in facts:
        person = fact.fact.person_id
        known[person] = min(known.get(person, date.max), _learnt(fact))
    return known


def _learnt(fact: PermittedFact) -> date:
    return fact.fact.recorded_at.date()


def _household(fact: PermittedFact) -> tuple[str, str]:
    return fact.source, str(fact.fact.value.get("household"))
