"""What a duty covers and nothing permits or refers, as one warm solver."""

from collections import defaultdict
from collections.abc import Iterable

from agreements.counterexample import Found
from agreements.document import PermitRule, ReferRule
from agreements.invariants import Form, Promise
from agreements.z3_documents import Reading
from agreements.z3_language import FALSE, Language, conjunction, disjunction, holds_in, implies, negation
from agreements.z3_solving import Solving, clause_of


class Silencing(Solving):
    """Whether something is silent that a duty covers. Break-glass is left out: it takes nothing away."""

    def __init__(self, readings: Iterable[Reading], language: Language) -> None:
        super().__init__(readings, language)
        solver = language.solver
        solver.add(negation(language.glass))
        barred = solver.named("withheld", disjunction((*self.bars(), *self.pairs())))
        covered: dict[str, list[str]] = defaultdict(list)
        marked: set[str] = set()
        for part in self.parts:
            for admitted, rule in part.reading.rules():
                clause = clause_of(admitted, rule)
                if isinstance(rule, PermitRule):
                    tests = part.opened(rule, admitted)
                    solver.add(implies(conjunction((*tests, part.cell(rule, admitted))), barred))
                    covered[clause].append(conjunction((*tests, part.cell(rule, admitted, duty=True))))
                elif isinstance(rule, ReferRule):
                    tests = (*part.tests(rule, admitted), part.related(rule), part.cell(rule, admitted))
                    solver.add(implies(conjunction(tests), FALSE if rule.duty else barred))
                    if rule.duty:
                        marked.add(clause)
                        covered[clause].append(conjunction(tests))
        self._duties = {
            clause: solver.named(f"covered by {clause}", disjunction(cases)) for clause, cases in covered.items()
        }
        self._marked = disjunction(self._duties[clause] for clause in sorted(marked))
        solver.add(disjunction(self._duties.values()))

    def broken(self, promise: Promise) -> bool:
        """Whether some cell that a duty covers can be silent."""
        return self.language.solver.possible(self._assumed(promise))

    def _assumed(self, promise: Promise) -> list[str]:
        marked = promise.form is Form.DUTY_NEVER_SILENT
        return [*self.asked(promise), self._marked] if marked else self.asked(promise)

    def case(self, promise: Promise) -> Found | None:
        """A cell that a duty covers and that is silent."""
        model = self.language.solver.solution(self._assumed(promise))
        if model is None:
            return None
        return self.found(model, next(name for name, covers in self._duties.items() if holds_in(model, covers)))
