"""A seeded register of any size and profiles asked of it, as agreements of a large county might be.

12 agencies with 5 roles each, 15 purposes, 16 sources, every registered data item; six of seven agreements permit and
one prohibits, half go over ground that an earlier one covers. A profile is five persons with ten three-valued states
and a link band each. Three of four profiles are asked by a reader whom some agreement names, and most of their
persons meet its conditions: a profile that is refused at the door costs nothing and would flatter every engine.
"""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from agreements.document import Agreement, PermitRule
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments
from agreements.periods import EVER
from agreements.reference_data import AgencyList, LegalRegister, PurposeList, SourceList
from agreements.request import STATES, Band, DecisionRequest, Direction, Relationship, Tri
from concept_model.items import ITEMS

AGENCIES = tuple(f"agency_{number}" for number in range(12))
ROLES = {agency: tuple(f"role_{agency[7:]}_{number}" for number in range(5)) for agency in AGENCIES}
PURPOSES = tuple(f"purpose_{number}" for number in range(15))
SOURCES = tuple(f"source_{number}" for number in range(16))
GROUPS = tuple(sorted({item.name.split(".")[0] + ".*" for item in ITEMS}))
NAMES = tuple(item.name for item in ITEMS)
PERSONS = 5
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_RELATIONSHIPS = ("allocated_worker", "team", "manager", "mash", "none")


def documents(agreements: int, seed: int = 1) -> RegisterDocuments:
    """Build the documents of a register."""
    rng = random.Random(seed)
    made: list[dict[str, Any]] = []
    for number in range(agreements):
        made.append(_agreement(rng, number, rng.choice(made) if made and rng.random() < 0.5 else None))
    admitted = tuple(
        AdmittedAgreement(
            Agreement.model_validate(content),
            content["id"],
            ((datetime(2026, 3, 1, tzinfo=UTC), EVER[1]),),
            {party["id"]: (EVER,) for party in content["parties"]["controllers"]},
        )
        for content in made
    )
    return RegisterDocuments(**_lists(), dpias=(), agreements=admitted, now=NOW)


def profiles(chosen: RegisterDocuments, count: int, seed: int = 2) -> list[tuple[DecisionRequest, ...]]:
    """Questions about whole profiles: one reader, one purpose, five persons."""
    rng = random.Random(seed)
    rules = [rule for one in chosen.agreements for rule in one.document.rules if isinstance(rule, PermitRule)]
    return [_profile(rng, rng.choice(rules) if rng.random() < 0.75 else None) for _ in range(count)]


def _profile(rng: random.Random, rule: PermitRule | None) -> tuple[DecisionRequest, ...]:
    agency = rule.recipients[0].agency if rule else rng.choice(AGENCIES)
    role = rng.choice(tuple(rule.recipients[0].roles) if rule else ROLES[agency])
    purpose = rng.choice(tuple(rule.purposes) if rule else PURPOSES)
    now = NOW + timedelta(days=rng.choice((-200, -1, 0, 0, 0, 1, 400)))
    open_to = _RELATIONSHIPS if rule is None or rule.relationships == "*" else tuple(rule.relationships)
    relationship = Relationship(rng.choice(open_to))
    return tuple(
        DecisionRequest(
            agency, role, purpose, relationship, _states(rng, rule if rng.random() < 0.8 else None),
            Band(rng.randint(1, 4)), Direction.VIEW, now,
        )
        for _ in range(PERSONS)
    )  # fmt: skip


def _states(rng: random.Random, rule: PermitRule | None) -> dict[str, Tri]:
    """Ten states by chance, those that a rule waits for as it wants them."""
    states = {state: rng.choice(tuple(Tri)) for state in STATES}
    if rule is not None:
        states |= dict.fromkeys((*rule.conditions.all_of, *rule.conditions.any_of[:1]), Tri.YES)
        if rule.subjects.minors != "any":
            states["minor"] = Tri.YES if rule.subjects.minors == "only" else Tri.NO
    return states


