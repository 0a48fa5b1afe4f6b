"""With whom somebody protected lives now tells where: the address of an unprotected host is on the host's own record.

A household that a service names somebody protected in, later than we first knew of that person, ties nobody of the
family for a reader who may not know of protection: neither that person nor whoever came into it with them, as children
do. Nor does a relationship that is told later to somebody who was not of their family before, such as that a school
rings an aunt now. It is as if the service had not told of the move yet (decision 0006).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from agreements.decision import Permit
from agreements.request import STATE_BIT
from gateway.profiles.closure import family_of, person_of_record
from gateway.profiles.permitted import PermittedFact
from gateway.profiles.shown import MEMBERSHIP, RELATIONSHIP

_PROTECTED = STATE_BIT["protected"]
_Permits = Mapping[tuple[UUID, int], Permit]


def may_hear_of_protection(permit: Permit) -> bool:
    """Whether a reader is permitted the marks of a person, of some source that marks people."""
    return any(telling & permit.mask for state, telling in permit.terms.told_by if state == _PROTECTED)


def without_new_households(
    facts: Sequence[PermittedFact],
    protected: Collection[UUID],
    children: Collection[UUID],
    permits: _Permits,
    own: Collection[int],
) -> list[PermittedFact]:
    """The facts without ties that would tell where somebody protected went; `own`: sources left as they are.

    `children` are those among whom may be a child of somebody protected: who fled with a parent is seldom marked.
    """
    if not protected:
        return list(facts)
    known = _first_known(facts)
    untold = [
        fact for fact in facts
        if fact.item.name in {MEMBERSHIP, RELATIONSHIP} and fact.fact.source_no not in own
        and not may_hear_of_protection(permits[fact.fact.person_id, fact.fact.band])
    ]  # fmt: skip
    new = [fact for fact in untold if fact.item.name == MEMBERSHIP and _since(fact) > known[fact.fact.person_id]]
    fled_to = {_household(fact) for fact in new if fact.fact.person_id in protected}
    hidden = {fact.fact.fact_id for fact in new if _household(fact) in fled_to}
    left = [fact for fact in facts if fact.fact.fact_id not in hidden]
    hidden = _new_relationships(untold, left, protected, {*protected, *children}, known)
    return [fact for fact in left if fact.fact.fact_id not in hidden]


def _new_relationships(
    untold: Iterable[PermittedFact], facts: Sequence[PermittedFact], protected: Collection[UUID],
    fled: Collection[UUID], known: Mapping[UUID, date],
) -> set[UUID]:  # fmt: skip
    """Relationships told of the protected and of children of theirs, later than these were known, to strangers."""
    persons = person_of_record(facts)
    new: dict[UUID, list[tuple[PermittedFact, UUID]]] = defaultdict(list)
    for fact in untold:
        other = persons.get(str(fact.fact.value.get("other")))
        if fact.item.name == RELATIONSHIP and other is not None:
            for one, with_whom in ((fact.fact.person_id, other), (other, fact.fact.person_id)):
                if one in fled and _since(fact) > known[one]:
                    new[one].append((fact, with_whom))
    told = {fact.fact.fact_id for found in new.values() for fact, _ in found}
    before = [fact for fact in facts if fact.fact.fact_id not in told]
    families = {one: family_of(one, before) for one in new}
    return {
        fact.fact.fact_id
        for one, found in new.items()
        for fact, with_whom in found
        if with_whom not in families[one] and not families[one].isdisjoint(protected)
    }


def _first_known(facts: Sequence[PermittedFact]) -> dict[UUID, date]:
    known: dict[UUID, date] = {}
    for fact in facts:
        person = fact.fact.person_id
        known[person] = min(known.get(person, date.max), _learnt(fact))
    return known


def _since(fact: PermittedFact) -> date:
    return fact.fact.valid_from or _learnt(fact)


def _learnt(fact: PermittedFact) -> date:
    return fact.fact.recorded_at.date()


def _household(fact: PermittedFact) -> tuple[str, str]:
    return fact.source, str(fact.fact.value.get("household"))
