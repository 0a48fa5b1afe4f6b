"""Dates, times, money and codes in words."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concept_model.items import ITEMS
from gateway.web.words import clock_time, counted, instant, moment_text, period, plain_durations, pounds, value_rows


def test_a_day_has_no_leading_zero():
    assert moment_text("2026-10-04") == "4 October 2026"


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ("2026", "2026"),
        ("2026-10", "October 2026"),
        ("2026-10-14T21:40:00+00:00", "14 October 2026 at 10:40pm"),
        ("2026-11-14T22:40:00+00:00", "14 November 2026 at 10:40pm"),
        ("2026-11-14T00:00:00+00:00", "14 November 2026 at midnight"),
        ("about Easter", "about Easter"),
        ("2026-13", "2026-13"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_stored_moment_in_words(stored, words):
    assert moment_text(stored) == words


def test_an_evening_near_midnight_belongs_to_the_day_in_london():
    assert instant(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == "2 July 2026 at 12:30am"


def test_noon_is_midday():
    assert clock_time(datetime(2026, 1, 1, 12, tzinfo=UTC)) == "midday"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-01-02", "2026-03-04", "2 January 2026 to 4 March 2026"),
        ("2026-01-02", "2026-01-02", "2 January 2026"),
        ("2026-01-02", None, "since 2 January 2026"),
        (None, "2026-01-02", "until 2 January 2026"),
        (None, None, ""),
    ],
)
def test_a_period_in_words(start, end, words):
    assert period(start, end) == words


@pytest.mark.parametrize(("amount", "words"), [(1210, "£1,210"), (94.5, "£94.50"), ("n/a", "n/a"), (0, "£0")])
def test_money(amount, words):
    assert pounds(amount) == words


def test_durations_of_agreements_are_words():
    assert plain_durations("tell within P5D, then within PT24H; record within PT0S") == (
        "tell within 5 days, then within 24 hours; record at once"
    )


@pytest.mark.parametrize(("number", "words"), [(0, "0 rows"), (1, "1 row"), (1234, "1,234 rows")])
def test_counts(number, words):
    assert counted(number, "row") == words


def test_a_code_of_machines_inside_a_value_is_words():
    shown = dict(value_rows("education.attendance", {"term": "Week of 2026-10-26"}))
    assert list(shown.values()) == ["Week of 26 October 2026"]
    assert dict(value_rows("identity.local_id", {"scheme": "health_record"})) == {"Whose reference": "Health record"}


@given(st.sampled_from(ITEMS), st.text(max_size=20))
def test_every_field_of_every_item_is_shown_whatever_its_value(item, value):
    values = {field.name: value for field in item.fields}
    assert [label for label, _ in value_rows(item.name, values)] == [field.label for field in item.fields]


def test_days_of_a_year_come_in_order():
    assert moment_text(date(2026, 12, 31).isoformat()) == "31 December 2026"
