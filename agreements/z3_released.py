"""What is released, as one warm solver: some permit opens, no prohibition bites, no never-both rule withholds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from agreements.counterexample import Found
from agreements.invariants import Form, Promise
from agreements.z3_documents import Reading
from agreements.z3_language import FALSE, Language, conjunction, disjunction, holds_in, negation
from agreements.z3_solving import Solving, clause_of


class Releasing(Solving):
    """Whether something is released that a promise forbids."""

    def __init__(self, readings: Iterable[Reading], language: Language) -> None:
        super().__init__(readings, language)
        solver = language.solver
        self._chosen: dict[str, str] = {}
        self._by_glass: dict[str, str] = {}
        """Clauses that break-glass may open, each with: it releases the cell, and the relationship would not."""
        self._by_document: dict[str, list[str]] = defaultdict(list)
        otherwise = []
        opens: dict[str, list[str]] = defaultdict(list)
        strangers: dict[str, list[str]] = defaultdict(list)
        for part, admitted, rule in self.permits:
            clause, cell = clause_of(admitted, rule), part.cell(rule, admitted)
            whole = conjunction((*part.opened(rule, admitted), cell))
            glass = part.widened(rule, admitted.document)
            opens[clause].append(whole)
            if glass != FALSE:
                strangers[clause].append(conjunction((whole, glass, negation(part.related(rule)))))
                otherwise.append(
                    conjunction((whole, glass, negation(conjunction((*part.tests(rule, admitted), cell)))))
                )
        for clause, parts in opens.items():
            if disjunction(parts) != FALSE:
                self._chosen[clause] = solver.named(f"released by {clause}", disjunction(parts))
                self._by_document[clause.rpartition("/")[0]].append(self._chosen[clause])
        for clause, parts in strangers.items():
            self._by_glass[clause] = solver.named(f"opened by break-glass under {clause}", disjunction(parts))
        solver.add(disjunction(self._chosen.values()))
        barred = list(self.bars())
        solver.add(*(negation(part) for part in (*barred, *self.pairs())))
        self._crossing = disjunction(barred)
        self._otherwise = disjunction(otherwise)

    def broken(self, promise: Promise) -> bool:
        """Whether the promise can be broken."""
        return self.language.solver.possible(self._assumed(promise))

    def case(self, promise: Promise) -> Found | None:
        """A case in which the promise is broken; one without break-glass, where that is enough."""
        assumed, solver = self._assumed(promise), self.language.solver
        model = solver.solution([*assumed, negation(self.language.glass)]) or solver.solution(assumed)
        if model is None:
            return None
        named = self._by_glass if promise.form is Form.BREAK_GLASS_NEVER_OPENS else self._chosen
        clauses = (name for name in named if promise.under in {None, name.rpartition("/")[0]})
        return self.found(model, next(name for name in clauses if holds_in(model, named[name])))

    def _assumed(self, promise: Promise) -> list[str]:
        return [*self.asked(promise), *self._more(promise)]

    def _more(self, promise: Promise) -> Iterator[str]:
        subject = self.language.subject
        own = [name for name in self._by_glass if promise.under in {None, name.rpartition("/")[0]}]
        match promise.form:
            case Form.NEVER:
                yield from (subject.yes[state] for state in promise.states)
            case Form.ONLY_IF:
                yield disjunction(negation(subject.yes[state]) for state in promise.states)
            case Form.BREAK_GLASS_NEVER_OPENS:
                yield disjunction(self._by_glass[name] for name in own)
            case Form.NO_PROHIBITION_CROSSED:
                yield from (disjunction(self._by_glass.values()), self._crossing)
            case Form.RELATIONSHIP_ALONE_WIDENED:
                yield self._otherwise
        if promise.under:
            yield disjunction(self._by_document.get(promise.under, ()))
