"""A whole register in ODRL and DPV: agreements, and the lists and assessments beside them."""

from agreements.odrl_agreements import AGREEMENT
from agreements.odrl_parts import Children, Content, Link, Links, Nested, Node, Part, Shape, Told, Value, Values
from agreements.odrl_rules import INVARIANT
from agreements.odrl_vocabulary import dpv_match, iri


def _role_besides(content: Content, node: Node) -> Node:
    agency = node["uid"].rpartition("/role/")[0]
    families = [iri("family/", family) for family in (*content["families"], "*")]
    return {"partOf": [agency, "agency/*", iri("role/", content["id"]), "role/*", *families]}


def _basis_besides(content: Content, _node: Node) -> Node:
    return {"closeMatch": dpv_match(content["id"])}


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
_TEAM = Shape((), (Value("name", "title"), Value("told_as", "toldAs")))
_AGENCY = Shape(
    ("odrl:PartyCollection",),
    (
        Value("id", "identifier"),
        Value("title", "title"),
        Value("kind", "bodyKind"),
        Value("contact", "contact"),
        Value("competent_authority", "competentAuthority"),
        Link("decider", "decider", "role/"),
        Children("roles", "role", _ROLE),
        Children("teams", "team", _TEAM),
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
        Link("lookups", "lookups", "isa:lookups-"),
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
