"""Keyed search tokens of stored facts: what search looks up, and nothing that can be read back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from concept_model.items import ITEMS
from gateway.custody import KeyRing
from gateway.keyed_digests import digesters, part
from gateway.store.fact_columns import NewFact, value_of
from linkage.tokens import SearchQuery, search_tokens

_SHORTEST_PHONE = 9
_REMEMBERED = 8_192
IDENTIFIER_SCHEMES = {
    "identity.nhs_number": "nhs_number",
    "identity.upn": "upn",
    "identity.nino": "nino",
    "identity.pnc_id": "pnc_id",
}
_WITH_TOKENS = IDENTIFIER_SCHEMES.keys() | {
    "identity.name", "identity.former_name", "identity.birth_date", "address.residence", "contact.phone",
}  # fmt: skip
SOUGHT = {number: item.name for number, item in enumerate(ITEMS) if item.name in _WITH_TOKENS}
"""Items whose facts have tokens, by number."""


def token_rows(facts: Iterable[NewFact], ring: KeyRing) -> Iterator[tuple[bytes, bytes, int, int]]:
    """Tokens of facts as (token, record, source number, item number), each once."""
    seen, digest = set(), digesters(ring, "search")[0]
    # Names, years and postcodes come again and again: each is digested once.
    digests: dict[str, bytes] = {}
    for fact in [one for one in facts if one[3] in SOUGHT]:
        item = SOUGHT[fact.item_no]
        record, source_no, item_no = fact.record_id, fact.source_no, fact.item_no
        for text in _tokens_of(item, value_of(fact)):
            token = digests.get(text) or digests.setdefault(text, digest(part(text.encode())))
            row = (token, record, source_no, item_no)
            if row not in seen:
                seen.add(row)
                yield row


@lru_cache(_REMEMBERED)
def _tokens_of(item: str, value: bytes) -> frozenset[str]:
    return plain_tokens(item, json.loads(value))


def plain_tokens(item: str, value: Mapping[str, Any]) -> frozenset[str]:
    """The tokens of one fact before they are keyed; facts of other items have none."""
    if item in {"identity.name", "identity.former_name"}:
        return search_tokens((str(value.get("given") or ""),), (str(value.get("family") or ""),))
    if item == "identity.birth_date":
        return search_tokens(birth_date_text=str(value.get("date") or ""))
    if item == "address.residence":
        return search_tokens(postcodes=(str(value.get("postcode") or ""),)) | place_tokens(str(value.get("uprn") or ""))
    if item == "contact.phone":
        return phone_tokens(str(value.get("value") or ""))
    if item in IDENTIFIER_SCHEMES:
        return search_tokens(identifiers=((IDENTIFIER_SCHEMES[item], str(value.get("value") or "")),))
    return frozenset()


def place_tokens(uprn: str) -> frozenset[str]:
    """The token of a property. No search asks for it: the review compares the addresses of staff by it."""
    digits = uprn.strip().lstrip("0")
    return frozenset({f"uprn:{digits}"}) if digits.isdigit() else frozenset()


def phone_tokens(number: str) -> frozenset[str]:
    """The token of a telephone number, however it is written; for the review, as a property's is."""
    digits = "".join(one for one in number if one.isdigit())
    national = f"0{digits[2:].lstrip('0')}" if digits.startswith("44") else digits
    return frozenset({f"phone:{national}"}) if len(national) >= _SHORTEST_PHONE else frozenset()


def query_terms(query: SearchQuery, ring: KeyRing) -> list[list[bytes]]:
    """The terms that a candidate must all meet, each a list of keyed alternatives; none where nothing tells."""
    return [_keyed(term, ring) for term in _plain_terms(query)]


def answers_query(query: SearchQuery, facts: Iterable[tuple[str, Mapping[str, Any]]]) -> bool:
    """Whether facts, as (item, value), meet every term of a query by themselves.

    Stored tokens know more than a reader may: addresses of the protected, postcodes shown by district alone, names
    that were replaced. A candidate found by those alone is no hit, or the hit would tell what is withheld.
    """
    held = frozenset[str]().union(*(plain_tokens(item, value) for item, value in facts))
    terms = _plain_terms(query)
    return bool(terms) and all(term & held for term in terms)


def _plain_terms(query: SearchQuery) -> list[frozenset[str]]:
    """The terms of a query, each a set of alternatives.

    A number is enough by itself. Otherwise the last name in any of its forms, and a date of birth that agrees on at
    least two of its parts; a postcode stands in where there is neither. First names order the hits.
    """
    if query.identifier and query.identifier[1].strip():
        return [search_tokens(identifiers=(query.identifier,))]
    terms = []
    if query.family.strip():
        terms.append(search_tokens(family_names=(query.family,)))
    dates = search_tokens(birth_date_text=query.birth_date)
    parts = frozenset(token for token in dates if not token.startswith("dob-year:"))
    if parts:
        terms.append(parts)
    if not terms and query.postcode:
        terms.append(frozenset(t for t in search_tokens(postcodes=(query.postcode,)) if t.startswith("postcode:")))
    return [term for term in terms if term]


def _keyed(tokens: frozenset[str], ring: KeyRing) -> list[bytes]:
    return [digest for token in sorted(tokens) for digest in ring.digests("search", token.encode())]
