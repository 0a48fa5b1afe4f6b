"""`hearthgate link --gazetteer`: addresses that came without a UPRN get theirs, or stay as they are."""

import csv
import json
from datetime import date

import duckdb
import pytest

from gateway.commands.files import CommandError
from gateway.commands.link_dates import Known
from gateway.commands.link_files import Order, link_files
from gateway.commands.link_gazetteer import read_gazetteer
from linkage.written_address import written_address

TODAY = Known(date(2026, 11, 23))
GAZETTEER = (
    ("100000000001", "FLAT 2, 20 HIGH STREET, ASHBY", "ZZ1 1AB", "", ""),
    ("100000000002", "FLAT 3, 20 HIGH STREET, ASHBY", "ZZ1 1AB", "", ""),
    ("100000000003", "5 MILL LANE, ASHBY", "ZZ1 2BB", "1950-01-01", "2001-12-31"),
)
HEAD = ("source", "source_key", "given_name", "family_name", "birth_date", "postcode", "address", "uprn", "seen_from")
ROWS = (
    ("health", "1", "Jo", "Example", "1990-02-03", "ZZ1 1AB", "2/20 High St", "", "2020-01-01"),
    ("housing", "2", "Jo", "Example", "1990-02-03", "", "", "100000000001", "2020-01-01"),
    ("housing", "3", "Kim", "Other", "2012-05-06", "ZZ1 1AB", "20 High Street", "", "2020-01-01"),
    ("schools", "4", "Ana", "Wright", "1970-07-08", "ZZ1 2BB", "5 Mill Lane", "", "2020-01-01"),
    ("schools", "5", "Olu", "Adeyemi", "1981-11-30", "ZZ9 9ZZ", "The Forge, Far Lane", "777", "2020-01-01"),
    ("police", "6", "Olu", "Adeyemi", "1981-11-30", "ZZ9 9ZZ", "The Forge, Far Ln.", "", "2020-01-01"),
)


def written(path, head, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return path


def known_file(tmp_path, rows=GAZETTEER):
    return written(tmp_path / "gazetteer.csv", ("uprn", "address", "postcode", "from", "to"), rows)


def linked(tmp_path, head=HEAD, rows=ROWS):
    source = written(tmp_path / "in.csv", head, rows)
    report = tmp_path / "report.json"
    link_files(Order((source,), tmp_path / "out.csv", report=report, gazetteer=known_file(tmp_path)))
    with (tmp_path / "out.csv").open(newline="") as stream:
        return list(csv.DictReader(stream)), json.loads(report.read_text())


def test_rows_are_matched_by_gazetteer_or_equal_text_and_the_rest_stays_without(tmp_path):
    clusters, report = linked(tmp_path)

    # A building of flats, and a house that had gone when somebody was seen there, are nobody's.
    assert report["addresses"] == {"equal text of another record": 1, "no match": 2, "same address": 1}
    homes = {row["source_key"]: row["household_id"] for row in clusters}
    assert homes["1"] == homes["2"]


def test_what_was_sent_is_not_written_over(tmp_path):
    sent = [("health", "1", "Jo", "Example", "1990-02-03", "ZZ1 1AB", "Flat 2, 20 High Street", "555", "")]

    _, report = linked(tmp_path, rows=sent)

    assert report["addresses"] == {}


def test_files_without_the_column_uprn_get_one(tmp_path):
    clusters, report = linked(tmp_path, HEAD[:7], [row[:7] for row in ROWS])

    assert report["addresses"] == {"no match": 3, "same address": 2}
    assert len(clusters) == len(ROWS)


def test_a_gazetteer_that_is_none_is_refused(tmp_path):
    with duckdb.connect() as connection:
        with pytest.raises(CommandError, match="no column postcode"):
            read_gazetteer(connection, written(tmp_path / "a.csv", ("uprn", "address"), [("1", "1 Mill Lane")]), TODAY)
        with pytest.raises(CommandError, match=r"none\.csv is no file"):
            read_gazetteer(connection, tmp_path / "none.csv", TODAY)


def test_rows_of_a_gazetteer_that_cannot_be_meant_are_named(tmp_path):
    rows = [*GAZETTEER, ("1.00012E+11", "1 Mill Lane", "", "", ""), ("7", "2 Mill Lane", "", "31/02/2001", "NULL")]
    with duckdb.connect() as connection:
        read = read_gazetteer(connection, known_file(tmp_path, rows), TODAY)

    assert read.warnings == (
        "gazetteer: 1 rows whose uprn is none were left out: rows 4",
        "gazetteer: 1 rows whose from or to is no day count for all times: rows 5",
    )


def test_a_gazetteer_that_a_data_frame_wrote_is_read_as_its_twin_in_csv(tmp_path):
    path = tmp_path / "gazetteer.parquet"
    row = "100000000001::double as UPRN, 'FLAT 2, 20 HIGH STREET' as Address, 'ZZ1 1AB' as Postcode"
    duckdb.execute(f"copy (select {row}) to '{path}'")
    with duckdb.connect() as connection:
        read = read_gazetteer(connection, path, TODAY)

    assert read.warnings == ()
    assert read.known.match(written_address(["2/20 High St"], "ZZ1 1AB")).uprn == "100000000001"


def test_open_ends_written_as_the_last_or_first_of_all_days_are_days(tmp_path):
    rows = [(*row[:8], "1753-01-01", "9999-12-31") for row in ROWS]

    assert linked(tmp_path, (*HEAD, "seen_to"), rows)[1]["addresses"]["same address"] == 2


@pytest.mark.parametrize("sent", ["N/A", "1.00012E+11", "-"])
def test_an_address_beside_what_is_no_uprn_is_matched_all_the_same(tmp_path, sent):
    rows = [(*row[:7], row[7] or sent, row[8]) for row in ROWS]

    assert linked(tmp_path, rows=rows)[1]["addresses"] == linked(tmp_path)[1]["addresses"]
