"""A map's instant is true: whatever was a leaf about somebody before that instant is in the map, and it has come."""

from datetime import timedelta

import pytest

from audit.errors import ReceiptError
from audit.map_receipt import verify_map_receipt
from gateway.usecases.log import coverage_maps
from gateway.usecases.log.coverage_maps import take_due_maps
from gateway.usecases.log.verifying_log import verify_database
from tests.gateway.audit.list_book import about, add_persons, next_hour, pack_of, receipts_of, sections_of, sequence
from tests.gateway.audit.log_book import AT, drain

TEN = AT.replace(hour=10, minute=0, second=0, microsecond=0)
ELEVEN = TEN + timedelta(hours=1)


@pytest.fixture
def log(wiring, database, admin, wiring_clock):
    """A look before ten, the map of ten, and a look at half past ten."""
    add_persons(admin, *range(1, 9))
    sequence(wiring, about(1))
    wiring_clock.now = TEN + timedelta(minutes=1)
    assert take_due_maps(wiring) == 1
    drain(database, wiring.log_signer)
    sequence(wiring, about(1, at=TEN + timedelta(minutes=30)), about(2, at=TEN + timedelta(minutes=40)))
    wiring_clock.now = ELEVEN + timedelta(minutes=1)
    return wiring


def forged(wiring, monkeypatch, at, size=None):
    """The keeper of the log takes a map that promises more than it holds."""
    with monkeypatch.context() as patched:
        patched.setattr(coverage_maps, "_due", lambda _wiring: [coverage_maps._Due("hour", at, size)])
        patched.setattr(coverage_maps, "came_late", lambda *_given: False)
        take_due_maps(wiring)
    drain(wiring.database, wiring.log_signer)


def test_a_map_that_leaves_out_looks_of_before_its_hour_is_found_though_its_pack_verifies(log, monkeypatch):
    forged(log, monkeypatch, ELEVEN, size=3)

    (section,) = pack_of(log, sections_of(log, 1)).sections
    assert len(section.elements) == 1
    finding = verify_database(log).finding
    assert finding.column == "audit.coverage_map.at or tree_size"
    assert "leaves out entries that were leaves before the instant" in finding.problem


def test_it_is_still_found_once_honest_maps_have_followed(log, monkeypatch, wiring_clock):
    forged(log, monkeypatch, ELEVEN, size=3)
    next_hour(log, wiring_clock)
    drain(log.database, log.log_signer)

    assert "coverage map 2" in verify_database(log).finding.where


def test_a_map_of_an_hour_that_has_not_come_is_found_by_the_auditor_and_by_whoever_holds_its_receipt(log, monkeypatch):
    forged(log, monkeypatch, ELEVEN + timedelta(days=400))

    assert verify_database(log).finding.problem == "had not come when the map was taken"
    (receipt,) = receipts_of(log, sections_of(log, 1)).values()
    with pytest.raises(ReceiptError, match="an instant after the one at which the log recorded it"):
        verify_map_receipt(receipt, log.log_signer.verifier())


def test_a_look_that_was_recorded_long_after_it_began_accuses_nobody(log, wiring_clock):
    assert take_due_maps(log) == 1
    drain(log.database, log.log_signer)
    sequence(log, about(1, at=ELEVEN - timedelta(seconds=5)))
    next_hour(log, wiring_clock)
    drain(log.database, log.log_signer)

    assert verify_database(log).finding is None


def test_a_clock_that_was_set_back_accuses_nobody(log, wiring_clock):
    next_hour(log, wiring_clock)
    drain(log.database, log.log_signer)
    sequence(log, about(1, at=TEN + timedelta(minutes=50)), about(2, at=ELEVEN + timedelta(minutes=9)))
    next_hour(log, wiring_clock)
    drain(log.database, log.log_signer)

    assert verify_database(log).finding is None


def test_a_look_of_before_the_hour_that_comes_while_its_map_is_taken_is_in_the_map(log, monkeypatch):
    honest, late = coverage_maps.nodes_of, [about(1, at=ELEVEN - timedelta(seconds=5))]

    def nodes_of(rows, salts):
        if late:
            sequence(log, late.pop())
        return honest(rows, salts)

    monkeypatch.setattr(coverage_maps, "nodes_of", nodes_of)
    for _ in range(2):
        take_due_maps(log)
        drain(log.database, log.log_signer)

    made = sections_of(log, 1)
    assert made.sections[0].map.at == ELEVEN
    assert len(made.sections[0].elements) == 3
    assert verify_database(log).finding is None
