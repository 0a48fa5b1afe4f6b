"""Occurrences that police record about ordinary people."""

from datetime import timedelta
from random import Random

from gateway.demo.northvale.events import Occurrence, Offence
from gateway.demo.northvale.people import Person
from gateway.demo.northvale.truth import World

COMMON_ASSAULT = Offence("105A", "01", "CJ88001", "Common assault and battery")
BODILY_HARM = Offence("8N", "01", "OF61102", "Assault occasioning actual bodily harm")
DOMESTIC = Offence("", "", "", "Domestic incident, no crime")
MISSING = Offence("", "", "", "Missing from home")
_CRIMES = (
    COMMON_ASSAULT,
    BODILY_HARM,
    Offence("28E", "03", "TH68036", "Burglary, residential"),
    Offence("46", "00", "TH68010", "Theft from shop"),
    Offence("58A", "00", "CD71039", "Criminal damage to a dwelling"),
    Offence("92E", "01", "MD71530", "Possession of cannabis"),
    Offence("125", "09", "PU86116", "Fear or provocation of violence"),
)
_NUISANCE = (
    Offence("ASB", "", "", "ASB personal: nuisance neighbours"),
    Offence("ASB", "", "", "ASB nuisance: rowdy behaviour"),
    Offence("", "", "", "ASB environmental: noise"),
)
_OUTCOMES = (
    ("under investigation", ""),
    ("under investigation", ""),
    ("filed", "14"),
    ("filed", "15"),
    ("filed", "16"),
    ("filed", "18"),
    ("charged", "1"),
    ("convicted", "1"),
    ("filed", "8"),
    ("filed", "3"),
)


def happen(world: World) -> None:
    """Crimes, nuisance, domestic abuse, missing children, and a few rows that police may not send."""
    rng = world.rng("police")
    everyone = world.residents()
    adults = [person for person in everyone if person.age(world.today) >= 18]
    teens = [person for person in everyone if 12 <= person.age(world.today) < 18]
    for suspect in _some(rng, adults, 0.06) + _some(rng, teens, 0.04):
        _crime(world, rng, suspect, rng.choice(adults))
    for person in _some(rng, adults, 0.03):
        _nuisance(world, rng, person)
    for household in world.households:
        grown = household.adults(world.today)
        if len(grown) >= 2 and not grown[0].planted and rng.random() < 0.05:
            _domestic(world, rng, grown[:2], household.children(world.today))
    if not any(occurrence.dv and not occurrence.roles[0][0].planted for occurrence in world.events.occurrences):
        # Even the smallest borough has one such home.
        _domestic(world, world.rng("one home"), adults[:2], [])
    for child in _some(rng, teens, 0.04):
        _missing(world, rng, child)
    for person in _some(rng, adults, 0.004):
        # What intelligence officers mark must not travel; a careless extract holds it all the same.
        _crime(world, rng, person, rng.choice(adults), handling=rng.choice(("intelligence", "live-operation")))


def number_of(world: World) -> str:
    """The next occurrence number."""
    return f"NV{world.today.year % 100:02d}/{len(world.events.occurrences) + 10_001}"


def _some(rng: Random, people: list[Person], rate: float) -> list[Person]:
    return rng.sample(people, min(len(people), max(1, round(len(people) * rate)))) if people else []


def _record(world: World, rng: Random, offence: Offence, roles: list[tuple[Person, str, str]]) -> Occurrence:
    at = world.moment(world.days_ago(rng, 5, 700), f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}")
    occurrence = Occurrence(number_of(world), offence, at, roles[0][0].home, roles)
    world.events.occurrences.append(occurrence)
    return occurrence


def _crime(world: World, rng: Random, suspect: Person, victim: Person, handling: str = "open") -> None:
    nature = rng.choice(("fact", "allegation", "allegation", ""))
    roles = [(suspect, rng.choice(("suspect", "suspect", "offender")), nature)]
    if victim is not suspect:
        roles.append((victim, "victim", "allegation"))
    if rng.random() < 0.3:
        roles.append((rng.choice(world.residents()), rng.choice(("witness", "person reporting")), ""))
    occurrence = _record(world, rng, rng.choice(_CRIMES), _once(roles))
    occurrence.handling = handling if handling != "open" else rng.choice(("open", "open", "open", "sensitive"))
    occurrence.status, occurrence.outcome = rng.choice(_OUTCOMES)
    if occurrence.outcome:
        occurrence.outcome_on = min(world.today, occurrence.at.date() + timedelta(days=rng.randint(2, 90)))


def _nuisance(world: World, rng: Random, person: Person) -> None:
    _record(world, rng, rng.choice(_NUISANCE), [(person, rng.choice(("suspect", "victim", "person reporting")), "")])


def _domestic(world: World, rng: Random, pair: list[Person], children: list[Person]) -> None:
    suspect, victim = sorted(pair, key=lambda person: person.sex, reverse=True)
    roles = [(suspect, "suspect", "allegation"), (victim, "victim", "allegation")]
    occurrence = _record(world, rng, rng.choice((DOMESTIC, COMMON_ASSAULT, BODILY_HARM)), roles)
    roles += [(child, "child present", "fact") for child in children if child.born < occurrence.at.date()]
    occurrence.dv = True
    occurrence.child_present = len(roles) > 2
    occurrence.dash = rng.choice(("standard", "standard", "medium", "high"))
    occurrence.marac = occurrence.dash == "high"


def _missing(world: World, rng: Random, child: Person) -> None:
    occurrence = _record(world, rng, MISSING, [(child, "missing person", "fact")])
    occurrence.status = "returned"


def _once(roles: list[tuple[Person, str, str]]) -> list[tuple[Person, str, str]]:
    """Nobody takes two roles in one occurrence here: the first stands."""
    seen: dict[int, tuple[Person, str, str]] = {}
    for role in roles:
        seen.setdefault(role[0].index, role)
    return list(seen.values())
