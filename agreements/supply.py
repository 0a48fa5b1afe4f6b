"""What a partner may supply: item by item, at the door, before anything is stored."""

from dataclasses import dataclass
from datetime import datetime

from agreements.cells import Groundwork
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments
from agreements.offers import Supply, SupplyReason
from agreements.patterns import item_bits
from agreements.periods import EVER, both, elementary, holds
from agreements.succession import epochs
from concept_model.items import ITEMS

_NO_AGREEMENT = SupplyReason("no-agreement", "No agreement covers this from you. It is not kept.")
_NOT_IN_FORCE = SupplyReason("not-in-force", "The agreement or law that covers this is not in force. It is not kept.")
_NOT_OWNER = SupplyReason("not-owner", "This source belongs to another agency. Nothing may be supplied for another.")
_UNKNOWN = SupplyReason("source-unknown", "No such source is registered.")
_INVALID = SupplyReason("request-invalid", "The instant of the question is not known.")


@dataclass(frozen=True, slots=True)
class CompiledSupply:
    """Items (bits) that one document lets the owner of a source supply within a span of unchanged law."""

    owner: str
    agreement: str
    items: int
    starts: datetime
    ends: datetime


def compile_supply(documents: RegisterDocuments) -> dict[str, tuple[CompiledSupply, ...]]:
    """Supply by source. Where a body follows another, each part of time has its own owner."""
    found: dict[str, list[CompiledSupply]] = {source.id: [] for source in documents.sources.sources}
    for part in epochs(documents):
        ground = Groundwork(part)
        for admitted in part.agreements:
            for owner, sources in ground.owners.items():
                for source in sources:
                    found[source].extend(_supplies(admitted, owner, source, ground))
    return {source: tuple(sorted(rows, key=lambda row: (row.agreement, row.starts))) for source, rows in found.items()}


def _supplies(admitted: AdmittedAgreement, owner: str, source: str, ground: Groundwork) -> list[CompiledSupply]:
    document = admitted.document
    items = 0
    for rule in document.supply:
        if rule.party == owner and (rule.sources == "*" or source in rule.sources):
            items |= item_bits(rule.data, rule.exclude)
    if not items:
        return []
    alone = {party.id for party in document.parties.controllers} == {owner}
    frame = both(ground.force(admitted), admitted.parties.get(owner, ()))
    # A row that is never live remembers what is agreed, so that the reason can say "not in force".
    rows = [CompiledSupply(owner, document.reference, items, EVER[1], EVER[1])]
    for piece in elementary(frame, ground.law.spans_under(document)):
        basis = ground.law.basis(document, owner, items, piece[0], disclosed=not alone)
        if basis is not None:
            rows.append(CompiledSupply(owner, document.reference, basis.items, piece[0], piece[1]))
    return rows


def supply_at(
    compiled: dict[str, tuple[CompiledSupply, ...]], owner: str | None, agency: str, source: str, now: datetime
) -> Supply:
    """Answer for one agency and source. `owner` owns it at that instant. Whatever is not covered has its reason."""
    names = [item.name for item in ITEMS]
    if owner is None or source not in compiled:
        return _nothing(names, _UNKNOWN)
    if owner != agency:
        return _nothing(names, _NOT_OWNER)
    if now.utcoffset() is None:
        return _nothing(names, _INVALID)
    rows = [row for row in compiled[source] if row.owner == agency]
    live = [row for row in rows if holds([(row.starts, row.ends)], now)]
    covered = ever = 0
    for row in live:
        covered |= row.items
    for row in rows:
        ever |= row.items
    refusals = {
        name: _NOT_IN_FORCE if ever >> bit & 1 else _NO_AGREEMENT
        for bit, name in enumerate(names)
        if not covered >> bit & 1
    }
    items = frozenset(name for bit, name in enumerate(names) if covered >> bit & 1)
    agreements = tuple(sorted({row.agreement for row in live}))
    covering = {
        name: tuple(sorted({row.agreement for row in live if row.items >> bit & 1}))
        for bit, name in enumerate(names)
        if name in items
    }
    return Supply(items, agreements, refusals, min((row.ends for row in live), default=None), covering)


def _nothing(names: list[str], reason: SupplyReason) -> Supply:
    return Supply(frozenset(), (), dict.fromkeys(names, reason), None)
