"""The variables of the second prover: one boolean for each value of what a request is, and for each cut of time.

Formulas are SMT-LIB 2 text, which z3 parses far faster than Python builds its expressions. One-hot booleans with
cardinality constraints; bit-vector masks were measured seventy times slower. Time is ordered: a variable says that
the instant lies at or after one of the instants at which something begins or ends.
"""

import itertools
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any

import z3

from agreements.periods import EVER, Span
from agreements.request import STATES, Band, Direction, Relationship, Tri

TRUE, FALSE = "true", "false"


def conjunction(parts: Iterable[str]) -> str:
    """All of the parts; constants are worked out here, so that the solver never sees them."""
    left = [part for part in parts if part != TRUE]
    if FALSE in left:
        return FALSE
    return f"(and {' '.join(left)})" if len(left) > 1 else (left[0] if left else TRUE)


def disjunction(parts: Iterable[str]) -> str:
    """Any of the parts."""
    left = [part for part in parts if part != FALSE]
    if TRUE in left:
        return TRUE
    return f"(or {' '.join(left)})" if len(left) > 1 else (left[0] if left else FALSE)


def negation(part: str) -> str:
    """Not the part."""
    return {TRUE: FALSE, FALSE: TRUE}.get(part) or f"(not {part})"


def implies(condition: str, consequence: str) -> str:
    """The consequence holds where the condition does."""
    return disjunction((negation(condition), consequence))


class Solver:
    """A z3 solver that takes text, declares what it is told of and answers under assumptions."""

    def __init__(self) -> None:
        self._solver = z3.SolverFor("QF_FD")
        self._text: list[str] = []
        self._assumed: dict[str, str] = {}

    def variable(self, name: str) -> str:
        """Declare a boolean and return it as a formula. Names hold no vertical bar."""
        self._text.append(f"(declare-const |{name}| Bool)")
        return f"|{name}|"

    def add(self, *formulas: str) -> None:
        """Assert formulas."""
        self._text.extend(f"(assert {formula})" for formula in formulas)

    def named(self, name: str, meaning: str) -> str:
        """Declare a variable that, where it is true, makes a formula true; so the formula can be assumed."""
        variable = self.variable(name)
        self.add(implies(variable, meaning))
        return variable

    def possible(self, assumed: Iterable[str]) -> bool:
        """Whether what is asserted and assumed can all be so. Raises `ArithmeticError` if z3 cannot tell."""
        literals = [self._literal(part) for part in assumed if part != TRUE]
        if self._text:
            self._solver.from_string("\n".join(self._text))
            self._text.clear()
        answer = self._solver.check(*(z3.Bool(name[1:-1]) for name in literals))
        if answer == z3.unknown:
            raise ArithmeticError("the solver could not tell; nothing is proved")
        return bool(answer == z3.sat)

    def solution(self, assumed: Iterable[str]) -> z3.ModelRef | None:
        """A model in which what is asserted and assumed is so, or `None`."""
        return self._solver.model() if self.possible(assumed) else None

    def _literal(self, part: str) -> str:
        if part.startswith("|"):
            return part
        if part not in self._assumed:
            self._assumed[part] = self.named(f"assumed {len(self._assumed)}", part)
        return self._assumed[part]


def holds_in(model: z3.ModelRef, variable: str) -> bool:
    """Whether a model makes a variable true; one that does not matter is false."""
    return bool(z3.is_true(model.eval(z3.Bool(variable[1:-1]), model_completion=True)))


class Knowledge:
    """What is known of the subject: each state has a boolean for yes and one for no, never both; unknown is neither."""

    def __init__(self, solver: Solver, name: str) -> None:
        self.yes = {state: solver.variable(f"{name} {state} yes") for state in STATES}
        self.no = {state: solver.variable(f"{name} {state} no") for state in STATES}
        for state in STATES:
            solver.add(disjunction((negation(self.yes[state]), negation(self.no[state]))))

    def read(self, model: z3.ModelRef) -> dict[str, Tri]:
        """States that a model knows."""
        known = {state: Tri.YES for state in STATES if holds_in(model, self.yes[state])}
        return known | {state: Tri.NO for state in STATES if holds_in(model, self.no[state])}


class Language:
    """A solver with the variables of one request, one cell and one instant."""

    def __init__(self, domains: Mapping[str, Iterable[Hashable]], instants: Iterable[datetime]) -> None:
        self.solver = Solver()
        fixed: dict[str, list[Hashable]] = {
            "direction": [one.value for one in Direction],
            "relationship": list(Relationship),
        }
        self._domains = {
            kind: {value: self.solver.variable(f"{kind} {value}") for value in values}
            for kind, values in {**domains, **fixed}.items()
        }
        for variables in self._domains.values():
            self.solver.add(disjunction(variables.values()), f"((_ at-most 1) {' '.join(variables.values())} false)")
        self.glass = self.solver.variable("break-glass")
        self.subject = Knowledge(self.solver, "subject")
        bands = [self.solver.variable(f"band {band.word} or better") for band in Band if band > min(Band)]
        self._bands = dict(zip((band for band in Band if band > min(Band)), bands, strict=True))
        self._cuts = sorted(set(instants) - set(EVER))
        self._after = {cut: self.solver.variable(f"from {cut.isoformat()}") for cut in self._cuts}
        for ordered in (bands, list(self._after.values())):
            self.solver.add(*(implies(later, earlier) for earlier, later in itertools.pairwise(ordered)))
        self._sets: dict[tuple[str, frozenset[Hashable]], str] = {}
        self._spans: dict[tuple[Span, ...], str] = {}

    def among(self, kind: str, values: Iterable[Hashable]) -> str:
        """The request's reader, purpose, direction, relationship, source or item is one of the values."""
        variables = self._domains[kind]
        wanted = frozenset(values).intersection(variables)
        if not wanted or len(wanted) == len(variables):
            return TRUE if wanted else FALSE
        if (kind, wanted) not in self._sets:
            self._sets[kind, wanted] = self._set(kind, [variables[value] for value in sorted(wanted, key=str)])
        return self._sets[kind, wanted]

    def at_least(self, band: Band) -> str:
        """The link band is this one or a better one."""
        return self._bands.get(band, TRUE)

    def during(self, spans: tuple[Span, ...]) -> str:
        """The instant lies in one of the spans."""
        if spans not in self._spans:
            self._spans[spans] = disjunction(
                conjunction((self._from(starts), negation(self._from(ends)))) for starts, ends in spans
            )
        return self._spans[spans]

    def value(self, model: z3.ModelRef, kind: str) -> Any:
        """The one value that a model chose."""
        return next(value for value, variable in self._domains[kind].items() if holds_in(model, variable))

    def band(self, model: z3.ModelRef) -> Band:
        """The link band of a model."""
        return max((band for band, variable in self._bands.items() if holds_in(model, variable)), default=min(Band))

    def instant(self, model: z3.ModelRef) -> datetime:
        """The first instant of the stretch that a model chose."""
        return max((cut for cut, after in self._after.items() if holds_in(model, after)), default=EVER[0])

    def _set(self, kind: str, variables: list[str]) -> str:
        if len(variables) == 1:
            return variables[0]
        name = self.solver.named(f"{kind} set {len(self._sets)}", disjunction(variables))
        self.solver.add(*(implies(variable, name) for variable in variables))
        return name

    def _from(self, instant: datetime) -> str:
        return TRUE if instant == EVER[0] else self._after.get(instant, FALSE)
