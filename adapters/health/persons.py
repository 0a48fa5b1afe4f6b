"""Parts that Patient, its contacts and RelatedPerson share: names, telecoms, addresses, relationships."""

from collections.abc import Iterator

from adapters.health import codes
from adapters.health.fhir import Element, codings, element, elements, extensions, text, texts
from adapters.health.findings import Findings
from concept_model.household import RelationshipKind
from concept_model.identifiers import normal_postcode, normalise
from concept_model.person import FORMER_NAME_USES, PersonName, Telecom
from concept_model.place import Address, Residence

_MOST_LINES = 8
_LONGEST_UPRN = 12
_SHORTEST_CONTACT, _LONGEST_CONTACT = 3, 200
_SYSTEMS = {"phone": "phone", "sms": "phone", "email": "email"}
_IN_USE = frozenset({"usual", "official", ""})


def names_of(body: Element) -> tuple[PersonName, ...]:
    """Every name. One whose period has an end is a former one where another is in use, whatever the sender calls it."""
    sent = elements(body, "name")
    current = [one for one in sent if text(one, "use") in _IN_USE and not _ended(one)]
    found = (_name(one, superseded=bool(current) and _ended(one)) for one in sent)
    return tuple(name for name in found if name is not None)


def _ended(name: Element) -> bool:
    return bool(text(element(name, "period"), "end"))


def _name(sent: Element, *, superseded: bool) -> PersonName | None:
    family, given = text(sent, "family"), " ".join(texts(sent, "given"))
    if not family and not given:
        family = text(sent, "text")
    if not family and not given:
        return None
    use = codes.NAME_USES.get(text(sent, "use"), "usual")
    if superseded and use not in FORMER_NAME_USES:
        use = "old"
    return PersonName(family=family, given=given, title=" ".join(texts(sent, "prefix")), use=use)


def telecoms_of(column: str, body: Element, findings: Findings) -> tuple[Telecom, ...]:
    """Phone numbers and e-mail addresses, each once; old ones and other systems are left out."""
    found: dict[tuple[str, str], Telecom] = {}
    for one in elements(body, "telecom"):
        system, value = text(one, "system"), text(one, "value")
        if system not in _SYSTEMS or text(one, "use") == "old" or not value:
            continue
        if not _SHORTEST_CONTACT <= len(value) <= _LONGEST_CONTACT:
            findings.flag(f"{column}.telecom", "contact-invalid", "A phone or e-mail of impossible length is left out.")
            continue
        known = "email" if system == "email" else "phone"
        found[known, value] = Telecom.model_validate({"system": known, "value": value})
    return tuple(found.values())


def residences_of(column: str, key: str, body: Element, findings: Findings) -> Iterator[Residence]:
    """Every address at which somebody may live, with its period; one marked old needs an end, or reads as current."""
    for sent in elements(body, "address"):
        use = text(sent, "use")
        if use not in codes.ADDRESS_KINDS:
            findings.unlisted(f"{column}.address.use")
        kind = "correspondence" if text(sent, "type") == "postal" else codes.ADDRESS_KINDS.get(use, "home")
        address = _address(f"{column}.address", sent, findings)
        start, end = findings.period(f"{column}.address", sent)
        if kind is None or not (address.lines or address.postcode or address.uprn):
            continue
        if use == "old" and end is None:
            findings.flag(f"{column}.address", "address-undated", "An old address without an end date is left out.")
            continue
        yield Residence(person=key, address=address, kind=kind, valid_from=start, valid_to=end)


def _address(column: str, sent: Element, findings: Findings) -> Address:
    lines = [*texts(sent, "line"), text(sent, "city"), text(sent, "district")]
    if not any(lines):
        lines = text(sent, "text").splitlines()
    kept = [line.strip() for line in lines if line.strip()]
    if len(kept) > _MOST_LINES:
        kept[_MOST_LINES - 1 :] = [", ".join(kept[_MOST_LINES - 1 :])]
    postcode = text(sent, "postalCode")
    uprn = _uprn(column, sent, findings)
    return Address(lines=tuple(kept), postcode=normal_postcode(postcode) or postcode or None, uprn=uprn)


def _uprn(column: str, sent: Element, findings: Findings) -> str | None:
    """The value of the AddressKey extension whose type is UPRN; the type comes as Coding or CodeableConcept."""
    for key in extensions(sent, "Extension-UKCore-AddressKey"):
        kinds = [
            text(coding, "code")
            for part in extensions(key, "type")
            for name in ("valueCoding", "valueCodeableConcept")
            for coding in codings(element(part, name))
        ]
        if "UPRN" not in kinds:
            continue
        value = next((normalise("uprn", text(part, "valueString")) for part in extensions(key, "value")), "")
        if value.isascii() and value.isdigit() and len(value) <= _LONGEST_UPRN:
            return value
        findings.flag(f"{column}.extension", "uprn-invalid", "The UPRN is not 1 to 12 digits; it is left out.")
    return None


def relationship_kind(column: str, body: Element, findings: Findings) -> RelationshipKind:
    """The closest kind that any of the codes gives; `other`, and a flag, where none is listed."""
    sent = [text(coding, "code") for one in elements(body, "relationship") for coding in codings(one)]
    kinds = [codes.RELATIONSHIP_KINDS[code] for code in sent if code in codes.RELATIONSHIP_KINDS]
    if sent and not kinds:
        findings.flag(column, "code-unlisted", f"The code in {column} is not in its list; it is taken as other.")
    return next((kind for kind in kinds if kind != "other"), "other")
