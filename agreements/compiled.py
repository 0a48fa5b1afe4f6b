"""The compiled form: finite and flat, one integer mask a rule, under the key (agency, role, purpose, direction).

States are two integers: the bits known to be yes and the bits known to be no; unknown has neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agreements.decision import RuleUse
from agreements.request import STATE_BIT, Regime, Relationship

Key = tuple[str, str, str, str]
"""Recipient agency, role, purpose, direction."""

RELATIONSHIP_BIT = {relationship: 1 << number for number, relationship in enumerate(Relationship)}
ANY_RELATIONSHIP = (1 << len(RELATIONSHIP_BIT)) - 1


def state_bits(states: Iterable[str]) -> int:
    """Bits of state names. Raises `KeyError` for a name that is no state."""
    bits = 0
    for state in states:
        bits |= STATE_BIT[state]
    return bits


@dataclass(frozen=True, slots=True)
class Gate:
    """What a request must be for a rule to speak. `starts` is included, `ends` is not."""

    relationships: int
    yes_all: int
    yes_any: int
    no_all: int
    min_band: int
    starts: datetime
    ends: datetime

    def related(self, relationship: Relationship) -> bool:
        """Whether the reader's relationship to the family is one that the rule names."""
        return bool(self.relationships & RELATIONSHIP_BIT[relationship])

    def conditions_hold(self, yes: int, no: int) -> bool:
        """Every needed state is known; an unknown one never helps."""
        if self.yes_all & ~yes or self.no_all & ~no:
            return False
        return not self.yes_any or bool(self.yes_any & yes)

    def conditions_possible(self, yes: int, no: int) -> bool:
        """Whether the conditions hold for some answer to what is unknown."""
        if self.yes_all & no or self.no_all & yes:
            return False
        return not self.yes_any or bool(self.yes_any & ~no)


@dataclass(frozen=True, slots=True)
class CompiledPermit:
    """One permit rule for one key and one span in which the law under it does not change.

    `coarse` pairs a rank of `FORMS` with cells; `break_glass_for` is how long a widened use lasts, if it may be.
    """

    clause: str
    gate: Gate
    mask: int
    coarse: tuple[tuple[int, int], ...]
    uses: tuple[RuleUse, ...]
    break_glass_for: timedelta | None


@dataclass(frozen=True, slots=True)
class Bite:
    """When a prohibition, a limit or a never-both rule bears on a subject."""

    clause: str
    starts: datetime
    ends: datetime
    when_any: int
    when_all: int
    unless_any: int
    unless_all: int

    def bites(self, yes: int, no: int) -> bool:
        """Unknown bites a `when` and does not lift an `unless`."""
        if self.when_all & no or (self.when_any and not self.when_any & ~no):
            return False
        lifted_by_any = bool(self.unless_any & yes)
        lifted_by_all = bool(self.unless_all) and not self.unless_all & ~yes
        return not (lifted_by_any or lifted_by_all)

    @property
    def unconditional(self) -> bool:
        """Whether it bites whatever the subject's states are."""
        return not self.states

    @property
    def states(self) -> int:
        """The states that it waits for, or that lift it."""
        return self.when_any | self.when_all | self.unless_any | self.unless_all


@dataclass(frozen=True, slots=True)
class CompiledBar(Bite):
    """A prohibition, or with `limit` (a rank of `FORMS`) a cap on the form.

    `since`: those of its cells of which it leaves alone what began before the subject's protection.
    """

    mask: int
    limit: int | None
    existence_open: bool
    since: int = 0


@dataclass(frozen=True, slots=True)
class CompiledPair(Bite):
    """Two sides that are never shown in one profile: where `keep` might be permitted, `withhold` is withheld."""

    keep: int
    withhold: int


@dataclass(frozen=True, slots=True)
class CompiledReferral:
    """A referral to a named role."""

    clause: str
    gate: Gate
    mask: int
    to: str
    within: timedelta
    message: str
    duty: bool


@dataclass(frozen=True, slots=True)
class CompiledVoice:
    """How withheld cells are spoken of: `by_mode` pairs a mode with the cells it covers."""

    clause: str
    gate: Gate
    mask: int
    by_mode: tuple[tuple[str, int], ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class KeyRules:
    """Everything that speaks under one key, each kind in order of clause, so document order does not matter."""

    permits: tuple[CompiledPermit, ...] = ()
    bars: tuple[CompiledBar, ...] = ()
    referrals: tuple[CompiledReferral, ...] = ()
    voices: tuple[CompiledVoice, ...] = ()
    pairs: tuple[CompiledPair, ...] = ()
    regime: Regime = Regime.UK_GDPR
