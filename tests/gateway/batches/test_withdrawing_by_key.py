"""A file of keys alone withdraws what was supplied under them, in any feed of tables that has keys."""

import csv
import io
import json
from dataclasses import replace

import pytest

from adapters.errors import FeedUnreadableError
from adapters.port import RawRow, translate_rows
from concept_model.records import facts_of
from gateway.building import load_feeds
from gateway.demo.switching_on import switch_everything_on
from gateway.errors import UnsupportedMediaError
from gateway.settings import Settings
from gateway.usecases.intake.batch_contract import BatchContract, Mode
from gateway.usecases.intake.batch_modes import TombstoneFeed, describes_others, formats_of, names_whole_record, row_key
from gateway.usecases.intake.intake import Push, receive_batch
from tests.gateway.batches.school import (
    CHURCH_ROAD,
    CONTEXT,
    FULL,
    MILL_LANE,
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


COUNCIL = replace(MILL_LANE, client_id="housing-options", agency="northvale_council")


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
        if not any(example.get(column) for column in key):
            continue
        said = [fact for record in feed.translate(RawRow(1, dict(example))).records for fact in facts_of(record)]
        named = TombstoneFeed(feed).translate(RawRow(1, {column: example.get(column, "") for column in key}))
        assert named.errors == ()
        found = [fact for record in named.records for fact in facts_of(record)]
        if names_whole_record(feed.profile):
            # Whom a row merely mentions, its key cannot name: who is tied to nobody else goes with it all the same.
            cells = [example[column] for column in key if example.get(column)]
            of_key = [f for f in said if not describes_others(feed) or any(one in f.subject_key for one in cells)]
            assert {(f.subject_kind, f.subject_key) for f in of_key} <= {(f.subject_kind, f.subject_key) for f in found}
        else:
            events = {(f.subject_key, f.occurrence) for f in said if not f.item.startswith(_DESCRIBING)}
            assert events <= {(f.subject_key, f.occurrence) for f in found}


def filled(wiring, feed, *rows):
    """A table of a feed, its first example filled up with the cells given."""
    profile = wiring.feeds[feed].profile
    names = [column.name for column in profile.columns]
    return sheet([{**profile.example_rows[0], **row} for row in rows], names)


def test_a_parent_goes_with_the_last_child_whose_row_names_them(wiring, admin):
    feed, caller = "early-years", replace(MILL_LANE, client_id="little-steps", agency="little_steps")
    mother, other = {"parent_id": "M1"}, {"parent_id": "E2"}
    rows = ({"child_id": "K1", **mother}, {"child_id": "K2", **mother}, {"child_id": "K3", **other})
    push(wiring, filled(wiring, feed, *rows), feed=feed, caller=caller)
    gone = lambda *children: push(  # noqa: E731 - a word for what follows
        wiring, sheet([{"child_id": one} for one in children], ["child_id"]), TOMBSTONE, feed=feed, caller=caller
    )
    assert (standing(admin), standing(admin, "family.relationship")) == (5, 3)
    gone("K1")
    # The mother of another child stays, and so does whoever is called as the feed's example is.
    assert (standing(admin), standing(admin, "family.relationship")) == (4, 2)
    gone("K2")
    assert (standing(admin), standing(admin, "family.relationship")) == (2, 1)
    gone("K3")
    assert (standing(admin), standing(admin, "contact.phone")) == (0, 0)


def test_a_case_is_withdrawn_with_its_whole_household_however_large(wiring, admin):
    feed, caller = "homelessness", COUNCIL
    seven = {f"person{n}_name": f"Marsh, Child{n}" for n in range(2, 8)}
    push(wiring, filled(wiring, feed, {"case_ref": "C1", **seven}, {"case_ref": "C2"}), feed=feed, caller=caller)
    assert standing(admin) == 9
    push(wiring, sheet([{"case_ref": "C1"}], ["case_ref"]), TOMBSTONE, feed=feed, caller=caller)
    assert (standing(admin), standing(admin, "household.membership")) == (2, 2)


@pytest.mark.parametrize("name", [name for name in WITH_KEYS if not FEEDS[name].profile.example_rows])
def test_a_feed_of_documents_is_withdrawn_by_a_table_of_keys(name):
    feed = FEEDS[name]
    (key,) = row_key(feed.profile)
    assert formats_of(feed.profile, Mode.TOMBSTONE) == (*feed.profile.formats, "csv")
    assert formats_of(feed.profile, Mode.DELTA) == feed.profile.formats
    if not feed.profile.example_file:
        return
    for row in translate_rows(feed, feed.profile.example_file.encode()):
        said = {fact.subject_key for record in row.records for fact in facts_of(record)}
        keyed = [one for one in said if one in json.dumps(dict(row.row.cells))]
        (sent,) = TombstoneFeed(feed).rows(io.BytesIO(f"{key}\r\n{keyed[0]}\r\n".encode()))
        named = TombstoneFeed(feed).translate(sent)
        assert {fact.subject_key for record in named.records for fact in facts_of(record)} & said == {keyed[0]}


def test_pupils_of_a_common_transfer_file_are_withdrawn_by_their_upn(wiring, admin):
    feed = wiring.feeds["schools-ctf"]
    switch_everything_on(wiring, CONTEXT, [feed.profile.name])
    sent = Push(feed.profile.name, feed.profile.example_file.encode(), "xml", "a file", BatchContract())
    assert receive_batch(wiring, CONTEXT, MILL_LANE, sent).state == "accepted"
    assert standing(admin, "identity.upn") == 2
    keys = Push(feed.profile.name, b"UPN\r\nB801200005001\r\n", "csv", "keys", TOMBSTONE)
    assert receive_batch(wiring, CONTEXT, MILL_LANE, keys).facts_withdrawn > 0
    assert standing(admin, "identity.upn") == 1
    with pytest.raises(UnsupportedMediaError):
        receive_batch(wiring, CONTEXT, MILL_LANE, replace(keys, contract=BatchContract(), idempotency_key="no keys"))


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
