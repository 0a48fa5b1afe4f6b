"""The clauses of an agreement in ODRL: permissions, prohibitions and duties (docs/odrl-profile.md)."""

from dataclasses import dataclass

from agreements.odrl_constraints import Coarsening, Comparison, Minors, States
from agreements.odrl_parts import (
    Child,
    Children,
    Choice,
    Content,
    Grouped,
    Link,
    Links,
    Measure,
    Nested,
    Node,
    Part,
    Shape,
    Told,
    Value,
    Values,
    Variants,
)
from agreements.odrl_vocabulary import iri, name_of


@dataclass(frozen=True)
class _Answerer:
    """Who answers a referral, `agency/role` in the document, as that role's own IRI."""

    names: tuple[str, ...] = ("to",)

    def write(self, content: Content, node: Node) -> None:
        agency, _, role = content["to"].partition("/")
        node["assignee"] = iri(f"{iri('agency/', agency)}/role/", role)

    def read(self, node: Node, content: Content) -> None:
        agency, _, role = node["assignee"].rpartition("/role/")
        content["to"] = f"{name_of('agency/', agency)}/{name_of('', role)}"


def _widened(content: Content, node: Node) -> Node:
    agreement = node["uid"].rpartition("/")[0]
    return {"widens": [iri(f"{agreement}/rule/", rule) for rule in content["widens"]]}


RECIPIENT = Shape(
    ("odrl:PartyCollection",),
    (
        Link("agency", "agency", "agency/"),
        Choice("roles", "role", "role/"),
        Link("family", "family", "family/", absent="*"),
    ),
)
_CELL_PARTS: tuple[Part, ...] = (
    Choice("sources", "source", "source/"),
    Links("data", "item", "item/"),
    Links("exclude", "exceptItem", "item/"),
)
_CELLS = ("odrl:AssetCollection", "isa:Cells")
_SELECTION = Shape(_CELLS, _CELL_PARTS)
_TARGET = Grouped("target", _CELLS, _CELL_PARTS)
_PURPOSE = Comparison("isa:PurposeTest", "odrl:purpose", "odrl:isAnyOf", Choice("purposes", "rightOperand", "purpose/"))
_READERS: tuple[Part, ...] = (
    Value("id", "identifier"),
    Children("recipients", "assignee", RECIPIENT),
    Choice("directions", "action", "isa:action-", every="odrl:use"),
    _PURPOSE,
)
# A reader who asks is no assignee of what then happens: somebody else answers, or the gateway speaks.
_ASKERS: tuple[Part, ...] = (
    Value("id", "identifier"),
    Children("recipients", "requestedBy", RECIPIENT),
    Choice("directions", "requestedAction", "isa:action-", every="odrl:use"),
    _PURPOSE,
)
_GATE: tuple[Part, ...] = (
    Comparison(
        "isa:RelationshipTest", "isa:relationshipToFamily", "odrl:isAnyOf",
        Choice("relationships", "rightOperand", "isa:relationship-"),
    ),
    Comparison("isa:BandTest", "isa:linkBand", "odrl:gteq", Link("min_band", "rightOperand", "isa:band-")),
    Nested("subjects", (Minors(),)),
    Nested(
        "conditions",
        (
            States("all_of", "isa:AllOf", "odrl:eq", "isa:yes"),
            States("any_of", "isa:AnyOf", "odrl:eq", "isa:yes", together=True),
            States("none_of", "isa:NoneOf", "odrl:eq", "isa:no"),
        ),
    ),
)  # fmt: skip
_BAR: tuple[Part, ...] = (
    Children("except_recipients", "exceptParty", RECIPIENT),
    Nested(
        "when",
        (
            States("all_of", "isa:WhenAllOf", "odrl:neq", "isa:no"),
            States("any_of", "isa:WhenAnyOf", "odrl:neq", "isa:no", together=True),
        ),
    ),
    Nested(
        "unless",
        (
            # Lifted when all are known to be yes: so it stands while any one of them is not.
            States("all_of", "isa:UnlessAllOf", "odrl:neq", "isa:yes", together=True),
            States("any_of", "isa:UnlessAnyOf", "odrl:neq", "isa:yes"),
        ),
    ),
    Value("reason", "reason"),
)

