"""`hearthgate link` on what databases and spreadsheets export: words for nothing, headings, columns that are lost."""

import csv
from pathlib import Path

import duckdb
import pytest

from gateway.commands.files import CommandError
from gateway.commands.link_files import Order, link_files

HEAD = ("source", "source_key", "given_name", "family_name", "birth_date", "postcode", "address")
KIM = ("Kim", "Other", "2012-05-06")
LEE = ("Lee", "Another", "1970-06-07")


def written(path, rows, head=HEAD):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return path


def linked(tmp_path, *paths):
    outcome = link_files(Order(paths, tmp_path / "out.csv"))
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as stream:
        return outcome, list(csv.DictReader(stream))


@pytest.mark.parametrize("nothing", ["NULL", "#N/A", "nan", "None", r"\N", "<NA>"])
def test_rows_whose_key_is_a_word_for_nothing_are_no_record(tmp_path, nothing):
    rows = [("a", nothing, *KIM, "", ""), ("a", nothing, *LEE, "", ""), (nothing, "1", *LEE, "", "")]
    outcome, found = linked(tmp_path, written(tmp_path / "in.csv", [*rows, ("a", "2", *KIM, "", "")]))

    assert [row["source_key"] for row in found] == ["2"]
    assert outcome.lines == ("warning: rows without source or source_key were left out: rows 1, 2, 3",)
    assert outcome.exit_code == 1


@pytest.mark.parametrize("nothing", ["NULL", "No fixed abode", "NOT KNOWN", "n/a"])
def test_two_people_of_one_postcode_whose_address_nobody_knows_share_no_home(tmp_path, nothing):
    rows = [("a", "1", *KIM, "NV1 2AB", nothing), ("a", "2", *LEE, "NV1 2AB", nothing)]
    outcome, found = linked(tmp_path, written(tmp_path / "in.csv", rows))

    assert [row["household_id"] for row in found] == ["", ""]
    assert outcome.lines == ()


def test_words_for_nothing_are_no_cells_that_cannot_be_read(tmp_path):
    head = (*HEAD[:5], "nhs_number", "phone", "email", "uprn", "sex", "seen_from", "seen_to")
    outcome, _ = linked(tmp_path, written(tmp_path / "in.csv", [("a", "1", "Kim", "Other", *["NULL"] * 8)], head))

    assert outcome.lines == ()


def test_headings_are_ours_however_their_words_are_parted(tmp_path):
    spelt = ("Source", "Source Key", "Given Name", "family-name", "BirthDate", "Post Code", "ADDRESS")
    rows = [("b", "1", *KIM, "NV1 2AB", "1 High Street")]
    ours = written(tmp_path / "ours.csv", [("a", "1", *rows[0][2:])])
    outcome, found = linked(tmp_path, ours, written(tmp_path / "spelt.csv", rows, spelt))

    assert outcome.lines == ()
    assert found[0]["person_id"] == found[1]["person_id"]


def test_a_heading_that_is_ours_goes_before_one_that_is_nearly(tmp_path):
    rows = [("a", "1", *KIM, "", "", "Lee")]
    outcome, _ = linked(tmp_path, written(tmp_path / "in.csv", rows, (*HEAD, "Given Name")))

    assert outcome.lines == ()


def test_a_national_insurance_number_is_not_asked_about_as_an_nhs_number(tmp_path):
    outcome, _ = linked(tmp_path, written(tmp_path / "in.csv", [("a", "1", *KIM, "", "", "")], (*HEAD, "NI Number")))

    assert outcome.lines == ("warning: in.csv: column ni number is not read; is it nino? --rename 'ni number=nino'",)


def test_a_file_with_its_names_in_one_column_is_told_that_nobody_reads_them(tmp_path):
    head = ("source", "source_key", "Full Name", "birth_date", "postcode")
    rows = [("a", "1", "Ann Smith", "2015-03-04", "AB1 2CD"), ("a", "2", "Bob Jones", "2015-03-04", "AB1 2CD")]
    outcome, _ = linked(tmp_path, written(tmp_path / "in.csv", rows, head))
    said = "column full name is not read, so that nobody's name is known; part it into given_name and family_name"
    assert [line for line in outcome.lines if "full name" in line] == [
        f"warning: in.csv: {said}, or twins may become one person"
    ]

    # With a name of its own the column may be anything, such as who wrote the row.
    both = [(*row, row[2].split()[0]) for row in rows]
    outcome, _ = linked(tmp_path, written(tmp_path / "in.csv", both, (*head, "given_name")))
    assert not any("full name" in line for line in outcome.lines)


