"""The register's documents in ODRL and DPV: agreements with their law and life, and the lists beside them."""

from datetime import date

from agreements.odrl_life import Memberships, Reviews, Spans
from agreements.odrl_parts import Child, Children, Content, Link, Links, Nested, Node, Part, Shape, Told, Value, Values
from agreements.odrl_rules import BREAK_GLASS, INVARIANT, OBLIGATION, RETENTION, RULES, SUPPLY, WITHHOLDING
from agreements.odrl_vocabulary import PROFILE, dpv_match, iri
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


def _role_besides(content: Content, node: Node) -> Node:
    agency = node["uid"].rpartition("/role/")[0]
    families = [iri("family/", family) for family in (*content["families"], "*")]
    return {"partOf": [agency, "agency/*", iri("role/", content["id"]), "role/*", *families]}


def _basis_besides(content: Content, _node: Node) -> Node:
    return {"closeMatch": dpv_match(content["id"])}


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
_ROLE = Shape(
    ("odrl:Party",),
    (
        Value("id", "identifier"),
        Value("title", "title"),
        Links("families", "family", "family/"),
        Value("refusal", "refusal"),
    ),
    besides=_role_besides,
)
_AGENCY = Shape(
    ("odrl:PartyCollection",),
    (
        Value("id", "identifier"),
        Value("title", "title"),
        Value("kind", "bodyKind"),
        Value("contact", "contact"),
        Value("competent_authority", "competentAuthority"),
        Children("roles", "role", _ROLE),
    ),
    always={"partOf": ["agency/*"]},
)
_SOURCE = Shape(
    ("odrl:AssetCollection",),
    (
        Value("id", "identifier"),
        Value("title", "title"),
        Link("owner", "owner", "agency/"),
        Link("regime", "regime", "isa:regime-"),
        Value("match_only", "matchOnly"),
        Link("reserved_under", "reservedUnder", "reservation/"),
    ),
    always={"partOf": ["source/*"]},
)
_PURPOSE = Shape(
    ("dpv:Purpose",),
    (
        Value("id", "identifier"),
        Value("title", "title"),
        Link("regime", "regime", "isa:regime-"),
        Link("nature", "nature", "isa:nature-"),
    ),
    always={"partOf": ["purpose/*"]},
)
_CHECKED = (
    Link("confirmation", "confirmation", "isa:confirmation-"),
    Values("confirmed_by", "confirmedBy"),
    Value("note", "note"),
)
_GATEWAY = Shape(
    ("isa:LegalGateway",),
    (
        Value("id", "identifier"),
        Value("cite", "cite"),
        Link("kind", "kind", "isa:gateway-"),
        Values("covers_kinds", "coversKind"),
        Links("only_directions", "onlyAction", "isa:action-"),
        Value("commenced", "commenced"),
        Value("ended", "ended"),
        Link("purpose_live", "purposeLive", "isa:purposeLive-"),
        Value("leaves_part_3", "leavesPart3"),
        *_CHECKED,
    ),
)
_BASIS = Shape(
    ("dpv:LegalBasis",),
    (
        Value("id", "identifier"),
        Value("article", "article"),
        Value("law", "cite"),
        Value("commenced", "commenced"),
        Value("ended", "ended"),
        Values("covers_kinds", "coversKind"),
        Value("policy_document_needed", "policyDocumentNeeded"),
        *_CHECKED,
    ),
    besides=_basis_besides,
)
_RESERVATION = Shape(
    ("isa:Reservation",),
    (Value("id", "identifier"), Value("cite", "cite"), Links("natures", "nature", "isa:nature-"), *_CHECKED[:2]),
)
_RISK = Shape(
    ("dpv:Risk",),
    (
        Value("id", "identifier"),
        Value("risk", "description"),
        Link("likelihood", "likelihood", "isa:level-"),
        Link("impact", "impact", "isa:level-"),
        Value("mitigation", "mitigation"),
        Link("residual", "residual", "isa:level-"),
        Value("owner", "riskOwner"),
    ),
)
_ASSESSMENT = Shape(
    ("dpv:DPIA",),
    (
        Told("schema", "hearthgate/dpia/1"),
        Value("id", "identifier"),
        Value("title", "title"),
        Value("description", "description"),
        Value("necessity", "necessity"),
        Links("purposes", "hasPurpose", "purpose/"),
        Links("data", "item", "item/"),
        Children("risks", "hasRisk", _RISK),
        Value("consultation", "consultation"),
        Value("dpo_advice", "dpoAdvice"),
        Value("approved", "approved"),
        Value("approved_by", "approvedBy"),
        Link("residual_risk", "residualRisk", "isa:level-"),
        Value("next_review", "nextReview"),
    ),
)
_SUCCESSION = Shape(
    ("isa:Succession",),
    (
        Value("id", "identifier"),
        Value("digest", "digest"),
        Link("predecessor", "predecessor", "agency/"),
        Link("successor", "successor", "agency/"),
        Value("at", "at"),
    ),
)


def _list(name: str, *parts: Part) -> Nested:
    return Nested(name, (Told("schema", f"hearthgate/{name}/1"), *parts))


REGISTER = Shape(
    ("isa:Register",),
    (
        Value("now", "loadedFor"),
        _list("agencies", Children("agencies", "agency", _AGENCY, top=True)),
        _list("sources", Children("sources", "source", _SOURCE, top=True, numbered=True)),
        _list("purposes", Children("purposes", "purpose", _PURPOSE, top=True)),
        _list(
            "law",
            Children("gateways", "gateway", _GATEWAY, top=True),
            Children("bases", "basis", _BASIS, top=True),
            Children("reservations", "reservation", _RESERVATION, top=True),
        ),
        Children("dpias", "assessment", _ASSESSMENT, top=True),
        Children("agreements", "agreement", AGREEMENT, top=True),
        Children("successions", "succession", _SUCCESSION, top=True),
        Children("invariants", "invariant", INVARIANT, top=True),
    ),
)
