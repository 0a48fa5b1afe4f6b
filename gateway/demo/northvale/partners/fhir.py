"""FHIR R4 resources as UK Core and PDS shape them, and their XML form."""

from datetime import date
from xml.etree import ElementTree as ET

from gateway.demo.northvale.partners.resources import Resource
from gateway.demo.northvale.places import TOWN, Place
from gateway.demo.northvale.registrar import Seen
from gateway.demo.northvale.slips import iso

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
SNOMED = "http://snomed.info/sct"
_UKCORE = "https://fhir.hl7.org.uk"
_TERMS = "http://terminology.hl7.org/CodeSystem"
GENDER = {"F": "female", "M": "male"}


def coding(system: str, code: str, display: str) -> Resource:
    """A Coding."""
    return {"system": system, "code": code, "display": display}


def concept(system: str, code: str, display: str) -> Resource:
    """A CodeableConcept of one coding."""
    return {"coding": [coding(system, code, display)]}


def nhs_identifier(number: str, status: str = "01") -> Resource:
    """The NHS number with its verification status (01 verified, 02 present but not traced)."""
    display = "Number present and verified" if status == "01" else "Number present but not traced"
    system = f"{_UKCORE}/CodeSystem/UKCore-NHSNumberVerificationStatus"
    extension = {
        "url": f"{_UKCORE}/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus",
        "valueCodeableConcept": concept(system, status, display),
    }
    return {"extension": [extension], "system": NHS_NUMBER, "value": number}


def address(place: Place, start: date, end: date | None = None) -> Resource:
    """A home address with its UPRN as an address key."""
    key = {
        "url": f"{_UKCORE}/StructureDefinition/Extension-UKCore-AddressKey",
        "extension": [
            {"url": "type", "valueCoding": {"system": f"{_UKCORE}/CodeSystem/UKCore-AddressKeyType", "code": "UPRN"}},
            {"url": "value", "valueString": place.uprn},
        ],
    }
    period = {"start": iso(start)} | ({"end": iso(end)} if end else {})
    lines = [line for line in (place.line1, place.line2, TOWN) if line]
    return {"extension": [key], "use": "home", "line": lines, "postalCode": place.postcode, "period": period}


def security(*, restricted: bool) -> Resource:
    """`meta` with the confidentiality that PDS gives a record."""
    code, display = ("R", "restricted") if restricted else ("U", "unrestricted")
    return {"versionId": "2", "security": [coding(f"{_TERMS}/v3-Confidentiality", code, display)]}


def human_name(seen: Seen) -> Resource:
    """The usual name."""
    given = [part for part in (seen.forename, seen.middle) if part]
    return {"use": "usual", "family": seen.surname, "given": given}


def reference(seen: Seen) -> Resource:
    """The patient, by NHS number where health has one, else by the trust's own reference."""
    if seen.nhs:
        return {"type": "Patient", "identifier": {"system": NHS_NUMBER, "value": seen.nhs}}
    return {"reference": seen.key}


def to_xml(resource: Resource) -> ET.Element:
    """The XML form of a resource (FHIR R4, section 2.1.2): values as attributes, lists as repeated elements."""
    root = ET.Element(resource["resourceType"], {"xmlns": "http://hl7.org/fhir"})
    _fill(root, {name: value for name, value in resource.items() if name != "resourceType"})
    return root


def _fill(parent: ET.Element, values: Resource) -> None:
    for name, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            if name == "url" and parent.tag == "extension":
                # Like an element's id, an extension's url is an attribute in the XML form.
                parent.set("url", str(each))
            elif name == "resource":
                ET.SubElement(parent, name).append(_inner(each))
            elif isinstance(each, dict):
                _fill(ET.SubElement(parent, name), each)
            else:
                text = str(each).lower() if isinstance(each, bool) else str(each)
                ET.SubElement(parent, name, {"value": text})


def _inner(resource: Resource) -> ET.Element:
    element = ET.Element(resource["resourceType"])
    _fill(element, {name: value for name, value in resource.items() if name != "resourceType"})
    return element