def test_a_file_of_keys_alone_is_told_and_a_folder_is_refused_with_a_way(tmp_path, monkeypatch):
    outcome, _ = linked(tmp_path, written(tmp_path / "in.csv", [("a", "1")], HEAD[:2]))
    assert outcome.lines == (
        "warning: in.csv has no column that is compared, so that nobody in it is joined with anybody",
    )

    with pytest.raises(
        CommandError, match=rf"^{tmp_path} is a folder; name the files in it, such as {tmp_path}/\*.csv$"
    ):
        linked(tmp_path, tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=r"^\. is a folder; name the files in it, such as \*\.csv$"):
        linked(tmp_path, Path())


def test_a_column_that_is_mostly_lost_is_told_by_its_source(tmp_path):
    head = (*HEAD[:5], "phone")
    rows = [("a", str(n), *KIM, f"ext. {n}") for n in range(20)]
    rows += [("b", str(n), *LEE, f"07700 9001{n}") for n in range(10, 90)]
    outcome, _ = linked(tmp_path, written(tmp_path / "in.csv", rows, head))

    assert (
        "warning: phone: 20 not compared, as they cannot be read; first in row 1; that is most of what source a says"
        in outcome.lines
    )


def test_stays_that_begin_in_the_future_or_end_before_they_begin_are_told(tmp_path):
    head = (*HEAD[:5], "seen_from", "seen_to")
    rows = [("a", "1", *KIM, "2020-01-01", "2019-01-01"), ("a", "2", *KIM, "2999-01-01", "9999-12-31")]
    outcome, _ = linked(tmp_path, written(tmp_path / "in.csv", rows, head))

    assert outcome.lines[:2] == (
        "warning: seen_from lies in the future: rows 2", "warning: seen_to lies before seen_from: rows 1",
    )  # fmt: skip


@pytest.mark.parametrize("column", ["uprn", "source_key"])
def test_numbers_of_more_digits_than_a_column_keeps_are_refused(tmp_path, column):
    cells = {"source": "'a'", "source_key": "'1'", "uprn": "'2'", "sex": "1.0::float"} | {column: "100012345678::float"}
    path = tmp_path / "in.parquet"
    duckdb.execute(f"copy (select {', '.join(f'{v} as {k}' for k, v in cells.items())}) to '{path}' (format parquet)")
    with pytest.raises(CommandError, match=rf"in.parquet: {column} of row 1 is a number of more digits than its"):
        linked(tmp_path, path)


def test_a_person_with_two_numbers_of_which_everybody_has_one_is_told_by_rows(tmp_path):
    jolyon = ("Jolyon", "Exampleton", "1990-02-03", "NV1 2AB", "1 High Street")
    rows = [
        ("a", "1", *jolyon, "9434765919", "AB123456C"),
        ("b", "2", *jolyon, "943 476 5919", "AB 12 34 56"),
        ("c", "3", *jolyon, "9434765870", ""),
        ("d", "4", *jolyon, "9434765871", ""),
        ("a", "5", *LEE, "", "", "", "AB123456C"),
    ]
    outcome, found = linked(tmp_path, written(tmp_path / "in.csv", rows, (*HEAD, "nhs_number", "nino")))

    assert len({row["person_id"] for row in found}) == 2
    assert outcome.lines[1:] == (
        "warning: 1 person has two NHS numbers, so that one is wrong or two people are taken for one: rows 1, 3",
    )


def test_of_a_record_of_several_rows_the_row_that_holds_the_number_is_told(tmp_path):
    jolyon = ("Jolyon", "Exampleton", "1990-02-03", "NV1 2AB", "1 High Street")
    rows = [("a", "1", *jolyon, "9434765919"), ("a", "1", *jolyon, "9434765870"), ("b", "2", *jolyon, "9434765919")]
    outcome, _ = linked(tmp_path, written(tmp_path / "in.csv", rows, (*HEAD, "nhs_number")))

    (told,) = (line for line in outcome.lines if "has two NHS numbers" in line)
    assert told.endswith("are taken for one: rows 2, 3")


def test_who_has_no_household_shares_none_in_parquet_either(tmp_path):
    path = written(tmp_path / "in.csv", [("a", "1", *KIM, "", ""), ("a", "2", *LEE, "NV1 2AB", "1 High Street")])
    link_files(Order((path,), tmp_path / "out.parquet"))

    found = duckdb.read_parquet(str(tmp_path / "out.parquet")).order("source_key").fetchall()
    assert [household for *_, household, _ in found] == [None, "H1"]


def test_what_keeps_a_text_from_becoming_a_number_is_no_part_of_it(tmp_path):
    head = ("source", "source_key", "given_name", "birth_date", "nhs_number", "phone")
    kept = ('="a"', '="007"', '="Jo"', '="04/03/1990"', "'9434765919", "'+44 7700 900123")
    rows = [kept, ("b", "1", "'Abla", "25/12/1990", "9434765919", "07700 900123")]
    outcome, found = linked(tmp_path, written(tmp_path / "in.csv", rows, head))

    assert [(row["source"], row["source_key"]) for row in found] == [("a", "007"), ("b", "1")]
    assert [line for line in outcome.lines if line.startswith("warning: ")] == []
