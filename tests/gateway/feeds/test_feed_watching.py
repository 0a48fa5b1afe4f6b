"""Late, stopped, shrunken and changed feeds are noticed by a moved clock; holidays are not lateness; no value shows."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.errors import NotFoundError
from gateway.usecases.telling.webhooks import add_webhook
from gateway.usecases.telling.webhooks_sending import deliver_due
from gateway.usecases.watching.watching_feeds import (
    acknowledge_alert,
    alerts_seen_by,
    note_sample,
    watch_feeds,
)
from gateway.usecases.watching.watching_feeds_measure import ColumnFigures, FileFigures, findings
from gateway.usecases.watching.watching_feeds_sample import FileSample
from tests.gateway.conftest import NOW
from tests.gateway.feeds.officers import ANALYST, CONTEXT, FIRST, POLICE, SECOND, WORKER, switched_on
from tests.gateway.feeds.receiver import receiving

FEED = "police-nominals"
CLIENT = "northvale-police-feeds"


def sent(wiring, admin, at, rows=1000, *, not_taken=10, columns=(), **more):
    """A finished batch as intake leaves it."""
    batch_id = wiring.mint_opaque()
    with admin.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO desk.batch (batch_id, feed, source_no, agency, sender, idempotency_digest, content_digest,"
                " state, rows_read, rows_accepted, rows_rejected, received_at, finished_at) VALUES (:id, :feed, 0,"
                " 'northvale_police', :sender, :key, :key, :state, :rows, :rows - :bad, :bad, :at, :at)"
            ),
            {"id": batch_id, "feed": more.get("feed", FEED), "sender": more.get("sender", CLIENT),
             "key": batch_id.bytes, "state": "accepted", "rows": rows,
             "bad": not_taken, "at": at},
        )  # fmt: skip
        for name, figures in dict(columns).items():
            connection.execute(
                text("INSERT INTO desk.batch_column VALUES (:id, :name, :looked, :empty, :new)"),
                {"id": batch_id, "name": name, "looked": figures[0], "empty": figures[1], "new": figures[2]},
            )
    return batch_id


def history(wiring, admin, days=8, **more):
    """A file a day up to this morning."""
    for ago in range(days, 0, -1):
        sent(wiring, admin, NOW - timedelta(days=ago), 1000 + 7 * ago, **more)


def on_since(wiring, wiring_clock, at):
    wiring_clock.now = at
    switched_on(wiring, FEED)
    wiring_clock.now = NOW


def kinds(wiring, caller=FIRST):
    return sorted((one.kind, one.part) for one in alerts_seen_by(wiring, caller))


def test_a_daily_feed_is_late_after_its_day_then_stopped_and_the_next_file_closes_both(wiring, wiring_clock, admin):
    on_since(wiring, wiring_clock, NOW - timedelta(days=10))
    history(wiring, admin)
    assert watch_feeds(wiring) == 0
    wiring_clock.now = NOW + timedelta(days=1)
    assert (watch_feeds(wiring), watch_feeds(wiring)) == (1, 0)
    assert kinds(wiring) == [("late", "")]
    wiring_clock.now = NOW + timedelta(days=4)
    watch_feeds(wiring)
    assert kinds(wiring) == [("stopped", "")]

    sent(wiring, admin, wiring_clock.now)
    watch_feeds(wiring)

    assert kinds(wiring) == []
    assert [one.kind for one in alerts_seen_by(wiring, FIRST, FEED, closed=True)] == ["stopped", "late"]


def test_school_holidays_and_bank_holidays_are_not_lateness(wiring, wiring_clock, admin):
    wiring_clock.now = datetime(2026, 12, 16, 9, tzinfo=UTC)
    switched_on(wiring, FEED, rhythm="school-weeks")
    sent(wiring, admin, wiring_clock.now)
    for day in range(1, 20):
        wiring_clock.now = datetime(2026, 12, 16, 9, tzinfo=UTC) + timedelta(days=day)
        assert watch_feeds(wiring) == 0, wiring_clock.now
    wiring_clock.now = datetime(2027, 1, 5, 9, tzinfo=UTC)
    assert watch_feeds(wiring) == 1


def test_a_feed_that_is_off_or_irregular_is_never_late(wiring, wiring_clock, admin):
    switched_on(wiring, FEED, rhythm="irregular")
    sent(wiring, admin, NOW, feed="police-occurrences")
    wiring_clock.now = NOW + timedelta(days=300)
    assert watch_feeds(wiring) == 0


def test_a_feed_that_never_sent_anything_is_late_from_its_switch_on(wiring, wiring_clock):
    switched_on(wiring, FEED)
    assert watch_feeds(wiring) == 0
    wiring_clock.now = NOW + timedelta(days=2)
    assert watch_feeds(wiring) == 1


def test_one_of_two_machines_that_falls_silent_is_noticed(wiring, wiring_clock, admin):
    on_since(wiring, wiring_clock, NOW - timedelta(days=10))
    for ago in (3, 2, 1, 0):
        sent(wiring, admin, NOW - timedelta(days=ago))
        sent(wiring, admin, NOW - timedelta(days=max(ago, 2)), sender="second-machine")
    watch_feeds(wiring)
    assert [(one.kind, one.sender) for one in alerts_seen_by(wiring, FIRST)] == [("late", "second-machine")]


def test_a_shrunken_file_raises_an_alert_and_the_next_good_one_closes_it(wiring, admin):
    switched_on(wiring, FEED)
    history(wiring, admin)
    batch_id = sent(wiring, admin, NOW, 700)
    assert watch_feeds(wiring) == 1
    (alert,) = alerts_seen_by(wiring, SECOND)
    assert (alert.kind, alert.batch_id, alert.observed) == ("shrunken", batch_id, 700)
    assert alert.expected == pytest.approx(1031.5, abs=10)

    sent(wiring, admin, NOW + timedelta(minutes=5), 1010)
    watch_feeds(wiring)
    assert kinds(wiring) == []


def test_drift_is_noticed_by_share_by_column_and_by_code(wiring, admin):
    switched_on(wiring, FEED)
    usual = {"sex": (900, 9, 0), "postcode": (900, 90, 0)}
    history(wiring, admin, columns=usual)
    sent(wiring, admin, NOW, not_taken=300, columns={"sex": (900, 12, 2), "postcode": (900, 600, 0)})
    watch_feeds(wiring)
    assert kinds(wiring) == [("more-empty", "postcode"), ("more-not-taken", ""), ("new-codes", "sex")]


def test_without_a_history_only_the_size_that_officers_named_counts(wiring, admin):
    switched_on(wiring, FEED, usual_rows=1000)
    sent(wiring, admin, NOW, 790, not_taken=700)
    watch_feeds(wiring)
    assert kinds(wiring) == [("shrunken", "")]


def test_an_alert_is_seen_by_its_agency_and_the_council_acknowledged_once_and_stays_open(wiring, admin):
    switched_on(wiring, FEED, usual_rows=1000)
    sent(wiring, admin, NOW, 100)
    watch_feeds(wiring)
    (alert,) = alerts_seen_by(wiring, POLICE)
    with pytest.raises(NotFoundError):
        acknowledge_alert(wiring, CONTEXT, WORKER, alert.alert_id)
    first = acknowledge_alert(wiring, CONTEXT, ANALYST, alert.alert_id)
    again = acknowledge_alert(wiring, CONTEXT, FIRST, alert.alert_id)
    assert (first.acknowledged_by, again.acknowledged_by, again.closed_at) == ("C101", "C101", None)
    assert kinds(wiring, POLICE) == [("shrunken", "")]


def test_a_sender_is_told_of_its_alert_and_of_its_end(wiring, admin):
    settings = wiring.settings.model_copy(update={"webhook_networks": "127.0.0.0/8"})
    object.__setattr__(wiring, "settings", settings)
    switched_on(wiring, FEED, usual_rows=1000)
    with receiving() as receiver:
        add_webhook(wiring, CONTEXT, POLICE, receiver.address, ["feed.alert"])
        sent(wiring, admin, NOW, 100)
        watch_feeds(wiring)
        sent(wiring, admin, NOW + timedelta(minutes=1), 1000)
        watch_feeds(wiring)
        deliver_due(wiring)
    told = sorted(json.loads(body)["data"]["state"] for _, body in receiver.got)
    assert told == ["closed", "open"]


def sampled(wiring, admin, day, rows, sender=CLIENT):
    """The figures that are stored of a sender's file, by column."""
    sample = FileSample(frozenset({"status", "surname"}))
    for turn in sample.turns(len(rows)):
        sample.look(rows[turn])
    batch_id = sent(wiring, admin, NOW - timedelta(days=day), sender=sender)
    with wiring.database.transaction("hg_intake") as connection:
        batch = SimpleNamespace(feed=FEED, sender=sender, batch_id=batch_id)
        note_sample(connection, wiring.custody.digest, batch, sample)
    with admin.connect() as connection:
        return {
            row.column_name: (row.looked_at, row.empty, row.new_codes)
            for row in connection.execute(
                text("SELECT * FROM desk.batch_column WHERE batch_id = :id"), {"id": batch_id}
            )
        }


