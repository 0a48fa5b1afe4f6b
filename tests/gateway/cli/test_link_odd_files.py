"""`hearthgate link` on files that are not as they ought to be: one line that names the file, or what they mean."""

import csv
import gzip
import json
import os

import duckdb
import pytest
from typer.testing import CliRunner

from gateway.commands.files import CommandError
from gateway.commands.link import app
from gateway.commands.link_files import Order, link_files

HEAD = ("source", "source_key", "given_name", "family_name", "birth_date", "nhs_number")
ROWS = [
    ("police", "1", "Jo", "Example", "1990-02-03", "9434765919"),
    ("health", "2", "Jo", "Example", "1990-02-03", "9434765919"),
    ("health", "3", "Kim", "Other", "2012-05-06", ""),
]
EARLIER = ("source", "source_key", "person_id", "household_id")
LABELS = ("source", "source_key", "person_truth")


def written(path, rows, head=HEAD):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return path


def parquet(path, select):
    duckdb.execute(f"copy ({select}) to '{path}' (format parquet)")
    return path


def persons(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return {(row["source"], row["source_key"]): row["person_id"] for row in csv.DictReader(stream)}


@pytest.fixture
def linked(tmp_path):
    def run(*inputs, **more):
        paths = inputs or (written(tmp_path / "in.csv", ROWS),)
        report = tmp_path / "report.json"
        outcome = link_files(Order(paths, tmp_path / "out.csv", report=report, **more))
        return outcome.lines, persons(tmp_path / "out.csv"), json.loads(report.read_text())

    return run


def refused(linked, words, *inputs, **more):
    with pytest.raises(CommandError) as error:
        linked(*inputs, **more)
    assert words in str(error.value)
    assert "\n" not in str(error.value)
    assert "Example" not in str(error.value)


def test_an_earlier_row_that_stands_twice_counts_once_and_two_persons_of_one_record_are_refused(tmp_path, linked):
    same = [("police", "1", "P9", "H1"), (" police", "1 ", "P9", "H1")]
    _, found, _ = linked(previous=written(tmp_path / "earlier.csv", same, EARLIER))
    assert found["health", "2"] == "P9"

    other = [("police", "1", "P9", "H1"), ("health", "2", "P9", ""), ("police", "1", "P8", "H1")]
    path = written(tmp_path / "earlier.csv", other, EARLIER)
    refused(linked, "earlier.csv: rows 1, 3 are of one source and key and differ", previous=path)


@pytest.mark.parametrize("report", ["missing/report.json", "/dev/full"], ids=["no-folder", "no-room"])
def test_earlier_clusters_stay_as_they_are_where_not_all_can_be_written(tmp_path, report):
    people, out = written(tmp_path / "in.csv", ROWS), tmp_path / "out.csv"
    earlier = "source,source_key,person_id,household_id\npolice,1,P7,\n"
    out.write_text(earlier)

    with pytest.raises(CommandError, match="room on its disk"):
        link_files(Order((people,), out, previous=out, report=tmp_path / report))

    assert out.read_text() == earlier
    assert {path.name for path in tmp_path.iterdir()} == {"in.csv", "out.csv"}


def test_earlier_clusters_of_other_records_are_warned_of_and_what_are_none_is_refused(tmp_path, linked):
    path = written(tmp_path / "earlier.csv", [("police", "77", "P9", "H1")], EARLIER)
    lines, _, _ = linked(previous=path)
    assert lines == ("warning: earlier.csv: none of its records is among the inputs, so that no id goes on",)

    path = written(tmp_path / "earlier.csv", [("police", "1", "P9", "H1"), ("hospital", "3", "P8", "H2")], EARLIER)
    lines, _, _ = linked(previous=path)
    assert lines == (
        "warning: earlier.csv: none of its 1 records of source hospital is among the inputs, and who was known by them "
        "alone gets a new id; if source or keys were renamed, rename them there too",
    )

    refused(linked, "in.csv has no column person_id", previous=tmp_path / "in.csv")
    refused(linked, "nowhere.csv is no file", previous=tmp_path / "nowhere.csv")


def test_labels_may_have_columns_of_any_name_and_keys_of_any_type(tmp_path, linked):
    head = (*LABELS, "person_id", "probability", 'a "group" of', "row", "person")
    labels = [("police", "1", "x", "P1", "0.9", "g", "1", "y"), ("health", "2", "x", "P1", "0.9", "g", "2", "y")]
    _, _, report = linked(labels=written(tmp_path / "labels.csv", labels, head))
    assert report["quality"]["labels"] == {"given": 2, "matched": 2}
    assert set(report["quality"]["groups"]) == {'a "group" of', "row", "person"}

    path = parquet(tmp_path / "labels.parquet", "select 'health' as Source, 2::bigint as source_key, 7 as person_truth")
    _, _, report = linked(labels=path)
    assert report["quality"]["labels"] == {"given": 1, "matched": 1}


def test_labels_of_no_record_are_refused_and_those_of_some_are_counted(tmp_path, linked):
    path = written(tmp_path / "labels.csv", [("police", "71", "x"), ("police", "72", "x")], LABELS)
    refused(linked, "labels.csv: no label is of a record of the inputs", labels=path)

    path = written(tmp_path / "labels.csv", [("police", "1", "x"), ("health", "2", "x"), ("police", "72", "")], LABELS)
    lines, _, report = linked(labels=path)
    assert lines == ()
    # Whose person nobody knows is not one person with others of whom nobody knows.
    assert (report["quality"]["true_pairs"], report["quality"]["labels"]["given"]) == (1, 2)

    path = written(tmp_path / "labels.csv", [("police", "1", "x"), ("police", "72", "x")], LABELS)
    lines, _, _ = linked(labels=path)
    assert lines == ("warning: labels.csv: 1 of 2 labels are of no record",)
    refused(
        linked, "labels.csv: rows 1, 2 are of one source and key and differ",
        labels=written(tmp_path / "labels.csv", [("police", "1", "x"), ("police", "1", "y")], LABELS),
    )  # fmt: skip


def test_a_column_of_truths_that_says_two_things_of_one_record_is_refused_by_file_and_row(tmp_path, linked):
    fine = written(tmp_path / "fine.csv", [("a", "1", "")], LABELS)
    odd = written(tmp_path / "odd.csv", [("b", "1", "x"), ("b", "2", ""), ("b", "1", "y")], LABELS)
    refused(linked, "the column person_truth: odd.csv rows 1, 3 are of one source and key and differ", fine, odd)


@pytest.mark.parametrize(
    "change",
    [
        {"merge_at": 0}, {"merge_at": 1}, {"merge_at": 5}, {"merge_at": 0.2}, {"review_at": float("nan")},
        {"strong_at": -1}, {"population": 1e400}, {"population": 0}, {"same_per_record": float("inf")},
        {"household_per_record": float("nan")}, {"same_per_record": None}, {"levels": []}, {"levels": {}},
        {"shares": {"same": float("nan"), "household": 0.1, "chance": 0.9}}, {"rarities": {"given": []}},
    ],
    ids=str,
)  # fmt: skip
def test_a_model_that_no_run_can_have_stored_is_refused(tmp_path, linked, change):
    stored = tmp_path / "model.json"
    linked(save_model=stored)
    stored.write_text(json.dumps(json.loads(stored.read_text()) | change))

    refused(linked, "model.json is no model file", model=stored)


def test_a_model_of_an_earlier_version_is_told_as_one(tmp_path, linked):
    stored = tmp_path / "model.json"
    linked(save_model=stored)
    body = json.loads(stored.read_text())
    del body["levels"]["birth"]["new_year"]
    stored.write_text(json.dumps(body))

    refused(linked, "was fitted by an earlier version", model=stored)


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "7", "{", '{"levels": ' + "9" * 5000 + "}"])
def test_what_is_no_model_is_refused_whatever_it_is(tmp_path, linked, text):
    (tmp_path / "model.json").write_text(text)
    refused(linked, "model.json is no model file", model=tmp_path / "model.json")


