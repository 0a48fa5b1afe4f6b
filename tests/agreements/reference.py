"""The definition of the engine: one cell at a time, from the documents themselves, with no compilation and no masks.

`hear` gathers the clauses that speak to each reader of a profile; `form`, `permitting` and `referral` ask cell by cell.
It shares no code with the compiled engine but the document models and the item register.
"""

from datetime import datetime, timedelta
from functools import cache
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from agreements.decision import FORMS
from agreements.request import STATES, Band, Direction, Regime, Tri
from concept_model.items import ITEMS, item_named


def hear(documents, profile):
    """The clauses that bear on each request of one profile. `hidden`: sides that never-both rules withhold from all."""
    pairs = [pair for asked in profile for pair in bars(documents, asked, "never_both")]
    open_ = [(asked, one) for asked in profile if pairs for one in opened(documents, asked, "permit", might=True)]
    hidden = [pair.withhold for pair in pairs if any(covers(documents, asked, *one, *cell) for asked, one in open_
              for cell in cells(documents) if selects(pair.keep, *cell))]  # fmt: skip
    return [SimpleNamespace(
        documents=documents, asked=asked, hidden=hidden, prohibitions=[*bars(documents, asked, "prohibit")],
        limits=[*bars(documents, asked, "limit")], permits=opened(documents, asked, "permit"),
        referrals=opened(documents, asked, "refer")) for asked in profile]  # fmt: skip


def form(heard, *cell):
    """The form in which a cell is released: a name of `FORMS`, or None where it is withheld."""
    caps = [FORMS.index(limit.form) for limit in heard.limits if selects(limit, *cell)]
    granted, hidden = permitting(heard, *cell).values(), any(selects(side, *cell) for side in heard.hidden)
    return FORMS[max([*caps, min(granted)])] if granted and not hidden and not prohibited(heard, *cell) else None


def permitting(heard, source, item):
    """The clauses that permit a cell, each with the rank of the form it grants."""
    return {f"{admitted.document.reference}/{rule.id}":
            max((FORMS.index(form) for part, form in rule.transform.items() if fits(part, item)), default=0)
            for admitted, rule in heard.permits if selects(rule, source, item)
            if covers(heard.documents, heard.asked, admitted, rule, source, item)}  # fmt: skip


def prohibited(heard, *cell):
    return any(selects(rule, *cell) for rule in heard.prohibitions)


def referral(heard):
    """Whom to ask and for which cells, or None: duties cross prohibitions and go first, then the most urgent."""
    due = []
    for admitted, rule in heard.referrals:
        wanted = {cell for cell in cells(heard.documents)
                  if covers(heard.documents, heard.asked, admitted, rule, *cell)
                  and not form(heard, *cell) and (rule.duty or not prohibited(heard, *cell))}  # fmt: skip
        due += [(not rule.duty, int(rule.within[2:-1]), rule.to, wanted)] if wanted else []
    return (min(due, key=lambda one: one[:2])[2], set().union(*(one[3] for one in due))) if due else None


def opened(documents, asked, effect, *, might=False):
    """Rules in force that speak to the reader of this subject. Break-glass opens nothing unless it is on offer."""
    spoken = [*clauses(documents, asked)]
    offered = not asked.break_glass or any(widened(documents, asked, *one) and covers(documents, asked, *one, *cell)
              for one in spoken if one[1].effect == "permit" for cell in cells(documents))  # fmt: skip
    return [one for one in spoken if offered and one[1].effect == effect and opens(documents, asked, *one, might)]


def clauses(documents, asked):
    """Rules in force that speak to a reader who acts under the law of the purpose."""
    regimes = {(purpose.id, purpose.regime) for purpose in documents.purposes.purposes}
    for admitted in documents.agreements if (asked.purpose, asked.regime) in regimes else ():
        party = holds(admitted.parties.get(asked.agency, ()), asked.now) and in_force(documents, admitted, asked.now)
        if party and asked.purpose in {purpose.id for purpose in admitted.document.purposes}:
            yield from ((admitted, rule) for rule in admitted.document.rules if addressed(documents, rule, asked))


def bars(documents, asked, effect):
    """Rules that forbid. They stand from the first activation; neither suspension nor a missed review lifts them."""
    for admitted in documents.agreements:
        begun = admitted.active and admitted.active[0][0] <= asked.now and valid(admitted.document, asked.now)
        if begun and not (admitted.withdrawn and admitted.withdrawn <= asked.now):
            yield from (rule for rule in admitted.document.rules if rule.effect == effect
                        and addressed(documents, rule, asked) and bites(rule, asked.states))  # fmt: skip


