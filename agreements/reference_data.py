"""The register's lists beside the agreements: agencies, sources, purposes, law and impact assessments."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from agreements.document import Clause, Identifier, Sentence
from agreements.request import Direction

RegimeName = Literal["uk_gdpr", "dpa_part_3"]
PurposeNature = Literal["welfare", "security", "law_enforcement", "crime_prevention", "statistics"]
"""What a purpose is by nature. Only law that keeps a source for some natures asks; linkage is welfare, too."""
Confirmation = Literal["text_read", "guidance_read", "from_memory"]
"""Who has checked an entry of the law: its text was read, guidance on it was read, or neither."""


class Role(Clause):
    """A role of an agency. `families` name what kind of work it is; `refusal` is what it is told when refused."""

    id: Identifier
    title: str
    families: tuple[Identifier, ...] = ()
    refusal: Sentence | None = None


class Team(Clause):
    """How a team goes by towards those whom a look was about, and towards partners, where not by its own `name`.

    For teams whose names say in which part of the area somebody is. Other readers see `name`.
    """

    name: str = Field(min_length=1)
    told_as: str = Field(min_length=1)


class Agency(Clause):
    """A body with its roles and the contact for requests about its data.

    `competent_authority`: it processes for law enforcement purposes under DPA 2018 Part 3 (s.30, Sch 7). `decider` is
    the role that decides on one-off requests for its facts under a law (practice P4); without it the contact does.
    """

    id: Identifier
    title: str
    kind: str
    contact: str
    decider: Identifier | None = None
    competent_authority: StrictBool = False
    roles: tuple[Role, ...]
    teams: tuple[Team, ...] = ()


class AgencyList(Clause):
    """agencies.yaml."""

    schema_: Literal["hearthgate/agencies/1"] = Field(alias="schema")
    agencies: tuple[Agency, ...]


class Source(Clause):
    """A source of facts; `regime` is the law its owner holds it under (practice P8).

    `reserved_under` names the reservation of the legal register that keeps it for purposes of certain natures.
    """

    id: Identifier
    title: str
    owner: Identifier
    regime: RegimeName
    match_only: StrictBool = False
    reserved_under: Identifier | None = None


class SourceList(Clause):
    """sources.yaml; order is bit order, so entries are only ever appended."""

    schema_: Literal["hearthgate/sources/1"] = Field(alias="schema")
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


class Purpose(Clause):
    """A purpose a reader may declare; `regime` is the law that use for it is held under (practice P8).

    `lookups`: whether a subject who asks who looked is told of look-ups for it, or they are sealed (practice P1). The
    purpose decides and never what is known of the subject: else the absence of a line would tell.
    """

    id: Identifier
    title: str
    regime: RegimeName = "uk_gdpr"
    nature: PurposeNature = "welfare"
    lookups: Literal["disclosable", "sealed"] = "sealed"


class PurposeList(Clause):
    """purposes.yaml."""

    schema_: Literal["hearthgate/purposes/1"] = Field(alias="schema")
    purposes: tuple[Purpose, ...]


class Gateway(Clause):
    """A power or duty to share (domain 4.2).

    Nothing rests on an entry that is not commenced (`null`: not shown to be in force), has ended, or whose programme
    purpose is not live (practice P10), nor on an exemption, guidance or consent, which stand here so that nobody
    takes them for a power. `covers_kinds` are the kinds of body that may disclose under it; none named: any body.
    `only_directions`: all that it is good for, where it is not good for every use. `leaves_part_3`: it authorises a
    competent authority to share for a purpose other than law enforcement (DPA 2018 s.36(4)); facts held under Part 3
    reach a purpose of the UK GDPR under such an entry only (practice P8).
    """

    id: Identifier
    cite: str
    kind: Literal["power", "duty", "implied_power", "exemption", "guidance", "consent"]
    covers_kinds: tuple[str, ...] = ()
    only_directions: tuple[Direction, ...] = ()
    commenced: date | None
    ended: date | None = None
    purpose_live: Literal["not_applicable", "live", "unconfirmed", "ended"] = "not_applicable"
    leaves_part_3: StrictBool = False
    confirmation: Confirmation
    confirmed_by: tuple[str, ...] = ()
    note: str = ""


class GdprBasis(Clause):
    """An Article 6, 9 or 10 entry (domain 4.3), dated as gateways are. `covers_kinds`: who may use it; none: any."""

    id: str
    article: Literal[6, 9, 10]
    law: str
    commenced: date | None
    ended: date | None = None
    covers_kinds: tuple[str, ...] = ()
    policy_document_needed: StrictBool = False
    confirmation: Confirmation
    confirmed_by: tuple[str, ...] = ()
    note: str = ""


class Reservation(Clause):
    """Law that keeps a source for purposes of certain natures, as the full electoral register is (practice P9)."""

    id: Identifier
    cite: str
    natures: tuple[PurposeNature, ...] = Field(min_length=1)
    confirmation: Confirmation
    confirmed_by: tuple[str, ...] = ()


class LegalRegister(Clause):
    """gateways.yaml: the dated register of law that agreements rest on."""

    schema_: Literal["hearthgate/law/1"] = Field(alias="schema")
    gateways: tuple[Gateway, ...]
    bases: tuple[GdprBasis, ...]
    reservations: tuple[Reservation, ...] = ()


class Risk(Clause):
    """One line of the risk table (UK GDPR Article 35(7)(c)-(d))."""

    id: Identifier
    risk: Sentence
    likelihood: Literal["low", "medium", "high"]
    impact: Literal["low", "medium", "high"]
    mitigation: Sentence
    residual: Literal["low", "medium", "high"]
    owner: str


class Dpia(Clause):
    """A data protection impact assessment: which purposes and data it approves, and until when."""

    schema_: Literal["hearthgate/dpia/1"] = Field(alias="schema")
    id: Identifier
    title: Sentence
    description: Sentence
    necessity: Sentence
    purposes: tuple[Identifier, ...] = Field(min_length=1)
    data: tuple[str, ...] = Field(min_length=1)
    risks: tuple[Risk, ...] = Field(min_length=1)
    consultation: Sentence
    dpo_advice: Sentence
    approved: date
    approved_by: str
    residual_risk: Literal["low", "medium", "high"]
    next_review: date
