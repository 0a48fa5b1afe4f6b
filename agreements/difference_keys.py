"""What differs under one key: cells, spans of time and regions of requests, for each aspect of its rules."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar, cast

from agreements.compiled import KeyRules
from agreements.difference_aspects import (
    Mark,
    Marks,
    Present,
    compare_pairs,
    compare_referred,
    compare_released,
    compare_told,
)
from agreements.difference_diagram import Condition, Cube, Diagram, Finding, Side, Walk, cubes, findings
from agreements.difference_rules import (
    Barred,
    Capped,
    Effect,
    NormalForm,
    Paired,
    Possible,
    Referred,
    Released,
    Standing,
    Tests,
    Told,
    Under,
    condition_of,
    normal_form,
)
from agreements.periods import EVER, Span, holds, merged
from agreements.request import Regime

_Label = TypeVar("_Label", bound=Hashable)
_NO_RULES = KeyRules()
_ANY_TERMS = Released(0, None, (), (), (), None)


@dataclass(frozen=True, slots=True)
class Found:
    """A mark on cells, in spans of time and in the union of cubes."""

    mark: Mark
    mask: int
    spans: tuple[Span, ...]
    cubes: tuple[Cube, ...]


_Cut = Callable[[NormalForm, NormalForm, bool], tuple[NormalForm, NormalForm]]
"""Keeps what bears on an aspect. The last argument is true where what a key asks of every request has changed."""


@dataclass(frozen=True, slots=True)
class _Aspect:
    cut: _Cut
    walk: Walk
    by_cells: bool = False
    """Whether each cell may be compared by itself."""


class KeyComparison:
    """Compares keys of two registers. Rules that many keys share are compared once."""

    def __init__(self) -> None:
        self._effects: list[tuple[Effect, int]] = []
        self._numbers: dict[tuple[Effect, int], int] = {}
        self._conditions: dict[tuple[Tests, Under], Condition | None] = {}
        self._known: dict[tuple[KeyRules, KeyRules], tuple[Found, ...]] = {}
        self._regions: dict[int, tuple[Diagram, tuple[tuple[Mark, int, tuple[Cube, ...]], ...]]] = {}
        self._aspects = (
            _Aspect(_cut_to_changed, self._walk(compare_released), by_cells=True),
            _Aspect(_cut_to_told, self._walk(compare_told)),
            _Aspect(_cut_to_referred, self._walk(compare_referred)),
            _Aspect(_cut_to_pairs, self._walk(compare_pairs)),
        )

    def found(self, before: KeyRules | None, after: KeyRules | None) -> tuple[Found, ...]:
        """Every difference of a key's rules; `None` where a register has no such key."""
        # Where a key has no rules, nothing is released under any law: the other side's regime is as good as any.
        regime = before.regime if before else after.regime if after else Regime.UK_GDPR
        old, new = before or replace(_NO_RULES, regime=regime), after or replace(_NO_RULES, regime=regime)
        if (old, new) not in self._known:
            self._known[old, new] = tuple(self._found(old, new))
        return self._known[old, new]

    def _found(self, old: KeyRules, new: KeyRules) -> Iterable[Found]:
        forms = normal_form(old), normal_form(new)
        if forms[0] == forms[1] and old.regime == new.regime:
            return ()
        glass = _glass_spans(old), _glass_spans(new)
        whole = glass[0] != glass[1] or old.regime != new.regime
        found: list[Found] = []
        for aspect in self._aspects:
            cut = aspect.cut(*forms, whole)
            if whole or cut[0] != cut[1]:
                dated: list[_Dated] = []
                for part in _by_cells(*cut) if aspect.by_cells else (cut,):
                    sides = (_SideRules(part[0], glass[0], old.regime), _SideRules(part[1], glass[1], new.regime))
                    dated.extend(self._dated(aspect.walk, *sides))
                found.extend(_over_time(dated))
        return found

    def _dated(self, walk: Walk, old: "_SideRules", new: "_SideRules") -> Iterator["_Dated"]:
        """What is found between one edge of time and the next."""
        edges = sorted({EVER[0], *old.edges(), *new.edges()} - {EVER[1]})
        for starts, ends in zip(edges, (*edges[1:], EVER[1]), strict=True):
            diagram = walk.diagram(self._side(old, starts), self._side(new, starts))
            for mark, mask, where in self._regions_of(diagram):
                for cube in where:
                    yield (mark, cube), (starts, ends), mask

    def _regions_of(self, diagram: Diagram) -> tuple[tuple[Mark, int, tuple[Cube, ...]], ...]:
        known = self._regions.get(id(diagram))
        if known is None:
            # The diagram is kept beside its regions, so that its identity stays its own.
            known = self._regions[id(diagram)] = (diagram, tuple(_marked_regions(diagram)))
        return known[1]

    def _side(self, rules: "_SideRules", instant: datetime) -> Side:
        under = Under(rules.regime, holds(rules.glass, instant))
        masks: dict[tuple[Tests, Effect], int] = {}
        for standing, mask in rules.form.items():
            if standing.starts <= instant < standing.ends:
                place = (standing.tests, standing.effect)
                masks[place] = masks.get(place, 0) | mask
        paired = any(isinstance(effect, Paired) for _, effect in masks)
        items = set()
        for (tests, effect), mask in masks.items():
            condition = self._condition(tests, under)
            if condition is not None and (paired or not isinstance(effect, Possible)):
                items.add((condition, self._number(effect, mask)))
        return tuple(sorted(items))

    def _condition(self, tests: Tests, under: Under) -> Condition | None:
        if (tests, under) not in self._conditions:
            self._conditions[tests, under] = condition_of(tests, under)
        return self._conditions[tests, under]

    def _number(self, effect: Effect, mask: int) -> int:
        number = self._numbers.setdefault((effect, mask), len(self._effects))
        if number == len(self._effects):
            self._effects.append((effect, mask))
        return number

    def _walk(self, compare: Callable[[Present, Present], Marks]) -> Walk:
        def finding(before: tuple[int, ...], after: tuple[int, ...]) -> Finding:
            return compare([self._effects[one] for one in before], [self._effects[one] for one in after])

        return Walk.by(finding)


