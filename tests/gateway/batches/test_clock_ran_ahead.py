"""A clock that ran ahead and was set right: what is said after that is what stands, and what is withdrawn is gone."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from gateway import clock
from tests.gateway.batches.school import NAMES, TOMBSTONE, pupil, push, sheet, standing, upn

AHEAD = timedelta(days=30)


@pytest.fixture
def ahead(wiring, wiring_clock):
    """The same gateway with a clock that is a month ahead, for its instants and its ids."""
    shift = int(AHEAD.total_seconds() * 1000) << 80
    return replace(
        wiring, clock=lambda: wiring_clock.now + AHEAD, mint=lambda: UUID(int=clock.new_id().int + shift)
    )  # fmt: skip


def newest(admin):
    with admin.begin() as connection:
        return connection.exec_driver_sql(
            "SELECT f.value ->> 'family' FROM hearth.fact f JOIN hearth.item i USING (item_no)"
            " WHERE i.name = 'identity.name' ORDER BY f.recorded_at DESC, f.fact_id DESC LIMIT 1"
        ).scalar_one()


def say(wiring, surname):
    return push(wiring, sheet([pupil(1, surname=surname)], NAMES), key=f"{surname}-{wiring.mint()}")


def test_what_is_said_once_the_clock_is_right_again_stands(wiring, ahead, admin, wiring_clock):
    say(ahead, "Marsh")
    for surname in ("Fenwick", "Boateng", "Marsh"):
        wiring_clock.now += timedelta(seconds=1)
        assert say(wiring, surname).facts_new > 0
        assert newest(admin) == surname
        assert say(wiring, surname).facts_new == 0


def test_what_is_withdrawn_once_the_clock_is_right_again_is_gone_and_can_come_back(wiring, ahead, admin):
    say(ahead, "Marsh")
    gone = push(wiring, sheet([{"upn": upn(1)}], ["upn"]), TOMBSTONE, key="gone")
    assert gone.facts_withdrawn > 0
    assert standing(admin) == 0
    assert say(wiring, "Marsh").facts_new > 0
    assert standing(admin) == 1
