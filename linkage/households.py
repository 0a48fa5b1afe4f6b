"""Households from shared residence in time and from recorded relationships; one person may belong to several."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from concept_model.household import RelationshipKind

ResidenceKind = Literal["home", "temporary", "refuge", "placement", "correspondence"]
Basis = Literal["residence", "relationship"]


@dataclass(frozen=True, slots=True, repr=False)
class PersonResidence:
    """A person lived at a place for a period; None is an open end.

    `place_key` is `uprn:<UPRN>` or else the normalised address (`linkage.standardise.place_key`). `kind` as in
    `concept_model.place.Residence`. `communal` marks a care home, hostel, hall or other communal address.
    `family_name` serves only to see a house in multiple occupation.
    """

    person_id: str
    place_key: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    kind: ResidenceKind = "home"
    communal: bool = False
    family_name: str = ""


@dataclass(frozen=True, slots=True)
class PersonRelationship:
    """`person_id` is the `kind` of `other_id`: kind "parent" reads "person is a parent of other"."""

    person_id: str
    other_id: str
    kind: RelationshipKind
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class HouseholdMember:
    """One period of one member. `role` is parent, child, partner, carer, ... or `resident` where nothing says more.

    `basis` "relationship" marks family who are not known to live there, such as a parent who lives elsewhere.
    """

    person_id: str
    role: str
    valid_from: date | None
    valid_to: date | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Household:
    """Who lives together. `place_keys` in the order they were lived at; empty where only relationships are known."""

    household_id: str
    place_keys: tuple[str, ...]
    members: tuple[HouseholdMember, ...]

    @property
    def person_ids(self) -> frozenset[str]:
        """Everyone who belongs, at any time."""
        return frozenset(member.person_id for member in self.members)


@dataclass(frozen=True, slots=True)
class HouseholdResult:
    """`crowded_places`: shared by too many unrelated surnames to be one household; there only relationships group.

    `merged`: retired household id to the one that holds most of its persons.
    """

    households: tuple[Household, ...]
    merged: dict[str, str]
    crowded_places: tuple[str, ...]


def derive_households(
    residences: Sequence[PersonResidence],
    relationships: Sequence[PersonRelationship],
    previous: Sequence[Household],
    mint: Callable[[], str],
) -> HouseholdResult:
    """Derive households; ids go on from `previous` by the greatest overlap of persons."""
    raise NotImplementedError
