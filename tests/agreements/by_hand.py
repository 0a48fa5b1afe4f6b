"""Registers of few rules, written out: everything is lawful and supplied, so that only the rules decide."""

from datetime import datetime, timedelta

from agreements.document import Agreement
from agreements.lifecycle import AdmittedAgreement
from agreements.periods import EVER, start_of_day
from agreements.register import compile_register
from agreements.request import STATES, Band, DecisionRequest, Direction, Relationship, Tri
from tests.agreements import generator
from tests.agreements.generator import AGENCIES, BECAUSE, DAY

NOW = start_of_day(DAY) + timedelta(hours=9)
READER = {"recipients": [{"agency": "council", "roles": ["worker"]}], "purposes": ["help"], "directions": ["view"]}
HOUSING = {"sources": ["homes"], "data": ["housing.arrears"]}
SCHOOL = {"sources": ["register"], "data": ["education.attendance"]}
NAME = {"sources": ["register"], "data": ["identity.name"]}


def permit(cells, name="R1", **more):
    gate = {"relationships": "*", "min_band": "review", "necessity": BECAUSE}
    return {**READER, **cells, **gate, "id": name, "effect": "permit", **more}


def prohibition(cells, name="B1", **more):
    return {**READER, **cells, "id": name, "effect": "prohibit", "reason": BECAUSE, **more}


def never_both(keep, withhold, **more):
    return {**READER, "id": "N1", "effect": "never_both", "keep": keep, "withhold": withhold, "reason": BECAUSE, **more}


def referral(cells, name="D1", **more):
    whom = {"relationships": "*", "min_band": "review", "to": "council/worker", "within": "PT4H", "message": BECAUSE}
    return {**READER, **cells, **whom, "id": name, "effect": "refer", **more}


def voice(cells, mode, name="W1"):
    return {**READER, **cells, "id": name, "relationships": "*", "mode": mode, "sentence": f"{mode} is said."}


def legal(*gateways):
    """What covers every item of every agency, under these gateways: G1 is a power, G2 a duty."""
    return {
        "gateways": [{"id": one, "covers": list(AGENCIES)} for one in gateways],
        "article_6": [{"basis": "6/1", "parties": list(AGENCIES), "law": "Act"}],
        "article_9": [{"basis": "9/1", "data": ["*"]}], "article_10": [{"basis": "10/1", "data": ["*"]}],
        "confidentiality": "none", "privacy_notice": "none",
    }  # fmt: skip


def agreement(*rules, number=1, first=DAY, last=DAY + timedelta(days=20), **more):
    """An agreement of all agencies, active from its first day (a date) to the end of its last."""
    document = Agreement.model_validate(
        {
            "schema": "hearthgate/agreement/1", "id": f"ISA-{number}", "version": 1, "tier": "agreement",
            "title": "written out", "summary": "written out",
            "parties": {
                "controllers": [
                    {"id": party, "does": ["discloses", "receives"], "ico_registration": "Z"} for party in AGENCIES
                ],
                "relationship": "independent_controllers",
                "controller_of": {
                    name: ["council"] for name in ("source_facts", "index", "households", "figures", "log")
                },
            },
            "legal": legal("G1"),
            "purposes": [{"id": one, "necessity": BECAUSE} for one in generator.PURPOSES],
            "supply": [
                {"id": f"L{party}", "party": party, "sources": "*", "data": ["*"], "necessity": BECAUSE}
                for party in AGENCIES
            ],
            "rules": rules, "validity": {"from": first, "to": last, "review": last},
            "retention": {"view": "none", "copies": "P1Y", "trigger": "x", "disposal": "x"},
            "onward_sharing": "Not allowed.",
            "contacts": {"questions": "x", "breaches": "x", "complaints": "x"},
            **more,
        }
    )  # fmt: skip
    return AdmittedAgreement(document, str(number), ((start_of_day(first), EVER[1]),), dict.fromkeys(AGENCIES, (EVER,)))


def compiled(*agreements, **lists):
    beside = generator.lists(generator.seeded("by hand")) | lists
    return compile_register(generator.register_of(agreements, beside))


def asked(role="worker", purpose="help", direction=Direction.VIEW, now: datetime = NOW, **states):
    """A request of the council about a person of whom every state is no but those told."""
    known = dict.fromkeys(STATES, Tri.NO) | states
    return DecisionRequest("council", role, purpose, Relationship.TEAM, known, Band.VERIFIED, direction, now)
