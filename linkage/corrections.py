"""What somebody who knows says of who belongs to a household, put over what was derived."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from linkage.households import Household, HouseholdMember


@dataclass(frozen=True, slots=True)
class MemberCorrection:
    """A person belongs to a household, or does not, from the one day to the other; None is an open end."""

    household_id: str
    person_id: str
    belongs: bool
    valid_from: date | None
    valid_to: date | None


def corrected(households: Sequence[Household], corrections: Iterable[MemberCorrection]) -> tuple[Household, ...]:
    """The households with the corrections put over them in their order, so that the last one said counts.

    One about a household that is not there changes nothing.
    """
    about: dict[str, list[MemberCorrection]] = defaultdict(list)
    for each in corrections:
        about[each.household_id].append(each)
    return tuple(_corrected(one, about[one.household_id]) if one.household_id in about else one for one in households)


def _corrected(household: Household, corrections: Sequence[MemberCorrection]) -> Household:
    members = list(household.members)
    for each in corrections:
        if each.belongs:
            members.append(
                HouseholdMember(each.person_id, "resident", each.valid_from, each.valid_to, "residence")
            )  # fmt: skip
        else:
            members = [
                part
                for member in members
                for part in (without(member, each) if member.person_id == each.person_id else (member,))
            ]
    return replace(household, members=tuple(members))


def without(member: HouseholdMember, correction: MemberCorrection) -> tuple[HouseholdMember, ...]:
    """What is left of a member's time where a correction takes some of it away: before it, and after it."""
    left = []
    begins, ends = correction.valid_from, correction.valid_to
    if begins is not None and (member.valid_from is None or member.valid_from < begins):
        until = begins - timedelta(days=1)
        left.append(replace(member, valid_to=until if member.valid_to is None else min(member.valid_to, until)))
    if ends is not None and (member.valid_to is None or member.valid_to > ends):
        since = ends + timedelta(days=1)
        left.append(replace(member, valid_from=since if member.valid_from is None else max(member.valid_from, since)))
    return tuple(left)
