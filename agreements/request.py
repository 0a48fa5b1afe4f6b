"""What is asked of the engine: who wants to do what with the facts about one subject, why, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Tri(StrEnum):
    """A three-valued answer. Unknown never permits and never lifts a prohibition."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Band(IntEnum):
    """How sure linkage is that a record belongs to the subject; a higher band compares greater."""

    REVIEW = 1
    PROBABLE = 2
    STRONG = 3
    VERIFIED = 4

    @property
    def word(self) -> str:
        """The band's name as documents and stored links write it: verified, strong, probable or review."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> "Band":
        """Return the band of that word. Raises `KeyError` for any other word."""
        return cls[word.upper()]


class Direction(StrEnum):
    """What would be done with the facts."""

    VIEW = "view"
    SEARCH = "search"
    EXTRACT = "extract"
    MATCH = "match"
    STATISTIC = "statistic"
    NOTIFY = "notify"
    SUPPLY = "supply"


class Regime(StrEnum):
    """The law under which a reader would use the facts: UK GDPR, or Part 3 of the DPA 2018 (law enforcement)."""

    UK_GDPR = "uk_gdpr"
    DPA_PART_3 = "dpa_part_3"


class Relationship(StrEnum):
    """What the reader is to the family. `NAMED_CASE`: the family is a case the reader is named on (MARAC)."""

    ALLOCATED_WORKER = "allocated_worker"
    TEAM = "team"
    MANAGER = "manager"
    MASH = "mash"
    NAMED_CASE = "named_case"
    NONE = "none"


STATES: tuple[str, ...] = (
    "minor",
    "agreed_to_help",
    "safeguarding_concern",
    "protected",
    "domestic_abuse",
    "objection",
    "restriction",
    "perpetrator_in_household",
    "reader_works_with_perpetrator",
    "named_case",
)
"""The subject states a rule may test; a state missing from a request is unknown, any other name refuses."""


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """One question about one subject.

    `relationship` is the reader's to the subject's family; `band` the weakest link band of the records in question;
    `now` an aware instant. `break_glass` asks for the widening an agreement may allow (practice, scene S6).
    """

    agency: str
    role: str
    purpose: str
    relationship: Relationship
    states: Mapping[str, Tri]
    band: Band
    direction: Direction
    now: datetime
    break_glass: bool = False
    regime: Regime = Regime.UK_GDPR
