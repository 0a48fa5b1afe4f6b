"""Which days offices and schools keep, and by when a file is due: known dates, and what can never be."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.errors import AgreementFileError
from gateway.errors import ConfigurationError
from gateway.settings import NORTHVALE
from gateway.usecases.feeds.feed_rhythm import RHYTHMS
from gateway.usecases.watching.watching_feeds_calendar import bank_holidays, load_calendar

CALENDAR = load_calendar(NORTHVALE / "calendar.yaml")
# As the government's list has them (gov.uk/bank-holidays); 2022 without the spring holiday, which a Jubilee moved.
KNOWN = {
    2021: ["01-01", "04-02", "04-05", "05-03", "05-31", "08-30", "12-27", "12-28"],
    2020: ["01-01", "04-10", "04-13", "05-25", "08-31", "12-25", "12-28"],
    2022: ["01-03", "04-15", "04-18", "05-02", "08-29", "12-26", "12-27"],
    2026: ["01-01", "04-03", "04-06", "05-04", "05-25", "08-31", "12-25", "12-28"],
    2027: ["01-01", "03-26", "03-29", "05-03", "05-31", "08-30", "12-27", "12-28"],
}


@pytest.mark.parametrize("year", KNOWN)
def test_bank_holidays_are_those_of_the_government(year):
    assert {date.fromisoformat(f"{year}-{day}") for day in KNOWN[year]} <= bank_holidays(year)


@given(st.integers(1990, 2200))
def test_every_year_has_eight_bank_holidays_on_eight_working_days(year):
    assert len(bank_holidays(year)) == 8
    assert all(day.weekday() < 5 for day in bank_holidays(year))


@pytest.mark.parametrize(
    ("rhythm", "last", "due"),
    [
        ("daily", "2026-11-13", "2026-11-14"),
        ("working-days", "2026-11-13", "2026-11-16"),
        ("working-days", "2026-12-24", "2026-12-29"),
        ("school-days", "2026-10-23", "2026-11-02"),
        ("weekly", "2026-12-18", "2026-12-29"),
        ("school-weeks", "2026-12-16", "2027-01-04"),
        ("school-weeks", "2026-11-11", "2026-11-18"),
        ("monthly", "2026-10-16", "2026-11-16"),
        ("termly", "2026-09-10", "2026-11-16"),
        ("irregular", "2026-01-01", None),
        ("school-days", "2028-07-21", None),
        ("termly", "2028-07-01", None),
    ],
)
def test_the_day_by_which_a_file_is_due(rhythm, last, due):
    assert CALENDAR.next_due(date.fromisoformat(last), rhythm) == (due and date.fromisoformat(due))


@given(st.sampled_from(sorted(RHYTHMS)), st.dates(date(2025, 9, 2), date(2028, 7, 1)))
def test_what_is_due_lies_ahead_and_on_a_day_that_is_kept(rhythm, last):
    due = CALENDAR.next_due(last, rhythm)
    if due is not None:
        assert last < due <= last + timedelta(days=800)
        assert rhythm == "daily" or CALENDAR.is_working_day(due)
        assert not rhythm.startswith("school") or CALENDAR.is_school_day(due)


HEAD = "schema: hearthgate/calendar/1\nterms: "


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        HEAD + "[]",
        HEAD.replace("/1", "/2") + "[{from: 2026-01-01, to: 2026-02-01}]",
        HEAD + "[{from: 2026-02-01, to: 2026-01-01}]",
        HEAD + "[{from: 2026-01-01, to: 2026-02-01}, {from: 2026-02-01, to: 2026-03-01}]",
    ],
)
def test_a_calendar_that_is_wrong_stops_the_start(tmp_path, text):
    (tmp_path / "calendar.yaml").write_text(text)
    with pytest.raises((ConfigurationError, AgreementFileError), match=r"calendar\.yaml"):
        load_calendar(tmp_path / "calendar.yaml")
