"""Facts whose time is over are forgotten, each night: value, dates, tokens and keyed digests; the skeleton stays.

What is over, the council's retention schedule says (`retention_schedule`). A feed and an item is one
transaction with its entry; at most some thousand facts at a time. A legal hold keeps everything of a person, and a
dispute its fact until it is answered. Entries, receipts and proofs stay as they are: they hold no values.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from audit.canonical import Json
from audit.entry import Entry, EventClass
from gateway.store.jobs import defer_linkage
from gateway.store.ledger import append
from gateway.store.retention import count_past_retention, forget_facts, past_retention
from gateway.usecases.families.search_token_renewal import renew_tokens
from gateway.usecases.log.entries import system_entry
from gateway.usecases.log.log_parts import LogParts
from gateway.usecases.subjects.retention_schedule import RetentionRule, RetentionSchedule, load_schedule
from gateway.wiring import Wiring

PURPOSE = "retention"
_AT_ONCE = 5000
EntryOf = Callable[[Mapping[str, Json]], Entry]
"""Makes the entry of what is forgotten, of a detail: in whose name is the caller's matter."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many facts of a feed and an item are over, or went."""

    feed: str
    item: str
    keep: str
    counted_from: str
    facts: int


def forget_past_retention(wiring: Wiring) -> list[Forgotten]:
    """The nightly run. Gives what went, feed by feed and item by item; nothing where there is no schedule."""
    path = wiring.settings.retention_file
    if path is None:
        return []

    def made(detail: Mapping[str, Json]) -> Entry:
        return system_entry(wiring, EventClass.ERASURE, wiring.clock(), purpose=PURPOSE, detail=dict(detail))

    return forget(wiring, load_schedule(path, wiring.feeds), wiring.feeds, made)


def forget(parts: LogParts, schedule: RetentionSchedule, feeds: Collection[str], entry_of: EntryOf) -> list[Forgotten]:
    """Forget what is over by a schedule. Safe to repeat, and to break off: each transaction stands by itself."""
    done = []
    for feed, item, rule in schedule.cells(feeds):
        facts = 0
        while went := _some(parts, schedule, (feed, item, rule), entry_of):
            facts += went
            if went < _AT_ONCE:
                break
        if facts:
            done.append(Forgotten(feed, item, rule.keep, rule.counted_from, facts))
    return done


def count_over(parts: LogParts, schedule: RetentionSchedule, feeds: Collection[str]) -> list[Forgotten]:
    """What would go now. Changes nothing."""
    now, found = parts.clock(), []
    with parts.database.transaction("hg_erase") as connection:
        for feed, item, rule in schedule.cells(feeds):
            facts = count_past_retention(connection, feed, item, rule.counted_from, rule.over_before(now))
            if facts:
                found.append(Forgotten(feed, item, rule.keep, rule.counted_from, facts))
    return found


def _some(parts: LogParts, schedule: RetentionSchedule, of: tuple[str, str, RetentionRule], entry_of: EntryOf) -> int:
    """One transaction: at most some thousand facts of a feed and an item, with the entry that says so."""
    feed, item, rule = of
    with parts.database.transaction("hg_erase") as connection:
        over = past_retention(connection, feed, item, rule.counted_from, rule.over_before(parts.clock()), _AT_ONCE)
        if over:
            counted = f"{schedule.schedule}: {item} {rule.keep} from {rule.counted_from}"
            append(connection, entry_of({"feed": feed, "row_count": len(over), "retention": counted}))
            forget_facts(connection, feed, [one.fact_key for one in over])
            renew_tokens(connection, parts.custody.token, [(one.record_id, one.item_no) for one in over])
            # Homes and ties that rested on them are derived anew.
            defer_linkage(connection)
    return len(over)
