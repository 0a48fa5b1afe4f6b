"""Words of the ODRL export: namespaces, the JSON-LD context and how names become IRIs (docs/odrl-profile.md).

What ODRL 2.2 and DPV 2 have a word for is said in theirs; the rest in the profile's own terms, `isa:`.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

PROFILE = "https://hearthgate.example/ns/isa#"
DEFAULT_BASE = "https://hearthgate.example/register/"
NOTHING = "isa:nothing"
"""Stands for an empty choice, which as an empty JSON-LD array would say nothing at all."""

_PREFIXES = {
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "dct": "http://purl.org/dc/terms/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "isa": PROFILE,
}
# Several keys may stand for one property: a limit is an ODRL prohibition, a referral an ODRL duty of the agreement.
_LINKS = {
    "profile": "odrl:profile", "conflict": "odrl:conflict", "assigner": "odrl:assigner", "assignee": "odrl:assignee",
    "permission": "odrl:permission", "supply": "odrl:permission", "prohibition": "odrl:prohibition",
    "limit": "odrl:prohibition", "neverBoth": "odrl:prohibition", "obligation": "odrl:obligation",
    "referral": "odrl:obligation", "retention": "odrl:obligation", "action": "odrl:action", "target": "odrl:target",
    "duty": "odrl:duty", "constraint": "odrl:constraint", "or": "odrl:or", "leftOperand": "odrl:leftOperand",
    "operator": "odrl:operator", "rightOperand": "odrl:rightOperand", "partOf": "odrl:partOf",
    "includedIn": "odrl:includedIn", "hasPurpose": "dpv:hasPurpose", "hasLegalBasis": "dpv:hasLegalBasis",
    "hasRisk": "dpv:hasRisk", "replaces": "dct:replaces", "closeMatch": "skos:closeMatch",
}  # fmt: skip
_OWN_LINKS = (
    "agency", "role", "family", "source", "item", "exceptItem", "exceptParty", "form", "owner", "regime", "kind",
    "purpose", "law", "basis", "assessment", "agreement", "party", "does", "relationship", "controllerOfFacts",
    "controllerOfIndex", "controllerOfHouseholds", "controllerOfFigures", "controllerOfLog", "legalGround", "gateway",
    "covers", "article6", "article9", "article10", "purposeUse", "incompatiblePurpose", "withholding", "mode",
    "breakGlass", "widens", "requires", "requestedBy", "requestedAction", "existence", "tier", "validity",
    "onReviewMissed", "mayView", "invariant", "never", "onlyIf", "recipient", "state", "contacts", "likelihood",
    "impact", "residual", "residualRisk", "purposeLive", "confirmation", "activeSpan", "membership", "reviewAgreed",
    "stage", "actionTerm", "breakGlassNeverOpens", "neverSilent", "under", "nature", "lookups", "onlyAction",
    "reservedUnder", "rows",
    "reservation", "epoch", "succession", "predecessor", "successor", "decider", "team",
)  # fmt: skip
_TEXTS = {
    "identifier": "dct:identifier", "title": "dct:title", "summary": "dct:abstract", "description": "dct:description",
    "rightText": "odrl:rightOperand",
}  # fmt: skip
_TYPED = {
    "commenced": ("isa:commenced", "date"), "ended": ("isa:ended", "date"), "validFrom": ("isa:validFrom", "date"),
    "validTo": ("isa:validTo", "date"), "reviewBy": ("isa:reviewBy", "date"), "approved": ("isa:approved", "date"),
    "nextReview": ("isa:nextReview", "date"), "from": ("isa:from", "dateTime"), "until": ("isa:until", "dateTime"),
    "at": ("isa:at", "dateTime"), "withdrawn": ("isa:withdrawn", "dateTime"),
    "loadedFor": ("isa:loadedFor", "dateTime"),
    "secondPersonWithin": ("isa:secondPersonWithin", "duration"), "expiresAfter": ("isa:expiresAfter", "duration"),
    "rightDuration": ("odrl:rightOperand", "duration"), "rightInstant": ("odrl:rightOperand", "dateTime"),
}  # fmt: skip
_BASIS = re.compile(r"^(6\(1\)|9\(2\))\(([a-j])\)")


def context(base: str) -> dict[str, Any]:
    """Return the whole JSON-LD 1.1 context, in line, so that nobody needs a network to read the export.

    `base` is the IRI under which a council publishes its register; IRIs of the export are relative to it.
    """
    links: Mapping[str, str] = _LINKS | {key: f"isa:{key}" for key in _OWN_LINKS}
    return {
        "@version": 1.1,
        "@base": base,
        "@vocab": PROFILE,
        **_PREFIXES,
        "uid": "@id",
        "type": "@type",
        **{key: {"@id": iri, "@type": "@id"} for key, iri in links.items()},
        **_TEXTS,
        **{key: {"@id": iri, "@type": f"xsd:{kind}"} for key, (iri, kind) in _TYPED.items()},
    }


def iri(prefix: str, name: str) -> str:
    """IRI of a name: `agency/` and `police` give `agency/police`; `*` stands for all that the prefix covers."""
    return prefix + quote(name, safe="*@")


def name_of(prefix: str, value: str) -> str:
    """Take the name out of an IRI again. Raises `ValueError` where the IRI is none of that prefix."""
    if not value.startswith(prefix):
        message = "an IRI stands where another kind of thing is named"
        raise ValueError(message)
    return unquote(value.removeprefix(prefix))


def dpv_match(basis: str) -> list[str]:
    """Name DPV's nearest term for a UK basis: that of the same article of the EU GDPR; for Article 10 it has none."""
    found = _BASIS.match(basis)
    if found is None:
        return []
    article, number = found[1][0], found[1][2]
    return [f"eu-gdpr:A{article}-{number}-{found[2]}"]
