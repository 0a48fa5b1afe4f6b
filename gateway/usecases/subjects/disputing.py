"""Somebody says that a fact about them is wrong: their worker records it, and its owner is asked (UK GDPR Art 16, 18).

(0) to (3) of a reading (`gateway.usecases.families.disclosure`): who may not see a fact cannot dispute it either
(4) read under the ticket; is the fact on this family's page? append the outcome; commit
(5) append the entry; record the words, sealed; tell its owner of a task; commit

Its owner has ten working days. Until the answer the fact is shown as disputed, with the words, to whoever may see it;
whatever rests on it alone is not known, and what its owner pushes of it anew stays disputed.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from audit.entry import Decision, EventClass, Outcome, Phase
from concept_model.items import ITEMS
from gateway.errors import AlreadyDisputedError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.profiles.permitted import PermittedFact, permitted_facts
from gateway.store.correction_tables import DisputeRow
from gateway.store.disputes import NewDispute as DisputeToRecord
from gateway.store.disputes import dispute_of, disputes_of, open_disputes
from gateway.store.disputes import raise_dispute as record_dispute
from gateway.store.facts import load_facts
from gateway.store.ledger import append
from gateway.store.viewers import ToldGroup, told_of
from gateway.usecases.families.disclosure import OpenedFamily, open_family
from gateway.usecases.feeds.working_days import working_days_on
from gateway.usecases.log.entries import entry
from gateway.usecases.people.officers import is_officer, require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.subjects.fact_refs import fact_ref
from gateway.usecases.subjects.teams_told import groups_as_told
from gateway.usecases.telling.webhooks_telling import tell_task
from gateway.wiring import Wiring

ANSWER_WITHIN = 10
"""Working days that a fact's owner has."""

LONGEST = 60
"""Words that somebody may say against a fact."""

_NO_SUCH_FACT = "there is no such fact on this family's page now; open the page again"
_NO_SUCH_DISPUTE = "there is no such dispute"
_STANDS = "this fact is disputed already; its owner has been asked"
_OFFICERS_ONLY = "Only information governance officers see every dispute. This attempt is recorded."


@dataclass(frozen=True, slots=True)
class NewDispute:
    """Which fact of a family's page (its `ref` there), and what is said against it, in at most sixty words."""

    ref: str
    words: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute as whoever raised it sees it.

    `state`: open, overdue (ten working days have passed), withdrawn or corrected (upheld), not-upheld. `told` says,
    once it is upheld, who was told of it, as roles: what the person concerned may be told in turn (Art 19).
    """

    dispute_id: UUID
    family_id: UUID
    item: str
    owner: str
    state: str
    raised_at: datetime
    answer_by: datetime
    answered_at: datetime | None
    reason: str | None
    told: tuple[ToldGroup, ...]


def raise_dispute(
    wiring: Wiring,
    context: RequestContext,
    caller: StaffCaller,
    family_id: UUID,
    declaration_id: UUID | None,
    asked: NewDispute,
) -> Dispute:
    """Dispute a fact that this reader may see. Raises as `disclose_profile` does; `NotFoundError` for any other fact.

    Raises `AlreadyDisputedError` where a dispute of the same fact is open.
    """
    # (0) to (3)
    opened = open_family(wiring, context, caller, family_id, declaration_id)
    # (4) Is it on the page?
    fact = _shown_fact(opened, asked.ref)
    # (5) The words.
    now, dispute_id = opened.reading.now, wiring.mint_opaque()
    noted = entry(
        wiring, context, caller, EventClass.ALTERATION, now, purpose=opened.authorised.purpose,
        declaration=opened.authorised.declaration, household=str(family_id), subjects=(str(fact.fact.person_id),),
        refers_to=opened.authorised.entry_id, legal_basis="UK GDPR Art 16, 18",
        detail={"records": [str(dispute_id)], "reasons": ["disputed"], "channel": context.channel},
        sealed=opened.authorised.sealed,
    )  # fmt: skip
    new = DisputeToRecord(
        dispute_id, fact.fact.fact_id, fact.fact.person_id, family_id,
        wiring.custody.field.seal(asked.words.encode(), dispute_id.bytes), caller.subject, noted.who, caller.agency,
        now, working_days_on(now, ANSWER_WITHIN),
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, noted)
        became = record_dispute(connection, new)
        if became == "disputed":
            raise AlreadyDisputedError(_STANDS)
        row = dispute_of(connection, dispute_id)
        if row is not None:
            owner = wiring.register.owner_of(wiring.register.vocabulary.sources[row.source_no], now)
            tell_task(connection, wiring, (dispute_id, row.feed, row.answer_by), owner or "")
    if row is None:
        # The fact ended, or a newer version came, while this one was being read.
        raise NotFoundError(_NO_SUCH_FACT)
    return _shown(wiring, row, (), now)


def read_dispute(wiring: Wiring, context: RequestContext, caller: StaffCaller, dispute_id: UUID) -> Dispute:
    """A dispute, for whoever raised it and for officers. Raises `NotFoundError` for others; looking is an entry."""
    now = wiring.clock()
    with wiring.database.transaction("hg_desk") as connection:
        row = dispute_of(connection, dispute_id)
        if row is not None and row.raised_by != caller.subject and not is_officer(wiring, caller):
            row = None
        told = told_of(connection, dispute_id) if row is not None and row.state != "open" else []
        looked = entry(
            wiring, context, caller, EventClass.DENIED if row is None else EventClass.CONSULTATION, now,
            purpose="corrections", decision=Decision.REFUSE if row is None else Decision.NOT_ASKED,
            outcome=Outcome.DENIED if row is None else Outcome.DONE,
            household=None if row is None else str(row.family_id),
            subjects=() if row is None else (str(row.person_id),), detail={"records": [str(dispute_id)]},
        )  # fmt: skip
        append(connection, looked)
    if row is None:
        raise NotFoundError(_NO_SUCH_DISPUTE)
    return _shown(wiring, row, groups_as_told(wiring.register, told), now)


def disputes_open(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> list[Dispute]:
    """Every dispute that waits for its fact's owner, by when it must be answered. Raises `AccessRefusedError`."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    with wiring.database.transaction("hg_desk") as connection:
        rows = open_disputes(connection)
        looked = entry(
            wiring, context, caller, EventClass.CONSULTATION, now, purpose="corrections",
            outcome=Outcome.DONE if rows else Outcome.NOTHING_FOUND, detail={"row_count": len(rows)},
        )  # fmt: skip
        append(connection, looked)
    return [_shown(wiring, row, (), now) for row in rows]