def in_force(documents, admitted, now):
    document, kinds = admitted.document, {law.id: law.kind for law in documents.law.gateways}
    reviews = [(now, document.validity.review), *admitted.reviews]
    reviewed = any(at <= now < start(day, 1) for at, day in reviews)
    duties = {kinds.get(use.id) for use in document.legal.gateways} == {"duty"}
    continues = duties and document.validity.on_review_missed == "continue_under_statute"
    assessed = all(now < start(one.next_review, 1) for one in documents.dpias if one.id == document.dpia)
    return holds(admitted.active, now) and valid(document, now) and (reviewed or continues) and assessed


def opens(documents, asked, admitted, rule, might):
    """Relationship, link and subject. Unknown states permit nothing; `might` asks as if they turned out to fit."""
    unknown, conditions = {Tri.UNKNOWN} if might else set(), rule.conditions
    state = {name: {asked.states.get(name, Tri.UNKNOWN)} for name in STATES}
    yes, no = ({name for name in STATES if state[name] <= {value, *unknown}} for value in (Tri.YES, Tri.NO))
    related = rule.relationships == "*" or asked.relationship in rule.relationships
    related = related or (asked.break_glass and widened(documents, asked, admitted, rule))
    minors = {"any": True, "only": "minor" in yes, "exclude": "minor" in no}[rule.subjects.minors]
    known = yes >= {*conditions.all_of} and no >= {*conditions.none_of}
    known = known and (not conditions.any_of or bool(yes & {*conditions.any_of}))
    return related and minors and known and asked.band >= Band.named(rule.min_band)


def widened(documents, asked, admitted, rule):
    glass = admitted.document.break_glass
    return glass is not None and rule.id in glass.widens and meant(documents, glass.recipients, asked)


def bites(rule, states):
    """Unknown bites a `when` and does not lift an `unless`."""
    yes, no = ({name for name in states if states[name] is value} for value in (Tri.YES, Tri.NO))
    idle = bool(no & {*rule.when.all_of}) or (bool(rule.when.any_of) and no >= {*rule.when.any_of})
    lifted = bool(yes & {*rule.unless.any_of}) or (bool(rule.unless.all_of) and yes >= {*rule.unless.all_of})
    return not idle and not lifted


def covers(documents, asked, admitted, rule, source, item):
    """Whether a clause may move a cell at all: selected, supplied by its owner, and lawful for that owner."""
    if not selects(rule, source, item):
        return False
    held, legal = next(one for one in documents.sources.sources if one.id == source), admitted.document.legal
    live = {law.id: law for law in (*documents.law.gateways, *documents.law.bases) if in_law(law, asked.now)}
    gateways = [live[use.id] for use in legal.gateways if held.owner in use.covers and use.id in live]
    special = {None: None, "criminal": legal.article_10}.get(item_named(item).special_category, legal.article_9)
    return (any(one.party == held.owner and selects(one, source, item) for one in admitted.document.supply)
            and holds(admitted.parties.get(held.owner, ()), asked.now)
            and any(held.owner in use.parties and use.basis in live for use in legal.article_6)
            and (bool(gateways) or held.owner == asked.agency)
            and (special is None or any(use.basis in live and fits(part, item) for use in special for part in use.data))
            and (held.regime in {asked.regime, Regime.UK_GDPR} or any(gateway.leaves_part_3 for gateway in gateways))
            and (asked.direction is Direction.MATCH or not held.match_only))  # fmt: skip


def in_law(law, now):
    begun = law.commenced is not None and start(law.commenced) <= now and not (law.ended and start(law.ended, 1) <= now)
    return begun and vars(law).get("purpose_live", "live") in {"live", "not_applicable"}


def addressed(documents, rule, asked):
    scoped = rule.purposes == "*" or asked.purpose in rule.purposes
    scoped = scoped and (rule.directions == "*" or asked.direction in rule.directions)
    spared = meant(documents, vars(rule).get("except_recipients", ()), asked)
    return scoped and meant(documents, rule.recipients, asked) and not spared


def meant(documents, recipients, asked):
    roles = {role.id: role for one in documents.agencies.agencies if one.id == asked.agency for role in one.roles}
    return asked.role in roles and any(
        one.agency in {"*", asked.agency} and (one.roles == "*" or asked.role in one.roles)
        and (one.family is None or one.family in roles[asked.role].families) for one in recipients)  # fmt: skip


def selects(selection, source, item):
    listed = selection.sources == "*" or source in selection.sources
    return listed and any(fits(p, item) for p in selection.data) and not any(fits(p, item) for p in selection.exclude)


def fits(pattern, item):
    return pattern in {"*", item} or (pattern.endswith(".*") and item.startswith(pattern[:-1]))


def cells(documents):
    return [(source.id, item.name) for source in documents.sources.sources for item in ITEMS]


def valid(document, now):
    return start(document.validity.from_) <= now < start(document.validity.to, 1)


@cache
def start(day, later=0):
    return datetime.combine(day + timedelta(days=later), datetime.min.time(), tzinfo=ZoneInfo("Europe/London"))


def holds(spans, now):
    return any(begin <= now < end for begin, end in spans)
