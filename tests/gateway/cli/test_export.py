"""`hearthgate agreements export` on Northvale's register: written, read back, refused in one line."""

import json

import pytest

from agreements.odrl import read_odrl
from tests.gateway.cluster import REGISTER

SANDBOX = REGISTER.parent / "register-sandbox"


def test_the_whole_register_is_written_to_a_file(hearthgate, signed, tmp_path):
    out = tmp_path / "register.jsonld"
    told = hearthgate("agreements", "export", REGISTER, "--signed", signed, "--out", out)

    assert (told.returncode, told.stdout) == (0, "")
    assert len(read_odrl(out.read_text()).agreements) == len(list((REGISTER / "agreements").glob("*.yaml")))


def test_without_signatures_every_version_is_an_offer_on_stdout(hearthgate):
    told = hearthgate("agreements", "export", REGISTER, "--base", "https://council.example/sharing/")
    exported = json.loads(told.stdout)

    assert told.returncode == 0
    assert exported["@context"]["@base"] == "https://council.example/sharing/"
    assert {agreement["type"][0] for agreement in exported["agreement"]} == {"odrl:Offer"}


@pytest.mark.parametrize("overlay", [(), ("--overlay", SANDBOX)], ids=["main", "sandbox"])
def test_check_reads_back_and_compares(hearthgate, signed, overlay):
    told = hearthgate("agreements", "export", REGISTER, "--signed", signed, "--check", *overlay)
    count = len(list((REGISTER / "agreements").glob("*.yaml")))

    assert told.returncode == 0
    assert told.stdout == f"{count} agreements read back to the same documents and masks\n"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--format", "xacml"), "write --format odrl"),
        (("--base", "northvale"), "https://"),
        (("--out", "/nowhere/at/all.jsonld"), "cannot be written"),
    ],
    ids=["another format", "no base", "no folder"],
)
def test_what_cannot_be_done_is_one_line(hearthgate, options, told):
    answer = hearthgate("agreements", "export", REGISTER, *options)

    assert answer.returncode != 0
    assert answer.stdout == ""
    assert told in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_register_that_would_not_load_is_not_exported(hearthgate, tmp_path):
    answer = hearthgate("agreements", "export", tmp_path)

    assert answer.returncode != 0
    assert answer.stdout == ""
    assert "this file is missing" in answer.stderr
