"""Generated people in households, as several sources would record them, with the truth beside each record.

Only for training: families share names, addresses and phones; there are twins, and sons named for their fathers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from concept_model.identifiers import is_nhs_number, is_upn
from linkage.addresses import key_and_street
from linkage.record import LinkIdentifier, LinkRecord
from linkage.training_errors import Errors
from linkage.training_names import FAMILY, FEMALE, MALE, RARE_FAMILY, RARE_STREETS, STREETS

_TODAY = date(2026, 6, 1)
_ADULT, _SCHOOL = 16, 5
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Home:
    """An address as every source could know it."""

    uprn: str
    key: str
    postcode: str
    street: str


@dataclass(slots=True)
class Someone:
    """One generated person."""

    number: int
    household: int
    given: str
    middle: str
    family: str
    sex: str
    born: date
    homes: tuple[Home, ...]
    former_family: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    ids: dict[str, str] = field(default_factory=dict)

    @property
    def age(self) -> int:
        """Whole years on the day of the extract."""
        return (_TODAY - self.born).days // 366


@dataclass(frozen=True, slots=True)
class Labelled:
    """A record and the truth about it."""

    record: LinkRecord
    person: int
    household: int


# What a source knows: chance of a record per person, identifiers with chance and verification, chance of birth date,
# address, UPRN, phone and e-mail.
@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    covers: float
    ages: range
    ids: tuple[tuple[str, float, bool], ...]
    birth: float
    uprn: float
    phone: float
    email: float


_SOURCES = (
    _Source("health", 0.9, range(120), (("nhs_number", 0.85, True),), 0.99, 0.5, 0.7, 0.3),
    _Source("emergency", 0.3, range(120), (("nhs_number", 0.6, False),), 0.95, 0.1, 0.5, 0.0),
    _Source("schools", 0.95, range(4, 18), (("upn", 0.95, False),), 0.99, 0.2, 0.5, 0.3),
    _Source("police", 0.12, range(10, 120), (("pnc_id", 0.5, False),), 0.85, 0.1, 0.4, 0.05),
    _Source("housing", 0.35, range(120), (("nino", 0.5, False),), 0.85, 0.95, 0.7, 0.5),
    _Source("benefits", 0.3, range(16, 120), (("nino", 0.95, False),), 0.98, 0.2, 0.5, 0.2),
    _Source("care", 0.15, range(120), (("nhs_number", 0.45, False), ("upn", 0.2, False)), 0.92, 0.6, 0.6, 0.1),
    _Source("council-tax", 0.5, range(18, 120), (), 0.05, 0.98, 0.4, 0.4),
)


def generate(people: int, seed: int) -> list[Labelled]:
    """At least `people` persons in whole households, each as the sources that know them record them."""
    random = Random(seed)  # noqa: S311 - invented people, no cryptography
    everyone: list[Someone] = []
    households: list[list[Someone]] = []
    while len(everyone) < people:
        household = _household(random, len(households), len(everyone))
        households.append(household)
        everyone.extend(household)
    errors = Errors(random)
    labelled: list[Labelled] = []
    for household in households:
        for someone in household:
            for source in _SOURCES:
                while source.covers > random.random() and someone.age in source.ages:
                    record = errors.spoil(
                        _record(random, someone, source, len(labelled)), _lent(random, household, source)
                    )
                    labelled.append(Labelled(record, someone.number, someone.household))
                    if random.random() > 0.08:  # noqa: PLR2004 - a source repeats one person in twelve
                        break
    return labelled


def _household(random: Random, household: int, first: int) -> list[Someone]:
    shape = random.choices(("single", "couple", "family", "lone-parent"), (28, 26, 32, 14))[0]
    homes = (_home(random), _home(random)) if random.random() < 0.25 else (_home(random),)  # noqa: PLR2004 - one in four moved
    family, landline = _family(random), _phone(random, "01632")
    grown = _TODAY - timedelta(days=random.randint(24 * 365, 80 * 365))
    adults = 2 if shape in {"couple", "family"} else 1
    members: list[Someone] = []

    def add(sex: str, born: date, name: str) -> Someone:
        given, middle = _given(random, sex), _given(random, sex)
        someone = Someone(first + len(members), household, given, middle, name, sex, born, homes)
        members.append(someone)
        return someone

    for number in range(adults):
        sex = random.choice(("female", "male")) if adults == 1 else ("male", "female")[number]
        someone = add(sex, grown + timedelta(days=random.randint(-1500, 1500) * number), family)
        if sex == "female" and random.random() < 0.5:  # noqa: PLR2004 - half of them were born under another name
            someone.former_family = _family(random)
    if shape in {"family", "lone-parent"}:
        _children(random, members, add)
    if random.random() < 0.03:  # noqa: PLR2004 - a guess: of so many homes the people came without papers
        for someone in members:
            if random.random() < 0.7:  # noqa: PLR2004 - most of them, but not those born here
                someone.born = date(someone.born.year, 1, 1)
    for someone in members:
        _numbers(random, someone, landline)
    _contacts_of_others(random, members)
    return members


def _children(random: Random, members: list[Someone], add: Callable[[str, date, str], Someone]) -> None:
    parent = members[0]
    born = parent.born + timedelta(days=random.randint(20 * 365, 34 * 365))
    for _ in range(random.choices((1, 2, 3, 4), (40, 40, 15, 5))[0]):
        if born > _TODAY:
            break
        sex = random.choice(("female", "male"))
        child = add(sex, born, parent.family)
        if sex == parent.sex and random.random() < 0.05:  # noqa: PLR2004 - named for the parent
            child.given = parent.given
        if random.random() < 0.03:  # noqa: PLR2004 - twins
            add(random.choice(("female", "male")), born, parent.family)
        born += timedelta(days=random.randint(400, 1600))


def _numbers(random: Random, someone: Someone, landline: str) -> None:
    someone.ids["nhs_number"] = _nhs_number(random)
    if _SCHOOL <= someone.age < _ADULT + 3:
        someone.ids["upn"] = _upn(random)
    if someone.age >= _ADULT:
        someone.ids["nino"] = (
            f"{random.choice('ABCEHJKLMNPRS')}{random.choice('ABCEHJKLMPRS')}{random.randint(0, 999999):06d}A"
        )
        someone.emails = (f"{someone.given}.{someone.family}{random.randint(1, 99)}@example.org".lower(),)
    if someone.age >= _SCHOOL + 5:
        someone.ids["pnc_id"] = _pnc_id(random)
    mobile = _phone(random, "07700")
    someone.phones = (mobile, landline) if someone.age >= _ADULT else (landline,)


def _contacts_of_others(random: Random, members: Sequence[Someone]) -> None:
    """A child is reached by its parents' mobiles and e-mail; one couple in five gives one e-mail address for both."""
    parents = [each for each in members if each.born < members[0].born + timedelta(days=_ADULT * 365)]
    if len(parents) > 1 and random.random() < 0.2:  # noqa: PLR2004 - surveys find about one couple in four
        parents[1].emails += parents[0].emails
    for child in members:
        if child.age < _ADULT:
            child.phones += tuple(each.phones[0] for each in parents)
            child.emails = tuple(address for each in parents for address in each.emails[:1])


