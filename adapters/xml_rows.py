"""Read XML that a stranger sent: no document type, no entities, no network, bounded size, depth and row.

A document type declaration is the door to entity bombs ("billion laughs") and to external files (OWASP XML
External Entity Prevention), and none of our feeds' formats has one, so any is refused. A file is read twice: once
whole, to refuse what is unsafe or broken, then row by row. So a file that breaks off halfway yields no row at all,
and memory holds one row, not the file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO

from lxml import etree

from adapters.errors import FeedUnreadableError, SuspiciousContentError
from adapters.sources import MAX_DOCUMENT_BYTES, reader, size_of, start_of

MAX_BYTES = 2 * 1024 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS_PER_ROW = 100_000
MAX_ATTRIBUTES = 1000
"""Of one element: reading them costs the square of their number."""
MAX_ROW_BYTES = 16 * 1024 * 1024
MAX_DOCUMENT_ELEMENTS = 1_000_000
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class XmlNode:
    """One element, without its namespace. `text` is what stands before its first child, stripped.

    Text between or after children is not kept: in these formats it is always a slip of the exporting system.
    """

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: tuple["XmlNode", ...] = ()
    namespace: str = ""

    def all(self, name: str) -> tuple["XmlNode", ...]:
        """Every child of that name, in order."""
        return tuple(child for child in self.children if child.name == name)

    def first(self, name: str) -> "XmlNode | None":
        """The first child of that name, or None."""
        return next((child for child in self.children if child.name == name), None)

    def value(self, name: str) -> str:
        """Text of the first child of that name; empty when there is none."""
        child = self.first(name)
        return child.text if child else ""


def looks_like_xml(source: BinaryIO) -> bool:
    """True where the first character that is no space is `<`, in UTF-8 or UTF-16."""
    start = start_of(source).lstrip()
    return start.startswith((b"<", b"\xff\xfe<\x00", b"\xfe\xff\x00<"))


def xml_rows(source: BinaryIO, root: str, row: str) -> Iterator[XmlNode]:
    """Yield every outermost element called `row` of a document whose root is called `root`.

    Raises `FeedUnreadableError`, before any row, where the document is unsafe, broken or has another root.
    """
    _refuse_larger_than(MAX_BYTES, source)
    for _ in _walk(_chunks(reader(source, _CHUNK)), _Guard(root, (row,), MAX_ELEMENTS_PER_ROW)):
        pass
    return (
        to_node(element)
        for element in _walk(_chunks(reader(source, _CHUNK)), _Guard(root, (row,), MAX_ELEMENTS_PER_ROW))
    )


def xml_document(source: BinaryIO) -> XmlNode:
    """Return the whole document as one node; one row of it is the root. Raises `FeedUnreadableError`."""
    _refuse_larger_than(MAX_DOCUMENT_BYTES, source)
    return to_node(next(_walk(_chunks(reader(source, _CHUNK)), _Guard(None, (_ROOT,), MAX_DOCUMENT_ELEMENTS))))


def xml_elements(stream: IO[bytes], *names: str) -> Iterator[Any]:
    """Yield every outermost lxml element of one of those local names, freed when the next is asked for; any root.

    Read once: what is unsafe or broken raises `FeedUnreadableError` where it stands, after elements before it.
    """
    return _walk(_chunks(stream), _Guard(None, names, MAX_ELEMENTS_PER_ROW))


def local_name(element: Any) -> str:
    """Name of an lxml element without its namespace."""
    return _split(element.tag)[1]


def _split(name: str) -> tuple[str, str]:
    # A prefix that nobody declared stays part of the name, and a name with a colon is none of ours.
    namespace, _, local = name.rpartition("}")
    return namespace.removeprefix("{"), local


def leaves(node: XmlNode) -> dict[str, str]:
    """Texts of all elements without children by their path below `node`; repeated ones joined by a space."""
    found: dict[str, str] = {}
    stack = [(child, child.name) for child in reversed(node.children)]
    while stack:
        current, path = stack.pop()
        if current.children:
            stack.extend((child, f"{path}/{child.name}") for child in reversed(current.children))
        elif current.text or path not in found:
            found[path] = f"{found.get(path, '')} {current.text}".strip()
    return found


def _refuse_larger_than(limit: int, source: BinaryIO) -> None:
    if size_of(source) > limit:
        raise FeedUnreadableError("The file is too large.", "Send it in several files.")


def _walk(chunks: Iterator[bytes], guard: "_Guard") -> Iterator[Any]:
    """Parse chunk by chunk, guarding each start tag; yield each outermost row, freed soon after."""
    parser: Any = etree.XMLPullParser(
        ("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    for chunk in chunks:
        guard.takes(len(chunk))
        _feed(parser, chunk, guard)
        for event, element in parser.read_events():
            if event == "start":
                guard.opens(element)
            elif guard.closes():
                yield element
            if event == "end" and guard.inside == 0:
                _forget(element)
    if not guard.seen_root:
        raise _broken()


_ROOT = "*"
"""Row name that stands for the document's outermost element."""