def test_a_source_that_holds_nobody_twice_has_to_be_one_of_the_inputs(linked):
    refused(linked, "--duplicate-free names Health, and no input has such a source; is it health?",
            duplicate_free=("Health",))  # fmt: skip
    refused(linked, "there are health, police", duplicate_free=("council tax",))
    _, one, _ = linked(duplicate_free=("health", "police"))
    _, other, _ = linked(duplicate_free=("health, police",))
    assert one == other
    refused(linked, "--adults names council tax, and no input has such a source", adults=("council tax",))


def test_a_source_that_plainly_holds_somebody_twice_is_warned_of(tmp_path, linked):
    head = (*HEAD, "postcode")
    rows = [
        ("health", "1", "Jo", "Example", "1990-02-03", "9434765919", "ZZ1 1AA"),
        ("health", "2", "Joe", "Exampel", "1990-02-04", "943 476 5919", "ZZ1 1AB"),
        ("health", "3", "Kim", "Other", "2012-05-06", "", "ZZ2 2BB"),
        ("health", "4", "KIM", "Other", "2012-05-06", "", "ZZ2 2BB"),
        ("police", "5", "Kim", "Other", "2012-05-06", "", "ZZ2 2BB"),
    ]
    lines, _, _ = linked(written(tmp_path / "twice.csv", rows, head), duplicate_free=("health", "police"))
    told = "stands under several keys, which are kept apart as told"
    assert lines == (
        f"warning: --duplicate-free health: one NHS number {told}: rows 1, 2",
        f"warning: --duplicate-free health: one name, birth date and home {told}: rows 3, 4",
    )


def test_an_output_that_is_an_input_by_another_name_is_refused(tmp_path):
    source = written(tmp_path / "in.csv", ROWS)
    os.link(source, tmp_path / "hard.csv")
    before = source.read_bytes()
    result = CliRunner().invoke(app, [str(source), "--out", str(tmp_path / "hard.csv")])
    assert "hard.csv would be written over" in str(result.exception)
    earlier = written(tmp_path / "earlier.csv", [("police", "1", "P9", "H1")], EARLIER)
    options = ["--out", str(tmp_path / "out.csv"), "--previous", str(earlier), "--report", str(earlier)]
    result = CliRunner().invoke(app, [str(source), *options])
    assert "earlier.csv would be written over" in str(result.exception)

    assert source.read_bytes() == before


