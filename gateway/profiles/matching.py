"""How sure it is that records shown are one person's: words from what this reader may see alone (practice P14).

Bands that decide come from all evidence; words do not, or they would tell that other records exist.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any
from uuid import UUID

from gateway.profiles.permitted import PermittedFact
from linkage.addresses import address_key
from linkage.evidence import claims_between
from linkage.explain import band_from_claims, explain_link
from linkage.record import Band, LinkIdentifier, LinkRecord
from linkage.standardise import StandardRecord, standardise

ONE_RECORD = "One record that you may see."
_IDENTIFIER_ITEMS = {
    "identity.nhs_number": "nhs_number",
    "identity.upn": "upn",
    "identity.nino": "nino",
    "identity.pnc_id": "pnc_id",
}
_ORDER = (Band.VERIFIED, Band.STRONG, Band.PROBABLE, Band.REVIEW)


def match_words(facts: Sequence[PermittedFact]) -> dict[UUID, str]:
    """For each record of one person, how well it fits the others shown; the best fit of each is what counts."""
    records = _records(facts)
    best: dict[UUID, tuple[int, str]] = {}
    for one, other in combinations(sorted(records), 2):
        claims = claims_between(records[one], records[other])
        found = (_ORDER.index(band_from_claims(claims)), explain_link(claims))
        for record in (one, other):
            best[record] = min(best.get(record, found), found)
    return {record: best[record][1] if record in best else ONE_RECORD for record in records}


def weakest(words: Mapping[UUID, str]) -> str:
    """The words for the whole person: those of the record that fits least."""
    return max(words.values(), key=_doubt, default=ONE_RECORD)


def is_sure(words: str) -> bool:
    """Whether the words ask for no check."""
    return _doubt(words)[0] == 0


def _doubt(words: str) -> tuple[int, str]:
    return (1 if words.startswith("Probably") else 0), words


def _records(facts: Sequence[PermittedFact]) -> dict[UUID, StandardRecord]:
    by_record: dict[UUID, list[PermittedFact]] = {}
    for fact in facts:
        by_record.setdefault(fact.fact.record_id, []).append(fact)
    return {record: standardise(_link_record(record, found)) for record, found in by_record.items()}


def _link_record(record: UUID, facts: Sequence[PermittedFact]) -> LinkRecord:
    def values(item: str) -> list[Mapping[str, Any]]:
        return [fact.fact.value for fact in facts if fact.item.name == item]

    def texts(item: str, key: str) -> tuple[str, ...]:
        return tuple(str(value[key]) for value in values(item) if value.get(key))

    names = values("identity.name")
    keys = (
        address_key(str(value.get("lines") or "").split("\n"), value.get("postcode"))
        for value in values("address.residence")
    )
    return LinkRecord(
        record_id=str(record),
        source=facts[0].source,
        given_names=tuple(str(name.get("given") or "") for name in names),
        family_names=tuple(str(name.get("family") or "") for name in names),
        birth_date=next(iter(texts("identity.birth_date", "date")), None),
        sex=next(iter(texts("identity.sex", "code")), None),
        identifiers=tuple(
            LinkIdentifier(scheme, str(value["value"]), value.get("verification") == "verified")
            for item, scheme in _IDENTIFIER_ITEMS.items()
            for value in values(item)
            if value.get("value") and value.get("verification") != "unverified"
        ),
        postcodes=texts("address.residence", "postcode"),
        uprns=texts("address.residence", "uprn"),
        address_keys=tuple(key for key in keys if key),
        phones=texts("contact.phone", "value"),
        emails=texts("contact.email", "value"),
    )
