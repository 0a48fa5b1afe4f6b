"""Questions that come near a register's clauses: made to fit one rule, then put off in a dimension or two.

Drawn uniformly nearly every question ends in the default refusal and tells nothing.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from agreements.request import STATES, Band, DecisionRequest, Direction, Regime, Relationship, Tri
from tests.agreements.reference import cells, covers, in_force, opened, selects, start

FAR = datetime(2100, 1, 1, tzinfo=UTC)
NO_GLASS = SimpleNamespace(widens=())
TICK = timedelta(microseconds=1)
PERSONS = 5
CELLS = 4
FITS = 4


def edges(documents):
    """Every instant at which something in a register begins or ends."""
    found = set()
    for admitted in documents.agreements:
        validity = admitted.document.validity
        found |= {start(validity.from_), start(validity.to, 1), start(validity.review, 1)}
        found |= {start(until, 1) for _, until in admitted.reviews} | {at for at, _ in admitted.reviews}
        found |= {edge for spans in (admitted.active, *admitted.parties.values()) for span in spans for edge in span}
        found |= {admitted.withdrawn} - {None}
    found |= {start(dpia.next_review, 1) for dpia in documents.dpias}
    for law in (*documents.law.gateways, *documents.law.bases):
        found |= {start(law.commenced)} if law.commenced else set()
        found |= {start(law.ended, 1)} if law.ended else set()
    return sorted(edge.astimezone(UTC) for edge in found if datetime(2000, 1, 3, tzinfo=UTC) < edge < FAR)


def question(rng, documents, instants):
    """One request, with cells of the rule it was made for and of others. `instants` are the edges of the register."""
    fitted, rule, admitted = near(rng, documents, instants)
    request = perturbed(rng, documents, fitted, admitted, instants)
    found = {cell_of(rng, documents, fitted, admitted, rule)}
    rules = [(other, one) for other in documents.agreements for one in other.document.rules]
    while len(found) < CELLS:
        found.add(cell_of(rng, documents, fitted, *rng.choice(rules)))
    return request, sorted(found)


def profile(rng, documents, instants):
    """Requests for five persons by one reader: other states, links and relationships, asked of together."""
    request, _, admitted = near(rng, documents, instants)
    if rng.random() < 0.4:
        request = perturbed(rng, documents, request, admitted, instants)
    return tuple(
        replace(
            request,
            states=request.states if at == 0 else fit(rng, documents, instants)[0].states | some_states(rng, most=2),
            band=rng.choice((Band.VERIFIED, request.band, *Band)),
            relationship=request.relationship if rng.random() < 0.8 else rng.choice(tuple(Relationship)),
        )
        for at in range(PERSONS)
    )


def near(rng, documents, instants):
    """A fit that opens some permit, if a few draws find one."""
    for _ in range(FITS):
        request, rule, admitted = fit(rng, documents, instants)
        if opened(documents, request, "permit"):
            break
    return request, rule, admitted


def fit(rng, documents, instants):
    """A request made for one rule, the rule, and the agreement it stands in."""
    rules = [(admitted, rule) for admitted in documents.agreements for rule in admitted.document.rules]
    permits = [one for one in rules if one[1].effect in {"permit", "refer"}]
    admitted, rule = rng.choice(permits if permits and rng.random() < 0.85 else rules or [(None, None)])
    agency, role = rng.choice(readers(documents, rule.recipients, admitted))
    purposes = {one.id: Regime(one.regime) for one in documents.purposes.purposes}
    declared = [one.id for one in admitted.document.purposes] or sorted(purposes)
    purpose = rng.choice([one for one in declared if rule.purposes == "*" or one in rule.purposes] or declared)
    request = DecisionRequest(
        agency=agency,
        role=role,
        purpose=purpose,
        relationship=relationship(rng, rule),
        states=some_states(rng) | wanted(rng, rule),
        band=rng.choice((Band.VERIFIED,) * 8 + tuple(Band)),
        direction=Direction.VIEW if rule.directions == "*" else rng.choice(rule.directions),
        now=moment(rng, documents, admitted, instants),
        break_glass=rule.id in (admitted.document.break_glass or NO_GLASS).widens and rng.random() < 0.3,
        regime=purposes.get(purpose, Regime.UK_GDPR),
    )
    return request, rule, admitted


def readers(documents, recipients, admitted):
    """Agency and role pairs that recipients may mean, parties of the agreement first if there are any."""
    named = [
        (agency.id, role.id)
        for agency in documents.agencies.agencies
        for role in agency.roles
        for one in recipients
        if one.agency in {"*", agency.id} and (one.family is None or one.family in role.families)
        if one.roles == "*" or role.id in one.roles
    ]
    parties = [reader for reader in named if reader[0] in admitted.parties]
    everyone = [(agency.id, role.id) for agency in documents.agencies.agencies for role in agency.roles]
    return parties or named or everyone


def relationship(rng, rule):
    near = getattr(rule, "relationships", "*")
    return rng.choice(tuple(Relationship) if near == "*" or not near else near)


def wanted(rng, rule):
    """States that a rule waits for: a permit's conditions, or what makes a prohibition bite or lifts it."""
    if rule.effect in {"permit", "refer"}:
        states = dict.fromkeys((*rule.conditions.all_of, *rule.conditions.any_of[:1]), Tri.YES)
        states |= dict.fromkeys(rule.conditions.none_of, Tri.NO)
        if rule.subjects.minors != "any":
            states["minor"] = Tri.YES if rule.subjects.minors == "only" else Tri.NO
        return states
    named = (*rule.when.all_of, *rule.when.any_of, *rule.unless.all_of, *rule.unless.any_of)
    return {name: rng.choice(tuple(Tri)) for name in named}


