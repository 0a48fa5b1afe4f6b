"""What a duty covers and nothing permits or refers, as one warm solver."""

from agreements.counterexample import Found
from agreements.document import ReferRule
from agreements.invariants import Promise
from agreements.z3_documents import Reading
from agreements.z3_language import FALSE, Language, conjunction, disjunction, holds_in, implies, negation
from agreements.z3_solving import Solving, clause_of


class Silencing(Solving):
    """Whether something is silent that a duty covers. Break-glass is left out: it takes nothing away."""

    def __init__(self, reading: Reading, language: Language) -> None:
        super().__init__(reading, language)
        solver = language.solver
        solver.add(negation(language.glass))
        barred = solver.named("withheld", disjunction((*self.bars(), *self.pairs())))
        self._duties: dict[str, str] = {}
        for admitted, rule in self.permits:
            tests = self.open(rule, admitted)
            solver.add(implies(conjunction((*tests, self.cell(rule, admitted))), barred))
            self._covered(clause_of(admitted, rule), (*tests, self.cell(rule, admitted, duty=True)))
        for admitted in reading.documents.agreements:
            for rule in admitted.document.rules if reading.force[admitted.document.reference] else ():
                if isinstance(rule, ReferRule):
                    referred = (*self.tests(rule, admitted), self.clauses.related(rule), self.cell(rule, admitted))
                    solver.add(implies(conjunction(referred), FALSE if rule.duty else barred))
                    if rule.duty:
                        self._covered(clause_of(admitted, rule), referred)
        solver.add(disjunction(self._duties.values()))

    def broken(self, promise: Promise) -> bool:
        """Whether some cell that a duty covers can be silent."""
        return self.language.solver.possible(self.asked(promise))

    def case(self, promise: Promise) -> Found | None:
        """A cell that a duty covers and that is silent."""
        model = self.language.solver.solution(self.asked(promise))
        if model is None:
            return None
        return self.found(model, next(name for name, covers in self._duties.items() if holds_in(model, covers)))

    def _covered(self, clause: str, tests: tuple[str, ...]) -> None:
        covers = conjunction(tests)
        if covers != FALSE:
            self._duties[clause] = self.language.solver.named(f"covered by {clause}", covers)
