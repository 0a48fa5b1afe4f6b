"""Every seeded mistake is caught, and the engine as it is is not: what catches nothing proves nothing."""

import pytest

from tests.agreements.mutation.harness import FAULTS, cases_of, processes, stale, verdicts
from tests.agreements.mutation.seeding import healthy


def test_every_fault_still_finds_its_text():
    assert stale(FAULTS) == []


def test_every_fault_is_another():
    assert len(FAULTS) >= 40
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert len({(fault.file, fault.found, fault.written) for fault in FAULTS}) == len(FAULTS)


@pytest.mark.slow
def test_every_fault_is_caught_by_what_is_recorded_for_it():
    """A fault that only another register catches than the one recorded costs a search of all of them each time."""
    caught = verdicts(FAULTS, workers=1)

    assert [(fault.name, verdict) for fault, verdict in caught if not verdict.endswith(f", seed {fault.seed}")] == []


@pytest.mark.slow
def test_the_engine_as_it_is_passes_what_catches_the_faults():
    with processes(1) as pool:
        assert pool.submit(healthy, FAULTS, cases_of(FAULTS)).result() == []
