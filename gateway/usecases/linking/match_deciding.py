"""What a steward decides about a pair, and how a second steward undoes it.

(0) one instant; does the register permit this caller to match? A refusal is an entry
(1) no run of linkage meanwhile; the pair, if it waits, or the decision, if it stands
(2) the combination entry, then the decision, append-only; commit
(3) linkage keeps to every decision that stands: at once for the people concerned, in each run over everything, and
    where new records come. Different wins over same, and both over any score; which decisions that sets aside is told

Whoever was shown a profile that turns out to be of two people is told: `gateway.usecases.linking.mixed_profiles`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from audit.entry import Entry, EventClass, Outcome
from gateway.errors import AccessRefusedError, MatchContradictedError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.link_record import link_record
from gateway.store.erasure import keep_linkage_out_soon
from gateway.store.identities import IdentityFact
from gateway.store.ledger import append
from gateway.store.match_decisions import (
    WaitingPair,
    add_decision,
    add_undoing,
    decision_of,
    decisions_among,
    records_of_handle,
    reviews_among,
    save_doubt,
    set_aside,
    told_apart,
    waiting_pair,
)
from gateway.store.match_tables import MatchDecisionRow, MatchDoubtRow, MatchUndoneRow
from gateway.store.near_identities import identity_facts_of, links_to
from gateway.store.waiting_pairs import DOUBTED, raise_doubted
from gateway.usecases.linking.lineage_entries import LINKAGE_PURPOSE
from gateway.usecases.linking.linking_input import known_sources, permitted
from gateway.usecases.linking.linking_law import linkage_law
from gateway.usecases.linking.linking_new import relink
from gateway.usecases.linking.match_reviews import NO_SUCH_PAIR
from gateway.usecases.linking.match_stewards import deny, steward_mask
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring
from linkage.conflicts import PERHAPS_TWINS, conflict_between
from linkage.sources import Sources
from linkage.standardise import StandardRecord, standardise

UNSURE, SAME, DIFFERENT = "unsure", "same", "different"
_RULE = "decided-by-a-steward"
_NO_SUCH_DECISION = "there is no such decision that stands"
_ONE_RECORD = "there is nobody under this handle of whom there are two records"
_OWN = "Somebody else undoes what you decided. This attempt is recorded."
_CANNOT_BE = "records of these two cannot be one person's; if one of them is wrong, its owner corrects it first"
_TOLD_APART = "it was decided that records of these two are two people's; if that is wrong, somebody else undoes it"
_MOST_PAIRS = 40
BECAUSE = {
    SAME: "Something that wins over it keeps them apart, such as a decision that tells apart two whom it would make one"
    " by way of others: of the steps between those it is the least probable, or of equally probable ones the newest.",
    DIFFERENT: "Nobody says any more who one of the two records is: it stays with whom it was last held to be.",
}
"""Why linkage does not go by a decision of this verdict."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A decision that holds and that linkage does not go by, and why."""

    decision_id: UUID
    verdict: str
    because: str


