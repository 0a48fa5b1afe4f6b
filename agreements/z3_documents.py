"""How the second prover reads documents: recipients, patterns, supply and law, with no mask and nothing compiled.

Of the engine it shares the spans of the life cycle and the parts of time that successions make, and nothing else.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from agreements.document import (
    Agreement,
    NeverBothRule,
    PermitRule,
    ProhibitRule,
    Recipient,
    ReferRule,
    Rule,
    Selection,
    SpecialCondition,
)
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments, force_spans, prohibition_spans
from agreements.periods import EVER, Span, both, days, merged
from agreements.reference_data import Gateway, Source
from concept_model.items import ITEMS

Reader = tuple[str, str]
Spans = tuple[Span, ...]
_ALWAYS: Spans = (EVER,)
_NAMES = tuple(item.name for item in ITEMS)
_SPECIAL = {item.name: item.special_category for item in ITEMS if item.special_category}


@dataclass(frozen=True, slots=True)
class CellGroup:
    """Cells of one owner that a clause may move on the same terms; `spans` is when it lawfully may at all."""

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

    def rules(self) -> Iterator[tuple[AdmittedAgreement, Rule]]:
        """Every rule of the documents whose permits have force at some time."""
        for admitted in self.documents.agreements:
            for rule in admitted.document.rules if self.force[admitted.document.reference] else ():
                yield admitted, rule

    def prohibitions(self) -> Iterator[tuple[AdmittedAgreement, Rule]]:
        """Every rule of the documents whose prohibitions stand at some time."""
        for admitted in self.documents.agreements:
            for rule in admitted.document.rules if prohibition_spans(admitted) else ():
                yield admitted, rule

    def groups(self) -> Iterator[CellGroup]:
        """Cells that some clause may move."""
        for admitted, rule in self.rules():
            if isinstance(rule, PermitRule | ReferRule):
                yield from self.cells(rule, admitted)

    def spans(self) -> Iterator[Span]:
        """Every span in which a law, a party, a document or its prohibitions have force."""
        for live in self.live.values():
            yield from live
        for admitted in self.documents.agreements:
            yield from (*self.force[admitted.document.reference], *prohibition_spans(admitted))
            for present in admitted.parties.values():
                yield from present

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