def state_of(row: DisputeRow, now: datetime) -> str:
    """The state as it is told: an open one is overdue once its time has passed."""
    return "overdue" if row.state == "open" and row.answer_by <= now else row.state


def _shown_fact(opened: OpenedFamily, ref: str) -> PermittedFact:
    reading, authorised = opened.reading, opened.authorised
    wiring = reading.wiring
    permits = {(one.person_id, one.band): one.permit for one in opened.family.decided if one.permit is not None}
    with wiring.database.transaction("hg_read") as connection:
        facts = permitted_facts(load_facts(connection, opened.ticket.ticket_id), permits, reading.now)
        found = next((fact for fact in facts if fact_ref(wiring, fact.fact.fact_id) == ref), None)
        # Of the version that they were shown, and not of one that is hidden from them.
        disputed = found is not None and bool(disputes_of(connection, [found.fact.fact_id]))
        shown = (found.item.name,) if found is not None else ()
        outcome = entry(
            wiring, reading.context, reading.caller, authorised.event, reading.now, phase=Phase.OUTCOME,
            refers_to=authorised.entry_id, decision=Decision.PERMIT, purpose=authorised.purpose,
            outcome=Outcome.DONE if found is not None else Outcome.NOTHING_FOUND, declaration=authorised.declaration,
            agreements=authorised.agreements, legal_basis=authorised.legal_basis, household=authorised.household,
            subjects=(str(found.fact.person_id),) if found is not None else (), items_shown=shown,
            shown_counts=dict.fromkeys(shown, 1), sources=(found.source,) if found is not None else (),
            reason=authorised.reason, detail={"channel": reading.context.channel},
        )  # fmt: skip
        append(connection, outcome)
    if found is None:
        raise NotFoundError(_NO_SUCH_FACT)
    if disputed:
        raise AlreadyDisputedError(_STANDS)
    return found


def _shown(wiring: Wiring, row: DisputeRow, told: tuple[ToldGroup, ...], now: datetime) -> Dispute:
    source = wiring.register.vocabulary.sources[row.source_no]
    reason = row.sealed_reason and wiring.custody.field.unseal(row.sealed_reason, row.dispute_id.bytes).decode()
    return Dispute(
        row.dispute_id, row.family_id, ITEMS[row.item_no].name, wiring.register.sources[source].title,
        state_of(row, now), row.raised_at, row.answer_by, row.answered_at, reason or None, told,
    )  # fmt: skip
