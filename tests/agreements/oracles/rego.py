"""Asks a Rego evaluator (regorus) about whole profiles. The decision is `decide.rego`; the documents are its data."""

import json
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import regorus

from agreements.decision import FORMS
from agreements.request import STATES, Tri
from concept_model.items import item_named
from tests.agreements.oracles.to_cedar import BANDS, microseconds
from tests.agreements.reference import cells, start

_POLICY = Path(__file__).with_name("decide.rego").read_text(encoding="utf-8")
_LAST = microseconds(datetime.max.replace(tzinfo=UTC))
_FIRST = microseconds(datetime.min.replace(tzinfo=UTC))


class RegoOracle:
    """A register as Rego reads it."""

    def __init__(self, documents):
        register = to_data(documents)
        everything = cells(documents)
        # A JSON list is a Rego array; given as Python sets they stay sets.
        sets = {
            "all": {"/".join(cell) for cell in everything},
            "selected": {
                clause: {side: _selected(everything, chosen) for side, chosen in rule["selections"].items()}
                for clause, rule in register["rule"].items()
            },
            "supplied": {
                admitted.document.reference: _supplied(documents, admitted.document, everything)
                for admitted in documents.agreements
            },
        }
        self._engine = regorus.Engine()
        self._engine.add_policy("decide.rego", _POLICY)
        self._engine.add_data_json(json.dumps(register))
        self._engine.add_data(sets)
        self._ranks = {
            f"{admitted.document.reference}/{rule.id}": rule.transform
            for admitted in documents.agreements
            for rule in admitted.document.rules
            if rule.effect == "permit"
        }
        self._families = {
            (agency.id, role.id): role.families for agency in documents.agencies.agencies for role in agency.roles
        }

    def released(self, profile, wanted):
        """For each request of a profile {cell: (form, clauses)} of what is released among the cells wanted."""
        reader = profile[0]
        question = {
            "reader": {
                "agency": reader.agency, "role": reader.role, "families": self._families[reader.agency, reader.role],
                "purpose": reader.purpose, "direction": reader.direction,
                "regime": reader.regime, "now": microseconds(reader.now), "glass": reader.break_glass,
            },
            "subjects": [
                {
                    "states": {state: asked.states.get(state, Tri.UNKNOWN) for state in STATES},
                    "band": int(asked.band), "relationship": asked.relationship,
                }
                for asked in profile
            ],
            "cells": ["/".join(cell) for cell in wanted],
        }  # fmt: skip
        self._engine.set_input_json(json.dumps(question))
        answers = json.loads(self._engine.eval_rule_as_json("data.gateway.answer"))
        return [self._formed(answer) for answer in answers]

    def _formed(self, answer):
        clauses, ranks = {}, {}
        for name, clause in answer["granted"]:
            cell = tuple(name.split("/"))
            patterns = self._ranks[clause]
            group = f"{cell[1].split('.')[0]}.*"
            forms = [FORMS.index(patterns[one]) for one in ("*", group, cell[1]) if one in patterns]
            clauses.setdefault(cell, set()).add(clause)
            ranks[cell] = min(ranks.get(cell, len(FORMS)), max(forms, default=0))
        for name, rank in answer["caps"]:
            cell = tuple(name.split("/"))
            if cell in ranks:
                ranks[cell] = max(ranks[cell], rank)
        return {cell: (FORMS[ranks[cell]], held) for cell, held in clauses.items()}


def _selected(everything, selection):
    return {
        f"{source}/{item}"
        for source, item in everything
        if selection["sources"] == "*" or source in selection["sources"]
        if any(fnmatchcase(item, pattern) for pattern in selection["data"])
        if not any(fnmatchcase(item, pattern) for pattern in selection["exclude"])
    }


def _supplied(documents, document, everything):
    owners = {source.id: source.owner for source in documents.sources.sources}
    return {
        cell
        for one in document.supply
        for cell in _selected(everything, one.model_dump(mode="json"))
        if owners[cell.split("/")[0]] == one.party
    }


