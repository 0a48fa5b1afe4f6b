"""Small random registers from a seeded generator: few names, so that clauses meet; every kind of clause and date."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from agreements.document import Agreement
from agreements.lifecycle import AdmittedAgreement, RegisterDocuments
from agreements.periods import EVER, start_of_day
from agreements.reference_data import AgencyList, Dpia, LegalRegister, PurposeList, SourceList
from agreements.request import STATES

AGENCIES = ("council", "landlord", "police")
ROLES = ("worker", "manager")
OWNERS = {"register": "council", "homes": "landlord", "crimes": "police", "health": "council"}
SOURCES = tuple(OWNERS)
PURPOSES = ("help", "fraud")
ITEMS = ("identity.name", "education.attendance", "health.flag", "crime.offence", "housing.arrears", "da.risk")
GROUPS = ("health.*", "education.*", "crime.*", "housing.*")
FORMS = ("month", "year", "outward_postcode", "band", "presence")
RELATIONSHIPS = ("team", "manager", "none")
DIRECTIONS = ("view", "view", "search", "match")
DAY = date(2026, 6, 1)
BECAUSE = "because it is so"

AGENCY_LIST = AgencyList.model_validate(
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
)  # fmt: skip


def law_entries(rng):
    """A power, a duty, and entries that are not commenced, end, or belong to a programme that is not live."""
    past, confirmed = date(2000, 1, 1), {"confirmation": "from_memory"}
    gateways = [
        {"id": "G1", "kind": "power", "commenced": past},
        {"id": "G2", "kind": "duty", "commenced": past, "leaves_part_3": rng.random() < 0.7},
        {"id": "G3", "kind": "power", "commenced": rng.choice((None, days_off(rng))), "leaves_part_3": True},
        {"id": "G4", "kind": "power", "commenced": past, "ended": days_off(rng)},
        {"id": "G5", "kind": "power", "commenced": past, "purpose_live": rng.choice(("live", "unconfirmed", "ended"))},
    ]
    bases = [
        {"id": f"{article}/{number}", "article": article, "law": "Act", "commenced": past, "ended": ended, **confirmed}
        for article in (6, 9, 10)
        for number, ended in ((1, None), (2, days_off(rng)))
    ]
    entries = [{"cite": "Act", **gateway, **confirmed} for gateway in gateways]
    return LegalRegister.model_validate({"schema": "hearthgate/law/1", "gateways": entries, "bases": bases})


def lists(rng):
    """The lists beside the agreements."""
    criminal = rng.random() < 0.5
    sources = [
        {
            "id": source, "title": source, "owner": owner, "match_only": source == "health" and rng.random() < 0.3,
            "regime": "dpa_part_3" if source == "crimes" and criminal else "uk_gdpr",
        }
        for source, owner in OWNERS.items()
    ]  # fmt: skip
    purposes = [
        {"id": one, "title": one, "regime": "dpa_part_3" if one == "fraud" and rng.random() < 0.3 else "uk_gdpr"}
        for one in PURPOSES
    ]
    return {
        "agencies": AGENCY_LIST,
        "sources": SourceList.model_validate({"schema": "hearthgate/sources/1", "sources": sources}),
        "purposes": PurposeList.model_validate({"schema": "hearthgate/purposes/1", "purposes": purposes}),
        "law": law_entries(rng),
        "dpias": (assessment(DAY + timedelta(days=rng.choice((2, 3, 30, 30)))),),
    }


def assessment(next_review):
    words = dict.fromkeys(("title", "description", "necessity", "consultation", "dpo_advice"), BECAUSE)
    risk = {"id": "K", "likelihood": "low", "impact": "low", "residual": "low", "owner": "x"}
    return Dpia.model_validate(
        {
            "schema": "hearthgate/dpia/1", "id": "DPIA", "purposes": PURPOSES, "data": ["*"], "approved": DAY, **words,
            "risks": [{**risk, "risk": BECAUSE, "mitigation": BECAUSE}], "approved_by": "x", "residual_risk": "low",
            "next_review": next_review,
        }
    )  # fmt: skip


def seeded(*parts):
    """A generator that draws the same for the same parts, in every process."""
    return random.Random("/".join(map(str, parts)))  # noqa: S311 - invents registers, keeps no secret


def days_off(rng):
    return DAY + timedelta(days=rng.randint(-2, 4))


def some(rng, values, least=1, most=3):
    return rng.sample(values, rng.randint(least, min(most, len(values))))


def any_or(rng, values):
    return "*" if rng.random() < 0.4 else some(rng, values)


def selection(rng):
    return {
        "sources": any_or(rng, SOURCES),
        "data": ["*"] if rng.random() < 0.4 else some(rng, (*ITEMS, *GROUPS)),
        "exclude": some(rng, ITEMS) if rng.random() < 0.3 else [],
    }


def recipients(rng):
    return [
        {"family": rng.choice(("council_worker", "landlord_manager"))}
        if rng.random() < 0.2
        else {"agency": rng.choice((*AGENCIES, "*", "*")), "roles": any_or(rng, ROLES)}
        for _ in range(rng.randint(1, 2))
    ]


def readers(rng, number, effect):
    directions = "*" if rng.random() < 0.4 else sorted(set(some(rng, DIRECTIONS)))
    return {
        "id": f"R{number}", "effect": effect, "recipients": recipients(rng), "purposes": any_or(rng, PURPOSES),
        "directions": directions,
    }  # fmt: skip


def states(rng, likely=0.25):
    return some(rng, STATES, most=2) if rng.random() < likely else []


def gate(rng):
    """Often the same one, as rules that ask the same of a request are taken together."""
    if rng.random() < 0.45:
        return {"relationships": "*", "min_band": "review"}
    return {
        "relationships": "*" if rng.random() < 0.5 else some(rng, RELATIONSHIPS, least=0, most=2),
        "subjects": {"minors": rng.choice(("any", "any", "any", "only", "exclude"))},
        "conditions": {"all_of": states(rng), "any_of": states(rng), "none_of": states(rng)},
        "min_band": rng.choice(("review", "probable", "strong", "verified")),
    }


def permit(rng, number):
    transform = {rng.choice((*ITEMS, *GROUPS, "*")): rng.choice(FORMS) for _ in range(rng.choice((0, 0, 1, 2)))}
    return {
        **readers(rng, number, "permit"), **selection(rng), **gate(rng), "transform": transform, "necessity": BECAUSE
    }  # fmt: skip


def refer(rng, number):
    return {
        **readers(rng, number, "refer"), **selection(rng), **gate(rng),
        "to": rng.choice(("council/manager", "police/worker")), "within": rng.choice(("PT4H", "PT24H")),
        "message": BECAUSE, "duty": rng.random() < 0.4,
    }  # fmt: skip


def bar(rng, number, effect):
    """A prohibition, a limit or a pair that is never shown together."""
    extra = {
        "prohibit": lambda: {**selection(rng), "existence": rng.choice(("open", "closed"))},
        "limit": lambda: {**selection(rng), "form": rng.choice(FORMS)},
        "never_both": lambda: {"keep": selection(rng), "withhold": selection(rng)},
    }[effect]()
    return {
        **readers(rng, number, effect), **extra, "reason": BECAUSE,
        "except_recipients": recipients(rng) if rng.random() < 0.3 else [],
        "when": {"all_of": states(rng), "any_of": states(rng)},
        "unless": {"all_of": states(rng), "any_of": states(rng)},
    }  # fmt: skip


def voice(rng, number):
    content = readers(rng, f"W{number}", "")
    del content["effect"]
    mode = rng.choice(("item_default", "count", "exists", "silent"))
    return {**content, "id": f"W{number}", **selection(rng), **gate(rng), "mode": mode, "sentence": BECAUSE}


def rule(rng, number, *, pairs):
    kinds = ["permit"] * 5 + ["refer", "prohibit", "prohibit", "limit"] + ["never_both"] * 2 * pairs
    kind = rng.choice(kinds)
    return {"permit": permit, "refer": refer}.get(kind, lambda *args: bar(*args, kind))(rng, number)


def law_of(rng):
    gateways = some(rng, ("G1", "G2", "G3", "G4", "G5"), least=0)
    covered = [{"id": one, "covers": some(rng, AGENCIES)} for one in gateways]
    if rng.random() < 0.85:
        covered = [{"id": rng.choice(("G1", "G2")), "covers": list(AGENCIES)}]
    usual = [{"basis": "6/1", "parties": list(AGENCIES), "law": "Act"}]
    unusual = [{"basis": one, "parties": some(rng, AGENCIES), "law": "Act"} for one in some(rng, ("6/1", "6/2"))]
    return {
        "gateways": covered,
        "article_6": usual if rng.random() < 0.85 else unusual,
        "article_9": [{"basis": rng.choice(("9/1", "9/1", "9/2")), "data": rng.choice((["*"], ["health.*"]))}],
        "article_10": [{"basis": rng.choice(("10/1", "10/1", "10/2")), "data": rng.choice((["*"], ["crime.*"]))}],
        "confidentiality": "none", "privacy_notice": "none",
    }  # fmt: skip


def validity(rng):
    start = DAY + timedelta(days=rng.randint(-3, 1))
    review = start + timedelta(days=rng.randint(0, 4))
    until = review + timedelta(days=rng.randint(0, 3))
    missed = rng.choice(("suspend", "continue_under_statute"))
    return {"from": start, "to": until, "review": review, "on_review_missed": missed}


def agreement(rng, number, *, pairs=True, most=5):
    """One agreement in force around `DAY`, with its signatures and events. `pairs`: it may hold never-both rules."""
    parties = list(AGENCIES) if rng.random() < 0.6 else some(rng, AGENCIES, least=2)
    rules = [rule(rng, at, pairs=pairs) for at in range(rng.randint(1, most))]
    permits = [one["id"] for one in rules if one["effect"] == "permit"]
    glass = None
    if permits and rng.random() < 0.5:
        glass = {
            "recipients": recipients(rng) if rng.random() < 0.5 else [{"agency": "*"}],
            "widens": permits[: rng.randint(1, 2)], "requires": ["free_text_reason"],
            "second_person_within_hours": 24, "expires_minutes": rng.choice((30, 60)), "alerts": ["x"],
        }  # fmt: skip
    who = {name: [parties[0]] for name in ("source_facts", "index", "households", "figures", "log")}
    document = Agreement.model_validate(
        {
            "schema": "hearthgate/agreement/1", "id": f"ISA-{number}", "version": 1, "tier": "agreement",
            "title": "a random agreement", "summary": "a random agreement", "dpia": rng.choice((None, "DPIA")),
            "parties": {
                "controllers": [
                    {"id": party, "does": ["discloses", "receives"], "ico_registration": "Z"} for party in parties
                ],
                "relationship": "independent_controllers", "controller_of": who,
            },
            "legal": law_of(rng),
            "purposes": [{"id": one, "necessity": BECAUSE} for one in some(rng, PURPOSES)],
            "supply": [
                {**selection(rng), "id": f"L{at}", "party": rng.choice(parties), "necessity": BECAUSE}
                if rng.random() < 0.2 else
                {"id": f"L{at}", "party": party, "sources": "*", "data": ["*"], "necessity": BECAUSE}
                for at, party in enumerate(parties)
            ],
            "rules": rules, "break_glass": glass, "withholding": [voice(rng, at) for at in range(rng.randint(0, 1))],
            "validity": validity(rng),
            "retention": {"view": "none", "copies": "P1Y", "trigger": "x", "disposal": "x"},
            "obligations": [{"id": "O1", "on": "disclosure", "who": "x", "do": f"act {number}", "within": "P1D"}],
            "onward_sharing": "Not allowed.",
            "contacts": {"questions": "x", "breaches": "x", "complaints": "x"},
        }
    )  # fmt: skip
    return admitted(rng, document, parties, str(number))


def admitted(rng, document, parties, digest):
    opened = start_of_day(DAY) - timedelta(days=rng.randint(0, 3))
    withdrawn = opened + timedelta(days=rng.randint(1, 4)) if rng.random() < 0.3 else None
    if rng.random() < 0.2 and withdrawn is None:
        suspended = opened + timedelta(days=2)
        active = ((opened, suspended), (suspended + timedelta(hours=6), EVER[1]))
    else:
        active = ((opened, withdrawn or EVER[1]),)
    left = opened + timedelta(days=2)
    spans = {party: ((EVER[0], left),) if rng.random() < 0.1 else (EVER,) for party in parties}
    held = start_of_day(document.validity.review) + timedelta(hours=rng.choice((9, 30)))
    reviews = ((held, document.validity.review + timedelta(days=2)),) if rng.random() < 0.2 else ()
    return AdmittedAgreement(document, digest, active, spans, reviews, withdrawn)


def register(rng, most=3):
    """A register of one to `most` agreements. Every second one has no never-both rules."""
    pairs = rng.random() < 0.5
    return register_of([agreement(rng, number, pairs=pairs) for number in range(rng.randint(1, most))], lists(rng))


def register_of(chosen, beside):
    return RegisterDocuments(**beside, agreements=tuple(chosen), now=datetime(2026, 6, 1, tzinfo=UTC))


def with_rule(documents, content):
    """The register with one more rule in its first agreement."""
    first = documents.agreements[0]
    dumped = first.document.model_dump(by_alias=True)
    changed = type(first.document).model_validate({**dumped, "rules": [*dumped["rules"], content]})
    return replace(documents, agreements=(replace(first, document=changed), *documents.agreements[1:]))
