"""What the solvers of the second prover share: clauses as formulas of one language, and a model read as a case."""

from collections.abc import Iterator

import z3

from agreements.counterexample import Found
from agreements.document import NeverBothRule, PermitRule, ProhibitRule, ReferRule
from agreements.invariants import Promise
from agreements.lifecycle import AdmittedAgreement, prohibition_spans
from agreements.request import Band
from agreements.z3_documents import Clauses, Reading, fulfilled
from agreements.z3_language import TRUE, Language, conjunction, disjunction, holds_in

Rule = tuple[AdmittedAgreement, PermitRule]


class Solving:
    """What both solvers share: clauses in a language, and a model read as a case."""

    def __init__(self, reading: Reading, language: Language) -> None:
        self.reading, self.language = reading, language
        self.clauses = Clauses(reading, language)
        self.permits: list[Rule] = list(self._rules(PermitRule))

    def _rules(self, kind: type[PermitRule]) -> Iterator[Rule]:
        for admitted in self.reading.documents.agreements:
            for rule in admitted.document.rules:
                if isinstance(rule, kind) and self.reading.force[admitted.document.reference]:
                    yield admitted, rule

    def bars(self) -> Iterator[str]:
        """A prohibition bites on the cell."""
        for admitted in self.reading.documents.agreements:
            for rule in admitted.document.rules if prohibition_spans(admitted) else ():
                if isinstance(rule, ProhibitRule):
                    yield conjunction((self.clauses.barred(rule, admitted), self.clauses.selected(rule)))

    def pairs(self) -> Iterator[str]:
        """A never-both rule withholds the cell, because the other side might be shown."""
        for admitted in self.reading.documents.agreements:
            for rule in admitted.document.rules if prohibition_spans(admitted) else ():
                if isinstance(rule, NeverBothRule):
                    keep = disjunction(self._perhaps_shown(rule))
                    yield conjunction((self.clauses.barred(rule, admitted), self.clauses.selected(rule.withhold), keep))

    def _perhaps_shown(self, pair: NeverBothRule) -> Iterator[str]:
        sources, items = self.reading.selected(pair.keep)
        for admitted, rule in self.permits:
            groups = [
                self.clauses.moves(group, admitted)
                for group in self.reading.cells(rule, admitted)
                if group.sources & sources and group.items & items
            ]
            yield conjunction((disjunction(groups), *self.open(rule, admitted, perhaps=True)))

    def open(self, rule: PermitRule, admitted: AdmittedAgreement, *, perhaps: bool = False) -> tuple[str, ...]:
        """Every test of a permit but that of the cell."""
        related = disjunction((self.clauses.related(rule), self.clauses.widened(rule, admitted.document)))
        return (*self.tests(rule, admitted, perhaps=perhaps), related)

    def tests(
        self, rule: PermitRule | ReferRule, admitted: AdmittedAgreement, *, perhaps: bool = False
    ) -> tuple[str, ...]:
        """Every test of a clause but that of the relationship and of the cell."""
        return (
            self.clauses.addressed(rule, admitted),
            self.language.at_least(Band.named(rule.min_band)),
            fulfilled(rule, self.language.subject, perhaps=perhaps),
        )

    def cell(self, rule: PermitRule | ReferRule, admitted: AdmittedAgreement, *, duty: bool = False) -> str:
        """The cell is one that the clause may move; with `duty`, by a gateway that is a duty."""
        return disjunction(
            conjunction((
                self.clauses.selects(group),
                self.clauses.moves(group, admitted),
                self.language.during(group.duty) if duty else TRUE,
            ))
            for group in self.reading.cells(rule, admitted)
        )  # fmt: skip

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


def clause_of(admitted: AdmittedAgreement, rule: PermitRule | ReferRule) -> str:
    """Name of a clause as decisions write it."""
    return f"{admitted.document.reference}/{rule.id}"
