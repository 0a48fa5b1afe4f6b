"""The faults, and at which steps each can strike."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.faults.house import House
from tests.faults.steps import OFF_THE_WIRE, PUSH, READ, SEQUENCE, STEPS

Strike = Callable[[House, Random, int], bool]
"""Does the damage; the last argument is the database's process that the step is on. True cuts that connection."""


@dataclass(frozen=True)
class Fault:
    """A fault by name, and the steps at which it makes sense."""

    name: str
    strike: Strike
    steps: tuple[str, ...] = STEPS
    needs_disk: bool = False


def _kill_postgres(house: House, _random: Random, _backend: int) -> bool:
    house.kill_postgres()
    return False


def _kill_gateway(house: House, _random: Random, _backend: int) -> bool:
    house.kill_gateway()
    return False


def _kill_sequencers(house: House, _random: Random, _backend: int) -> bool:
    house.kill_sequencers()
    return False


def _cut(_house: House, _random: Random, _backend: int) -> bool:
    return True


def _terminate(house: House, _random: Random, backend: int) -> bool:
    house.administer(f"SELECT pg_terminate_backend({int(backend)})")
    return False


def _read_only(house: House, _random: Random, _backend: int) -> bool:
    house.administer("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    return False


def _full_disk(house: House, _random: Random, _backend: int) -> bool:
    house.fill_disk()
    return False


def _full_disk_of_the_journal(house: House, _random: Random, _backend: int) -> bool:
    # Segments that were made before the disk was full are used up first: the next one cannot be made.
    house.fill_disk()
    house.use_up_segments()
    return False


def _clock_forward(house: House, random: Random, _backend: int) -> bool:
    house.set_clock(random.choice((40, 3700, 6 * 3600, 26 * 3600)))
    return False


def _clock_back(house: House, random: Random, _backend: int) -> bool:
    house.set_clock(-random.choice((40, 3700, 6 * 3600, 26 * 3600)))
    return False


def _two_sequencers(house: House, _random: Random, _backend: int) -> bool:
    house.sequencers.append(house.fork(run="sequencer", lawless=True))
    return False


_ON_THE_WIRE = tuple(step for step in STEPS if step not in OFF_THE_WIRE)
_PATHS = (*READ, *PUSH)

FAULTS = (
    Fault("kill -9 of PostgreSQL", _kill_postgres),
    Fault("kill -9 of the gateway", _kill_gateway, _PATHS),
    Fault("kill -9 of the sequencers", _kill_sequencers, SEQUENCE),
    Fault("connection lost", _cut),
    Fault("backend terminated", _terminate, _ON_THE_WIRE),
    Fault("disk full", _full_disk, needs_disk=True),
    Fault("disk full, no new WAL", _full_disk_of_the_journal, needs_disk=True),
    Fault("read-only database", _read_only),
    Fault("clock jumps forward", _clock_forward),
    Fault("clock jumps back", _clock_back),
    Fault("two sequencers", _two_sequencers),
)
