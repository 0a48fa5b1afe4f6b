"""Path (b), read: one family, cut to what the agreements allow, and nothing before its record is durable.

    (0) one instant; the declared purpose
    (1) decision inputs: yes, no or unknown about each person, nothing else
    (2) the agreements decide: Permit, Refer or Refusal, person by person and band by band
    (3) append the authorisation and commit: the ticket
    (4) in a second transaction that names the ticket, load what row-level security admits
    (5) assemble from permitted facts alone; append the outcome and commit it
    (6) check the clock against the permit's end; only now return, with the receipt

An authorisation without an outcome reads "may have been disclosed". A refusal is an entry too, committed first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from agreements.decision import Permit, Refer
from agreements.request import DecisionRequest, Direction
from audit.entry import Decision, Entry, EventClass, Outcome, Phase
from audit.merkle import leaf_hash
from audit.receipt import Promise, sign_promise
from gateway.errors import JUST_ENDED, AccessRefusedError, NotFoundError, PermitEndedError, ReferredError
from gateway.identity.caller import StaffCaller
from gateway.profiles.assemble import Frame, assemble_profile, shown_persons
from gateway.profiles.household_homes import homes_of_households
from gateway.profiles.loaded import LoadedFact
from gateway.profiles.new_households import without_new_households
from gateway.profiles.permitted import PermittedFact, permitted_facts
from gateway.profiles.recorded_sex import with_one_sex
from gateway.profiles.shown import counts_of, shown_on_page, sources_of
from gateway.profiles.views import Coverage, Profile, Receipt, WithheldLine
from gateway.profiles.withheld import role_lines, withheld_lines
from gateway.store import ledger
from gateway.store.batches import coverage
from gateway.store.facts import load_authorised, load_facts, withheld_counts
from gateway.store.household_corrections import corrected_ties
from gateway.store.inputs import DecisionInput, family_inputs
from gateway.store.ledger import Ticket, append
from gateway.usecases.families.declaring import Declaration, require_declaration
from gateway.usecases.families.rests_on import agreements_used
from gateway.usecases.families.who_is_read import who_is_read
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.decided_on import decided_on
from gateway.usecases.register.deciding import (
    SubjectDecision,
    blank_request,
    decide_subjects,
    legal_basis_of,
    reader_of,
    refused_for_anyone,
)
from gateway.usecases.register.own_sources import ReadingAs, own_sources
from gateway.usecases.register.reasons import reason_of
from gateway.usecases.subjects.fact_refs import fact_ref
from gateway.usecases.subjects.open_disputes import open_disputes_of
from gateway.wiring import Wiring

NO_SUCH_FAMILY = "there is no such family"
PRINT_CHANNEL = "print"
"""The channel of a request that discloses for paper: see `gateway.usecases.families.printing`."""


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What leaves: the profile and the receipt of its entry."""

    profile: Profile
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Reading:
    """What stays the same through one read."""

    wiring: Wiring
    context: RequestContext
    caller: StaffCaller
    declaration: Declaration
    blank: DecisionRequest
    now: datetime


@dataclass(frozen=True, slots=True)
class FamilyRead:
    """The family being read: the person it is named for, everyone who may belong, and what was decided of each."""

    family_id: UUID
    ego: UUID
    inputs: Sequence[DecisionInput]
    decided: Sequence[SubjectDecision]


@dataclass(frozen=True, slots=True)
class OpenedFamily:
    """A family whose reading is authorised and committed: what is loaded from here on is loaded under the ticket."""

    reading: Reading
    family: FamilyRead
    authorised: Entry
    ticket: Ticket


def disclose_profile(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, family_id: UUID, declaration_id: UUID | None
) -> Disclosure:
    """Disclose one family to one reader, for the purpose that the reader declared.

    Raises `DeclarationError`, `AccessRefusedError` (whoever the family is), `NotFoundError` (no such family, or a
    refusal that depends on it: the same answer), `ReferredError` or `PermitEndedError`; nothing is released then.
    """
    # (0) to (3)
    opened = open_family(wiring, context, caller, family_id, declaration_id)
    # (4) and (5) Read under the ticket, assemble, append the outcome and commit it.
    profile, outcome, leaf = _read(opened.reading, opened.family, opened.ticket, opened.authorised)
    # (6) Nothing leaves after what it rests on has ended.
    require_unended(wiring, context, opened.ticket.not_after)
    return Disclosure(profile, receipt_for(wiring, outcome, leaf))


