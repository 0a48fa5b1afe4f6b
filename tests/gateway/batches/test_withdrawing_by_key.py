"""A file of keys alone withdraws what was supplied under them, in any feed of tables that has keys."""

import csv
import io

import pytest

from adapters.errors import FeedUnreadableError
from adapters.port import RawRow
from concept_model.records import facts_of
from gateway.building import load_feeds
from gateway.settings import Settings
from gateway.usecases.batch_modes import TombstoneFeed, names_whole_record, row_key
from tests.gateway.batches.school import (
    CHURCH_ROAD,
    FULL,
    TOMBSTONE,
    count,
    pupils,
    push,
    sheet,
    standing,
    upn,
)

FEEDS = load_feeds(Settings())
WITH_KEYS = sorted(name for name, feed in FEEDS.items() if row_key(feed.profile))
_DESCRIBING = ("identity.", "address.", "contact.", "family.", "household.")


def keys(*numbers):
    return sheet([{"upn": upn(number)} for number in numbers], ["upn"])


def test_a_key_withdraws_all_that_the_feed_said_of_a_pupil(wiring, admin):
    push(wiring, pupils(1, 2))
    batch = push(wiring, keys(1), TOMBSTONE)
    assert (batch.state, batch.withdrawals, batch.rows_accepted) == ("accepted", "done", 1)
    assert batch.facts_withdrawn > 0
    assert batch.items_not_covered == []
    assert standing(admin) == 1
    assert standing(admin, "education.enrolment") <= 1


def test_an_unknown_key_is_answered_as_a_known_one(wiring):
    push(wiring, pupils(1))
    known, unknown = push(wiring, keys(1), TOMBSTONE), push(wiring, keys(2), TOMBSTONE)
    told = ("state", "rows_read", "rows_accepted", "rows_rejected", "withdrawals", "columns_not_kept")
    assert [getattr(known, name) for name in told] == [getattr(unknown, name) for name in told]


def test_an_unknown_key_makes_no_record(wiring, admin):
    push(wiring, keys(1), TOMBSTONE)
    assert count(admin, "SELECT count(*) FROM hearth.source_record") == 0


def test_another_schools_pupil_is_not_withdrawn(wiring, admin):
    push(wiring, pupils(1), FULL, caller=CHURCH_ROAD)
    assert push(wiring, keys(1), TOMBSTONE).facts_withdrawn == 0
    assert standing(admin) == 1


def test_a_key_that_is_empty_is_handed_back(wiring, admin):
    push(wiring, pupils(1))
    batch = push(wiring, sheet([{"upn": "", "surname": "x"}, {"upn": upn(1)}], ["upn", "surname"]), TOMBSTONE)
    assert (batch.rows_rejected, batch.rows_accepted) == (1, 1)


def test_one_event_goes_and_the_others_of_the_person_stay(wiring, admin):
    profile = FEEDS["schools-attendance"].profile
    week = dict(profile.example_rows[0])
    other = {**week, "week_commencing": "2026-10-05"}
    names = [column.name for column in profile.columns]
    push(wiring, sheet([week, other], names), feed="schools-attendance")
    weeks, named = standing(admin, "education.attendance"), standing(admin)
    key = row_key(profile)
    push(wiring, sheet([other], list(key)), TOMBSTONE, feed="schools-attendance")
    assert (standing(admin, "education.attendance"), standing(admin)) == (weeks - 1, named)
    push(wiring, sheet([week], list(key)), TOMBSTONE, feed="schools-attendance")
    assert (standing(admin, "education.attendance"), standing(admin)) == (0, 0)


@pytest.mark.parametrize("name", WITH_KEYS)
def test_the_key_of_each_feeds_example_rows_names_what_they_say(name):
    feed = FEEDS[name]
    key = row_key(feed.profile)
    for example in feed.profile.example_rows:
        said = [fact for record in feed.translate(RawRow(1, dict(example))).records for fact in facts_of(record)]
        named = TombstoneFeed(feed).translate(RawRow(1, {column: example.get(column, "") for column in key}))
        assert named.errors == ()
        found = [fact for record in named.records for fact in facts_of(record)]
        if names_whole_record(feed.profile):
            assert {(fact.subject_kind, fact.subject_key) for fact in said} <= {
                (fact.subject_kind, fact.subject_key) for fact in found
            }
        else:
            events = {(f.subject_key, f.occurrence) for f in said if not f.item.startswith(_DESCRIBING)}
            assert events <= {(f.subject_key, f.occurrence) for f in found}


def test_a_feed_without_keys_says_to_send_a_full_file():
    for feed in FEEDS.values():
        if not row_key(feed.profile):
            with pytest.raises(FeedUnreadableError) as refused:
                TombstoneFeed(feed).rows(io.BytesIO(b"a\r\n1\r\n"))
            assert "full file" in refused.value.how_to_fix


def test_what_stands_beside_a_key_is_neither_read_nor_handed_back():
    text = io.StringIO()
    csv.writer(text).writerows([["upn", "surname"], [upn(1), "Ashdown"]])
    (row,) = TombstoneFeed(FEEDS["schools-roll"]).rows(io.BytesIO(text.getvalue().encode()))
    assert dict(row.cells) == {"upn": upn(1)}