def test_a_sample_keeps_figures_and_digests_and_no_value(wiring, admin):
    rows = [{"status": "OPEN" if n % 3 else "SHUT", "surname": f"Surname{n}", "made_up": "x"} for n in range(300)]
    assert sampled(wiring, admin, 2, rows) == {"status": (300, 0, 0), "surname": (300, 0, 0)}
    rows[7]["status"], rows[8]["status"], rows[9]["surname"] = "VOID", " ", ""
    assert sampled(wiring, admin, 1, rows) == {"status": (300, 1, 1), "surname": (300, 1, 0)}
    with admin.connect() as connection:
        kept = connection.execute(text("SELECT column_name, code_digest FROM desk.feed_code")).all()
    # Three codes, and that it is a column of codes.
    assert sorted(row.column_name for row in kept) == ["status"] * 4
    assert not any(b"OPEN" in bytes(row.code_digest) for row in kept)


def test_how_many_codes_are_new_does_not_tell_what_another_sender_of_the_feed_sends(wiring, admin):
    """A class of few pupils whose names stand in many rows is a column of codes as well."""

    def new(day, sender, *names):
        rows = [{"status": "", "surname": names[n % len(names)]} for n in range(100)]
        return sampled(wiring, admin, day, rows, sender)["surname"][2]

    new(5, "mill-lane", "Nair", "Cole")

    assert [new(4, "church-road", "Nair", "Marsh"), new(3, "church-road", "Nair", "Marsh", "Cole")] == [0, 1]
    assert [new(2, "mill-lane", "Nair", "Marsh"), new(1, "mill-lane", "Nair", "Marsh")] == [1, 0]


