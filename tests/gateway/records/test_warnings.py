"""Warnings of agreements reach the review queue once for every warning and stage, with an entry each."""

from datetime import UTC, datetime, timedelta

from agreements.deadlines import warnings_at
from gateway.usecases.review.reviewing import review_queue
from gateway.usecases.review.warning import raise_warnings
from tests.gateway.northvale_world import CONTEXT

OFFICER = "W601"


def queued(northvale):
    return [
        one for one in review_queue(northvale.wiring, CONTEXT, northvale.reader(OFFICER)) if "agreement-" in one.kind
    ]


def entries(northvale):
    return northvale.count("SELECT count(*) FROM audit.entry")


def stages(northvale, kind):
    return {one.kind.rpartition("-")[2] for one in queued(northvale) if one.kind.startswith(f"agreement-{kind}")}


def test_each_warning_is_queued_once_a_stage_with_an_entry(northvale):
    deadlines = northvale.wiring.register.deadlines
    ends = min(one.last_day for one in deadlines if one.kind == "expiry")
    northvale.clock.now = datetime(ends.year, ends.month, ends.day, 12, tzinfo=UTC) - timedelta(days=60)
    due = warnings_at(deadlines, northvale.clock.now)
    before = entries(northvale)

    assert raise_warnings(northvale.wiring) == len(due) > 0
    assert entries(northvale) == before + len(due)
    assert raise_warnings(northvale.wiring) == 0
    assert "90" in stages(northvale, "expiry")
    assert "30" not in stages(northvale, "expiry")

    northvale.clock.now += timedelta(days=40)
    assert raise_warnings(northvale.wiring) > 0
    assert "30" in stages(northvale, "expiry")


def test_while_nothing_is_due_nothing_is_written(northvale):
    assert warnings_at(northvale.wiring.register.deadlines, northvale.clock.now) == ()
    before = entries(northvale)
    assert raise_warnings(northvale.wiring) == 0
    assert entries(northvale) == before
