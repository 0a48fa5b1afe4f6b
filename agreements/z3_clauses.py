"""Clauses as formulas about one request, one cell and one instant."""

from collections import defaultdict

from agreements.document import (
    Agreement,
    BiteWhen,
    LiftedBy,
    NeverBothRule,
    PermitRule,
    ProhibitRule,
    ReferRule,
    Selection,
)
from agreements.lifecycle import AdmittedAgreement, prohibition_spans
from agreements.periods import both
from agreements.request import Band
from agreements.z3_documents import CellGroup, Reader, Reading, Spans
from agreements.z3_language import FALSE, TRUE, Knowledge, Language, conjunction, disjunction, negation


class Clauses:
    """Formulas of the clauses of a register in the language of one solver."""

    def __init__(self, reading: Reading, language: Language) -> None:
        self.reading, self.language = reading, language
        self._part_3 = [one.id for one in reading.documents.purposes.purposes if one.regime == "dpa_part_3"]

    def addressed(self, rule: PermitRule | ReferRule, admitted: AdmittedAgreement) -> str:
        """The reader, purpose and direction are the clause's, while the reader's agency is a party."""
        document = admitted.document
        own = {purpose.id for purpose in document.purposes}
        members = self.reading.meant(rule.recipients, (party.id for party in document.parties.controllers))
        by_span: dict[Spans, set[Reader]] = defaultdict(set)
        frame = self.reading.force[document.reference]
        for reader in members:
            by_span[both(frame, admitted.parties.get(reader[0], ()))].add(reader)
        return conjunction(
            (
                disjunction(
                    conjunction((self.language.among("reader", readers), self.language.during(spans)))
                    for spans, readers in by_span.items()
                ),
                self.language.among("purpose", own if rule.purposes == "*" else own & set(rule.purposes)),
                self._directed(rule.directions),
            )
        )

    def related(self, rule: PermitRule | ReferRule) -> str:
        """The relationship opens the clause."""
        return TRUE if rule.relationships == "*" else self.language.among("relationship", rule.relationships)

    def widened(self, rule: PermitRule, document: Agreement) -> str:
        """Break-glass opens the clause to this reader."""
        glass = document.break_glass
        if glass is None or rule.id not in glass.widens:
            return FALSE
        return conjunction((self.language.glass, self.language.among("reader", self.reading.meant(glass.recipients))))

    def moves(self, group: CellGroup, admitted: AdmittedAgreement) -> str:
        """The law lets the owner give the cells of a group to this reader, for this purpose, in this direction."""
        frame = self.reading.force[admitted.document.reference]
        among, during = self.language.among, self.language.during
        own = among("reader", (reader for reader in self.reading.readers if reader[0] == group.owner))
        purposes = among("purpose", self._part_3)
        return conjunction(
            (
                TRUE if group.spans == frame else during(group.spans),
                disjunction((self._within(group.disclosed, frame), own)),
                TRUE if not group.part_3 else disjunction((purposes, self._within(group.leaves, frame))),
                among("direction", ["match"]) if group.match_only else TRUE,
            )
        )

    def opened(self, rule: PermitRule, admitted: AdmittedAgreement, *, perhaps: bool = False) -> tuple[str, ...]:
        """Every test of a permit but that of the cell."""
        related = disjunction((self.related(rule), self.widened(rule, admitted.document)))
        return (*self.tests(rule, admitted, perhaps=perhaps), related)

    def tests(
        self, rule: PermitRule | ReferRule, admitted: AdmittedAgreement, *, perhaps: bool = False
    ) -> tuple[str, ...]:
        """Every test of a clause but that of the relationship and of the cell."""
        return (
            self.addressed(rule, admitted),
            self.language.at_least(Band.named(rule.min_band)),
            fulfilled(rule, self.language.subject, perhaps=perhaps),
        )

    def cell(self, rule: PermitRule | ReferRule, admitted: AdmittedAgreement, *, duty: bool = False) -> str:
        """The cell is one that the clause may move; with `duty`, by a gateway that is a duty."""
        on_terms: dict[tuple[str, frozenset[str]], set[str]] = defaultdict(set)
        for group in self.reading.cells(rule, admitted):
            terms = self.moves(group, admitted)
            if duty:
                terms = conjunction((terms, self.language.during(group.duty)))
            # Owners whose terms are the same are one case to the solver.
            on_terms[terms, group.items] |= group.sources
        return disjunction(
            conjunction((self.language.among("source", sources), self.language.among("item", items), terms))
            for (terms, items), sources in on_terms.items()
        )

    def barred(self, rule: ProhibitRule | NeverBothRule, admitted: AdmittedAgreement) -> str:
        """A prohibition or a never-both rule speaks to the reader and bites, whatever the cell."""
        return conjunction(
            (
                self.language.during(prohibition_spans(admitted)),
                self.language.among("reader", self.reading.spared(rule)),
                TRUE if rule.purposes == "*" else self.language.among("purpose", rule.purposes),
                self._directed(rule.directions),
                bites(rule.when, rule.unless, self.language.subject),
            )
        )

    def selected(self, selection: Selection) -> str:
        """The cell is one that a selection names."""
        sources, items = self.reading.selected(selection)
        return conjunction((self.language.among("source", sources), self.language.among("item", items)))

    def _directed(self, directions: object) -> str:
        named = directions if isinstance(directions, tuple) else ()
        return TRUE if directions == "*" else self.language.among("direction", (one.value for one in named))

    def _within(self, spans: Spans, frame: Spans) -> str:
        common = both(spans, frame)
        return TRUE if common == frame else self.language.during(common)


def fulfilled(rule: PermitRule | ReferRule, subject: Knowledge, *, perhaps: bool = False) -> str:
    """The clause's conditions are known to hold; `perhaps`: they may, for some answer to what is unknown."""
    conditions = rule.conditions
    yes = {name: negation(known) for name, known in subject.no.items()} if perhaps else subject.yes
    no = {name: negation(known) for name, known in subject.yes.items()} if perhaps else subject.no
    return conjunction((
        *(yes[name] for name in conditions.all_of),
        *(no[name] for name in conditions.none_of),
        disjunction(yes[name] for name in conditions.any_of) if conditions.any_of else TRUE,
        {"any": TRUE, "only": yes["minor"], "exclude": no["minor"]}[rule.subjects.minors],
    ))  # fmt: skip


def bites(when: BiteWhen, unless: LiftedBy, subject: Knowledge) -> str:
    """Each state of `when` is not known to be no; nothing of `unless` is known to be yes."""
    not_no = {name: negation(known) for name, known in subject.no.items()}
    return conjunction((
        *(not_no[name] for name in when.all_of),
        disjunction(not_no[name] for name in when.any_of) if when.any_of else TRUE,
        *(negation(subject.yes[name]) for name in unless.any_of),
        negation(conjunction(subject.yes[name] for name in unless.all_of)) if unless.all_of else TRUE,
    ))  # fmt: skip
