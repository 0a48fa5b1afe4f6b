"""A page as it was known on an earlier day, and what of it was corrected since: for whoever judges what was done then.

(0) one instant; information governance officers alone
(1) read what stood under the handle at the end of that day: items and sources, no value
(2) append the entry; commit; only then return

A fact that was another person's, or that its sender took back, is not said again: that one of its item and source stood
there, and that it was corrected later, is what an officer has to know. The names are in the log, under the ids there.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from audit.entry import EventClass, Outcome
from concept_model.items import ITEMS
from gateway.errors import NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.profiles.views import Receipt
from gateway.store.as_known import FactThen, page_as_known
from gateway.store.ledger import append
from gateway.usecases.families.disclosure import NO_SUCH_FAMILY, receipt_for
from gateway.usecases.feeds.working_days import LONDON
from gateway.usecases.log.entries import entry
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

_PURPOSE = "log_oversight"
_OFFICERS_ONLY = "Only information governance officers see what was known on an earlier day. This attempt is recorded."
_SHOWN_TO_NOBODY = "identity.former_name"
_IDENTITY = "identity."
_PARTED = "parted"
_WORDS: Mapping[str, str] = {
    _PARTED: "Later corrected: this was another person's record.",
    "taken-back": "Later corrected: whoever sent it took it back.",
    "changed": "Later corrected or brought up to date by whoever sent it.",
    "withdrawn": "Later withdrawn by whoever sent it.",
    "disputed": "Later disputed.",
}


@dataclass(frozen=True, slots=True)
class LaterCorrection:
    """What became of some of these facts: the first of them at `since`."""

    kind: str
    words: str
    facts: int
    since: datetime


@dataclass(frozen=True, slots=True)
class KnownItem:
    """Facts of one item by one source that were known then, and what of them was corrected later."""

    item: str
    label: str
    source: str
    source_title: str
    facts: int
    later: tuple[LaterCorrection, ...]


@dataclass(frozen=True, slots=True)
class PageAsKnown:
    """What stood under a handle at `known_at`, the end of a day in London or now; `corrected` if any of it was."""

    family_id: UUID
    known_at: datetime
    corrected: bool
    items: tuple[KnownItem, ...]
    receipt: Receipt


def page_on(wiring: Wiring, context: RequestContext, caller: StaffCaller, family_id: UUID, day: date) -> PageAsKnown:
    """What was known under a handle on a day. Looking is an entry.

    Raises `AccessRefusedError` but for officers, `NotFoundError` where nothing was known under it by then.
    """
    # (0) One instant.
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    ended = day < now.astimezone(LONDON).date()
    at = datetime.combine(day + timedelta(days=1), time(), LONDON).astimezone(now.tzinfo) if ended else now
    with wiring.database.transaction("hg_erase") as connection:
        # (1) What stood there.
        facts = page_as_known(connection, family_id, at)
        # (2) The entry, of what the answer tells and how much of it.
        items = _items(wiring, facts)
        counts: Counter[str] = Counter()
        for one in items:
            counts[one.item] += one.facts
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=_PURPOSE, household=str(family_id),
            outcome=Outcome.DONE if items else Outcome.NOTHING_FOUND,
            subjects=tuple(sorted({str(fact.person_id) for fact in facts})), items_shown=tuple(counts),
            shown_counts=counts, sources=tuple(sorted({one.source for one in items})),
            detail={"row_count": counts.total(), "channel": context.channel},
        )  # fmt: skip
        leaf = append(connection, looked)
    if not items:
        raise NotFoundError(NO_SUCH_FAMILY)
    return PageAsKnown(family_id, at, any(item.later for item in items), items, receipt_for(wiring, looked, leaf))


def _items(wiring: Wiring, facts: Sequence[FactThen]) -> tuple[KnownItem, ...]:
    known: dict[tuple[str, str], list[FactThen]] = defaultdict(list)
    for fact in facts:
        known[ITEMS[fact.item_no].name, wiring.register.vocabulary.sources[fact.source_no]].append(fact)
    return tuple(
        KnownItem(
            item, ITEMS[of_item[0].item_no].label, source, wiring.register.sources[source].title, len(of_item),
            _later(item, of_item),
        )
        for (item, source), of_item in sorted(known.items())
        if item != _SHOWN_TO_NOBODY
    )  # fmt: skip


def _later(item: str, facts: Sequence[FactThen]) -> tuple[LaterCorrection, ...]:
    since: dict[str, list[datetime]] = defaultdict(list)
    for fact in facts:
        if fact.parted_at is not None:
            since[_PARTED].append(fact.parted_at)
        # That a name, a sex or a number changed hints at a history that nobody is told of (practice P12).
        elif fact.correction is not None and fact.corrected_at is not None and not item.startswith(_IDENTITY):
            since[fact.correction].append(fact.corrected_at)
    return tuple(
        LaterCorrection(kind, words, len(since[kind]), min(since[kind]))
        for kind, words in _WORDS.items()
        if kind in since
    )
