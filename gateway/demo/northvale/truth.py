"""The ground truth of Northvale: who lives where with whom, and all that befell them, before anybody wrote it down."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from gateway.demo.northvale.events import Events
from gateway.demo.northvale.identifiers import Issuer, nino, pnc_id
from gateway.demo.northvale.people import Household, Member, Person, Stay
from gateway.demo.northvale.places import Place

DEMO_DAY = date(2026, 11, 21)
"""The day on which the scenes are played; every date in them moves with `today` by whole days from it."""


@dataclass(slots=True)
class World:
    """One Northvale, a function of (people, seed, today)."""

    size: int
    seed: int
    today: date
    issuer: Issuer
    people: list[Person] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    events: Events = field(default_factory=Events)
    cast: dict[str, Person] = field(default_factory=dict)
    """The people of the scenes by the name they go by there."""

    def rng(self, *label: object) -> Random:
        """A generator of its own for each purpose, so that adding one draw moves no other."""
        return Random("/".join(map(str, (self.seed, *label))))

    def day(self, year: int, month: int, day: int) -> date:
        """A date of the scenes as it falls when played on `today`."""
        return self.today + (date(year, month, day) - DEMO_DAY)

    def moment(self, on: date, clock: str) -> datetime:
        """A date and a wall-clock time `HH:MM` (local time, as partners write it)."""
        hours, minutes = clock.split(":")
        return datetime(on.year, on.month, on.day, int(hours), int(minutes))  # noqa: DTZ001 - partners send local time without a zone

    def add_person(self, forename: str, surname: str, sex: str, born: date, **more: object) -> Person:
        """Put a person into the world; identifiers that their age gives them are issued here."""
        index = len(self.people) + 1
        person = Person(index, forename, surname, sex, born, nhs=self.issuer.nhs_number())
        for name, value in more.items():
            setattr(person, name, value)
        person.birth_surname = person.birth_surname or surname
        if person.age(self.today) >= 16:
            person.nino = nino(index)
            year = max(1974, min(self.today.year, born.year + 18))
            person.pnc = pnc_id(year, (index * 7919 + self.seed) % 9_999_999 + 1)
        self.people.append(person)
        return person

    def add_household(self, members: list[tuple[Person, str]], place: Place, since: date) -> Household:
        """House people together from a day on."""
        household = Household(f"H{len(self.households) + 1:05d}")
        self.households.append(household)
        for person, role in members:
            household.members.append(Member(person, role, since))
            person.household = household
            person.homes.append(Stay(place, since))
        return household

    def cast_person(self, name: str, sex: str, born: date, **more: object) -> Person:
        """A person of a scene, called `name` there; no fault is ever put into their rows."""
        forename, surname = name.split(" ", 1)
        person = self.add_person(forename, surname, sex, born, **more)
        person.planted = True
        self.cast[name] = person
        return person

    def residents(self) -> list[Person]:
        """Everybody but the scenes' people, in order."""
        return [person for person in self.people if not person.planted]

    def days_ago(self, rng: Random, least: int, most: int) -> date:
        """A day that many days back."""
        return self.today - timedelta(days=rng.randint(least, most))
