"""The first prover: exact enumeration over the compiled form.

Under each key only what can matter is tried: instants at which something begins or ends, and the states that some
clause at work tests. A state is tried as yes and as no. Unknown need not be tried for what is released, because what
is not known never permits: that theorem is proved first, clause by clause, over all three values.
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from agreements.compiled import CompiledBar, CompiledPair, CompiledPermit, Gate, Key, KeyRules, state_bits
from agreements.counterexample import Found, states_of
from agreements.invariants import Form, Promise
from agreements.periods import Span, both
from agreements.prove_duties import silent_cell
from agreements.prove_standing import crossed_prohibition, widened_otherwise
from agreements.prove_unknown import permitting_unknown
from agreements.register import Register
from agreements.request import Band, Relationship
from agreements.vocabulary import set_bits

VERSION = "exact-1"


@dataclass(frozen=True, slots=True)
class Case:
    """A subject and a relationship for which something is released; bits of the states that are yes and no."""

    yes: int
    no: int
    relationship: Relationship
    break_glass: bool
    cells: int


class ExactProver:
    """Proves promises about one register. What is common to promises is worked out once."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._masks: dict[tuple[frozenset[str], frozenset[str]], int] = {}
        self._permitted = {
            key: _union(permit.mask for permit in rules.permits) for key, rules in register.index.items()
        }

    def violation(self, promise: Promise) -> Found | None:
        """A case in which the promise does not hold, or `None`: it holds of every request at every instant."""
        match promise.form:
            case Form.UNKNOWN_NEVER_PERMITS:
                return permitting_unknown(self._register)
            case Form.NO_PROHIBITION_CROSSED:
                return crossed_prohibition(self._register)
            case Form.RELATIONSHIP_ALONE_WIDENED:
                return widened_otherwise(self._register)
            case Form.NEVER_SILENT | Form.DUTY_NEVER_SILENT:
                return silent_cell(self._register, promise, self._mask(promise), self._keys(promise))
        return next(self._released(promise), None)

    def _keys(self, promise: Promise) -> Iterator[tuple[Key, KeyRules]]:
        for key, rules in self._register.index.items():
            if key[3] in promise.directions and key[2] in promise.purposes and key[:2] in promise.readers:
                yield key, rules

    def _mask(self, promise: Promise) -> int:
        selected = (promise.sources, promise.items)
        if selected not in self._masks:
            vocabulary = self._register.vocabulary
            known = (source for source in promise.sources if vocabulary.knows(source))
            self._masks[selected] = vocabulary.mask(known, promise.items)
        return self._masks[selected]

    def _released(self, promise: Promise) -> Iterator[Found]:
        mask = self._mask(promise)
        for key, rules in self._keys(promise):
            if not self._permitted[key] & mask:
                continue
            for permit in rules.permits:
                cells = permit.mask & mask
                if not cells or (promise.under and permit.clause.rpartition("/")[0] != promise.under):
                    continue
                yield from self._released_by(permit, cells, rules, key, promise)

    def _released_by(
        self, permit: CompiledPermit, cells: int, rules: KeyRules, key: Key, promise: Promise
    ) -> Iterator[Found]:
        glass = promise.form is Form.BREAK_GLASS_NEVER_OPENS
        if glass and permit.break_glass_for is None:
            return
        gate = permit.gate
        bars = [bar for bar in rules.bars if bar.limit is None and bar.mask & cells]
        pairs = [pair for pair in rules.pairs if pair.withhold & cells]
        for now in _instants(gate, promise.spans, bars, rules if pairs else None):
            left = cells
            live = [bar for bar in bars if bar.starts <= now < bar.ends]
            for bar in live:
                if bar.unconditional:
                    left &= ~bar.mask
            if not left:
                continue
            biting = [bar for bar in live if not bar.unconditional]
            paired = [pair for pair in pairs if pair.starts <= now < pair.ends]
            keeping = [one for one in rules.permits if one.gate.starts <= now < one.gate.ends] if paired else []
            at = _Moment(permit, left, biting, paired, keeping)
            for case in _cases(at, promise, glass=glass):
                source, item = next(iter(self._register.vocabulary.cells(case.cells)))
                yield Found(
                    reader=key[:2],
                    purpose=key[2],
                    direction=key[3],
                    relationship=case.relationship,
                    states=states_of(case.yes, case.no),
                    band=Band(gate.min_band),
                    now=now,
                    break_glass=case.break_glass,
                    source=source,
                    item=item,
                    clause=permit.clause,
                )


