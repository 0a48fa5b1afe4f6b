"""What a text says of a day, in each way in which systems and spreadsheets write one."""

from datetime import date, timedelta

import pytest

from linkage.written_dates import written_day

FOURTH_OF_MARCH = ("03-04", "03-04")


@pytest.mark.parametrize(
    "text",
    [
        "1990/3/4", "1990.03.04", "19900304", "1990-03-04 00:00:00.000", "1990-03-04T00:00:00Z", "4-MAR-1990",
        "4th March 1990", "Mar  4 1990 12:00AM", "March 4, 1990", "Sunday, 4 March 1990", "1990-Mar-04", "32936",
        "32936.0", "04MAR1990", "4 march 1990 12:00:00",
    ],
)  # fmt: skip
def test_a_day_that_can_be_meant_in_one_way_only(text):
    said = written_day(text)
    assert (said.year, said.day_first, said.month_first) == ("1990", *FOURTH_OF_MARCH)


@pytest.mark.parametrize(
    "text", ["4/3/1990", "04/03/1990", "04-03-1990", "4.3.1990", "04031990", "4031990", "04/03/1990 12:00:00 AM"]
)
def test_a_day_and_a_month_in_numbers_have_two_readings(text):
    assert written_day(text)[:3] == ("1990", "03-04", "04-03")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("25/12/1990", ("1990", "12-25", "")), ("12/25/1990", ("1990", "", "12-25")),
        ("5/5/1990", ("1990", "05-05", "05-05")), ("3/4/90", ("90", "04-03", "03-04")),
        ("04-MAR-90 12.00.00.000000 AM", ("90", *FOURTH_OF_MARCH)), ("29/02/00", ("00", "02-29", "")),
        ("03/1990", ("1990", "03", "03")), ("Mar 1990", ("1990", "03", "03")), ("31/12/9999", ("9999", "12-31", "")),
    ],
)  # fmt: skip
def test_what_a_text_leaves_open_stays_open(text, said):
    assert written_day(text)[:3] == said


@pytest.mark.parametrize(
    "text",
    [
        "", "NULL", "n/a", "1990", "199", "030490", "31/02/1990", "32/01/1990", "13/13/1990", "29/02/1990", "29/02/90",
        "00/00/0000", "0000-00-00", "1990-13-01", "19901350", "3/4/190", "3-4/1990", "4 Mai 1990", "04/03/1990 25:00",
        # Stand-ins in years of two digits, of 1900 and 1899.
        "01/01/00", "30/12/99", "31/12/99",
    ],
)  # fmt: skip
def test_what_says_nothing_of_a_day(text):
    assert written_day(text) is None


def test_an_evening_of_universal_time_that_is_midnight_here_is_the_next_day_and_any_other_is_none():
    assert written_day("1990-07-02T23:00:00Z")[:2] == ("1990", "07-03")
    assert written_day("2/7/1990 23:00:00 +00:00") is None
    assert written_day("1990-12-31T23:00:00Z") is None
    assert written_day("1990-12-31T23:10:00")[:2] == ("1990", "12-31")


def test_every_day_that_is_written_in_numbers_is_read_as_it_was_meant():
    for days in range(0, 40_000, 7):
        day = date(1915, 1, 1) + timedelta(days=days)
        assert written_day(f"{day:%d/%m/%Y}").day_first == written_day(f"{day:%m/%d/%Y}").month_first == f"{day:%m-%d}"
        assert written_day(f"{day:%Y%m%d}")[:3] == (f"{day:%Y}", f"{day:%m-%d}", f"{day:%m-%d}")
        assert written_day(f"{day:%d%m%Y}")[:2] == (f"{day:%Y}", f"{day:%m-%d}")
