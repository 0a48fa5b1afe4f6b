"""What the solvers of the second prover share: clauses as formulas of one language, and a model read as a case."""

from collections.abc import Iterable, Iterator

import z3

from agreements.counterexample import Found
from agreements.document import NeverBothRule, PermitRule, ProhibitRule, Rule
from agreements.invariants import Promise
from agreements.lifecycle import AdmittedAgreement
from agreements.z3_clauses import Clauses
from agreements.z3_documents import Reading
from agreements.z3_language import Language, conjunction, disjunction, holds_in


class Solving:
    """What both solvers share: clauses in a language, and a model read as a case."""

    def __init__(self, readings: Iterable[Reading], language: Language) -> None:
        self.language = language
        self.parts = [Clauses(reading, language) for reading in readings]
        self.permits = [
            (part, admitted, rule)
            for part in self.parts
            for admitted, rule in part.reading.rules()
            if isinstance(rule, PermitRule)
        ]

    def bars(self) -> Iterator[str]:
        """A prohibition bites on the cell."""
        for part in self.parts:
            for admitted, rule in part.reading.prohibitions():
                if isinstance(rule, ProhibitRule):
                    yield conjunction((part.barred(rule, admitted), part.selected(rule)))

    def pairs(self) -> Iterator[str]:
        """A never-both rule withholds the cell, because the other side might be shown."""
        for part in self.parts:
            for admitted, rule in part.reading.prohibitions():
                if isinstance(rule, NeverBothRule):
                    keep = disjunction(self._perhaps_shown(rule))
                    yield conjunction((part.barred(rule, admitted), part.selected(rule.withhold), keep))

    def _perhaps_shown(self, pair: NeverBothRule) -> Iterator[str]:
        for part, admitted, rule in self.permits:
            sources, items = part.reading.selected(pair.keep)
            groups = [
                part.moves(group, admitted)
                for group in part.reading.cells(rule, admitted)
                if group.sources & sources and group.items & items
            ]
            yield conjunction((disjunction(groups), *part.opened(rule, admitted, perhaps=True)))

    def asked(self, promise: Promise) -> list[str]:
        """What a promise speaks of, as assumptions."""
        among, during = self.language.among, self.language.during
        return [
            among("reader", promise.readers),
            among("purpose", promise.purposes),
            among("direction", promise.directions),
            among("source", promise.sources),
            among("item", promise.items),
            during(promise.spans),
        ]

    def found(self, model: z3.ModelRef, clause: str) -> Found:
        """A model as a case."""
        language = self.language
        reader = language.value(model, "reader")
        return Found(
            reader=reader,
            purpose=language.value(model, "purpose"),
            direction=language.value(model, "direction"),
            relationship=language.value(model, "relationship"),
            states=language.subject.read(model),
            band=language.band(model),
            now=language.instant(model),
            break_glass=holds_in(model, language.glass),
            source=language.value(model, "source"),
            item=language.value(model, "item"),
            clause=clause,
        )


def clause_of(admitted: AdmittedAgreement, rule: Rule) -> str:
    """Name of a clause as decisions write it."""
    return f"{admitted.document.reference}/{rule.id}"
