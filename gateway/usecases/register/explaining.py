"""Why something is shown or not: asked by a reader about a purpose or a family, by an officer also hypothetically.

About a family the answer says what its page says and no more. What is shown is named with the clauses it rests on.
What is not shown is told as for any family (role-level), or as a withholding clause words it where there is something,
or with the condition that fails where the reader is permitted that very condition (`Register.explain`). So the answer
is the same where nothing is recorded and where what is recorded is withheld in silence.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from agreements.decision import FORMS, Refusal, Withheld
from agreements.register import Register
from agreements.request import Direction
from audit.entry import Decision, Entry, EventClass, Outcome, Phase
from concept_model.items import ITEM_CAPACITY, Withholding, item_bit, item_named
from gateway.errors import NotFoundError
from gateway.identity.caller import StaffCaller
from gateway.profiles.assemble import shown_persons
from gateway.profiles.loaded import WithheldCount
from gateway.profiles.permitted import PermittedFact, judged_item
from gateway.profiles.views import Receipt
from gateway.profiles.withheld import withheld_lines
from gateway.store.facts import load_facts, withheld_counts
from gateway.store.household_corrections import corrected_ties
from gateway.store.ledger import append
from gateway.usecases.families.disclosure import (
    OpenedFamily,
    append_outcome,
    family_facts,
    open_family,
    receipt_for,
    require_unended,
)
from gateway.usecases.log.entries import entry
from gateway.usecases.people.officers import require_officer
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.asking_register import Question, answer
from gateway.usecases.register.deciding import SubjectDecision, blank_request
from gateway.usecases.register.permissions import PURPOSE, Allowance, Exclusion, purpose_permissions, source_items
from gateway.wiring import Wiring

OVERSIGHT = "log_oversight"
_TOLD_TO_THIS_READER = frozenset({"condition-not-met", "referred"})
_LONGEST_QUERY = 4000
_Line = TypeVar("_Line", Allowance, Exclusion)
_OFFICERS_ONLY = "Only information governance officers may ask about an invented subject. This attempt is recorded."
FAMILY_NOTE = (
    "What is listed as not shown is told as for any family: it does not mean that there is anything. What is listed "
    "nowhere is not recorded, as far as you may see."
)
ROLE_NOTE = "This is what your role may see for this purpose, whoever the family is."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks. `source` and `item` narrow the answer; empty for everything."""

    purpose: str | None = None
    family_id: UUID | None = None
    direction: Direction = Direction.VIEW
    source: str | None = None
    item: str | None = None


