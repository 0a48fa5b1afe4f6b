"""Small answers of the register beside a decision: supply, purposes on offer, break-glass, pages about agreements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class SupplyReason:
    """Why an item may not be supplied: `source-unknown`, `not-owner`, `no-agreement`, `not-in-force`."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Supply:
    """What an agency may supply from one source at an instant.

    `agreements` are `<id>@<version>` of those relied on; `refusals` gives a reason for every other registered item;
    `not_after` is the earliest end of anything relied on, `None` where nothing may be supplied. `covering` tells by
    item which of the agreements cover it.
    """

    items: frozenset[str]
    agreements: tuple[str, ...]
    refusals: Mapping[str, SupplyReason]
    not_after: datetime | None
    covering: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PurposeOffer:
    """A purpose that a role may declare, and the agreement it stands in."""

    id: str
    title: str
    agreement: str


@dataclass(frozen=True, slots=True)
class BreakGlassOffer:
    """Break-glass that one agreement allows a role: what it needs, how long it lasts and who is told at once.

    `alerts` are `agency/role`, as the document names them.
    """

    agreement: str
    purposes: tuple[str, ...]
    requires: tuple[str, ...]
    second_person_within_hours: int
    expires_minutes: int
    alerts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A source of facts. `regime` is `uk_gdpr` or `dpa_part_3`; `match_only` sources are never shown."""

    id: str
    title: str
    owner: str
    owner_title: str
    regime: str
    match_only: bool


@dataclass(frozen=True, slots=True)
class AgreementSummary:
    """What pages say of an agreement. `status` is that of the instant the register was loaded for."""

    id: str
    version: int
    tier: str
    title: str
    summary: str
    parties: tuple[str, ...]
    purposes: tuple[str, ...]
    status: str
    valid_from: date
    review_on: date
    expires_on: date
    digest: str
