"""Each partner sees how its data was used (practice P2): counts by purpose and month, and one person on a named query.

Counted are accesses of other agencies in which facts of the partner's sources were shown. Look-ups for sealed purposes
(safeguarding, domestic abuse, law enforcement, emergencies) are in no figure and in no answer, so an answer is the same
whether there were any. A month is counted once it is over and its entries are leaves, and never again; small counts are
told together with others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Decision, EventClass, Outcome
from gateway.errors import ForbiddenError
from gateway.identity.caller import Caller, StaffCaller
from gateway.store.ledger import append
from gateway.store.log import waiting_since
from gateway.store.partner_uses import (
    UseLine,
    count_uses,
    counted_months,
    first_entry,
    keep_month,
    own_collections,
    persons_of_record,
    uses_of_person,
)
from gateway.usecases.feeds.working_days import LONDON
from gateway.usecases.intake.source_keys import SourceKey
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.role_families import DATA_SUPPLY, PRIVACY, families_of
from gateway.wiring import Wiring
from insight.merging import MergedCell, merge_small

PURPOSE = "uses_of_own_data"
MONTHS_TOLD = 13
NOTE = (
    "Look-ups for safeguarding, domestic abuse, law enforcement and emergencies are never counted here, whether there"
    " were any or not. Purposes with few look-ups are told together. A month is counted when it is over."
)
NOT_YOURS = "Only the supplying agency's data staff and its privacy officer see how its data was used."
OFFICER_ONLY = "Only the agency's named privacy officer may ask about one person. This attempt is recorded."


@dataclass(frozen=True, slots=True)
class MonthOfUses:
    """One month: purposes by title, small ones together; a cell without a count holds fewer than five."""

    month: date
    cells: tuple[MergedCell, ...]


@dataclass(frozen=True, slots=True)
class Uses:
    """How an agency's facts were used, newest month first, and of which sources."""

    agency: str
    sources: tuple[str, ...]
    months: tuple[MonthOfUses, ...]
    note: str = NOTE


