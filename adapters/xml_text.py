"""XML written from elements that were read: for a record that goes back to its sender."""

from collections.abc import Callable
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from adapters.xml_rows import XmlNode


def pruned(node: XmlNode, keeps: Callable[[str], bool], path: str = "") -> XmlNode:
    """The element without what is not kept: of elements without children, and of attributes, by the path below it.

    The path of a child is its name, that of its child `name/name`; of an attribute, `name/@name`.
    """
    begin = f"{path}/" if path else ""
    attributes = {name: text for name, text in node.attributes.items() if keeps(f"{begin}@{name}")}
    children = []
    for child in node.children:
        below = f"{begin}{child.name}"
        inner = pruned(child, keeps, below)
        if keeps(below) or inner.children or inner.attributes:
            children.append(inner if keeps(below) else replace(inner, text=""))
    return replace(node, attributes=attributes, children=tuple(children))


def text_of(node: XmlNode, within: str = "") -> str:
    """The element as text, to stand in an element of the namespace `within`; attributes are of none."""
    attributes = "".join(f" {name}={quoteattr(text)}" for name, text in node.attributes.items())
    if node.namespace != within:
        attributes = f" xmlns={quoteattr(node.namespace)}{attributes}"
    inner = escape(node.text) + "".join(text_of(child, node.namespace) for child in node.children)
    return f"<{node.name}{attributes}>{inner}</{node.name}>" if inner else f"<{node.name}{attributes}/>"
