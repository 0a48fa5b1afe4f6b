"""An information-sharing agreement as it is signed. Status and signatures stand outside it (architecture section 3).

Law sits in three layers, kept apart in wording as in schema: the gateway (power or duty to share), the UK GDPR basis
(Article 6, and 9 or 10 where the item needs it) and the conditions of a rule (agreed to help, concern, ...).
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, model_validator

from agreements.request import Direction, Relationship

StateName = Literal[
    "minor", "agreed_to_help", "safeguarding_concern", "protected", "domestic_abuse", "objection", "restriction",
    "perpetrator_in_household", "reader_works_with_perpetrator", "named_case",
]  # fmt: skip
Form = Literal["month", "year", "outward_postcode", "band", "presence"]
BandWord = Literal["verified", "strong", "probable", "review"]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,79}$")]
InstrumentId = Annotated[str, Field(pattern=r"^[A-Z]{2,12}(-[A-Z0-9]{1,8}){1,4}$")]
Reference = Annotated[str, Field(pattern=r"^[A-Z0-9-]+@\d+$")]
"""`<id>@<version>` of an agreement."""
Sentence = Annotated[str, Field(min_length=8, max_length=400)]
Period = Annotated[str, Field(pattern=r"^P(\d+[YMD])+$|^PT\d+[HMS]$|^P\d+DT\d+H$")]
"""ISO 8601 duration in its plain forms."""
Hours = Annotated[str, Field(pattern=r"^PT\d{1,4}H$")]
AnyOr = Literal["*"] | tuple[Identifier, ...]


class Clause(BaseModel):
    """Frozen, closed part of a document."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True, populate_by_name=True)


class Party(Clause):
    """A controller. `accession`: it joins by a short instrument and is simply outside until it has signed (P7)."""

    id: Identifier
    does: tuple[Literal["discloses", "receives"], ...]
    lead: StrictBool = False
    accession: StrictBool = False
    ico_registration: str


class ControllerOf(Clause):
    """Who controls what comes into being (practice P7). Each names agencies."""

    source_facts: tuple[Identifier, ...] = Field(min_length=1)
    index: tuple[Identifier, ...] = Field(min_length=1)
    households: tuple[Identifier, ...] = Field(min_length=1)
    figures: tuple[Identifier, ...] = Field(min_length=1)
    log: tuple[Identifier, ...] = Field(min_length=1)


class Parties(Clause):
    """Who agrees. Joint controllers name where the summary of their Article 26 arrangement is published."""

    controllers: tuple[Party, ...] = Field(min_length=1)
    relationship: Literal["independent_controllers", "joint_controllers"]
    article_26_summary: str | None = None
    controller_of: ControllerOf


class GatewayUse(Clause):
    """A power or duty of the legal register, and the disclosing parties that rest on it here."""

    id: Identifier
    covers: tuple[Identifier, ...] = Field(min_length=1)


class Article6(Clause):
    """The parties' basis under UK GDPR Article 6, an entry of the legal register."""

    basis: str
    parties: tuple[Identifier, ...] = Field(min_length=1)
    law: str


class SpecialCondition(Clause):
    """An Article 9 or Article 10 condition for the data named; `policy_document` where Schedule 1 asks for one."""

    basis: str
    data: tuple[str, ...] = Field(min_length=1)
    policy_document: str | None = None


class Legal(Clause):
    """The legal part."""

    gateways: tuple[GatewayUse, ...] = ()
    article_6: tuple[Article6, ...] = ()
    article_9: tuple[SpecialCondition, ...] = ()
    article_10: tuple[SpecialCondition, ...] = ()
    confidentiality: str
    privacy_notice: str


class PurposeUse(Clause):
    """A purpose of the purposes list, and why the sharing is necessary for it."""

    id: Identifier
    necessity: Sentence


class Recipient(Clause):
    """Roles of one agency (`*`: all), or all roles of a family such as `tenancy_enforcement`, wherever they are."""

    agency: Identifier | Literal["*"] = "*"
    roles: AnyOr = "*"
    family: Identifier | None = None


class Conditions(Clause):
    """What must be known of the subject: `all_of` and `any_of` must be yes, `none_of` must be no. Unknown fails."""

    all_of: tuple[StateName, ...] = ()
    any_of: tuple[StateName, ...] = ()
    none_of: tuple[StateName, ...] = ()