def to_data(documents):
    """The register as JSON: instants in microseconds, open ends as the first and last instant there are."""
    agreements = {admitted.document.reference: _agreement(documents, admitted) for admitted in documents.agreements}
    return {
        "agreements": agreements,
        "rule": {clause: rule for one in agreements.values() for clause, rule in one["rules"].items()},
        "purposes": {purpose.id: purpose.regime for purpose in documents.purposes.purposes},
        "law": {
            law.id: {"spans": _live(law), "leaves_part_3": getattr(law, "leaves_part_3", False)}
            for law in (*documents.law.gateways, *documents.law.bases)
        },
        "cells": {"/".join(cell): _cell(documents, *cell) for cell in cells(documents)},
    }


def _agreement(documents, admitted):
    document = admitted.document
    frames = [_spans(admitted.active), _spans([(start(document.validity.from_), start(document.validity.to, 1))])]
    kinds = {law.id: law.kind for law in documents.law.gateways}
    used = [kinds.get(use.id) for use in document.legal.gateways]
    if not (document.validity.on_review_missed == "continue_under_statute" and used and set(used) == {"duty"}):
        first = (None, start(document.validity.review, 1))
        frames.append(_spans([first, *((at, start(day, 1)) for at, day in admitted.reviews)]))
    frames += [_spans([(None, start(one.next_review, 1))]) for one in documents.dpias if one.id == document.dpia]
    begun = [(admitted.active[0][0], admitted.withdrawn)] if admitted.active else []
    last = start(document.validity.to, 1)
    forbids = [(max(at, start(document.validity.from_)), min(until or last, last)) for at, until in begun]
    return {
        "frames": frames,
        "forbids": _spans(forbids),
        "parties": {party: _spans(spans) for party, spans in admitted.parties.items()},
        "purposes": [purpose.id for purpose in document.purposes],
        "supply": [one.model_dump(mode="json") for one in document.supply],
        "gateways": [use.model_dump(mode="json") for use in document.legal.gateways],
        "article_6": [use.model_dump(mode="json") for use in document.legal.article_6],
        "special": [use.model_dump(mode="json") for use in document.legal.article_9],
        "criminal": [use.model_dump(mode="json") for use in document.legal.article_10],
        "rules": {f"{document.reference}/{rule.id}": _rule(document, rule) for rule in document.rules},
    }


def _rule(document, rule):
    given = rule.model_dump(mode="json")
    common = {name: given.get(name, []) for name in ("purposes", "directions", "recipients", "except_recipients")} | {
        "effect": rule.effect,
        "widened": [],
        "rank": FORMS.index(given.get("form", "full")),
    }
    sides = {"keep": "keep", "withhold": "withhold"} if rule.effect == "never_both" else {"cells": None}
    common["selections"] = {side: given[name] if name else given for side, name in sides.items()}
    if rule.effect not in {"permit", "refer"}:
        parts = {f"{part}_{kind}": given[part][f"{kind}_of"] for part in ("when", "unless") for kind in ("all", "any")}
        return common | parts
    glass, minors = document.break_glass, given["subjects"]["minors"]
    if glass is not None and rule.id in glass.widens:
        common["widened"] = [one.model_dump(mode="json") for one in glass.recipients]
    return common | {
        "relationships": given["relationships"],
        "min_band": BANDS[rule.min_band],
        "yes": [*given["conditions"]["all_of"], *(["minor"] if minors == "only" else [])],
        "no": [*given["conditions"]["none_of"], *(["minor"] if minors == "exclude" else [])],
        "any": given["conditions"]["any_of"],
    }


def _live(law):
    if law.commenced is None or getattr(law, "purpose_live", "live") not in {"live", "not_applicable"}:
        return []
    return _spans([(start(law.commenced), start(law.ended, 1) if law.ended else None)])


def _cell(documents, source, item):
    held = next(one for one in documents.sources.sources if one.id == source)
    special = {None: "none", "criminal": "criminal"}.get(item_named(item).special_category, "special")
    return {
        "source": source, "item": item, "owner": held.owner, "regime": held.regime, "match_only": held.match_only,
        "special": special,
    }  # fmt: skip


def _spans(spans):
    return [
        (_FIRST if begins is None else microseconds(begins), _LAST if ends is None else microseconds(ends))
        for begins, ends in spans
    ]
