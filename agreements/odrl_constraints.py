"""Tests and forms of a rule as ODRL constraints and duties.

All constraints of a rule must hold for it to speak. A state is yes, no or unknown, three values: `eq isa:yes` fails for
an unknown one, and `neq isa:no` holds for it, which is how an unknown never permits and never lifts a prohibition.
"""

from dataclasses import dataclass

from agreements.odrl_parts import Content, Node, Part
from agreements.odrl_vocabulary import iri, name_of

_STATE = "isa:state-"


@dataclass(frozen=True)
class Comparison:
    """One constraint: `part` says its right operand."""

    kind: str
    left: str
    operator: str
    part: Part

    @property
    def names(self) -> tuple[str, ...]:
        """Members of the document that the constraint speaks for."""
        return self.part.names

    def write(self, content: Content, node: Node) -> None:
        """No constraint where there is nothing to compare with."""
        uid = _next_uid(node, "constraint")
        operand: Node = {"uid": uid}
        self.part.write(content, operand)
        if operand.keys() != {"uid"}:
            said = {"leftOperand": self.left, "operator": self.operator, **operand}
            _add(node, "constraint", ["odrl:Constraint", self.kind], said)

    def read(self, node: Node, content: Content) -> None:
        """Without a constraint the member is absent."""
        found = _of_kind(node, "constraint", self.kind)
        self.part.read(found[0] if found else {}, content)


@dataclass(frozen=True)
class States:
    """States compared with one of the three values: each a constraint, or `together` one in which any will do."""

    name: str
    kind: str
    operator: str
    value: str
    together: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The member of the document."""
        return (self.name,)

    def write(self, content: Content, node: Node) -> None:
        """No constraint where no state is named."""
        tests = [
            {"leftOperand": iri(_STATE, state), "operator": self.operator, "rightOperand": [self.value]}
            for state in content.get(self.name) or []
        ]
        if not self.together:
            for test in tests:
                _add(node, "constraint", ["odrl:Constraint", self.kind], test)
        elif tests:
            _add(node, "constraint", ["odrl:LogicalConstraint", self.kind], {})
            for test in tests:
                _add(node["constraint"][-1], "or", ["odrl:Constraint"], test)

    def read(self, node: Node, content: Content) -> None:
        """Without constraints no state is named."""
        found = _of_kind(node, "constraint", self.kind)
        tests = [test for one in found for test in one["or"]] if self.together else found
        content[self.name] = [name_of(_STATE, test["leftOperand"]) for test in tests]


@dataclass(frozen=True)
class Minors:
    """Whom a rule speaks of: a constraint on the state `minor`, or none for any subject."""

    name: str = "minors"

    @property
    def names(self) -> tuple[str, ...]:
        """The member of the document."""
        return (self.name,)

    def write(self, content: Content, node: Node) -> None:
        """`any` is no constraint."""
        value = {"only": "isa:yes", "exclude": "isa:no"}.get(content.get(self.name, "any"))
        if value is not None:
            test = {"leftOperand": iri(_STATE, "minor"), "operator": "odrl:eq", "rightOperand": [value]}
            _add(node, "constraint", ["odrl:Constraint", "isa:SubjectsTest"], test)

    def read(self, node: Node, content: Content) -> None:
        """No constraint is `any`."""
        found = _of_kind(node, "constraint", "isa:SubjectsTest")
        values = [test["rightOperand"] for test in found]
        content[self.name] = {(): "any", ("isa:yes",): "only", ("isa:no",): "exclude"}[
            tuple(values[0] if values else ())
        ]


@dataclass(frozen=True)
class Coarsening:
    """Forms coarser than full: to release a cell in full the reader's side would fail the duty to coarsen it."""

    name: str = "transform"

    @property
    def names(self) -> tuple[str, ...]:
        """The member of the document."""
        return (self.name,)

    def write(self, content: Content, node: Node) -> None:
        """One duty a pattern."""
        for pattern, form in (content.get(self.name) or {}).items():
            said = {"action": "isa:coarsen", "item": [iri("item/", pattern)], "form": iri("isa:form-", form)}
            _add(node, "duty", ["odrl:Duty", "isa:Coarsening"], said)

    def read(self, node: Node, content: Content) -> None:
        """Without duties every cell is released in full."""
        content[self.name] = {
            name_of("item/", duty["item"][0]): name_of("isa:form-", duty["form"])
            for duty in _of_kind(node, "duty", "isa:Coarsening")
        }


def _add(node: Node, term: str, types: list[str], said: Node) -> None:
    uid = _next_uid(node, term)
    node.setdefault(term, []).append({"uid": uid, "type": types, **said})


def _next_uid(node: Node, term: str) -> str:
    return f"{node['uid']}/{term}/{len(node.get(term, [])) + 1}"


def _of_kind(node: Node, term: str, kind: str) -> list[Node]:
    return [one for one in node.get(term, []) if kind in one.get("type", ())]
