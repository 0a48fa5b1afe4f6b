"""The generator as a whole: deterministic, of any size, quick, and alone."""

import ast
import csv
import hashlib
import json
import time
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

import gateway.demo.northvale as package
from agreements.strict_yaml import parse_yaml
from gateway.demo.northvale.generate import build_world, generate

TODAY = date(2026, 11, 21)
REGISTER = Path(package.__file__).parent / "register"


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_same_people_seed_and_day_give_the_same_bytes(tmp_path):
    generate(tmp_path / "a", 137, 97, today=TODAY)
    generate(tmp_path / "b", 137, 97, today=TODAY)
    assert _digests(tmp_path / "a") == _digests(tmp_path / "b")


def test_another_seed_gives_other_files_but_the_same_scene_dates(tmp_path):
    generate(tmp_path / "a", 137, 97, today=TODAY)
    generate(tmp_path / "b", 137, 98, today=TODAY)
    one, two = _digests(tmp_path / "a"), _digests(tmp_path / "b")
    assert one["health-pds.ndjson"] != two["health-pds.ndjson"]
    books = [json.loads((tmp_path / name / "scenes.json").read_text()) for name in "ab"]
    assert books[0]["S1"]["incident"]["on"] == books[1]["S1"]["incident"]["on"] == "2026-10-14"


def test_another_day_moves_the_scenes_by_as_many_days(tmp_path):
    generate(tmp_path, 60, 1, today=date(2027, 9, 2))
    book = json.loads((tmp_path / "scenes.json").read_text())
    days = (date.fromisoformat(book["S1"]["incident"]["on"]) - date(2026, 10, 14)).days
    assert days == (date(2027, 9, 2) - TODAY).days


@pytest.mark.parametrize("people", [60, 61, 62, 63, 66, 137, 500])
def test_there_are_exactly_as_many_residents_as_asked_for(people):
    world = build_world(people, 7, TODAY)
    assert len(world.people) == people
    assert all(person.homes and person.household for person in world.people)


def test_a_borough_too_small_for_its_scenes_is_refused(tmp_path):
    with pytest.raises(ValueError, match="at least 60"):
        generate(tmp_path, 59, 1, today=TODAY)


def test_two_thousand_people_take_under_five_seconds(tmp_path):
    began = time.process_time()
    generate(tmp_path, 2000, 3, today=TODAY)
    assert time.process_time() - began < 5


def test_the_generator_imports_nothing_that_it_helps_to_test():
    folder = Path(str(package.__file__)).parent
    forbidden = {"adapters", "linkage", "concept_model", "agreements", "stdnum", "audit", "insight"}
    seen = 0
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            seen += len(names)
            assert not {name.split(".")[0] for name in names} & forbidden, path.name
    assert seen > 50


def test_every_person_of_the_truth_is_in_a_household_or_comes_from_over_the_border(demo):
    people = {row["person"] for row in csv.DictReader(StringIO(demo.text("truth.csv")))}
    housed = {row["person"] for row in csv.DictReader(StringIO(demo.text("households.csv")))}
    assert len(housed) == 2000
    # Larkfield's other pupils live in the next borough.
    assert len(people - housed) < 212


def test_a_source_key_means_one_person(northvale):
    rows = list(csv.DictReader(StringIO(northvale.text("truth.csv"))))
    assert len({(row["source"], row["source_key"]) for row in rows}) == len(rows)
    sources = {row["source"] for row in rows}
    assert sources >= {
        "police", "dwp", "pds", "health", "schools", "social_care", "case_system", "housing", "council_tax", "refuge",
        "mash", "send", "participation",
    }  # fmt: skip


def test_some_people_are_entered_twice_by_one_partner(demo):
    rows = [row for row in csv.DictReader(StringIO(demo.text("truth.csv"))) if row["source"] == "police"]
    assert len({row["person"] for row in rows}) < len(rows)


def test_the_staff_have_every_role_once_at_least_and_an_address_each(demo):
    staff = json.loads(demo.text("staff.json"))
    roles = {(each["agency"], each["role"]) for each in staff}
    agencies = parse_yaml("agencies.yaml", (REGISTER / "agencies.yaml").read_text()).content["agencies"]
    assert roles == {(agency["id"], role["id"]) for agency in agencies for role in agency["roles"]}
    assert len({each["email"] for each in staff}) == len({each["worker_ref"] for each in staff}) == len(staff)
    assert all(each["email"].endswith(".example.org") for each in staff)


def test_every_allocated_worker_is_on_the_staff_list(demo):
    staff = {each["worker_ref"] for each in json.loads(demo.text("staff.json"))}
    rows = [row for row in csv.DictReader(StringIO(demo.text("case-allocations.csv"))) if row["worker_ref"]]
    assert len(rows) > 100
    assert {row["worker_ref"] for row in rows} <= staff
