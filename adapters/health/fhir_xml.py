"""The XML form of FHIR R4 (https://hl7.org/fhir/R4/xml.html) as the same mappings that its JSON form gives."""

from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from adapters.errors import FeedUnreadableError
from adapters.xml_rows import XmlNode, xml_document

FHIR_NAMESPACE = "http://hl7.org/fhir"
_XHTML_NAMESPACE = "http://www.w3.org/1999/xhtml"
_HOLDS_A_RESOURCE = frozenset({"resource", "contained"})


class ResourceInXml(dict[str, Any]):
    """A resource as its members, which still has the element that it was read from."""

    def __init__(self, element: XmlNode) -> None:
        super().__init__({"resourceType": element.name, **_members(element)})
        self.element = element

    def __reduce__(self) -> tuple[type["ResourceInXml"], tuple[XmlNode]]:
        return ResourceInXml, (self.element,)


def fhir_document(source: BinaryIO) -> ResourceInXml:
    """Read one resource. Raises `FeedUnreadableError` where the XML is unsafe, broken or not FHIR."""
    root = xml_document(source)
    if root.namespace != FHIR_NAMESPACE or not root.name[:1].isupper():
        raise FeedUnreadableError(
            "The file is XML but not FHIR.", "Send FHIR R4 resources in the namespace http://hl7.org/fhir."
        )
    return ResourceInXml(root)


def resource_node(resource: XmlNode, keeps: Callable[[str], bool]) -> XmlNode:
    """A resource's element without members of which `keeps`, asked as `Patient.birthDate`, says no."""
    kept = tuple(child for child in resource.children if keeps(f"{resource.name}.{child.name}"))
    return XmlNode(resource.name, children=kept, namespace=FHIR_NAMESPACE)


def node_of(name: str, value: object) -> XmlNode:
    """The element of that name with a value: text, or a mapping of members in the order of the standard.

    An entry of a list is an element; an element that is there already stays as it is.
    """
    if not isinstance(value, Mapping):
        return XmlNode(name, attributes={"value": str(value)}, namespace=FHIR_NAMESPACE)
    members = [(key, one) for key, held in value.items() for one in (held if isinstance(held, list) else [held])]
    children = tuple(one if isinstance(one, XmlNode) else node_of(key, one) for key, one in members)
    return XmlNode(name, children=children, namespace=FHIR_NAMESPACE)


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
        return ResourceInXml(node.children[0])
    if "value" in node.attributes:
        return node.attributes["value"]
    return _members(node)