@dataclass(frozen=True, slots=True)
class _SideRules:
    form: NormalForm
    glass: tuple[Span, ...]
    regime: Regime

    def edges(self) -> Iterable[datetime]:
        for standing in self.form:
            yield standing.starts
            yield standing.ends
        for span in self.glass:
            yield from span


_Dated = tuple[tuple[Mark, Cube], Span, int]


def _over_time(dated: Iterable[_Dated]) -> Iterator[Found]:
    """Merge spans that touch, cells that share them, and cubes of the same cells."""
    by_region: dict[tuple[Mark, Cube], list[tuple[Span, int]]] = {}
    for region, span, mask in dated:
        by_region.setdefault(region, []).append((span, mask))
    by_spans: dict[tuple[Mark, tuple[Span, ...]], list[tuple[Cube, int]]] = {}
    for (mark, cube), held in by_region.items():
        whole: dict[tuple[Span, ...], int] = {}
        for pieces, mask in by_label(held).items():
            whole[merged(pieces)] = whole.get(merged(pieces), 0) | mask
        for spans, mask in whole.items():
            by_spans.setdefault((mark, spans), []).append((cube, mask))
    for (mark, spans), regions in by_spans.items():
        for chosen, mask in by_label(regions).items():
            yield Found(mark, mask, spans, tuple(sorted(chosen, key=lambda cube: (len(cube), cube))))


def _by_cells(old: NormalForm, new: NormalForm) -> Iterator[tuple[NormalForm, NormalForm]]:
    """Cut two forms into parts of cells that the same rules are about: few rules bear on any one cell.

    What sets off never-both rules is about other cells, and goes with each part that such a rule withholds.
    """
    labelled = [
        ((side, standing), mask)
        for side, form in enumerate((old, new))
        for standing, mask in form.items()
        if not isinstance(standing.effect, Possible)
    ]
    for labels, mask in by_label(labelled).items():
        part: tuple[dict[Standing, int], dict[Standing, int]] = ({}, {})
        for side, standing in labels:
            part[side][standing] = mask
        if any(isinstance(standing.effect, Paired) for _, standing in labels):
            for side, form in enumerate((old, new)):
                might = {one: cells for one, cells in form.items() if isinstance(one.effect, Possible)}
                part[side].update(might)
        yield part


def by_label(labelled: Iterable[tuple[_Label, int]]) -> dict[frozenset[_Label], int]:
    """Cells of labelled masks by the set of labels that they bear; cells without a label are left out."""
    parts: dict[frozenset[_Label], int] = {}
    for label, mask in labelled:
        new = mask
        for known, cells in list(parts.items()):
            new &= ~cells
            shared = cells & mask
            if shared and label not in known:
                parts[known] = cells & ~shared
                parts[known | {label}] = parts.get(known | {label}, 0) | shared
        if new:
            parts[frozenset({label})] = parts.get(frozenset({label}), 0) | new
    return {known: cells for known, cells in parts.items() if cells}


