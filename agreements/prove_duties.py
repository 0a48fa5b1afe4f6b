"""The duty theorem: what a duty covers is permitted or referred whenever the duty's clause speaks (practice P3).

A duty is a referral marked so, or a permit as far as it rests on a gateway that is a duty. The engine itself is asked
wherever something could take the cell away, of subjects of whom no more is known than makes the clause speak: knowing
more opens more. Break-glass is left out: it takes nothing away, and where it is not offered it is refused at the door.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from agreements.compiled import Gate, Key, KeyRules
from agreements.counterexample import Found
from agreements.decision import Permit, Refer
from agreements.invariants import Form, Promise
from agreements.periods import both
from agreements.prove_corners import Corner, least_known
from agreements.register import Register
from agreements.request import Band, Relationship


@dataclass(frozen=True, slots=True)
class _Duty:
    clause: str
    gate: Gate
    cells: int


def silent_cell(register: Register, promise: Promise, mask: int, keys: Iterable[tuple[Key, KeyRules]]) -> Found | None:
    """A cell that a duty covers and that the engine neither permits nor refers."""
    for key, rules in keys:
        for duty in _duties(register, rules, mask, marked=promise.form is Form.DUTY_NEVER_SILENT):
            for corner in _corners(duty, rules, promise):
                silent = duty.cells & ~_answered(register, key, rules, corner)
                if silent:
                    return corner.found(key, register, silent, duty.clause)
    return None


def _duties(register: Register, rules: KeyRules, mask: int, *, marked: bool) -> Iterator[_Duty]:
    """Clauses with a duty; `marked`: only referrals that are marked so."""
    for referral in rules.referrals:
        if referral.duty and referral.mask & mask:
            yield _Duty(referral.clause, referral.gate, referral.mask & mask)
    for permit in () if marked else rules.permits:
        cells = 0
        for use in permit.uses:
            if any(register.gateways[gateway].kind == "duty" for gateway in use.gateways):
                cells |= use.mask & mask
        # A permit that nothing can take from answers for itself.
        if cells and (any(bar.limit is None and bar.mask & cells for bar in rules.bars) or rules.pairs):
            yield _Duty(permit.clause, permit.gate, cells)


def _corners(duty: _Duty, rules: KeyRules, promise: Promise) -> Iterator[Corner]:
    gate = duty.gate
    simple = not rules.pairs and not [one for one in rules.referrals if one.clause != duty.clause]
    related = [one for one in Relationship if gate.related(one)]
    bands = [band.value for band in Band if band >= gate.min_band]
    for now in _instants(duty, rules, promise):
        for yes, no in _states(duty, rules):
            for relationship in related[:1] if simple else related:
                for band in bands[:1] if simple else bands:
                    yield Corner(relationship, yes, no, band, now)


def _instants(duty: _Duty, rules: KeyRules, promise: Promise) -> Iterator[datetime]:
    spans = [(one.gate.starts, one.gate.ends) for one in rules.permits]
    spans += [(one.gate.starts, one.gate.ends) for one in rules.referrals]
    spans += [(bar.starts, bar.ends) for bar in rules.bars]
    spans += [(pair.starts, pair.ends) for pair in rules.pairs]
    edges = {edge for span in spans for edge in span}
    for starts, ends in both([(duty.gate.starts, duty.gate.ends)], promise.spans):
        yield starts
        yield from sorted(edge for edge in edges if starts < edge < ends)


def _states(duty: _Duty, rules: KeyRules) -> Iterator[tuple[int, int]]:
    """No more than the duty's clause needs; then no more than it and another referral need, which could come before."""
    for yes, no in least_known(duty.gate):
        yield yes, no
        for other in rules.referrals:
            for more_yes, more_no in least_known(other.gate) if other.clause != duty.clause else ():
                if not (yes | more_yes) & (no | more_no):
                    yield yes | more_yes, no | more_no


def _answered(register: Register, key: Key, rules: KeyRules, corner: Corner) -> int:
    decision = register.decide(corner.request(key, rules.regime))
    permit = decision.permit if isinstance(decision, Refer) else decision
    shown = permit.mask if isinstance(permit, Permit) else 0
    return shown | (decision.mask if isinstance(decision, Refer) else 0)
