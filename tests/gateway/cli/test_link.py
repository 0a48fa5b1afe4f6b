"""`hearthgate link` on files of named columns."""

import csv
import json
from contextlib import nullcontext
from datetime import timedelta
from uuid import UUID

import duckdb
import pytest
from typer.testing import CliRunner

from gateway.commands.link import app, lineage
from gateway.demo.switching_on import switch_everything_on
from gateway.identity.caller import PartnerCaller
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.linking.linking import LinkageRun
from gateway.usecases.people.request_context import RequestContext
from tests.gateway.conftest import NOW

HEAD = (
    "source", "source_key", "given_name", "family_name", "birth_date", "sex", "postcode", "uprn", "address",
    "nhs_number", "nino", "upn", "phone", "email",
)  # fmt: skip
REST = ("", "", "", "")
ROWS = [
    ("police", "N1", "Jo", "Example", "1990-02-03", "f", "ZZ1 1AA", "", "1 Example Street", "9434765919", *REST),
    ("health", "H1", "JO", "EXAMPLE", "1990-02-03", "2", "ZZ1 1AA", "", "1 Example St", "943 476 5919", *REST),
    ("schools", "S1", "Kim", "Example", "2012-05-06", "m", "zz11aa", "", "1 Example Street", "-", *REST),
    ("housing", "T1", "Ana", "Other", "1970-07-08", "f", "ZZ2 2BB", "100", "2 Far Road", "", *REST),
]


def written(path, rows, head=HEAD):
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def read(path):
    with path.open(newline="") as stream:
        return {(row["source"], row["source_key"]): row for row in csv.DictReader(stream)}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "clusters.csv"


def test_records_of_one_person_share_a_person_and_those_of_one_home_a_household(tmp_path, hearthgate, out):
    done = hearthgate("link", written(tmp_path / "in.csv", ROWS), "--out", out)
    found = read(out)
    assert done.returncode == 0
    assert json.loads(done.stderr) == {
        "records": 4, "persons": 3, "households": 2, "pairs_for_review": 0, "rows_without_key": 0
    }  # fmt: skip
    person = {key: row["person_id"] for key, row in found.items()}
    home = {key: row["household_id"] for key, row in found.items()}
    assert person["police", "N1"] == person["health", "H1"]
    assert len(set(person.values())) == 3
    assert home["police", "N1"] == home["health", "H1"] == home["schools", "S1"] != home["housing", "T1"]
    assert all(0 <= float(row["probability"]) <= 1 for row in found.values())
    assert out.stat().st_mode & 0o077 == 0


def test_order_of_rows_and_splitting_over_files_make_no_difference(tmp_path, cold_hearthgate, out):
    cold_hearthgate("link", written(tmp_path / "in.csv", ROWS), "--out", out)
    first = read(out)
    shuffled = [ROWS[place] for place in (2, 0, 3, 1)]
    one, two = written(tmp_path / "one.csv", shuffled[:1]), written(tmp_path / "two.csv", shuffled[1:])
    cold_hearthgate("link", one, two, "--out", out)
    assert read(out) == first


def test_parquet_in_and_out_says_the_same_as_csv(tmp_path, hearthgate, out):
    source = written(tmp_path / "in.csv", ROWS)
    parquet, clusters = tmp_path / "in [1].parquet", tmp_path / "clusters.parquet"
    with duckdb.connect() as connection:
        connection.read_csv(str(source)).write_parquet(str(parquet))
        assert hearthgate("link", parquet, "--out", clusters).returncode == 0
        found = connection.read_parquet(str(clusters)).fetchall()
    hearthgate("link", source, "--out", out)
    assert [tuple(map(str, row)) for row in found] == [tuple(row.values()) for row in read(out).values()]


