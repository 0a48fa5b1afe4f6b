"""What `hearthgate link` is given several times: a file, the names of columns, or one person's details."""

import csv
import io
import json
import shutil

import pytest

from gateway.commands.files import CommandError
from gateway.commands.link_files import Order, link_files
from gateway.commands.link_inputs import names_of

HEAD = ("Source", "Source Key", "given_name", "family_name")
ROWS = (("a", "1", "Ada", "Example"), ("a", "2", "Ben", "Example"), ("a", "3", "Cyd", "Example"))
ID_OF_NO_HEAD = ("a", "id", "Street", "Example")


def written(path, *rows, mark=","):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=mark).writerows(rows)
    path.write_text(text.getvalue(), "utf-8")
    return path


def linked(folder, *inputs, **more):
    report = folder / "report.json"
    outcome = link_files(Order(inputs, folder / "out.csv", report=report, **more))
    told = [line.removeprefix("warning: ") for line in outcome.lines if line.startswith("warning: ")]
    return told, json.loads(report.read_text()), outcome.exit_code


def test_a_file_that_is_given_twice_is_named_by_its_name_or_by_what_it_holds(tmp_path):
    """Nothing was said, and the other file that was meant was missing."""
    one, other = written(tmp_path / "one.csv", HEAD, *ROWS), written(tmp_path / "two.csv", HEAD, *ROWS[::-1])
    copy = shutil.copy(one, tmp_path / "copy.csv")

    assert linked(tmp_path, one, other)[0] == []
    assert linked(tmp_path, one, other, one)[0] == [f"{one} is given twice; was another file meant?"]
    told, report, _ = linked(tmp_path, one, copy, other)
    assert told == ["copy.csv is the same as one.csv, byte for byte; was another file meant?"]
    assert (report["rows"], report["records"]) == (9, 3)


@pytest.mark.parametrize("mark", [",", ";"])
def test_names_of_columns_in_the_middle_of_a_file_are_nobody_and_named_by_row(tmp_path, mark):
    """They were a person, of whom nothing was said where no column had a form of its own."""
    spelt = tuple(name.upper() for name in HEAD)
    path = written(tmp_path / "in.csv", HEAD, ROWS[0], HEAD, ROWS[1], (), spelt, ROWS[2], ID_OF_NO_HEAD, mark=mark)

    told, report, exit_code = linked(tmp_path, path)

    assert told == ["rows that name the columns again were left out: rows 2, 5"]
    assert (report["records"], report["rows_without_key"], exit_code) == (4, 0, 0)
    assert "source_key,given_name" not in (tmp_path / "out.csv").read_text()


@pytest.mark.parametrize("other", [(*HEAD[:2], *HEAD[:1:-1]), ("source", "source_key", "given_name", "dob")])
def test_names_of_other_columns_in_the_middle_of_a_file_are_refused_by_row(tmp_path, other):
    """What follows was read in the columns of the first row: last names as first names."""
    path = written(tmp_path / "in.csv", HEAD, ROWS[0], (), other, *ROWS[1:])

    with pytest.raises(CommandError, match=r"in\.csv: row 3 names other columns"):
        linked(tmp_path, path)


def test_details_that_stand_under_very_many_keys_are_named_by_row(tmp_path):
    """As many persons came of them as there were keys, and nothing was said but of how they were compared."""
    known = [("b", str(place), "Ada", f"Example{place}") for place in range(300)]
    alike = [("a", str(place), "Ben", "Stand-In") for place in range(101)]
    weekly = [("c", "1", "Cyd", "Example")] * 200
    nameless = [("d", str(place), "", "") for place in range(200)]
    path = written(tmp_path / "in.csv", HEAD, *known, *alike, *weekly, *nameless)

    told, _, _ = linked(tmp_path, path)

    assert [line for line in told if "same name" in line] == [
        "the same name and details stand under 101 keys (rows 301, 302, 303, 304, 305 and more): where that is a "
        "stand-in, or one row that an export repeats, leave it out; it may be nobody, or one person"
    ]


def test_labels_and_gazetteer_are_read_by_the_names_that_inputs_are_read_by(tmp_path):
    """They were refused for want of columns that --rename and --source had named."""
    head = ("pupil", "given_name", "family_name", "full address", "postcode")
    path = written(tmp_path / "in.csv", head, ("1", "Ada", "Example", "5 Mill Lane", "ZZ1 2BB"))
    labels = written(tmp_path / "labels.csv", ("pupil", "person_truth"), ("1", "p"))
    gazetteer = written(
        tmp_path / "gazetteer.csv", ("property", "full address", "postcode"), ("100000000003", "5 MILL LANE", "ZZ1 2BB")
    )
    renamed = ["pupil=source_key,full address=address", "property=uprn"]

    told, report, _ = linked(tmp_path, path, labels=labels, gazetteer=gazetteer, names=names_of(renamed, "school"))

    assert told == []
    assert report["quality"]["labels"] == {"given": 1, "matched": 1}
    assert sum(report["addresses"].values()) == 1
    with pytest.raises(CommandError, match="--rename names property, and no input has such a column"):
        linked(tmp_path, path, labels=labels, names=names_of(renamed, "school"))


def test_labels_that_have_the_column_themselves_are_read_by_it(tmp_path):
    path = written(tmp_path / "in.csv", ("pupil", "given_name"), ("1", "Ada"))
    labels = written(tmp_path / "labels.csv", ("source", "source_key", "pupil", "person_truth"), ("s", "1", "9", "p"))

    _, report, _ = linked(tmp_path, path, labels=labels, names=names_of(["pupil=source_key"], "s"))

    assert report["quality"]["labels"]["matched"] == 1
