"""Warnings of agreements reach the review queue once for every warning and stage, with an entry each."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from agreements.deadlines import DeadlineKind, warnings_at
from gateway.usecases.review.reviewing import open_review, review_queue
from gateway.usecases.review.warning import raise_warnings
from gateway.web.views.reviews import kind_words, review_case
from tests.gateway.audit.log_book import drain
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


def test_an_officer_reads_what_a_warning_is_of_and_which_agreement_it_is_about(northvale):
    deadlines = northvale.wiring.register.deadlines
    ends = min(one.last_day for one in deadlines)
    northvale.clock.now = datetime(ends.year, ends.month, ends.day, 12, tzinfo=UTC) - timedelta(days=5)
    raise_warnings(northvale.wiring)
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    item = next(one for one in queued(northvale) if one.kind.endswith("-7"))

    case = open_review(northvale.wiring, CONTEXT, northvale.reader(OFFICER), item.review_id)
    shown = review_case(case, northvale.wiring.register, [])

    assert shown.line.what.endswith("within 7 days")
    (rows,) = [dict(use.rows) for use in shown.uses]
    assert rows["Agreement"] in {one.document for one in deadlines}
    assert "Reason" not in rows


@pytest.mark.parametrize("stage", ["90", "30", "7", "overdue"])
@pytest.mark.parametrize("about", get_args(DeadlineKind))
def test_every_warning_has_words_of_its_own(about, stage):
    words = kind_words(f"agreement-{about}-{stage}")

    assert words.startswith(("An agreement", "The review of", "A law"))
    assert ("within" in words) is (stage != "overdue")


def test_what_goes_on_under_statute_is_said_so():
    assert "under statute" in kind_words("agreement-review-daily")


def test_while_nothing_is_due_nothing_is_written(northvale):
    assert warnings_at(northvale.wiring.register.deadlines, northvale.clock.now) == ()
    before = entries(northvale)
    assert raise_warnings(northvale.wiring) == 0
    assert entries(northvale) == before
