"""What a profile is made of: the shapes that the JSON and the page are both written from."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who says so, since when we know, and under which agreement it was supplied."""

    source: str
    source_title: str
    recorded_on: date
    agreement: str


@dataclass(frozen=True, slots=True)
class OpenDispute:
    """That somebody says a fact about them is wrong: since which day, and in their own words."""

    since: date
    words: str


@dataclass(frozen=True, slots=True)
class ShownFact:
    """One permitted fact. `values` maps field names to what may be shown; `form` is full or coarser.

    `ref` is by what a reader names the fact to dispute it.
    """

    person: UUID
    item: str
    label: str
    block: str
    values: dict[str, Any]
    valid_from: str | None
    valid_to: str | None
    at: str | None
    role: str | None
    nature: str
    note: str | None
    disputed: bool
    form: str
    match: str
    provenance: Provenance
    ref: str
    dispute: OpenDispute | None


@dataclass(frozen=True, slots=True)
class GoldenValue:
    """A value chosen for the heading, with every source that says it; others that differ stand beside it."""

    value: str
    sources: tuple[str, ...]
    as_of: date


@dataclass(frozen=True, slots=True)
class GoldenIdentity:
    """Who the person is, as this reader's sources say; the first of each is the heading, disagreement is shown."""

    names: tuple[GoldenValue, ...]
    birth_dates: tuple[GoldenValue, ...]
    sexes: tuple[GoldenValue, ...]
    identifiers: tuple[tuple[str, GoldenValue], ...]
    phones: tuple[GoldenValue, ...]
    emails: tuple[GoldenValue, ...]


@dataclass(frozen=True, slots=True)
class DatedAddress:
    """An address with its period; `newest` marks the one that began last, by today."""

    person: UUID
    lines: tuple[str, ...]
    postcode: str | None
    uprn: str | None
    kind: str
    valid_from: str | None
    valid_to: str | None
    newest: bool
    form: str
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Kinship:
    """A recorded relationship between two members: `person` is the `kind` of `other`."""

    person: UUID
    kind: str
    other: UUID
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the family as this reader may see it. `id` opens that person's own family page."""

    id: UUID
    identity: GoldenIdentity
    match: str


@dataclass(frozen=True, slots=True)
class WithheldLine:
    """What is not shown, in the words that its mode allows; `entries` only in count mode."""

    owner: str
    mode: str
    sentence: str
    entries: int | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Up to which day a source's data reaches; the same line for every family."""

    source: str
    title: str
    to: date | None


@dataclass(frozen=True, slots=True)
class AgreementUsed:
    """An agreement and clause that this answer rests on."""

    clause: str
    title: str
    gateways: tuple[str, ...]
    article_6: tuple[str, ...]
    obligations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """One family, cut to what one reader may see for one purpose. `items_shown` is how many facts it shows."""

    family_id: UUID
    purpose: str
    members: tuple[Member, ...]
    relationships: tuple[Kinship, ...]
    addresses: tuple[DatedAddress, ...]
    circumstances: tuple[ShownFact, ...]
    events: tuple[ShownFact, ...]
    interventions: tuple[ShownFact, ...]
    goals: tuple[ShownFact, ...]
    professionals: tuple[ShownFact, ...]
    withheld: tuple[WithheldLine, ...]
    coverage: tuple[Coverage, ...]
    agreements: tuple[AgreementUsed, ...]
    advice: tuple[str, ...]
    foot: str
    items_shown: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the reader keeps: the entry of the disclosure and the promise that it will be in the log's tree."""

    entry_id: UUID
    promise: str
    at: datetime
