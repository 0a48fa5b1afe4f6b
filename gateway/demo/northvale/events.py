"""What befell the people of Northvale, one record per kind, grouped by the agency that comes to know of it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from gateway.demo.northvale.people import Person
from gateway.demo.northvale.places import Place, School


@dataclass(frozen=True, slots=True)
class Offence:
    """A kind of occurrence as police record it: Home Office class and subclass, CJS code, title."""

    ho_class: str
    ho_subclass: str
    cjs: str
    title: str


@dataclass(slots=True)
class Occurrence:
    """One police occurrence; `roles` are (person, role, nature) where nature is fact, opinion, allegation or blank."""

    number: str
    offence: Offence
    at: datetime
    place: Place
    roles: list[tuple[Person, str, str]]
    status: str = "under investigation"
    outcome: str = ""
    outcome_on: date | None = None
    dv: bool = False
    child_present: bool = False
    dash: str = ""
    marac: bool = False
    handling: str = "open"


@dataclass(slots=True)
class Enrolment:
    """A pupil on a school's roll; `destination` as the school writes it when they leave."""

    person: Person
    school: School
    entry: date
    place: Place
    leaving: date | None = None
    destination: str = ""
    contacts: list[tuple[Person, str]] = field(default_factory=list)
    """(person, relationship code)."""


@dataclass(slots=True)
class SchoolWeek:
    """A week's session marks of a pupil, morning and afternoon in turn."""

    person: Person
    school: School
    monday: date
    marks: tuple[str, ...]


@dataclass(slots=True)
class Suspension:
    """A suspension (SUSP) or permanent exclusion (PERM) with up to three reason codes."""

    person: Person
    school: School
    category: str
    start: date
    end: date | None
    sessions: int
    reasons: tuple[str, ...]


@dataclass(slots=True)
class HealthEvent:
    """Kind is emergency, admission, appointment or condition; `code` a SNOMED CT concept for conditions."""

    person: Person
    kind: str
    at: datetime
    text: str
    code: str = ""
    status: str = ""


@dataclass(slots=True)
class Benefit:
    """A benefit claim as DWP would answer about it."""

    person: Person
    kind: str
    start: date
    end: date | None = None
    conditionality: str = ""
    in_work: bool = False
    disability: bool = False


@dataclass(slots=True)
class Tenancy:
    """A letting; `occupants` are (person, relationship), the tenant first."""

    ref: str
    place: Place
    start: date
    rent: float
    kind: str
    occupants: list[tuple[Person, str]]
    end: date | None = None
    arrears: list[tuple[date, float, str]] = field(default_factory=list)
    """(as at, balance in pounds, stage)."""
    actions: list[tuple[date, str, str, str]] = field(default_factory=list)
    """(on, kind, stage, outcome)."""
    repairs: list[tuple[date, str, str]] = field(default_factory=list)
    """(reported, kind, status)."""
    safety: list[tuple[date, str, str]] = field(default_factory=list)
    """(done, kind, status)."""


@dataclass(slots=True)
class TaxAccount:
    """A council-tax account; `liable` is one person or two."""

    ref: str
    place: Place
    liable: list[Person]
    start: date
    band: str
    end: date | None = None
    discount: str = ""
    discount_start: date | None = None
    discount_review: date | None = None


@dataclass(slots=True)
class InNeed:
    """A child's episode with children's social care, in the words of the CIN census."""

    person: Person
    referred: date
    source: str
    need: str
    closed: date | None = None
    reason: str = ""
    factors: tuple[str, ...] = ()
    plan: date | None = None
    enquiry: date | None = None
    protection: date | None = None
    category: str = ""


@dataclass(slots=True)
class LookedAfter:
    """A looked-after child's spell: (start, legal status, placement, provider) per episode."""

    person: Person
    need: str
    episodes: list[tuple[date, str, str, str]]
    reviews: list[date]
    missing: list[tuple[date, date]]


@dataclass(slots=True)
class Support:
    """Early help of one family: who is helped, by whom, on what plan."""

    ref: str
    people: list[tuple[Person, str]]
    """(person, role in the household)."""
    worker: str
    start: date
    answers: list[tuple[Person, str, date, str]] = field(default_factory=list)
    """(adult, agreed to help: yes/no/withdrawn, on, told: told/not yet/unsafe)."""
    goals: list[tuple[Person, str, str, str]] = field(default_factory=list)
    """(person, goal, measure, target)."""
    professionals: list[tuple[Person, str, str, str, str]] = field(default_factory=list)
    """(person, name, role, service, organisation)."""
    manager: str = ""


@dataclass(slots=True)
class RefugeClient:
    """A client of the refuge; `place` None for outreach. `safe` is (how, when, never) to make contact."""

    person: Person
    status: str
    start: date
    safe: tuple[str, str, str]
    place: Place | None = None
    end: date | None = None


@dataclass(slots=True)
class Referral:
    """A referral to the MASH; `source` in the codes of the CIN census; `concern` yes, no or unknown."""

    person: Person
    ref: str
    at: datetime
    source: str
    place: Place | None
    urgency: str = "standard"
    outcome: str = ""
    concern: str = "unknown"
    asserted_by: str = ""
    evidence: str = ""
    expires: date | None = None


@dataclass(slots=True)
class Custody:
    """A detention after an arrest. `bail` is (kind, first day, last day), kind blank where there is none."""

    person: Person
    ref: str
    offence: Offence
    arrested: datetime
    released: datetime
    disposal: str
    handling: str = "open"
    outcome: str = ""
    outcome_on: date | None = None
    bail: tuple[str, date | None, date | None] = ("", None, None)


@dataclass(slots=True)
class Attendance:
    """A visit to the urgent treatment centre; `reason` is one of its five wide groups."""

    person: Person
    arrived: datetime
    left: datetime | None
    reason: str
    discharge: str
    concern: bool = False


@dataclass(slots=True)
class Visit:
    """A contact of a health visitor; `attended` in the codes of the community data set."""

    person: Person
    on: date
    kind: str
    attended: str
    concern: bool = False


@dataclass(slots=True)
class NeedsPlan:
    """A child's place in the life of an education, health and care plan."""

    person: Person
    asked: date
    agreed: str = ""
    issued: str = ""
    made: date | None = None
    ceased: date | None = None
    needs: tuple[str, ...] = ()
    placement: str = ""


@dataclass(slots=True)
class Activity:
    """What a young person of 16 to 18 does, in the codes of the participation return."""

    person: Person
    code: str
    start: date
    verified: date | None
    neet_from: date | None = None


@dataclass(slots=True)
class Events:
    """All of it."""

    occurrences: list[Occurrence] = field(default_factory=list)
    enrolments: list[Enrolment] = field(default_factory=list)
    weeks: list[SchoolWeek] = field(default_factory=list)
    suspensions: list[Suspension] = field(default_factory=list)
    health: list[HealthEvent] = field(default_factory=list)
    benefits: list[Benefit] = field(default_factory=list)
    tenancies: list[Tenancy] = field(default_factory=list)
    tax: list[TaxAccount] = field(default_factory=list)
    in_need: list[InNeed] = field(default_factory=list)
    looked_after: list[LookedAfter] = field(default_factory=list)
    support: list[Support] = field(default_factory=list)
    refuge: list[RefugeClient] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    custody: list[Custody] = field(default_factory=list)
    attendances: list[Attendance] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    plans: list[NeedsPlan] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    opted_out: list[Person] = field(default_factory=list)
    """Who has asked that their health data serve their own care alone."""
