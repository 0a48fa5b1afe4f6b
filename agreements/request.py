"""What is asked of the engine: who wants to do what with the facts about one subject, why, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


PROTECTED = "protected"
STATES: tuple[str, ...] = (
    "minor",
    "agreed_to_help",
    "safeguarding_concern",
    PROTECTED,
    "domestic_abuse",
    "objection",
    "restriction",
    "perpetrator_in_household",
    "reader_works_with_perpetrator",
    "named_case",
)
"""The subject states a rule may test; a state missing from a request is unknown, any other name refuses."""


_RELATIONSHIP_NUMBER = {relationship: number for number, relationship in enumerate(Relationship)}
STATE_BIT = {state: 1 << number for number, state in enumerate(STATES)}


def asked_bits(states: int) -> int:
    """The part of `DecisionRequest.asked` that matters where only these states are tested: band and relationship do."""
    return -1 << 2 * len(STATES) | states << len(STATES) | states


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """One question about one subject.

    `relationship` is the reader's to the subject's family; `band` the weakest link band of the records in question;
    `now` an aware instant; `regime` the law under which the reader would use the facts. `break_glass` asks for the
    widening an agreement may allow (practice, scene S6). The last five are worked out here, once for every question
    that the request is asked: bits of the states known to be yes and no; `asked`, which holds these, the band and the
    relationship in one integer; the key of the rules; and whether the request is well-formed at all. One that is not
    refuses; it never raises.
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
    yes: int = field(init=False, repr=False, compare=False)
    no: int = field(init=False, repr=False, compare=False)
    asked: int = field(init=False, repr=False, compare=False)
    key: tuple[str, str, str, str] = field(init=False, repr=False, compare=False)
    well_formed: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out bits and key."""
        yes, no, known = _bits(self.states)
        names = (self.agency, self.role, self.purpose)
        well_formed = (
            known
            and all(isinstance(name, str) for name in names)
            and isinstance(self.now, datetime)
            and self.now.utcoffset() is not None
            and isinstance(self.relationship, Relationship)
            and isinstance(self.band, Band)
            and isinstance(self.direction, Direction)
            and isinstance(self.regime, Regime)
        )
        object.__setattr__(self, "yes", yes)
        object.__setattr__(self, "no", no)
        reader = (_RELATIONSHIP_NUMBER[self.relationship] << 3 | self.band) if well_formed else 0
        object.__setattr__(self, "asked", reader << 2 * len(STATES) | no << len(STATES) | yes)
        object.__setattr__(self, "key", (*names, self.direction.value) if well_formed else ("", "", "", ""))
        object.__setattr__(self, "well_formed", well_formed)


def _bits(states: object) -> tuple[int, int, bool]:
    """Bits known to be yes, bits known to be no, and whether every name and answer is one we know."""
    yes = no = 0
    if not isinstance(states, Mapping):
        return 0, 0, False
    for name, value in states.items():
        bit = STATE_BIT.get(name) if isinstance(name, str) else None
        if bit is None or not isinstance(value, Tri):
            return 0, 0, False
        if value is Tri.YES:
            yes |= bit
        elif value is Tri.NO:
            no |= bit
    return yes, no, True
