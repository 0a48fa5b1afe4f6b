"""Documents as formulas, straight from their clauses: this prover reads no mask and nothing that was compiled.

It has its own reading of recipients, patterns, supply and law; of the engine it shares the life-cycle spans alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from agreements.document import (
    Agreement,
    BiteWhen,
    LiftedBy,
    NeverBothRule,
    PermitRule,
    ProhibitRule,
    Recipient,
    ReferRule,
    Selection,
    SpecialCondition,
)
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments, force_spans, prohibition_spans
from agreements.periods import EVER, Span, both, days, merged
from agreements.reference_data import Gateway, Source
from agreements.z3_language import FALSE, TRUE, Knowledge, Language, conjunction, disjunction, negation
from concept_model.items import ITEMS

Reader = tuple[str, str]
Spans = tuple[Span, ...]
_ALWAYS: Spans = (EVER,)
_NAMES = tuple(item.name for item in ITEMS)
_SPECIAL = {item.name: item.special_category for item in ITEMS if item.special_category}


@dataclass(frozen=True, slots=True)
class CellGroup:
    """Cells of one owner that a clause may move on the same terms, and those terms: `spans`, or the owner itself."""

    owner: str
    sources: frozenset[str]
    items: frozenset[str]
    spans: Spans
    disclosed: Spans
    """When the owner may give them to another agency."""
    leaves: Spans
    """When the owner may give them for another purpose than law enforcement, though it holds them under Part 3."""
    duty: Spans
    """When a gateway that is a duty carries them."""
    match_only: bool
    part_3: bool


@dataclass(frozen=True)
class Reading:
    """Documents with what is asked of them again and again."""

    documents: RegisterDocuments

    @cached_property
    def readers(self) -> dict[Reader, tuple[str, ...]]:
        """Families of every registered role."""
        return {
            (agency.id, role.id): role.families for agency in self.documents.agencies.agencies for role in agency.roles
        }

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources by name."""
        return {source.id: source for source in self.documents.sources.sources}

    @cached_property
    def gateways(self) -> dict[str, Gateway]:
        """Gateways by name."""
        return {gateway.id: gateway for gateway in self.documents.law.gateways}

    @cached_property
    def live(self) -> dict[str, Spans]:
        """When each entry of the legal register has force."""
        spans = {basis.id: days(basis.commenced, basis.ended) for basis in self.documents.law.bases}
        for gateway in self.documents.law.gateways:
            waits = gateway.purpose_live in {"unconfirmed", "ended"}
            spans[gateway.id] = () if waits else days(gateway.commenced, gateway.ended)
        return spans

    @cached_property
    def force(self) -> dict[str, Spans]:
        """When the permits of each document have force."""
        assessments = {dpia.id: dpia for dpia in self.documents.dpias}
        return {
            one.document.reference: force_spans(one, self.documents.law, assessments.get(one.document.dpia or ""))
            for one in self.documents.agreements
        }

    def meant(self, recipients: Iterable[Recipient], bounds: Iterable[str] | None = None) -> frozenset[Reader]:
        """Registered roles that some recipient means."""
        agencies = None if bounds is None else set(bounds)
        chosen = tuple(recipients)
        return frozenset(
            reader
            for reader, families in self.readers.items()
            if (agencies is None or reader[0] in agencies)
            and any(
                one.agency in {"*", reader[0]}
                and (one.roles == "*" or reader[1] in one.roles)
                and (one.family is None or one.family in families)
                for one in chosen
            )
        )

    def spared(self, rule: ProhibitRule | NeverBothRule) -> frozenset[Reader]:
        """Roles that a prohibition speaks to."""
        return self.meant(rule.recipients) - self.meant(rule.except_recipients)

    def selected(self, selection: Selection) -> tuple[frozenset[str], frozenset[str]]:
        """Sources and items of a selection."""
        named = self.sources.keys() if selection.sources == "*" else selection.sources
        return frozenset(named).intersection(self.sources), items_of(selection.data) - items_of(selection.exclude)

    def cells(self, rule: PermitRule | ReferRule, admitted: AdmittedAgreement) -> tuple[CellGroup, ...]:
        """What a clause may move: selected, supplied by its owner, lawful for that owner; group by group. Read once."""
        clause = (admitted.document.reference, rule.id)
        if clause not in self._cells:
            self._cells[clause] = tuple(self._groups(rule, admitted))
        return self._cells[clause]

    @cached_property
    def _cells(self) -> dict[tuple[str, str], tuple[CellGroup, ...]]:
        return {}

    def _groups(self, rule: Selection, admitted: AdmittedAgreement) -> Iterator[CellGroup]:
        document = admitted.document
        sources, items = self.selected(rule)
        groups: dict[tuple[str, frozenset[str], bool, bool], set[str]] = defaultdict(set)
        for name in sources:
            source = self.sources[name]
            supplied: frozenset[str] = frozenset()
            for supply in document.supply:
                if supply.party == source.owner and name in self.selected(supply)[0]:
                    supplied |= self.selected(supply)[1]
            groups[source.owner, items & supplied, source.match_only, source.regime == "dpa_part_3"].add(name)
        frame = self.force[document.reference]
        for (owner, wanted, match_only, part_3), names in groups.items():
            for lawful, spans in self._lawful(document, owner, wanted, admitted.parties.get(owner, ())):
                carried = self._carried(document, owner)
                yield CellGroup(owner, frozenset(names), lawful, both(frame, spans), *carried, match_only, part_3)

    def _lawful(
        self, document: Agreement, owner: str, wanted: frozenset[str], present: Spans
    ) -> Iterator[tuple[frozenset[str], Spans]]:
        legal = document.legal
        basis = merged(span for use in legal.article_6 if owner in use.parties for span in self.live[use.basis])
        by_spans: dict[Spans, set[str]] = defaultdict(set)
        for item in wanted:
            category = _SPECIAL.get(item)
            conditions = legal.article_10 if category == "criminal" else legal.article_9
            by_spans[self._conditioned(item, conditions) if category else _ALWAYS].add(item)
        for spans, items in by_spans.items():
            lawful = both(both(basis, present), spans)
            if lawful:
                yield frozenset(items), lawful

    def _conditioned(self, item: str, conditions: Iterable[SpecialCondition]) -> Spans:
        return merged(span for use in conditions if item in items_of(use.data) for span in self.live[use.basis])

    def _carried(self, document: Agreement, owner: str) -> tuple[Spans, Spans, Spans]:
        covering = [self.gateways[use.id] for use in document.legal.gateways if owner in use.covers]
        return (
            merged(span for gateway in covering for span in self.live[gateway.id]),
            merged(span for gateway in covering if gateway.leaves_part_3 for span in self.live[gateway.id]),
            merged(span for gateway in covering if gateway.kind == "duty" for span in self.live[gateway.id]),
        )


@cache
def items_of(patterns: tuple[str, ...]) -> frozenset[str]:
    """Items that some pattern names."""
    return frozenset(
        name
        for name in _NAMES
        for pattern in patterns
        if pattern in {"*", name} or (pattern.endswith(".*") and name.startswith(pattern[:-1]))
    )


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

    def selects(self, group: CellGroup) -> str:
        """The cell is one of the group."""
        return conjunction((
            self.language.among("source", group.sources), self.language.among("item", group.items)
        ))  # fmt: skip

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
