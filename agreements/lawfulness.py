"""Which of an owner's cells the law of a document lets it give at an instant, and on what basis.

Each disclosing party needs its own live gateway (not for its own use of its own facts) and its own live Article 6
basis; items of a special category need a live Article 9 condition, criminal-offence items an Article 10 one.
"""

from dataclasses import dataclass
from datetime import datetime

from agreements.document import Agreement, SpecialCondition
from agreements.patterns import item_bits
from agreements.periods import Span, days, holds
from agreements.reference_data import LegalRegister
from concept_model.items import ITEMS

CRIMINAL = sum(1 << bit for bit, item in enumerate(ITEMS) if item.special_category == "criminal")
SPECIAL = sum(1 << bit for bit, item in enumerate(ITEMS) if item.special_category in {"health", "race"})


@dataclass(frozen=True, slots=True)
class Basis:
    """What one owner's items rest on. `items` is a mask of item bits."""

    items: int
    gateways: tuple[str, ...]
    article_6: tuple[str, ...]
    article_9: tuple[str, ...]
    article_10: tuple[str, ...]


class LawInTime:
    """The legal register with its dates as instants."""

    def __init__(self, law: LegalRegister) -> None:
        self._gateways = {
            gateway.id: days(gateway.commenced, gateway.ended)
            if gateway.purpose_live in {"not_applicable", "live"}
            else ()
            for gateway in law.gateways
        }
        self._bases = {basis.id: days(basis.commenced, basis.ended) for basis in law.bases}

    def gateway_spans(self, gateway: str) -> tuple[Span, ...]:
        """Spans in which a gateway is in force and its purpose live; none for one that is not registered."""
        return self._gateways.get(gateway, ())

    def basis_spans(self, basis: str) -> tuple[Span, ...]:
        """Spans in which a UK GDPR basis stands."""
        return self._bases.get(basis, ())

    def spans_under(self, document: Agreement) -> tuple[tuple[Span, ...], ...]:
        """Spans of everything a document names, to cut time where any of it begins or ends."""
        legal = document.legal
        named = [self._gateways.get(use.id, ()) for use in legal.gateways]
        named += [self._bases.get(use.basis, ()) for use in legal.article_6]
        named += [self._bases.get(use.basis, ()) for use in (*legal.article_9, *legal.article_10)]
        return tuple(named)

    def basis(self, document: Agreement, owner: str, items: int, instant: datetime, *, disclosed: bool) -> Basis | None:
        """Basis on which `owner` may give `items`, cut to those that have one; `None` where none has."""
        legal = document.legal
        gateways = tuple(
            use.id for use in legal.gateways if owner in use.covers and holds(self._gateways.get(use.id, ()), instant)
        )
        article_6 = tuple(
            use.basis
            for use in legal.article_6
            if owner in use.parties and holds(self._bases.get(use.basis, ()), instant)
        )
        if not article_6 or (disclosed and not gateways):
            return None
        nine, covered_nine = self._conditions(legal.article_9, items & SPECIAL, instant)
        ten, covered_ten = self._conditions(legal.article_10, items & CRIMINAL, instant)
        lawful = items & ~(SPECIAL & ~covered_nine) & ~(CRIMINAL & ~covered_ten)
        return Basis(lawful, gateways, article_6, nine, ten) if lawful else None

    def _conditions(
        self, conditions: tuple[SpecialCondition, ...], items: int, instant: datetime
    ) -> tuple[tuple[str, ...], int]:
        used: list[str] = []
        covered = 0
        for condition in conditions:
            mask = item_bits(condition.data) & items
            if mask and holds(self._bases.get(condition.basis, ()), instant):
                policy = f" ({condition.policy_document})" if condition.policy_document else ""
                used.append(condition.basis + policy)
                covered |= mask
        return tuple(used), covered
