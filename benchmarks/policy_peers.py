"""The peers of the policy benchmark: each answers a whole profile of the workload, as well as it can be made to.

All are given the documents of `policy_workload` flattened to plain rules: those have no law that changes, no limits,
no referrals and no break-glass, which the peers would have to be taught. Every peer answers which cells of each
person may be shown, as a mask, so that their answers can be compared with the engine's.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cedarpy
import regorus

from agreements.document import PermitRule, ProhibitRule
from agreements.lifecycle import RegisterDocuments
from agreements.patterns import expand_items
from agreements.periods import end_of_day, start_of_day
from agreements.request import STATES, Band, DecisionRequest, Tri
from agreements.vocabulary import Vocabulary

Profile = Sequence[DecisionRequest]


@dataclass(frozen=True)
class Rule:
    """One rule as every peer is told it."""

    number: int
    permits: bool
    agency: str
    roles: frozenset[str]
    purposes: frozenset[str]
    starts: datetime
    ends: datetime
    relationships: frozenset[str] | None
    min_band: int
    yes: tuple[str, ...]
    no: tuple[str, ...]
    either: tuple[str, ...]
    sources: tuple[str, ...]
    items: tuple[str, ...]
    mask: int


def rules_of(documents: RegisterDocuments, vocabulary: Vocabulary) -> list[Rule]:
    """Flatten the workload's documents; cells that no party of the agreement owns are left out at once."""
    found = []
    for number, admitted in enumerate(documents.agreements):
        document = admitted.document
        parties = {party.id for party in document.parties.controllers}
        owned = [source.id for source in documents.sources.sources if source.owner in parties]
        (rule,) = document.rules
        if not isinstance(rule, PermitRule | ProhibitRule):
            raise TypeError("the workload permits and prohibits; peers are told of nothing else")
        validity, review = document.validity, end_of_day(document.validity.review)
        permits = isinstance(rule, PermitRule)
        sources = [source for source in rule.sources if source in owned or not permits]
        items = expand_items(rule.data, rule.exclude)
        minors = rule.subjects.minors if isinstance(rule, PermitRule) else "any"
        wanted = rule.conditions if isinstance(rule, PermitRule) else None
        found.append(
            Rule(
                number=number,
                permits=permits,
                agency=rule.recipients[0].agency,
                roles=frozenset(rule.recipients[0].roles),
                purposes=frozenset(rule.purposes),
                starts=max(admitted.active[0][0], start_of_day(validity.from_)),
                ends=min(end_of_day(validity.to), review) if permits else end_of_day(validity.to),
                relationships=None
                if not isinstance(rule, PermitRule) or rule.relationships == "*"
                else frozenset(rule.relationships),
                min_band=Band.named(rule.min_band) if isinstance(rule, PermitRule) else 1,
                yes=(*(wanted.all_of if wanted else ()), *(("minor",) if minors == "only" else ())),
                no=("minor",) if minors == "exclude" else (),
                either=rule.when.any_of if isinstance(rule, ProhibitRule) else (wanted.any_of if wanted else ()),
                sources=tuple(sources),
                items=items,
                mask=vocabulary.mask(sources, items),
            )
        )
    return found


class PythonLoop:
    """What a careful programmer writes first: rules of the reader picked once, then tested person by person."""

    def __init__(self, rules: list[Rule], vocabulary: Vocabulary) -> None:
        self._rules = rules
        self._vocabulary = vocabulary

    def answer(self, profile: Profile) -> list[int]:
        """Masks, by way of a mapping of cells to the agreements that permit them."""
        first = profile[0]
        near = [
            rule
            for rule in self._rules
            if rule.agency == first.agency
            and first.role in rule.roles
            and first.purpose in rule.purposes
            and rule.starts <= first.now < rule.ends
        ]
        return [self._mask(self._person(near, person)) for person in profile]

    def _person(self, near: list[Rule], person: DecisionRequest) -> dict[tuple[str, str], list[int]]:
        permitted: dict[tuple[str, str], list[int]] = {}
        for rule in near:
            if rule.permits and _open(rule, person):
                for source in rule.sources:
                    for item in rule.items:
                        permitted.setdefault((source, item), []).append(rule.number)
        for rule in near:
            if not rule.permits and _bites(rule, person):
                for source in rule.sources:
                    for item in rule.items:
                        permitted.pop((source, item), None)
        return permitted

    def _mask(self, cells: dict[tuple[str, str], list[int]]) -> int:
        mask = 0
        for source, item in cells:
            mask |= 1 << self._vocabulary.cell(source, item)
        return mask


