"""Real ways in which CSV arrives, good and broken."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.csv_records import MAX_RECORD
from adapters.csv_rows import csv_rows
from adapters.errors import FeedUnreadableError
from adapters.formulas import QUOTE_OR_SIGN
from adapters.port import RawRow
from gateway.usecases.intake.spreadsheets import harmless

KNOWN = frozenset({"ref", "name", "note"})
CANARY = "Zebedee-Quill"
plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30).filter(
    lambda text: not text.startswith(QUOTE_OR_SIGN)
)


def read(body: bytes) -> list[RawRow]:
    return list(csv_rows(io.BytesIO(body), required=frozenset({"ref"}), known=KNOWN))


def refused(body: bytes) -> FeedUnreadableError:
    with pytest.raises(FeedUnreadableError) as caught:
        csv_rows(io.BytesIO(body), required=frozenset({"ref"}), known=KNOWN)
    return caught.value


def problems(rows: list[RawRow]) -> list[tuple[int, str, str]]:
    return [(row.number, row.problem.code, row.problem.column) for row in rows if row.problem]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_byte_order_mark_and_every_line_end_are_read(mark: bytes, line_end: bytes) -> None:
    rows = read(mark + line_end.join([b" REF ,Name", b"1,Zo\xc3\xab", b"", b"2,Bo", b""]))
    assert [dict(row.cells) for row in rows] == [{"ref": "1", "name": "Zoë"}, {"ref": "2", "name": "Bo"}]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_when_it_is_marked(encoding: str) -> None:
    text = "ref,name\n1,Zoë\n" if encoding == "utf-16" else "\ufeffref,name\n1,Zoë\n"
    assert dict(read(text.encode(encoding))[0].cells) == {"ref": "1", "name": "Zoë"}


def test_utf_16_without_a_mark_or_broken_off_is_refused() -> None:
    assert "UTF-8" in refused("ref,name\n1,Bo\n".encode("utf-16-le")).message
    assert "UTF-16" in refused("ref\n1\n".encode("utf-16")[:-1]).message


def test_columns_the_feed_does_not_know_keep_their_name() -> None:
    assert dict(read(b"Shoe Size,REF\n9,1\n")[0].cells) == {"Shoe Size": "9", "ref": "1"}


def test_quoted_cells_run_over_lines_and_hold_commas_and_quotes() -> None:
    rows = read(b'ref,note\r\n1,"Flat 1\r\nHigh ""Old"" Street, Town"\r\n2,x\r\n')
    assert rows[0].cells["note"] == 'Flat 1\r\nHigh "Old" Street, Town'
    assert rows[1].number == 2


@pytest.mark.parametrize(
    "formula",
    ["=1+1", "=HYPERLINK(A1)", "\t=cmd|' /C calc'!A0", "@SUM(1)", "+SUM(A1:A9)", "-2+3+cmd|' /C calc'!D2", "＝1＋1"],  # noqa: RUF001
)
def test_a_cell_made_to_be_run_as_a_formula_costs_its_own_row_alone(formula: str) -> None:
    rows = read(f'ref,name\n1,"{formula}"\n2,Bo\n'.encode())
    assert problems(rows) == [(1, "formula-cell", "name")]
    assert dict(rows[0].cells) == {"ref": "1", "name": formula}
    assert rows[1].cells["ref"] == "2"


@pytest.mark.parametrize(
    "text", ["+44 1632 960000", "-5", "- no fixed abode (see note)", "@school", "+", "=", "-(", "it's | that!", "+a|b"]
)
def test_a_text_that_only_begins_like_a_formula_stays_text(text: str) -> None:
    assert read(f"ref,name\n1,{text}\n".encode())[0].cells["name"] == text


def test_a_formula_in_a_column_that_is_dropped_costs_nothing() -> None:
    assert problems(read(b"ref,total\n1,=SUM(1)\n")) == []


@pytest.mark.parametrize("text", ["=1+1", "+44 1632 960000", "-5", "@school", "O'Neill", "'tis"])
def test_a_sheet_of_ours_comes_back_as_it_was_sent(text: str) -> None:
    assert read(f"ref,other\n1,{harmless(text)}\n".encode())[0].cells["other"] == text


def test_numbers_are_those_a_spreadsheet_shows_less_one() -> None:
    assert [row.number for row in read(b"ref,name\n1,a\n\n,\n4,d\n")] == [1, 4]


def test_an_undecodable_byte_costs_its_own_row_alone() -> None:
    rows = read(b"ref,name,other\n1,Ren\xe9,x\n2,Bo,x\n3,Al,\x80\n")
    # The name of a column nobody knows is not repeated.
    assert problems(rows) == [(1, "encoding-invalid", "name"), (3, "encoding-invalid", "")]
    assert rows[1].cells["ref"] == "2"
    # What cannot be read is handed back empty: nothing may stand in its place and be taken the next time.
    assert dict(rows[0].cells) == {"ref": "1", "name": "", "other": "x"}


def test_a_nul_costs_its_own_row_alone() -> None:
    rows = read(b"ref,name\n1,a\x00b\n2,Bo\n")
    assert problems(rows) == [(1, "encoding-invalid", "name")]
    assert dict(rows[0].cells) == {"ref": "1", "name": ""}
    assert rows[1].cells["ref"] == "2"


@pytest.mark.parametrize(
    "row", [b"1", b"1,a,b", b'1,"open', b'1,"a"b', b"x" * (MAX_RECORD + 1), b"1," + b"x" * 200_000]
)
def test_a_row_of_the_wrong_shape_costs_itself_alone(row: bytes) -> None:
    rows = read(b"ref,name\n0,good\n" + row + b"\n2,good\n3,good\n")
    assert problems(rows) == [(2, "row-shape", "")]
    assert [found.cells["ref"] for found in rows if not found.problem] == ["0", "2", "3"]


def test_a_line_too_long_inside_an_open_quote_loses_no_good_row() -> None:
    rows = read(b'ref,name\n1,"open\n2,good\n' + b"x" * (3 * MAX_RECORD) + b"\n4,good\n")
    assert [found.cells["ref"] for found in rows if not found.problem] == ["2", "4"]


def test_a_file_of_crafted_quotes_is_read_in_time_and_nothing_of_it_is_taken() -> None:
    rows = read(b"ref,name\n" + b'x","\n' * 600_000)
    assert 0 < len(rows) < 100
    assert all(row.problem for row in rows)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf\r\n \r\n,,\n", "empty"),
        (b"PK\x03\x04rest", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "Excel"),
        (b"\x1f\x8brest", "gzip"),
        (b"%PDF-1.7", "PDF"),
        (b"  <!DOCTYPE html><html>", "HTML"),
        (b'{"resourceType": "Patient"}', "JSON"),
        (b'[{"ref": 1}]', "JSON"),
        (b"name,note\n1,2\n", "ref"),
        (b"ref;name\n1;2\n", "ref"),
        (b"ref,REF \n1,2\n", "twice"),
        (b"ref,na\xe9me\n1,2\n", "UTF-8"),
        (b'"ref', "column names"),
    ],
)
def test_what_is_no_such_file_is_refused_before_any_row_with_a_way_to_fix_it(body: bytes, word: str) -> None:
    error = refused(body)
    assert word in error.message
    assert error.how_to_fix


def test_a_file_without_column_names_is_refused_without_repeating_its_first_row() -> None:
    error = refused(f"{CANARY},1\n".encode())
    assert CANARY not in error.message + error.how_to_fix + repr(error)


@given(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_refusal(body: bytes) -> None:
    try:
        rows = read(body)
    except FeedUnreadableError:
        return
    for row in rows:
        str(dict(row.cells)).encode()
        str(row.payload).encode()


@given(st.binary(max_size=300))
def test_any_bytes_under_good_column_names_are_rows(rest: bytes) -> None:
    for row in read(b"ref,name\n" + rest):
        assert row.problem or row.cells


@given(st.lists(st.tuples(plain_text, plain_text).filter(lambda pair: any(cell.strip() for cell in pair)), max_size=8))
def test_what_a_csv_writer_wrote_comes_back(pairs: list[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([("ref", "name"), *pairs])
    rows = read(text.getvalue().encode())
    assert [(row.cells["ref"], row.cells["name"]) for row in rows] == pairs
