"""Statements about a subject: circumstances, reactive-service events, interventions and goals.

Each names its data item; the item's register entry says which fields the value may hold and to which LeGSB
block it belongs, so a statement that puts an event's item into a circumstance is refused.
"""

from datetime import date, datetime
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from concept_model.base import Concept, Nature, Scalar, SourceKey
from concept_model.items import Block, item_named


class Statement(Concept):
    """Common part. `occurrence` tells several statements of one item about one subject apart; stable on resend."""

    block: ClassVar[Block]
    subject: SourceKey
    subject_kind: Literal["person", "household", "place"] = "person"
    item: str
    occurrence: str = Field(default="", max_length=200)
    value: dict[str, Scalar]
    role: str | None = None
    nature: Nature = Nature.FACT
    handling: str | None = None
    disputed: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    at: datetime | None = None

    @model_validator(mode="after")
    def _fits_the_item(self) -> Self:
        item = item_named(self.item)
        if item.block is not self.block:
            msg = f"item {item.name} belongs to {item.block.value}"
            raise ValueError(msg)
        unknown = self.value.keys() - item.field_names
        if unknown:
            msg = f"item {item.name} has no field of that name"
            raise ValueError(msg)
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            msg = "the period ends before it begins"
            raise ValueError(msg)
        return self


class Circumstance(Statement):
    """A dated fact about a subject: attendance, arrears, a benefit."""

    block: ClassVar[Block] = Block.CIRCUMSTANCES
    concept: Literal["circumstance"] = "circumstance"


class Event(Statement):
    """A reactive-service event: an offence, an attendance at A&E, a suspension. `role` is the subject's role in it."""

    block: ClassVar[Block] = Block.REACTIVE_SERVICES
    concept: Literal["event"] = "event"


class Intervention(Statement):
    """Planned help, a plan, an order, an allocation of a worker."""

    block: ClassVar[Block] = Block.INTERVENTIONS
    concept: Literal["intervention"] = "intervention"


class Goal(Statement):
    """What should change, agreed with the family."""

    block: ClassVar[Block] = Block.GOALS
    concept: Literal["goal"] = "goal"


class ListEntry(Statement):
    """Reference data: a service in a directory, area context without persons."""

    block: ClassVar[Block] = Block.LISTS
    concept: Literal["list"] = "list"
    subject_kind: Literal["person", "household", "place"] = "place"
