"""`hearthgate agreements schema` and `hearthgate agreements warnings`, and faults of instruments told by `check`."""

import json

import pytest

from agreements.schemas import KINDS, schema_of
from tests.agreements.small_register import SmallRegister
from tests.agreements.test_accession import accession, open_to_the_school


@pytest.fixture
def small(tmp_path):
    return SmallRegister(tmp_path).in_force().write()


def due(hearthgate, small, day):
    told = hearthgate("agreements", "warnings", small.folder, "--signed", small.signed, "--on", day)
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines()


def test_a_schema_is_printed_by_its_kind(hearthgate):
    assert json.loads(hearthgate("agreements", "schema", "dpia").stdout) == schema_of("dpia")
    assert hearthgate("agreements", "schema").stdout.split() == list(KINDS)


def test_an_unknown_kind_is_one_line(hearthgate):
    told = hearthgate("agreements", "schema", "treaty")
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1
    assert "agreement" in told.stderr


def test_every_schema_can_be_written_to_a_folder(hearthgate, tmp_path):
    assert hearthgate("agreements", "schema", "--write", tmp_path / "out").returncode == 0
    assert len(list((tmp_path / "out").iterdir())) == len(KINDS)


def test_what_is_due_is_told_with_its_file_line_and_remedy(hearthgate, small):
    (line,) = due(hearthgate, small, "2026-10-20")
    text = (small.folder / "agreements" / "ISA-T-1-1.yaml").read_text().splitlines()
    number = next(at for at, one in enumerate(text, start=1) if '"review"' in one)
    assert line.startswith(f"agreements/ISA-T-1-1.yaml:{number}: validity/review: its review is due by 25 October 2026")
    assert "; review it and record" in line


def test_nothing_due_says_so(hearthgate, small):
    assert due(hearthgate, small, "2026-06-01") == ["nothing is due"]


def test_a_fault_of_an_instrument_is_a_line_with_its_place(hearthgate, tmp_path):
    small = SmallRegister(tmp_path, open_to_the_school(), accession(party="landlord")).in_force().write()
    told = hearthgate("agreements", "check", small.folder, "--signed", small.signed)
    assert told.returncode == 1
    (line,) = told.stdout.splitlines()
    assert line.startswith(
        "instruments/ACC-T-1-1.yaml:5: party: this body is a party that signs the agreement itself; "
    )
