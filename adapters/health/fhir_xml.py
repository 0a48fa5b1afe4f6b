"""The XML form of FHIR R4 (https://hl7.org/fhir/R4/xml.html) as the same mappings that its JSON form gives."""

from typing import Any, BinaryIO

from adapters.errors import FeedUnreadableError
from adapters.xml_rows import XmlNode, xml_document

FHIR_NAMESPACE = "http://hl7.org/fhir"
_XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
_HOLDS_A_RESOURCE = frozenset({"resource", "contained"})


def fhir_document(source: BinaryIO) -> dict[str, Any]:
    """Read one resource. Raises `FeedUnreadableError` where the XML is unsafe, broken or not FHIR."""
    root = xml_document(source)
    if root.namespace != FHIR_NAMESPACE or not root.name[:1].isupper():
        raise FeedUnreadableError(
            "The file is XML but not FHIR.", "Send FHIR R4 resources in the namespace http://hl7.org/fhir."
        )
    return _resource(root)


def _resource(node: XmlNode) -> dict[str, Any]:
    return {"resourceType": node.name, **_members(node)}


def _members(node: XmlNode) -> dict[str, Any]:
    """Attributes and children by name; a repeated child becomes a list. The narrative (XHTML) is left out."""
    members: dict[str, Any] = {key: value for key, value in node.attributes.items() if key != "value"}
    for child in node.children:
        if child.namespace == _XHTML_NAMESPACE:
            continue
        value = _value(child)
        if child.name not in members:
            members[child.name] = value
        elif isinstance(members[child.name], list):
            members[child.name].append(value)
        else:
            members[child.name] = [members[child.name], value]
    return members


def _value(node: XmlNode) -> Any:
    if node.name in _HOLDS_A_RESOURCE and len(node.children) == 1 and node.children[0].name[:1].isupper():
        return _resource(node.children[0])
    if "value" in node.attributes:
        return node.attributes["value"]
    return _members(node)
