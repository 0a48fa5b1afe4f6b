"""Council tax, benefits, children's social care, early help, referrals and the refuge."""

from datetime import date, timedelta
from random import Random

from gateway.demo.northvale.events import Benefit, InNeed, LookedAfter, Referral, RefugeClient, Support, TaxAccount
from gateway.demo.northvale.people import Household, Person
from gateway.demo.northvale.places import HAVEN_HOUSE
from gateway.demo.northvale.truth import World

_BENEFITS = ("UC", "UC", "UC", "ESA", "JSA", "IS", "CA")
_CONDITIONALITY = (
    "searching for work",
    "planning for work",
    "preparing for work",
    "working - with requirements",
    "working - no requirements",
    "no work requirements",
)
_FACTORS = ("1B", "2B", "3A", "3B", "4A", "4B", "7A", "10A", "14A", "16A", "17A")
_SOURCES = ("1A", "1D", "2A", "3A", "3B", "3E", "4", "6", "8", "9")
_WORKERS = ("W201", "W202", "W203", "W204")


def happen(world: World) -> None:
    """All that the council and its nearest partners come to know of ordinary people."""
    _tax(world, world.rng("tax"))
    _benefits(world, world.rng("benefits"))
    families = [h for h in world.households if h.children(world.today) and not h.members[0].person.planted]
    _in_need(world, world.rng("in need"), families)
    _looked_after(world, world.rng("looked after"), families)
    _early_help(world, world.rng("early help"), families)
    _referrals(world, world.rng("referrals"), families)
    _refuge(world, world.rng("refuge"))


def _tax(world: World, rng: Random) -> None:
    for household in world.households:
        adults = household.adults(world.today)
        if not adults or adults[0].planted:
            continue
        single = len(adults) == 1
        account = TaxAccount(
            f"CT{700_000 + len(world.events.tax) * 3}",
            adults[0].home,
            adults[:1] if single or rng.random() < 0.3 else adults[:2],
            adults[0].homes[-1].start,
            rng.choice("AAAABBBCCDE"),
        )
        # One claim in thirty stays in place after somebody else has moved in.
        if single or rng.random() < 0.03:
            account.liable = account.liable[:1]
            account.discount = "SPD"
            account.discount_start = account.start
            account.discount_review = world.today + timedelta(days=rng.randint(-200, 400))
        world.events.tax.append(account)


def _benefits(world: World, rng: Random) -> None:
    for person in world.residents():
        if not 18 <= person.age(world.today) < 66 or rng.random() > 0.18:
            continue
        kind = rng.choice(_BENEFITS)
        claim = Benefit(person, kind, world.days_ago(rng, 30, 1800), disability=rng.random() < 0.15)
        if kind == "UC":
            claim.conditionality = rng.choice(_CONDITIONALITY)
            claim.in_work = claim.conditionality.startswith("working")
        if rng.random() < 0.1:
            claim.end = min(world.today, claim.start + timedelta(days=rng.randint(20, 300)))
        world.events.benefits.append(claim)


def _pick(world: World, rng: Random, families: list[Household], rate: float) -> list[Person]:
    children = [child for family in families for child in family.children(world.today)]
    return rng.sample(children, min(len(children), max(1, round(len(children) * rate))))


def _after(world: World, start: date, days: int) -> date | None:
    on = start + timedelta(days=days)
    return on if on < world.today else None


def _in_need(world: World, rng: Random, families: list[Household]) -> None:
    for child in _pick(world, rng, families, 0.05):
        referred = max(child.born, world.days_ago(rng, 20, 500))
        episode = InNeed(child, referred, rng.choice(_SOURCES), rng.choice(("N1", "N1", "N2", "N3", "N4", "N5")))
        episode.factors = tuple(sorted(rng.sample(_FACTORS, rng.randint(1, 3))))
        episode.plan = _after(world, referred, 30)
        if rng.random() < 0.35:
            episode.enquiry = _after(world, referred, 8)
        if episode.enquiry and rng.random() < 0.5:
            episode.protection = _after(world, referred, 25)
            episode.category = rng.choice(("NEG", "PHY", "EMO", "SAB", "MUL"))
        if not episode.protection and rng.random() < 0.4:
            episode.closed = _after(world, referred, rng.randint(60, 200))
            episode.reason = rng.choice(("RC7", "RC8", "RC9")) if episode.closed else ""
        world.events.in_need.append(episode)


