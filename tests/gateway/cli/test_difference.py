"""`hearthgate agreements diff` on Northvale's register and a changed copy of it."""

import json
import shutil

import pytest

from tests.gateway.cluster import REGISTER


@pytest.fixture
def draft(tmp_path):
    copy = shutil.copytree(REGISTER, tmp_path / "draft")
    document = copy / "agreements" / "early-help.yaml"
    text = document.read_text()
    assert text.count("data: [contact.phone, contact.email, address.residence]") == 1
    document.write_text(text.replace("data: [contact.phone, contact.email, ", "data: [contact.phone, "))
    return copy


def test_a_register_beside_itself_has_no_difference(hearthgate):
    told = hearthgate("agreements", "diff", REGISTER, REGISTER)

    assert (told.returncode, told.stdout) == (0, "no difference\n")


def test_a_draft_is_told_in_sentences_from_the_day_given(hearthgate, draft):
    told = hearthgate("agreements", "diff", REGISTER, draft, "--as-from", "2027-04-01")

    assert told.returncode == 1
    assert (
        "From 1 April 2027 to 31 January 2029, early help managers and early help workers at Northvale" in told.stdout
    )
    assert "no longer extract and see e-mail address (Early help case system)" in told.stdout


def test_the_same_as_data_is_a_json_array(hearthgate, draft):
    told = hearthgate("agreements", "diff", REGISTER, draft, "--as-from", "2027-04-01", "--json")

    kinds = {one["kind"] for one in json.loads(told.stdout)}
    assert kinds == {"lost", "agreement"}


@pytest.mark.parametrize("day", ["soon", "2027-02-30", "2027-04-01T09:00:00"])
def test_a_day_that_is_none_is_one_line_that_says_how_to_write_it(hearthgate, day):
    told = hearthgate("agreements", "diff", REGISTER, REGISTER, "--as-from", day)

    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert "2027-04-01" in told.stderr
