"""`hearthgate agreements` and `hearthgate decide` on Northvale's register and on broken copies of it."""

import json
import shutil
from datetime import UTC, datetime

import pytest

from agreements.loader import load_register
from agreements.register import compile_register
from agreements.request import Band, DecisionRequest, Direction, Relationship
from tests.gateway.cluster import REGISTER

ASKED = datetime(2026, 11, 16, 9, tzinfo=UTC)
QUESTION = {
    "agency": "northvale_council", "role": "mash_worker", "purpose": "front_door", "relationship": "mash",
    "now": ASKED.isoformat(),
}  # fmt: skip


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(REGISTER, tmp_path / "register")


def decide(hearthgate, signed, question):
    body = question if isinstance(question, bytes) else json.dumps(question).encode()
    return hearthgate("decide", "--register", REGISTER, "--signed", signed, "--request", "-", stdin=body)


def test_a_sound_register_has_nothing_to_mend(hearthgate, signed):
    assert hearthgate("agreements", "check", REGISTER).returncode == 0
    assert hearthgate("agreements", "check", REGISTER, "--signed", signed).returncode == 0


def test_each_fault_of_each_file_is_a_line_with_its_place(hearthgate, copy):
    marac, housing = copy / "agreements" / "marac.yaml", copy / "agreements" / "housing-support.yaml"
    marac.write_text(marac.read_text() + "colour: green\nsize: large\n")
    housing.write_text("schema: [\n")
    last = len(marac.read_text().splitlines())
    told = hearthgate("agreements", "check", copy)
    lines = told.stdout.splitlines()
    assert told.returncode == 1
    assert f"agreements/marac.yaml:{last - 1}: colour: " in told.stdout
    assert f"agreements/marac.yaml:{last}: size: " in told.stdout
    assert sum(line.startswith("agreements/housing-support.yaml:") for line in lines) == 1
    assert len(lines) == 3


def test_a_text_changed_after_signing_is_found_with_the_signatures_only(hearthgate, copy, signed):
    path = copy / "agreements" / "marac.yaml"
    text = path.read_text()
    path.write_text(text.replace("title: ", "title: New ", 1))
    assert path.read_text() != text
    assert hearthgate("agreements", "check", copy).returncode == 0
    told = hearthgate("agreements", "check", copy, "--signed", signed)
    assert told.returncode == 1
    assert "agreements/marac.yaml:" in told.stdout


def test_a_missing_folder_is_a_problem(hearthgate, tmp_path):
    assert hearthgate("agreements", "check", tmp_path / "none").returncode == 1


def test_the_list_has_every_agreement_with_its_status(hearthgate, signed):
    told = hearthgate("agreements", "list", "--register", REGISTER, "--signed", signed).stdout
    for one in compile_register(load_register(REGISTER, signed, ASKED)).agreements:
        assert f"{one.id}@{one.version}  in_force" in told
        assert one.title in told


def test_an_answer_says_what_the_engine_decides(hearthgate, signed):
    register = compile_register(load_register(REGISTER, signed, ASKED))
    request = DecisionRequest(
        "northvale_council", "mash_worker", "front_door", Relationship.MASH, {}, Band.VERIFIED, Direction.VIEW, ASKED
    )
    permit = register.decide(request)
    told = json.loads(decide(hearthgate, signed, QUESTION).stdout)
    cells = {(source, item) for source, items in told["permitted"].items() for item in items}
    assert told["decision"] == "permit"
    assert cells == set(register.vocabulary.cells(permit.mask))
    assert told["not_after"] == permit.not_after.isoformat()
    withheld = [(one["source"], item) for one in told["withheld"] for item in one["items"]]
    assert len(withheld) == len(set(withheld))
    assert set(withheld) == set(register.vocabulary.cells(register.vocabulary.all_mask & ~permit.mask))


def test_a_refusal_has_its_code_and_permits_nothing(hearthgate, signed):
    told = json.loads(decide(hearthgate, signed, {**QUESTION, "role": "nobody"}).stdout)
    assert told["decision"] == "refusal"
    assert told["permitted"] == {}
    assert told["refusal"]["code"] == "role-unknown"


@pytest.mark.parametrize(
    "question",
    [
        b"",
        b"{",
        b"[]",
        {**QUESTION, "Zebedee": "Quill"},
        {**QUESTION, "states": {"Zebedee": "yes"}},
        {**QUESTION, "states": {"minor": "Zebedee"}},
        {**QUESTION, "band": "Zebedee"},
        {**QUESTION, "now": "2026-11-16T09:00:00"},
        {name: value for name, value in QUESTION.items() if name != "role"},
    ],
)
def test_a_question_that_cannot_be_used_is_told_in_one_line_without_its_values(question, hearthgate, signed):
    told = decide(hearthgate, signed, question)
    assert (told.returncode, told.stdout) == (2, "")
    assert len(told.stderr.splitlines()) == 1
    assert "Zebedee" not in told.stderr