def open_family(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, family_id: UUID, declaration_id: UUID | None
) -> OpenedFamily:
    """Steps (0) to (3): decide and commit the authorisation. Raises as `disclose_profile` does."""
    # (0) One instant for the whole request, and the declared purpose.
    now = wiring.clock()
    declaration = require_declaration(wiring, context, caller, declaration_id, now, family_id)
    blank = blank_request(
        wiring.register, caller, declaration.purpose, Direction.VIEW, now, break_glass=declaration.break_glass
    )
    reading = Reading(wiring, context, caller, declaration, blank, now)
    refusal = refused_for_anyone(wiring, blank)
    if refusal is not None:
        receipt = _deny(reading, family_id, refusal.code, None)
        raise AccessRefusedError(refusal.code, refusal.message, receipt)
    # (1) Decision inputs.
    with wiring.database.transaction("hg_decide") as connection:
        inputs = family_inputs(connection, family_id, reader_of(wiring, caller), now)
        # (2) The agreements decide.
        everybody = decide_subjects(wiring, inputs, blank, declaration)
        decided = who_is_read(connection, wiring.register.vocabulary, everybody)
    ego = _ego_decision(reading, family_id, inputs, decided)
    # (3) The authorisation, committed: the ticket.
    authorised, ticket = authorise(reading, decided, family_id)
    return OpenedFamily(reading, FamilyRead(family_id, ego, inputs, decided), authorised, ticket)


def require_unended(wiring: Wiring, context: RequestContext, not_after: datetime) -> None:
    """Raise `PermitEndedError` where what a reading rests on has ended by now: the last step before an answer.

    The answer is held to the same instant once more when it is written out (`gateway.app`).
    """
    context.release.hold_to(not_after)
    if wiring.clock() >= not_after:
        raise PermitEndedError(JUST_ENDED)


def _ego_decision(
    reading: Reading, family_id: UUID, inputs: Sequence[DecisionInput], decided: Sequence[SubjectDecision]
) -> UUID:
    ego = inputs[0].person_id if inputs else None
    own = [one for one in decided if one.person_id == ego]
    if any(one.permit is not None for one in own):
        return own[0].person_id
    referral = next((one.decision for one in own if isinstance(one.decision, Refer)), None)
    if referral is not None:
        receipt = _deny(reading, family_id, referral.code, decided, Decision.REFER)
        raise ReferredError(referral.to, reading.now + referral.within, referral.message, receipt)
    # No such family, and a refusal that depends on the family, are one answer.
    _deny(reading, family_id, "not-found-or-refused", decided)
    raise NotFoundError(NO_SUCH_FAMILY)


def _deny(
    reading: Reading,
    family_id: UUID,
    code: str,
    decided: Sequence[SubjectDecision] | None,
    decision: Decision = Decision.REFUSE,
) -> str:
    denied = entry(
        reading.wiring, reading.context, reading.caller, EventClass.DENIED, reading.now,
        purpose=reading.declaration.purpose, declaration=str(reading.declaration.declaration_id),
        household=str(family_id), decision=decision, outcome=Outcome.DENIED,
        detail={"reasons": [code], **decided_on(reading.blank, decided)}, **sealing(reading),
    )  # fmt: skip
    with reading.wiring.database.transaction("hg_desk") as connection:
        append(connection, denied)
    return denied.entry_id


def authorise(
    reading: Reading, decided: Sequence[SubjectDecision], family_id: UUID | None, event: EventClass | None = None
) -> tuple[Entry, Ticket]:
    """Commit the authorisation of a read and return it with its ticket."""
    authorised, ticket = _authorisation(reading, decided, family_id, event)
    with reading.wiring.database.appending("hg_read") as log:
        ledger.authorise(log, authorised, ticket, mask_width(reading.wiring))
    return authorised, ticket


def authorise_and_load(
    reading: Reading, decided: Sequence[SubjectDecision], family_id: UUID | None, event: EventClass
) -> tuple[Entry, Ticket, list[LoadedFact]]:
    """Steps (3) and (4) in one wait, where facts alone are read: the authorisation committed; what its ticket admits.

    Nothing of it may leave before `append_outcome` has returned.
    """
    authorised, ticket = _authorisation(reading, decided, family_id, event)
    with reading.wiring.database.appending("hg_read") as log:
        loaded = load_authorised(log, authorised, ticket, mask_width(reading.wiring))
    return authorised, ticket, loaded


