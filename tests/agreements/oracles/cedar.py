"""Asks Cedar, always with its schema, in batches: cell by cell, as Cedar has no question about a whole record."""

import json
from fnmatch import fnmatchcase

import cedarpy

from agreements.request import STATES, Tri
from concept_model.items import item_named
from tests.agreements.oracles.to_cedar import SCHEMA, microseconds, policies
from tests.agreements.reference import cells

_SCHEMA = cedarpy.Schema.from_str(SCHEMA)
_ANY = 0


class CedarOracle:
    """A register as Cedar reads it. Raises `AssertionError` for policies that do not fit the schema."""

    def __init__(self, documents):
        written = policies(documents)
        text = "\n".join(policy for _, policy in written)
        checked = cedarpy.validate_policies(text, SCHEMA)
        assert checked.validation_passed, checked.errors
        self._clauses = {f"policy{number}": clause for number, (clause, _) in enumerate(written)}
        self._policies = cedarpy.PolicySet.from_str(text)
        self._cells = {cell: number for number, cell in enumerate(cells(documents))}
        self._things = [_cell_entity(documents, *cell, number) for cell, number in self._cells.items()]
        self._families = {
            (agency.id, role.id): role.families for agency in documents.agencies.agencies for role in agency.roles
        }
        self._pairs = {
            f"{admitted.document.reference}/{rule.id}": [
                number
                for (_, item), number in self._cells.items()
                if any(fnmatchcase(item, pattern) for pattern in rule.keep.data)
            ]
            for admitted in documents.agreements
            for rule in admitted.document.rules
            if rule.effect == "never_both"
        }

    def permitting(self, profiles):
        """For each (profile, cells) the clauses that permit each cell to each request, or an empty set: withheld."""
        askings = [asked for profile, _ in profiles for asked in profile]
        kept, offered = self._beforehand([profile for profile, _ in profiles])
        entities = [self._asking(asked, number, kept[number], offered[number]) for number, asked in enumerate(askings)]
        number, questions = 0, []
        for profile, wanted in profiles:
            for _ in profile:
                questions.extend(("release", number, self._cells[cell], None) for cell in wanted)
                number += 1
        answers = iter(self._ask(entities, questions))
        return [
            [{cell: {self._clauses[reason] for reason in next(answers)} for cell in wanted} for _ in profile]
            for profile, wanted in profiles
        ]

    def _beforehand(self, profiles):
        """What never-both rules and break-glass ask of the whole profile before any cell is released."""
        askings = [asked for profile in profiles for asked in profile]
        entities = [self._asking(asked, number, (), offered=False) for number, asked in enumerate(askings)]
        groups, first = [], 0
        for profile in profiles:
            groups.append(range(first, first + len(profile)))
            first += len(profile)
        # One reader asks of a whole profile: break-glass is on offer to all of it or to none.
        glass = [group for group in groups if askings[group[0]].break_glass]
        offered = self._any(
            entities, [("offer", group[0], cell, None) for group in glass for cell in self._cells.values()]
        )
        bites = [("bite", number, _ANY, pair) for number in range(len(askings)) for pair in self._pairs]
        bitten = self._any(entities, bites)
        biting = {(group, pair) for group in groups for pair in self._pairs if any((n, pair) in bitten for n in group)}
        mights = [("might", n, cell, pair) for group, pair in biting for n in group for cell in self._pairs[pair]]
        might = self._any(entities, mights)
        kept = {
            number: [pair for pair in self._pairs if (group, pair) in biting and any((n, pair) in might for n in group)]
            for group in groups
            for number in group
        }
        return kept, {number: (group[0], None) in offered for group in groups for number in group}

    def _any(self, entities, questions):
        answers = zip(questions, self._ask(entities, questions), strict=True)
        return {(number, pair) for (_, number, _, pair), reasons in answers if reasons}

    def _ask(self, entities, questions):
        """Policies that allow each question; none where it is denied. An error of a policy is an error of the test."""
        if not questions:
            return []
        wanted = [self._things[cell] for cell in sorted({cell for _, _, cell, _ in questions})]
        known = cedarpy.Entities.from_json_str(json.dumps(entities + wanted), schema=_SCHEMA)
        requests = [
            {
                "principal": {"type": "Asking", "id": str(number)}, "action": {"type": "Action", "id": action},
                "resource": {"type": "Cell", "id": str(cell)}, "context": {} if pair is None else {"pair": pair},
            }
            for action, number, cell, pair in questions
        ]  # fmt: skip
        results = cedarpy.is_authorized_batch(requests, self._policies, known, schema=_SCHEMA)
        assert not any(result.diagnostics.errors for result in results)
        return [result.diagnostics.reasons if result.allowed else () for result in results]

    def _asking(self, asked, number, kept, offered):
        return {
            "uid": {"type": "Asking", "id": str(number)},
            "attrs": {
                "agency": asked.agency, "role": asked.role, "families": self._families[asked.agency, asked.role],
                "purpose": asked.purpose, "direction": asked.direction, "relationship": asked.relationship,
                "regime": asked.regime, "band": int(asked.band), "now": microseconds(asked.now),
                "glass": asked.break_glass, "offered": offered, "kept": list(kept),
                **{state: asked.states.get(state, Tri.UNKNOWN) for state in STATES},
            },
            "parents": [],
        }  # fmt: skip


def _cell_entity(documents, source, item, number):
    held = next(one for one in documents.sources.sources if one.id == source)
    special = {None: "none", "criminal": "criminal"}.get(item_named(item).special_category, "special")
    return {
        "uid": {"type": "Cell", "id": str(number)},
        "attrs": {
            "source": source, "item": item, "owner": held.owner, "regime": held.regime, "match_only": held.match_only,
            "special": special,
        },
        "parents": [],
    }  # fmt: skip