def _looked_after(world: World, rng: Random, families: list[Household]) -> None:
    for child in _pick(world, rng, families, 0.012):
        start = max(child.born + timedelta(days=1), world.days_ago(rng, 120, 900))
        episodes = [(start, rng.choice(("V2", "C1")), "U4", "PR1")]
        later = start + timedelta(days=rng.randint(40, 100))
        if later < world.today and rng.random() < 0.6:
            episodes.append((later, "C2", rng.choice(("U6", "K2")), rng.choice(("PR1", "PR4"))))
        review = start + timedelta(days=20)
        spell = LookedAfter(child, "N1", episodes, [review] if review < world.today else [], [])
        if child.age(world.today) >= 12 and (away := _after(world, start, 60)):
            spell.missing.append((away, min(world.today, away + timedelta(days=rng.randint(1, 3)))))
        world.events.looked_after.append(spell)


def _early_help(world: World, rng: Random, families: list[Household]) -> None:
    for household in rng.sample(families, min(len(families), max(1, round(len(families) * 0.15)))):
        start = world.days_ago(rng, 20, 300)
        people = [(m.person, m.role) for m in household.members if m.end is None and m.role != "lodger"]
        ref = f"EH{40_000 + len(world.events.support) * 7}"
        support = Support(ref, people, rng.choice(_WORKERS), start, manager="W210")
        for adult in household.adults(world.today):
            answer = rng.choices(("yes", "no", "withdrawn"), (82, 12, 6))[0]
            told = rng.choices(("told", "not yet", "unsafe"), (85, 12, 3))[0]
            support.answers.append((adult, answer, start + timedelta(days=rng.randint(0, 14)), told))
        child = household.children(world.today)[0]
        support.goals.append((child, "Attend school every day", "sessions attended", "95%"))
        if rng.random() < 0.5:
            support.professionals.append((child, "Nurse I. Bell", "school nurse", "0-19 service", "Northvale NHS"))
        world.events.support.append(support)


def _referrals(world: World, rng: Random, families: list[Household]) -> None:
    for child in _pick(world, rng, families, 0.04):
        at = world.moment(world.days_ago(rng, 1, 240), f"{rng.randint(8, 17):02d}:{rng.randint(0, 59):02d}")
        number = f"MASH-{at.year}-{len(world.events.referrals) + 2001}"
        referral = Referral(child, number, at, rng.choice(_SOURCES), child.home)
        referral.urgency = rng.choice(("standard", "standard", "urgent"))
        referral.outcome = rng.choice(("no further action", "early help", "assessment", "strategy discussion"))
        referral.concern = rng.choice(("no", "unknown", "yes"))
        if referral.concern == "yes":
            referral.asserted_by, referral.evidence = rng.choice(("W101", "W301")), "referral form and call"
            referral.expires = at.date() + timedelta(days=90)
        world.events.referrals.append(referral)


def _refuge(world: World, rng: Random) -> None:
    women = [p for p in world.residents() if p.sex == "F" and 18 <= p.age(world.today) < 60]
    for person in rng.sample(women, min(len(women), max(1, round(len(women) * 0.006)))):
        start = world.days_ago(rng, 200, 500)
        safe = ("text", "weekdays before 14:00", "do not leave voicemail")
        client = RefugeClient(person, "left", start, safe, HAVEN_HOUSE, start + timedelta(days=rng.randint(20, 100)))
        world.events.refuge.append(client)