class Subjects(Clause):
    """Whom a rule speaks of."""

    minors: Literal["any", "only", "exclude"] = "any"


class Selection(Clause):
    """Cells: the sources crossed with the items. Items are names, `group.*` or `*`; `exclude` takes some away."""

    sources: AnyOr
    data: tuple[str, ...] = Field(min_length=1)
    exclude: tuple[str, ...] = ()


class SupplyRule(Selection):
    """What a party supplies to the gateway from its own sources. A feed starts off; this switches it on (P16)."""

    id: Identifier
    party: Identifier
    necessity: Sentence


class Readers(Clause):
    """Whom a rule speaks to: recipients, the purposes they declare and what they would do."""

    id: Identifier
    recipients: tuple[Recipient, ...] = Field(min_length=1)
    purposes: AnyOr
    directions: tuple[Direction, ...] | Literal["*"] = (Direction.VIEW,)


class Scope(Readers, Selection):
    """Common part of the rules that select recipients and cells."""


class Gate(Scope):
    """Scope with the tests a request must pass. Relationship `*` is any; an empty list opens by break-glass only."""

    relationships: tuple[Relationship, ...] | Literal["*"]
    subjects: Subjects = Subjects()
    conditions: Conditions = Conditions()
    min_band: BandWord = "probable"


class PermitRule(Gate):
    """Releases its cells. `transform` names forms coarser than full; `window_days` and `event_roles` limit rows."""

    effect: Literal["permit"]
    transform: dict[str, Form] = {}
    window_days: Annotated[StrictInt, Field(ge=1)] | None = None
    event_roles: tuple[str, ...] = ()
    advice: Sentence | None = None
    necessity: Sentence


class ReferRule(Gate):
    """Hands cells that are not permitted to a named role (`agency/role`) who answers within hours."""

    effect: Literal["refer"]
    to: Annotated[str, Field(pattern=r"^[a-z_]+/[a-z_]+$")]
    within: Hours
    message: Sentence
    duty: StrictBool = False


class BiteWhen(Clause):
    """States a prohibition waits for; each holds unless it is known to be no."""

    all_of: tuple[StateName, ...] = ()
    any_of: tuple[StateName, ...] = ()


class LiftedBy(Clause):
    """States that lift a prohibition; each lifts only when it is known to be yes."""

    all_of: tuple[StateName, ...] = ()
    any_of: tuple[StateName, ...] = ()


class ProhibitRule(Scope):
    """Forbids its cells whoever permits them. `existence: open` lets another clause say that there is something.

    `rows: since_protection`, of a protected person: what began before they were goes on as of anybody.
    """

    effect: Literal["prohibit"]
    except_recipients: tuple[Recipient, ...] = ()
    when: BiteWhen = BiteWhen()
    unless: LiftedBy = LiftedBy()
    existence: Literal["closed", "open"] = "closed"
    rows: Literal["all", "since_protection"] = "all"
    reason: Sentence


class LimitRule(Scope):
    """Caps the form in which its cells may be shown, whoever permits them."""

    effect: Literal["limit"]
    except_recipients: tuple[Recipient, ...] = ()
    when: BiteWhen = BiteWhen()
    unless: LiftedBy = LiftedBy()
    form: Form
    reason: Sentence


class NeverBothRule(Readers):
    """Never both in one profile, whoever permits them: what is shown of `keep` withholds all of `withhold`.

    The sides are ranked: `keep` is the higher one. Two agreements may each permit less than their union reveals
    (attendance and tenancy together can find a refuge), which no rule about single cells can see.
    """

    effect: Literal["never_both"]
    keep: Selection
    withhold: Selection
    except_recipients: tuple[Recipient, ...] = ()
    when: BiteWhen = BiteWhen()
    unless: LiftedBy = LiftedBy()
    reason: Sentence


Rule = Annotated[PermitRule | ReferRule | ProhibitRule | LimitRule | NeverBothRule, Field(discriminator="effect")]


class WithholdingRule(Gate):
    """How cells that are not released are spoken of. Without it everything withheld is silent."""

    mode: Literal["item_default", "count", "exists", "silent"]
    sentence: Sentence


