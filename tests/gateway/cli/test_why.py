"""`hearthgate link --pairs` and `hearthgate why`: why two records are one person or two, in words and weights."""

import csv

import pytest

from gateway.commands.link_files import Order, link_files

HEAD = ("source", "source_key", "given_name", "family_name", "birth_date", "sex", "postcode", "address")
HOME = ("LS1 4AP", "12 Mill Lane")
PEOPLE = [
    ("gp", "1", "Thomas", "Hill", "1980-03-04", "M", *HOME),
    ("school", "2", "Tom", "Hill", "1980-03-04", "M", *HOME),
    ("council", "3", "Tom", "Hall", "1980-03-04", "M", *HOME),
    ("housing", "4", "T", "Hill", "", "M", *HOME),
    ("school", "5", "Thomas", "Hill", "2010-03-04", "M", *HOME),
    ("gp", "6", "Harriet", "Hill", "2010-03-04", "F", *HOME),
    ("gp", "7", "Anna", "Novak", "1999-02-01", "F", "LS9 9AA", "3 Far Road"),
]


@pytest.fixture(params=["pairs.csv", "pairs.parquet"])
def pairs(tmp_path, request):
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([HEAD, *PEOPLE])
    path = tmp_path / request.param
    link_files(Order((tmp_path / "in.csv",), tmp_path / "out.csv", pairs=path))
    return path


def clusters(pairs):
    with (pairs.parent / "out.csv").open(newline="") as stream:
        return {row["source_key"]: row["person_id"] for row in csv.DictReader(stream)}


def test_a_persons_records_are_held_together_by_the_pairs_told(hearthgate, pairs):
    person = clusters(pairs)["1"]
    told = hearthgate("why", str(pairs), person).stdout
    assert told.startswith(f"{person}: 3 records")
    assert told.count(" bits, probability ") == 2
    assert "date of birth the same +" in told
    assert "Not one person" not in told
    assert "Thomas" not in told


def test_the_way_from_one_record_to_another_is_told(hearthgate, pairs):
    told = hearthgate("why", str(pairs), "gp", "1", "council", "3").stdout
    assert told.startswith(f"one person, {clusters(pairs)['1']}, by a chain of ")
    assert "housing" not in told
    assert "gp 6" not in told


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (("school", "5"), "a generation apart: perhaps parent and child"),
        (("housing", "4"), "Perhaps one person"),
        (("gp", "6"), "Too little speaks for one person."),
    ],
)
def test_why_two_records_are_two_people_is_told(hearthgate, pairs, other, words):
    told = hearthgate("why", str(pairs), "gp", "1", *other)
    assert told.stdout.startswith("two persons, ")
    assert words in told.stdout
    assert "no pair of a record gp 7" in hearthgate("why", str(pairs), "gp", "7").stderr


def test_a_file_of_something_else_is_refused_in_one_line(hearthgate, pairs):
    told = hearthgate("why", str(pairs.parent / "out.csv"), "P1")
    assert told.returncode == 2
    assert told.stderr == "hearthgate: out.csv does not hold pairs; make it with hearthgate link --pairs\n"
    assert "name a person" in hearthgate("why", str(pairs), "a", "b", "c").stderr


def test_the_one_match_of_a_source_that_holds_nobody_twice_is_weighed_in_words(tmp_path):
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([HEAD, *PEOPLE[:3]])
    order = Order(
        (tmp_path / "in.csv",), tmp_path / "out.csv", pairs=tmp_path / "p.csv", duplicate_free=("gp", "school")
    )
    link_files(order)
    with (tmp_path / "p.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert any("the one match of each in a source that holds nobody twice" in row["why"] for row in rows)
    assert all(abs(float(row["bits"]) - said(row["why"])) < 1 for row in rows)


def said(why):
    return sum(float(each.rsplit(" ", 1)[1]) for each in why.split("; "))


def test_pairs_are_not_asked_of_spark(hearthgate, pairs):
    told = hearthgate(
        "link",
        str(pairs.parent / "in.csv"),
        "--out",
        str(pairs.parent / "o.csv"),
        "--pairs",
        "p.csv",
        "--engine",
        "spark",
    )
    assert "--pairs is for DuckDB on one machine" in told.stderr


def test_the_file_of_pairs_is_not_written_over_what_is_linked(hearthgate, pairs):
    given = pairs.parent / "in.csv"
    told = hearthgate("link", str(given), "--out", str(pairs.parent / "o.csv"), "--pairs", str(given))
    assert "would be written over" in told.stderr
    assert given.stat().st_size > 0
