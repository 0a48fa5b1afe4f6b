"""`hearthgate link` on files whose columns have other names, and on Spark where it is installed."""

import csv
import json

import duckdb
import pytest
from typer.testing import CliRunner

from benchmarks.linkage_county.files import generate_county
from gateway.commands.files import CommandError
from gateway.commands.link import app
from gateway.commands.link_files import Order, link_files
from gateway.commands.link_inputs import names_of
from linkage.spark.session import NEEDED, missing

OURS = ("source", "source_key", "given_name", "family_name", "birth_date", "email")
ROWS = [
    ("register", "1", "Julia", "Taylor", "2015-07-29", "hannah88@example.org"),
    ("register", "2", "Julia", "Tayler", "2015-07-29", "hannah88@example.org"),
    ("register", "3", "Noah", "Watson", "2008-03-23", "noah@example.org"),
    ("register", "4", "Noah", "Watson", "2008-03-23", "noah@example.org"),
]


def written(path, head, rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])
    return path


def persons(path):
    with path.open(newline="") as stream:
        return {(row["source"], row["source_key"]): row["person_id"] for row in csv.DictReader(stream)}


def test_a_raw_file_is_linked_as_its_twin_with_our_names_is(tmp_path):
    ours = written(tmp_path / "ours.csv", OURS, ROWS)
    raw = written(tmp_path / "raw.csv", ("Unique_ID", "First_Name", "surname", "DOB", "e-mail"), [r[1:] for r in ROWS])
    link_files(Order((ours,), tmp_path / "one.csv"))
    names = names_of(
        ["unique_id=source_key,first_name=given_name", "surname=family_name", "dob=birth_date, e-mail = email"],
        "register",
    )
    outcome = link_files(Order((raw,), tmp_path / "other.csv", names=names))

    assert outcome.lines == ()
    assert persons(tmp_path / "other.csv") == persons(tmp_path / "one.csv")
    assert len(set(persons(tmp_path / "one.csv").values())) == 2


def test_a_file_that_names_its_source_keeps_it_and_one_that_does_not_gets_the_one_named(tmp_path):
    with_source = written(tmp_path / "a.csv", OURS, ROWS[:1])
    without = written(tmp_path / "b.csv", OURS[1:], [ROWS[1][1:]])
    link_files(Order((with_source, without), tmp_path / "out.csv", names=names_of([], "housing")))

    assert set(persons(tmp_path / "out.csv")) == {("register", "1"), ("housing", "2")}


def test_dates_without_hyphens_are_dates_whichever_part_comes_first(tmp_path):
    hyphens = written(tmp_path / "hyphens.csv", OURS, ROWS)
    plain = written(tmp_path / "plain.csv", OURS, [(*r[:4], r[4].replace("-", ""), r[5]) for r in ROWS])
    turned = written(tmp_path / "turned.csv", OURS, [(*r[:4], r[4][8:] + r[4][5:7] + r[4][:4], r[5]) for r in ROWS])
    link_files(Order((hyphens,), tmp_path / "one.csv"))

    assert link_files(Order((plain,), tmp_path / "other.csv")).lines == ()
    assert persons(tmp_path / "other.csv") == persons(tmp_path / "one.csv")
    assert link_files(Order((turned,), tmp_path / "turned.out.csv")).lines == ()
    assert persons(tmp_path / "turned.out.csv") == persons(tmp_path / "one.csv")


@pytest.mark.parametrize(
    ("renamed", "words"),
    [
        (["dob"], "--rename takes THEIRS=OURS"),
        (["dob=birthday"], "OURS is one of source, source_key, given_name"),
        (["dob=birth_date,dob=email"], "calls dob birth_date and email; give each column one name"),
    ],
)
def test_a_renaming_that_cannot_be_meant_is_refused(renamed, words):
    with pytest.raises(CommandError, match=words):
        names_of(renamed, None)


@pytest.mark.parametrize(
    ("head", "renamed", "words"),
    [
        (OURS, ["dob=birth_date"], "has two columns that are birth_date by their names or by --rename"),
        (("dob", *OURS), ["dob=birth_date"], "has two columns that are birth_date by their names or by --rename"),
        ((*OURS, "born"), ["born=sex,dob=sex"], "has two columns that are sex by their names or by --rename"),
        (OURS, ["dob=phone"], "--rename names dob, and no input has such a column"),
        (OURS[1:], [], "no column source; add it to the first row, or say --source NAME"),
        (("source", "id"), [], "no column source_key; add it to the first row, or say --rename THEIRS=source_key"),
    ],
)
def test_what_a_file_cannot_be_read_with_is_told_in_one_line(tmp_path, head, renamed, words):
    head = (*head, "dob") if renamed and "dob" not in head and "dob=phone" not in renamed else head
    path = written(tmp_path / "in.csv", head, [("x",) * len(head)])
    with pytest.raises(CommandError) as refused:
        link_files(Order((path,), tmp_path / "out.csv", names=names_of(renamed, None)))

    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_each_file_may_call_a_column_otherwise(tmp_path):
    told = ("1990-02-03", "07700900123")
    one = written(tmp_path / "one.csv", ("id", "dob", "mobile", "First Name"), [("1", *told, "Jo")])
    other = written(tmp_path / "other.csv", ("number", "born", "Phone", "Given Name"), [("2", *told, "Jo")])
    renamed = ["id=source_key,number=source_key,dob=birth_date,born=birth_date,mobile=phone,first name=given_name"]
    outcome = link_files(Order((one, other), tmp_path / "out.csv", names=names_of(renamed, "a")))

    assert outcome.lines == ()
    assert len(set(persons(tmp_path / "out.csv").values())) == 1


