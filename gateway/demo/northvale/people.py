"""Persons, homes and households as they are."""

from dataclasses import dataclass, field
from datetime import date

from gateway.demo.northvale.places import Place


@dataclass(slots=True)
class Stay:
    """A home and when; `end` None while they live there."""

    place: Place
    start: date
    end: date | None = None


@dataclass(slots=True, eq=False)
class Person:
    """One human being. `sex` is F or M; `ethnicity` a DfE census code; identifiers are blank where none was issued."""

    index: int
    forename: str
    surname: str
    sex: str
    born: date
    nhs: str
    birth_surname: str = ""
    middle: str = ""
    ethnicity: str = "WBRI"
    upn: str = ""
    nino: str = ""
    pnc: str = ""
    phone: str = ""
    email: str = ""
    planted: bool = False
    in_pds: bool = True
    restricted: bool = False
    """NHS demographics holds the record as restricted: location never leaves it."""
    homes: list[Stay] = field(default_factory=list)
    household: "Household | None" = None

    @property
    def ref(self) -> str:
        """The name of this person in the truth files."""
        return f"P{self.index:06d}"

    @property
    def home(self) -> Place:
        """Where they live now."""
        return self.homes[-1].place

    def age(self, on: date) -> int:
        """Whole years on a day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


@dataclass(slots=True)
class Member:
    """A person's part in a household over time."""

    person: Person
    role: str
    start: date
    end: date | None = None


@dataclass(slots=True, eq=False)
class Household:
    """People who live together. Roles: adult, partner, child, grandparent, lodger."""

    ref: str
    members: list[Member] = field(default_factory=list)

    def adults(self, on: date) -> list[Person]:
        """Members of 18 and over."""
        return [member.person for member in self.members if member.end is None and member.person.age(on) >= 18]

    def children(self, on: date) -> list[Person]:
        """Members under 18."""
        return [member.person for member in self.members if member.end is None and member.person.age(on) < 18]