def _record(random: Random, someone: Someone, source: _Source, number: int) -> LinkRecord:
    home = someone.homes[0] if random.random() < 0.7 else someone.homes[-1]  # noqa: PLR2004 - some hold the old address
    family = someone.family
    families: tuple[str, ...] = (family,)
    if someone.former_family and random.random() < 0.3:  # noqa: PLR2004 - some still hold the former name
        families = random.choice(((someone.former_family,), (family, someone.former_family)))
    middle = someone.middle if random.random() < 0.7 else someone.middle[0]  # noqa: PLR2004 - some write an initial
    given = f"{someone.given} {middle}" if random.random() < 0.4 else someone.given  # noqa: PLR2004 - as recorded
    ids = tuple(
        LinkIdentifier(scheme, someone.ids[scheme], verified)
        for scheme, chance, verified in source.ids
        if scheme in someone.ids and random.random() < chance
    )
    readable = random.random() < 0.9  # noqa: PLR2004 - some lines cannot be read
    return LinkRecord(
        record_id=f"{source.name}-{number}",
        source=source.name,
        given_names=(given,),
        family_names=families,
        birth_date=someone.born.isoformat() if random.random() < source.birth else None,
        sex=someone.sex if random.random() < 0.95 else None,  # noqa: PLR2004 - sometimes left blank
        identifiers=ids,
        postcodes=(home.postcode,),
        uprns=(home.uprn,) if random.random() < source.uprn else (),
        address_keys=(home.key,) if readable else (),
        streets=(home.street,) if readable else (),
        phones=(random.choice(someone.phones),) if random.random() < source.phone else (),
        emails=(random.choice(someone.emails),) if random.random() < source.email else (),
    )


def _lent(random: Random, household: Sequence[Someone], source: _Source) -> tuple[LinkIdentifier, ...]:
    """Identifiers of another member, which a clerk may pick by mistake."""
    other = random.choice(household)
    return tuple(LinkIdentifier(scheme, other.ids[scheme]) for scheme, _, _ in source.ids if scheme in other.ids)


def _given(random: Random, sex: str) -> str:
    names = FEMALE if sex == "female" else MALE
    return names[int(len(names) * random.random() ** 1.6)]


def _family(random: Random) -> str:
    if random.random() < 0.35:  # noqa: PLR2004 - a third bear a rare name
        return random.choice(RARE_FAMILY)
    return FAMILY[int(len(FAMILY) * random.random() ** 1.6)]


def _home(random: Random) -> Home:
    postcode = (
        f"NV{random.randint(1, 9)} {random.randint(1, 9)}{random.choice('ABDEFGHJLN')}{random.choice('PQRSTUWXYZ')}"
    )
    street = random.choice(STREETS if random.random() < 0.2 else RARE_STREETS)  # noqa: PLR2004 - one in five is a usual name
    key, folded = key_and_street((f"{random.randint(1, 180)} {street}",), postcode)
    return Home(str(random.randint(10_000_000, 99_999_999)), key or "", postcode, folded)


def _phone(random: Random, prefix: str) -> str:
    return f"{prefix}{random.randint(0, 999999):06d}"


def _nhs_number(random: Random) -> str:
    while True:
        body = f"9{random.randint(0, 99999999):08d}"
        for check in "0123456789":
            if is_nhs_number(body + check):
                return body + check


def _upn(random: Random) -> str:
    body = f"{random.randint(100, 999)}{random.randint(0, 999999999):09d}"
    return next(letter + body for letter in _UPN_LETTERS if is_upn(letter + body))


def _pnc_id(random: Random) -> str:
    year, serial = random.randint(1990, 2025), random.randint(1, 9999999)
    letter = "ZABCDEFGHJKLMNPQRTUVWXY"[int(f"{year % 100:02d}{serial:07d}") % 23]
    return f"{year}/{serial:07d}{letter}"
