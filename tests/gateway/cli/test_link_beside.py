"""Files beside the inputs of `hearthgate link`: read in the forms that inputs have, and told as those are."""

import csv
import io
import json

import duckdb
import pytest

from gateway.commands.files import CommandError
from gateway.commands.link_files import Order, link_files
from gateway.commands.link_inputs import names_of

HEAD = ("source", "source_key", "given_name", "family_name", "birth_date", "postcode", "address", "seen_from")
ROWS = (
    ("a", "007", "José", "Example", "1990-02-03", "ZZ1 2BB", "5 Mill Lane", "2002-05-01"),
    ("b", "2", "José", "Example", "1990-02-03", "ZZ1 2BB", "5 Mill Lane", "2001-01-01"),
)
LABELS = (("Source", "Source Key", "Person Truth", "Ethnic group"), ("a", '="007"', "é", "x"), ("b", "2", "é", "NULL"))
# Until the fourth of May with the day first, until the fifth of April with the month; one was seen there between.
ENDED = (
    ("UPRN", "Address", "Post Code", "From", "To"),
    ("100000000003", "5 MILL LANE", "ZZ1 2BB", "1950-01-01", "04/05/2002"),
)
FORMS = [("utf-16", "\t"), ("cp1252", ";"), ("utf-8", "|"), ("utf-8-sig", ",")]


def written(path, rows, encoding="utf-8", mark=","):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@pytest.fixture
def linked(tmp_path):
    def run(**more):
        report = tmp_path / "report.json"
        path = written(tmp_path / "in.csv", (HEAD, *ROWS))
        names = names_of([], None, "windows-1252")
        outcome = link_files(Order((path,), tmp_path / "out.csv", report=report, names=names, **more))
        return outcome.lines, json.loads(report.read_text())

    return run


@pytest.mark.parametrize(("encoding", "mark"), FORMS)
def test_labels_are_read_in_the_forms_of_inputs(tmp_path, linked, encoding, mark):
    lines, report = linked(labels=written(tmp_path / "labels.csv", LABELS, encoding, mark))

    assert report["quality"]["labels"] == {"given": 2, "matched": 2}
    assert report["quality"]["true_pairs"] == 1
    assert report["quality"]["groups"]["ethnic group"]["too_few_pairs"] == {"not known": 1, "x": 1}
    assert report["forms"] == [line for line in lines if line.startswith("files: labels.csv is read as ")]
    assert bool(report["forms"]) == (mark != ",")


@pytest.mark.parametrize(("encoding", "mark"), FORMS)
def test_earlier_clusters_are_read_in_the_forms_of_inputs(tmp_path, linked, encoding, mark):
    earlier = [("source", "source_key", "person_id", "household_id"), ("a", "007", "Pé", ""), ("b", "2", "Pé", "")]
    lines, report = linked(previous=written(tmp_path / "earlier.csv", earlier, encoding, mark))

    assert (tmp_path / "out.csv").read_text("utf-8").count(",Pé,") == 2
    assert report["forms"] == list(lines)
    assert bool(report["forms"]) == (mark != ",")


@pytest.mark.parametrize(("encoding", "mark"), FORMS)
def test_a_gazetteer_is_read_in_the_forms_of_inputs(tmp_path, linked, encoding, mark):
    rows = [*ENDED, ("100000000004", "5 CAFÉ LANE", "ZZ1 2BB", "", "25/12/2020")]
    lines, report = linked(gazetteer=written(tmp_path / "places.csv", rows, encoding, mark))

    assert report["addresses"] == {"same address": 2}
    told = "dates: to is read with the day first, as 1 of 2 rows tell: places.csv (gazetteer)"
    assert [line for line in lines if not line.startswith("files: ")] == [told]
    assert [each["file"] for each in report["dates"]] == ["places.csv"]
    assert bool(report["forms"]) == (mark != ",")


@pytest.mark.parametrize(
    ("dates", "matched"),
    [((), 2), (("gazetteer=month-first",), 1), (("month-first",), 1), (("a=month-first",), 2)],
)
def test_the_order_of_a_gazetteer_is_declared_by_its_name(tmp_path, linked, dates, matched):
    lines, report = linked(gazetteer=written(tmp_path / "places.csv", ENDED), dates=dates)

    assert report["addresses"].get("same address") == matched
    guessed = "warning: gazetteer: to: no row tells whether the day or the month comes first"
    declared = "dates: to is read with the month first, as --dates says: places.csv (gazetteer)"
    assert lines[0].startswith(declared if "a=month-first" not in dates and dates else guessed)


def test_a_gazetteer_of_two_orders_is_refused_and_one_that_is_not_there_cannot_be_declared(tmp_path, linked):
    rows = [*ENDED, ("7", "5 Old Lane", "", "25/12/2020", ""), ("8", "5 Old Lane", "", "12/25/2020", "03/04/2020")]
    rows += [("9", "6 Old Lane", "", "03/04/2020", "")]
    with pytest.raises(
        CommandError, match=r"places.csv: from of source gazetteer .* say --dates 'gazetteer=day-first'"
    ):
        linked(gazetteer=written(tmp_path / "places.csv", rows))
    with pytest.raises(CommandError, match="--dates names gazetteer, and no input has such a source"):
        linked(dates=("gazetteer=day-first",))


def test_keys_that_a_data_frame_made_fractions_are_those_of_the_inputs(tmp_path):
    path = written(tmp_path / "in.csv", [HEAD[:3], ("a", "7", "Jo")])
    labels = tmp_path / "labels.parquet"
    duckdb.execute(f"copy (select 'a' as source, 7.0::double as source_key, 1 as person_truth) to '{labels}'")

    assert link_files(Order((path,), tmp_path / "out.csv", labels=labels)).lines == ()


def test_persons_of_whom_nobody_knows_are_no_person(tmp_path, linked):
    labels = [LABELS[0][:3], ("a", "007", "NULL"), ("b", "2", "x")]
    _, report = linked(labels=written(tmp_path / "labels.csv", labels))

    assert report["quality"]["labels"] == {"given": 1, "matched": 1}
