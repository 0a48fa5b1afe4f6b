"""The decision: prohibitions first, then permits, forms, obligations and the instant until which it holds.

Pure and total: whatever is wrong with a request is a `Refusal`. The only place where a `Permit` is constructed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from agreements.compiled import RELATIONSHIP_BIT, STATE_BIT, CompiledPermit, CompiledReferral, Gate, KeyRules
from agreements.decision import FORMS, Decision, Permit, Refer, Refusal, RuleUse
from agreements.request import Band, DecisionRequest, Direction, Relationship, Tri
from agreements.vocabulary import Vocabulary

_NOT_PERMITTED = "Your role may not use shared information for this purpose. This attempt is recorded."
_SUBJECT_LEVEL = "We found nothing you may see."


@dataclass(frozen=True, slots=True)
class Weighed:
    """A request with its bits and what prohibitions leave: the common ground of `decide` and `explain`."""

    request: DecisionRequest
    rules: KeyRules
    yes: int
    no: int
    prohibited: int
    silenced: int
    """Prohibited cells whose existence is closed too."""
    granted: int
    permits: tuple[CompiledPermit, ...]


def request_problem(request: DecisionRequest) -> Refusal | None:
    """Refuse a request that is not well-formed, rather than guess."""
    well_formed = (
        isinstance(request.now, datetime)
        and request.now.utcoffset() is not None
        and isinstance(request.relationship, Relationship)
        and isinstance(request.band, Band)
        and isinstance(request.direction, Direction)
        and _states_known(request.states)
    )
    return None if well_formed else Refusal("request-invalid", _NOT_PERMITTED, subject_dependent=False)


def weigh(request: DecisionRequest, rules: KeyRules) -> Weighed:
    """Apply prohibitions, then gather the permits whose gate the request passes. The request is well-formed."""
    yes, no = _bits(request.states)
    prohibited = silenced = 0
    for bar in rules.bars:
        if bar.limit is None and bar.starts <= request.now < bar.ends and bar.bites(yes, no):
            prohibited |= bar.mask
            if not bar.existence_open:
                silenced |= bar.mask
    open_permits = tuple(
        permit
        for permit in rules.permits
        if permit.mask & ~prohibited and gate_open(permit.gate, request, yes, no, widened=permit.break_glass_for)
    )
    granted = 0
    for permit in open_permits:
        granted |= permit.mask
    return Weighed(request, rules, yes, no, prohibited, silenced, granted & ~prohibited, open_permits)


def gate_open(gate: Gate, request: DecisionRequest, yes: int, no: int, *, widened: object = None) -> bool:
    """Whether a request passes a gate; `widened` (not None) lets break-glass stand in for the relationship alone."""
    return (
        gate.starts <= request.now < gate.ends
        and gate.min_band <= request.band
        and (_related(gate, request) or (request.break_glass and widened is not None))
        and gate.conditions_hold(yes, no)
    )


def decide_weighed(weighed: Weighed, vocabulary: Vocabulary, register_version: str) -> Decision:
    """Answer a weighed request."""
    request, rules = weighed.request, weighed.rules
    if request.break_glass and not _break_glass_offered(request, rules):
        return Refusal("break-glass-not-offered", _NOT_PERMITTED, subject_dependent=False)
    permit = _permit(weighed, vocabulary, register_version) if weighed.granted else None
    referral = _referral(weighed)
    if referral is not None:
        rule, cells = referral
        return Refer(
            rule.to, rule.within, "statutory-referral" if rule.duty else "referral", rule.message, cells, permit
        )
    return permit or _refusal(weighed)


def _break_glass_offered(request: DecisionRequest, rules: KeyRules) -> bool:
    return any(
        permit.break_glass_for is not None and permit.gate.starts <= request.now < permit.gate.ends
        for permit in rules.permits
    )


def _permit(weighed: Weighed, vocabulary: Vocabulary, register_version: str) -> Permit:
    uses: list[RuleUse] = []
    by_rank = [0] * len(FORMS)
    request = weighed.request
    not_after = _next_bar(weighed)
    for permit in weighed.permits:
        not_after = min(not_after, permit.gate.ends)
        if permit.break_glass_for is not None and not _related(permit.gate, request):
            not_after = min(not_after, request.now + permit.break_glass_for)
        for rank, cells in permit.coarse:
            by_rank[rank] |= cells & weighed.granted
        for use in permit.uses:
            cells = use.mask & weighed.granted
            if cells:
                uses.append(use if cells == use.mask else replace(use, mask=cells))
    _keep_finest(by_rank)
    _cap(by_rank, weighed)
    coarse = tuple((FORMS[rank], cells) for rank, cells in enumerate(by_rank) if rank and cells)
    return Permit(weighed.granted, coarse, tuple(uses), not_after, register_version, vocabulary)


def _keep_finest(by_rank: list[int]) -> None:
    taken = 0
    for rank, cells in enumerate(by_rank):
        by_rank[rank] = cells & ~taken
        taken |= cells


def _cap(by_rank: list[int], weighed: Weighed) -> None:
    for bar in weighed.rules.bars:
        limit = bar.limit
        if limit is None or not bar.starts <= weighed.request.now < bar.ends or not bar.bites(weighed.yes, weighed.no):
            continue
        for rank in range(limit):
            moved = by_rank[rank] & bar.mask
            by_rank[rank] ^= moved
            by_rank[limit] |= moved


def _next_bar(weighed: Weighed) -> datetime:
    """Earliest instant at which a prohibition or limit not yet in force begins to bear on what is granted."""
    now = weighed.request.now
    coming = [bar.starts for bar in weighed.rules.bars if bar.starts > now and bar.mask & weighed.granted]
    return min(coming, default=datetime.max.replace(tzinfo=now.tzinfo))


def _referral(weighed: Weighed) -> tuple[CompiledReferral, int] | None:
    best: tuple[CompiledReferral, int] | None = None
    for rule in weighed.rules.referrals:
        if not gate_open(rule.gate, weighed.request, weighed.yes, weighed.no):
            continue
        # A duty-marked item is never silently withheld: it is referred even where a prohibition bites (practice P3).
        cells = rule.mask & ~weighed.granted & (-1 if rule.duty else ~weighed.prohibited)
        if cells and (best is None or rule.within < best[0].within):
            best = (rule, cells)
    return best


def _refusal(weighed: Weighed) -> Refusal:
    request = weighed.request
    current = [permit for permit in weighed.rules.permits if permit.gate.starts <= request.now < permit.gate.ends]
    if not current:
        return Refusal("not-in-force", "No agreement in force covers this. Ask your lead.", subject_dependent=False)
    always = 0
    for bar in weighed.rules.bars:
        if bar.limit is None and bar.unconditional and bar.starts <= request.now < bar.ends:
            always |= bar.mask
    if not any(permit.mask & ~always for permit in current):
        return Refusal("prohibited", _NOT_PERMITTED, subject_dependent=False)
    return Refusal(_nearest_failure(weighed, current), _SUBJECT_LEVEL, subject_dependent=True)


def _nearest_failure(weighed: Weighed, current: list[CompiledPermit]) -> str:
    request = weighed.request
    related = [permit for permit in current if _related(permit.gate, request)]
    if not related:
        return "relationship-required"
    sure = [permit for permit in related if permit.gate.min_band <= request.band]
    if not sure:
        return "link-uncertain"
    if not any(permit.gate.conditions_hold(weighed.yes, weighed.no) for permit in sure):
        return "condition-not-met"
    return "prohibited-here"


def _related(gate: Gate, request: DecisionRequest) -> bool:
    return bool(gate.relationships & RELATIONSHIP_BIT[request.relationship])


def _states_known(states: object) -> bool:
    return isinstance(states, Mapping) and all(
        name in STATE_BIT and isinstance(value, Tri) for name, value in states.items()
    )


def _bits(states: Mapping[str, Tri]) -> tuple[int, int]:
    yes = no = 0
    for name, value in states.items():
        if value is Tri.YES:
            yes |= STATE_BIT[name]
        elif value is Tri.NO:
            no |= STATE_BIT[name]
    return yes, no
