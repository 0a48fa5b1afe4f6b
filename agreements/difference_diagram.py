"""Where two sets of conditioned effects differ: a decision diagram over what a request may be, and its regions.

A request's variables are regime, break-glass, relationship, link band and the ten states; each has a few values, and
a set of values is an integer with a bit for each. A condition is a conjunction of alternatives, each a tuple of
(variable, values). Two sides are walked variable by variable and only as long as they differ, so that what did not
change costs nothing.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from agreements.request import STATES, Band, Regime, Relationship, Tri

REGIME, GLASS, RELATIONSHIP, BAND, FIRST_STATE = range(5)
DOMAINS: tuple[tuple[object, ...], ...] = (
    tuple(Regime),
    (False, True),
    tuple(Relationship),
    tuple(Band),
    *(tuple(Tri) for _ in STATES),
)
FULL = tuple((1 << len(domain)) - 1 for domain in DOMAINS)
"""All values of each variable."""
YES, NO, UNKNOWN = 1, 2, 4

Literal = tuple[int, int]
Condition = tuple[tuple[Literal, ...], ...]
Item = tuple[Condition, int]
"""A condition and the number of the effect that it brings about."""
Side = tuple[Item, ...]
Cube = tuple[Literal, ...]
"""A product of value sets; a variable that is not named may have any value."""
Finding = tuple[tuple[Hashable, int], ...]
"""What differs at a point: pairs of a mark and the mask of cells that it is about. Empty: nothing."""


class Node(NamedTuple):
    """A test of one variable with a branch for each value."""

    variable: int
    branches: tuple["Node | Finding", ...]


Diagram = Node | Finding


def conjunction(clauses: Iterable[Iterable[Literal]]) -> Condition | None:
    """The condition that all clauses hold, in normal form; `None` where it never can."""
    kept: set[tuple[Literal, ...]] = set()
    for clause in clauses:
        values: dict[int, int] = {}
        for variable, subset in clause:
            values[variable] = values.get(variable, 0) | subset
        if any(subset == FULL[variable] for variable, subset in values.items()):
            continue
        literals = tuple(sorted((variable, subset) for variable, subset in values.items() if subset))
        if not literals:
            return None
        kept.add(literals)
    return tuple(sorted(kept))


@dataclass(slots=True)
class Walk:
    """Compares sides by one rule of what differs; remembers all it has walked."""

    compare: Callable[[tuple[int, ...], tuple[int, ...]], Finding]
    """From the effects of both sides at a point to what differs there."""
    _restricted: dict[tuple[Condition, int, int], Condition | None]
    _walked: dict[tuple[Side, Side], Diagram]
    _leaves: dict[Finding, Finding]
    _nodes: dict[tuple[int, ...], Node]

    @classmethod
    def by(cls, compare: Callable[[tuple[int, ...], tuple[int, ...]], Finding]) -> "Walk":
        """A walk that has seen nothing yet."""
        return cls(compare, {}, {}, {}, {})

    def diagram(self, before: Side, after: Side) -> Diagram:
        """What differs, for every point."""
        if before == after:
            return ()
        found = self._walked.get((before, after))
        if found is None:
            found = self._walked[before, after] = self._walk(before, after)
        return found

    def _walk(self, before: Side, after: Side) -> Diagram:
        variable = min((condition[0][0][0] for condition, _ in (*before, *after) if condition), default=len(DOMAINS))
        if variable == len(DOMAINS):
            found = self.compare(tuple(effect for _, effect in before), tuple(effect for _, effect in after))
            return self._leaves.setdefault(found, found)
        branches = tuple(
            self.diagram(self._fixed(before, variable, value), self._fixed(after, variable, value))
            for value in range(len(DOMAINS[variable]))
        )
        if all(branch is branches[0] for branch in branches):
            return branches[0]
        # Equal parts are one object, so that comparing them never descends.
        return self._nodes.setdefault((variable, *map(id, branches)), Node(variable, branches))

    def _fixed(self, side: Side, variable: int, value: int) -> Side:
        left = {
            (condition, effect)
            for whole, effect in side
            if (condition := self._restrict(whole, variable, value)) is not None
        }
        return tuple(sorted(left))

    def _restrict(self, condition: Condition, variable: int, value: int) -> Condition | None:
        if not condition:
            return condition
        key = (condition, variable, value)
        if key not in self._restricted:
            self._restricted[key] = _restricted(condition, variable, value)
        return self._restricted[key]


def _restricted(condition: Condition, variable: int, value: int) -> Condition | None:
    left = []
    for clause in condition:
        if any(tested == variable and subset >> value & 1 for tested, subset in clause):
            continue
        rest = tuple(literal for literal in clause if literal[0] != variable)
        if not rest:
            return None
        left.append(rest)
    return tuple(sorted(left))


def findings(diagram: Diagram) -> Iterator[Finding]:
    """Yield every distinct finding of a diagram."""
    seen: set[int] = set()
    waiting = [diagram]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, Node):
            waiting.extend(one.branches)
        elif one:
            yield one


def cubes(diagram: Diagram, wanted: Callable[[Finding], bool]) -> tuple[Cube, ...]:
    """Products that together are exactly the points whose finding is wanted, each as wide as it can be."""
    shape = _Shaping(wanted).shape(diagram)
    wide = sorted({_widened(cube, shape) for cube in _paths(shape)}, key=lambda cube: (len(cube), cube))
    kept: list[Cube] = []
    for cube in wide:
        if not any(_within(cube, other) for other in kept):
            kept.append(cube)
    return tuple(kept)


class _Test(NamedTuple):
    variable: int
    branches: tuple["_Test | bool", ...]


_Shape = _Test | bool


class _Shaping:
    """Cuts a diagram down to yes and no; equal parts are one object."""

    def __init__(self, wanted: Callable[[Finding], bool]) -> None:
        self._wanted = wanted
        self._known: dict[int, _Shape] = {}
        self._tests: dict[tuple[int, ...], _Test] = {}

    def shape(self, diagram: Diagram) -> _Shape:
        found = self._known.get(id(diagram))
        if found is None:
            found = self._known[id(diagram)] = self._shaped(diagram)
        return found

    def _shaped(self, diagram: Diagram) -> _Shape:
        if not isinstance(diagram, Node):
            return bool(diagram) and self._wanted(diagram)
        branches = tuple(self.shape(branch) for branch in diagram.branches)
        if all(branch is branches[0] for branch in branches):
            return branches[0]
        return self._tests.setdefault((diagram.variable, *map(id, branches)), _Test(diagram.variable, branches))


def _paths(shape: _Shape) -> Iterator[Cube]:
    if isinstance(shape, bool):
        if shape:
            yield ()
        return
    subsets: dict[int, int] = {}
    for value, branch in enumerate(shape.branches):
        subsets[id(branch)] = subsets.get(id(branch), 0) | 1 << value
    for branch in {id(branch): branch for branch in shape.branches}.values():
        for cube in _paths(branch):
            yield ((shape.variable, subsets[id(branch)]), *cube)


def _widened(cube: Cube, shape: _Shape) -> Cube:
    """Drop or loosen tests as far as every point still belongs, later variables first."""
    tests = dict(cube)
    for variable in sorted(tests, reverse=True):
        for value in range(len(DOMAINS[variable])):
            looser = tests | {variable: tests[variable] | 1 << value}
            if looser != tests and _holds_throughout(shape, looser):
                tests = looser
    return tuple((variable, subset) for variable, subset in sorted(tests.items()) if subset != FULL[variable])


def _holds_throughout(shape: _Shape, tests: dict[int, int]) -> bool:
    if isinstance(shape, bool):
        return shape
    subset = tests.get(shape.variable, FULL[shape.variable])
    return all(_holds_throughout(branch, tests) for value, branch in enumerate(shape.branches) if subset >> value & 1)


def _within(cube: Cube, other: Cube) -> bool:
    tests = dict(cube)
    return all(not tests.get(variable, FULL[variable]) & ~subset for variable, subset in other)