PERMIT = Shape(
    ("odrl:Permission",),
    (
        Told("effect", "permit"),
        *_READERS,
        *_GATE,
        _TARGET,
        Coarsening(),
        Comparison("isa:AgeTest", "isa:eventAge", "odrl:lteq", Measure("window_days", "rightDuration", "P", "D")),
        Comparison("isa:EventRoleTest", "isa:roleInEvent", "odrl:isAnyOf", Values("event_roles", "rightText")),
        Value("advice", "advice"),
        Value("necessity", "necessity"),
    ),
)
PROHIBIT = Shape(
    ("odrl:Prohibition",),
    (
        Told("effect", "prohibit"),
        *_READERS,
        _TARGET,
        *_BAR,
        Link("existence", "existence", "isa:existence-"),
        Link("rows", "rows", "isa:rows-"),
    ),
)
LIMIT = Shape(
    ("odrl:Prohibition", "isa:Limit"),
    (
        Told("effect", "limit"),
        *_READERS,
        _TARGET,
        *_BAR,
        Comparison("isa:FormTest", "isa:formShown", "isa:finerThan", Link("form", "rightOperand", "isa:form-")),
    ),
)
NEVER_BOTH = Shape(
    ("odrl:Prohibition", "isa:NeverBoth"),
    (
        Told("effect", "never_both"),
        *_READERS,
        Child("withhold", "target", _SELECTION),
        Comparison(
            "isa:ProfileTest", "isa:permittedInProfile", "odrl:isAnyOf", Child("keep", "rightOperand", _SELECTION)
        ),
        *_BAR,
    ),
)
REFER = Shape(
    ("odrl:Duty", "isa:Referral"),
    (
        Told("effect", "refer"),
        *_ASKERS,
        *_GATE,
        _TARGET,
        _Answerer(),
        Comparison("isa:WithinTest", "odrl:elapsedTime", "odrl:lteq", Value("within", "rightDuration")),
        Value("message", "message"),
        Value("duty", "statutoryDuty"),
    ),
    always={"action": ["isa:action-answer"]},
)
RULES = Variants(
    "rules",
    "effect",
    {
        "permit": ("permission", PERMIT),
        "prohibit": ("prohibition", PROHIBIT),
        "limit": ("limit", LIMIT),
        "never_both": ("neverBoth", NEVER_BOTH),
        "refer": ("referral", REFER),
    },
)
SUPPLY = Shape(
    ("odrl:Permission", "isa:Supply"),
    (Value("id", "identifier"), Link("party", "assigner", "agency/"), _TARGET, Value("necessity", "necessity")),
    always={"action": ["isa:action-supply"], "assignee": ["isa:theGateway"]},
)
WITHHOLDING = Shape(
    ("isa:Withholding",),
    (*_ASKERS, *_GATE, _TARGET, Link("mode", "mode", "isa:mode-"), Value("sentence", "sentence")),
)
BREAK_GLASS = Shape(
    ("isa:BreakGlass",),
    (
        Children("recipients", "requestedBy", RECIPIENT),
        Values("widens", "widensRule"),
        Links("requires", "requires", "isa:require-"),
        Measure("second_person_within_hours", "secondPersonWithin", "PT", "H"),
        Measure("expires_minutes", "expiresAfter", "PT", "M"),
        Values("alerts", "alerts"),
    ),
    besides=_widened,
)
OBLIGATION = Shape(
    ("odrl:Duty", "isa:Obligation"),
    (
        Value("id", "identifier"),
        Comparison("isa:EventTest", "odrl:event", "odrl:eq", Value("on", "rightText")),
        Comparison("isa:WithinTest", "odrl:elapsedTime", "odrl:lteq", Value("within", "rightDuration")),
        Value("who", "responsible"),
        Value("do", "deed"),
    ),
    always={"action": ["isa:action-perform"]},
)
RETENTION = Shape(
    ("odrl:Duty", "isa:Retention"),
    (
        Link("view", "mayView", "isa:keep-"),
        Comparison("isa:EventTest", "odrl:event", "odrl:eq", Value("trigger", "rightText")),
        Comparison("isa:WithinTest", "odrl:elapsedTime", "odrl:lteq", Value("copies", "rightDuration")),
        Value("disposal", "disposal"),
    ),
    always={"action": ["odrl:delete"]},
)
_SELECTOR = Shape(
    ("isa:Selector",),
    (
        Links("families", "family", "family/"),
        Children("recipients", "recipient", RECIPIENT),
        Children("except_recipients", "exceptParty", RECIPIENT),
        Choice("purposes", "purpose", "purpose/"),
        Choice("directions", "action", "isa:action-", every="odrl:use"),
        *_CELL_PARTS,
        Links("states", "state", "isa:state-"),
    ),
)
INVARIANT = Shape(
    ("isa:Invariant",),
    (
        Value("id", "identifier"),
        Value("says", "says"),
        Child("never", "never", _SELECTOR),
        Child("only_if", "onlyIf", _SELECTOR),
        Child("break_glass_never_opens", "breakGlassNeverOpens", _SELECTOR),
        Child("never_silent", "neverSilent", _SELECTOR),
        Link("under", "under", "isa:under-"),
    ),
)