def _agreement(rng: random.Random, number: int, earlier: dict[str, Any] | None) -> dict[str, Any]:
    agency = earlier["rules"][0]["recipients"][0]["agency"] if earlier else rng.choice(AGENCIES)
    purposes = [rng.choice(PURPOSES) for _ in range(rng.randint(1, 3))]
    if earlier:
        purposes = list(earlier["rules"][0]["purposes"])
    purposes = sorted(set(purposes))
    parties = sorted({agency, *rng.sample(AGENCIES, rng.randint(4, 8))})
    start = date(2026, 4, 1) + timedelta(days=rng.choice((0, 0, 0, 30, 240)))
    return {
        "schema": "hearthgate/agreement/1", "id": f"ISA-B-{number}", "version": 1, "tier": "agreement",
        "title": f"Agreement number {number}", "summary": "An agreement of the benchmark.",
        "parties": {
            "controllers": [
                {"id": party, "does": ["discloses", "receives"], "ico_registration": "Z", "lead": party == agency}
                for party in parties
            ],
            "relationship": "independent_controllers",
            "controller_of": {
                name: [agency] for name in ("source_facts", "index", "households", "figures", "log")
            },
        },
        "legal": {
            "gateways": [{"id": "G1", "covers": parties}],
            "article_6": [{"basis": "6/1", "parties": parties, "law": "Act"}],
            "article_9": [{"basis": "9/1", "data": ["*"]}], "article_10": [{"basis": "10/1", "data": ["*"]}],
            "confidentiality": "none", "privacy_notice": "none",
        },
        "purposes": [{"id": purpose, "necessity": "Because it is needed."} for purpose in purposes],
        "supply": [
            {"id": f"L{party}", "party": party, "sources": "*", "data": ["*"], "necessity": "Because it is needed."}
            for party in parties
        ],
        "rules": [_rule(rng, agency, purposes, parties, prohibits=number % 7 == 6)],
        "validity": {"from": start, "to": date(2029, 3, 31), "review": date(2028, 10, 1)},
        "retention": {"view": "none", "copies": "P1Y", "trigger": "case closed", "disposal": "delete"},
        "obligations": [{"id": "O1", "on": "disclosure", "who": "recipient", "do": "record why", "within": "PT0S"}],
        "onward_sharing": "Not allowed.", "contacts": {"questions": "x", "breaches": "x", "complaints": "x"},
    }  # fmt: skip


def _rule(
    rng: random.Random, agency: str, purposes: list[str], parties: list[str], *, prohibits: bool
) -> dict[str, Any]:
    owned = [source for number, source in enumerate(SOURCES) if AGENCIES[number % 12] in parties]
    rule: dict[str, Any] = {
        "id": "R1",
        "recipients": [{"agency": agency, "roles": sorted(rng.sample(ROLES[agency], rng.randint(2, 4)))}],
        "purposes": purposes,
        "directions": ["view"],
        "sources": sorted(rng.sample(owned, min(len(owned), rng.randint(3, 8)))),
        "data": sorted(rng.sample(GROUPS, rng.randint(2, 4) if prohibits else rng.randint(6, 14))),
        "exclude": [rng.choice(NAMES)],
    }
    if prohibits:
        when = {"any_of": [rng.choice(STATES)]} if rng.random() < 0.5 else {}
        return rule | {"effect": "prohibit", "when": when, "reason": "Because it is forbidden."}
    states = rng.sample(STATES, 3)
    return rule | {
        "effect": "permit",
        "relationships": "*" if rng.random() < 0.3 else sorted(rng.sample(_RELATIONSHIPS, rng.randint(1, 3))),
        "subjects": {"minors": rng.choice(("any", "any", "only", "exclude"))},
        "conditions": {
            "all_of": states[:1] if rng.random() < 0.5 else [],
            "any_of": states[1:] if rng.random() < 0.2 else [],
            "none_of": [],
        },
        "min_band": rng.choice(("review", "probable", "probable", "strong")),
        "transform": {rng.choice(NAMES): "month"} if rng.random() < 0.3 else {},
        "necessity": "Because it is needed.",
    }


def _lists() -> dict[str, Any]:
    past, confirmed = date(2000, 1, 1), {"confirmation": "from_memory"}
    return {
        "agencies": AgencyList.model_validate(
            {
                "schema": "hearthgate/agencies/1",
                "agencies": [
                    {
                        "id": agency, "title": agency, "kind": "council", "contact": "x",
                        "roles": [{"id": role, "title": role} for role in ROLES[agency]],
                    }
                    for agency in AGENCIES
                ],
            }
        ),
        "sources": SourceList.model_validate(
            {
                "schema": "hearthgate/sources/1",
                "sources": [
                    {"id": source, "title": source, "owner": AGENCIES[number % 12], "regime": "uk_gdpr"}
                    for number, source in enumerate(SOURCES)
                ],
            }
        ),
        "purposes": PurposeList.model_validate(
            {"schema": "hearthgate/purposes/1", "purposes": [{"id": one, "title": one} for one in PURPOSES]}
        ),
        "law": LegalRegister.model_validate(
            {
                "schema": "hearthgate/law/1",
                "gateways": [{"id": "G1", "cite": "Act", "kind": "power", "commenced": past, **confirmed}],
                "bases": [
                    {"id": f"{article}/1", "article": article, "law": "Act", "commenced": past, **confirmed}
                    for article in (6, 9, 10)
                ],
            }
        ),
    }  # fmt: skip