class BreakGlass(Clause):
    """Widens the relationship test of the rules named, and nothing else (issue of the engine; scene S6)."""

    recipients: tuple[Recipient, ...] = Field(min_length=1)
    widens: tuple[Identifier, ...] = Field(min_length=1)
    requires: tuple[Literal["free_text_reason", "who_is_at_risk", "second_person"], ...] = Field(min_length=1)
    second_person_within_hours: Annotated[StrictInt, Field(ge=1, le=72)]
    expires_minutes: Annotated[StrictInt, Field(ge=5, le=240)]
    alerts: tuple[str, ...] = Field(min_length=1)


class Validity(Clause):
    """Dates in Europe/London; each ends at 24:00 of its day."""

    from_: date = Field(alias="from")
    to: date
    review: date
    on_review_missed: Literal["suspend", "continue_under_statute"] = "suspend"


class Retention(Clause):
    """How long a recipient may keep what it got."""

    view: Literal["none", "session"]
    copies: Period
    trigger: str
    disposal: str


class Obligation(Clause):
    """Something that must be done when something happens."""

    id: Identifier
    on: str
    who: str
    do: str
    within: Period


class Selector(Clause):
    """What an invariant speaks of. No family and no recipient named: every reader.

    `states` are of the subject: `never` speaks only of subjects of whom all of them are so, `only_if` demands them.
    """

    families: tuple[Identifier, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    except_recipients: tuple[Recipient, ...] = ()
    purposes: AnyOr = "*"
    directions: tuple[Direction, ...] | Literal["*"] = "*"
    sources: AnyOr = "*"
    data: tuple[str, ...] = Field(("*",), min_length=1)
    exclude: tuple[str, ...] = ()
    states: tuple[StateName, ...] = ()


class Invariant(Clause):
    """A standing promise, proved of every instant before a register is used. It says exactly one of four things.

    `never`: the cells are not released. `only_if`: they are released only where the states named are yes.
    `break_glass_never_opens`: no rule releases them by being widened. `never_silent`: what a duty covers is permitted
    or referred whenever the duty's clause speaks. `under: this_agreement` judges what its own rules release.
    """

    id: Identifier
    says: Sentence
    never: Selector | None = None
    only_if: Selector | None = None
    break_glass_never_opens: Selector | None = None
    never_silent: Selector | None = None
    under: Literal["register", "this_agreement"] = "register"

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        forms = (self.never, self.only_if, self.break_glass_never_opens, self.never_silent)
        if sum(form is not None for form in forms) != 1:
            raise ValueError("an invariant says one of never, only_if, break_glass_never_opens and never_silent")
        if self.only_if is not None and not self.only_if.states:
            raise ValueError("only_if names the states that must be yes")
        if self.under == "this_agreement" and self.never_silent is not None:
            raise ValueError("never_silent speaks of the whole register")
        unused = self.break_glass_never_opens or self.never_silent
        if unused is not None and unused.states:
            raise ValueError("states belong to never and only_if")
        return self


class InvariantFile(Clause):
    """invariants.yaml: what holds of the whole register, whatever any document permits."""

    schema_: Literal["hearthgate/invariants/1"] = Field(alias="schema")
    invariants: tuple[Invariant, ...]


class Contacts(Clause):
    """Where to ask."""

    questions: str
    breaches: str
    complaints: str


class Agreement(Clause):
    """One version of one document."""

    schema_: Literal["hearthgate/agreement/1"] = Field(alias="schema")
    id: InstrumentId
    version: Annotated[StrictInt, Field(ge=1)]
    supersedes: Reference | None = None
    tier: Literal["memorandum", "agreement", "data_use_licence"]
    title: Sentence
    summary: Sentence
    dpia: Identifier | None = None
    parties: Parties
    legal: Legal
    purposes: tuple[PurposeUse, ...] = ()
    incompatible_purposes: tuple[Identifier, ...] = ()
    supply: tuple[SupplyRule, ...] = ()
    rules: tuple[Rule, ...] = ()
    withholding: tuple[WithholdingRule, ...] = ()
    break_glass: BreakGlass | None = None
    validity: Validity
    retention: Retention
    obligations: tuple[Obligation, ...] = ()
    onward_sharing: Sentence
    invariants: tuple[Invariant, ...] = ()
    contacts: Contacts

    @property
    def reference(self) -> str:
        """`<id>@<version>`, the name that signatures, events and clauses use."""
        return f"{self.id}@{self.version}"