def test_a_file_may_have_postcodes_and_no_addresses(tmp_path):
    head = ("source", "source_key", "given_name", "family_name", "birth_date", "postcode", "phone")
    # A father and a son of one name: somebody has to look at each record, with all it holds.
    rows = [
        (source, source + born, "Sam", "Example", born, "ZZ1 1AA", "07700900123")
        for source in ("health", "housing")
        for born in ("1960-03-04", "1990-05-06")
    ]
    path = written(tmp_path / "in.csv", head, rows)
    link_files(Order((path,), tmp_path / "out.csv"))

    found = persons(tmp_path / "out.csv")
    assert found["health", "health1960-03-04"] == found["housing", "housing1960-03-04"]
    assert found["health", "health1960-03-04"] != found["health", "health1990-05-06"]


def test_spark_that_is_not_installed_is_told_in_one_line_before_anything_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr("linkage.spark.session.find_spec", lambda _name: None)
    source = written(tmp_path / "in.csv", OURS, ROWS)
    result = CliRunner().invoke(app, [str(source), "--out", str(tmp_path / "out.csv"), "--engine", "spark"])

    assert isinstance(result.exception, CommandError)
    assert str(result.exception) == NEEDED
    assert not (tmp_path / "out.csv").exists()


def test_spark_gives_the_clusters_of_one_machine(tmp_path):
    if (needed := missing()) is not None:
        pytest.skip(needed)
    county = generate_county(3000, 3, tmp_path / "county.parquet")["records"]
    # Some records have a second row, with a further name and another home.
    again = tmp_path / "again.parquet"
    more_rows = (
        "select source, source_key, given_name || ' Alexis Robin' as given_name, '7 High Street' as address "  # noqa: S608 - a file of its own
        f"from '{county}' where given_name is not null order by source_key limit 200"
    )
    duckdb.execute(f"copy ({more_rows}) to '{again}' (format parquet)")
    # Of one it is said that it holds nobody twice, of the other that it holds no child.
    query = f"select max(source), min(source) from '{county}'"  # noqa: S608 - a file of its own
    source, grown = duckdb.execute(query).fetchone()
    reports = []
    for name, master in (("duckdb", None), ("spark", "local[2]")):
        report = tmp_path / f"{name}.json"
        more = {"report": report, "spark": master, "work": tmp_path, "duplicate_free": (source,), "adults": (grown,)}
        link_files(Order((county, again), tmp_path / f"{name}.csv", **more))
        reports.append(json.loads(report.read_text()))

    assert (tmp_path / "spark.csv").read_text() == (tmp_path / "duckdb.csv").read_text()
    one, other = reports
    assert other["pairs_compared"] == one["pairs_compared"] > 3000
    assert {each for each in one if one[each] != other[each]} <= {"seconds"}
    assert not [each for each in tmp_path.iterdir() if each.name.startswith("hearthgate-")]


def test_a_quotation_mark_that_nobody_closed_is_refused_and_no_row_is_lost_in_a_cell(tmp_path):
    lines = [",".join(OURS), *(f"register,{number},Julia,Taylor,2015-07-29,a{number}@b.uk" for number in range(60))]
    lines[10] = lines[10].replace("Julia", '"Julia')
    (tmp_path / "open.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    with pytest.raises(CommandError, match=r"open\.csv: a cell of row 10 goes on over further rows"):
        link_files(Order((tmp_path / "open.csv",), tmp_path / "out.csv"))


def test_a_quotation_mark_in_the_middle_of_a_cell_is_a_letter(tmp_path):
    head, *rows = (",".join(row) for row in (OURS, *ROWS))
    rows[1] = rows[1].replace("Tayler", 'Tay"ler')
    (tmp_path / "inch.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    link_files(Order((tmp_path / "inch.csv",), tmp_path / "out.csv"))

    assert len(persons(tmp_path / "out.csv")) == len(ROWS)


def test_a_heading_may_hold_a_comma_and_a_column_may_be_called_as_we_call_the_place_of_a_row(tmp_path):
    plain = written(tmp_path / "plain.csv", OURS, ROWS)
    odd = written(tmp_path / "odd.csv", ("surname, maiden", *OURS, "file_row"), [("x, y", *row, "9") for row in ROWS])
    for path in (plain, odd):
        link_files(Order((path,), path.with_suffix(".out.csv")))

    assert persons(odd.with_suffix(".out.csv")) == persons(plain.with_suffix(".out.csv"))


def test_a_number_that_is_written_as_a_dash_is_no_number(tmp_path):
    father_and_son = [
        ("a", "1", "Mohammed", "Iqbal", "1984-02-11", "-"), ("b", "1", "Mohammed", "Iqbal", "", "-"),
        ("c", "1", "Mohammed", "Iqbal", "2009-06-30", " - "),
    ]  # fmt: skip
    sent = written(tmp_path / "dash.csv", (*OURS[:5], "nhs_number"), father_and_son)
    link_files(Order((sent,), tmp_path / "out.csv"))
    found = persons(tmp_path / "out.csv")

    assert found["a", "1"] != found["c", "1"]
