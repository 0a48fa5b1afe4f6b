"""What was granted under a law, read by who asked for it: the same path as any other disclosure, cell by cell.

(0) one instant; the reader's own request, and its answer
(1) does the answer stand, whoever the family is? A refusal of this looks at no subject
(2) decision inputs of the one person whom the handle is named for; the register decides, under the law alone
(3) append the authorisation and commit: the ticket; tell the data protection officer
(4) read under the ticket, keep the cells granted and nothing beside them; append the outcome and commit it
(5) check the clock against the permit's end; only now return, with the receipt

A family that does not exist, one of which nothing is recorded and one whose states forbid it are one answer: no facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from agreements.decision import Permit
from agreements.statutory import NamedAnswer, NamedLaw
from audit.entry import Decision, Entry, EventClass, Outcome, Phase, Reason
from gateway.errors import AccessRefusedError, NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.profiles.assemble import OPINION_NOTE, REPORT_NOTE
from gateway.profiles.permitted import PermittedFact, permitted_facts
from gateway.profiles.views import Receipt
from gateway.store.desk_tables import AccessRequestRow
from gateway.store.facts import load_facts
from gateway.store.inputs import family_inputs
from gateway.store.ledger import Ticket, TicketSubject, append, authorise
from gateway.store.requests import answer_of, own_request
from gateway.store.reviews import raise_review
from gateway.usecases.families.answering import NO_SUCH_REQUEST
from gateway.usecases.families.disclosure import append_outcome, mask_width, receipt_for, require_unended
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.deciding import reader_of, states_of
from gateway.usecases.register.named_law import (
    StoredAnswer,
    as_judged,
    judged,
    named_in,
    open_answer,
    question,
    refused_for_everybody,
)
from gateway.wiring import Wiring

_WEAKEST_LINK = 2
"""Records that linkage holds for this person's with probable certainty or better: what documents ask for by default."""
_NOTES = {"opinion": OPINION_NOTE, "allegation": REPORT_NOTE}
_OTHER_RECORDS = frozenset({"household", "other"})
"""Fields that hold ids of other records: they say nothing to a reader and would tie this person to somebody else."""
_LENGTHS = {"month": len("YYYY-MM"), "year": len("YYYY")}
_FOOT = "These are the items that the named person granted. Nothing under an item does not mean that there is nothing."
_NOT_ANSWERED = "The person who decides has not answered yet."


@dataclass(frozen=True, slots=True)
class GrantedFact:
    """One fact of a granted item: its values, its days in the form that a limit leaves, and who says so since when."""

    source: str
    source_title: str
    item: str
    label: str
    values: dict[str, Any]
    valid_from: str | None
    valid_to: str | None
    at: str | None
    role: str | None
    nature: str
    note: str | None
    disputed: bool
    form: str
    recorded_on: date


@dataclass(frozen=True, slots=True)
class Granted:
    """What a request under a law releases: `items` as `source/item`, on which law and bases, with which duties."""

    access_request_id: UUID
    family_id: UUID
    law: str
    bases: tuple[str, ...]
    obligations: tuple[str, ...]
    items: tuple[str, ...]
    facts: tuple[GrantedFact, ...]
    foot: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """What stays the same through one reading. `permit` is the one of no subject in particular."""

    wiring: Wiring
    context: RequestContext
    caller: StaffCaller
    row: AccessRequestRow
    family_id: UUID
    named: NamedLaw
    given: StoredAnswer
    answer: NamedAnswer
    permit: Permit
    now: datetime


def read_granted(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, request_id: UUID
) -> tuple[Granted, Receipt]:
    """Read what a request of one's own was granted, for a day after the answer.

    Raises `NotFoundError` (no request under a law, or not this reader's), `AccessRefusedError` (not answered, refused,
    or over) or `PermitEndedError`; nothing is released then.
    """
    # (0) and (1) The request, its answer, and whether it stands.
    reading = _reading(wiring, context, caller, request_id, wiring.clock())
    # (2) The one person, and the register.
    permits = _permits(reading)
    # (3) The authorisation, committed: the ticket. The data protection officer is told.
    authorised, ticket = _authorise(reading, permits)
    with wiring.database.transaction("hg_desk") as connection:
        raise_review(connection, wiring.mint(), "statutory-disclosure", authorised, reading.now)
    # (4) Read, append the outcome and commit it.
    facts, outcome, leaf = _read(reading, permits, authorised, ticket)
    # (5) Nothing leaves after what it rests on has ended.
    require_unended(wiring, context, ticket.not_after)
    granted = Granted(
        request_id, reading.family_id, reading.named.law, reading.given.bases, reading.permit.obligations,
        reading.given.items, facts, _FOOT,
    )  # fmt: skip
    return granted, receipt_for(wiring, outcome, leaf)


def _reading(wiring: Wiring, context: RequestContext, caller: StaffCaller, request_id: UUID, now: datetime) -> _Reading:
    with wiring.database.transaction("hg_desk") as connection:
        row = own_request(connection, request_id, caller.subject)
        stored = answer_of(connection, request_id) if row is not None else None
    if row is None or row.family_id is None or (row.agency, row.role) != (caller.agency, caller.role):
        _deny(wiring, context, caller, None, "not-found")
        raise NotFoundError(NO_SUCH_REQUEST)
    if stored is None:
        receipt = _deny(wiring, context, caller, row, "not-answered")
        raise AccessRefusedError("not-answered", _NOT_ANSWERED, receipt)
    given, named = open_answer(wiring, stored), named_in(wiring, row)
    answer = as_judged(row, stored.person, stored.answered_at, given)
    decisions = judged(wiring, question(row.agency, row.role, row.purpose, now), named, answer)
    refusal = refused_for_everybody(decisions)
    if refusal is not None:
        receipt = _deny(wiring, context, caller, row, refusal.code)
        raise AccessRefusedError(refusal.code, refusal.message, receipt)
    permit = next(one for one in decisions if isinstance(one, Permit))
    return _Reading(wiring, context, caller, row, row.family_id, named, given, answer, permit, now)


