"""Keyed search tokens of stored facts: what search looks up, and nothing that can be read back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from concept_model.items import ITEMS
from gateway.custody import KeyRing
from gateway.store.facts import NewFact
from linkage.tokens import birth_date_tokens, identifier_tokens, name_tokens, postcode_tokens

_IDENTIFIERS = {
    "identity.nhs_number": "nhs_number",
    "identity.upn": "upn",
    "identity.nino": "nino",
    "identity.pnc_id": "pnc_id",
}


def token_rows(facts: Iterable[NewFact], ring: KeyRing) -> Iterator[tuple[bytes, UUID, int, int]]:
    """Tokens of facts as (token, record, source number, item number), each once."""
    seen = set()
    for fact in facts:
        for text in plain_tokens(ITEMS[fact.item_no].name, fact.value):
            row = (ring.digest("search", text.encode()), fact.record_id, fact.source_no, fact.item_no)
            if row not in seen:
                seen.add(row)
                yield row


def plain_tokens(item: str, value: Mapping[str, Any]) -> frozenset[str]:
    """The tokens of one fact before they are keyed; facts of other items have none."""
    if item in {"identity.name", "identity.former_name"}:
        return frozenset(name_tokens(str(value.get("given") or ""), str(value.get("family") or "")))
    if item == "identity.birth_date":
        return frozenset(birth_date_tokens(str(value.get("date") or "")))
    if item == "address.residence":
        return frozenset(postcode_tokens(str(value.get("postcode") or "")))
    if item in _IDENTIFIERS:
        return frozenset(identifier_tokens(_IDENTIFIERS[item], str(value.get("value") or "")))
    return frozenset()