def _marked_regions(diagram: Diagram) -> Iterable[tuple[Mark, int, tuple[Cube, ...]]]:
    at: dict[Hashable, list[tuple[Finding, int]]] = {}
    for finding in findings(diagram):
        for mark, mask in finding:
            at.setdefault(mark, []).append((finding, mask))
    for mark, found in at.items():
        for places, mask in by_label(found).items():
            yield cast("Mark", mark), mask, cubes(diagram, places.__contains__)


def _glass_spans(rules: KeyRules) -> tuple[Span, ...]:
    """When break-glass is on offer under a key: while a rule that it widens is in force."""
    return merged(
        (permit.gate.starts, permit.gate.ends) for permit in rules.permits if permit.break_glass_for is not None
    )


def _cut_to_changed(old: NormalForm, new: NormalForm, whole: bool) -> tuple[NormalForm, NormalForm]:  # noqa: FBT001 - see _Cut
    """Rules of the cells that some changed rule is about; of all cells where the whole key changed."""
    touched = -1 if whole else _touched(old, new)
    return _for_release(old, touched), _for_release(new, touched)


def _touched(old: NormalForm, new: NormalForm) -> int:
    touched = set_off = 0
    for standing in old.keys() | new.keys():
        changed = old.get(standing, 0) ^ new.get(standing, 0)
        if isinstance(standing.effect, Possible):
            set_off |= changed
        elif not isinstance(standing.effect, Referred | Told):
            touched |= changed
    for standing, mask in (*old.items(), *new.items()):
        if isinstance(standing.effect, Paired) and standing.effect.keep & set_off:
            touched |= mask
    return touched


def _for_release(form: NormalForm, cells: int) -> NormalForm:
    kept: dict[Standing, int] = {}
    for standing, mask in form.items():
        effect = standing.effect
        if isinstance(effect, Barred):
            _keep(kept, replace(standing, effect=Barred(closed=False, since=effect.since)), mask & cells)
        elif isinstance(effect, Released | Capped | Paired):
            _keep(kept, standing, mask & cells)
        elif isinstance(effect, Possible):
            _keep(kept, standing, mask if cells else 0)
    return kept


def _cut_to_told(old: NormalForm, new: NormalForm, _: bool) -> tuple[NormalForm, NormalForm]:  # noqa: FBT001 - see _Cut
    """All that is released and prohibited: clauses about the withheld speak only where something is shown."""
    if not any(isinstance(standing.effect, Told) for standing in (*old, *new)):
        return {}, {}
    return _without_terms(old, -1, Told), _without_terms(new, -1, Told)


def _cut_to_referred(old: NormalForm, new: NormalForm, _: bool) -> tuple[NormalForm, NormalForm]:  # noqa: FBT001 - see _Cut
    """What bears on cells that either side refers."""
    cells = 0
    for standing, mask in (*old.items(), *new.items()):
        cells |= mask if isinstance(standing.effect, Referred) else 0
    return _without_terms(old, cells, Referred), _without_terms(new, cells, Referred)


def _without_terms(form: NormalForm, cells: int, spoken: type[Referred | Told]) -> NormalForm:
    kept: dict[Standing, int] = {}
    for standing, mask in form.items():
        effect = standing.effect
        if isinstance(effect, Released):
            _keep(kept, replace(standing, effect=_ANY_TERMS), mask & cells)
        elif isinstance(effect, Barred | Paired | spoken):
            _keep(kept, standing, mask & cells)
        elif isinstance(effect, Possible):
            _keep(kept, standing, mask if cells else 0)
    return kept


def _cut_to_pairs(old: NormalForm, new: NormalForm, _: bool) -> tuple[NormalForm, NormalForm]:  # noqa: FBT001 - see _Cut
    """Never-both rules and what might set them off."""
    return _pairs_of(old), _pairs_of(new)


def _pairs_of(form: NormalForm) -> NormalForm:
    return {standing: mask for standing, mask in form.items() if isinstance(standing.effect, Paired | Possible)}


def _keep(kept: dict[Standing, int], standing: Standing, mask: int) -> None:
    if mask:
        kept[standing] = kept.get(standing, 0) | mask
