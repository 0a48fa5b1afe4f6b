"""Read FHIR R4 elements (https://hl7.org/fhir/R4) without trusting their shape.

A resource is what JSON gives: mappings, lists, text, numbers, flags. One element of a list and the element alone
read the same, because the XML form of FHIR cannot tell them apart. Nothing here raises for a wrong shape: what is
not as the standard says reads as absent, and the caller says so where it matters.
"""

from collections.abc import Mapping
from typing import Any

from concept_model.identifiers import normalise

Element = Mapping[str, Any]
"""One FHIR element or resource."""

NHS_NUMBER_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
ODS_SYSTEM = "https://fhir.nhs.uk/Id/ods-organization-code"
_LONGEST_IDENTIFIER = 64
_NHS_NUMBER_DIGITS = 10
_RESTRICTED = frozenset({"R", "V", "REDACTED"})
_UNRESTRICTED = frozenset({"U", "L", "M", "N"})
_EMPTY: Element = {}


def listed(value: object) -> list[Any]:
    """Every entry of a repeating element, whether it came as a list, alone, or not at all."""
    if value is None:
        return []
    return [entry for entry in value if entry is not None] if isinstance(value, list) else [value]


def elements(parent: Element, name: str) -> list[Element]:
    """The complex elements of that name."""
    return [entry for entry in listed(parent.get(name)) if isinstance(entry, Mapping)]


def element(parent: Element, name: str) -> Element:
    """The first complex element of that name, or an empty one."""
    return next(iter(elements(parent, name)), _EMPTY)


def texts(parent: Element, name: str) -> list[str]:
    """The primitive values of that name as text, blanks left out."""
    found = (_as_text(entry) for entry in listed(parent.get(name)))
    return [text for text in found if text]


def text(parent: Element, name: str) -> str:
    """The first primitive value of that name as text; empty when there is none."""
    return next(iter(texts(parent, name)), "")


def _as_text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""


def codings(concept: Element) -> list[Element]:
    """The codings of a CodeableConcept, or the Coding itself where one stands in its place."""
    inner = elements(concept, "coding")
    return inner or ([concept] if text(concept, "code") else [])


def code_of(concept: Element) -> str:
    """The first code of a CodeableConcept or Coding."""
    return next((text(coding, "code") for coding in codings(concept) if text(coding, "code")), "")


def display_of(concept: Element) -> str:
    """The words of a CodeableConcept: the first display, else its own text."""
    return next((text(coding, "display") for coding in codings(concept) if text(coding, "display")), "") or text(
        concept, "text"
    )


def extensions(parent: Element, name: str) -> list[Element]:
    """Extensions whose address ends in that name: the publisher's host has moved more than once, the name not."""
    return [one for one in elements(parent, "extension") if text(one, "url").rsplit("/", 1)[-1] == name]


def extension_code(parent: Element, name: str) -> str:
    """The code that the extension of that name carries."""
    for one in extensions(parent, name):
        for key in ("valueCodeableConcept", "valueCoding"):
            if code := code_of(element(one, key)):
                return code
    return ""


def nhs_number(identifier: Element) -> str:
    """The normalised value of an identifier of the NHS number's system; empty when it is another's or has none."""
    if text(identifier, "system") != NHS_NUMBER_SYSTEM:
        return ""
    value = normalise("nhs_number", text(identifier, "value"))
    return value if len(value) <= _LONGEST_IDENTIFIER else ""


def has_nhs_number_shape(value: str) -> bool:
    """True for ten ASCII digits; the check digit is another question."""
    return len(value) == _NHS_NUMBER_DIGITS and value.isascii() and value.isdigit()


def verification_status(identifier: Element) -> str:
    """The code of the NHS number's verification status: 01 is present and verified (NHS Data Dictionary)."""
    return extension_code(identifier, "Extension-UKCore-NHSNumberVerificationStatus")


def is_restricted(resource: Element) -> bool:
    """True where `meta.security` is R, V or anything that v3-Confidentiality does not call unrestricted.

    An unknown code and a label of a wrong shape restrict too, because the mistake in the other direction can cost a
    life. REDACTED is how PDS says that it left location out.
    """
    for meta in listed(resource.get("meta")):
        labels = listed(meta.get("security")) if isinstance(meta, Mapping) else [meta]
        if any(not isinstance(label, Mapping) or _restricts(label) for label in labels):
            return True
    return False


def _restricts(label: Element) -> bool:
    code, system = text(label, "code").upper(), text(label, "system").casefold()
    of_confidentiality = not system or "confidentiality" in system
    return code in _RESTRICTED or (of_confidentiality and code not in _UNRESTRICTED)
