"""The definition of the engine: one cell at a time, from the documents themselves, with no compilation and no masks.

It shares no code with the compiled engine but the document models and the item register. It covers documents whose
law and parties do not change within their validity; dates of law have tests of their own.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agreements.decision import FORMS
from agreements.document import PermitRule
from agreements.request import Band, Tri
from concept_model.items import item_named

LONDON = ZoneInfo("Europe/London")


def answer(documents, request, source, item):
    """The form in which a cell is released: a name of `FORMS`, or None where it is withheld."""
    released = [
        form
        for document, rule in in_force(documents, request)
        if isinstance(rule, PermitRule)
        for form in [permitted(documents, document, rule, request, source, item)]
        if form is not None
    ]
    biting = [rule for rule in bars(documents, request) if barred(documents, request, rule, source, item)]
    if not released or any(rule.effect == "prohibit" for rule in biting):
        return None
    caps = [rule.form for rule in biting]
    return max([min(released, key=FORMS.index), *caps], key=FORMS.index)


def in_force(documents, request):
    for admitted in documents.agreements:
        document, now = admitted.document, request.now
        if valid(document, now) and now < after(document.validity.review) and active(admitted, now):
            yield from ((document, rule) for rule in document.rules)


def bars(documents, request):
    """Prohibitions and limits stand from the first activation; suspension and missed reviews do not lift them."""
    for admitted in documents.agreements:
        started = admitted.active and admitted.active[0][0] <= request.now
        if started and not admitted.withdrawn and valid(admitted.document, request.now):
            yield from (rule for rule in admitted.document.rules if rule.effect in {"prohibit", "limit"})


def permitted(documents, document, rule, request, source, item):
    parties = {party.id for party in document.parties.controllers}
    owner = next(entry.owner for entry in documents.sources.sources if entry.id == source)
    states, conditions = request.states, rule.conditions
    tests = (
        request.agency in parties,
        owner in parties,
        addressed(documents, rule.recipients, request),
        request.purpose in {purpose.id for purpose in document.purposes},
        rule.purposes == "*" or request.purpose in rule.purposes,
        rule.directions == "*" or request.direction in rule.directions,
        rule.relationships == "*"
        or request.relationship in rule.relationships
        or glass(documents, document, rule, request),
        all(states.get(name) is Tri.YES for name in conditions.all_of),
        not conditions.any_of or any(states.get(name) is Tri.YES for name in conditions.any_of),
        all(states.get(name) is Tri.NO for name in conditions.none_of),
        rule.subjects.minors != "only" or states.get("minor") is Tri.YES,
        rule.subjects.minors != "exclude" or states.get("minor") is Tri.NO,
        request.band >= Band.named(rule.min_band),
        selects(rule, source, item),
        any(selects(supply, source, item) and supply.party == owner for supply in document.supply),
        lawful(document, owner, request.agency, item),
    )
    forms = [form for pattern, form in rule.transform.items() if fits(pattern, item)]
    return max(forms, key=FORMS.index, default="full") if all(tests) else None


def barred(documents, request, rule, source, item):
    yes = {name for name, value in request.states.items() if value is Tri.YES}
    not_no = {name for name in rule.when.any_of + rule.when.all_of if request.states.get(name) is not Tri.NO}
    lifted = yes & set(rule.unless.any_of) or (rule.unless.all_of and set(rule.unless.all_of) <= yes)
    return (
        addressed(documents, rule.recipients, request)
        and not addressed(documents, rule.except_recipients, request)
        and (rule.purposes == "*" or request.purpose in rule.purposes)
        and (rule.directions == "*" or request.direction in rule.directions)
        and set(rule.when.all_of) <= not_no
        and (not rule.when.any_of or bool(not_no & set(rule.when.any_of)))
        and not lifted
        and selects(rule, source, item)
    )


def glass(documents, document, rule, request):
    block = document.break_glass
    return bool(
        request.break_glass and block and rule.id in block.widens and addressed(documents, block.recipients, request)
    )


def addressed(documents, recipients, request):
    families = {
        family for agency in documents.agencies.agencies if agency.id == request.agency
        for role in agency.roles if role.id == request.role for family in role.families
    }  # fmt: skip
    return any(
        entry.agency in {"*", request.agency}
        and (entry.roles == "*" or request.role in entry.roles)
        and (entry.family is None or entry.family in families)
        for entry in recipients
    )


def lawful(document, owner, agency, item):
    legal, special = document.legal, item_named(item).special_category
    conditions = {None: None, "criminal": legal.article_10}.get(special, legal.article_9)
    return (
        any(owner in use.parties for use in legal.article_6)
        and (owner == agency or any(owner in use.covers for use in legal.gateways))
        and (conditions is None or any(fits(pattern, item) for use in conditions for pattern in use.data))
    )


def selects(rule, source, item):
    wanted = any(fits(pattern, item) for pattern in rule.data) and not any(
        fits(pattern, item) for pattern in rule.exclude
    )
    return wanted and (rule.sources == "*" or source in rule.sources)


def fits(pattern, item):
    return pattern in {"*", item} or (pattern.endswith(".*") and item.startswith(pattern[:-1]))


def valid(document, now):
    first = document.validity.from_
    return datetime(first.year, first.month, first.day, tzinfo=LONDON) <= now < after(document.validity.to)


def after(day):
    following = day + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=LONDON)


def active(admitted, now):
    return any(start <= now < end for start, end in admitted.active)
