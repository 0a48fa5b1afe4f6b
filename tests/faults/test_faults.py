"""A dozen faults at a dozen steps, and the proof that the harness sees a lost acknowledgement: see `make faults`."""

from random import Random

import pytest

from tests.faults.clients import Access
from tests.faults.faults import FAULTS
from tests.faults.harness import Case, Harness, not_durable, table
from tests.faults.house import running_house
from tests.faults.steps import AFTER, AT, BEFORE, STEPS

_BY_NAME = {fault.name: fault for fault in FAULTS}
CASES = [
    ("kill -9 of PostgreSQL", "read: authorise", AT),
    ("kill -9 of PostgreSQL", "push: commit", AT),
    ("kill -9 of PostgreSQL", "sequence: commit", AT),
    ("kill -9 of the gateway", "read: answer", "any"),
    ("kill -9 of the gateway", "push: chunk", AFTER),
    ("connection lost", "read: outcome", AT),
    ("connection lost", "push: receive", "any"),
    ("backend terminated", "read: load", BEFORE),
    ("disk full", "push: entry", BEFORE),
    ("read-only database", "read: authorise", BEFORE),
    ("clock jumps forward", "read: open ticket", AFTER),
    ("two sequencers", "sequence: head", BEFORE),
]


@pytest.fixture(scope="module")
def harness():
    with running_house() as (house, northvale, admin):
        yield Harness(house, northvale, admin, Random(1))  # noqa: S311 - the same faults every time


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_and_nothing_personal_leaves_without_its_entry(harness):
    for name, step, moment in CASES:
        if harness.house.disk is not None or not _BY_NAME[name].needs_disk:
            harness.run(Case(_BY_NAME[name], step, moment))
    harness.close()
    outcome = harness.outcome

    assert outcome.missed == []
    assert all(verdict.sound for _, verdict, _ in outcome.verdicts), table(outcome)
    assert outcome.problems == []
    # The positive control: the readers were shown the family, and were promised what was kept.
    assert outcome.personal_bytes > 1000
    assert outcome.redeemed > len(CASES)


@pytest.mark.slow
def test_commits_that_do_not_wait_for_the_disk_lose_what_was_acknowledged(harness):
    lost = not_durable(harness, 15, Random(2), until_lost=True)  # noqa: S311 - the same faults every time

    assert lost.total("lost") > 0


def test_bytes_of_a_family_that_no_entry_speaks_of_are_counted(harness):
    said = f'{{"value": "Kelly Marsh", "born": "{harness.born}"'
    page = b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n" + said.encode()
    never_asked = Access("read", "00000000-0000-4000-8000-00000000abcd", page)

    verdict = harness.judge.judge([never_asked])

    assert verdict.bare_bytes == len("Kelly Marsh") + len(harness.born)
    assert not verdict.sound


def test_every_fault_strikes_at_some_step_and_every_step_is_struck():
    assert {step for fault in FAULTS for step in fault.steps} == set(STEPS)
    assert {name for name, _, _ in CASES} <= set(_BY_NAME)
