"""Typed values out of cells."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cells import Cells
from adapters.port import RawRow
from concept_model.identifiers import Verification
from concept_model.person import Person

CANARY = "Zebedee-Quill"


def cells(**columns: str) -> Cells:
    return Cells(RawRow(7, columns))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2014-02-28", date(2014, 2, 28)),
        (" 28/02/2014 ", date(2014, 2, 28)),
        ("1/2/2014", date(2014, 2, 1)),
        ("2014-02-28 00:00:00", date(2014, 2, 28)),
        ("", None),
    ],
)
def test_a_date_is_iso_or_day_month_year(text: str, expected: date | None) -> None:
    row = cells(d=text)
    assert row.date("d") == expected
    assert row.errors == []


@pytest.mark.parametrize(
    "text",
    ["2014-02-30", "02/28/2014", "28/02/14", "2014-2-28", "20140228", "0214-02-28", "2014-W05-1", "٢٠١٤-٠٢-٢٨", "soon"],
)
def test_any_other_date_is_an_error_that_does_not_repeat_it(text: str) -> None:
    row = cells(d=text)
    assert row.date("d") is None
    assert [error.code for error in row.errors] == ["date-invalid"]
    assert text not in repr(row.errors)


@pytest.mark.parametrize("text", ["1811-11-11", "01/01/1900", "1901-01-01", "31/12/9999"])
def test_a_date_that_stands_for_not_known_is_missing_and_flagged(text: str) -> None:
    row = cells(d=text)
    assert (row.date("d"), row.partial_date("d"), row.datetime("d")) == (None, None, None)
    assert {flag.code for flag in row.flags} == {"date-sentinel"}
    assert row.errors == []


@pytest.mark.parametrize("text", ["2014", "2014-02", "2014-02-28"])
def test_a_birth_date_is_never_made_fuller(text: str) -> None:
    assert cells(d=text).partial_date("d") == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-07-01T10:00:00Z", "2024-07-01T11:00:00+01:00"),
        ("2024-07-01T10:00", "2024-07-01T10:00:00+01:00"),
        ("01/12/2024 09:05", "2024-12-01T09:05:00+00:00"),
        ("2024-12-01", "2024-12-01T00:00:00+00:00"),
        ("2024-07-01T23:30:00+00:00", "2024-07-02T00:30:00+01:00"),
    ],
)
def test_a_moment_is_given_in_uk_time(text: str, expected: str) -> None:
    found = cells(at=text).datetime("at")
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00+12:00", "01/12/2024 25:00", "10:00"])
def test_a_moment_that_is_none_is_an_error(text: str) -> None:
    row = cells(at=text)
    assert row.datetime("at") is None
    assert [error.code for error in row.errors] == ["date-invalid"]


def test_a_period_that_ends_before_it_begins_is_an_error() -> None:
    row = cells(a="2024-02-01", b="2024-01-31")
    row.period("a", "b")
    assert [(error.column, error.code) for error in row.errors] == [("b", "period-invalid")]


def test_flags_numbers_and_money_are_read() -> None:
    row = cells(y="yes", n="0", whole="1,234", part="-0.5", pounds="£1,412.50")
    assert (row.flag("y"), row.flag("n"), row.number("whole"), row.number("part")) == (True, False, 1234, -0.5)
    assert row.money("pounds") == 1412.5
    assert row.errors == []


@pytest.mark.parametrize("text", ["nan", "inf", "1e9", "12,34", "--1", "1.2.3", "12 weeks"])
def test_what_is_no_number_is_an_error(text: str) -> None:
    row = cells(n=text)
    assert row.number("n") is None
    assert [error.code for error in row.errors] == ["number-invalid"]


def test_a_code_outside_its_list_is_an_error_or_kept_with_a_flag() -> None:
    strict, open_list = cells(c=CANARY), cells(c=CANARY)
    assert strict.code("c", {"a": "A"}) is None
    assert open_list.code("c", {"a": "A"}, keep_unlisted=True) == CANARY
    assert [error.code for error in strict.errors] == ["code-unknown"]
    assert [flag.code for flag in open_list.flags] == ["code-unlisted"]
    assert CANARY not in repr(strict.errors) + repr(open_list.flags)


def test_a_failing_check_digit_keeps_the_identifier_unverified() -> None:
    row = cells(good="9434765919", bad="943 476 5918")
    good, bad = row.identifier("nhs_number", "good"), row.identifier("nhs_number", "bad")
    assert good is not None
    assert good.verification is Verification.PLAUSIBLE
    assert bad is not None
    assert (bad.value, bad.verification) == ("9434765918", Verification.UNVERIFIED)
    assert [(flag.column, flag.code) for flag in row.flags] == [("bad", "check-digit-failed")]


@pytest.mark.parametrize("text", ["-", "9" * 65])
def test_what_can_be_no_identifier_is_left_out_and_flagged(text: str) -> None:
    row = cells(n=text)
    assert row.identifier("nhs_number", "n") is None
    assert [flag.code for flag in row.flags] == ["check-digit-failed"]


def test_an_address_keeps_its_lines_and_normalises_postcode_and_uprn() -> None:
    address = cells(a="Flat 1\r\n 2 High Street ", postcode="ab101ab", uprn="000100").address(("a",))
    assert address is not None
    assert (address.lines, address.postcode, address.uprn) == (("Flat 1", "2 High Street"), "AB10 1AB", "100")


def test_an_address_of_many_lines_is_kept_whole() -> None:
    address = cells(a="\n".join("abcdefghij")).address(("a",))
    assert address is not None
    assert address.lines[-1] == "h, i, j"


def test_an_empty_address_is_none() -> None:
    assert cells(uprn="000").address(("a",)) is None


@pytest.mark.parametrize("text", ["12a", "1234567890123", "²"])
def test_what_is_no_uprn_is_an_error(text: str) -> None:
    row = cells(uprn=text)
    assert row.address(("a",)) is None
    assert [error.code for error in row.errors] == ["number-invalid"]


def test_a_row_with_an_error_yields_no_record_and_builds_none() -> None:
    row = cells()
    row.required("ref")
    found = row.translation(lambda: pytest.fail("must not be called"))
    assert (found.records, [error.code for error in found.errors]) == ((), ["required-missing"])


def test_records_that_the_concept_model_refuses_are_an_error_of_the_row() -> None:
    found = cells().translation(lambda: [Person(person=CANARY * 100)])
    assert [error.code for error in found.errors] == ["row-invalid"]
    assert CANARY not in repr(found)


@given(st.text(max_size=40))
def test_no_text_makes_a_reader_raise(text: str) -> None:
    row = cells(c=text)
    for read in (row.date, row.partial_date, row.datetime, row.flag, row.number, row.money, row.sex, row.uprn, row.key):
        read("c")
    for scheme in ("nhs_number", "upn", "nino", "pnc_id", "uprn", "cro"):
        row.identifier(scheme, "c")
    assert row.translation(tuple).row.number == 7
