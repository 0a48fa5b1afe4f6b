"""How one part of a document is said in ODRL, and read back: each part knows both ways, so they cannot drift apart.

`Content` is a document as plain JSON (what its YAML says); `Node` a JSON-LD object. Parts put what they say into a node
and take it out again; reading raises `KeyError`, `TypeError`, `AttributeError` or `ValueError` for what is no export.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from agreements.odrl_vocabulary import NOTHING, iri, name_of

Content = dict[str, Any]
Node = dict[str, Any]


class Part(Protocol):
    """One member of a document, or several that belong together."""

    @property
    def names(self) -> tuple[str, ...]:
        """Members of the document that the part speaks for."""

    def write(self, content: Content, node: Node) -> None:
        """Say in the node what the content holds."""

    def read(self, node: Node, content: Content) -> None:
        """Put into the content what the node says."""


@dataclass(frozen=True)
class Shape:
    """A kind of node: its types, its parts, what is always said of it and what is said besides for foreign readers."""

    types: tuple[str, ...]
    parts: tuple[Part, ...]
    always: Mapping[str, Any] = field(default_factory=dict)
    besides: Callable[[Content, Node], Node] | None = None
    key: Callable[[Content], str | None] = lambda content: content.get("id")

    @property
    def names(self) -> set[str]:
        """Every member of the document that the shape speaks for."""
        return {name for part in self.parts for name in part.names}

    def write(self, content: Content, uid: str) -> Node:
        """Build the node. Raises `KeyError` for a member of the document that no part would say."""
        unsaid = content.keys() - self.names
        if unsaid:
            raise KeyError(min(unsaid))
        node: Node = {"uid": uid, "type": list(self.types), **self.always}
        for part in self.parts:
            part.write(content, node)
        if self.besides is not None:
            node |= self.besides(content, node)
        return node

    def read(self, node: Node) -> Content:
        """Build the content."""
        content: Content = {}
        for part in self.parts:
            part.read(node, content)
        return content


@dataclass(frozen=True)
class Told:
    """A member whose value the kind of node itself tells (`schema`, `effect`)."""

    name: str
    value: str

    @property
    def names(self) -> tuple[str, ...]:
        """The member."""
        return (self.name,)

    def write(self, content: Content, node: Node) -> None:
        """Raises `ValueError` where the document has another value than this kind of node tells."""
        if content[self.name] != self.value:
            message = f"{node['uid']} is another kind of thing"
            raise ValueError(message)

    def read(self, node: Node, content: Content) -> None:  # noqa: ARG002 - the node's place says it
        """The value."""
        content[self.name] = self.value


@dataclass(frozen=True)
class _Named:
    name: str
    term: str

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True)
class Value(_Named):
    """A text, number, date or flag as it stands."""

    def write(self, content: Content, node: Node) -> None:
        """Nothing is said of what is absent."""
        if content.get(self.name) is not None:
            node[self.term] = content[self.name]

    def read(self, node: Node, content: Content) -> None:
        """What is not said is absent."""
        content[self.name] = node.get(self.term)


@dataclass(frozen=True)
class Values(_Named):
    """A list of texts."""

    def write(self, content: Content, node: Node) -> None:
        """Nothing is said of an empty list."""
        if content.get(self.name):
            node[self.term] = content[self.name]

    def read(self, node: Node, content: Content) -> None:
        """What is not said is an empty list."""
        content[self.name] = node.get(self.term, [])


@dataclass(frozen=True)
class Measure(_Named):
    """A whole number of days, hours or minutes as an ISO 8601 duration: `P`, `D` and 62 give `P62D`."""

    before: str
    after: str

    def write(self, content: Content, node: Node) -> None:
        """Nothing is said of what is absent."""
        if content.get(self.name) is not None:
            node[self.term] = f"{self.before}{content[self.name]}{self.after}"

    def read(self, node: Node, content: Content) -> None:
        """What is not said is absent."""
        if self.term in node:
            content[self.name] = int(node[self.term].removeprefix(self.before).removesuffix(self.after))


@dataclass(frozen=True)
class Link(_Named):
    """One name as an IRI; `absent` is the name that says that the document names none."""

    prefix: str
    absent: str | None = None

    def write(self, content: Content, node: Node) -> None:
        """Nothing is said of what is absent, unless there is a name for that."""
        name = content.get(self.name) or self.absent
        if name is not None:
            node[self.term] = iri(self.prefix, name)

    def read(self, node: Node, content: Content) -> None:
        """What is not said is absent."""
        if self.term in node:
            name = name_of(self.prefix, node[self.term])
            content[self.name] = None if name == self.absent else name


@dataclass(frozen=True)
class Links(_Named):
    """A list of names as IRIs."""

    prefix: str

    def write(self, content: Content, node: Node) -> None:
        """Nothing is said of an empty list."""
        if content.get(self.name):
            node[self.term] = [iri(self.prefix, name) for name in content[self.name]]

    def read(self, node: Node, content: Content) -> None:
        """What is not said is an empty list."""
        content[self.name] = [name_of(self.prefix, value) for value in node.get(self.term, [])]


@dataclass(frozen=True)
class Choice(_Named):
    """A list of names, or `*` for all of them; `every` is the IRI of all, else the prefix with `*`."""

    prefix: str
    every: str | None = None

    def write(self, content: Content, node: Node) -> None:
        """An empty list is said as such, because silence would mean no limit."""
        chosen = content[self.name]
        if chosen == "*":
            node[self.term] = [self._all]
        else:
            node[self.term] = [iri(self.prefix, name) for name in chosen] or [NOTHING]

    def read(self, node: Node, content: Content) -> None:
        """Raises `KeyError` where no choice is said."""
        values = node[self.term]
        if values == [self._all]:
            content[self.name] = "*"
        else:
            content[self.name] = [] if values == [NOTHING] else [name_of(self.prefix, value) for value in values]

    @property
    def _all(self) -> str:
        return self.every or iri(self.prefix, "*")


@dataclass(frozen=True)
class Child(_Named):
    """A part of the document that is a node of its own."""

    shape: Shape

    def write(self, content: Content, node: Node) -> None:
        """Nothing is said of what is absent."""
        if content.get(self.name) is not None:
            node[self.term] = self.shape.write(content[self.name], f"{node['uid']}/{self.term}")

    def read(self, node: Node, content: Content) -> None:
        """What is not said is absent."""
        if self.term in node:
            content[self.name] = self.shape.read(node[self.term])


@dataclass(frozen=True)
class Children(_Named):
    """A list of parts, each a node with an IRI of its own.

    `top`: the IRIs stand directly under the register. `numbered`: nodes say their place, from 0, as it has a meaning.
    """

    shape: Shape
    top: bool = False
    numbered: bool = False

    def write(self, content: Content, node: Node) -> None:
        """Nothing is said of an empty list."""
        folder = self.term if self.top else f"{node['uid']}/{self.term}"
        nodes = [
            self.shape.write(one, iri(f"{folder}/", self.shape.key(one) or str(number)))
            for number, one in enumerate(content.get(self.name) or [], start=1)
        ]
        for position, one in enumerate(nodes if self.numbered else ()):
            one["position"] = position
        if nodes:
            node[self.term] = nodes

    def read(self, node: Node, content: Content) -> None:
        """What is not said is an empty list."""
        content[self.name] = [self.shape.read(one) for one in node.get(self.term, [])]


@dataclass(frozen=True)
class Nested:
    """A part of the document whose members are said in the node of the whole."""

    name: str
    parts: tuple[Part, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The part's name."""
        return (self.name,)

    def write(self, content: Content, node: Node) -> None:
        """Each member is said. Raises `KeyError` for a member that no part would say."""
        inner = content.get(self.name) or {}
        unsaid = inner.keys() - {name for part in self.parts for name in part.names}
        if unsaid:
            raise KeyError(min(unsaid))
        for part in self.parts:
            part.write(inner, node)

    def read(self, node: Node, content: Content) -> None:
        """Members that are not said are absent."""
        inner: Content = {}
        for part in self.parts:
            part.read(node, inner)
        content[self.name] = inner


