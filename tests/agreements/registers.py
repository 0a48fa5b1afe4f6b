"""Hypothesis strategies: small random registers, and requests biased towards their rules and dates.

Those that draw by strategies of their own keep them: to make and check one anew takes longer than to draw from it.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

from hypothesis import strategies as st

from agreements.document import Agreement
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments
from agreements.periods import EVER, start_of_day
from agreements.reference_data import AgencyList, LegalRegister, PurposeList, SourceList
from agreements.request import STATES, Band, DecisionRequest, Direction, Relationship, Tri

AGENCIES = ("council", "landlord", "police")
ROLES = ("worker", "manager")
SOURCES = ("register", "homes", "crimes", "health")
PURPOSES = ("help", "fraud")
ITEMS = ("identity.name", "education.attendance", "health.flag", "crime.offence", "housing.arrears", "da.risk")
USED_STATES = STATES[:4]
DAY = date(2026, 6, 1)

LISTS = {
    "agencies": AgencyList.model_validate(
        {
            "schema": "hearthgate/agencies/1",
            "agencies": [
                {
                    "id": agency, "title": agency, "kind": "body", "contact": "x@example.org",
                    "roles": [{"id": role, "title": role, "families": [f"{agency}_{role}"]} for role in ROLES],
                }
                for agency in AGENCIES
            ],
        }
    ),
    "sources": SourceList.model_validate(
        {
            "schema": "hearthgate/sources/1",
            "sources": [
                {"id": source, "title": source, "owner": owner, "regime": "uk_gdpr"}
                for source, owner in zip(SOURCES, (*AGENCIES, "council"), strict=True)
            ],
        }
    ),
    "purposes": PurposeList.model_validate(
        {"schema": "hearthgate/purposes/1", "purposes": [{"id": one, "title": one} for one in PURPOSES]}
    ),
    "law": LegalRegister.model_validate(
        {
            "schema": "hearthgate/law/1",
            "gateways": [
                {"id": "G1", "cite": "Act", "kind": "power", "commenced": date(2000, 1, 1),
                 "confirmation": "from_memory"}
            ],
            "bases": [
                {"id": f"{article}/1", "article": article, "law": "UK GDPR", "commenced": date(2000, 1, 1),
                 "confirmation": "from_memory"}
                for article in (6, 9, 10)
            ],
        }
    ),
}  # fmt: skip


@cache
def some(values, least=1):
    return st.lists(st.sampled_from(values), min_size=least, max_size=3, unique=True)


@cache
def any_or(values):
    return st.one_of(st.just("*"), some(values))


@cache
def patterns():
    return st.one_of(st.just(["*"]), some((*ITEMS, "health.*", "education.*")))


@cache
def recipients():
    one = st.fixed_dictionaries({"agency": st.sampled_from((*AGENCIES, "*")), "roles": any_or(ROLES)})
    family = st.fixed_dictionaries({"family": st.sampled_from(("council_worker", "landlord_manager"))})
    return st.lists(st.one_of(one, family), min_size=1, max_size=2)


def scope(number, effect):
    return {
        "id": st.just(f"R{number}"), "effect": st.just(effect), "recipients": recipients(), "sources": any_or(SOURCES),
        "purposes": any_or(PURPOSES), "directions": any_or(("view", "search")), "data": patterns(),
        "exclude": st.one_of(st.just([]), some(ITEMS)),
    }  # fmt: skip


@cache
def state_lists():
    return st.one_of(st.just([]), st.just([]), some(USED_STATES))


FORM = st.sampled_from(("month", "year", "outward_postcode", "band", "presence"))


def permit(number):
    return st.fixed_dictionaries(
        scope(number, "permit")
        | {
            "relationships": st.one_of(st.just("*"), some(("team", "manager", "none"), least=0)),
            "subjects": st.fixed_dictionaries({"minors": st.sampled_from(("any", "any", "only", "exclude"))}),
            "conditions": st.fixed_dictionaries(
                {"all_of": state_lists(), "any_of": state_lists(), "none_of": state_lists()}
            ),
            "min_band": st.sampled_from(("review", "probable", "strong", "verified")),
            "transform": st.dictionaries(st.sampled_from((*ITEMS, "health.*")), FORM, max_size=2),
            "necessity": st.just("because it is needed"),
        }
    )


def bar(number, effect):
    extra = {"form": FORM} if effect == "limit" else {"existence": st.sampled_from(("open", "closed"))}
    return st.fixed_dictionaries(
        scope(number, effect)
        | {
            "except_recipients": st.one_of(st.just([]), recipients()),
            "when": st.fixed_dictionaries({"all_of": state_lists(), "any_of": state_lists()}),
            "unless": st.fixed_dictionaries({"all_of": state_lists(), "any_of": state_lists()}),
            "reason": st.just("because it is forbidden"),
        }
        | extra
    )


@cache
def rule(number):
    """Most often a permit; one strategy three times would count once, so each is another."""
    return st.one_of(permit(number), permit(number), permit(number), bar(number, "prohibit"), bar(number, "limit"))


def law(covered):
    return {
        "gateways": [{"id": "G1", "covers": covered}] if covered else [],
        "article_6": [{"basis": "6/1", "parties": list(AGENCIES), "law": "Act"}],
        "article_9": [{"basis": "9/1", "data": ["health.*"]}],
        "article_10": [{"basis": "10/1", "data": ["crime.*", "da.risk"]}],
        "confidentiality": "none", "privacy_notice": "none",
    }  # fmt: skip


@st.composite
def agreements(draw, number):
    rules = [draw(rule(at)) for at in range(draw(st.integers(1, 4)))]
    parties = draw(some(AGENCIES, least=2))
    permits = [rule["id"] for rule in rules if rule["effect"] == "permit"]
    glass = None
    if permits and draw(st.booleans()):
        glass = {
            "recipients": draw(recipients()), "widens": permits[:1], "requires": ["free_text_reason"],
            "second_person_within_hours": 24, "expires_minutes": 60, "alerts": ["x"],
        }  # fmt: skip
    start = DAY + timedelta(days=draw(st.integers(-3, 1)))
    review = start + timedelta(days=draw(st.integers(0, 3)))
    who = {name: [parties[0]] for name in ("source_facts", "index", "households", "figures", "log")}
    document = Agreement.model_validate(
        {
            "schema": "hearthgate/agreement/1", "id": f"ISA-{number}", "version": 1, "tier": "agreement",
            "title": "a random agreement", "summary": "a random agreement",
            "parties": {
                "controllers": [
                    {"id": party, "does": ["discloses", "receives"], "ico_registration": "Z"} for party in parties
                ],
                "relationship": "independent_controllers", "controller_of": who,
            },
            "legal": law(draw(some(AGENCIES, least=0))),
            "purposes": [{"id": one, "necessity": "because it is needed"} for one in draw(some(PURPOSES))],
            "supply": [
                {"id": f"L{party}", "party": party, "sources": "*", "data": draw(patterns()),
                 "necessity": "because it is needed"}
                for party in parties
            ],
            "rules": rules, "break_glass": glass,
            "validity": {"from": start, "to": review + timedelta(days=draw(st.integers(0, 2))), "review": review},
            "retention": {"view": "none", "copies": "P1Y", "trigger": "x", "disposal": "x"},
            "onward_sharing": "Not allowed.",
            "contacts": {"questions": "x", "breaches": "x", "complaints": "x"},
        }
    )  # fmt: skip
    opened = start_of_day(DAY) - timedelta(days=draw(st.integers(0, 3)))
    closed = draw(st.sampled_from((EVER[1], opened + timedelta(days=2))))
    return AdmittedAgreement(document, f"{number}", ((opened, closed),), dict.fromkeys(parties, (EVER,)))


def register_of(chosen):
    return RegisterDocuments(**LISTS, dpias=(), agreements=tuple(chosen), now=datetime(2026, 6, 1, tzinfo=UTC))


@st.composite
def requests(draw):
    edge = start_of_day(DAY + timedelta(days=draw(st.integers(-3, 5))))
    return DecisionRequest(
        agency=draw(st.sampled_from(AGENCIES)),
        role=draw(st.sampled_from(ROLES)),
        purpose=draw(st.sampled_from(PURPOSES)),
        relationship=draw(st.sampled_from((Relationship.TEAM, Relationship.MANAGER, Relationship.NONE))),
        states=draw(st.dictionaries(st.sampled_from(USED_STATES), st.sampled_from(Tri), max_size=4)),
        band=draw(st.sampled_from(Band)),
        direction=draw(st.sampled_from((Direction.VIEW, Direction.SEARCH))),
        now=edge + timedelta(seconds=draw(st.sampled_from((-1, 0, 43200)))),
        break_glass=draw(st.sampled_from((False, False, False, True))),
    )


@st.composite
def near_misses(draw, chosen):
    """A request made to fit one permit rule, with up to two of its parts then drawn afresh."""
    request = draw(requests())
    fitting = [(one, rule) for one in chosen.agreements for rule in one.document.rules if rule.effect == "permit"]
    if not fitting:
        return request
    admitted, rule = draw(st.sampled_from(fitting))
    wanted = dict.fromkeys((*rule.conditions.all_of, *rule.conditions.any_of), Tri.YES)
    wanted |= dict.fromkeys(rule.conditions.none_of, Tri.NO)
    if rule.subjects.minors != "any":
        wanted["minor"] = Tri.YES if rule.subjects.minors == "only" else Tri.NO
    recipient = draw(st.sampled_from(rule.recipients))
    named = [party for party in admitted.parties if recipient.agency in {"*", party}]
    near = tuple(Relationship) if rule.relationships == "*" else rule.relationships
    begins = max(admitted.active[0][0], start_of_day(admitted.document.validity.from_))
    fit = {
        "agency": draw(st.sampled_from(named or AGENCIES)),
        "role": draw(st.sampled_from(ROLES if recipient.roles == "*" else recipient.roles)),
        "purpose": draw(st.sampled_from([purpose.id for purpose in admitted.document.purposes])),
        "direction": draw(st.sampled_from(rule.directions)) if rule.directions != "*" else Direction.VIEW,
        "relationship": draw(st.sampled_from(near)) if near else Relationship.NONE,
        "states": request.states | wanted,
        "band": Band.VERIFIED,
        "now": begins + timedelta(hours=12),
    }
    for part in draw(st.lists(st.sampled_from(sorted(fit)), max_size=2)):
        fit.pop(part, None)
    return replace(request, **fit)