KEY = "select 'a' as source, '1' as source_key"


@pytest.mark.parametrize(
    ("select", "words"),
    [
        (f"{KEY}, ['Jo'] as given_name", "odd.parquet: column given_name holds lists"),
        (f"{KEY}, {{'a': 'Jo'}} as given_name", "odd.parquet: column given_name holds lists"),
        (f"{KEY}, 'Jo'::blob as given_name", "odd.parquet: column given_name holds bytes"),
        (f"{KEY}, 'Jo' as Given_Name, 'Jo' as \"given_name \"", "odd.parquet names column given_name twice"),
        (f"{KEY}, timestamptz '1990-02-03 14:15:00+00' as birth_date", "odd.parquet: birth_date of row 1 is a time"),
        ("select 'a' as source", "odd.parquet has no column source_key"),
    ],
)
def test_a_parquet_file_that_says_what_no_cell_can_is_refused(tmp_path, linked, select, words):
    fine = written(tmp_path / "in.csv", ROWS)
    refused(linked, words, fine, parquet(tmp_path / "odd.parquet", select))


def test_two_columns_of_one_name_in_parquet_are_refused(tmp_path, linked):
    path = parquet(tmp_path / "odd.parquet", f"{KEY}, 'f' as sex, 'm' as sey")
    path.write_bytes(path.read_bytes().replace(b"sey", b"sex"))
    refused(linked, "odd.parquet names column sex twice", path)


def test_days_and_whole_numbers_in_parquet_are_read_for_what_they_are(tmp_path, linked):
    kinds = (
        # Midnight of a British summer, and of universal time.
        ("timestamptz '1990-07-02 23:00:00+00'", "9434765919::double"),
        ("timestamptz '1990-07-03 00:00:00+00'", "9434765919::bigint"),
        ("timestamp '1990-07-03 00:00:00'", "'9434765919.0'"),
        ("date '1990-07-03'", "9434765919::decimal(12, 2)"),
    )
    paths = [
        parquet(
            tmp_path / f"{n}.parquet",
            f"select 's{n}' as source, 1.0::double as source_key, 'Jo' as given_name, {born} as birth_date, "
            f"{number} as nhs_number, ['x'] as notes",
        )
        for n, (born, number) in enumerate(kinds)
    ]
    lines, found, _ = linked(*paths)

    assert lines == ()
    assert set(found) == {(f"s{n}", "1") for n in range(4)}
    assert len(set(found.values())) == 1


@pytest.mark.parametrize(
    ("name", "body", "words"),
    [
        ("bad.csv", b"source,source_key\na,1\na,1,2\n", "bad.csv cannot be read as CSV from line 3 on"),
        ("bad.csv", b"source,source_key\na,1\n\xff,2\n", "bad.csv is not UTF-8 from line 3 on"),
        ("bad.csv", b"source,source_key,sex,SEX\n", "bad.csv names column sex twice"),
        ("bad.csv", b"source,source_key,,\n", "bad.csv has two columns without a name"),
        ("bad.csv", b"source\n", "bad.csv has no column source_key"),
        ("bad.csv", b"", "bad.csv is empty"),
        ("bad.csv", b"source;source_key\na;1\na;1;2\n", "bad.csv cannot be read as CSV from line 3 on"),
        ("bad.csv", b'source\tsource_key\na\t1\na\t"1\n', "bad.csv cannot be read from row 2 on"),
        ("bad.csv", b"\xff\xfes", "bad.csv is not UTF-16 throughout"),
        (
            "bad.csv.gz",
            gzip.compress(b"source,source_key\na,1\n", mtime=0),
            "bad.csv.gz is packed with gzip; unpack it",
        ),
        ("bad.csv", b"PK\x03\x04\x14", "bad.csv is an Excel workbook or a zip"),
        ("bad.csv", b"source,source_key\r\na,1\r\na,2\n", "bad.csv ends its lines in two ways"),
        ("bad.parquet", b"PAR1", "bad.parquet cannot be read as Parquet"),
    ],
)
def test_of_several_files_the_one_that_cannot_be_read_is_named(tmp_path, linked, name, body, words):
    fine = written(tmp_path / "in.csv", ROWS)
    (tmp_path / name).write_bytes(body)
    refused(linked, words, fine, tmp_path / name)
    refused(linked, "gone.csv is no file", fine, tmp_path / "gone.csv")


def test_a_parquet_file_that_breaks_off_in_the_middle_is_named(tmp_path, linked):
    fine = written(tmp_path / "in.csv", ROWS)
    path = parquet(
        tmp_path / "torn.parquet", "select 'a' as source, md5(n::varchar) as source_key from range(5000) as t(n)"
    )
    whole = bytearray(path.read_bytes())
    whole[1000:90_000] = bytes(89_000)
    path.write_bytes(whole)
    refused(linked, "torn.parquet cannot be read as Parquet", fine, path)
