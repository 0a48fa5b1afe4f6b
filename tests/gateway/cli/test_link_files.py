"""`hearthgate link` on files, beyond the clusters: what it warns of, its report, ids that go on, stored models."""

import csv
import json

import numpy as np
import pytest

from gateway.commands.files import CommandError
from gateway.commands.link_files import Order, link_files

HEAD = ("source", "source_key", "given_name", "family_name", "birth_date", "postcode", "address", "nhs_number")
PEOPLE = [
    ("Jo", "Example", "1990-02-03", "ZZ1 1AA", "1 Example Street"),
    ("Kim", "Example", "2012-05-06", "ZZ1 1AA", "1 Example St"),
    ("Ana", "Other", "1970-07-08", "ZZ2 2BB", "2 Far Road"),
    ("Olu", "Adeyemi", "1981-11-30", "ZZ3 3CC", "Flat 4, 3 Mill Lane"),
]


def rows_of(sources, people=PEOPLE):
    return [(source, f"{source}{n}", *each, "") for source in sources for n, each in enumerate(people)]


def written(path, rows, head=HEAD):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return path


def read(path):
    with path.open(newline="") as stream:
        return {row["source_key"]: row for row in csv.DictReader(stream)}


@pytest.fixture
def linked(tmp_path):
    def run(rows, **more):
        source = written(tmp_path / "in.csv", rows)
        report = tmp_path / "report.json"
        outcome = link_files(Order((source,), tmp_path / "out.csv", report=report, **more))
        return outcome, read(tmp_path / "out.csv"), json.loads(report.read_text())

    return run


def test_ids_go_on_from_an_earlier_run_and_a_merge_is_told(tmp_path, linked):
    _, first, _ = linked(rows_of(["police", "health"]))
    earlier = tmp_path / "earlier.csv"
    (tmp_path / "out.csv").rename(earlier)
    apart = written(
        tmp_path / "cut.csv",
        [
            (row["source"], row["source_key"], "P900" if key == "health2" else row["person_id"], row["household_id"])
            for key, row in first.items()
        ],
        ("source", "source_key", "person_id", "household_id"),
    )
    _, again, _ = linked(rows_of(["police", "health", "schools"])[::-1], previous=earlier)
    merged, after, report = linked(rows_of(["police", "health"]), previous=apart)

    assert {key: row["person_id"] for key, row in again.items() if key in first} == {
        key: row["person_id"] for key, row in first.items()
    }
    assert again["schools2"]["person_id"] == first["police2"]["person_id"]
    assert {key: row["household_id"] for key, row in again.items() if key in first} == {
        key: row["household_id"] for key, row in first.items()
    }
    assert merged.lines == (f"merged  P900 into {first['police2']['person_id']}",)
    assert after["health2"]["person_id"] == first["police2"]["person_id"]
    assert report["merged"] == {"P900": first["police2"]["person_id"]}


def test_a_new_person_beside_an_earlier_run_gets_an_id_that_no_earlier_one_had(tmp_path, linked):
    linked(rows_of(["police"]))
    earlier = tmp_path / "earlier.csv"
    (tmp_path / "out.csv").rename(earlier)
    newcomer = ("police", "police9", "Zoe", "New", "1999-01-02", "ZZ9 9ZZ", "9 New Road", "")
    _, found, _ = linked([*rows_of(["police"])[:2], newcomer], previous=earlier)

    assert found["police9"]["person_id"] not in {f"P{number}" for number in range(10)}


def test_the_report_tells_stages_bands_the_largest_person_and_quality_by_group(tmp_path, linked):
    rows = rows_of(["police", "health", "schools"])
    labels = written(
        tmp_path / "labels.csv",
        [(row[0], row[1], row[1][-1], "young" if row[1][-1] == "1" else "old") for row in rows],
        ("source", "source_key", "person_truth", "age"),
    )
    _, _, report = linked(rows, labels=labels)

    assert report["persons"] == 4
    assert report["bands"]["alone"] == 0
    assert sum(report["bands"].values()) == report["records"] == 12
    assert report["largest_person"]["records"] == 3
    assert report["largest_person"]["agree_on"]
    assert {"read", "standardise", "block", "compare", "cluster", "write"} <= set(report["seconds"])
    assert (report["quality"]["precision"], report["quality"]["recall"]) == (1.0, 1.0)


