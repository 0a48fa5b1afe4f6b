"""A register of five bodies, written to a folder as a test wants it, signed and enacted step by step."""

import copy
import json
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agreements.loader import load_register, register_faults
from agreements.register import compile_register
from agreements.request import Band, DecisionRequest, Direction, Relationship
from agreements.signing import Signatory, SignatureFile, document_digest, public_key_text, sign_document

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When everything is signed; it is activated an hour later and in force from 1 April 2026."""
ACTIVATED = AT + timedelta(hours=1)
REFERENCE = "ISA-T-1@1"
DATA = ["housing.arrears", "housing.tenancy"]
KINDS = {
    "council": "unitary authority",
    "police": "police force",
    "landlord": "registered provider of social housing",
    "school": "schools and academies",
    "newcouncil": "unitary authority",
}
SOURCES = {"case": "council", "crimes": "police", "homes": "landlord", "roll": "school", "electors": "council"}


def lists():
    return {
        "agencies.yaml": {
            "schema": "hearthgate/agencies/1",
            "agencies": [
                {"id": one, "title": one, "kind": kind, "contact": "x", "competent_authority": one == "police",
                 "roles": [{"id": "worker", "title": "Worker", "families": ["work"]}]}
                for one, kind in KINDS.items()
            ],
        },
        "sources.yaml": {
            "schema": "hearthgate/sources/1",
            "sources": [
                {"id": one, "title": one, "owner": owner, "regime": "dpa_part_3" if one == "crimes" else "uk_gdpr"}
                for one, owner in SOURCES.items()
            ],
        },
        "purposes.yaml": {
            "schema": "hearthgate/purposes/1",
            "purposes": [
                {"id": "help", "title": "Help"},
                {"id": "catch", "title": "Catch", "regime": "dpa_part_3", "nature": "law_enforcement"},
                {"id": "figures", "title": "Figures", "nature": "statistics"},
            ],
        },
        "gateways.yaml": {
            "schema": "hearthgate/law/1",
            "gateways": [
                gateway("POWER"), gateway("DUTY", kind="duty"), gateway("OUT", leaves_part_3=True),
                gateway("GUIDE", kind="guidance"), gateway("EXEMPT", kind="exemption"),
                gateway("SCHOOLS", covers_kinds=["schools and academies"]),
                gateway("FIGURES", only_directions=["statistic"]),
            ],
            "bases": [
                basis("A6", 6), basis("A6-PRIVATE", 6, covers_kinds=["registered provider of social housing"]),
                basis("A9", 9, policy_document_needed=True), basis("A10", 10),
            ],
            "reservations": [
                {"id": "ELECTORS", "cite": "Reg 107", "natures": ["statistics"], "confirmation": "from_memory"}
            ],
        },
        "dpias/one.yaml": {
            "schema": "hearthgate/dpia/1", "id": "DPIA-1", "title": "An assessment", "description": "An assessment",
            "necessity": "It is needed.", "purposes": ["help", "catch", "figures"], "data": ["*"],
            "risks": [
                {"id": "R1", "risk": "A risk stands here.", "likelihood": "low", "impact": "low",
                 "mitigation": "It is made small.", "residual": "low", "owner": "council/worker"}
            ],
            "consultation": "Everybody was asked.", "dpo_advice": "Go on with it.", "approved": "2026-03-01",
            "approved_by": "DPO", "residual_risk": "low", "next_review": "2040-01-01",
        },
    }  # fmt: skip


def gateway(name, **more):
    return {"id": name, "cite": f"Act of {name}", "kind": "power", "commenced": "2000-01-01",
            "confirmation": "from_memory"} | more  # fmt: skip


def basis(name, article, **more):
    return {"id": name, "article": article, "law": f"Article {article}", "commenced": "2000-01-01",
            "confirmation": "from_memory"} | more  # fmt: skip


def permit(**more):
    return {
        "id": "R1", "effect": "permit", "recipients": [{"agency": "council"}], "purposes": ["help"],
        "relationships": "*", "sources": ["homes"], "data": DATA, "necessity": "It is needed.",
    } | more  # fmt: skip


def agreement(**more):
    return {
        "schema": "hearthgate/agreement/1", "id": "ISA-T-1", "version": 1, "tier": "agreement",
        "title": "An agreement", "summary": "An agreement", "dpia": "DPIA-1",
        "parties": {
            "controllers": [
                {"id": "council", "does": ["discloses", "receives"], "lead": True, "ico_registration": "Z1"},
                {"id": "landlord", "does": ["discloses", "receives"], "ico_registration": "Z2"},
            ],
            "relationship": "independent_controllers",
            "controller_of": {key: ["council"] for key in ("source_facts", "index", "households", "figures", "log")},
        },
        "legal": {
            "gateways": [{"id": "POWER", "covers": ["council", "landlord"]}],
            "article_6": [{"basis": "A6", "parties": ["council", "landlord"], "law": "Act"}],
            "confidentiality": "None.", "privacy_notice": "https://council.example/privacy",
        },
        "purposes": [{"id": "help", "necessity": "It is needed."}],
        "supply": [
            {"id": "L1", "party": "landlord", "sources": ["homes"], "data": DATA, "necessity": "It is needed."},
        ],
        "rules": [permit()],
        "validity": {"from": "2026-04-01", "to": "2027-03-31", "review": "2026-10-25"},
        "retention": {"view": "none", "copies": "P1Y", "trigger": "case closed", "disposal": "delete"},
        "obligations": [
            {"id": f"O{number}", "on": on, "who": "recipient", "do": "tell", "within": "P5D"}
            for number, on in enumerate(("correction_at_source", "personal_data_breach", "subject_access_request"))
        ],
        "onward_sharing": "Not allowed.",
        "contacts": {"questions": "x", "breaches": "x", "complaints": "x"},
    } | more  # fmt: skip


class SmallRegister:
    """Files, signatures and events, changed at will and written when asked for."""

    def __init__(self, folder, *agreements):
        self.folder, self.signed = folder / "register", folder / "signed"
        self.files = lists()
        for one in agreements or (agreement(),):
            self.add(one)
        self.keys = {agency: Ed25519PrivateKey.generate() for agency in KINDS}
        self.signatures = {}
        self.events = []

    def add(self, one):
        folder = {"agreement": "agreements", "dpia": "dpias"}.get(one["schema"].split("/")[1], "instruments")
        self.files[f"{folder}/{one['id']}-{one.get('version', 1)}.yaml"] = one

    def document(self, reference=REFERENCE):
        return next(one for one in self.files.values() if reference in {one.get("id"), name_of(one)})

    def sign(self, reference=REFERENCE, by=("council", "landlord"), at=AT, over=None):
        digest = document_digest(self.document(reference))
        predecessor = document_digest(self.document(over)) if over else None
        made = self.signatures.get(reference)
        earlier = made.signatures if made else ()
        for party in by:
            signatory = Signatory(party=party, name="A name", office="An office")
            earlier = (*earlier, sign_document(reference, digest, predecessor, signatory, at, self.keys[party]))
        self.signatures[reference] = SignatureFile(
            document=reference, digest=digest, predecessor=predecessor, signatures=earlier
        )
        return self

    def happens(self, event, at, reference=REFERENCE, **more):
        one = {"document": reference, "event": event, "at": at.isoformat(), "by": ["One", "Two"]} | more
        self.events.append(one)
        return self

    def in_force(self):
        return self.sign().happens("activated", ACTIVATED)

    def write(self):
        for name, content in self.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content, indent=1))  # JSON is YAML, too
        (self.signed / "signatures").mkdir(parents=True, exist_ok=True)
        keys = {agency: public_key_text(key) for agency, key in self.keys.items()}
        (self.signed / "keys.json").write_text(json.dumps({"keys": keys}))
        (self.signed / "lifecycle.json").write_text(json.dumps({"events": self.events}))
        for reference, file in self.signatures.items():
            path = self.signed / "signatures" / f"{reference}.sig.json"
            path.write_text(json.dumps(file.model_dump(mode="json")))
        return self

    def load(self, now=datetime(2039, 1, 1, tzinfo=UTC)):
        self.write()
        return load_register(self.folder, self.signed, now)

    def compile(self):
        return compile_register(self.load())

    def faults(self, *, signed=False):
        self.write()
        found = register_faults(self.folder, self.signed if signed else None, datetime(2039, 1, 1, tzinfo=UTC))
        return [str(fault) for fault in found]


def name_of(document):
    return f"{document.get('id')}@{document.get('version')}"


def changed(document, **more):
    """A deep copy with members replaced; `a__b=1` replaces member b of member a."""
    result = copy.deepcopy(document)
    for path, value in more.items():
        *steps, last = path.split("__")
        here = result
        for step in steps:
            here = here[step]
        here[last] = value
    return result


def request(now, agency="council", purpose="help", **more):
    return DecisionRequest(agency, "worker", purpose, Relationship.TEAM, {}, Band.VERIFIED, Direction.VIEW, now, **more)


def sees(register, now, agency="council", cell=("homes", "housing.arrears"), purpose="help"):
    """Whether a worker of an agency sees a cell at an instant."""
    decision = register.decide(request(now, agency, purpose))
    permit = getattr(decision, "permit", decision)
    return cell in set(register.vocabulary.cells(getattr(permit, "mask", 0)))
