"""From documents to the compiled form. Everything that has a date is resolved here into spans of instants."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from agreements.cells import Groundwork
from agreements.compiled import (
    ANY_RELATIONSHIP,
    RELATIONSHIP_BIT,
    CompiledBar,
    CompiledPair,
    CompiledPermit,
    CompiledReferral,
    CompiledVoice,
    Gate,
    Key,
    KeyRules,
    state_bits,
)
from agreements.decision import FORMS, RuleUse
from agreements.document import (
    Agreement,
    LimitRule,
    NeverBothRule,
    PermitRule,
    ProhibitRule,
    Readers,
    ReferRule,
    WithholdingRule,
)
from agreements.document import Gate as GateClause
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments, prohibition_spans
from agreements.patterns import expand_items
from agreements.periods import Span
from agreements.recipients import roles_meant
from agreements.reference_data import AgencyList
from agreements.request import PROTECTED, Band, Direction, Regime
from agreements.succession import epochs
from concept_model.items import ITEM_CAPACITY, SERVICE_BEARING, Withholding, item_bit, item_named


@dataclass
class _Building:
    permits: list[CompiledPermit] = field(default_factory=list)
    bars: list[CompiledBar] = field(default_factory=list)
    referrals: list[CompiledReferral] = field(default_factory=list)
    voices: list[CompiledVoice] = field(default_factory=list)
    pairs: list[CompiledPair] = field(default_factory=list)

    def frozen(self, regime: Regime) -> KeyRules:
        return KeyRules(
            tuple(sorted(self.permits, key=lambda rule: (rule.clause, rule.gate.starts))),
            tuple(sorted(self.bars, key=lambda bar: (bar.clause, bar.starts))),
            tuple(sorted(self.referrals, key=lambda rule: (rule.clause, rule.gate.starts))),
            tuple(sorted(self.voices, key=lambda rule: (rule.clause, rule.gate.starts))),
            tuple(sorted(self.pairs, key=lambda pair: (pair.clause, pair.starts))),
            regime,
        )


def compile_index(documents: RegisterDocuments, ground: Groundwork) -> dict[Key, KeyRules]:
    """Compile every document. A key with nothing to release or refer is not in the index: it refuses."""
    building: dict[Key, _Building] = defaultdict(_Building)
    parts = [(part, ground if part is documents else Groundwork(part)) for part in epochs(documents)]
    every = [(admitted, of_its_time) for part, of_its_time in parts for admitted in part.agreements]
    for admitted, of_its_time in every:
        for rule in (*admitted.document.rules, *admitted.document.withholding):
            if isinstance(rule, GateClause):
                _compile_gated(building, admitted, rule, of_its_time)
    for admitted, of_its_time in every:
        for rule in admitted.document.rules:
            if isinstance(rule, ProhibitRule | LimitRule | NeverBothRule):
                _compile_bar(building, admitted, rule, of_its_time)
    return {key: built.frozen(ground.regime(key[2])) for key, built in building.items()}


def _compile_gated(
    building: dict[Key, _Building], admitted: AdmittedAgreement, rule: GateClause, ground: Groundwork
) -> None:
    document = admitted.document
    cells = ground.selected(rule)
    if not isinstance(rule, WithholdingRule):
        cells &= ground.supplied(document)
    agencies: dict[str, list[str]] = defaultdict(list)
    parties = [party.id for party in document.parties.controllers]
    for agency, role in roles_meant(rule.recipients, ground.documents.agencies, parties):
        agencies[agency].append(role)
    for agency, roles in agencies.items():
        for piece in ground.pieces(admitted, agency):
            uses = ground.uses(admitted, rule, agency, cells, piece)
            for key in _gated_keys(document, rule, agency, roles):
                widening = _widening(document, rule, key, ground.documents.agencies)
                _add_gated(building[key], document, rule, _Part(_cut_for_key(uses, key, ground), piece, widening))


def _cut_for_key(uses: list[RuleUse], key: Key, ground: Groundwork) -> list[RuleUse]:
    """Take away what is for matching alone, and what is held under Part 3 and no gateway lets out of it (P8)."""
    shown = -1 if key[3] == Direction.MATCH else ~ground.match_only
    law_enforcement = ground.regime(key[2]) is Regime.DPA_PART_3
    cut = (
        (use, use.mask & (shown if law_enforcement or ground.leaves_part_3(use.gateways) else shown & ~ground.part_3))
        for use in uses
    )
    return [replace(use, mask=mask) for use, mask in cut if mask]


def _gated_keys(document: Agreement, rule: GateClause, agency: str, roles: list[str]) -> Iterator[Key]:
    own = tuple(purpose.id for purpose in document.purposes)
    purposes = own if rule.purposes == "*" else tuple(purpose for purpose in rule.purposes if purpose in own)
    directions = tuple(Direction) if rule.directions == "*" else rule.directions
    for role in roles:
        for purpose in purposes:
            for direction in directions:
                yield agency, role, purpose, direction.value


@dataclass(frozen=True, slots=True)
class _Part:
    """One clause for one key within one piece of time."""

    uses: list[RuleUse]
    piece: Span
    widening: timedelta | None


def _add_gated(built: _Building, document: Agreement, rule: GateClause, part: _Part) -> None:
    mask = 0
    for use in part.uses:
        mask |= use.mask
    if not mask:
        return
    gate = compile_gate(rule, part.piece)
    clause = f"{document.reference}/{rule.id}"
    if isinstance(rule, PermitRule):
        coarse = _coarse(rule, mask)
        uses = tuple(replace(use, coarse=coarse) for use in part.uses)
        built.permits.append(CompiledPermit(clause, gate, mask, coarse, uses, part.widening))
    elif isinstance(rule, ReferRule):
        within = timedelta(hours=int(rule.within[2:-1]))
        built.referrals.append(CompiledReferral(clause, gate, mask, rule.to, within, rule.message, rule.duty))
    elif isinstance(rule, WithholdingRule):
        built.voices.append(CompiledVoice(clause, gate, mask, _by_mode(rule, mask), rule.sentence))


def compile_gate(rule: GateClause, piece: Span) -> Gate:
    """Turn the tests of a clause into bits."""
    relationships = ANY_RELATIONSHIP
    if rule.relationships != "*":
        relationships = sum({RELATIONSHIP_BIT[relationship] for relationship in rule.relationships})
    minor = state_bits(["minor"])
    yes_all = state_bits(rule.conditions.all_of) | (minor if rule.subjects.minors == "only" else 0)
    no_all = state_bits(rule.conditions.none_of) | (minor if rule.subjects.minors == "exclude" else 0)
    yes_any = state_bits(rule.conditions.any_of)
    return Gate(relationships, yes_all, yes_any, no_all, Band.named(rule.min_band).value, piece[0], piece[1])


def _coarse(rule: PermitRule, mask: int) -> tuple[tuple[int, int], ...]:
    ranks: dict[str, int] = {}
    for pattern, form in rule.transform.items():
        for item in expand_items([pattern]):
            ranks[item] = max(ranks.get(item, 0), FORMS.index(form))
    by_rank: dict[int, int] = {}
    rest = mask
    for item, rank in ranks.items():
        cells = mask & _item_everywhere(item, mask)
        by_rank[rank] = by_rank.get(rank, 0) | cells
        rest &= ~cells
    by_rank[0] = by_rank.get(0, 0) | rest
    return tuple(sorted((rank, cells) for rank, cells in by_rank.items() if cells))


def _by_mode(rule: WithholdingRule, mask: int) -> tuple[tuple[str, int], ...]:
    if rule.mode != "item_default":
        return ((rule.mode, mask),)
    by_mode: dict[str, int] = {mode.value: 0 for mode in Withholding}
    for item in expand_items(rule.data, rule.exclude):
        by_mode[item_named(item).default_mode.value] |= mask & _item_everywhere(item, mask)
    return tuple((mode, cells) for mode, cells in by_mode.items() if cells)


def _item_everywhere(item: str, mask: int) -> int:
    bit = 1 << item_bit(item)
    cells = 0
    while bit <= mask:
        cells |= bit
        bit <<= ITEM_CAPACITY
    return cells


def _widening(document: Agreement, rule: GateClause, key: Key, agencies: AgencyList) -> timedelta | None:
    glass = document.break_glass
    if glass is None or rule.id not in glass.widens:
        return None
    named = key[:2] in set(roles_meant(glass.recipients, agencies))
    return timedelta(minutes=glass.expires_minutes) if named else None


def _compile_bar(
    building: dict[Key, _Building],
    admitted: AdmittedAgreement,
    rule: ProhibitRule | LimitRule | NeverBothRule,
    ground: Groundwork,
) -> None:
    barred = set(_barred_roles(rule, ground))
    keys = [key for key in building if key[:2] in barred and _in_scope(rule, key)]
    for starts, ends in prohibition_spans(admitted):
        bite = (
            f"{admitted.document.reference}/{rule.id}",
            starts,
            ends,
            state_bits(rule.when.any_of),
            state_bits(rule.when.all_of),
            state_bits(rule.unless.any_of),
            state_bits(rule.unless.all_of),
        )
        if isinstance(rule, NeverBothRule):
            pair = CompiledPair(*bite, ground.selected(rule.keep), ground.selected(rule.withhold))
            for key in keys:
                building[key].pairs.append(pair)
            continue
        limit = FORMS.index(rule.form) if isinstance(rule, LimitRule) else None
        existence_open = isinstance(rule, LimitRule) or rule.existence == "open"
        cells = ground.selected(rule)
        bar = CompiledBar(*bite, cells, limit, existence_open, _since_protection(rule, cells))
        for key in keys:
            building[key].bars.append(bar)


def _since_protection(rule: ProhibitRule | LimitRule, cells: int) -> int:
    """Of which cells a prohibition bars rows alone: those that the database can judge by their day."""
    if not isinstance(rule, ProhibitRule) or rule.rows == "all" or not waits_for_protection(rule):
        return 0
    judged = 0
    for item in SERVICE_BEARING:
        judged |= _item_everywhere(item, cells)
    return cells & judged


def waits_for_protection(rule: ProhibitRule) -> bool:
    """Whether a prohibition bites nobody but the protected."""
    return PROTECTED in rule.when.all_of or rule.when.any_of == (PROTECTED,)


def _barred_roles(rule: ProhibitRule | LimitRule | NeverBothRule, ground: Groundwork) -> Iterator[tuple[str, str]]:
    agencies = ground.documents.agencies
    spared = set(roles_meant(rule.except_recipients, agencies))
    return (role for role in roles_meant(rule.recipients, agencies) if role not in spared)


def _in_scope(rule: Readers, key: Key) -> bool:
    purposes = rule.purposes == "*" or key[2] in rule.purposes
    return purposes and (rule.directions == "*" or Direction(key[3]) in rule.directions)