def test_groups_that_fare_differently_fail_the_report(tmp_path, linked):
    # In one group nothing agrees, so its pairs cannot be found.
    fine = [
        (f"G{n}", f"Name{n % 7}x{n}", f"19{n % 80 + 10}-03-04", "ZZ1 1AA", f"{n} Example Street") for n in range(101)
    ]
    bare = [("", "", "", "", "") for _ in range(101)]
    rows = rows_of(["police", "health"], [*fine, *bare])
    labels = written(
        tmp_path / "labels.csv",
        [(row[0], row[1], row[1].removeprefix(row[0]), "fine" if row[2] else "bare") for row in rows],
        ("source", "source_key", "person_truth", "kind"),
    )
    outcome, _, report = linked(rows, labels=labels)
    assert outcome.exit_code == 3
    assert report["quality"]["groups"]["kind"]["gap"] > 0.9
    assert "between groups of kind" in outcome.lines[-1]


def test_groups_of_which_nothing_can_be_told_do_not_pass_in_silence(tmp_path, linked):
    rows = rows_of(["police", "health", "schools"])
    labels = written(
        tmp_path / "labels.csv",
        [(row[0], row[1], row[1][-1], "young" if row[1][-1] == "1" else "old") for row in rows]
        + [("none", str(n), str(n), f"age {n}") for n in range(40)],
        ("source", "source_key", "person_truth", "age"),
    )
    outcome, _, report = linked(rows, labels=labels)

    assert "warning: groups of age: no gap is judged of 2 of their values" in "\n".join(outcome.lines)
    assert report["quality"]["groups"]["age"]["too_few_pairs"] == {"old": 9, "young": 3}


def test_what_looks_wrong_is_told_with_its_rows_and_without_names(tmp_path, linked):
    rows = rows_of(["police"])
    rows += [
        ("health", "h1", "Zebedee", "Odd", "2999-01-01", "", "", "9434765919"),
        ("health", "h1", "Zebedee", "Odd", "", "", "", "9434765870"),
    ]
    outcome, _, _ = linked(rows)

    assert outcome.lines == (
        "warning: a date of birth lies in the future: rows 5",
        "warning: rows of one source and key hold different NHS numbers: rows 5, 6",
    )


def test_rows_of_one_key_that_cannot_be_one_person_are_named_and_other_names_of_one_are_not(linked):
    rows = [
        ("police", "p1", "Ann", "Quill", "1980-02-03", "", "", ""),
        ("police", "p1", "Bob", "Reed", "1999-09-09", "", "", ""),
        ("police", "p2", "Ann", "Quill", "1980-02-03", "", "", ""),
        ("police", "p2", "Ann", "Reed", "1980", "", "", ""),
    ]  # fmt: skip
    outcome, _, report = linked(rows)

    assert report["warnings"] == [
        "rows of one source and key hold different names: rows 1, 2",
        "rows of one source and key hold different dates of birth: rows 1, 2",
    ]
    assert outcome.lines == tuple(f"warning: {each}" for each in report["warnings"])


def test_a_column_of_another_name_is_asked_about(tmp_path):
    source = written(tmp_path / "in.csv", [("a", "1", "Jo")], ("source", "source_key", "Forename"))
    outcome = link_files(Order((source,), tmp_path / "out.csv"))

    (line,) = outcome.lines
    assert line.endswith("in.csv: column forename is not read; is it given_name? --rename forename=given_name")


def test_a_file_of_two_encodings_is_refused_and_the_line_is_named(tmp_path):
    source = tmp_path / "in.csv"
    lines = ["source,source_key,given_name", *(f"a,{n},Jo" for n in range(30))]
    source.write_bytes("\n".join(lines).encode() + b"\na,99,Jos\xe9\n")

    with pytest.raises(CommandError, match=r"in\.csv is not UTF-8 from line 32 on"):
        link_files(Order((source,), tmp_path / "out.csv"))


def test_a_model_that_was_stored_is_used_again_and_what_is_none_is_refused(tmp_path, linked):
    stored = tmp_path / "model.json"
    _, first, _ = linked(rows_of(["police", "health"]), save_model=stored)
    _, again, _ = linked(rows_of(["police", "health"]), model=stored)
    assert again == first
    stored.write_text("{}")
    with pytest.raises(CommandError, match="no model file"):
        linked(rows_of(["police", "health"]), model=stored)


def test_many_like_rows_are_one_person_and_the_report_says_why(tmp_path, linked):
    rows = [("police", str(number), *PEOPLE[0], "") for number in range(3000)]
    outcome, found, report = linked(rows)

    assert len({row["person_id"] for row in found.values()}) == 1
    alike, warning = outcome.lines
    assert "the same name and details stand under 3,000 keys" in alike
    assert "one person has 3,000 records (rows 1, 2, 3, 4, 5 and 2,995 more), which agree on" in warning
    assert warning.endswith("link again: by so many like records others are joined too easily")
    assert report["largest_person"]["records"] == 3000
    assert (
        "birth: exact" in report["largest_person"]["agree_on"] or "given: exact" in report["largest_person"]["agree_on"]
    )
    assert report["pairs_compared"] < 40 * len(rows)
    assert np.isclose(sum(report["bands"].values()), 3000)
