"""What may I see, and why: the rules that speak to one role, item by item and source by source, with what ends them.

The answer depends on agency, role and instant alone. It looks at no subject, so it is the same whoever is on record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from agreements.compiled import CompiledBar, CompiledPair, CompiledPermit, KeyRules
from agreements.decision import FORMS, RuleUse
from agreements.register import Register
from agreements.request import Direction
from agreements.sentences import not_included, topic_masks, topic_of
from agreements.vocabulary import Vocabulary
from audit.entry import EventClass
from concept_model.items import ITEM_CAPACITY
from gateway.identity.caller import StaffCaller
from gateway.profiles.views import Receipt
from gateway.store.ledger import append
from gateway.usecases.families.disclosure import receipt_for
from gateway.usecases.log.entries import entry
from gateway.usecases.people.request_context import RequestContext
from gateway.usecases.register.permission_words import rows_limit, taken_away, where
from gateway.wiring import Wiring

PURPOSE = "own_permissions"
_Line = TypeVar("_Line", "Allowance", "Exclusion")
_SHOWN = (Direction.VIEW, Direction.SEARCH, Direction.EXTRACT, Direction.NOTIFY)


@dataclass(frozen=True, slots=True)
class SourceItems:
    """Items of one source, and the form they are shown in at best (`agreements.decision.FORMS`)."""

    source: str
    source_title: str
    form: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one clause lets the role see of one owner's facts, when, and on what it rests.

    `where` says when, in words; `rows` which entries of the items, empty for all; `until` is the first instant at
    which the clause or the law under it ends or changes.
    """

    clause: str
    agreement: str
    owner: str
    directions: tuple[str, ...]
    where: str
    rows: str
    emergency_only: bool
    data: tuple[SourceItems, ...]
    gateways: tuple[str, ...]
    article_6: tuple[str, ...]
    article_9: tuple[str, ...]
    article_10: tuple[str, ...]
    obligations: tuple[str, ...]
    advice: str | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What a prohibition, a limit or a never-both rule takes away from the allowances, and when."""

    clause: str
    agreement: str
    directions: tuple[str, ...]
    when: str
    data: tuple[SourceItems, ...]


@dataclass(frozen=True, slots=True)
class PurposePermissions:
    """Everything that one purpose opens to the role. `never` are topics that it leaves out, in words."""

    purpose: str
    title: str
    allowed: tuple[Allowance, ...]
    excluded: tuple[Exclusion, ...]
    never: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Permissions:
    """The answer to "what may I see, and why". `never` are topics that no purpose of the role opens."""

    agency: str
    role: str
    role_title: str
    register_version: str
    purposes: tuple[PurposePermissions, ...]
    never: tuple[str, ...]


def my_permissions(wiring: Wiring, context: RequestContext, caller: StaffCaller) -> tuple[Permissions, Receipt]:
    """What the caller's role may see now, and why. The asking is an entry, committed before the answer."""
    now = wiring.clock()
    answer = permissions_of(wiring.register, caller.agency, caller.role, now)
    asked = entry(
        wiring, context, caller, EventClass.CONSULTATION, now, purpose=PURPOSE,
        detail={"row_count": len(answer.purposes), "channel": context.channel},
    )  # fmt: skip
    with wiring.database.transaction("hg_desk") as connection:
        leaf = append(connection, asked)
    return answer, receipt_for(wiring, asked, leaf)


def permissions_of(register: Register, agency: str, role: str, now: datetime) -> Permissions:
    """What a role may see at an instant. Pure; a role that the register does not know may see nothing."""
    known = register.role(agency, role)
    found = [purpose_permissions(register, agency, role, purpose, now) for purpose in register.purpose_titles]
    reach = _reach(register, agency, role, register.purpose_titles, now)
    return Permissions(
        agency,
        role,
        known.title if known else role,
        register.version,
        tuple(one for one in found if one.allowed),
        _never(register.vocabulary, reach),
    )


def purpose_permissions(
    register: Register,
    agency: str,
    role: str,
    purpose: str,
    now: datetime,
    directions: Sequence[Direction] | None = None,
) -> PurposePermissions:
    """What one purpose opens to a role at an instant, for all directions or those given. Pure."""
    allowed: list[Allowance] = []
    excluded: list[Exclusion] = []
    for direction in directions or tuple(Direction):
        rules = register.index.get((agency, role, purpose, direction.value), KeyRules())
        allowed += _allowances(register, rules, direction, now)
        excluded += _exclusions(register, rules, direction, now)
    never = _never(register.vocabulary, _reach(register, agency, role, (purpose,), now))
    title = register.purpose_titles.get(purpose, purpose)
    return PurposePermissions(purpose, title, _joined(allowed), _joined(excluded), never)


