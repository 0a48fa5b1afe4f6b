"""Households, their members over time, and recorded relationships between two persons."""

from datetime import date
from typing import Literal

from concept_model.base import Concept, SourceKey

RelationshipKind = Literal[
    "parent", "child", "sibling", "partner", "former-partner", "carer", "guardian", "grandparent", "relative", "other"
]


class Membership(Concept):
    """A service's own grouping: this person belongs to that household in this role for this period."""

    concept: Literal["membership"] = "membership"
    household: SourceKey
    person: SourceKey
    role: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


class Relationship(Concept):
    """`person` is the `kind` of `other`: kind "parent" reads "person is a parent of other"."""

    concept: Literal["relationship"] = "relationship"
    person: SourceKey
    other: SourceKey
    kind: RelationshipKind
    parental_responsibility: bool | None = None
    valid_from: date | None = None
    valid_to: date | None = None
