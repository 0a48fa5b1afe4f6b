"""The form for a profile that was of two people: what UK GDPR Art 33 asks, filled as far as the log and the links tell.

The clock is that of Art 33(1): 72 hours from when it was found. Whether it is likely to be a risk to anybody, and so
whether the Commissioner and the people themselves are told (Art 33(1), 34(1)), a person decides; the form says so. It
names nobody and repeats no fact: officers find both in the log, under the ids that it holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import EventClass, Outcome
from concept_model.items import ITEMS
from gateway.errors import NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.profiles.views import Receipt
from gateway.store.ledger import append
from gateway.store.match_tables import MixedProfileRow
from gateway.store.mixed_profiles import ToldRole, items_held, mixture, mixtures, people_of, told_of_mixture
from gateway.store.retractions import OwnFact
from gateway.usecases.families.disclosure import receipt_for
from gateway.usecases.log.entries import entry
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

WITHIN = timedelta(hours=72)
_SHOWN_TO_NOBODY = "identity.former_name"
"""For matching alone: that somebody has one is not hinted at either (practice P12)."""
_PURPOSE = "log_oversight"
_NO_SUCH_FORM = "there is no such form"
_OFFICERS_ONLY = "Only information governance officers see breach forms. This attempt is recorded."
_NATURE = (
    "Confidentiality and accuracy: records of one person were taken for another's and were shown on that person's page."
)
_CONSEQUENCES = (
    "Readers may have acted on facts about somebody else. The person whose records these are may have been known to "
    "readers who had no reason to see them; the person on whose page they stood may have been thought to be somebody "
    "they are not."
)
_MEASURES = (
    "The records were parted by a data steward; both pages are right from then on. The decision is kept by every later "
    "run of linkage and by every file that comes again. Everybody who was shown such a record on that page was told "
    "that it was wrong, without its being said again."
)
_TO_DECIDE = (
    "Is it unlikely to be a risk to anybody? If not, the Information Commissioner is told by the time above.",
    "Is the risk high? Then the people themselves are told as soon as can be (Art 34).",
    "Did anybody act on it? Ask the readers listed, by role and team.",
    "Who is told, by whom and when; and why later than 72 hours, if it is.",
)


@dataclass(frozen=True, slots=True)
class BreachSummary:
    """One form of the list."""

    breach_id: UUID
    found_at: datetime
    notify_by: datetime
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class CategoryOfData:
    """One kind of data that was shown of the wrong person: how many facts, and whether Art 9 or 10 protects it."""

    item: str
    label: str
    special_category: str
    facts: int


@dataclass(frozen=True, slots=True)
class BreachForm:
    """What Art 33(3) and (5) ask. Numbers are those of people, records and facts concerned, as far as links tell.

    `decision_id` is what a steward decided; `person_id` and `record_ids` are what the log and the links know them by.
    """

    breach_id: UUID
    decision_id: UUID
    controller: str
    contact: str
    found_at: datetime
    notify_by: datetime
    began_at: datetime
    ended_at: datetime
    nature: str
    categories_of_people: tuple[str, ...]
    people: int
    records: int
    categories_of_data: tuple[CategoryOfData, ...]
    readers: int
    readers_by_role: tuple[ToldRole, ...]
    consequences: str
    measures: str
    to_decide: tuple[str, ...]
    person_id: UUID
    record_ids: tuple[UUID, ...]
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class _Traced:
    """What the links and the notices tell of a mixed profile; `others` are the people whose records stood on it."""

    facts: Sequence[OwnFact]
    told: Sequence[ToldRole]
    others: int


def breaches(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[BreachSummary]:
    """Every form, newest first, of at most a hundred. Raises `AccessRefusedError` but for officers."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    with wiring.database.transaction("hg_erase") as connection:
        rows = mixtures(connection)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=_PURPOSE,
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND,
            detail={"row_count": len(rows), "channel": context.channel},
        )  # fmt: skip
        append(connection, looked)
    return [
        BreachSummary(row.breach_id, row.found_at, row.found_at + WITHIN, row.mixed_from, row.mixed_to) for row in rows
    ]


def breach_form(wiring: Wiring, context: RequestContext, caller: StaffCaller, breach_id: UUID) -> BreachForm:
    """One form. Raises `AccessRefusedError` but for officers, and `NotFoundError`; looking is an entry."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    with wiring.database.transaction("hg_erase") as connection:
        row = mixture(connection, breach_id)
        traced = _traced(connection, row) if row else None
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=_PURPOSE,
            outcome=Outcome.DONE if row else Outcome.NOTHING_FOUND,
            subjects=(str(row.person_id),) if row else (),
            detail={"records": [str(breach_id)], "channel": context.channel},
        )  # fmt: skip
        leaf = append(connection, looked)
    if row is None or traced is None:
        raise NotFoundError(_NO_SUCH_FORM)
    return _form(wiring, caller, row, traced, receipt_for(wiring, looked, leaf))


def _traced(connection: Connection, row: MixedProfileRow) -> _Traced:
    return _Traced(
        items_held(connection, row.record_ids), told_of_mixture(connection, row.breach_id),
        people_of(connection, row.record_ids),
    )  # fmt: skip


def _form(wiring: Wiring, caller: StaffCaller, row: MixedProfileRow, traced: _Traced, receipt: Receipt) -> BreachForm:
    agency = wiring.register.agencies[caller.agency]
    return BreachForm(
        breach_id=row.breach_id, decision_id=row.decision_id, controller=agency.title, contact=agency.contact,
        found_at=row.found_at, notify_by=row.found_at + WITHIN, began_at=row.mixed_from, ended_at=row.mixed_to,
        nature=_NATURE,
        categories_of_people=("whose records were shown as another's", "on whose page they stood"),
        people=1 + traced.others, records=len(row.record_ids), categories_of_data=_categories(row, traced.facts),
        readers=sum(one.people for one in traced.told), readers_by_role=tuple(traced.told), consequences=_CONSEQUENCES,
        measures=_MEASURES, to_decide=_TO_DECIDE, person_id=row.person_id, record_ids=tuple(row.record_ids),
        receipt=receipt,
    )  # fmt: skip


def _categories(row: MixedProfileRow, facts: Sequence[OwnFact]) -> tuple[CategoryOfData, ...]:
    """What was known by the time the profile was parted, and could be shown."""
    known = [ITEMS[fact.item_no] for fact in facts if fact.since < row.mixed_to]
    known = [item for item in known if item.name != _SHOWN_TO_NOBODY]
    return tuple(
        CategoryOfData(item.name, item.label, item.special_category or "none", known.count(item))
        for item in sorted(set(known), key=lambda one: one.name)
    )