def _open(rule: Rule, person: DecisionRequest) -> bool:
    states = person.states
    return (
        (rule.relationships is None or person.relationship in rule.relationships)
        and person.band >= rule.min_band
        and all(states[state] is Tri.YES for state in rule.yes)
        and all(states[state] is Tri.NO for state in rule.no)
        and (not rule.either or any(states[state] is Tri.YES for state in rule.either))
    )


def _bites(rule: Rule, person: DecisionRequest) -> bool:
    return not rule.either or any(person.states[state] is not Tri.NO for state in rule.either)


_REGO = """
package peer

near contains number if {
    some number, rule in data.rules
    rule.agency == input.agency
    input.role in rule.roles
    input.purpose in rule.purposes
    rule.starts <= input.now
    input.now < rule.ends
}

opens(rule, person) if {
    related(rule, person)
    person.band >= rule.min_band
    every state in rule.yes { person.states[state] == "yes" }
    every state in rule.no { person.states[state] == "no" }
    helped(rule, person)
}

related(rule, _) if rule.relationships == "*"

related(rule, person) if person.relationship in rule.relationships

helped(rule, _) if count(rule.either) == 0

helped(rule, person) if {
    some state in rule.either
    person.states[state] == "yes"
}

bites(rule, _) if count(rule.either) == 0

bites(rule, person) if {
    some state in rule.either
    person.states[state] != "no"
}

granted[at] := {[source, item, number] |
    some number in near
    rule := data.rules[number]
    rule.permits
    opens(rule, person)
    some source in rule.sources
    some item in rule.items
    not [source, item] in barred[at]
} if {
    some at, person in input.persons
}

barred[at] := {[source, item] |
    some number in near
    rule := data.rules[number]
    not rule.permits
    bites(rule, person)
    some source in rule.sources
    some item in rule.items
} if {
    some at, person in input.persons
}

answer := [shown | some at, _ in input.persons; shown := granted[at]]
"""