def _feed(parser: Any, chunk: bytes, guard: "_Guard") -> None:
    try:
        parser.feed(chunk)
        if chunk is _END:
            parser.close()
    except etree.XMLSyntaxError:
        # A document type is the better reason, and an entity bomb breaks the parser before its events are read.
        for event, element in parser.read_events():
            if event == "start":
                guard.opens(element)
        raise _broken() from None


class _Guard:
    """Counts depth and elements while a document is read, and knows whether we are inside a row."""

    def __init__(self, root: str | None, rows: tuple[str, ...], limit: int) -> None:
        self.root = root
        self.rows = rows
        self.limit = limit
        self.seen_root = False
        self.depth = 0
        self.elements = 0
        self.inside = 0
        self.bytes_inside = 0

    def takes(self, size: int) -> None:
        """Count what is read while a row is open; the whole document as a row has its own limit."""
        self.bytes_inside = self.bytes_inside + size if self.inside else 0
        if self.bytes_inside > MAX_ROW_BYTES and _ROOT not in self.rows:
            raise FeedUnreadableError("One record of the file is too large.", "Check the export and send it again.")

    def opens(self, element: Any) -> None:
        name = local_name(element)
        if not self.seen_root:
            self._check_root(element, name)
        if len(element.attrib) > MAX_ATTRIBUTES:
            raise FeedUnreadableError("An element of the file has too many attributes.", "Send the format's own parts.")
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            raise FeedUnreadableError("The file nests its elements too deep.", "Send the format's own structure.")
        if self.elements > self.limit:
            raise FeedUnreadableError("One record of the file is too large.", "Check the export and send it again.")
        if self.inside or name in self.rows or _ROOT in self.rows:
            self.inside += 1

    def closes(self) -> bool:
        """True where an end tag ends a whole row."""
        self.depth -= 1
        if not self.inside:
            # A finished element outside any row is freed at once, so it no longer counts.
            self.elements = max(0, self.elements - 1)
            return False
        self.inside -= 1
        if self.inside:
            return False
        self.elements = 0
        self.bytes_inside = 0
        return True

    def _check_root(self, element: Any, name: str) -> None:
        self.seen_root = True
        info = element.getroottree().docinfo
        if info.doctype or info.internalDTD is not None:
            raise SuspiciousContentError(
                "The file declares a document type (DOCTYPE).",
                "Export it without a document type; this format has none.",
            )
        if self.root is not None and name != self.root:
            message = f"The file's outermost element is not {self.root}."
            raise FeedUnreadableError(message, f"Send a file whose outermost element is {self.root}.")


_END = b""


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
    yield _END


def _broken() -> FeedUnreadableError:
    return FeedUnreadableError(
        "The file is not well-formed XML.", "Check that the export finished and that nothing changed the file since."
    )


def to_node(element: Any) -> XmlNode:
    """Copy an lxml element; its depth is bounded by the guard, so the recursion is too."""
    namespace, name = _split(element.tag)
    return XmlNode(
        name,
        (element.text or "").strip(),
        {_split(key)[1]: text for key, text in element.attrib.items()},
        tuple(to_node(child) for child in element if isinstance(child.tag, str)),
        namespace,
    )


def _forget(element: Any) -> None:
    """Free the elder siblings of a finished element: with them goes all that was read before it."""
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
