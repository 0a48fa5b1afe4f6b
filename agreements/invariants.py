"""Invariants as promises about a register: resolved to names, with the spans in which each stands.

Families and recipients become the readers they mean, patterns become items; both provers start from here.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from agreements.document import Invariant, Recipient, Selector
from agreements.lifecycle import RegisterDocuments, prohibition_spans
from agreements.patterns import expand_items, matching_items
from agreements.periods import EVER, Span
from agreements.recipients import roles_meant
from agreements.request import Direction
from agreements.signing import canonical_json
from agreements.strict_yaml import Path

REGISTER_WIDE = "register"


class Form(StrEnum):
    """What kind of promise it is; the last four are standing theorems, which hold of every register unwritten."""

    NEVER = "never"
    ONLY_IF = "only_if"
    BREAK_GLASS_NEVER_OPENS = "break_glass_never_opens"
    NEVER_SILENT = "never_silent"
    NO_PROHIBITION_CROSSED = "no_prohibition_crossed"
    RELATIONSHIP_ALONE_WIDENED = "relationship_alone_widened"
    UNKNOWN_NEVER_PERMITS = "unknown_never_permits"
    DUTY_NEVER_SILENT = "duty_never_silent"


@dataclass(frozen=True, slots=True)
class Promise:
    """One invariant, resolved. `readers` are (agency, role); `under` a document's reference, or `None` for all.

    `spans` are the instants of which it speaks: all of them, or those in which the document that makes it stands.
    """

    name: str
    says: str
    form: Form
    readers: frozenset[tuple[str, str]]
    purposes: frozenset[str]
    directions: frozenset[str]
    sources: frozenset[str]
    items: frozenset[str]
    states: tuple[str, ...]
    under: str | None
    spans: tuple[Span, ...]


_STANDING = {
    Form.NO_PROHIBITION_CROSSED: "Break-glass never crosses a prohibition.",
    Form.RELATIONSHIP_ALONE_WIDENED: "Break-glass widens the test of relationship and no other.",
    Form.UNKNOWN_NEVER_PERMITS: "What is not known never permits and never lifts a prohibition.",
    Form.DUTY_NEVER_SILENT: "What is marked with a duty is permitted or referred, whatever else forbids it.",
}


def promises_of(documents: RegisterDocuments, more: tuple[Invariant, ...] = ()) -> tuple[Promise, ...]:
    """Every promise of a register: standing theorems, those of the whole register, then document by document.

    `more` are further ones of the whole register. A document that was never activated makes no promise yet.
    """
    everything = Selector()
    standing = [
        _promise(documents, f"standing/{form.value}", says, form, everything) for form, says in _STANDING.items()
    ]
    wide = [_written(documents, REGISTER_WIDE, one, (EVER,)) for one in (*documents.invariants, *more)]
    own = [
        _written(documents, admitted.document.reference, one, prohibition_spans(admitted))
        for admitted in sorted(documents.agreements, key=lambda admitted: admitted.document.reference)
        if prohibition_spans(admitted)
        for one in admitted.document.invariants
    ]
    return (*standing, *wide, *own)


def invariants_hash(documents: RegisterDocuments) -> str:
    """SHA-256 over what the register promises, hexadecimal; the order of documents and of lists makes no difference."""
    promised = [
        {
            "name": one.name,
            "says": one.says,
            "form": one.form.value,
            "readers": sorted(one.readers),
            "purposes": sorted(one.purposes),
            "directions": sorted(one.directions),
            "sources": sorted(one.sources),
            "items": sorted(one.items),
            "states": sorted(one.states),
            "under": one.under,
            "spans": [[edge.isoformat() for edge in span] for span in one.spans],
        }
        for one in sorted(promises_of(documents), key=lambda one: one.name)
    ]
    return hashlib.sha256(canonical_json(promised)).hexdigest()


def invariant_findings(
    invariants: tuple[Invariant, ...], documents: RegisterDocuments, *, register_wide: bool
) -> Iterator[tuple[Path, str, str]]:
    """Yield (path, problem, remedy) for names in invariants that mean nothing: a promise about nobody proves itself."""
    seen: set[str] = set()
    for number, one in enumerate(invariants):
        path: Path = ("invariants", number)
        if one.id in seen:
            yield (*path, "id"), "this id is used twice", "give every invariant its own id"
        seen.add(one.id)
        if register_wide and one.under == "this_agreement":
            yield (*path, "under"), "no agreement stands here to judge", "write it into the agreement itself"
        form, selector = _form(one)
        for part, problem, remedy in _selector_findings(selector, documents):
            yield (*path, form.value, *part), problem, remedy


def _selector_findings(selector: Selector, documents: RegisterDocuments) -> Iterator[tuple[Path, str, str]]:
    families = {family for agency in documents.agencies.agencies for role in agency.roles for family in role.families}
    if set(selector.families) - families:
        yield ("families",), "no registered role is of this family", "check the families of agencies.yaml"
    for part in ("recipients", "except_recipients"):
        for number, recipient in enumerate(getattr(selector, part)):
            meant = {role for _, role in roles_meant([recipient], documents.agencies)}
            named = set() if recipient.roles == "*" else set(recipient.roles)
            if not meant or named - meant:
                yield (part, number), "this means no registered role", "check agencies.yaml"
    if selector.purposes != "*" and set(selector.purposes) - {one.id for one in documents.purposes.purposes}:
        yield ("purposes",), "a purpose here is not registered", "check purposes.yaml"
    if selector.sources != "*" and set(selector.sources) - {one.id for one in documents.sources.sources}:
        yield ("sources",), "a source here is not registered", "check sources.yaml"
    for part in ("data", "exclude"):
        for number, pattern in enumerate(getattr(selector, part)):
            if not matching_items(pattern):
                yield (part, number), "this names no data item", "use a registered item or `group.*`"


def _written(documents: RegisterDocuments, place: str, one: Invariant, spans: tuple[Span, ...]) -> Promise:
    form, selector = _form(one)
    under = place if one.under == "this_agreement" else None
    return _promise(documents, f"{place}/{one.id}", one.says, form, selector, under, spans)


def _form(one: Invariant) -> tuple[Form, Selector]:
    for form in (Form.NEVER, Form.ONLY_IF, Form.BREAK_GLASS_NEVER_OPENS, Form.NEVER_SILENT):
        selector = getattr(one, form.value)
        if selector is not None:
            return form, selector
    raise ValueError("an invariant that says nothing is refused by its model")


def _promise(  # noqa: PLR0913, PLR0917 - the parts of one record
    documents: RegisterDocuments,
    name: str,
    says: str,
    form: Form,
    selector: Selector,
    under: str | None = None,
    spans: tuple[Span, ...] = (EVER,),
) -> Promise:
    named = (*selector.recipients, *(Recipient(family=family) for family in selector.families))
    everyone = (Recipient(),)
    spared = set(roles_meant(selector.except_recipients, documents.agencies))
    purposes = [one.id for one in documents.purposes.purposes] if selector.purposes == "*" else selector.purposes
    sources = [one.id for one in documents.sources.sources] if selector.sources == "*" else selector.sources
    directions = tuple(Direction) if selector.directions == "*" else selector.directions
    return Promise(
        name=name,
        says=says,
        form=form,
        readers=frozenset(set(roles_meant(named or everyone, documents.agencies)) - spared),
        purposes=frozenset(purposes),
        directions=frozenset(direction.value for direction in directions),
        sources=frozenset(sources),
        items=frozenset(expand_items(selector.data, selector.exclude)),
        states=selector.states,
        under=under,
        spans=spans,
    )
