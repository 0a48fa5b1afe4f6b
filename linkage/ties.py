"""What ties people together, as services record it: where they live, and whose parent, child or partner they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from concept_model.household import RelationshipKind

ResidenceKind = Literal["home", "temporary", "refuge", "placement", "correspondence"]
HOME_KINDS = frozenset({"home", "temporary", "placement"})
"""Kinds of residence that people live at together."""
Basis = Literal["residence", "relationship"]


@dataclass(frozen=True, slots=True, repr=False)
class PersonResidence:
    """A person lived at a place for a period; None is an open end.

    `place_key` is `uprn:<UPRN>` or else the normalised address (`linkage.standardise.place_key`). `kind` as in
    `concept_model.place.Residence`. `communal` marks a care home, hostel, hall or other communal address.
    `family_name` serves only to see a house in multiple occupation, and whom a name ties; `postcode` only to be sure
    that two places are not one.
    """

    person_id: str
    place_key: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    kind: ResidenceKind = "home"
    communal: bool = False
    family_name: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True)
class PersonRelationship:
    """`person_id` is the `kind` of `other_id`: kind "parent" reads "person is a parent of other"."""

    person_id: str
    other_id: str
    kind: RelationshipKind
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """What else is known of persons: pairs whom a service counts to one household, and when they were born and died.

    `born` and `died`: the latest days that these may have been.
    """

    counted_together: frozenset[frozenset[str]] = frozenset()
    born: Mapping[str, date] = field(default_factory=dict)
    died: Mapping[str, date] = field(default_factory=dict)