def test_only_source_and_key_are_required(tmp_path, hearthgate, out):
    rows = [("a", "1"), ("a", "2"), ("", "3")]
    done = hearthgate("link", written(tmp_path / "in.csv", rows, ("SOURCE", " source_key ")), "--out", out)
    assert done.returncode == 1
    assert json.loads(done.stderr)["rows_without_key"] == 1
    assert len({row["person_id"] for row in read(out).values()}) == 2


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("in.csv", b"given_name\nZebedee\n"),
        ("in.csv", b""),
        ("in.csv", b"source,source_key\n\xff\xfe,1\n"),
        ("in.parquet", b"Zebedee"),
    ],
)
def test_what_cannot_be_linked_is_told_in_one_line(name, body, tmp_path, hearthgate, out):
    (tmp_path / name).write_bytes(body)
    done = hearthgate("link", tmp_path / name, "--out", out)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "Zebedee" not in done.stderr


def test_files_need_a_place_for_the_clusters(tmp_path, hearthgate):
    source = written(tmp_path / "in.csv", ROWS)
    assert hearthgate("link", source).returncode == 2
    assert hearthgate("link", source, "--out", tmp_path / "clusters.txt").returncode == 2
    assert hearthgate("link", "--out", tmp_path / "clusters.csv").returncode == 2


@pytest.mark.parametrize("gap", ["5", "-1", "nan"])
def test_a_gap_that_nothing_can_be_wider_than_is_refused(tmp_path, hearthgate, gap):
    source = written(tmp_path / "in.csv", ROWS)
    done = hearthgate("link", source, "--out", tmp_path / "clusters.csv", "--gap", gap)

    assert done.returncode == 2
    assert "--gap is a share from 0 to 1" in done.stderr


@pytest.mark.parametrize(
    "option",
    [
        ("--adults", "police"), ("--duplicate-free", "police"), ("--source", "police"), ("--model", "police"),
        ("--gap", "0.1"), ("--engine", "spark"), ("--spark-master", "local[1]"), ("--wide",),
    ],
    ids=lambda option: option[0],
)  # fmt: skip
def test_what_is_said_of_files_is_not_left_unheard_where_there_are_none(option, hearthgate):
    done = hearthgate("link", *option)

    assert done.returncode != 0
    assert "these options are for files; name INPUT files" in done.stderr


def test_without_files_the_gateway_s_own_records_are_linked(wiring, monkeypatch):
    roll = wiring.feeds["schools-roll"].profile
    lines = [",".join(column.name for column in roll.columns)]
    lines += [",".join(row.get(column.name, "") for column in roll.columns) for row in roll.example_rows]
    caller = PartnerCaller("school", "northvale_schools", frozenset({"feeds:push"}), NOW + timedelta(hours=1))
    switch_everything_on(wiring, RequestContext("r"), ["schools-roll"])
    receive_batch(wiring, RequestContext("r"), caller, Push("schools-roll", "\n".join(lines).encode(), "csv", "key"))
    monkeypatch.setattr("gateway.building.running_database", lambda _settings: nullcontext())
    monkeypatch.setattr("gateway.building.build_wiring", lambda _settings, _running: wiring)
    told = CliRunner().invoke(app, [])
    again = CliRunner().invoke(app, [])
    with wiring.database.transaction("hg_link") as connection:
        persons = connection.exec_driver_sql("SELECT count(*) FROM hearth.person").scalar_one()
    assert told.exit_code == 0
    assert persons > 0
    assert f" {persons} persons ({persons} new)" in told.stdout
    assert f" {persons} persons (0 new)" in again.stdout
    assert " 0 links changed" in again.stdout
    assert again.stdout.endswith("no person was merged or split\n")


def test_a_run_that_merged_and_split_persons_names_each():
    run = LinkageRun(UUID(int=1), 5, 3, 1, 1, 2, {"old": "kept"}, {"cut": ("one", "two")}, 0, 2, {"records-new": 4})
    assert list(lineage(run))[1:] == [
        "differences: records-new 4",
        "merged  old into kept",
        "split   cut: records went to one, two",
    ]
