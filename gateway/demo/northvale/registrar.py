"""How each partner wrote each person down: one key and one set of slips per partner, the same in all its feeds."""

from dataclasses import dataclass
from datetime import date, timedelta

from gateway.demo.northvale.identifiers import broken_digit, broken_pnc, broken_upn
from gateway.demo.northvale.people import Person, Stay
from gateway.demo.northvale.places import Place
from gateway.demo.northvale.slips import RATES, misspelt, nickname, spaced, swapped
from gateway.demo.northvale.truth import World

Key = tuple[str, str, str]
"""(source, source key, person) of the truth file."""

_KEYS = {
    "police": ("N", 4_000_000, 13),
    "dwp": ("LA", 500_000, 17),
    "social_care": ("", 7_100_000, 19),
    "case_system": ("CP", 10_000, 7),
    "housing": ("T", 200_000, 11),
    "council_tax": ("L", 900_000, 5),
    "refuge": ("HV", 1_000, 3),
    "mash": ("M", 60_000, 9),
    "homelessness": ("HA", 70_000, 3),
    "housing_benefit": ("HB", 80_000, 3),
    "adult_social_care": ("AD", 90_000, 7),
    "early_years": ("EY", 20_000, 3),
    "youth_justice": ("YJ", 5_000, 3),
    "probation": ("X", 100_000, 3),
    "electoral": ("NVA-", 0, 1),
    "libraries": ("LB", 600_000, 7),
    "parking": ("PK", 700_000, 3),
    "accessible_transport": ("BB", 800_000, 9),
    "customer_service": ("CS", 900_000, 11),
    "citizen_portal": ("U", 1_000_000, 13),
    "send": ("SN", 300_000, 3),
    "participation": ("YP", 800_000, 5),
}


@dataclass(slots=True)
class Seen:
    """A person as one partner has them. Blank or None where the partner has nothing."""

    source: str
    person: Person
    key: str
    forename: str
    surname: str
    middle: str
    born: date | None
    sex: str
    nhs: str
    upn: str
    nino: str
    pnc: str
    stay: Stay
    failing: bool = False
    """Whether one of the identifiers fails its check."""

    @property
    def place(self) -> Place:
        """The home that this partner has."""
        return self.stay.place

    @property
    def truth(self) -> Key:
        """The line of the truth file."""
        return (self.source, self.key, self.person.ref)


class Registrar:
    """Remembers who was written down how."""

    def __init__(self, world: World) -> None:
        """Start with nobody written down."""
        self._world = world
        self._seen: dict[tuple[str, int, int], Seen] = {}

    def seen(self, person: Person, source: str, copy: int = 0) -> Seen:
        """The person as this partner has them; `copy` 1 is the same person entered a second time by mistake."""
        found = self._seen.get((source, person.index, copy))
        if found is None:
            found = self._write_down(person, source, copy)
            self._seen[source, person.index, copy] = found
        return found

    def _write_down(self, person: Person, source: str, copy: int) -> Seen:
        stay = person.homes[0]
        middle = "" if person.planted else person.middle
        seen = Seen(
            source,
            person,
            "",
            person.forename,
            person.surname,
            middle,
            person.born,
            person.sex,
            person.nhs,
            person.upn,
            person.nino,
            person.pnc,
            stay,
        )
        if not person.planted:
            self._slip(seen, copy)
        seen.key = _key(seen, copy)
        return seen

    def _slip(self, seen: Seen, copy: int) -> None:
        person, rates = seen.person, RATES[seen.source]
        rng = self._world.rng("seen", seen.source, person.index, copy)
        draws = [rng.random() for _ in range(9)]
        if draws[8] >= rates.stale:
            seen.stay = person.homes[-1]
        if draws[0] < rates.maiden and person.birth_surname != person.surname:
            seen.surname = person.birth_surname
        if draws[1] < rates.nickname:
            seen.forename = nickname(seen.forename)
        if draws[2] < rates.spelling:
            seen.surname = misspelt(seen.surname, rng)
        elif draws[2] < rates.spelling * 1.5:
            seen.forename = misspelt(seen.forename, rng)
        if draws[3] < rates.spaces:
            seen.surname = spaced(seen.surname, rng)
        self._misdate(seen, draws[4] < rates.no_birth_date, draws[5] < rates.swapped)
        if draws[6] < rates.no_identifier:
            seen.nhs = seen.nino = seen.pnc = ""
        if draws[7] < rates.failing:
            _fail(seen)

    def _misdate(self, seen: Seen, forgotten: bool, turned: bool) -> None:  # noqa: FBT001 - two draws, not options
        if forgotten:
            seen.born = None
        elif turned:
            moved = swapped(seen.person.born)
            # A birth date in the future would be a row error, not a slip.
            seen.born = moved if moved < self._world.today - timedelta(days=1) else seen.person.born


def _fail(seen: Seen) -> None:
    """Spoil the identifier that this partner works with."""
    if seen.source in ("police", "youth_justice", "probation") and seen.pnc:
        seen.pnc, seen.failing = broken_pnc(seen.pnc), True
    elif seen.source in ("schools", "social_care", "send", "participation") and seen.upn:
        seen.upn, seen.failing = broken_upn(seen.upn), True
    elif seen.source in ("health", "case_system", "adult_social_care") and seen.nhs:
        seen.nhs, seen.failing = broken_digit(seen.nhs), True
    elif seen.source in ("dwp", "housing_benefit", "accessible_transport") and seen.nino:
        # No number begins with D: the shape fails.
        seen.nino, seen.failing = f"D{seen.nino[1:]}", True


def _key(seen: Seen, copy: int) -> str:
    if seen.source == "pds":
        return seen.nhs
    if seen.source == "health":
        return seen.nhs or f"Patient/NV{seen.person.index:06d}"
    if seen.source == "schools":
        return seen.upn
    prefix, base, step = _KEYS[seen.source]
    return f"{prefix}{base + seen.person.index * step + copy * 4}"