class Rego:
    """regorus: which cells, permitted by which agreements, for a whole profile in one query. Rules are data."""

    def __init__(self, rules: list[Rule], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._engine = regorus.Engine()
        self._engine.add_policy("peer.rego", _REGO)
        told = {
            f"r{rule.number}": {
                "permits": rule.permits, "agency": rule.agency, "roles": sorted(rule.roles),
                "purposes": sorted(rule.purposes), "starts": int(rule.starts.timestamp()),
                "ends": int(rule.ends.timestamp()),
                "relationships": "*" if rule.relationships is None else sorted(rule.relationships),
                "min_band": int(rule.min_band), "yes": rule.yes, "no": rule.no, "either": rule.either,
                "sources": rule.sources, "items": rule.items,
            }
            for rule in rules
        }  # fmt: skip
        self._engine.add_data_json(json.dumps({"rules": told}))

    def answer(self, profile: Profile) -> list[int]:
        """Masks of what the query answers."""
        self._engine.set_input_json(json.dumps(self._question(profile)))
        answers = json.loads(self._engine.eval_rule_as_json("data.peer.answer"))
        return [self._mask(cells) for cells in answers]

    def _mask(self, cells: list[tuple[str, str, str]]) -> int:
        mask = 0
        for source, item, _ in cells:
            mask |= 1 << self._vocabulary.cell(source, item)
        return mask

    def _question(self, profile: Profile) -> dict[str, Any]:
        first = profile[0]
        return {
            "agency": first.agency, "role": first.role, "purpose": first.purpose, "now": int(first.now.timestamp()),
            "persons": [
                {"relationship": one.relationship, "band": int(one.band), "states": dict(one.states)} for one in profile
            ],
        }  # fmt: skip


_SCHEMA = f"""
entity Reader = {{ agency: String, role: String }};
entity Cell = {{ item: String }};
action show appliesTo {{
  principal: [Reader], resource: [Cell],
  context: {{ purpose: String, now: Long, relationship: String, band: Long, source: String,
             {", ".join(f"{state}: String" for state in STATES)} }}
}};
"""


class CedarPartial:
    """Cedar, asked once for each person and source with the cell unknown; what is left over names the items."""

    def __init__(self, rules: list[Rule], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        text = "\n".join(_cedar(rule) for rule in rules)
        checked = cedarpy.validate_policies(text, _SCHEMA)
        if not checked.validation_passed:
            raise ValueError(str(checked.errors[:1]))
        self._policies = cedarpy.PolicySet.from_str(text)
        self._schema = cedarpy.Schema.from_str(_SCHEMA)

    def answer(self, profile: Profile) -> list[int]:
        """Masks read from the residual policies."""
        first = profile[0]
        reader = {
            "uid": {"type": "Reader", "id": "reader"},
            "attrs": {"agency": first.agency, "role": first.role},
            "parents": [],
        }
        entities = cedarpy.Entities.from_json_str(json.dumps([reader]))
        return [self._person(person, entities) for person in profile]

    def _person(self, person: DecisionRequest, entities: cedarpy.Entities) -> int:
        mask = 0
        context = {
            "purpose": person.purpose, "now": int(person.now.timestamp()), "relationship": person.relationship.value,
            "band": int(person.band), **{state: person.states[state].value for state in STATES},
        }  # fmt: skip
        for source in self._vocabulary.sources:
            permitted: set[str] = set()
            forbidden: set[str] = set()
            answered = cedarpy.is_authorized_partial(
                {
                    "principal": 'Reader::"reader"',
                    "action": 'Action::"show"',
                    "resource": None,
                    "context": context | {"source": source},
                },
                self._policies,
                entities,
                schema=self._schema,
            )
            for residual in answered.residuals.values():
                (permitted if residual["effect"] == "permit" else forbidden).update(_items_left(residual))
            mask |= self._vocabulary.mask((source,), permitted - forbidden)
        return mask


def _items_left(residual: dict[str, Any]) -> list[str]:
    """Items that a residual still waits for: it is a chain of `true &&` before one membership, or plainly false."""
    (condition,) = residual["conditions"]
    body = condition["body"]
    while "&&" in body:
        body = body["&&"]["right"]
    return [one["Value"] for one in body["contains"]["left"]["Set"]] if "contains" in body else []


def _cedar(rule: Rule) -> str:
    tests = [
        f'principal.agency == "{rule.agency}"', f"{_listed(sorted(rule.roles))}.contains(principal.role)",
        f"{_listed(sorted(rule.purposes))}.contains(context.purpose)",
        f"context.now >= {int(rule.starts.timestamp())}", f"context.now < {int(rule.ends.timestamp())}",
        f"{_listed(rule.sources)}.contains(context.source)" if rule.sources else "false",
    ]  # fmt: skip
    if rule.relationships is not None:
        tests.append(f"{_listed(sorted(rule.relationships))}.contains(context.relationship)")
    tests.append(f"context.band >= {int(rule.min_band)}")
    tests += [f'context.{state} == "yes"' for state in rule.yes] + [f'context.{state} == "no"' for state in rule.no]
    if rule.either:
        told = '== "yes"' if rule.permits else '!= "no"'
        tests.append("(" + " || ".join(f"context.{state} {told}" for state in rule.either) + ")")
    tests.append(f"{_listed(rule.items)}.contains(resource.item)")
    effect = "permit" if rule.permits else "forbid"
    chain = " && (".join(tests) + ")" * (len(tests) - 1)
    return f'{effect}(principal, action == Action::"show", resource) when {{ {chain} }};'


def _listed(values: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"