def _authorisation(
    reading: Reading, decided: Sequence[SubjectDecision], family_id: UUID | None, event: EventClass | None
) -> tuple[Entry, Ticket]:
    wiring, caller = reading.wiring, reading.caller
    permits = [one.permit for one in decided if one.permit is not None]
    subjects = [subject for one in decided if (subject := one.ticket_subject()) is not None]
    uses = [use for permit in permits for use in permit.uses]
    not_after = min((permit.not_after for permit in permits), default=reading.declaration.expires_at)
    not_after = min(not_after, reading.declaration.expires_at)
    mask = 0
    for permit in permits:
        mask |= permit.mask | permit.earlier
    authorised = entry(
        wiring, reading.context, caller, event or _event_class(reading, mask), reading.now,
        phase=Phase.AUTHORISATION, outcome=Outcome.PENDING, decision=Decision.PERMIT,
        purpose=reading.declaration.purpose, declaration=str(reading.declaration.declaration_id),
        reason=reason_of(wiring, caller, decided, break_glass=reading.declaration.break_glass),
        agreements=tuple(sorted({use.clause for use in uses})), legal_basis=legal_basis_of(uses),
        household=str(family_id) if family_id else None,
        subjects=tuple(sorted({str(subject.person_id) for subject in subjects})),
        masks={f"{s.person_id}:{s.band}": _hexadecimal(s.shown) for s in subjects},
        detail={
            "authorised_until": not_after.isoformat(), "channel": reading.context.channel,
            "override": "emergency" if reading.declaration.break_glass else None,
            **decided_on(reading.blank, decided, together=family_id is not None),
        },
        **sealing(reading),
    )  # fmt: skip
    own = _own_records(wiring, reading.blank)
    return authorised, Ticket(wiring.mint(), UUID(authorised.entry_id), own, not_after, tuple(subjects))


def _read(reading: Reading, family: FamilyRead, ticket: Ticket, authorised: Entry) -> tuple[Profile, Entry, bytes]:
    wiring, decided = reading.wiring, family.decided
    permits = {(one.person_id, one.band): one.permit for one in decided if one.permit is not None}
    frame = _frame(reading, family)
    with wiring.database.transaction("hg_read") as connection:
        loaded = load_facts(connection, ticket.ticket_id, outcome_follows=True)
        facts = family_facts(loaded, family, ticket, reading.now)
        frame = replace(frame, disputes=open_disputes_of(wiring, connection, facts))
        persons = shown_persons(family.ego, facts, corrected_ties(connection))
        counts = withheld_counts(connection, persons)
    facts += homes_of_households(persons, facts, permits, reading.now)
    reasons = [part for one in decided if one.person_id in set(persons) for part in one.withheld]
    titles = {code: agency.title for code, agency in wiring.register.agencies.items()}
    lines = withheld_lines(counts, reasons, titles, reading.now) + _role_lines(reading)
    relied = [use for key, permit in permits.items() if key[0] in set(persons) for use in permit.uses]
    advice = tuple(dict.fromkeys(use.advice for use in relied if use.advice))
    agreements = agreements_used(wiring.register, permits, persons, facts)
    profile = assemble_profile(frame, persons, facts, lines, agreements, advice)
    outcome = outcome_entry(reading, authorised, persons, facts)
    return profile, outcome, append_outcome(wiring, outcome)


def family_facts(
    loaded: Sequence[LoadedFact], family: FamilyRead, ticket: Ticket, now: datetime
) -> list[PermittedFact]:
    """What of the facts loaded of a family is permitted, and does not tell where somebody protected has gone.

    Of whom it is disputed, and so not known, that they are protected counts as protected: unknown lifts nothing.
    """
    permits = {(one.person_id, one.band): one.permit for one in family.decided if one.permit is not None}
    protected = {one.person_id for one in family.inputs if one.states["protected"] != "no"}
    children = {one.person_id for one in family.inputs if one.states["minor"] == "yes"}
    facts = with_one_sex(permitted_facts(loaded, permits, now))
    return without_new_households(facts, protected, children, permits, ticket.own_sources)


def append_outcome(wiring: Wiring, outcome: Entry) -> bytes:
    """Append the outcome of what was read under a ticket; its leaf. Nothing of it may leave before this returns."""
    with wiring.database.appending("hg_read") as log:
        return append(log, outcome)


