"""`hearthgate feeds`: what there is, what a feed holds, a template to fill in, a mapping file to try."""

import csv
import io
import json

import pytest

from adapters.port import translate_rows
from adapters.registry import FEEDS
from gateway.usecases.intake.translating import known_feeds
from tests.gateway.cli.conftest import ROOT

FOLDER = ROOT / "gateway" / "demo" / "northvale" / "feeds"
ALL = known_feeds(FOLDER)


def test_the_list_names_every_feed_built_in_or_mapped_with_source_and_formats(hearthgate):
    lines = [line.split() for line in hearthgate("feeds").stdout.splitlines()[1:]]
    assert {(line[0], line[1]) for line in lines} == {(name, feed.profile.source) for name, feed in ALL.items()}
    assert hearthgate("feeds", "list").stdout == hearthgate("feeds").stdout


def test_a_feed_is_shown_with_each_column_and_its_items(hearthgate):
    told = hearthgate("feeds", "show", "police-nominals").stdout
    lines = told.splitlines()
    for column in FEEDS["police-nominals"].profile.columns:
        line = next(line for line in lines if line.split()[:1] == [column.name])
        assert all(item in line for item in column.items)
        assert ("required" in line) is column.required or "required" in column.description


@pytest.mark.parametrize("feed", ["schools-attendance", "council-tax", "police-nominals"])
def test_a_template_can_be_translated_as_it_is(feed, hearthgate):
    text = hearthgate("feeds", "template", feed).stdout
    names = [column.name for column in ALL[feed].profile.columns]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert text.splitlines()[0].split(",") == names
    assert len(rows) == len(ALL[feed].profile.example_rows)
    found = list(translate_rows(ALL[feed], text.encode()))
    assert found
    assert not any(one.errors for one in found)


WITH_FILE = sorted(name for name, feed in ALL.items() if feed.profile.example_file)


def test_a_feed_that_is_no_csv_has_a_small_file_as_its_template(hearthgate):
    assert {"social-care-cin", "schools-ctf", "schools-pupils", "health-pds", "health-ukcore"} <= set(WITH_FILE)
    assert hearthgate("feeds", "template", "schools-ctf").stdout == ALL["schools-ctf"].profile.example_file


@pytest.mark.parametrize("feed", WITH_FILE)
def test_a_template_file_holds_two_records_and_is_taken_without_a_remark(feed):
    found = list(translate_rows(ALL[feed], ALL[feed].profile.example_file.encode()))
    assert len(found) == 2
    assert all(one.records and not one.errors and not one.flags for one in found)


def test_a_mapping_file_is_tried_on_a_file(tmp_path, hearthgate):
    file = tmp_path / "accounts.csv"
    file.write_text(hearthgate("feeds", "template", "council-tax").stdout)
    tried = hearthgate("feeds", "try", FOLDER / "council-tax.yaml", file)
    assert tried.returncode == 0
    assert tried.stdout == hearthgate("translate", "council-tax", file).stdout
    assert json.loads(tried.stderr)["accepted"] == 2


def test_a_leisure_centre_becomes_a_feed_by_the_file_that_the_guide_shows(tmp_path, hearthgate):
    guide = (ROOT / "docs" / "feed-mappings.md").read_text()
    mapping, members, errors = (tmp_path / name for name in ("leisure.yaml", "members.csv", "errors.csv"))
    mapping.write_text(guide.split("```yaml\n")[1].split("```")[0])
    members.write_text(
        "Membership Number;name;dob;address;postcode;visits\n"
        '7;"Example, Jo";03.04.1985;"1 Example Street\nExampleton";ZZ1 1ZZ;12\n'
        '8;"Example, Sam";1985-04-03;;;3\n'
        ";Nobody;;;;\n"
    )
    told = hearthgate("feeds", "try", mapping, members, "--errors", errors)
    assert told.returncode == 1
    summary = json.loads(told.stderr)
    assert (summary["rows"], summary["accepted"], summary["rejected"]) == (3, 1, 2)
    assert (summary["columns_never_kept"], summary["columns_not_known"]) == (["visits"], [])
    person, home = map(json.loads, told.stdout.splitlines())
    assert person["names"][0]["given"] == "Jo"
    assert home["address"]["lines"] == ["1 Example Street", "Exampleton"]
    with errors.open() as sheet:
        found = {(row["error_column"], row["error_code"]) for row in csv.DictReader(sheet)}
    assert found == {("dob", "date-invalid"), ("member_no", "required-missing")}


def test_a_mapping_file_with_a_fault_is_told_with_file_line_and_remedy(tmp_path, hearthgate):
    mapping, file = tmp_path / "mine.yaml", tmp_path / "accounts.csv"
    file.write_text("a\n1\n")
    text = (FOLDER / "council-tax.yaml").read_text()
    mapping.write_text(text.replace("birth_date: dob", "birth_date: dop"))
    number = next(n for n, line in enumerate(mapping.read_text().splitlines(), 1) if "dop" in line)
    told = hearthgate("feeds", "try", mapping, file)
    assert told.returncode == 2
    assert f"mine.yaml, line {number}:" in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_mapping_file_whose_example_fails_is_not_used(tmp_path, hearthgate):
    mapping, file = tmp_path / "mine.yaml", tmp_path / "accounts.csv"
    file.write_text("a\n1\n")
    text = (FOLDER / "council-tax.yaml").read_text()
    mapping.write_text(text.replace("discount_code: SPD", "discount_code: OTHER"))
    assert mapping.read_text() != text
    told = hearthgate("feeds", "try", mapping, file)
    assert told.returncode == 2
    assert "Example" in told.stderr
