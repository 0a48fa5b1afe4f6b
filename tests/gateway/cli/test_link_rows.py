"""`hearthgate link` on single rows: several of one record, cells that cannot be read, and where a warning points."""

import csv
from itertools import permutations

import pytest

from gateway.commands.files import CommandError
from gateway.commands.link_files import Order, link_files

HEAD = (
    "source",
    "source_key",
    "given_name",
    "family_name",
    "birth_date",
    "postcode",
    "address",
    "seen_from",
    "seen_to",
)
MOVED = [
    ("health", "1", "Jo", "Example", "1990-02-03", "ZZ1 1AA", "1 Old Street", "2010-01-01", "2015-01-01"),
    ("health", "1", "Jo", "Example", "1990-02-03", "ZZ2 2BB", "2 New Road", "2016-01-01", "2020-01-01"),
]
OTHERS = [
    ("schools", "2", "Kim", "Other", "1970-07-08", "ZZ1 1AA", "1 Old Street", "2009-01-01", "2020-01-01"),
    ("schools", "4", "Pat", "Other", "1972-07-08", "ZZ1 1AA", "1 Old Street", "2009-01-01", "2020-01-01"),
    ("schools", "3", "Olu", "Adeyemi", "1981-11-30", "ZZ2 2BB", "2 New Road", "2016-01-01", "2020-01-01"),
]


def written(path, rows, head=HEAD):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return path


