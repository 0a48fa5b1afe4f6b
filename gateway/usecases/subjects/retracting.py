"""A partner takes back what it sent: gone from every view with the commit, and kept from coming back.

(0) one instant; whose feed this is
(1) which facts: current ones by which this sender stands in this feed, under its own keys
(2) append the entry; put a tombstone and a mark on each; drop their search tokens; defer linkage; commit. Where
    another feed or sender stands by the same fact, it goes on in their words alone
(3) then tell who was shown them: nobody is shown those words any more, and whoever was has an entry in the log

Sent again, a retracted fact is left out, whatever it says now: only a reinstatement, an act of its own with an entry,
lets the owner say it anew. The sender learns neither how many facts there were nor who saw them: a key that was erased
and one that was never here are answered like any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import EventClass
from concept_model.items import item_bit
from gateway.errors import ForbiddenError, NotFoundError
from gateway.identity.caller import Caller, PartnerCaller
from gateway.store.jobs import defer_linkage
from gateway.store.ledger import append
from gateway.store.retractions import (
    AskedFacts,
    OwnFact,
    TakenBack,
    known_records,
    own_facts,
    reinstate,
    retract,
)
from gateway.usecases.families.search_token_renewal import renew_tokens
from gateway.usecases.intake.intake import SUPPLY_PURPOSE, sender_of
from gateway.usecases.intake.source_keys import SourceKey
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.role_families import DATA_SUPPLY, families_of
from gateway.usecases.subjects.telling_viewers import in_words, tell_of_retractions
from gateway.wiring import Wiring

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "wrong-person": "it was said of somebody else",
        "did-not-happen": "it did not happen, or not so",
        "sent-in-error": "it should not have been sent",
        "unlawful": "it may not be held",
        "overturned": "it was set aside by a review, an appeal or a court",
    }
)
"""Why something is taken back."""

_PUSH_SCOPE = "feeds:push"


@dataclass(frozen=True, slots=True)
class FactsMeant:
    """Facts by a partner's own key of a record: all of them, those of an item, or one by its occurrence as well."""

    key: str
    kind: str = "person"
    item: str | None = None
    occurrence: str | None = None


@dataclass(frozen=True, slots=True)
class NewRetraction:
    """What a sender takes back. `reason` is one of `REASONS`."""

    feed: str
    reason: str
    meant: tuple[FactsMeant, ...]


@dataclass(frozen=True, slots=True)
class Whose:
    """A retraction by its id, and who takes back: a sender, of what they said in one feed."""

    retraction_id: UUID
    feed: str
    sender: str


@dataclass(frozen=True, slots=True)
class Retraction:
    """What became of it: `rows` are those that were asked; `viewers_told` counts small numbers as one."""

    retraction_id: UUID
    feed: str
    rows: int
    retracted_at: datetime
    viewers_told: str
    entry_id: UUID


@dataclass(frozen=True, slots=True)
class Reinstatement:
    """That what was taken back may be sent again. Nothing is shown before the sender's next file brings it."""

    feed: str
    rows: int
    reinstated_at: datetime
    entry_id: UUID


def retract_facts(wiring: Wiring, context: RequestContext, caller: Caller, asked: NewRetraction) -> Retraction:
    """Take facts back. Raises `NotFoundError` (no such feed) or `ForbiddenError` (another's); repeating is harmless."""
    # (0) One instant; whose feed.
    now = wiring.clock()
    source = _own_source(wiring, caller, asked.feed)
    retraction_id = wiring.mint_opaque()
    with wiring.database.transaction("hg_erase") as connection:
        # (1) Which facts.
        facts = own_facts(connection, sender_of(caller), asked.feed, _meant(wiring, connection, source, asked.meant))
        # (2) The entry, and they are gone.
        done = entry(
            wiring, context, caller, EventClass.ALTERATION, now, purpose=SUPPLY_PURPOSE,
            detail={
                "feed": asked.feed, "row_count": len(facts), "reasons": [asked.reason],
                "records": [str(retraction_id)], "channel": context.channel,
            },
        )  # fmt: skip
        append(connection, done)
        take_back(wiring, connection, Whose(retraction_id, asked.feed, sender_of(caller)), facts, done.who, now)
    # (3) Whoever saw them.
    viewers = tell_of_retractions(wiring).get(retraction_id, 0)
    return Retraction(
        retraction_id, asked.feed, len(asked.meant), now, in_words(viewers), UUID(done.entry_id)
    )  # fmt: skip


def reinstate_facts(
    wiring: Wiring, context: RequestContext, caller: Caller, feed: str, meant: tuple[FactsMeant, ...]
) -> Reinstatement:
    """Let a sender send again what it took back. Raises as `retract_facts` does."""
    now = wiring.clock()
    source = _own_source(wiring, caller, feed)
    with wiring.database.transaction("hg_erase") as connection:
        allowed = entry(
            wiring, context, caller, EventClass.ALTERATION, now, purpose=SUPPLY_PURPOSE,
            detail={"feed": feed, "row_count": len(meant), "reasons": ["reinstated"], "channel": context.channel},
        )  # fmt: skip
        append(connection, allowed)
        reinstate(connection, sender_of(caller), feed, _meant(wiring, connection, source, meant))
    return Reinstatement(feed, len(meant), now, UUID(allowed.entry_id))


def take_back(
    wiring: Wiring, connection: Connection, whose: Whose, facts: Sequence[OwnFact], by: str, now: datetime
) -> None:
    """End a sender's words on facts and keep them from coming back, in a transaction of hg_erase that has its entry."""
    versions = {fact.fact_key: wiring.mint() for fact in facts}
    retract(connection, TakenBack(whose.retraction_id, whose.feed, whose.sender, versions), by, now)
    renew_tokens(connection, wiring.custody.token, [(fact.record_id, fact.item_no) for fact in facts])
    if facts:
        # Homes and ties that rested on them are derived anew.
        defer_linkage(connection)


def _meant(wiring: Wiring, connection: Connection, source: str, meant: Sequence[FactsMeant]) -> AskedFacts:
    ring = wiring.custody.digest
    digests = {one: SourceKey(source, one.kind, one.key).digests(ring) for one in meant}
    known = known_records(connection, [digest for found in digests.values() for digest in found])
    records: list[tuple[UUID, int | None]] = []
    keys: list[bytes] = []
    for one, record in _found(digests, known):
        if one.item is None:
            records.append((record, None))
        elif one.occurrence is None:
            records.append((record, item_bit(one.item)))
        else:
            keys += ring.digests("fact", record.bytes, one.item.encode(), one.occurrence.encode())
    return AskedFacts(tuple(records), tuple(keys))


def _found(
    digests: Mapping[FactsMeant, Sequence[bytes]], known: Mapping[bytes, UUID]
) -> Iterator[tuple[FactsMeant, UUID]]:
    for one, under in digests.items():
        record = next((known[digest] for digest in under if digest in known), None)
        if record is not None:
            yield one, record


def _own_source(wiring: Wiring, caller: Caller, feed: str) -> str:
    found = wiring.feeds.get(feed)
    if found is None:
        raise NotFoundError("there is no feed of that name")
    source = found.profile.source
    if isinstance(caller, PartnerCaller):
        may = _PUSH_SCOPE in caller.scopes
    else:
        may = DATA_SUPPLY in families_of(wiring, caller)
    if not may or wiring.register.owner_of(source, wiring.clock()) != caller.agency:
        raise ForbiddenError("this feed belongs to another agency, or your account may not push files")
    return source
