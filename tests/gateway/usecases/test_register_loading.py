from dataclasses import replace
from datetime import timedelta

import pytest

from agreements.lifecycle import LifecycleEvent
from audit.entry import EventClass
from gateway.usecases.register.register_loading import LIFECYCLE, LOADED, record_register
from tests.gateway.audit.log_book import AT, drain
from tests.gateway.audit.test_exporting_entries import entries_of


def happened(document, event, days=0):
    offices = ("Information governance lead", "Senior information risk owner")
    return LifecycleEvent(document=document, event=event, at=AT + timedelta(days=days), by=offices)


EVENTS = (happened("charter@1", "activated"), happened("refuge@1", "activated"))


@pytest.fixture
def started(wiring, database):
    """Starts the gateway with a register of some version; gives the entries that this start left, by purpose."""

    def start(version, events, *, in_the_tree=True):
        before = len(entries_of(database, EventClass.CONFIGURATION))
        count = record_register(replace(wiring, register=replace(wiring.register, version=version)), events)
        if in_the_tree:
            drain(database, wiring.log_signer)
        left = entries_of(database, EventClass.CONFIGURATION)[before:]
        assert len(left) == count
        return [(one["purpose"], one["detail"]) for one in left]

    return start


def test_the_first_start_tells_every_event_and_the_register(started):
    left = started("v1", EVENTS)
    assert [purpose for purpose, _ in left] == [LIFECYCLE, LIFECYCLE, LOADED]
    assert [detail["records"] for _, detail in left[:2]] == [["charter@1"], ["refuge@1"]]
    told = left[0][1]
    assert (told["reasons"], told["happened_at"]) == (["activated"], AT.isoformat())
    assert told["decided_by"] == ["Information governance lead", "Senior information risk owner"]
    assert left[2][1]["new_version"] == "v1"
    assert "old_version" not in left[2][1]


def test_a_start_with_the_same_register_leaves_nothing(started):
    started("v1", EVENTS, in_the_tree=False)
    assert started("v1", EVENTS) == []
    assert started("v1", EVENTS) == []


def test_another_register_tells_what_is_new_and_both_versions(started):
    started("v1", EVENTS)
    left = started("v2", (*EVENTS, happened("charter@1", "suspended", days=3)))
    assert [(purpose, detail["reasons"]) for purpose, detail in left[:-1]] == [(LIFECYCLE, ["suspended"])]
    assert (left[-1][1]["old_version"], left[-1][1]["new_version"]) == ("v1", "v2")
    assert started("v2", (*EVENTS, happened("charter@1", "suspended", days=3))) == []