@dataclass(frozen=True, slots=True)
class MatchDecision:
    """What was decided or undone. `state`: noted (unsure), applied, or queued: a run over everything goes by it.

    `set_aside`: which decisions about these people linkage does not go by now, this one perhaps among them.
    """

    decision_id: UUID
    verdict: str
    state: str
    at: datetime
    entry_id: UUID
    set_aside: tuple[SetAside, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a steward may go on with: pairs to decide on, and decisions that hold between records of the person."""

    reviews: tuple[UUID, ...]
    decisions: tuple[UUID, ...]


def decide_match(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, review_id: UUID, verdict: str, reason: str
) -> MatchDecision:
    """Decide on a pair that waits: same, different or unsure.

    Raises `AccessRefusedError`, `NotFoundError`, or `MatchContradictedError` where same would join two people whose
    other records cannot be one person's.
    """
    # (0) One instant; the register.
    now = wiring.clock()
    mask = steward_mask(wiring, context, caller, now)
    decision_id = wiring.mint_opaque()
    noted = _entry(wiring, context, caller, now, _detail(decision_id, review_id, verdict))
    with wiring.database.transaction("hg_link") as connection:
        # (1) No run meanwhile; the pair.
        keep_linkage_out_soon(connection)
        pair = waiting_pair(connection, review_id)
        if pair is not None:
            if verdict == SAME:
                _require_possible(wiring, connection, mask, pair, now)
            # (2) The entry, then what it says; linkage follows.
            append(connection, noted)
            first, second = sorted((pair.record_id, pair.other_record_id))
            row = MatchDecisionRow(
                decision_id=decision_id, review_id=review_id, record_id=first, other_record_id=second, verdict=verdict,
                sealed_reason=wiring.custody.field.seal(reason.encode(), decision_id.bytes),
                decided_by=caller.subject, decided_at=now,
            )  # fmt: skip
            add_decision(connection, row)
    if pair is None:
        deny(wiring, context, caller, now, "not-found")
        raise NotFoundError(NO_SUCH_PAIR)
    # (3) Linkage goes by it.
    state, aside = ("noted", ()) if verdict == UNSURE else _go_by(wiring, (pair.record_id, pair.other_record_id))
    return MatchDecision(decision_id, verdict, state, now, UUID(noted.entry_id), aside)


def undo_decision(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, decision_id: UUID, reason: str
) -> MatchDecision:
    """Undo what another steward decided. Raises `AccessRefusedError`, also for one's own, or `NotFoundError`."""
    # (0) One instant; the register.
    now = wiring.clock()
    steward_mask(wiring, context, caller, now)
    noted = _entry(wiring, context, caller, now, _detail(decision_id, decision_id, "undone"))
    with wiring.database.transaction("hg_link") as connection:
        # (1) No run meanwhile; the decision.
        keep_linkage_out_soon(connection)
        row = decision_of(connection, decision_id)
        own = row is not None and row.decided_by == caller.subject
        if row is not None and not own:
            # (2) The entry, then what it says; linkage follows.
            append(connection, noted)
            sealed = wiring.custody.field.seal(reason.encode(), decision_id.bytes)
            add_undoing(
                connection,
                MatchUndoneRow(
                    decision_id=decision_id, sealed_reason=sealed, undone_by=caller.subject, undone_at=now
                ),
            )  # fmt: skip
    if own:
        raise AccessRefusedError("own-decision", _OWN, deny(wiring, context, caller, now, "own-decision"))
    if row is None:
        deny(wiring, context, caller, now, "not-found")
        raise NotFoundError(_NO_SUCH_DECISION)
    # (3) Linkage goes by it.
    state, aside = _go_by(wiring, (row.record_id, row.other_record_id))
    return MatchDecision(decision_id, row.verdict, state, now, UUID(noted.entry_id), aside)


def doubt_person(wiring: Wiring, context: RequestContext, caller: StaffCaller, family_id: UUID, reason: str) -> Doubt:
    """Queue the records of one person, each beside the surest, for whoever doubts that they are one person's.

    Raises `AccessRefusedError` but for stewards, `NotFoundError` where there are no two records under the handle.
    """
    now = wiring.clock()
    steward_mask(wiring, context, caller, now)
    with wiring.database.transaction("hg_link") as connection:
        keep_linkage_out_soon(connection)
        records = records_of_handle(connection, family_id)
        doubt_id = wiring.mint_opaque()
        noted = entry(
            wiring, context, caller, EventClass.ALTERATION, now, purpose=LINKAGE_PURPOSE, household=str(family_id),
            outcome=Outcome.DONE if len(records) > 1 else Outcome.NOTHING_FOUND,
            detail={"reasons": ["doubted"], "records": [str(doubt_id)], "channel": context.channel},
            **linkage_law(wiring, now),
        )  # fmt: skip
        append(connection, noted)
        sealed = wiring.custody.field.seal(reason.encode(), doubt_id.bytes)
        pairs = [tuple(sorted((records[0], other))) for other in records[1 : _MOST_PAIRS + 1]]
        rows = [
            {
                "review_id": wiring.mint_opaque(), "record_id": first, "other_record_id": second, "reason": DOUBTED,
                "run_id": doubt_id, "raised_at": now, "state": "open",
            }
            for first, second in pairs
        ]  # fmt: skip
        raise_doubted(connection, rows)
        save_doubt(connection, MatchDoubtRow(
            doubt_id=doubt_id, record_ids=records, sealed_reason=sealed, doubted_by=caller.subject, doubted_at=now
        ))  # fmt: skip
        found = Doubt(tuple(reviews_among(connection, pairs)), tuple(decisions_among(connection, records)))
    if not pairs:
        raise NotFoundError(_ONE_RECORD)
    return found


def _go_by(wiring: Wiring, records: tuple[UUID, UUID]) -> tuple[str, tuple[SetAside, ...]]:
    """Find anew who these records are; whoever saw a profile that this parts is told.

    What is set aside is told of links that go by every decision: not where a run over everything is still to come.
    """
    if relink(wiring, records).left:
        return "queued", ()
    with wiring.database.transaction("hg_link") as connection:
        aside = set_aside(connection, records)
    return "applied", tuple(SetAside(one, verdict, BECAUSE[verdict]) for one, verdict in aside)


def _require_possible(wiring: Wiring, connection: Connection, mask: int, pair: WaitingPair, now: datetime) -> None:
    """One decision joins all records of both people: none of the one's may rule out one of the other's.

    Nor may a decision that holds have told two of them apart: different wins, and what is said here would join nobody.
    Whether two first names are one person's is what the steward was asked, where the pair itself raises that: the
    answer holds for the people's other records as well. A date or a number that is wrong its owner corrects.
    Of two records that are held to be one person's already nothing is joined.
    """
    if pair.person_id == pair.other_person_id:
        return
    links = links_to(connection, (pair.person_id, pair.other_person_id))
    apart = told_apart(
        connection,
        *([link.record_id for link in links if link.person_id == person]
          for person in (pair.person_id, pair.other_person_id)),
    )  # fmt: skip
    if apart:
        named = ", ".join(map(str, apart))
        msg = f"{_TOLD_APART}: {named}"
        raise MatchContradictedError(msg)
    facts = permitted(wiring, mask, identity_facts_of(connection, [link.record_id for link in links]))
    sources = known_sources(wiring, now)
    known = {link.record_id: _standard(link.record_id, facts, sources) for link in links}
    ones, others = (
        [known[link.record_id] for link in links if link.person_id == person]
        for person in (pair.person_id, pair.other_person_id)
    )
    asked = {conflict_between(known[pair.record_id], known[pair.other_record_id])} & {PERHAPS_TWINS}
    if any(conflict_between(one, other) not in {None, *asked} for one in ones for other in others):
        raise MatchContradictedError(_CANNOT_BE)


def _standard(record: UUID, facts: Sequence[IdentityFact], sources: Sources) -> StandardRecord:
    own = [fact for fact in facts if fact.record_id == record]
    said = [(fact.item, fact.value) for fact in own]
    return standardise(link_record(record, own[0].source if own else "", said, sources))


def _entry(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, now: datetime, detail: Mapping[str, Any]
) -> Entry:
    """No person is named: that a steward compared two people is told to neither, and whose records moved is told apart.

    `gateway.usecases.linking.lineage_entries` tells it, once linkage has gone by the decision.
    """
    told = {**detail, "match_rule": _RULE, "channel": context.channel}
    return entry(
        wiring, context, caller, EventClass.COMBINATION, now, purpose=LINKAGE_PURPOSE, detail=told,
        **linkage_law(wiring, now),
    )  # fmt: skip


def _detail(decision_id: UUID, about: UUID, verdict: str) -> dict[str, Any]:
    return {"link_decision": str(decision_id), "records": [str(about)], "reasons": [verdict]}