@dataclass(frozen=True, slots=True)
class WithheldItems:
    """Items of one source that are not shown, with the one reason, the nearest agreement and the smallest change."""

    source: str
    owner: str
    mode: str
    code: str
    message: str
    agreement: str
    change: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why. `about` is role or family; `refusal` says why nothing at all is open, where that is so.

    `not_after` is the first instant at which something of this may have changed; `None` where nothing is permitted.
    """

    about: str
    purpose: str
    direction: str
    permitted: tuple[Allowance, ...]
    excluded: tuple[Exclusion, ...]
    withheld: tuple[WithheldItems, ...]
    refusal: str | None
    not_after: datetime | None
    note: str
    register_version: str
    receipt: Receipt


def explain(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: Asked, declaration_id: UUID | None
) -> Explanation:
    """Answer a reader. About a family it raises as `disclose_profile` does; the entry is committed before the answer.

    Raises `UnknownItemError` or `NotFoundError` for an item or a source that the register does not know.
    """
    if asked.item is not None:
        item_named(asked.item)
    if asked.source is not None and not wiring.register.vocabulary.knows(asked.source):
        raise NotFoundError("there is no source of that name")
    if asked.family_id is not None:
        return _about_family(wiring, context, caller, asked, declaration_id)
    return _about_role(wiring, context, caller, asked)


def explain_hypothetical(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, question: Question
) -> tuple[dict[str, Any], Receipt]:
    """What the register would answer anybody about a subject of given states: for officers, and about no person."""
    now = wiring.clock()
    require_officer(wiring, context, caller, now, _OFFICERS_ONLY)
    said = answer(wiring.register, question.request(now))
    query = json.dumps(question.model_dump(mode="json", exclude_defaults=True), sort_keys=True)[:_LONGEST_QUERY]
    asked = entry(
        wiring, context, caller, EventClass.VERIFICATION, now, purpose=OVERSIGHT,
        detail={"query": query, "channel": context.channel},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        leaf = append(connection, asked)
    return said, receipt_for(wiring, asked, leaf)


def _about_role(wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: Asked) -> Explanation:
    now, register = wiring.clock(), wiring.register
    purpose = asked.purpose if asked.purpose and asked.purpose in register.purpose_titles else "unknown"
    blank = blank_request(wiring.register, caller, purpose, asked.direction, now)
    told = purpose_permissions(register, caller.agency, caller.role, purpose, now, (asked.direction,))
    decision = register.decide(blank)
    recorded = entry(
        wiring, context, caller, EventClass.CONSULTATION, now, purpose=PURPOSE,
        detail={"query": f"why: {purpose}, {asked.direction.value}", "channel": context.channel},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        leaf = append(connection, recorded)
    mask = _asked_cells(register, asked)
    permitted = _narrowed(register, told.allowed, mask)
    return Explanation(
        about="role",
        purpose=purpose,
        direction=asked.direction.value,
        permitted=permitted,
        excluded=_narrowed(register, told.excluded, mask),
        withheld=withheld_items(register, register.explain(blank), mask),
        refusal=decision.message if isinstance(decision, Refusal) and not decision.subject_dependent else None,
        not_after=min((one.until for one in permitted), default=None),
        note=ROLE_NOTE,
        register_version=register.version,
        receipt=receipt_for(wiring, recorded, leaf),
    )


def _about_family(
    wiring: Wiring, context: RequestContext, caller: StaffCaller, asked: Asked, declaration_id: UUID | None
) -> Explanation:
    register = wiring.register
    opened = open_family(wiring, context, caller, UUID(str(asked.family_id)), declaration_id)
    reading, family = opened.reading, opened.family
    mask = _asked_cells(register, asked)
    told = purpose_permissions(
        register, caller.agency, caller.role, reading.declaration.purpose, reading.now, (Direction.VIEW,)
    )
    with wiring.database.transaction("hg_read") as connection:
        loaded = load_facts(connection, opened.ticket.ticket_id, outcome_follows=True)
        facts = family_facts(loaded, family, opened.ticket, reading.now)
        persons = set(shown_persons(family.ego, facts, corrected_ties(connection)))
        counts = withheld_counts(connection, sorted(persons))
    shown = [fact for fact in facts if fact.fact.person_id in persons]
    decided = [one for one in family.decided if one.person_id in persons]
    by_rank = _cells_by_rank(register, shown)
    relied_on = _relied_on(register, told.allowed, _cells_by_clause(register, shown, decided), by_rank)
    permitted = _narrowed(register, relied_on, mask)
    outcome = _outcome(opened, permitted, sorted(persons))
    leaf = append_outcome(wiring, outcome)
    heard = _heard(decided)
    said = mask
    for cells in (*by_rank.values(), *(part.mask for part in heard)):
        said &= ~cells
    withheld = (
        *_spoken(register, counts, decided, reading.now),
        *withheld_items(register, heard, mask),
        *withheld_items(register, register.explain(reading.blank), said),
    )
    require_unended(wiring, context, opened.ticket.not_after)
    return Explanation(
        about="family",
        purpose=reading.declaration.purpose,
        direction=Direction.VIEW.value,
        permitted=permitted,
        excluded=_narrowed(register, told.excluded, mask),
        withheld=withheld,
        refusal=None,
        # The earliest end among all that the role may rely on: which of it opened for this family is not told.
        not_after=min([one.until for one in told.allowed] + [reading.declaration.expires_at]),
        note=FAMILY_NOTE,
        register_version=register.version,
        receipt=receipt_for(wiring, outcome, leaf),
    )


def withheld_items(register: Register, reasons: Iterable[Withheld], mask: int) -> tuple[WithheldItems, ...]:
    """Reasons as items by source, cut to a mask."""
    return tuple(
        WithheldItems(
            one.source, one.owner_agency, one.mode.value, one.code, one.message, one.agreement, one.change,
            register.vocabulary.items_of(one.mask & mask, one.source),
        )
        for one in reasons
        if one.mask & mask
    )  # fmt: skip


def _outcome(opened: OpenedFamily, permitted: Iterable[Allowance], persons: Sequence[UUID]) -> Entry:
    """No fact is shown here; what an item counts are the sources of which it is said that they hold it."""
    reading, authorised = opened.reading, opened.authorised
    named = {(part.source, item) for one in permitted for part in one.data for item in part.items}
    counts = dict(sorted(Counter(item for _, item in named).items()))
    return entry(
        reading.wiring, reading.context, reading.caller, authorised.event, reading.now, phase=Phase.OUTCOME,
        refers_to=authorised.entry_id, decision=Decision.PERMIT,
        outcome=Outcome.DONE if counts else Outcome.NOTHING_FOUND, purpose=authorised.purpose,
        declaration=authorised.declaration, agreements=authorised.agreements, legal_basis=authorised.legal_basis,
        household=authorised.household, subjects=tuple(str(person) for person in persons),
        items_shown=tuple(counts), shown_counts=counts, sources=tuple(sorted({source for source, _ in named})),
        reason=authorised.reason, detail={"channel": reading.context.channel, "query": "why"},
    )  # fmt: skip


def _spoken(
    register: Register, counts: Sequence[WithheldCount], decided: Sequence[SubjectDecision], now: datetime
) -> tuple[WithheldItems, ...]:
    """The withheld lines of the family's page. Which items stand behind a number is told nowhere."""
    titles = {code: agency.title for code, agency in register.agencies.items()}
    reasons = [part for one in decided for part in one.withheld if part.mode is not Withholding.SILENT]
    voices = {(titles.get(part.owner_agency, part.owner_agency), part.mode.value): part for part in reasons}
    lines = [(line, voices[line.owner, line.mode]) for line in withheld_lines(counts, reasons, titles, now)]
    return tuple(
        WithheldItems("", part.owner_agency, line.mode, part.code, line.sentence, part.agreement, part.change, ())
        for line, part in lines
    )


