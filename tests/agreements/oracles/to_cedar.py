"""A register's documents as Cedar policies, written from the documents and never from the compiled form.

Every attribute is always present: a state is "yes", "no" or "unknown", because Cedar skips a policy that fails on a
missing one, and a prohibition that is skipped lets through. Instants are microseconds since 1970.

Actions: `release` is the decision. `might` and `bite` are what never-both rules ask of a profile beforehand, and
`offer` is whether break-glass is on offer; their answers come back as the attributes `kept` and `offered`.
"""

from datetime import UTC, datetime, timedelta

from agreements.request import STATES
from tests.agreements.reference import start

SCHEMA = f"""
entity Asking = {{
  agency: String, role: String, families: Set<String>, purpose: String, direction: String, relationship: String,
  regime: String, band: Long, now: Long, glass: Bool, offered: Bool, kept: Set<String>,
  {", ".join(f"{state}: String" for state in STATES)}
}};
entity Cell = {{ source: String, item: String, owner: String, regime: String, match_only: Bool, special: String }};
action release, offer appliesTo {{ principal: [Asking], resource: [Cell], context: {{}} }};
action might, bite appliesTo {{ principal: [Asking], resource: [Cell], context: {{ pair: String }} }};
"""
BANDS = {"review": 1, "probable": 2, "strong": 3, "verified": 4}


def policies(documents):
    """Policies with the clause each one stands for, in the order of the text; "" where it is no clause of a permit."""
    found = [
        (
            "",
            f"forbid(principal, action == Action::{quoted('release')}, resource) unless {{ {lawful_use(documents)} }};",
        )
    ]
    keeping = []
    for admitted in documents.agreements:
        for rule in admitted.document.rules:
            clause = f"{admitted.document.reference}/{rule.id}"
            if rule.effect == "permit":
                found.extend(permits(documents, admitted, rule, clause))
            elif rule.effect == "prohibit":
                found.append(("", policy("forbid", "release", bars(admitted, rule), selects(rule))))
            elif rule.effect == "never_both":
                pair = f"context.pair == {quoted(clause)}"
                hidden = f"principal.kept.contains({quoted(clause)})"
                found.append(("", policy("permit", "bite", pair, bars(admitted, rule))))
                found.append(("", policy("forbid", "release", hidden, selects(rule.withhold))))
                keeping.append(both(pair, selects(rule.keep)))
    found.append(("", f'forbid(principal, action == Action::"might", resource) unless {{ {either(keeping)} }};'))
    return found


def lawful_use(documents):
    regimes = [both(f"principal.purpose == {quoted(one.id)}", f"principal.regime == {quoted(one.regime)}")
               for one in documents.purposes.purposes]  # fmt: skip
    return both(either(regimes), "(!principal.glass || principal.offered)")


def permits(documents, admitted, rule, clause):
    standing = both(in_force(documents, admitted), addressed(rule), covers(documents, admitted, rule))
    glass, widened = admitted.document.break_glass, "false"
    if glass is not None and rule.id in glass.widens:
        widened = meant(glass.recipients)
        yield "", policy("permit", "offer", standing, widened)
    near = "true" if rule.relationships == "*" else among("principal.relationship", rule.relationships)
    gate = both(either([near, both("principal.glass", widened)]), f"principal.band >= {BANDS[rule.min_band]}")
    yield clause, policy("permit", "release", standing, gate, conditions(rule, '== "{}"', {"yes": "yes", "no": "no"}))
    yield "", policy("permit", "might", standing, gate, conditions(rule, '!= "{}"', {"yes": "no", "no": "yes"}))


def conditions(rule, test, words):
    yes, no = test.format(words["yes"]), test.format(words["no"])
    minors = {"any": [], "only": [f"principal.minor {yes}"], "exclude": [f"principal.minor {no}"]}[rule.subjects.minors]
    tests = [*minors, *(f"principal.{name} {yes}" for name in rule.conditions.all_of)]
    tests += [f"principal.{name} {no}" for name in rule.conditions.none_of]
    if rule.conditions.any_of:
        tests.append(either([f"principal.{name} {yes}" for name in rule.conditions.any_of]))
    return both(*tests)


def bars(admitted, rule):
    if not admitted.active:
        return "false"
    tests = [
        within([(admitted.active[0][0], admitted.withdrawn)]), valid(admitted.document), addressed(rule),
        f"!({meant(rule.except_recipients)})", *(f'principal.{name} != "no"' for name in rule.when.all_of),
    ]  # fmt: skip
    if rule.when.any_of:
        tests.append(either([f'principal.{name} != "no"' for name in rule.when.any_of]))
    tests += [f'principal.{name} != "yes"' for name in rule.unless.any_of]
    if rule.unless.all_of:
        tests.append("!" + both(*(f'principal.{name} == "yes"' for name in rule.unless.all_of)))
    return both(*tests)