def some_states(rng, most=10):
    return {
        name: rng.choice((Tri.YES, Tri.NO, Tri.NO, Tri.UNKNOWN)) for name in rng.sample(STATES, rng.randint(0, most))
    }


def moment(rng, documents, admitted, instants):
    """An instant at which the agreement is in force, or one within a microsecond of an edge."""
    live = [at for at in instants if in_force(documents, admitted, at)] or instants
    if not live:
        return documents.now
    if rng.random() < 0.4:
        return rng.choice(instants if rng.random() < 0.2 else live) + rng.choice((-TICK, timedelta(0), TICK))
    return rng.choice(live) + timedelta(hours=rng.choice((1, 3, 9)))


def perturbed(rng, documents, request, admitted, instants):
    """The request with none, one or two of its parts drawn afresh."""
    agency = rng.choice(documents.agencies.agencies)
    afresh = {
        "agency": lambda: {"agency": agency.id, "role": rng.choice(agency.roles).id},
        "purpose": lambda: {"purpose": rng.choice(documents.purposes.purposes).id},
        "relationship": lambda: {"relationship": rng.choice(tuple(Relationship))},
        "states": lambda: {"states": request.states | some_states(rng, most=2)},
        "state forgotten": lambda: {"states": dict(list(request.states.items())[1:])},
        "state unknown": lambda: {"states": request.states | dict.fromkeys(rng.sample(STATES, 1), Tri.UNKNOWN)},
        "band": lambda: {"band": rng.choice(tuple(Band))},
        "direction": lambda: {"direction": rng.choice((Direction.SEARCH, Direction.MATCH, Direction.NOTIFY))},
        "now": lambda: {"now": moment(rng, documents, admitted, instants)},
        "break_glass": lambda: {"break_glass": True, "relationship": Relationship.NONE},
        "regime": lambda: {"regime": rng.choice(tuple(Regime))},
    }
    for part in rng.sample(sorted(afresh), rng.choice((0, 0, 0, 0, 1, 1, 2))):
        request = replace(request, **afresh[part]())
    return request


def cell_of(rng, documents, request, admitted, rule):
    """A cell that the rule selects, if it can be one that it may move; now and then any."""
    sides = [getattr(rule, side) for side in ("keep", "withhold") if hasattr(rule, side)] or [rule]
    side = rng.choice(sides)
    selected = [cell for cell in cells(documents) if selects(side, *cell)] if rng.random() < 0.95 else []
    tried = rng.sample(selected, min(8, len(selected))) or [rng.choice(cells(documents))]
    return next((cell for cell in tried if covers(documents, request, admitted, side, *cell)), tried[0])
