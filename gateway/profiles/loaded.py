"""What the store hands over to be assembled: facts that a ticket let out, and counts of what it did not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID


class LoadedFact(NamedTuple):
    """A fact as a permit let it out. `source_no` and `item_no` are numbers of the mask's vocabulary.

    A tuple: a family has hundreds, and a frozen data class takes four times as long to make.
    """

    fact_id: UUID
    record_id: UUID
    person_id: UUID
    band: int
    source_no: int
    item_no: int
    value: Mapping[str, Any]
    valid_from: date | None
    valid_to: date | None
    happened_at: datetime | None
    nature: str
    subject_role: str | None
    disputed: bool
    recorded_at: datetime
    agreement: str


@dataclass(frozen=True, slots=True)
class WithheldCount:
    """A number, or only the existence, of entries that stay back."""

    source_no: int
    item_no: int
    mode: str
    entries: int


@dataclass(frozen=True, slots=True)
class CorrectedTie:
    """That a steward says that a person belongs to the household of another, or does not, from when to when.

    A correction makes one tie with each member of the household. `source_nos`: the sources that it rests on; none where
    it is the council's own statement.
    """

    correction_id: UUID
    person_id: UUID
    other_id: UUID
    belongs: bool
    valid_from: date | None
    valid_to: date | None
    source_nos: Sequence[int]
