"""Recorded relationships: who belongs to a family without living there, and everyone's role."""

from collections import defaultdict
from collections.abc import Sequence

from linkage.groups import Group, Stay
from linkage.ties import PersonRelationship

# Kinds that make a family; former partners and others do not.
_CLOSE = frozenset({"parent", "child", "sibling", "partner", "carer", "guardian", "grandparent"})
# Who is told of in a child's household although they live elsewhere.
_RESPONSIBLE = frozenset({"parent", "guardian"})
_INVERSE = {
    "parent": "child", "child": "parent", "sibling": "sibling", "partner": "partner", "carer": "cared-for",
    "guardian": "child", "grandparent": "grandchild", "relative": "relative", "former-partner": "former-partner",
    "other": "other",
}  # fmt: skip
# The first that applies is a person's role.
_ROLES = (
    "parent", "guardian", "carer", "grandparent", "partner", "child", "grandchild", "cared-for", "sibling", "relative",
    "former-partner", "other",
)  # fmt: skip


def add_relatives(groups: list[Group], relationships: Sequence[PersonRelationship]) -> None:
    """Add to each group, in place, the family that no address puts there; families without any address are new groups.

    A parent or guardian who lives elsewhere joins each household of the child; the child joins no other household
    by that. Someone without a home of their own joins the homes of their close family.
    """
    homes: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        for person in sorted(group.persons):
            homes[person].append(group)
    homeless: list[PersonRelationship] = []
    for tie in sorted(set(relationships), key=_tie_order):
        if tie.kind not in _CLOSE or tie.person_id == tie.other_id:
            continue
        if not homes[tie.person_id] and not homes[tie.other_id]:
            homeless.append(tie)
        elif not homes[tie.person_id] or not homes[tie.other_id]:
            homed, without = (tie.other_id, tie.person_id) if homes[tie.other_id] else (tie.person_id, tie.other_id)
            _add(homes[homed], without, tie)
        elif tie.kind in _RESPONSIBLE:
            _add(homes[tie.other_id], tie.person_id, tie)
        elif tie.kind == "child":
            _add(homes[tie.person_id], tie.other_id, tie)
    groups.extend(_families_without_address(homeless))


class Roles:
    """Roles by person, looked up many times."""

    def __init__(self, relationships: Sequence[PersonRelationship]) -> None:
        self._ties: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for tie in relationships:
            self._ties[tie.person_id].append((tie.other_id, tie.kind))
            self._ties[tie.other_id].append((tie.person_id, _INVERSE[tie.kind]))

    def role_of(self, person: str, household: frozenset[str]) -> str:
        """A person's role among these people, `resident` where no relationship says more."""
        roles = {role for other, role in self._ties.get(person, ()) if other in household and other != person}
        return next((role for role in _ROLES if role in roles), "resident")


def _add(homes: Sequence[Group], person: str, tie: PersonRelationship) -> None:
    for group in homes:
        if person not in {stay.person_id for stay in group.stays if stay.basis == "residence"}:
            group.stays.append(Stay(person, "", tie.valid_from, tie.valid_to, "relationship"))


def _families_without_address(ties: Sequence[PersonRelationship]) -> list[Group]:
    family_of: dict[str, set[str]] = {}
    for tie in ties:
        together = family_of.get(tie.person_id, {tie.person_id}) | family_of.get(tie.other_id, {tie.other_id})
        for person in together:
            family_of[person] = together
    families = {min(family): family for family in family_of.values()}
    return [
        Group([Stay(person, "", None, None, "relationship") for person in sorted(family)])
        for _, family in sorted(families.items())
    ]


def _tie_order(tie: PersonRelationship) -> tuple[str, str, str, str, str]:
    return (tie.person_id, tie.other_id, tie.kind, str(tie.valid_from or ""), str(tie.valid_to or ""))
