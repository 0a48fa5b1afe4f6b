"""An agreement in ODRL and DPV: its parties, law, clauses and dates, and what stands outside its text."""

from datetime import date

from agreements.odrl_life import Memberships, Reviews, Spans
from agreements.odrl_parts import Child, Children, Content, Link, Links, Nested, Node, Shape, Told, Value
from agreements.odrl_rules import BREAK_GLASS, INVARIANT, OBLIGATION, RETENTION, RULES, SUPPLY, WITHHOLDING
from agreements.odrl_vocabulary import PROFILE, iri
from agreements.periods import end_of_day, start_of_day


def _agreement_besides(content: Content, node: Node) -> Node:
    """What foreign readers need at hand: who assigns, purposes and bases of the whole, and the days as instants."""
    document = content["document"]
    first, last = (date.fromisoformat(document["validity"][edge]) for edge in ("from", "to"))
    span = [
        {
            "uid": f"{node['uid']}/validity/{edge}", "type": ["odrl:Constraint"], "leftOperand": "odrl:dateTime",
            "operator": operator, "rightInstant": instant.isoformat(),
        }
        for edge, operator, instant in (
            ("from", "odrl:gteq", start_of_day(first)), ("to", "odrl:lt", end_of_day(last)),
        )
    ]  # fmt: skip
    for term in ("permission", "supply", "prohibition", "limit", "neverBoth", "referral", "withholding"):
        for rule in node.get(term, []):
            rule.setdefault("constraint", []).extend({"uid": test["uid"]} for test in span)
    disclosing = [party["id"] for party in document["parties"]["controllers"] if "discloses" in party["does"]]
    bases = [basis["basis"] for part in ("article_6", "article_9", "article_10") for basis in document["legal"][part]]
    return {
        "type": ["odrl:Agreement" if content["active"] else "odrl:Offer"],
        "assigner": [iri("agency/", party) for party in disclosing],
        "hasPurpose": [iri("purpose/", purpose["id"]) for purpose in document["purposes"]],
        "hasLegalBasis": [iri("basis/", basis) for basis in dict.fromkeys(bases)],
        "validity": span,
    }


def _condition(term: str) -> Shape:
    return Shape(
        (f"isa:{term}Condition",),
        (
            Link("basis", "hasLegalBasis", "basis/"),
            Links("data", "item", "item/"),
            Value("policy_document", "policyDocument"),
        ),
    )


_LIFE = (
    Value("digest", "digest"),
    Spans("active", "activeSpan"),
    Memberships("parties", "membership"),
    Reviews("reviews", "reviewAgreed"),
    Value("withdrawn", "withdrawn"),
    Link("stage", "stage", "isa:stage-"),
    Spans("epoch", "epoch", one=True),
)
_PARTY = Shape(
    ("dpv:DataController",),
    (
        Link("id", "agency", "agency/"),
        Links("does", "does", "isa:does-"),
        Value("lead", "lead"),
        Value("accession", "accession"),
        Value("ico_registration", "icoRegistration"),
    ),
)
_PARTIES = Nested(
    "parties",
    (
        Children("controllers", "party", _PARTY),
        Link("relationship", "relationship", "isa:"),
        Value("article_26_summary", "article26Summary"),
        Nested(
            "controller_of",
            (
                Links("source_facts", "controllerOfFacts", "agency/"),
                Links("index", "controllerOfIndex", "agency/"),
                Links("households", "controllerOfHouseholds", "agency/"),
                Links("figures", "controllerOfFigures", "agency/"),
                Links("log", "controllerOfLog", "agency/"),
            ),
        ),
    ),
)
_LEGAL = Nested(
    "legal",
    (
        Children(
            "gateways",
            "legalGround",
            Shape(("isa:GatewayUse",), (Link("id", "gateway", "gateway/"), Links("covers", "covers", "agency/"))),
        ),
        Children(
            "article_6",
            "article6",
            Shape(
                ("isa:Article6Basis",),
                (
                    Link("basis", "hasLegalBasis", "basis/"),
                    Links("parties", "party", "agency/"),
                    Value("law", "restsOn"),
                ),
            ),
        ),
        Children("article_9", "article9", _condition("Article9")),
        Children("article_10", "article10", _condition("Article10")),
        Value("confidentiality", "confidentiality"),
        Value("privacy_notice", "privacyNotice"),
    ),
)
_DOCUMENT = Nested(
    "document",
    (
        Told("schema", "hearthgate/agreement/1"),
        Value("id", "identifier"),
        Value("version", "version"),
        Link("supersedes", "replaces", "agreement/"),
        Link("tier", "tier", "isa:tier-"),
        Value("title", "title"),
        Value("summary", "summary"),
        Link("dpia", "assessment", "assessment/"),
        _PARTIES,
        _LEGAL,
        Children(
            "purposes",
            "purposeUse",
            Shape(("isa:PurposeUse",), (Link("id", "purpose", "purpose/"), Value("necessity", "necessity"))),
        ),
        Links("incompatible_purposes", "incompatiblePurpose", "purpose/"),
        Children("supply", "supply", SUPPLY),
        RULES,
        Children("withholding", "withholding", WITHHOLDING),
        Child("break_glass", "breakGlass", BREAK_GLASS),
        Nested(
            "validity",
            (
                Value("from", "validFrom"),
                Value("to", "validTo"),
                Value("review", "reviewBy"),
                Link("on_review_missed", "onReviewMissed", "isa:onReviewMissed-"),
            ),
        ),
        Child("retention", "retention", RETENTION),
        Children("obligations", "obligation", OBLIGATION),
        Value("onward_sharing", "onwardSharing"),
        Children("invariants", "invariant", INVARIANT),
        Child(
            "contacts",
            "contacts",
            Shape(
                ("isa:Contacts",),
                (Value("questions", "questions"), Value("breaches", "breaches"), Value("complaints", "complaints")),
            ),
        ),
    ),
)
AGREEMENT = Shape(
    ("odrl:Agreement",),
    (_DOCUMENT, *_LIFE),
    always={"profile": PROFILE, "conflict": "odrl:prohibit"},
    besides=_agreement_besides,
    key=lambda content: "{id}@{version}".format_map(content["document"]),
)
