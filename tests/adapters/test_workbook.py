"""Workbooks as people save them: the table is found, and every value reads as the person sees it."""

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cells import Cells
from adapters.csv_rows import csv_rows
from adapters.errors import FeedUnreadableError
from adapters.port import RawRow
from adapters.registry import FEEDS
from adapters.tabular.parts import telecom
from adapters.workbook.formats import Format, NumberError, format_of, number_text

KNOWN = frozenset({"ref", "name", "dob", "phone", "nhs"})
MOMENT = dt.datetime(2026, 1, 2, 9, 30)  # noqa: DTZ001 - a sheet's moments have no zone
HEADER = ("ref", "name", "dob", "phone", "nhs")


def saved(fill: Callable[[Any], object]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def table(*rows: tuple[object, ...], header: tuple[str, ...] = HEADER) -> bytes:
    def fill(book: Any) -> None:
        for row in (header, *rows):
            book.active.append(row)

    return saved(fill)


def read(body: bytes, sheet_name: str = "") -> list[RawRow]:
    return list(csv_rows(io.BytesIO(body), required=frozenset({"ref"}), known=KNOWN, sheet_name=sheet_name))


def problems(rows: list[RawRow]) -> list[tuple[int, str, str]]:
    return [(row.number, row.problem.code, row.problem.column) for row in rows if row.problem]


def test_a_workbook_is_read_as_the_csv_file_of_the_same_table():
    row = ("A-1", " Zoë ", "2010-05-04", "01632 960000", "9434765919")
    text = ",".join(HEADER) + "\r\n" + ",".join(row) + "\r\n"
    assert read(table(row))[0].cells == read(text.encode())[0].cells


def test_dates_moments_flags_and_numbers_read_as_they_are_seen():
    rows = read(table((1, True, dt.date(2010, 5, 4), 0.1 + 0.2, MOMENT)))
    assert dict(rows[0].cells) == {
        "ref": "1", "name": "true", "dob": "2010-05-04", "phone": "0.3", "nhs": "2026-01-02T09:30:00",
    }  # fmt: skip
    assert rows[0].numbers == {"ref", "phone"}


def test_row_numbers_are_those_of_the_sheet_titles_and_empty_rows_counted():
    def fill(book: Any) -> None:
        for row in (("Autumn term",), (), HEADER, ("1", "a"), (), ("3", "c"), ("", " ")):
            book.active.append(row)
        book.active.merge_cells("A1:E1")

    assert [(row.number, row.cells["ref"]) for row in read(saved(fill))] == [(4, "1"), (6, "3")]


def test_a_zero_that_a_number_lost_is_put_back_and_said_so():
    (row,) = read(table((1, "a", None, 1632960000, 101123450)))
    cells = Cells(row)
    phone = telecom(cells, "phone", "phone")
    number = cells.identifier("nhs_number", "nhs")
    assert (phone and phone.value) == "01632960000"
    assert (number and number.value) == "0101123450"
    assert [(flag.column, flag.code) for flag in cells.flags] == [("phone", "zero-restored"), ("nhs", "zero-restored")]


def test_a_text_of_digits_is_never_changed():
    (row,) = read(table(("007", "a", None, "1632960000", "101123450")))
    cells = Cells(row)
    phone, number = telecom(cells, "phone", "phone"), cells.identifier("nhs_number", "nhs")
    assert (row.cells["ref"], phone and phone.value, number and number.value) == ("007", "1632960000", "101123450")
    assert [flag.code for flag in cells.flags] == ["check-digit-failed"]


def test_a_number_shown_with_leading_zeros_has_them():
    def fill(book: Any) -> None:
        book.active.append(HEADER)
        book.active.append((7, "a"))
        book.active["A2"].number_format = "0000"

    assert read(saved(fill))[0].cells["ref"] == "0007"


def test_what_a_person_cannot_see_is_handed_back_and_never_taken():
    def fill(book: Any) -> None:
        sheet = book.active
        for row in (HEADER, ("1", "a"), ("2", "hidden"), ("3", "merged"), ("", "below"), ("5", "e")):
            sheet.append(row)
        sheet.row_dimensions[3].hidden = True
        sheet["A5"] = None
        sheet.merge_cells("A4:A5")
        secret = book.create_sheet("secret")
        secret.sheet_state = "hidden"
        secret.append(HEADER)
        secret.append(("9", "secret"))

    rows = read(saved(fill))
    assert problems(rows) == [(3, "row-hidden", ""), (4, "cells-merged", ""), (5, "cells-merged", "")]
    assert [row.cells["ref"] for row in rows if not row.problem] == ["1", "5"]


def test_a_bad_cell_costs_its_own_row_alone_and_the_rest_of_it_is_handed_back():
    def fill(book: Any) -> None:
        sheet = book.active
        for row in (HEADER, ("1", "=1+1"), ("2", "#N/A"), ("3", "a", None, 12345678901234567890), ("4", "d")):
            sheet.append(row)
        sheet["B3"].data_type = "e"

    rows = read(saved(fill))
    assert problems(rows) == [
        (2, "formula-cell", "name"),
        (3, "cell-unreadable", "name"),
        (4, "number-rounded", "phone"),
    ]
    assert [row.cells["ref"] for row in rows] == ["1", "2", "3", "4"]


def test_a_cell_beside_the_table_costs_its_row():
    assert problems(read(table(("1", "a", None, None, None, "note"), ("2", "b")))) == [(2, "row-shape", "")]


def several(book: Any) -> None:
    for name in ("School roll", "roll"):
        sheet = book.create_sheet(name)
        sheet.append(HEADER)
        sheet.append((name, "a"))


def test_of_several_sheets_with_the_columns_the_one_named_as_the_feed_is_taken():
    assert read(saved(several), "roll")[0].cells["ref"] == "roll"
    with pytest.raises(FeedUnreadableError) as found:
        read(saved(several), "other")
    assert "Several sheets" in found.value.message


def test_a_sheet_without_the_columns_is_passed_over():
    def fill(book: Any) -> None:
        book.active.append(("Notes for the council",))
        sheet = book.create_sheet("data")
        sheet.append(HEADER)
        sheet.append(("1", "a"))

    assert [row.cells["ref"] for row in read(saved(fill))] == ["1"]


def test_a_workbook_without_the_columns_says_which_are_missing():
    with pytest.raises(FeedUnreadableError) as found:
        read(table(("a", "b"), header=("name", "dob")))
    assert found.value.message == "The file has no column ref."


@pytest.mark.parametrize(
    "feed", [feed for feed in FEEDS.values() if feed.profile.formats == ("csv",)], ids=lambda feed: feed.profile.name
)
def test_every_csv_feed_takes_its_example_rows_as_a_workbook_too(feed):
    names = [column.name for column in feed.profile.columns]
    examples = [tuple(row.get(name, "") for name in names) for row in feed.profile.example_rows]
    if not examples:
        pytest.skip("this feed has no example rows")
    rows = list(feed.rows(io.BytesIO(table(*examples, header=tuple(names)))))
    assert "xlsx" in feed.profile.taken
    assert len(rows) == len(examples)
    assert all(feed.translate(row).records for row in rows)


@pytest.mark.parametrize(
    ("number", "written", "form"),
    [
        (0, "", Format()), (14, "", Format("date")), (22, "", Format("moment")), (46, "", Format("hours")),
        (164, "dd/mm/yyyy", Format("date")), (164, "mmm yy", Format("date")), (164, "hh:mm", Format("time")),
        (164, "[$-809]d mmmm yyyy;@", Format("date")), (164, 'yyyy-mm-dd"T"hh:mm', Format("moment")),
        (164, "[h]:mm", Format("hours")), (164, "0.00", Format()), (164, "#,##0", Format()),
        (164, "General", Format()), (164, '"Year "0', Format()), (164, "[Red]0.0", Format()),
        (164, "0000", Format(width=4)), (164, "000 000 0000", Format(width=10)), (164, "£#,##0.00", Format()),
    ],
)  # fmt: skip
def test_a_format_says_what_its_numbers_are(number, written, form):
    assert format_of(number, written) == form


@pytest.mark.parametrize(
    ("stored", "form", "text"),
    [
        ("1", Format("date"), "1900-01-01"), ("59", Format("date"), "1900-02-28"), ("61", Format("date"), "1900-03-01"),
        ("46339.395833333336", Format("moment"), "2026-11-13T09:30:00"), ("0.5", Format("time"), "12:00"),
        ("1.0416666666666667", Format("hours"), "25:00"), ("-5", Format(), "-5"), ("1E3", Format(), "1000"),
        ("412.50", Format(), "412.5"), ("1.5E-7", Format(), "0.00000015"),
        ("123456789012345", Format(), "123456789012345"),
    ],
)  # fmt: skip
def test_a_number_reads_as_it_is_seen(stored, form, text):
    assert number_text(stored, form) == text


@pytest.mark.parametrize("stored", ["60", "-1", "2958466", "nan", "inf", "x", "1e400"])
def test_a_number_that_is_no_day_is_none(stored):
    with pytest.raises(NumberError):
        number_text(stored, Format("date"))


def test_a_workbook_that_counts_from_1904_gives_its_own_days():
    def fill(book: Any) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book.active.append(HEADER)
        book.active.append(("1", "a", dt.date(2010, 5, 4)))

    assert read(saved(fill))[0].cells["dob"] == "2010-05-04"


_cell = st.one_of(
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=12).filter(
        lambda text: text.strip() and text[0] not in "=+-@'" and "_x" not in text
    ),
    st.integers(-(10**14), 10**14),
    st.dates(dt.date(1900, 3, 1), dt.date(2999, 12, 31)),
    st.booleans(),
)


@given(st.lists(st.tuples(_cell, _cell), min_size=1, max_size=6))
def test_it_reads_what_another_program_wrote(rows):
    expected = [[str(cell).lower() if isinstance(cell, bool) else str(cell) for cell in row] for row in rows]
    found = read(table(*rows, header=("ref", "name")))
    assert [[row.cells["ref"], row.cells["name"]] for row in found] == expected