def _heard(decided: Sequence[SubjectDecision]) -> list[Withheld]:
    """Conditions that fail and referrals, which this reader may hear of; whose they are stays open."""
    parts = [part for one in decided for part in one.withheld if part.code in _TOLD_TO_THIS_READER]
    return list(dict.fromkeys(parts))


def _asked_cells(register: Register, asked: Asked) -> int:
    vocabulary = register.vocabulary
    mask = vocabulary.all_mask if asked.source is None else vocabulary.source_mask(asked.source)
    if asked.item is None:
        return mask
    column = 1 << item_bit(asked.item)
    return mask & sum(column << (number * ITEM_CAPACITY) for number in range(len(vocabulary.sources)))


def _cells_by_rank(register: Register, shown: Iterable[PermittedFact]) -> dict[int, int]:
    """Cells of what was shown by the finest form in which the reader is told that they were, as a rank of `FORMS`."""
    found: dict[int, int] = {}
    for fact in shown:
        rank = FORMS.index(fact.told_form)
        found[rank] = found.get(rank, 0) | 1 << register.vocabulary.cell(fact.source, fact.item.name)
    taken = 0
    for rank in sorted(found):
        found[rank], taken = found[rank] & ~taken, taken | found[rank]
    return found


def _cells_by_clause(
    register: Register, shown: Iterable[PermittedFact], decided: Sequence[SubjectDecision]
) -> dict[str, int]:
    """Cells of what was shown by the clause that permits them; one may rest on several."""
    permits = {(one.person_id, one.band): one.permit for one in decided if one.permit is not None}
    found: dict[str, int] = {}
    for fact in shown:
        permit = permits[fact.fact.person_id, fact.fact.band]
        judged = judged_item(permit, fact.source, fact.item.name) or fact.item.name
        for use in permit.uses_of(fact.source, judged):
            cell = 1 << register.vocabulary.cell(fact.source, fact.item.name)
            found[use.clause] = found.get(use.clause, 0) | cell
    return found


def _relied_on(
    register: Register, allowed: Iterable[Allowance], by_clause: Mapping[str, int], by_rank: Mapping[int, int]
) -> tuple[Allowance, ...]:
    """What the role may see, cut to what was shown here, in the form that it was shown in."""
    kept = []
    for one in allowed:
        sources = {part.source for part in one.data}
        mask = sum(register.vocabulary.source_mask(source) for source in sources) & by_clause.get(one.clause, 0)
        if mask:
            kept.append(replace(one, data=source_items(register, mask, by_rank)))
    return tuple(kept)


def _narrowed(register: Register, lines: Iterable[_Line], mask: int) -> tuple[_Line, ...]:
    """Lines cut to a mask of cells; those of which nothing is left fall away."""
    vocabulary = register.vocabulary
    kept = []
    for line in lines:
        data = [(part, vocabulary.mask((part.source,), part.items) & mask) for part in line.data]
        left = tuple(replace(part, items=vocabulary.items_of(cells, part.source)) for part, cells in data if cells)
        if left:
            kept.append(replace(line, data=left))
    return tuple(kept)