@dataclass(frozen=True)
class Grouped:
    """Members of the document that are a node of their own in ODRL: the cells of a rule are its target."""

    term: str
    types: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The members."""
        return tuple(name for part in self.parts for name in part.names)

    def write(self, content: Content, node: Node) -> None:
        """Say the members in the node of their own."""
        inner: Node = {"uid": f"{node['uid']}/{self.term}", "type": list(self.types)}
        for part in self.parts:
            part.write(content, inner)
        node[self.term] = inner

    def read(self, node: Node, content: Content) -> None:
        """Raises `KeyError` where the node is missing."""
        for part in self.parts:
            part.read(node[self.term], content)


@dataclass(frozen=True)
class Variants:
    """A list whose entries differ in kind, each kind under its own key; `position` keeps their order."""

    name: str
    tag: str
    kinds: Mapping[str, tuple[str, Shape]]

    @property
    def names(self) -> tuple[str, ...]:
        """The list's name."""
        return (self.name,)

    def write(self, content: Content, node: Node) -> None:
        """Each entry goes to the key of its kind."""
        for position, one in enumerate(content.get(self.name) or [], start=1):
            term, shape = self.kinds[one[self.tag]]
            written = shape.write(one, iri(f"{node['uid']}/rule/", one["id"]))
            node.setdefault(term, []).append({**written, "position": position})

    def read(self, node: Node, content: Content) -> None:
        """Entries of all kinds, in their order."""
        found = [
            (one["position"], shape.read(one)) for term, shape in self.kinds.values() for one in node.get(term, [])
        ]
        content[self.name] = [one for _, one in sorted(found, key=lambda pair: pair[0])]
