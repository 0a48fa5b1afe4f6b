"""`hearthgate agreements prove` on Northvale's register, on a broken copy and on a certificate that is stale."""

import json
import shutil

import pytest

from tests.gateway.cluster import REGISTER


@pytest.fixture
def unproved(tmp_path, signed):
    folder = shutil.copytree(signed, tmp_path / "signed")
    (folder / "certificate.json").unlink()
    return folder


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(REGISTER, tmp_path / "register")


def test_each_invariant_is_a_line_and_the_certificate_is_written_beside_the_signatures(hearthgate, unproved):
    told = hearthgate("agreements", "prove", REGISTER, "--signed", unproved)

    *lines, last = told.stdout.splitlines()
    written = json.loads((unproved / "certificate.json").read_text(encoding="utf-8"))
    assert told.returncode == 0
    assert all(line.startswith("proved by both: ") for line in lines)
    assert "proved by both: register/FRAUD: No fraud purpose sees welfare items." in lines
    assert last == f"{len(lines)} invariants hold, says each of {' and '.join(written['provers'])}"
    assert [one["invariant"] for one in written["judgements"]] == [line.split(": ")[1] for line in lines]
    assert {(one["exact"], one["z3"]) for one in written["judgements"]} == {("holds", "holds")}


def test_the_certificate_goes_where_it_is_told_to(hearthgate, unproved, tmp_path):
    out = tmp_path / "elsewhere.json"

    assert hearthgate("agreements", "prove", REGISTER, "--signed", unproved, "--out", out).returncode == 0
    assert out.exists()
    assert not (unproved / "certificate.json").exists()


def test_a_check_writes_nothing_and_says_what_the_gateway_would_say(hearthgate, unproved):
    missing = hearthgate("agreements", "prove", REGISTER, "--signed", unproved, "--check")
    assert missing.returncode == 1
    assert "certificate.json:0: file: the register has no certificate; prove the register" in missing.stdout
    assert not (unproved / "certificate.json").exists()

    hearthgate("agreements", "prove", REGISTER, "--signed", unproved)
    assert hearthgate("agreements", "prove", REGISTER, "--signed", unproved, "--check").returncode == 0


def test_an_invariant_that_does_not_hold_is_a_line_with_its_place_its_case_and_what_to_do(hearthgate, copy):
    path = copy / "agreements" / "early-help.yaml"
    before, mark, after = path.read_text(encoding="utf-8").partition("- id: EH1\n")
    path.write_text(before + mark + after.replace("early_help_manager", "ig_officer", 1), encoding="utf-8")

    told = hearthgate("agreements", "prove", copy)

    text = (copy / "invariants.yaml").read_text(encoding="utf-8")
    number = text[: text.index("- id: OVERSIGHT")].count("\n") + 1
    line = next(line for line in told.stdout.splitlines() if not line.startswith("proved"))
    assert told.returncode == 1
    assert line.startswith(f"invariants.yaml:{number}: invariants/OVERSIGHT: not so: ")
    assert "Information governance officer of Northvale Council" in line
    assert "by ISA-NV-2026-014@1/EH1; the engine does so; amend ISA-NV-2026-014@1/EH1" in line


def test_nothing_is_certified_that_nobody_signed(hearthgate, tmp_path):
    for option in (("--check",), ("--out", tmp_path / "x.json")):
        told = hearthgate("agreements", "prove", REGISTER, *option)
        assert told.returncode == 2
        assert "name their folder with --signed" in told.stderr
    assert not (tmp_path / "x.json").exists()
