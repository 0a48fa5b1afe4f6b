"""An access as review sees it: who looked at whom, when and what for, and the ties between the two that are known.

A tie is a fact of work (an allocation, a referral) or of life (one household, one address) between the reader and a
person. It comes out of the database as a code and a number of days; no value of a record is ever part of it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Kind(StrEnum):
    """What was done. A search lists persons, and an empty one nobody; a denied attempt says what was tried."""

    VIEW = "view"
    SEARCH = "search"
    EMPTY = "empty"
    DENIED = "denied"


class Tie(StrEnum):
    """Every tie that the database can tell. The first group is of work, the second of life."""

    ALLOCATED = "allocated"
    MANAGES = "manages"
    INVOLVED = "involved"
    TEAM = "team"
    MANAGES_WORKER = "manages-worker"
    COVERS_WORKER = "covers-worker"
    REFERRAL = "referral"
    ENQUIRY = "enquiry"
    NOTICE = "notice"
    KNOWN_TO = "known-to"

    SELF = "self"
    FAMILY = "family"
    PAST_HOUSEHOLD = "past-household"
    SHARED_KIN = "shared-kin"
    SAME_ADDRESS = "same-address"
    SAME_PHONE = "same-phone"
    SAME_POSTCODE = "same-postcode"
    RARE_SURNAME = "rare-surname"
    COLLEAGUE = "colleague"
    TEAMMATE = "teammate"


class Reach(StrEnum):
    """Whether a tie is to the person looked at, or to somebody of their household or kin."""

    PERSON = "person"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class Known:
    """A tie. `days`: 0 while it held at the access, n > 0 where it ended n days before, n < 0 where it began later.

    `about` is the source that knows the person, for `Tie.KNOWN_TO` alone.
    """

    tie: Tie
    reach: Reach = Reach.PERSON
    days: int = 0
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One access. `at` is aware; `families` are the role families of the reader's role.

    `family` is the opaque handle that was opened (`None` for a search), `subjects` the persons that a search listed.
    `watched`: officers had asked to see who looks at the family. `reason` is the code that the entry holds of why the
    reader had to do with them, as the decision knew it then.
    """

    access_id: UUID
    kind: Kind
    at: datetime
    who: str
    agency: str
    role: str
    team: str | None = None
    purpose: str | None = None
    families: frozenset[str] = frozenset()
    family: UUID | None = None
    subjects: tuple[UUID, ...] = ()
    emergency: bool = False
    watched: bool = False
    reason: str | None = None
    ties: tuple[Known, ...] = ()
