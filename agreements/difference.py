"""Every difference between two registers: who would see, be told or be asked more or less, of what, when and of whom.

Compiled forms are compared, not texts: a clause that is reworded, moved or split and does the same is no difference.
Exact for single questions: where `Register.decide` differs on a cell or its form, a difference covers it, and what a
difference says holds at every point that it covers. Differences of never-both rules say what sets them off in a
whole profile. Refusal codes and nearest clauses, which follow from the rest, are not compared.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agreements.compiled import Key
from agreements.difference_aspects import Kind, Mark
from agreements.difference_diagram import (
    BAND,
    DOMAINS,
    FIRST_STATE,
    FULL,
    GLASS,
    REGIME,
    RELATIONSHIP,
    Cube,
)
from agreements.difference_keys import Found, KeyComparison
from agreements.difference_lists import Listed, listed_differences
from agreements.difference_vocabulary import joint_vocabulary, rebased
from agreements.periods import EVER, Span, holds
from agreements.register import Register
from agreements.request import STATES, Band, DecisionRequest, Regime, Relationship, Tri
from agreements.vocabulary import Vocabulary

Reader = tuple[str, str]
"""Agency and role."""


@dataclass(frozen=True, slots=True)
class Where:
    """Requests that a difference is about: any combination of the values named. All values named: no test."""

    relationships: tuple[Relationship, ...]
    bands: tuple[Band, ...]
    break_glass: tuple[bool, ...]
    regimes: tuple[Regime, ...]
    states: tuple[tuple[str, tuple[Tri, ...]], ...]
    """States that matter, each with the answers allowed."""

    def admits(self, request: DecisionRequest) -> bool:
        """Whether a request is one of them."""
        return (
            request.relationship in self.relationships
            and request.band in self.bands
            and request.break_glass in self.break_glass
            and request.regime in self.regimes
            and all(request.states.get(state, Tri.UNKNOWN) in answers for state, answers in self.states)
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: the same for all its readers, purposes, directions and cells, in all its spans.

    `where` are alternatives. `before` and `after` are codes whose meaning depends on `kind`: a form of `FORMS`
    and limits on rows, laws and agreements relied on, obligations, whom a referral goes to. `subject` names what a
    difference outside the rules is about: an agreement, a source, a purpose. `others` is the side of a never-both
    rule whose showing withholds `mask`.
    """

    kind: Kind
    vocabulary: Vocabulary
    readers: tuple[Reader, ...] = ()
    purposes: tuple[str, ...] = ()
    directions: tuple[str, ...] = ()
    spans: tuple[Span, ...] = (EVER,)
    where: tuple[Where, ...] = ()
    mask: int = 0
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    subject: str = ""
    others: int = 0

    def covers(self, request: DecisionRequest, cell: int) -> bool:
        """Whether the difference is about a cell (its bit number) in the answer to a request."""
        return (
            bool(self.mask >> cell & 1)
            and (request.agency, request.role) in self.readers
            and request.purpose in self.purposes
            and request.direction.value in self.directions
            and holds(self.spans, request.now)
            and any(where.admits(request) for where in self.where)
        )


def differences(before: Register, after: Register) -> tuple[Difference, ...]:
    """Every difference, those of what readers see first; empty where the registers do the same. Pure."""
    vocabulary, move = joint_vocabulary(before.vocabulary, after.vocabulary)
    comparison = KeyComparison()
    keys: dict[Found, list[Key]] = {}
    for key in sorted(before.index.keys() | after.index.keys()):
        old, new = before.index.get(key), after.index.get(key)
        if old == new and move is None:
            continue
        for found in comparison.found(old, rebased(new, move) if new and move else new):
            keys.setdefault(found, []).append(key)
    told = [_difference(found, block, vocabulary) for found, held in keys.items() for block in blocks(held)]
    lists = (_listed(one, vocabulary) for one in listed_differences(before, after))
    return tuple(sorted((*told, *lists), key=_order))


def _order(one: Difference) -> tuple[object, ...]:
    kinds = tuple(Kind)
    return (kinds.index(one.kind), one.spans, one.readers, one.purposes, one.directions, one.mask, one.subject)


def _listed(one: Listed, vocabulary: Vocabulary) -> Difference:
    mask = vocabulary.mask([one.source], one.items) if one.source else 0
    return Difference(
        one.kind, vocabulary, readers=one.readers, purposes=one.purposes, spans=one.spans, mask=mask,
        before=one.before, after=one.after, subject=one.subject,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """Keys as a product."""

    readers: tuple[Reader, ...]
    purposes: tuple[str, ...]
    directions: tuple[str, ...]


def _difference(found: Found, block: Block, vocabulary: Vocabulary) -> Difference:
    mark: Mark = found.mark
    return Difference(
        mark.kind, vocabulary, block.readers, block.purposes, block.directions, found.spans,
        tuple(_where(cube) for cube in found.cubes), found.mask, mark.before, mark.after, others=mark.cells,
    )  # fmt: skip


def _where(cube: Cube) -> Where:
    tests = dict(cube)

    def values(variable: int) -> tuple[object, ...]:
        subset = tests.get(variable, FULL[variable])
        return tuple(value for number, value in enumerate(DOMAINS[variable]) if subset >> number & 1)

    return Where(
        relationships=tuple(one for one in values(RELATIONSHIP) if isinstance(one, Relationship)),
        bands=tuple(one for one in values(BAND) if isinstance(one, Band)),
        break_glass=tuple(one is True for one in values(GLASS)),
        regimes=tuple(one for one in values(REGIME) if isinstance(one, Regime)),
        states=tuple(
            (STATES[variable - FIRST_STATE], tuple(one for one in values(variable) if isinstance(one, Tri)))
            for variable in sorted(tests)
            if variable >= FIRST_STATE
        ),
    )


def blocks(keys: Iterable[Key]) -> Iterator[Block]:
    """Cover keys by products of readers, purposes and directions, as few as fall out of grouping what is alike."""
    directions: dict[tuple[Reader, str], set[str]] = {}
    for agency, role, purpose, direction in keys:
        directions.setdefault(((agency, role), purpose), set()).add(direction)
    purposes: dict[tuple[Reader, frozenset[str]], set[str]] = {}
    for (reader, purpose), ways in directions.items():
        purposes.setdefault((reader, frozenset(ways)), set()).add(purpose)
    readers: dict[tuple[frozenset[str], frozenset[str]], set[Reader]] = {}
    for (reader, held), aims in purposes.items():
        readers.setdefault((frozenset(aims), held), set()).add(reader)
    for (shared, held), who in readers.items():
        yield Block(tuple(sorted(who)), tuple(sorted(shared)), tuple(sorted(held)))
