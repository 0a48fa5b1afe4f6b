"""Warnings begin 90, 30 and 7 days before a last day, in London, and are each given once a stage."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agreements.deadlines import deadlines, warnings
from agreements.periods import end_of_day
from tests.agreements.small_register import ACTIVATED, REFERENCE, SmallRegister, agreement, changed, gateway

TICK = timedelta(microseconds=1)
LAST, REVIEW = date(2027, 3, 31), date(2026, 10, 25)


@pytest.fixture
def small(tmp_path):
    return SmallRegister(tmp_path).in_force()


def told(small, now):
    return {(one.deadline.kind, one.stage) for one in warnings(small.load(), now)}


@pytest.mark.parametrize(
    ("days", "before", "after"),
    [(90, None, "90"), (30, "90", "30"), (7, "30", "7"), (0, "7", "overdue")],
)
@pytest.mark.parametrize(("kind", "day"), [("expiry", LAST), ("review", REVIEW)])
def test_a_stage_begins_at_midnight_in_london(small, kind, day, days, before, after):
    begins = end_of_day(day - timedelta(days=days))
    stage = dict(told(small, begins - TICK)).get(kind)
    assert stage == before
    assert (kind, after) in told(small, begins)


def test_an_assessment_and_a_law_that_end_are_warned_of(small):
    small.files["dpias/one.yaml"]["next_review"] = "2026-07-01"
    law = small.files["gateways.yaml"]
    law["gateways"][0] |= {"ended": "2026-07-01"}
    law["bases"][0] |= {"ended": "2026-07-01"}
    found = warnings(small.load(), datetime(2026, 6, 28, tzinfo=UTC))
    assert sorted((one.deadline.kind, one.deadline.subject, one.stage) for one in found) == [
        ("assessment", "DPIA-1", "7"), ("law", "Act of POWER", "7"), ("law", "Article 6", "7"),
    ]  # fmt: skip


def test_a_review_held_moves_the_day(small):
    small.happens("reviewed", datetime(2026, 10, 1, tzinfo=UTC), next_review="2027-02-28")
    assert not told(small, datetime(2026, 10, 20, tzinfo=UTC))
    assert told(small, datetime(2027, 2, 27, 12, tzinfo=UTC)) == {("review", "7"), ("expiry", "90")}


def test_what_goes_on_under_statute_is_told_anew_every_day(tmp_path):
    used = [{"id": "DUTY", "covers": ["council", "landlord"]}]
    one = changed(agreement(), legal__gateways=used, validity__on_review_missed="continue_under_statute")
    small = SmallRegister(tmp_path, one).in_force()
    noon = datetime(2026, 10, 27, 12, tzinfo=UTC)
    documents = small.load()
    (first,) = warnings(documents, noon)
    (again,) = warnings(documents, noon + timedelta(hours=3))
    (next_day,) = warnings(documents, noon + timedelta(days=1))
    assert first.stage == "daily 2026-10-27"
    assert first.key == again.key
    assert first.key != next_day.key
    assert "goes on under statute" in first.problem


def test_nothing_is_said_of_drafts_and_of_what_was_withdrawn_or_superseded(tmp_path):
    second = changed(agreement(), version=2, supersedes=REFERENCE, validity__from="2026-06-01")
    small = SmallRegister(tmp_path, agreement(), second, agreement(id="ISA-T-3")).in_force()
    small.sign("ISA-T-1@2", over=REFERENCE).happens("activated", ACTIVATED, "ISA-T-1@2")
    assert {one.document for one in deadlines(small.load())} == {"ISA-T-1@2"}
    small.happens("withdrawn", datetime(2026, 7, 1, tzinfo=UTC), "ISA-T-1@2")
    assert deadlines(small.load()) == ()


def test_a_warning_says_what_when_and_what_to_do(small):
    (one,) = warnings(small.load(), datetime(2026, 10, 20, tzinfo=UTC))
    assert one.problem == "its review is due by 25 October 2026, within 7 days"
    assert one.remedy
    (later,) = warnings(small.load(), datetime(2026, 10, 26, tzinfo=UTC))
    assert later.problem == "its review was due by 25 October 2026; what rests on it has stopped"


def test_the_compiled_register_knows_the_same_deadlines(small):
    law = small.files["gateways.yaml"]
    law["gateways"].append(gateway("UNUSED", ended="2026-05-01"))
    assert small.compile().deadlines == deadlines(small.load())
    assert all(one.subject != "Act of UNUSED" for one in small.compile().deadlines)