def in_force(documents, admitted):
    document = admitted.document
    members = [both(f"principal.agency == {quoted(party)}", within(spans)) for party, spans in admitted.parties.items()]
    tests = [
        within(admitted.active),
        valid(document),
        among("principal.purpose", [one.id for one in document.purposes]),
    ]
    kinds = {law.id: law.kind for law in documents.law.gateways}
    used = [kinds.get(use.id) for use in document.legal.gateways]
    if document.validity.on_review_missed == "suspend" or not used or any(kind != "duty" for kind in used):
        reviews = [(None, start(document.validity.review, 1)), *((at, start(day, 1)) for at, day in admitted.reviews)]
        tests.append(within(reviews))
    tests += [within([(None, start(one.next_review, 1))]) for one in documents.dpias if one.id == document.dpia]
    return both(either(members), *tests)


def covers(documents, admitted, rule):
    legal = admitted.document.legal
    entries = {law.id: law for law in (*documents.law.gateways, *documents.law.bases)}

    def live(identifier):
        law = entries.get(identifier)
        if law is None or law.commenced is None or getattr(law, "purpose_live", "live") in {"ended", "unconfirmed"}:
            return "false"
        return within([(start(law.commenced), start(law.ended, 1) if law.ended else None)])

    def condition(uses):
        return either([both(item_like(use.data), live(use.basis)) for use in uses])

    gateways = [(use, both(among("resource.owner", use.covers), live(use.id))) for use in legal.gateways]
    leaving = [given for use, given in gateways if use.id in entries and entries[use.id].leaves_part_3]
    giving = [both(f"resource.owner == {quoted(party)}", within(spans)) for party, spans in admitted.parties.items()]
    supplies = [both(f"resource.owner == {quoted(one.party)}", selects(one)) for one in admitted.document.supply]
    return both(
        selects(rule),
        either(giving),
        either(supplies),
        either([both(among("resource.owner", use.parties), live(use.basis)) for use in legal.article_6]),
        either(["resource.owner == principal.agency", *(given for _, given in gateways)]),
        either(['resource.special != "criminal"', condition(legal.article_10)]),
        either(['resource.special != "special"', condition(legal.article_9)]),
        either(["!resource.match_only", 'principal.direction == "match"']),
        either(['resource.regime == "uk_gdpr"', "resource.regime == principal.regime", *leaving]),
    )


def addressed(rule):
    scope = [] if rule.purposes == "*" else [among("principal.purpose", rule.purposes)]
    scope += [] if rule.directions == "*" else [among("principal.direction", rule.directions)]
    return both(meant(rule.recipients), *scope)


def meant(recipients):
    readings = []
    for one in recipients:
        tests = [] if one.agency == "*" else [f"principal.agency == {quoted(one.agency)}"]
        tests += [] if one.roles == "*" else [among("principal.role", one.roles)]
        tests += [] if one.family is None else [f"principal.families.contains({quoted(one.family)})"]
        readings.append(both(*tests))
    return either(readings)


def selects(selection):
    sources = "true" if selection.sources == "*" else among("resource.source", selection.sources)
    return both(sources, item_like(selection.data), f"!({item_like(selection.exclude)})")


def item_like(patterns):
    """Cedar's own wildcard reads the documents' patterns as they stand."""
    return either([f"resource.item like {quoted(pattern)}" for pattern in patterns])


def valid(document):
    return within([(start(document.validity.from_), start(document.validity.to, 1))])


def within(spans):
    """`None` is an open end."""
    tests = []
    for begins, ends in spans:
        after = [] if begins is None else [f"principal.now >= {microseconds(begins)}"]
        before = [] if ends is None else [f"principal.now < {microseconds(ends)}"]
        tests.append(both(*after, *before))
    return either(tests)


def microseconds(instant):
    """Whole microseconds since 1970, so that no rounding hides an edge."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def policy(effect, action, *tests):
    return f"{effect}(principal, action == Action::{quoted(action)}, resource) when {{ {both(*tests)} }};"


def among(name, values):
    return f"[{', '.join(quoted(value) for value in values)}].contains({name})" if values else "false"


def both(*tests):
    return "(" + " && ".join(tests or ("true",)) + ")"


def either(tests):
    return "(" + " || ".join(tests or ("false",)) + ")"


def quoted(text):
    return f'"{text}"'
