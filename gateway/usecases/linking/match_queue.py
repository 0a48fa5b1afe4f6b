"""The queue of pairs that wait for a steward, page by page: the one of which a decision changes most first.

A cursor tells where the last pair of a page stood, so that the next one goes on there whether or not that pair still
waits. It is sealed: the place of a pair says whether something of those two is a safeguarding fact, or protects them.
"""

import base64
import binascii
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from audit.entry import EventClass, Outcome
from gateway.custody import KeyRing
from gateway.errors import KeyCustodyError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.store.ledger import append
from gateway.store.match_decisions import QueuePlace, WaitingPair, waiting_pairs
from gateway.store.waiting_pairs import PARTED
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.linking.linking_law import linkage_law
from gateway.usecases.linking.match_stewards import steward_mask
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring
from linkage.explain import explain_review

_A_PAGE = 100
_LENGTH = 160
"""Of a place as text, filled up: how long it is would tell how large its numbers are."""
_BOUND_TO = b"place in the queue of matches"
_DOUBTED = "Somebody doubts that these are one person."
_PARTED = (
    "Linkage held these to be one person and has parted them. If they are two people, whoever was shown them as one is"
    " told so."
)


@dataclass(frozen=True, slots=True)
class WaitingMatch:
    """A pair of the queue, the one of which a decision changes most first. `reasons` are sentences; nobody is named.

    `together`: the two are held to be one person now, and somebody doubts it. `unsure_since`: a steward could not tell.
    """

    review_id: UUID
    reasons: tuple[str, ...]
    together: bool
    raised_at: datetime
    unsure_since: datetime | None


@dataclass(frozen=True, slots=True)
class MatchPage:
    """A page of the queue; `next` is the cursor of the one after it, if there is one."""

    matches: tuple[WaitingMatch, ...]
    next: str | None


def matches_waiting(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, cursor: str | None = None
) -> MatchPage:
    """A hundred pairs of the queue. Looking is an entry.

    Raises `AccessRefusedError` but for stewards, `NotFoundError` for a cursor that is none.
    """
    now = wiring.clock()
    steward_mask(wiring, context, caller, now)
    after = None if cursor is None else _place(wiring.custody.field, cursor)
    with wiring.database.transaction("hg_link") as connection:
        found = waiting_pairs(connection, _A_PAGE + 1, after)
        pairs = found[:_A_PAGE]
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose=LINKAGE_PURPOSE,
            outcome=Outcome.DONE if pairs else Outcome.NOTHING_FOUND,
            detail={"row_count": len(pairs), "channel": context.channel}, **linkage_law(wiring, now),
        )  # fmt: skip
        append(connection, looked)
    further = _cursor(wiring.custody.field, pairs[-1]) if len(found) > _A_PAGE else None
    return MatchPage(tuple(map(waiting_match, pairs)), further)


def waiting_match(pair: WaitingPair) -> WaitingMatch:
    """A pair as a steward is told of it."""
    together = pair.person_id == pair.other_person_id
    codes = pair.reason.split(", ")
    # Of a pair that is one person's now only a doubt is asked, whatever it waited for before.
    reasons = (_DOUBTED,) if together else (_PARTED,) if codes == [PARTED] else explain_review(codes)
    return WaitingMatch(pair.review_id, reasons, together, pair.raised_at, pair.unsure)


def _cursor(ring: KeyRing, pair: WaitingPair) -> str:
    place = QueuePlace(pair.review_id, pair.unsure, pair.safeguarding, pair.people, pair.facts, pair.raised_at)
    told = json.dumps(list(asdict(place).values()), default=str)
    return base64.urlsafe_b64encode(ring.seal(told.ljust(_LENGTH).encode(), _BOUND_TO)).decode().rstrip("=")


def _place(ring: KeyRing, cursor: str) -> QueuePlace:
    try:
        told = ring.unseal(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), _BOUND_TO)
    except (ValueError, binascii.Error, KeyCustodyError):
        raise NotFoundError("there is no such page; begin with the first one") from None
    review, unsure, safeguarding, people, facts, raised = json.loads(told)
    since = unsure and datetime.fromisoformat(unsure)
    return QueuePlace(UUID(review), since, safeguarding, people, facts, datetime.fromisoformat(raised))