def source_items(register: Register, mask: int, forms: Mapping[int, int] | None = None) -> tuple[SourceItems, ...]:
    """The cells of a mask by source and form; `forms` gives cells by their rank in `FORMS`, the others are full."""
    parts: list[SourceItems] = []
    left = mask
    for rank, cells in [*(forms or {}).items(), (0, mask)]:
        part, left = left & cells, left & ~cells
        parts += [
            SourceItems(source, register.sources[source].title, FORMS[rank], register.vocabulary.items_of(part, source))
            for source in register.vocabulary.sources_of(part)
        ]
    return tuple(sorted(parts, key=lambda one: (one.source, FORMS.index(one.form))))


def _allowances(register: Register, rules: KeyRules, direction: Direction, now: datetime) -> Iterable[Allowance]:
    standing = [bar for bar in rules.bars if bar.starts <= now < bar.ends and bar.unconditional]
    barred = 0
    for bar in standing:
        barred |= bar.mask if bar.limit is None else 0
    for permit in rules.permits:
        if permit.gate.starts <= now < permit.gate.ends:
            for use in permit.uses:
                if use.mask & ~barred:
                    yield _allowance(register, permit, use, direction, (use.mask & ~barred, standing))


def _allowance(
    register: Register,
    permit: CompiledPermit,
    use: RuleUse,
    direction: Direction,
    left: tuple[int, Sequence[CompiledBar]],
) -> Allowance:
    mask, standing = left
    return Allowance(
        clause=use.clause,
        agreement=_title(register, use.clause),
        owner=register.sources[register.vocabulary.sources_of(mask)[0]].owner_title,
        directions=(direction.value,),
        where=where(permit),
        rows=rows_limit(use),
        emergency_only=not permit.gate.relationships,
        data=source_items(register, mask, _forms(use, mask, standing)),
        gateways=use.gateways,
        article_6=use.article_6,
        article_9=use.article_9,
        article_10=use.article_10,
        obligations=use.obligations,
        advice=use.advice,
        until=permit.gate.ends,
    )


def _forms(use: RuleUse, mask: int, standing: Iterable[CompiledBar]) -> dict[int, int]:
    """Cells by the rank that they are shown in at best: the rule's own form, capped by limits that always bear."""
    forms = {rank: cells & mask for rank, cells in use.coarse if rank}
    for bar in standing:
        if bar.limit:
            finer = bar.mask & mask
            for rank, cells in forms.items():
                finer &= ~cells if rank >= bar.limit else -1
            forms = {rank: cells & ~finer for rank, cells in forms.items()}
            forms[bar.limit] = forms.get(bar.limit, 0) | finer
    return forms


def _exclusions(register: Register, rules: KeyRules, direction: Direction, now: datetime) -> Iterable[Exclusion]:
    reach = 0
    for permit in rules.permits:
        reach |= permit.mask if permit.gate.starts <= now < permit.gate.ends else 0
    for bar in rules.bars:
        if bar.starts <= now < bar.ends and not bar.unconditional and bar.mask & reach:
            yield _exclusion(register, bar, direction, bar.mask & reach, taken_away(bar))
    for pair in rules.pairs:
        if pair.starts <= now < pair.ends and pair.withhold & reach and pair.keep & reach:
            topics = dict.fromkeys(topic_of(item) for _, item in register.vocabulary.cells(pair.keep & reach))
            together = f"{taken_away(pair)} beside {' or '.join(topics)} information of the same family"
            yield _exclusion(register, pair, direction, pair.withhold & reach, together)


def _exclusion(
    register: Register, bar: CompiledBar | CompiledPair, direction: Direction, mask: int, when: str
) -> Exclusion:
    data = source_items(register, mask)
    return Exclusion(bar.clause, _title(register, bar.clause), (direction.value,), when, data)


def _joined(found: Iterable[_Line]) -> tuple[_Line, ...]:
    """Lines that differ in their direction alone are one line of several directions."""
    joined: dict[_Line, tuple[str, ...]] = {}
    for line in found:
        alike = replace(line, directions=())
        joined[alike] = joined.get(alike, ()) + line.directions
    return tuple(replace(line, directions=directions) for line, directions in joined.items())


def _reach(register: Register, agency: str, role: str, purposes: Iterable[str], now: datetime) -> int:
    reach = 0
    for purpose in purposes:
        for direction in _SHOWN:
            reach |= register.reach(agency, role, purpose, direction, now)
    return reach


def _never(vocabulary: Vocabulary, reach: int) -> tuple[str, ...]:
    items = 0
    for number in range(len(vocabulary.sources)):
        items |= reach >> (number * ITEM_CAPACITY) & ((1 << ITEM_CAPACITY) - 1)
    return tuple(not_included(topic) for topic, mask in topic_masks() if not mask & items)


def _title(register: Register, clause: str) -> str:
    agreement = clause.partition("@")[0]
    return next((one.title for one in register.agreements if one.id == agreement), agreement)
