"""A key's rules laid out for deciding: moments in which nothing begins or ends, permits of one gate taken together.

Derived from `KeyRules` alone and rebuilt at will; what is remembered here depends on nothing that a request holds.
"""

import itertools
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from agreements.compiled import (
    Bite,
    CompiledBar,
    CompiledPair,
    CompiledPermit,
    CompiledReferral,
    CompiledVoice,
    Gate,
    KeyRules,
)
from agreements.decision import Decision
from agreements.periods import EVER
from agreements.request import STATES, DecisionRequest, Relationship, asked_bits

_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Grant:
    """Permits that ask the same of a request: open together or not at all.

    `ends` is the earliest end among them; `glass_for` how long a use lasts that break-glass widened, if it may.
    """

    gate: Gate
    mask: int
    permits: tuple[CompiledPermit, ...]
    ends: datetime
    glass_for: timedelta | None
    shaped: bool
    """Whether some cell is released in a form coarser than full."""

    def related(self, relationship: Relationship) -> bool:
        """Whether the relationship alone opens it, without break-glass."""
        return self.gate.related(relationship)


class Moment:
    """The rules that stand between two instants (the first included, the second not)."""

    __slots__ = (
        "_open", "barred", "bars", "caps", "coming", "decided", "ends", "glass", "grants", "matters", "pairs", "reach",
        "referrals", "silenced", "starts", "voices",
    )  # fmt: skip

    def __init__(self, rules: KeyRules, starts: datetime, ends: datetime) -> None:
        self.starts, self.ends = starts, ends
        bars = [bar for bar in rules.bars if bar.starts <= starts < bar.ends]
        always = [bar for bar in bars if bar.limit is None and bar.unconditional]
        self.barred = _union(bar.mask for bar in always)
        """Cells prohibited whatever the subject's states are."""
        self.silenced = _union(bar.mask for bar in always if not bar.existence_open)
        self.bars: tuple[CompiledBar, ...] = tuple(bar for bar in bars if bar.limit is None and not bar.unconditional)
        self.caps: tuple[CompiledBar, ...] = tuple(bar for bar in bars if bar.limit is not None)
        self.pairs: tuple[CompiledPair, ...] = tuple(p for p in rules.pairs if p.starts <= starts < p.ends)
        self.grants = _grants([one for one in rules.permits if one.gate.starts <= starts < one.gate.ends])
        self.referrals: tuple[CompiledReferral, ...] = tuple(
            one for one in rules.referrals if one.gate.starts <= starts < one.gate.ends
        )
        self.voices: tuple[CompiledVoice, ...] = tuple(
            one for one in rules.voices if one.gate.starts <= starts < one.gate.ends
        )
        self.coming = (
            *((bar.starts, bar.mask) for bar in rules.bars if bar.starts > starts),
            *((pair.starts, pair.withhold) for pair in rules.pairs if pair.starts > starts),
        )
        """First instants of prohibitions, limits and never-both rules not yet in force, and what they would bear on."""
        self.glass = any(grant.glass_for is not None for grant in self.grants)
        self.reach = _union(grant.mask for grant in self.grants)
        """Cells that some permit could release to some reader about some subject."""
        self.matters = asked_bits(self._tested())
        """The part of a request's `asked` that an answer depends on: states that no rule tests make no difference."""
        self.decided: dict[int, Decision] = {}
        """Decisions by that part. A moment is asked the same few questions again and again."""
        self._open: dict[int, tuple[Grant, ...]] = {}

    def open_to(self, request: DecisionRequest) -> tuple[Grant, ...]:
        """Grants whose band and relationship the request has; the subject's states are still to be tested."""
        key = request.asked >> 2 * len(STATES) << 1 | request.break_glass
        found = self._open.get(key)
        if found is None:
            found = self._open[key] = tuple(
                grant
                for grant in self.grants
                if grant.gate.min_band <= request.band
                and (grant.related(request.relationship) or (request.break_glass and grant.glass_for is not None))
            )
        return found

    def remember(self, request: DecisionRequest, decision: Decision) -> None:
        """Keep a decision for the next request that asks the same; the number is bounded."""
        if len(self.decided) < _REMEMBERED:
            self.decided[request.asked & self.matters] = decision

    def _tested(self) -> int:
        gates = [grant.gate for grant in self.grants]
        gates += [one.gate for one in self.referrals] + [one.gate for one in self.voices]
        tested = 0
        for gate in gates:
            tested |= gate.yes_all | gate.yes_any | gate.no_all
        for bite in (*self.bars, *self.caps, *self.pairs):
            tested |= bite.when_any | bite.when_all | bite.unless_any | bite.unless_all
        return tested


class Timeline:
    """The moments of one key, laid out when first asked for."""

    __slots__ = ("_latest", "_moments", "edges", "rules")

    def __init__(self, rules: KeyRules) -> None:
        self.rules = rules
        gates: list[Gate] = [one.gate for rule in (rules.permits, rules.referrals, rules.voices) for one in rule]
        edges = {EVER[0]}
        for gate in gates:
            edges |= {gate.starts, gate.ends}
        for bite in itertools.chain[Bite](rules.bars, rules.pairs):
            edges |= {bite.starts, bite.ends}
        self.edges = sorted(edges)
        """Instants at which something begins or ends."""
        self._moments: dict[int, Moment] = {}
        self._latest = self._laid_out(0)

    def at(self, now: datetime) -> Moment:
        """The moment that holds an instant (aware)."""
        latest = self._latest
        if latest.starts <= now < latest.ends:
            return latest
        number = bisect_right(self.edges, now) - 1
        latest = self._moments.get(number) or self._laid_out(number)
        self._latest = latest
        return latest

    def _laid_out(self, number: int) -> Moment:
        ends = self.edges[number + 1] if number + 1 < len(self.edges) else EVER[1]
        moment = self._moments[number] = Moment(self.rules, self.edges[number], ends)
        return moment


def _grants(permits: Iterable[CompiledPermit]) -> tuple[Grant, ...]:
    alike: dict[tuple[object, ...], list[CompiledPermit]] = defaultdict(list)
    for permit in permits:
        gate = permit.gate
        tests = (gate.relationships, gate.min_band, gate.yes_all, gate.yes_any, gate.no_all, permit.break_glass_for)
        alike[tests].append(permit)
    return tuple(
        Grant(
            gate=group[0].gate,
            mask=_union(permit.mask for permit in group),
            permits=tuple(group),
            ends=min(permit.gate.ends for permit in group),
            glass_for=group[0].break_glass_for,
            shaped=any(rank for permit in group for rank, _ in permit.coarse),
        )
        for group in alike.values()
    )


def _union(masks: Iterable[int]) -> int:
    total = 0
    for mask in masks:
        total |= mask
    return total