@dataclass(frozen=True, slots=True)
class _Moment:
    """One permit at one instant, with all that can take its cells away."""

    permit: CompiledPermit
    cells: int
    bars: list[CompiledBar]
    pairs: list[CompiledPair]
    keeping: list[CompiledPermit]
    """Permits in force that might release the other side of a never-both rule."""


def _instants(
    gate: Gate, spans: Iterable[Span], bars: Iterable[CompiledBar], others: KeyRules | None
) -> Iterator[datetime]:
    """Instants of which one lies in every stretch in which nothing that bears on the permit begins or ends."""
    edges = {edge for bar in bars for edge in (bar.starts, bar.ends)}
    if others is not None:
        edges |= {edge for pair in others.pairs for edge in (pair.starts, pair.ends)}
        edges |= {edge for one in others.permits for edge in (one.gate.starts, one.gate.ends)}
    for starts, ends in both([(gate.starts, gate.ends)], spans):
        yield starts
        yield from sorted(edge for edge in edges if starts < edge < ends)


def _cases(at: _Moment, promise: Promise, *, glass: bool) -> Iterator[Case]:
    gate = at.permit.gate
    named = state_bits(promise.states)
    never = promise.form is not Form.ONLY_IF
    sure_yes = gate.yes_all | (named if never else 0)
    sure_no = gate.no_all
    if sure_yes & sure_no:
        return
    openings = list(_openings(at.permit, glass=glass, everyone=bool(at.pairs)))
    for yes, no in _assignments(sure_yes, sure_no, _that_matter(at) | (0 if never else named)):
        if not gate.conditions_hold(yes, no) or (not never and not named & ~yes):
            continue
        left = at.cells
        for bar in at.bars:
            if bar.mask & left and bar.bites(yes, no):
                left &= ~bar.mask
        for relationship, broken in openings if left else ():
            shown = left & ~_paired(at, yes, no, relationship, broken=broken)
            if shown:
                yield Case(yes, no, relationship, broken, shown)


def _that_matter(at: _Moment) -> int:
    bits = at.permit.gate.yes_any
    for bar in (*at.bars, *at.pairs):
        bits |= bar.when_any | bar.when_all | bar.unless_any | bar.unless_all
    for one in at.keeping:
        bits |= one.gate.yes_all | one.gate.yes_any | one.gate.no_all
    return bits


def _assignments(yes: int, no: int, matter: int) -> Iterator[tuple[int, int]]:
    free = [1 << bit for bit in set_bits(matter & ~(yes | no))]
    for chosen in itertools.product((False, True), repeat=len(free)):
        more = sum(bit for bit, picked in zip(free, chosen, strict=True) if picked)
        yield yes | more, no | (sum(free) & ~more)


def _openings(permit: CompiledPermit, *, glass: bool, everyone: bool) -> Iterator[tuple[Relationship, bool]]:
    """Relationships that open a permit, and whether break-glass is needed. One is enough unless `everyone` counts.

    Break-glass opens more permits, so it is tried where nothing else opens this one.
    """
    related = [one for one in Relationship if permit.gate.related(one)]
    others = [one for one in reversed(Relationship) if not permit.gate.related(one)]
    if glass or not related:
        if permit.break_glass_for is not None:
            yield from ((one, True) for one in (others if everyone else others[:1]))
        return
    yield from ((one, False) for one in (related if everyone else related[:1]))


def _paired(at: _Moment, yes: int, no: int, relationship: Relationship, *, broken: bool) -> int:
    """Cells withheld because the other side might be shown. The lowest band that opens the permit shows least of it."""
    possible = 0
    for one in at.keeping if at.pairs else ():
        related = one.gate.related(relationship) or (broken and one.break_glass_for is not None)
        fits = one.gate.min_band <= at.permit.gate.min_band and one.gate.conditions_possible(yes, no)
        if related and fits:
            possible |= one.mask
    return _union(pair.withhold for pair in at.pairs if pair.keep & possible and pair.bites(yes, no))


def _union(masks: Iterable[int]) -> int:
    total = 0
    for mask in masks:
        total |= mask
    return total
