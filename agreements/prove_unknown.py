"""What is not known never permits: clause by clause over all three values of every state, then asked of the engine.

A request's release is the union of open permits without what biting prohibitions and never-both rules take away. So
it is enough that knowing more never closes a gate, and never makes a prohibition bite that did not.
"""

import itertools
from collections.abc import Callable, Iterator

from agreements.compiled import Bite, CompiledPermit, Gate, Key
from agreements.counterexample import Found
from agreements.prove_corners import Corner, least_known, permitted_at
from agreements.register import Register
from agreements.request import Relationship
from agreements.vocabulary import set_bits

_Test = Callable[[int, int], bool]


def permitting_unknown(register: Register) -> Found | None:
    """A case in which forgetting a state releases something."""
    seen: set[tuple[object, ...]] = set()
    for key, rules in register.index.items():
        for permit in rules.permits:
            gate = permit.gate
            states = gate.yes_all | gate.yes_any | gate.no_all
            if _new(seen, (gate.yes_all, gate.yes_any, gate.no_all)):
                grown = _grows(gate.conditions_hold, states) or _shrinks(gate.conditions_possible, states)
                if grown is not None:
                    return _case(register, key, permit, grown)
            if _new(seen, (permit.clause,)):
                found = _forgetting(register, key, permit)
                if found is not None:
                    return found
        for bar in (*rules.bars, *rules.pairs):
            tests = (bar.when_any, bar.when_all, bar.unless_any, bar.unless_all)
            if any(tests) and _new(seen, tests):
                shrunk = _shrinks(bar.bites, bar.when_any | bar.when_all | bar.unless_any | bar.unless_all)
                if shrunk is not None and rules.permits:
                    return _case(register, key, _struck(rules.permits, bar), shrunk)
    return None


def _new(seen: set[tuple[object, ...]], signature: tuple[object, ...]) -> bool:
    new = signature not in seen
    seen.add(signature)
    return new


def _assignments(states: int) -> Iterator[tuple[int, int, int]]:
    """Yes bits, no bits and one state that neither holds, for every assignment that leaves one unknown."""
    bits = [1 << bit for bit in set_bits(states)]
    for values in itertools.product("yn?", repeat=len(bits)):
        yes = sum(bit for bit, value in zip(bits, values, strict=True) if value == "y")
        no = sum(bit for bit, value in zip(bits, values, strict=True) if value == "n")
        for bit, value in zip(bits, values, strict=True):
            if value == "?":
                yield yes, no, bit


def _grows(test: _Test, states: int) -> tuple[int, int] | None:
    """An assignment that passes and no longer passes once one more state is known."""
    for yes, no, bit in _assignments(states):
        if test(yes, no) and not (test(yes | bit, no) and test(yes, no | bit)):
            return yes, no
    return None


def _shrinks(test: _Test, states: int) -> tuple[int, int] | None:
    """An assignment that fails and passes once one more state is known."""
    for yes, no, bit in _assignments(states):
        if not test(yes, no) and (test(yes | bit, no) or test(yes, no | bit)):
            return yes, no
    return None


def _forgetting(register: Register, key: Key, permit: CompiledPermit) -> Found | None:
    gate = permit.gate
    for yes, no in least_known(gate):
        for bit in set_bits(yes | no):
            corner = _corner(gate, yes & ~(1 << bit), no & ~(1 << bit))
            shown = permitted_at(register, key, corner)
            cells = 0
            for use in shown.uses if shown is not None else ():
                cells |= use.mask if use.clause == permit.clause else 0
            if cells:
                return corner.found(key, register, cells, permit.clause)
    return None


def _corner(gate: Gate, yes: int, no: int) -> Corner:
    related = next((one for one in Relationship if gate.related(one)), Relationship.NONE)
    return Corner(related, yes, no, gate.min_band, gate.starts, break_glass=not gate.related(related))


def _struck(permits: tuple[CompiledPermit, ...], bar: Bite) -> CompiledPermit:
    return next((one for one in permits if one.gate.starts < bar.ends and bar.starts < one.gate.ends), permits[0])


def _case(register: Register, key: Key, permit: CompiledPermit, states: tuple[int, int]) -> Found:
    return _corner(permit.gate, *states).found(key, register, permit.mask, permit.clause)
