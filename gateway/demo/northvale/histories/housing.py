"""Tenancies of Brightwater Homes: rent, arrears, letters, repairs, safety work."""

from datetime import date, timedelta
from random import Random

from gateway.demo.northvale.events import Tenancy
from gateway.demo.northvale.people import Household
from gateway.demo.northvale.truth import World

KINDS = ("assured", "secure", "assured shorthold", "starter")
_REPAIRS = ("boiler", "damp and mould", "door", "plumbing", "electrics", "window")
_STAGES = ("none", "letter 1", "letter 2", "NOSP")
_RELATION = {"partner": "joint tenant", "child": "child", "grandparent": "other occupant", "lodger": "other occupant"}


def happen(world: World) -> None:
    """Every fifth household rents from Brightwater."""
    rng = world.rng("housing")
    for number, household in enumerate(world.households):
        if household.members[0].person.planted:
            continue
        if number % 5 == 0 or rng.random() < 0.02:
            world.events.tenancies.append(_tenancy(world, rng, household))


def tenancy_ref(world: World) -> str:
    """The next tenancy reference."""
    return f"BW{300_000 + len(world.events.tenancies) * 11}"


def _tenancy(world: World, rng: Random, household: Household) -> Tenancy:
    current = [member for member in household.members if member.end is None]
    occupants = [(m.person, _RELATION.get(m.role, "tenant")) for m in current]
    first = current[0].person
    rent = rng.randint(8200, 14500) / 100
    tenancy = Tenancy(tenancy_ref(world), first.home, first.homes[-1].start, rent, rng.choice(KINDS), occupants)
    if rng.random() < 0.35:
        _arrears(world, rng, tenancy)
    for _ in range(rng.choices((0, 1, 2, 3), (40, 35, 15, 10))[0]):
        reported = max(tenancy.start, world.days_ago(rng, 5, 500))
        tenancy.repairs.append((reported, rng.choice(_REPAIRS), rng.choice(("completed", "completed", "open"))))
    if rng.random() < 0.05:
        done = max(tenancy.start, world.days_ago(rng, 5, 300))
        tenancy.safety.append((done, rng.choice(("lock change", "smoke alarm", "sanctuary scheme")), "completed"))
    return tenancy


def _arrears(world: World, rng: Random, tenancy: Tenancy) -> None:
    months = rng.randint(2, 6)
    balance = 0.0
    for as_at in month_ends(world.today, months):
        if as_at < tenancy.start:
            continue
        balance = round(balance + tenancy.rent * rng.uniform(0.3, 2.5), 2)
        stage = _STAGES[min(3, int(balance // 250))]
        tenancy.arrears.append((as_at, balance, stage))
        if stage != "none":
            kind = "notice" if stage == "NOSP" else "letter"
            tenancy.actions.append((min(world.today, as_at + timedelta(days=4)), kind, stage, "no reply"))


def month_ends(today: date, months: int) -> list[date]:
    """The last days of the months before `today`, oldest first."""
    first = today.replace(day=1)
    found = []
    for _ in range(months):
        found.append(first - timedelta(days=1))
        first = found[-1].replace(day=1)
    return found[::-1]
