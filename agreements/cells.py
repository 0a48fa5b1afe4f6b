"""The cells a document's clause may move at an instant: what it selects, cut to parties, supply and law."""

from dataclasses import dataclass
from functools import cached_property

from agreements.decision import RuleUse
from agreements.document import Agreement, PermitRule, Scope, Selection
from agreements.lawfulness import LawInTime
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments, force_spans
from agreements.patterns import item_bits
from agreements.periods import Span, both, elementary, holds
from agreements.request import Regime
from agreements.vocabulary import Vocabulary
from concept_model.items import ITEM_CAPACITY, ITEMS

_ALL_ITEMS = (1 << len(ITEMS)) - 1


@dataclass(frozen=True)
class Groundwork:
    """What every clause is compiled against."""

    documents: RegisterDocuments

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Masks of the register's sources."""
        return Vocabulary(tuple(source.id for source in self.documents.sources.sources))

    @cached_property
    def law(self) -> LawInTime:
        """The legal register as instants."""
        return LawInTime(self.documents.law)

    @cached_property
    def owners(self) -> dict[str, tuple[str, ...]]:
        """Sources of each owner."""
        result: dict[str, tuple[str, ...]] = {}
        for source in self.documents.sources.sources:
            result[source.owner] = (*result.get(source.owner, ()), source.id)
        return result

    @cached_property
    def match_only(self) -> int:
        """Cells of sources that are for matching alone."""
        only = [source.id for source in self.documents.sources.sources if source.match_only]
        return self.vocabulary.mask(only, (item.name for item in ITEMS))

    @cached_property
    def part_3(self) -> int:
        """Cells of sources that their owner holds under Part 3 of the Data Protection Act 2018."""
        held = [source.id for source in self.documents.sources.sources if source.regime == Regime.DPA_PART_3.value]
        return self.vocabulary.mask(held, (item.name for item in ITEMS))

    @cached_property
    def _leaving_part_3(self) -> frozenset[str]:
        return frozenset(gateway.id for gateway in self.documents.law.gateways if gateway.leaves_part_3)

    @cached_property
    def _regimes(self) -> dict[str, Regime]:
        return {purpose.id: Regime(purpose.regime) for purpose in self.documents.purposes.purposes}

    def regime(self, purpose: str) -> Regime:
        """The law that use for a purpose is held under."""
        return self._regimes.get(purpose, Regime.UK_GDPR)

    def leaves_part_3(self, gateways: tuple[str, ...]) -> bool:
        """Whether one of the gateways authorises sharing for a purpose other than law enforcement (s.36(4))."""
        return not self._leaving_part_3.isdisjoint(gateways)

    def selected(self, selection: Selection) -> int:
        """Cells a clause selects. Sources the register does not know are the linter's to refuse."""
        named = self.vocabulary.sources if selection.sources == "*" else selection.sources
        known = [source for source in named if self.vocabulary.knows(source)]
        return self.vocabulary.spread(known, item_bits(selection.data, selection.exclude))

    def owner_mask(self, owner: str) -> int:
        """All cells of an owner's sources."""
        mask = 0
        for source in self.owners.get(owner, ()):
            mask |= self.vocabulary.source_mask(source)
        return mask

    def supplied(self, document: Agreement) -> int:
        """Cells that parties supply under a document, each from its own sources only."""
        mask = 0
        for rule in document.supply:
            mask |= self.selected(rule) & self.owner_mask(rule.party)
        return mask

    def items_in(self, mask: int) -> int:
        """Item bits that occur in a mask under any source."""
        bits = 0
        while mask:
            bits |= mask & _ALL_ITEMS
            mask >>= ITEM_CAPACITY
        return bits

    def spread(self, items: int) -> int:
        """Cells of the given item bits under every source."""
        mask = 0
        for number in range(len(self.vocabulary.sources)):
            mask |= items << (number * ITEM_CAPACITY)
        return mask

    def force(self, admitted: AdmittedAgreement) -> tuple[Span, ...]:
        """Spans in which the document's permits have force."""
        dpia = next((dpia for dpia in self.documents.dpias if dpia.id == admitted.document.dpia), None)
        return force_spans(admitted, self.documents.law, dpia)

    def pieces(self, admitted: AdmittedAgreement, agency: str) -> tuple[Span, ...]:
        """Spans in force for a receiving agency, cut wherever a party or a law under the document changes."""
        frame = both(self.force(admitted), admitted.parties.get(agency, ()))
        return elementary(frame, (*self.law.spans_under(admitted.document), *admitted.parties.values()))

    def uses(self, admitted: AdmittedAgreement, clause: Scope, agency: str, cells: int, piece: Span) -> list[RuleUse]:
        """One use per owner whose facts the clause may move within a piece, each with its own bases."""
        document = admitted.document
        result = []
        for owner in self.owners:
            wanted = cells & self.owner_mask(owner)
            if not wanted or not holds(admitted.parties.get(owner, ()), piece[0]):
                continue
            basis = self.law.basis(document, owner, self.items_in(wanted), piece[0], disclosed=owner != agency)
            if basis is None:
                continue
            permit = clause if isinstance(clause, PermitRule) else None
            result.append(
                RuleUse(
                    agreement=document.id,
                    version=document.version,
                    rule=clause.id,
                    clause=f"{document.reference}/{clause.id}",
                    mask=wanted & self.spread(basis.items),
                    gateways=basis.gateways,
                    article_6=basis.article_6,
                    article_9=basis.article_9,
                    article_10=basis.article_10,
                    obligations=tuple(f"on {o.on}: {o.who} {o.do} within {o.within}" for o in document.obligations),
                    advice=permit.advice if permit else None,
                    window_days=permit.window_days if permit else None,
                    event_roles=permit.event_roles if permit else (),
                )
            )
        return result