def _permits(reading: _Reading) -> Mapping[tuple[UUID, int], Permit]:
    """The permits of the person whom the handle is named for, by person and link band: nobody else of the family."""
    wiring, row = reading.wiring, reading.row
    with wiring.database.transaction("hg_decide") as connection:
        inputs = family_inputs(connection, reading.family_id, reader_of(wiring, reading.caller), reading.now)[:1]
    asked = question(row.agency, row.role, row.purpose, reading.now)
    permits: dict[tuple[UUID, int], Permit] = {}
    for person in inputs:
        states = states_of(person, has_case=False)
        decision = wiring.register.decide_statutory(replace(asked, states=states), reading.named, reading.answer)
        if isinstance(decision, Permit):
            permits |= {(person.person_id, band): decision for band in person.bands if band <= _WEAKEST_LINK}
    return permits


def _authorise(reading: _Reading, permits: Mapping[tuple[UUID, int], Permit]) -> tuple[Entry, Ticket]:
    """Commit the authorisation. No agreement is named, and nothing that a replay of agreements could judge."""
    wiring = reading.wiring
    not_after = min((permit.not_after for permit in permits.values()), default=reading.permit.not_after)
    subjects = tuple(TicketSubject(person, band, permit.mask, 0, 0) for (person, band), permit in permits.items())
    authorised = entry(
        wiring, reading.context, reading.caller, EventClass.DISCLOSURE, reading.now, phase=Phase.AUTHORISATION,
        outcome=Outcome.PENDING, decision=Decision.PERMIT, purpose=reading.row.purpose,
        refers_to=str(reading.row.entry_id), reason=Reason.ANSWERS_REQUEST,
        legal_basis="; ".join(reading.given.bases) or None,
        household=str(reading.family_id), subjects=tuple(sorted({str(one.person_id) for one in subjects})),
        masks={f"{one.person_id}:{one.band}": one.shown.to_bytes(-(-one.shown.bit_length() // 8)).hex()
               for one in subjects},
        detail={
            "authorised_until": not_after.isoformat(), "channel": reading.context.channel,
            "statutory_power": reading.named.law, "records": [str(reading.row.request_id)],
        },
    )  # fmt: skip
    # No source is the reader's own here: under a law where a protected person lives is granted as such, or stays back.
    ticket = Ticket(wiring.mint(), UUID(authorised.entry_id), (), not_after, subjects)
    with wiring.database.appending("hg_read") as log:
        authorise(log, authorised, ticket, mask_width(wiring))
    return authorised, ticket


def _read(
    reading: _Reading, permits: Mapping[tuple[UUID, int], Permit], authorised: Entry, ticket: Ticket
) -> tuple[tuple[GrantedFact, ...], Entry, bytes]:
    wiring = reading.wiring
    with wiring.database.transaction("hg_read") as connection:
        loaded = load_facts(connection, ticket.ticket_id, outcome_follows=True)
    # What a protected location opens beside itself was not asked for by name.
    allowed = permitted_facts(loaded, permits, reading.now)
    facts = tuple(_fact(wiring, one) for one in allowed if f"{one.source}/{one.item.name}" in reading.given.items)
    counts = _counts(facts)
    outcome = entry(
        wiring, reading.context, reading.caller, authorised.event, reading.now, phase=Phase.OUTCOME,
        refers_to=authorised.entry_id, decision=Decision.PERMIT,
        outcome=Outcome.DONE if facts else Outcome.NOTHING_FOUND, purpose=authorised.purpose,
        legal_basis=authorised.legal_basis, household=authorised.household, subjects=authorised.subjects,
        items_shown=tuple(sorted(counts)), shown_counts=counts, reason=authorised.reason,
        sources=tuple(sorted({fact.source for fact in facts})),
        detail={"channel": reading.context.channel, "statutory_power": reading.named.law},
    )  # fmt: skip
    return facts, outcome, append_outcome(wiring, outcome)


def _counts(facts: Sequence[GrantedFact]) -> dict[str, int]:
    names = [fact.item for fact in facts]
    return {name: names.count(name) for name in names}


def _fact(wiring: Wiring, permitted: PermittedFact) -> GrantedFact:
    held, form = permitted.fact, permitted.form
    return GrantedFact(
        source=permitted.source,
        source_title=wiring.register.sources[permitted.source].title,
        item=permitted.item.name,
        label=permitted.item.label,
        values={name: value for name, value in held.value.items() if value is not None and name not in _OTHER_RECORDS},
        valid_from=_day(held.valid_from, form),
        valid_to=_day(held.valid_to, form),
        at=_day(held.happened_at, form),
        role=held.subject_role,
        nature=held.nature,
        note=_NOTES.get(held.nature),
        disputed=held.disputed,
        form=permitted.told_form,
        recorded_on=held.recorded_at.date(),
    )


def _day(moment: date | None, form: str) -> str | None:
    return moment.isoformat()[: _LENGTHS.get(form)] if moment is not None else None


def _deny(wiring: Wiring, context: RequestContext, caller: StaffCaller, row: AccessRequestRow | None, code: str) -> str:
    denied = entry(
        wiring, context, caller, EventClass.DENIED, wiring.clock(), decision=Decision.REFUSE, outcome=Outcome.DENIED,
        purpose=row.purpose if row is not None else None,
        refers_to=str(row.entry_id) if row is not None else None, detail={"reasons": [code]},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        append(connection, denied)
    return denied.entry_id
