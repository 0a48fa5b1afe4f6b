"""Which sources tell a reader where the protected are: those of its agency, for a role that reads no others (0006).

A landlord knows its tenancies. But a council is many services under one name: where a role sees what several agencies
hold, one service's new address of a protected person must not reach another's worker (scene S3).
"""

from dataclasses import dataclass
from datetime import datetime

from agreements.request import Direction
from gateway.wiring import Wiring


@dataclass(frozen=True, slots=True)
class ReadingAs:
    """As whom somebody reads, for what, and when."""

    agency: str
    role: str
    purpose: str
    direction: Direction
    at: datetime


def own_sources(wiring: Wiring, reader: ReadingAs) -> tuple[str, ...]:
    """The sources of the reader's agency, where it reads those alone; else none."""
    register = wiring.register
    reach = register.reach(reader.agency, reader.role, reader.purpose, reader.direction, reader.at)
    owned = tuple(name for name in register.sources if register.owner_of(name, reader.at) == reader.agency)
    return () if set(register.vocabulary.sources_of(reach)) - set(owned) else owned