@given(st.lists(st.integers(0, 5000), max_size=4))
def test_a_short_file_is_looked_at_whole_and_of_a_long_one_every_sixteenth_row(runs):
    sample, at = FileSample(frozenset({"a"})), []
    for run in runs:
        before = sample.rows
        at += [before + turn for turn in sample.turns(run)]
    rows = sum(runs)
    assert at == [row for row in range(rows) if row < 2048 or (row + 1) % 16 == 0]


@given(st.integers(1, 10**6), st.floats(0.81, 1.9), st.lists(st.floats(0.98, 1.02), min_size=5, max_size=12))
def test_ordinary_ups_and_downs_raise_nothing_and_a_halved_file_always_does(usual, factor, wobble):
    def file(rows):
        return FileFigures(int(rows), 0, {"c": ColumnFigures(100, 3, 0)})

    earlier = [file(1000 * usual * one) for one in wobble]
    assert findings(file(1000 * usual * max(factor, 0.85)), earlier, None) == ()
    assert [one.kind for one in findings(file(500 * usual), earlier, None)] == ["shrunken"]


def test_one_odd_file_in_the_history_does_not_move_what_is_usual():
    earlier = [FileFigures(rows, 0, {}) for rows in (1000, 1010, 4, 990, 1005, 1001)]
    assert findings(FileFigures(985, 0, {}), earlier, None) == ()
    assert [one.kind for one in findings(FileFigures(700, 0, {}), earlier, None)] == ["shrunken"]
