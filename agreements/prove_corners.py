"""Requests at the corners of a compiled rule: those that just pass its tests, and nothing more is known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from agreements.compiled import Gate, Key
from agreements.counterexample import Found, states_of
from agreements.decision import Permit, Refer
from agreements.register import Register
from agreements.request import Band, DecisionRequest, Direction, Regime, Relationship
from agreements.vocabulary import set_bits


def least_known(gate: Gate) -> Iterator[tuple[int, int]]:
    """Bits of the states known to be yes and to be no, as few as pass the conditions of a gate."""
    if gate.yes_all & gate.no_all:
        return
    if not gate.yes_any or gate.yes_any & gate.yes_all:
        yield gate.yes_all, gate.no_all
        return
    for bit in set_bits(gate.yes_any & ~gate.no_all):
        yield gate.yes_all | 1 << bit, gate.no_all


@dataclass(frozen=True, slots=True)
class Corner:
    """What is asked, but for the key."""

    relationship: Relationship
    yes: int
    no: int
    band: int
    now: datetime
    break_glass: bool = False

    def request(self, key: Key, regime: Regime) -> DecisionRequest:
        """The question as the engine takes it."""
        return DecisionRequest(
            *key[:3],
            self.relationship,
            states_of(self.yes, self.no),
            Band(self.band),
            Direction(key[3]),
            self.now,
            break_glass=self.break_glass,
            regime=regime,
        )

    def found(self, key: Key, register: Register, cells: int, clause: str) -> Found:
        """The counterexample that this corner is, for the first of some cells."""
        source, item = next(register.vocabulary.cells(cells))
        return Found(
            reader=key[:2],
            purpose=key[2],
            direction=key[3],
            relationship=self.relationship,
            states=states_of(self.yes, self.no),
            band=Band(self.band),
            now=self.now,
            break_glass=self.break_glass,
            source=source,
            item=item,
            clause=clause,
        )


def permitted_at(register: Register, key: Key, corner: Corner) -> Permit | None:
    """What the engine permits at a corner."""
    decision = register.decide(corner.request(key, register.index[key].regime))
    permit = decision.permit if isinstance(decision, Refer) else decision
    return permit if isinstance(permit, Permit) else None