@dataclass(frozen=True, slots=True)
class PersonQuery:
    """A privacy officer's question: a source of their agency, their own key of the person there, and why they ask."""

    source: str
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class PersonUse:
    """One access that may be told, in words: the day, who as a role, and what for."""

    day: date
    agency: str
    role: str
    team: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What two lists of batches differ in; both empty where they agree."""

    not_in_the_log: tuple[UUID, ...]
    not_in_yours: tuple[UUID, ...]


def uses_of_own_data(wiring: Wiring, context: RequestContext, caller: Caller) -> Uses:
    """How the caller's agency's facts were used. Raises `ForbiddenError` for staff of other work."""
    now = wiring.clock()
    if isinstance(caller, StaffCaller) and not families_of(wiring, caller) & {DATA_SUPPLY, PRIVACY}:
        _refuse(wiring, context, caller, NOT_YOURS, now)
    sources = _own_sources(wiring, caller.agency, now)
    with wiring.database.transaction("hg_desk") as connection:
        told = _count_months(wiring, connection, caller.agency, sources, now)
        counted = counted_months(connection, caller.agency)
        looked = entry(
            wiring, context, caller, EventClass.VERIFICATION, now, purpose=PURPOSE,
            detail={"sources": list(sources), "channel": context.channel},
        )  # fmt: skip
        append(connection, looked)
    titles = wiring.register.purpose_titles
    return Uses(
        caller.agency,
        sources,
        tuple(
            MonthOfUses(month, tuple(_titled(cell, titles) for cell in merge_small(counted[month])))
            for month in reversed(told)
        ),
    )


def uses_of_one_person(
    wiring: Wiring, context: RequestContext, caller: Caller, query: PersonQuery
) -> tuple[PersonUse, ...]:
    """Who saw one person whom the caller's agency knows, as far as it may be told. An unknown key is an empty answer.

    Raises `ForbiddenError` for anybody but a privacy officer of the agency that owns the source.
    """
    now = wiring.clock()
    if not isinstance(caller, StaffCaller) or PRIVACY not in families_of(wiring, caller):
        _refuse(wiring, context, caller, OFFICER_ONLY, now)
    if query.source not in _own_sources(wiring, caller.agency, now):
        _refuse(wiring, context, caller, OFFICER_ONLY, now)
    key = SourceKey(query.source, "person", query.key)
    with wiring.database.transaction("hg_decide") as connection:
        spans = persons_of_record(connection, key.digests(wiring.custody.digest))
    asked = entry(
        wiring, context, caller, EventClass.VERIFICATION, now, purpose=PURPOSE,
        subjects=tuple(sorted({str(one.person_id) for one in spans})), sealed=True,
        detail={"sources": [query.source], "justification": query.reason, "channel": context.channel},
    )  # fmt: skip
    # The question is durable before anything is looked up: what came of it is the same for the log, known or not.
    record(wiring, asked)
    with wiring.database.transaction("hg_desk") as connection:
        lines = uses_of_person(connection, caller.agency, (query.source,), spans)
    return tuple(_person_use(wiring, line) for line in lines)


def reconcile_batches(wiring: Wiring, context: RequestContext, caller: Caller, known: frozenset[UUID]) -> Reconciled:
    """Compare the batches that an agency knows it sent with those of which the log says that it sent them.

    Raises `ForbiddenError` for staff of other work.
    """
    now = wiring.clock()
    if isinstance(caller, StaffCaller) and not families_of(wiring, caller) & {DATA_SUPPLY, PRIVACY}:
        _refuse(wiring, context, caller, NOT_YOURS, now)
    with wiring.database.transaction("hg_desk") as connection:
        logged = own_collections(connection, caller.agency).keys()
        compared = entry(
            wiring, context, caller, EventClass.VERIFICATION, now, purpose=PURPOSE,
            detail={"row_count": len(known), "channel": context.channel},
        )  # fmt: skip
        append(connection, compared)
    return Reconciled(tuple(sorted(known - logged)), tuple(sorted(logged - known)))


def _titled(cell: MergedCell, titles: Mapping[str, str]) -> MergedCell:
    # Merged by the ids of purposes, as a pack is, and called by their titles after that: two partitions of one month,
    # the page's and the pack's or one of before a title was amended, would be subtracted from each other.
    return MergedCell(tuple(sorted(titles.get(name, name) for name in cell.groups)), cell.count)


def _refuse(wiring: Wiring, context: RequestContext, caller: Caller, sentence: str, now: datetime) -> None:
    denied = entry(
        wiring, context, caller, EventClass.DENIED, now, purpose=PURPOSE, decision=Decision.REFUSE,
        outcome=Outcome.DENIED, detail={"reasons": ["not-this-role"]},
    )  # fmt: skip
    record(wiring, denied)
    raise ForbiddenError(sentence, recorded=True)


def count_everybodys_months(wiring: Wiring) -> None:
    """Count the months that are over for every agency that owns a source: packs are written from what is counted."""
    now = wiring.clock()
    owners = {wiring.register.owner_of(name, now) for name in wiring.register.sources} - {None}
    for agency in sorted(owner for owner in owners if owner is not None):
        with wiring.database.transaction("hg_desk") as connection:
            _count_months(wiring, connection, agency, _own_sources(wiring, agency, now), now)


def _count_months(
    wiring: Wiring, connection: Connection, agency: str, sources: tuple[str, ...], now: datetime
) -> list[date]:
    """Count what is over and not yet counted; gives the months that are told."""
    counted, waiting = counted_months(connection, agency), waiting_since(connection)
    told = []
    for month in _told_months(first_entry(connection), now):
        since, until = _instant(month), _instant(_next(month))
        # Cards are made with leaves: an entry of the month that still waits would be missing from it for ever.
        if month not in counted and waiting is not None and waiting < until:
            break
        told.append(month)
        if month not in counted:
            counts = dict.fromkeys(wiring.register.disclosable, 0)
            counts |= count_uses(connection, agency, sources, since, until)
            keep_month(connection, agency, month, counts, now)
    return told


def _own_sources(wiring: Wiring, agency: str, now: datetime) -> tuple[str, ...]:
    return tuple(name for name in wiring.register.sources if wiring.register.owner_of(name, now) == agency)


def _told_months(began: datetime | None, now: datetime) -> list[date]:
    """The months that are over since the log began, the last thirteen of them, oldest first."""
    if began is None:
        return []
    months, month = [], began.astimezone(LONDON).date().replace(day=1)
    while _next(month) <= now.astimezone(LONDON).date():
        months.append(month)
        month = _next(month)
    return months[-MONTHS_TOLD:]


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _instant(month: date) -> datetime:
    return datetime.combine(month, time(), LONDON)


def _person_use(wiring: Wiring, line: UseLine) -> PersonUse:
    register = wiring.register
    agency = register.agencies.get(line.agency)
    role = register.role(line.agency, line.role or "")
    return PersonUse(
        line.at.astimezone(LONDON).date(), agency.title if agency else line.agency, role.title if role else "",
        register.team_told(line.agency, line.team or ""), register.purpose_titles.get(line.purpose, line.purpose),
    )  # fmt: skip
