"""The home of a household that a service records is that of everybody in it, also of whom it gives no address.

Where one of a family had no address and the others have, the gap would tell whose is withheld, and so that they are
protected (scene S3). A service that names them as one household says by that where they live; so it is told of them as
it is of the others, from permitted facts alone, whether an address of theirs is withheld or was never given.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from agreements.decision import Permit
from gateway.profiles.homes import place_keys
from gateway.profiles.new_households import may_hear_of_protection
from gateway.profiles.permitted import PermittedFact, age_days
from gateway.profiles.shown import MEMBERSHIP, RESIDENCE

_Permits = Mapping[tuple[UUID, int], Permit]


def homes_of_households(
    persons: Iterable[UUID], facts: Sequence[PermittedFact], permits: _Permits, now: datetime
) -> list[PermittedFact]:
    """The residences of members without any, as their household's home; none for a reader who is told of protection.

    A household has a home where the service gives all its other members one and the same today. Whose households have
    different homes has moved, or lives in two: nothing is told of them, lest it be where they fled to.
    """
    left = set(persons) - {fact.fact.person_id for fact in facts if fact.item.name == RESIDENCE}
    households: dict[tuple[str, str], list[PermittedFact]] = defaultdict(list)
    for fact in facts:
        if fact.item.name == MEMBERSHIP and _stands(fact, now.date()):
            households[fact.source, str(fact.fact.value.get("household"))].append(fact)
    told: dict[UUID, list[PermittedFact]] = defaultdict(list)
    for (source, _), members in sorted(households.items()):
        home = _home_of(source, {each.fact.person_id for each in members}, facts, now.date())
        for member in members:
            if home is not None and member.fact.person_id in left and _may_be_told(member, home, permits, now):
                told[member.fact.person_id].append(_as_told_of(member, home))
    return [homes[0] for homes in told.values() if _are_one(homes)]


def _home_of(source: str, members: set[UUID], facts: Iterable[PermittedFact], today: date) -> PermittedFact | None:
    homes = [
        fact for fact in facts
        if fact.item.name == RESIDENCE and fact.source == source and fact.fact.person_id in members
        and fact.fact.value.get("kind") == "home" and _stands(fact, today)
    ]  # fmt: skip
    if not homes or not _are_one(homes):
        return None
    return min(homes, key=lambda home: (home.fact.valid_from or date.max, str(home.fact.fact_id)))


def _are_one(homes: Sequence[PermittedFact]) -> bool:
    return bool(set[str].intersection(*(set(place_keys(home)) for home in homes)))


def _stands(fact: PermittedFact, today: date) -> bool:
    return (fact.fact.valid_from or date.min) <= today <= (fact.fact.valid_to or date.max)


def _may_be_told(member: PermittedFact, home: PermittedFact, permits: _Permits, now: datetime) -> bool:
    """Whether this reader may see what the service says of where this member lives, in the same form."""
    permit = permits[member.fact.person_id, member.fact.band]
    if may_hear_of_protection(permit):
        return False
    row = age_days(home.fact, now), home.fact.subject_role
    return (
        permit.allows(home.source, RESIDENCE)
        and permit.admits(home.source, RESIDENCE, *row)
        and permit.row_form(home.source, RESIDENCE, *row) == home.form
    )


def _as_told_of(member: PermittedFact, home: PermittedFact) -> PermittedFact:
    """The home as a residence of the member, of the record that names the member in the household."""
    own = member.fact
    return replace(home, fact=home.fact._replace(record_id=own.record_id, person_id=own.person_id, band=own.band))