def homes(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return {row["source_key"]: row["household_id"] for row in csv.DictReader(stream)}


@pytest.mark.parametrize("rows", list(permutations(MOVED)), ids=["older first", "newer first"])
def test_a_record_lives_where_it_was_seen_last_whatever_the_order_of_its_rows(tmp_path, rows):
    link_files(Order((written(tmp_path / "in.csv", [*OTHERS, *rows]),), tmp_path / "out.csv"))
    found = homes(tmp_path / "out.csv")

    assert found["1"] == found["3"] != found["2"]


def lines(tmp_path, *tables, **more):
    """The lines of a run on these tables, each a file of its own and with its own head."""
    paths = [
        written(tmp_path / f"{letter}.csv", rows, head) for letter, (head, *rows) in zip("abc", tables, strict=False)
    ]
    return link_files(Order(tuple(paths), tmp_path / "out.csv", **more)).lines


def test_cells_that_cannot_be_read_are_counted_by_column_with_the_first_row(tmp_path):
    head = ("source", "source_key", "birth_date", "nhs_number", "phone")
    found = lines(
        tmp_path,
        [
            head,
            ("a", "1", "1990-02-03", "943\u00a0476\u00a05919", "07700 900123"),
            ("a", "2", "1990-02-30", "9434765918", "-"),
            ("a", "3", "1900-01-01", "9434765919.0", "nobody"),
            ("a", "3", "1990-02-03", "9434765918", "12"),
        ],
    )

    assert [each for each in found if "not compared" in each] == [
        "warning: birth_date: 2 not compared, as they are no day or stand for none; first in row 2",
        "warning: phone: 2 not compared, as they cannot be read; first in row 3",
        "warning: nhs_number: 2 not compared, as they cannot be read; first in row 2",
    ]
    assert "9434765918" not in "".join(found)


def test_sexes_and_postcodes_that_cannot_be_read_are_counted_and_those_not_known_are_not(tmp_path):
    head = ("source", "source_key", "sex", "postcode")
    told = [("Girl", "ZZ1 1AA"), ("F (Female)", "ZZ1"), ("9", "ZZ99 3VZ"), ("Not specified", ""), ("W", "ZZ1 1A")]
    rows = [("a", str(n), *each) for n, each in enumerate(told)]
    several = lines(tmp_path, [head, *rows, rows[0]])

    assert several == lines(tmp_path, [head, *rows])
    assert several == (
        "warning: sex: 2 not compared, as they cannot be read; first in row 2",
        "warning: postcode: 2 not compared, as they cannot be read; first in row 2",
    )


def test_a_number_that_a_spreadsheet_took_for_a_fraction_is_that_number(tmp_path):
    head = ("source", "source_key", "given_name", "family_name", "birth_date", "nhs_number")
    assert lines(
        tmp_path,
        [head, ("a", "1", "Jo", "Example", "1990-02-03", "9434765919.0")],
        [head, ("b", "1", "J", "Exampel", "1990-02-03", "943 476 5919\u00a0")],
    ) == ()  # fmt: skip
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as stream:
        assert len({row["person_id"] for row in csv.DictReader(stream)}) == 1


def test_a_warning_names_the_file_where_there_are_several_and_counts_rows_left_out(tmp_path):
    head = ("source", "source_key", "birth_date", "seen_to")
    rows = [("a", "1", "1990", ""), ("", "2", "1990", ""), ("a", "3", "Feb 90", "")]
    found = lines(tmp_path, [head, *rows], [head, ("b", "1", "1990/2/30", "soon"), ("b", "2", "1990", "")])

    assert found == (
        "warning: rows without source or source_key were left out: a.csv rows 2",
        "warning: a date of birth is written in no known form: a.csv rows 3, b.csv rows 1",
        "warning: seen_to is no day and was left out: b.csv rows 1",
    )


def test_two_files_of_one_name_are_told_apart_by_their_folders(tmp_path):
    (tmp_path / "police").mkdir()
    one, other = tmp_path / "in.csv", tmp_path / "police" / "in.csv"
    head = ("source", "source_key", "birth_date")
    written(one, [("a", "1", "1990")], head)
    written(other, [("b", "1", "3.2.9")], head)
    (line,) = link_files(Order((one, other), tmp_path / "out.csv")).lines

    assert line.endswith(f"{other} rows 1")


def test_rows_that_break_off_and_files_that_hold_none_are_told(tmp_path):
    head = ("source", "source_key", "given_name", "birth_date", "phone")
    rows = [("a", "1", "Jo", "1990-02-03", ""), ("a", "2", "Jo"), ("a", "3", "", "", "")]
    found = lines(tmp_path, [head, *rows], [head], [(*head, ""), ("b", "4", "Kim", "1980-02-03", "", "")])

    assert found == (
        "warning: b.csv holds no row below its first; was its export cut short?",
        "warning: rows with fewer cells than the first row, taken for empty at their end: a.csv rows 2",
    )


def test_keys_that_a_spreadsheet_rounded_are_told(tmp_path):
    head = ("source", "source_key", "given_name")
    found = lines(tmp_path, [head, ("a", "1.00012E+11", "Jo"), ("a", "1E5", "Jo"), ("a", "12", "Jo")])

    assert found == (
        "warning: a spreadsheet rounded source_key, and other records may stand under it; export it as text: rows 1",
    )


BORN_TOO_LATE = "health,9,Jo,Example,2999-01-01\n"
BELOW = "source,source_key,given_name,family_name,birth_date\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("begin", ["", "\ufeff"])
def test_a_row_below_empty_lines_is_told_as_it_stands_in_the_file(tmp_path, end, begin):
    text = begin + BELOW + '\nhealth,1,Jo,"Exa\n\nmple",1990-02-03\n\n\n' + BORN_TOO_LATE + "\n,,Kim,Other,\n\n"
    path = tmp_path / "in.csv"
    path.write_bytes(text.replace("\n", end).encode())
    other = written(tmp_path / "other.csv", [("schools", "1", "Jo", "Example", "2999-02-03")], HEAD[:5])
    outcome = link_files(Order((path, other), tmp_path / "out.csv"))

    assert "warning: a date of birth lies in the future: in.csv rows 5, other.csv rows 1" in outcome.lines
    assert "warning: rows without source or source_key were left out: in.csv rows 7" in outcome.lines
    assert outcome.summary["rows_without_key"] == 1


def test_rows_of_other_files_below_empty_lines_are_told_as_they_stand_there_too(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(BELOW + "health,1,Jo,Example,1990-02-03\n")
    labels = tmp_path / "labels.csv"
    labels.write_text("source,source_key,person_truth\n\nhealth,1,A\n\n\nhealth,1,B\n")
    gazetteer = tmp_path / "gazetteer.csv"
    gazetteer.write_text("uprn,address,postcode\n\n10000000001,1 Old Street,ZZ1 1AA\n\nnone,2 Old Street,ZZ1 1AA\n")

    with pytest.raises(CommandError, match=r"labels\.csv: rows 2, 5 are of one source and key and differ"):
        link_files(Order((path,), tmp_path / "out.csv", labels=labels))
    told = link_files(Order((path,), tmp_path / "out.csv", gazetteer=gazetteer)).lines
    assert any("whose uprn is none were left out: rows 4" in line for line in told)


def test_a_cell_that_nobody_closed_is_told_by_its_row_below_empty_lines(tmp_path):
    path = tmp_path / "in.csv"
    rows = "".join(f"health,{n},Jo,Example,1990-02-03\n" for n in range(2, 6))
    path.write_text(
        BELOW + "health,1,Jo,Example,1990-02-03\n\n\n" + 'health,7,Jo,"Example\n' + rows + 'health,8,Jo",,\n'
    )
    with pytest.raises(CommandError, match=r"a cell of row 4 goes on"):
        link_files(Order((path,), tmp_path / "out.csv"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (("\n" + BELOW + BORN_TOO_LATE).encode(), "a first row without names of columns; take what stands above"),
        (("Extract of May,,,,\n" + BELOW + BORN_TOO_LATE).encode(), "a first row without names of columns; take what"),
        (("sep=,\n" + BELOW + BORN_TOO_LATE).encode(), "a first row without names of columns; take what stands above"),
        ((BELOW + BORN_TOO_LATE).encode("utf-16-le"), "is UTF-16"),
        ((BELOW + BORN_TOO_LATE).encode("utf-16-be"), "is UTF-16"),
    ],
    ids=["empty line first", "title of Excel", "sep=, of Excel", "UTF-16 without its mark", "the other UTF-16"],
)
def test_a_first_row_that_is_none_is_told_as_that(tmp_path, content, words):
    path = tmp_path / "in.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        link_files(Order((path,), tmp_path / "out.csv"))


def test_the_way_to_rename_a_column_can_be_typed_as_it_is_told(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("source,source_key,First Name\nhealth,1,Jo\n")
    told = link_files(Order((path,), tmp_path / "out.csv")).lines
    assert "warning: in.csv: column first name is not read; is it given_name? --rename 'first name=given_name'" in told
