"""Two councils whose histories differ in what is sealed alone hand out the same packs, byte for byte (practice P1)."""

import random
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import shake_256
from uuid import uuid5

import pytest

from audit.entry import EventClass
from gateway.errors import NotFoundError, ProofNotReadyError
from gateway.store import ledger
from gateway.store.subject_lists import newest_map
from gateway.usecases.log.coverage_maps import _Due, _take, take_due_maps
from gateway.usecases.subjects.erasure_carried_out import erase_lists
from tests.gateway.audit.list_book import a_move, about, add_persons, pack_of, sections_of, sequence
from tests.gateway.audit.log_book import AT, FAMILY, drain, person, write
from tests.gateway.cluster import admin_engine

PERSONS, STRANGER = range(1, 9), 99
SEALED_ACTS = (EventClass.CONSULTATION, EventClass.SEARCH, EventClass.OVERRIDE, EventClass.DISCLOSURE)


@pytest.fixture
def beside(wiring, cluster, database_name):
    """The same council with a database of its own."""
    name = f"{database_name}_beside"
    cluster.create(name)
    database = cluster.as_roles(name)
    with admin_engine(cluster, name) as other:
        yield replace(wiring, database=database), other
    database.dispose()
    cluster.drop(name)


@pytest.fixture
def salts(monkeypatch):
    """Salts that are a function of the entry, so that two councils commit to the same fields alike."""
    drawn = ledger._FRESH.take

    @contextmanager
    def of(entry):
        length = len(drawn())
        with monkeypatch.context() as patch:
            patch.setattr(ledger._FRESH, "take", lambda: shake_256(entry.entry_id.encode()).digest(length))
            yield

    return of


def steps(chosen):
    """A history of ("write", entry), ("drain",), ("hour",), ("maps",), and ("race",): the hour's map before any that a
    joining demands. Sealed entries stand where they fall."""
    alive, number = list(PERSONS), 0

    def numbered(entry):
        nonlocal number
        number += 1
        return "write", replace(entry, entry_id=str(uuid5(FAMILY, f"{chosen.random()} {number}")))

    for _ in range(40):
        kind = chosen.choice(["look", "look", "sealed", "sealed", "sealed", "move", "drain", "maps", "hour", "race"])
        some = chosen.sample(alive, chosen.randint(1, 3))
        if kind == "look":
            yield numbered(about(*some))
        elif kind == "sealed":
            some = chosen.choice([some, [*some, STRANGER], [STRANGER]])
            yield numbered(about(*some, sealed=True, event=chosen.choice(SEALED_ACTS)))
        elif kind == "move" and len(some) > 1:
            ended = some[1:] if chosen.random() < 0.5 and len(alive) > 4 else []
            alive = [one for one in alive if one not in ended]
            yield numbered(a_move(some, some[0], f"run-{number}", ended=ended))
        else:
            yield (kind,)


def packs(wiring, admin, wiring_clock, salts, history, erased):
    """What everybody would be handed after a history, after `erased` has lost their lists, and an hour later."""
    wiring_clock.now = AT.replace(minute=59)
    add_persons(admin, *PERSONS)
    for kind, *given in [*history, ("drain",), ("hour",), ("maps",), ("drain",)]:
        if kind == "write":
            at = wiring_clock.now - timedelta(seconds=1)
            entry = replace(given[0], at=at)
            with salts(entry):
                write(wiring.database, entry)
        elif kind == "hour":
            wiring_clock.now += timedelta(hours=1)
        else:
            drain(wiring.database, wiring.log_signer)
        if kind == "race":
            take_hours_map_first(wiring)
        if kind == "maps":
            take_due_maps(wiring)
    before = [pack_for(wiring, number) for number in PERSONS]
    with wiring.database.transaction("hg_erase") as connection:
        erase_lists(wiring, connection, [person(erased)])
    at_once = [pack_for(wiring, number) for number in PERSONS]
    wiring_clock.now += timedelta(hours=1)
    take_due_maps(wiring)
    drain(wiring.database, wiring.log_signer)
    return [*before, *at_once, *(pack_for(wiring, number) for number in PERSONS)]


def take_hours_map_first(wiring):
    hour = wiring.clock().replace(minute=0, second=0, microsecond=0)
    with wiring.database.transaction("hg_desk") as connection:
        before = newest_map(connection, occasion="hour")
    if before is None or before.at < hour:
        _take(wiring, _Due("hour", hour, None))


def pack_for(wiring, number):
    try:
        return pack_of(wiring, sections_of(wiring, number)).encode()
    except (ProofNotReadyError, NotFoundError) as error:
        return str(error)


@pytest.mark.parametrize("seed", range(3))
def test_every_pack_is_the_same_without_the_sealed_entries(wiring, admin, beside, wiring_clock, salts, seed):
    chosen = random.Random(seed)  # noqa: S311 - a history for a test
    history, erased = list(steps(chosen)), chosen.choice(PERSONS)
    without = [one for one in history if one[0] != "write" or not one[1].sealed]
    assert len(without) < len(history)

    handed = packs(wiring, admin, wiring_clock, salts, history, erased)

    assert handed == packs(*beside, wiring_clock, salts, without, erased)
    assert sum(isinstance(one, bytes) for one in handed) > len(PERSONS)


def test_which_of_two_maps_of_one_moment_a_pack_rests_on_is_nothing_that_a_sealed_entry_decides(
    wiring, admin, beside, wiring_clock, salts
):
    """Persons are joined while the hour's map is taken: it knows of the joining, whose own map comes after."""
    joining, looked = (replace(one, entry_id=str(uuid5(FAMILY, str(n)))) for n, one in enumerate((
        a_move((2,), 1), about(1, 2))))  # fmt: skip
    handed = []
    for council, people, sealed in ((wiring, admin, True), (*beside, False)):
        wiring_clock.now = AT.replace(hour=10, minute=5)
        add_persons(people, 1, 2, 3)
        for entry in (looked, joining):
            with salts(entry):
                sequence(council, entry)
        if sealed:
            sequence(council, about(3, sealed=True))
        take_hours_map_first(council)
        drain(council.database, council.log_signer)
        assert take_due_maps(council) == 1
        handed.append(pack_for(council, 1))

    assert handed[0] == handed[1]
    assert isinstance(handed[0], bytes)
