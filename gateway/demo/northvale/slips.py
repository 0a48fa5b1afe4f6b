"""The slips that people make when they write somebody down, each at a rate that fits the partner."""

from dataclasses import dataclass
from datetime import date
from random import Random

from gateway.demo.northvale.names import NICKNAMES

_HEARD = (("ph", "f"), ("th", "t"), ("ck", "k"), ("ie", "ei"), ("ey", "y"), ("ll", "l"), ("nn", "n"), ("sh", "s"))


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of a partner's people with each slip."""

    spelling: float = 0.0
    nickname: float = 0.0
    swapped: float = 0.0
    no_birth_date: float = 0.0
    maiden: float = 0.0
    spaces: float = 0.0
    failing: float = 0.0
    """An identifier whose check digit fails."""
    no_identifier: float = 0.0
    stale: float = 0.0
    """The home before, where there was one."""


RATES = {
    "police": Rates(0.04, 0.05, 0.02, 0.03, 0.03, 0.01, 0.015, 0.5, 0.3),
    "dwp": Rates(0.02, 0.01, 0.005, 0.0, 0.02, 0.01, 0.01, 0.06, 0.2),
    "pds": Rates(0.005, 0.0, 0.001, 0.0, 0.01, 0.0, 0.0, 0.0, 0.3),
    "health": Rates(0.01, 0.01, 0.002, 0.0, 0.01, 0.0, 0.004, 0.02, 0.2),
    "schools": Rates(0.02, 0.04, 0.005, 0.0, 0.0, 0.01, 0.012, 0.0, 0.4),
    "social_care": Rates(0.02, 0.02, 0.005, 0.0, 0.0, 0.0, 0.02, 0.1, 0.3),
    "case_system": Rates(0.04, 0.08, 0.015, 0.02, 0.01, 0.02, 0.02, 0.3, 0.1),
    "housing": Rates(0.04, 0.08, 0.02, 0.1, 0.02, 0.03, 0.0, 1.0, 0.0),
    "council_tax": Rates(0.03, 0.04, 0.01, 0.6, 0.02, 0.02, 0.0, 1.0, 0.0),
    "refuge": Rates(0.01, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    "mash": Rates(0.05, 0.08, 0.02, 0.02, 0.0, 0.01, 0.0, 1.0, 0.2),
    "send": Rates(0.02, 0.03, 0.005, 0.0, 0.0, 0.01, 0.01, 0.0, 0.2),
    "participation": Rates(0.03, 0.06, 0.01, 0.0, 0.0, 0.01, 0.01, 0.0, 0.4),
    "homelessness": Rates(0.04, 0.08, 0.02, 0.05, 0.01, 0.02, 0.0, 1.0, 0.1),
    "housing_benefit": Rates(0.02, 0.02, 0.005, 0.01, 0.01, 0.0, 0.01, 0.1, 0.1),
    "adult_social_care": Rates(0.03, 0.05, 0.01, 0.02, 0.02, 0.01, 0.01, 0.2, 0.2),
    "early_years": Rates(0.03, 0.06, 0.01, 0.0, 0.0, 0.01, 0.0, 1.0, 0.1),
    "youth_justice": Rates(0.03, 0.06, 0.01, 0.0, 0.0, 0.0, 0.01, 0.3, 0.2),
    "probation": Rates(0.03, 0.04, 0.01, 0.01, 0.0, 0.0, 0.01, 0.1, 0.2),
    "electoral": Rates(0.02, 0.01, 0.0, 1.0, 0.01, 0.0, 0.0, 1.0, 0.2),
    "libraries": Rates(0.05, 0.1, 0.02, 0.2, 0.02, 0.02, 0.0, 1.0, 0.4),
    "parking": Rates(0.03, 0.05, 0.0, 1.0, 0.01, 0.02, 0.0, 1.0, 0.1),
    "accessible_transport": Rates(0.02, 0.03, 0.01, 0.0, 0.02, 0.0, 0.01, 0.1, 0.2),
    "customer_service": Rates(0.06, 0.1, 0.02, 0.3, 0.02, 0.03, 0.0, 1.0, 0.1),
    "citizen_portal": Rates(0.01, 0.1, 0.01, 0.0, 0.01, 0.02, 0.0, 1.0, 0.1),
}


def misspelt(name: str, rng: Random) -> str:
    """One slip of the ear, the finger or the eye."""
    for heard, written in _HEARD:
        if heard in name.lower()[1:] and rng.random() < 0.5:
            at = name.lower().index(heard, 1)
            return name[:at] + written + name[at + len(heard) :]
    if len(name) < 4:
        return name + name[-1]
    at = rng.randrange(1, len(name) - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + name[at + 1 :] if kind == 1 else name[:at] + name[at] + name[at:]


def spaced(name: str, rng: Random) -> str:
    """A stray space before, behind or both."""
    return rng.choice((f" {name}", f"{name} ", f" {name}  "))


def nickname(name: str) -> str:
    """What friends say."""
    return NICKNAMES.get(name, name)


def swapped(born: date) -> date:
    """Day and month in each other's place, where that is a date at all."""
    return born.replace(day=born.month, month=born.day) if born.day <= 12 else born


def iso(day: date | None) -> str:
    """`YYYY-MM-DD`, or blank."""
    return day.isoformat() if day else ""


def uk(day: date | None) -> str:
    """`DD/MM/YYYY`, or blank."""
    return f"{day:%d/%m/%Y}" if day else ""
