"""A record as linkage takes it, made of the facts that say who somebody is: one builder for all who compare records."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from linkage.addresses import key_street_and_text
from linkage.record import LinkIdentifier, LinkRecord
from linkage.sources import UNKNOWN, Sources

Said: TypeAlias = tuple[str, Mapping[str, Any]]
"""An item and the value that a fact gives it."""

IDENTIFIER_ITEMS = {
    "identity.nhs_number": "nhs_number",
    "identity.upn": "upn",
    "identity.nino": "nino",
    "identity.pnc_id": "pnc_id",
}


def link_record(record: UUID, source: str, said: Sequence[Said], sources: Sources = UNKNOWN) -> LinkRecord:
    """A record of one source from what may be compared of it, in the order in which it is to count.

    Former names stand behind the usual ones. A number that no check digit confirms is left out. What is known of
    `sources` holds for whom one of them names, and not for whom its rows mention by a key.
    """

    def texts(item: str, key: str) -> tuple[str, ...]:
        return tuple(str(value[key]) for name, value in said if name == item and value.get(key))

    names = [value for item in ("identity.name", "identity.former_name") for name, value in said if name == item]
    homes = [
        (str(value.get("lines") or "").split("\n"), value.get("postcode"))
        for name, value in said
        if name == "address.residence"
    ]
    places = [key_street_and_text(lines, code) for lines, code in homes]
    known = sources if names else UNKNOWN
    return LinkRecord(
        record_id=str(record),
        source=source,
        given_names=tuple(str(name.get("given") or "") for name in names),
        family_names=tuple(str(name.get("family") or "") for name in names),
        birth_date=next(iter(texts("identity.birth_date", "date")), None),
        sex=next(iter(texts("identity.sex", "code")), None),
        identifiers=tuple(
            LinkIdentifier(IDENTIFIER_ITEMS[item], str(value["value"]), value.get("verification") == "verified")
            for item, value in said
            if item in IDENTIFIER_ITEMS and value.get("value") and value.get("verification") != "unverified"
        ),
        postcodes=texts("address.residence", "postcode"),
        uprns=texts("address.residence", "uprn"),
        address_keys=tuple(key for key, _, _ in places if key),
        streets=tuple(street for _, street, _ in places if street),
        address_texts=tuple(text for _, _, text in places if text),
        phones=texts("contact.phone", "value"),
        emails=texts("contact.email", "value"),
        duplicate_free=known.group_of(source),
        born_by=known.born_by.get(source),
    )
