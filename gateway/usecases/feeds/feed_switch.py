"""A feed starts off (practice P16). One officer proposes to switch it on, another decides; one alone turns it off.

Each act is an entry of kind configuration in the transaction that changes the switch; the database takes no change
without one, and no decision of whoever proposed. The sentences are sealed at rest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from adapters.port import FeedProfile
from agreements.offers import Supply, SupplyReason
from audit.entry import Decision, Entry, EventClass, Outcome
from concept_model.linkable import MATCHING_ITEMS
from gateway.errors import AccessRefusedError, AnsweredBeforeError, FeedOffError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.store.advisory import one_at_a_time
from gateway.store.feed_switches import change_switch, lock_switch, save_switch, switch_in_state
from gateway.store.feed_tables import FeedSwitchRow
from gateway.store.ledger import append
from gateway.usecases.feeds.feed_rhythm import MATCH_ONLY, SwitchTerms
from gateway.usecases.feeds.feed_switch_law import switch_problem
from gateway.usecases.log.entries import entry
from gateway.usecases.log.log_parts import record
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.wiring import Wiring

NO_SUCH_FEED = "there is no feed of that name"
PURPOSE = "feeds"
OFFICERS_ONLY = "Only information governance officers switch feeds on and off. This attempt is recorded."
_NOT_YOUR_OWN = "Another officer decides on a switch that you proposed. This attempt is recorded."
_OFF = "This feed is off: nothing of it is taken. Ask the council's information governance officers to switch it on."
_NOT_KEPT = SupplyReason("match-only", "This feed is for matching only. It is not kept.")


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """A feed that is on. `use` is match-only or full; `error_budget` a share of rows; `usual_rows` if that is known."""

    switch_id: UUID
    feed: str
    purpose: str
    use: str
    error_budget: float
    rhythm: str
    usual_rows: int | None
    since: datetime

    def narrowed(self, supply: Supply) -> Supply:
        """Supply without what this use does not keep: dropped at the door, and said so."""
        if self.use != MATCH_ONLY:
            return supply
        dropped = dict.fromkeys(supply.items - MATCHING_ITEMS, _NOT_KEPT)
        return replace(supply, items=supply.items & MATCHING_ITEMS, refusals={**supply.refusals, **dropped})


@dataclass(frozen=True, slots=True)
class Switch:
    """A switch as officers see it. `state`: proposed, refused, on or off; `off_reason` where it was turned off."""

    switch_id: UUID
    feed: str
    state: str
    terms: SwitchTerms
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    off_by: str | None
    off_at: datetime | None
    off_reason: str


def require_on(wiring: Wiring, feed_name: str, now: datetime) -> SwitchedOn:
    """The switch of a feed that may be taken now. Raises `FeedOffError`; `NotFoundError` where there is no such feed.

    What it rests on is looked at again each time: an assessment ends, a power may not be live any more.
    """
    with wiring.database.transaction("hg_desk") as connection:
        return switched_on(wiring, connection, feed_name, now)


def switched_on(wiring: Wiring, connection: Connection, feed_name: str, now: datetime) -> SwitchedOn:
    """As `require_on`, on a connection that there is already."""
    profile, row = profile_of(wiring, feed_name), switch_in_state(connection, feed_name, "on")
    if row is None:
        raise FeedOffError(_OFF)
    shown = switch_of(wiring, row)
    problem = switch_problem(wiring, profile, shown.terms, now)
    if problem is not None:
        message = f"This feed may not be taken any more. {problem.sentence}"
        raise FeedOffError(message)
    terms = shown.terms
    return SwitchedOn(
        row.switch_id, feed_name, row.purpose, row.use, terms.error_budget, row.rhythm, row.usual_rows,
        row.decided_at or row.proposed_at,
    )  # fmt: skip


def propose_switch(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, feed_name: str, terms: SwitchTerms
) -> Switch:
    """Propose that a feed be switched on; another officer decides.

    Raises `AccessRefusedError` with the reason, and the law where one stands against it; `NotFoundError`; or
    `AnsweredBeforeError` where a proposal already waits. Each refusal is an entry.
    """
    now = wiring.clock()
    require_officer(wiring, context, caller, now, OFFICERS_ONLY)
    profile = profile_of(wiring, feed_name)
    problem = switch_problem(wiring, profile, terms, now)
    if problem is not None:
        raise _refused(wiring, context, caller, feed_name, (problem.code, problem.sentence))
    switch_id = wiring.mint_opaque()
    proposed = _act(wiring, context, caller, (feed_name, switch_id), terms.necessity, Decision.REFER)
    words = json.dumps({"necessity": terms.necessity, "argument": terms.argument}).encode()
    row = FeedSwitchRow(
        switch_id=switch_id, feed=feed_name, purpose=terms.purpose, dpia=terms.dpia, dpia_line=terms.dpia_line,
        use=terms.use, error_budget=terms.error_budget, rhythm=terms.rhythm, usual_rows=terms.usual_rows,
        sealed_words=wiring.custody.field.seal(words, switch_id.bytes), state="proposed", proposed_by=caller.subject,
        proposed_worker=proposed.who, proposed_at=now, decided_by=None, decided_worker=None, decided_at=None,
        off_worker=None, off_at=None, sealed_off=None,
    )  # fmt: skip
    one_proposal = one_at_a_time(wiring.database, f"feed-switch/{feed_name}")
    with one_proposal, wiring.database.transaction("hg_desk") as connection:
        append(connection, proposed)
        if switch_in_state(connection, feed_name, "proposed") is not None:
            raise AnsweredBeforeError("a proposal for this feed waits for a decision; decide on it first")
        save_switch(connection, row.model_dump())
    return switch_of(wiring, row)


def decide_switch(
    wiring: Wiring,
    context: RequestContext,
    caller: StaffCaller,
    switch: tuple[str, UUID],
    reason: str,
    *,
    approved: bool,
) -> Switch:
    """Decide on a proposal that another officer made: `switch` is feed and id. Approved, it replaces one that is on.

    Raises `AccessRefusedError` (no officer, one's own, or law stands against it by now), `NotFoundError` or
    `AnsweredBeforeError`.
    """
    feed_name, switch_id = switch
    now = wiring.clock()
    require_officer(wiring, context, caller, now, OFFICERS_ONLY)
    profile = profile_of(wiring, feed_name)
    with wiring.database.transaction("hg_desk") as connection:
        row = lock_switch(connection, switch_id)
        if row is None or row.feed != feed_name:
            raise NotFoundError("there is no such switch")
        if row.state != "proposed":
            raise AnsweredBeforeError("another officer has decided on this switch")
        problem = _standing_against(wiring, profile, caller, row, approved=approved)
        if problem is None:
            outcome = Decision.PERMIT if approved else Decision.REFUSE
            decided = _act(wiring, context, caller, switch, reason, outcome)
            append(connection, decided)
            earlier = switch_in_state(connection, feed_name, "on", lock=True) if approved else None
            if earlier is not None:
                change_switch(connection, earlier.switch_id, _off(decided, now))
            values: Mapping[str, object] = {
                "state": "on" if approved else "refused", "decided_by": caller.subject, "decided_worker": decided.who,
                "decided_at": now,
            }  # fmt: skip
            change_switch(connection, switch_id, values)
            return switch_of(wiring, row.model_copy(update=dict(values)))
    raise _refused(wiring, context, caller, feed_name, problem)


def switch_off(wiring: Wiring, context: RequestContext, caller: StaffCaller, feed_name: str, reason: str) -> Switch:
    """Turn a feed off at once. Raises `AccessRefusedError`, or `NotFoundError` for a feed that is not on."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now, OFFICERS_ONLY)
    profile_of(wiring, feed_name)
    with wiring.database.transaction("hg_desk") as connection:
        row = switch_in_state(connection, feed_name, "on", lock=True)
        if row is None:
            raise NotFoundError("this feed is not on")
        turned = _act(wiring, context, caller, (feed_name, row.switch_id), reason, Decision.REFUSE)
        append(connection, turned)
        sealed = wiring.custody.field.seal(reason.encode(), _off_binding(row.switch_id))
        values = {**_off(turned, now), "sealed_off": sealed}
        change_switch(connection, row.switch_id, values)
    return switch_of(wiring, row.model_copy(update=values))


def switch_of(wiring: Wiring, row: FeedSwitchRow) -> Switch:
    """A stored switch with its sentences opened."""
    ring = wiring.custody.field
    words: dict[str, str] = json.loads(ring.unseal(row.sealed_words, row.switch_id.bytes))
    terms = SwitchTerms(
        row.purpose, words["necessity"], row.dpia, row.dpia_line, row.use, row.rhythm, words["argument"],
        row.error_budget, row.usual_rows,
    )  # fmt: skip
    off = ring.unseal(row.sealed_off, _off_binding(row.switch_id)).decode() if row.sealed_off else ""
    return Switch(
        row.switch_id, row.feed, row.state, terms, row.proposed_worker, row.proposed_at, row.decided_worker,
        row.decided_at, row.off_worker, row.off_at, off,
    )  # fmt: skip


def profile_of(wiring: Wiring, feed_name: str) -> FeedProfile:
    """The profile of a feed of this gateway. Raises `NotFoundError`."""
    feed = wiring.feeds.get(feed_name)
    if feed is None:
        raise NotFoundError(NO_SUCH_FEED)
    return feed.profile


def _standing_against(
    wiring: Wiring, profile: FeedProfile, caller: StaffCaller, row: FeedSwitchRow, *, approved: bool
) -> tuple[str, str] | None:
    if row.proposed_by == caller.subject or row.proposed_worker == (caller.worker_ref or caller.subject):
        return "own-switch", _NOT_YOUR_OWN
    problem = switch_problem(wiring, profile, switch_of(wiring, row).terms, wiring.clock()) if approved else None
    return None if problem is None else (problem.code, problem.sentence)


def _off(turned: Entry, now: datetime) -> dict[str, object]:
    return {"state": "off", "off_worker": turned.who, "off_at": now}


def _off_binding(switch_id: UUID) -> bytes:
    return b"off/" + switch_id.bytes


def _act(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, switch: tuple[str, UUID], why: str, decision: Decision
) -> Entry:
    return entry(
        wiring, context, caller, EventClass.CONFIGURATION, wiring.clock(), purpose=PURPOSE, decision=decision,
        detail={"feed": switch[0], "feed_switch": str(switch[1]), "justification": why},
    )  # fmt: skip


def _refused(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, feed_name: str, problem: tuple[str, str]
) -> AccessRefusedError:
    denied = entry(
        wiring, context, caller, EventClass.DENIED, wiring.clock(), purpose=PURPOSE, decision=Decision.REFUSE,
        outcome=Outcome.DENIED, detail={"feed": feed_name, "reasons": [problem[0]]},
    )  # fmt: skip
    record(wiring, denied)
    return AccessRefusedError(*problem, denied.entry_id)
