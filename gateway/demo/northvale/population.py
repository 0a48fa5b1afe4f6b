"""The borough's ordinary people: households of the kinds and sizes that a northern English town has."""

from datetime import date, timedelta
from random import Random

from gateway.demo.northvale.names import ORIGINS, Origin
from gateway.demo.northvale.people import Household, Member, Person, Stay
from gateway.demo.northvale.places import home
from gateway.demo.northvale.truth import World

_KINDS = (
    ("single", 27),
    ("couple", 24),
    ("family", 27),
    ("lone parent", 12),
    ("three generations", 5),
    ("sharers", 5),
)
_EARLY = ("family", "lone parent", "three generations", "family", "single", "couple")
"""The first households, so that the smallest Northvale has children, lone parents and grandparents too."""
_LARGEST = 7
"""Two parents, four children and a grandmother."""


def fill(world: World) -> None:
    """Add ordinary households until the world has as many people as it should."""
    rng = world.rng("population")
    number = 0
    while len(world.people) < world.size:
        _household(world, rng, _kind(world, rng, number), number)
        number += 1
    _separate(world, world.rng("separations"))


def _kind(world: World, rng: Random, number: int) -> str:
    left = world.size - len(world.people)
    if left < _LARGEST:
        # The last places are filled so that the number comes out exactly.
        return "single" if left == 1 else "couple"
    if number < len(_EARLY):
        return _EARLY[number]
    return rng.choices([kind for kind, _ in _KINDS], [weight for _, weight in _KINDS])[0]


def _household(world: World, rng: Random, kind: str, number: int) -> None:
    origin = rng.choices(ORIGINS, [each.weight for each in ORIGINS])[0]
    surname = rng.choice(origin.family)
    makers = {
        "single": _single,
        "couple": _couple,
        "family": _family,
        "lone parent": _lone_parent,
        "three generations": _three_generations,
        "sharers": _sharers,
    }
    members = makers[kind](world, rng, origin, surname)
    place = home(number * 2)
    since = world.days_ago(rng, 40, 4000)
    household = world.add_household(members, place, since)
    if rng.random() < 0.3:
        # A move within the borough: partners that were not told still hold the home before.
        before = home(number * 2 + 1)
        for person, _ in members:
            start = max(person.born, since - timedelta(days=rng.randint(300, 2500)))
            if start < since:
                person.homes.insert(0, Stay(before, start, since - timedelta(days=1)))
    _bring_up(household, world)


def _person(world: World, rng: Random, origin: Origin, surname: str, *, ages: tuple[int, int], sex: str = "") -> Person:
    sex = sex or rng.choice("FM")
    given = origin.female if sex == "F" else origin.male
    low, high = ages
    born = world.today - timedelta(days=rng.randint(int(low * 365.25) + 1, int((high + 1) * 365.25) - 2))
    person = world.add_person(rng.choice(given), surname, sex, born, ethnicity=rng.choice(origin.ethnicity))
    if rng.random() < 0.5:
        person.middle = rng.choice(given)
    if low >= 16 and rng.random() < 0.4:
        person.phone = world.issuer.phone()
    if low >= 16 and rng.random() < 0.4:
        person.email = f"{person.forename}.{person.surname}{person.index}@example.com".lower().replace("'", "")
    return person


def _single(world: World, rng: Random, origin: Origin, surname: str) -> list[tuple[Person, str]]:
    return [(_person(world, rng, origin, surname, ages=(19, 90)), "adult")]


def _couple(world: World, rng: Random, origin: Origin, surname: str, low: int = 22) -> list[tuple[Person, str]]:
    age = rng.randint(low, low + 20 if low > 22 else 82)
    first = _person(world, rng, origin, surname, ages=(age, age + 2), sex="M")
    keeps_name = rng.random() < 0.35
    second = _person(
        world, rng, origin, rng.choice(origin.family) if keeps_name else surname, ages=(age - 2, age + 2), sex="F"
    )
    if not keeps_name:
        second.birth_surname = rng.choice(origin.family)
    return [(first, "adult"), (second, "partner")]


def _children(world: World, rng: Random, origin: Origin, parents: list[tuple[Person, str]]) -> list[tuple[Person, str]]:
    youngest_parent = min(person.age(world.today) for person, _ in parents)
    surname = parents[0][0].surname
    children = []
    for _ in range(rng.choices((1, 2, 3, 4), (38, 40, 16, 6))[0]):
        age = rng.randint(0, max(0, min(17, youngest_parent - 18)))
        children.append((_person(world, rng, origin, surname, ages=(age, age)), "child"))
    return children


def _family(world: World, rng: Random, origin: Origin, surname: str) -> list[tuple[Person, str]]:
    parents = _couple(world, rng, origin, surname, 25)
    return parents + _children(world, rng, origin, parents)


def _lone_parent(world: World, rng: Random, origin: Origin, surname: str) -> list[tuple[Person, str]]:
    sex = "M" if rng.random() < 0.12 else "F"
    age = rng.randint(22, 48)
    parent = [(_person(world, rng, origin, surname, ages=(age, age), sex=sex), "adult")]
    return parent + _children(world, rng, origin, parent)


def _three_generations(world: World, rng: Random, origin: Origin, surname: str) -> list[tuple[Person, str]]:
    members = _family(world, rng, origin, surname)
    return [*members, (_person(world, rng, origin, surname, ages=(62, 84), sex="F"), "grandparent")]


def _sharers(world: World, rng: Random, origin: Origin, surname: str) -> list[tuple[Person, str]]:
    members = [(_person(world, rng, origin, surname, ages=(19, 45)), "adult")]
    for _ in range(rng.randint(1, 3)):
        other = rng.choice(ORIGINS)
        members.append((_person(world, rng, other, rng.choice(other.family), ages=(19, 45)), "lodger"))
    return members


def _bring_up(household: Household, world: World) -> None:
    """A child joined the household at birth, if that was later than the household's own beginning."""
    for member in household.members:
        if member.start < member.person.born:
            member.start = member.person.born
            member.person.homes[-1].start = member.person.born
        member.start = min(member.start, world.today)


def _separate(world: World, rng: Random) -> None:
    """Some single men are the fathers of a lone mother's children: they lived there, and left."""
    lone = [h for h in world.households if len(h.adults(world.today)) == 1 and h.children(world.today)]
    single = [h for h in world.households if len(h.members) == 1 and not h.members[0].person.planted]
    men = [h.members[0].person for h in single if h.members[0].person.sex == "M"]
    for household in lone:
        mother = household.adults(world.today)[0]
        if mother.planted or not men or rng.random() > 0.3:
            continue
        father = men.pop(rng.randrange(len(men)))
        left = max(father.homes[-1].start, household.members[0].start + timedelta(days=1))
        joined = household.members[0].start
        if left >= world.today or joined >= left:
            continue
        _share_past(household, father, (joined, left))


def _share_past(household: Household, father: Person, span: tuple[date, date]) -> None:
    joined, left = span
    if father.household:
        father.household.members[0].start = left
    place = household.members[0].person.home
    father.homes = [Stay(place, joined, left - timedelta(days=1)), Stay(father.home, left)]
    household.members.append(Member(father, "partner", joined, left))
    for child in household.children(left):
        child.surname = child.birth_surname = father.surname