def outcome_entry(
    reading: Reading, authorised: Entry, persons: Sequence[UUID], facts: Sequence[PermittedFact]
) -> Entry:
    """What was shown: items and counts of what was shown, never of what was not."""
    shown = shown_on_page(persons, facts)
    counts = counts_of(shown)
    return entry(
        reading.wiring, reading.context, reading.caller, authorised.event, reading.now,
        phase=Phase.OUTCOME, refers_to=authorised.entry_id, decision=Decision.PERMIT,
        outcome=Outcome.DONE if shown else Outcome.NOTHING_FOUND,
        purpose=authorised.purpose, declaration=authorised.declaration, agreements=authorised.agreements,
        legal_basis=authorised.legal_basis, household=authorised.household,
        subjects=tuple(sorted(str(person) for person in persons)), items_shown=tuple(counts), shown_counts=counts,
        sources=sources_of(shown),
        reason=authorised.reason, detail={"channel": reading.context.channel},
    )  # fmt: skip


def receipt_for(wiring: Wiring, outcome: Entry, leaf: bytes) -> Receipt:
    """The signed promise that the entry will be in the tree within a second."""
    promise = Promise(wiring.settings.log_origin, outcome.entry_id, leaf_hash(leaf), outcome.at)
    return Receipt(UUID(outcome.entry_id), sign_promise(promise, wiring.log_signer), outcome.at)


def mask_width(wiring: Wiring) -> int:
    """Bits of a mask: every source times the items' capacity."""
    return len(wiring.register.vocabulary.sources) * 256


def _own_records(wiring: Wiring, blank: DecisionRequest) -> tuple[int, ...]:
    """Numbers of the sources whose locations stay open to this reader."""
    reader = ReadingAs(blank.agency, blank.role, blank.purpose, blank.direction, blank.now)
    return tuple(sorted(wiring.source_number(name) for name in own_sources(wiring, reader)))


def sealing(reading: Reading) -> dict[str, bool]:
    """For an entry: that it is sealed, where the act is under break-glass, of whatever kind; else nothing of it."""
    return {"sealed": True} if reading.declaration.break_glass else {}


def _event_class(reading: Reading, mask: int) -> EventClass:
    if reading.declaration.break_glass:
        return EventClass.OVERRIDE
    if reading.context.channel == PRINT_CHANNEL:
        return EventClass.PRINT
    vocabulary, sources = reading.wiring.register.vocabulary, reading.wiring.register.sources
    foreign = any(sources[source].owner != reading.caller.agency for source in vocabulary.sources_of(mask))
    return EventClass.DISCLOSURE if foreign else EventClass.CONSULTATION


def _hexadecimal(mask: int) -> str:
    text = format(mask, "x")
    return text if len(text) % 2 == 0 else f"0{text}"


def _frame(reading: Reading, family: FamilyRead) -> Frame:
    wiring = reading.wiring
    titles = {name: info.title for name, info in wiring.register.sources.items()}
    return Frame(
        family.family_id, reading.declaration.purpose, family.ego,
        {one.person_id: one.family_id for one in family.inputs}, titles, coverage_lines(wiring, reading.blank),
        foot_of(wiring), partial(fact_ref, wiring), {}, reading.now.date(),
    )  # fmt: skip


def coverage_lines(wiring: Wiring, blank: DecisionRequest) -> tuple[Coverage, ...]:
    """Up to which day each source reaches that this role ever sees for this purpose: the same line for every family.

    A day tells when a source last sent; of a small one, such as a refuge, it can be the day on which somebody came.
    """
    vocabulary, sources = wiring.register.vocabulary, wiring.register.sources
    reach = wiring.register.reach(blank.agency, blank.role, blank.purpose, blank.direction, blank.now)
    seen = set(vocabulary.sources_of(reach))
    with wiring.database.transaction("hg_desk") as connection:
        reached = coverage(connection)
    return tuple(
        Coverage(source, sources[source].title, reached.get(number))
        for number, source in enumerate(vocabulary.sources)
        if source in seen
    )


def foot_of(wiring: Wiring) -> str:
    """The foot of every family page."""
    return (
        "This page shows what your role may see. Some things may be left out. "
        f"If you are worried about a child, call MASH now: {wiring.settings.mash_phone}."
    )


def _role_lines(reading: Reading) -> tuple[WithheldLine, ...]:
    register = reading.wiring.register
    granted = register.decide(reading.blank)
    mask = granted.mask if isinstance(granted, Permit) else 0
    return role_lines(register.explain(reading.blank), register.vocabulary, mask)
