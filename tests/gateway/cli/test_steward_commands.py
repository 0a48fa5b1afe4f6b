"""`hearthgate matches` and `hearthgate households` at a running gateway, as two data stewards."""

import re

import httpx
import pytest

from gateway.demo.provider.over_http import sign_in_over_http
from gateway.demo.provider.parties import RelyingParty
from gateway.usecases.linking.linking import link_everything
from tests.gateway.northvale_world import copied
from tests.gateway.web.serving import served_northvale

STEWARD, SECOND, WORKER, OFFICER = "W603", "W607", "W101", "W602"
REASON = ("--reason", "Seen at a visit.")


@pytest.fixture(scope="module")
def served(northvale_world):
    with copied(northvale_world) as northvale:
        link_everything(northvale.wiring)
        with served_northvale(northvale) as one:
            yield one


@pytest.fixture(scope="module")
def steward(served, hearthgate, tmp_path_factory):
    """Run a command as one of the stewards, with the token of a sign-in of theirs."""
    folder = tmp_path_factory.mktemp("tokens")
    party = RelyingParty("hearthgate", frozenset({f"{served.url}/sign-in/return"}), served.url)

    def run(worker, *arguments):
        path = folder / worker
        if not path.exists():
            with httpx.Client(timeout=10, trust_env=False) as browser:
                path.write_text(sign_in_over_http(browser, served.issuer, party, served.email(worker)))
        return hearthgate(*arguments, "--gateway", served.url, "--token-file", path)

    return run


def test_a_pair_is_shown_decided_and_undone_by_another_steward(steward):
    listed = steward(STEWARD, "matches", "list")
    assert listed.returncode == 1, listed.stderr
    pair = listed.stdout.split()[0]
    shown = steward(STEWARD, "matches", "show", pair)
    assert (shown.returncode, "Name: " in shown.stdout) == (0, True), shown.stderr
    # The usual name and a sure date of birth are not called "usual" and "False".
    assert not re.search(r"\b(usual|False)\b", shown.stdout)
    assert shown.stdout.splitlines()[0] in listed.stdout
    assert re.search(r"^  [+-]\d+\.\d bits  given: ", shown.stdout, re.MULTILINE)
    brief = steward(STEWARD, "matches", "decide", pair, "different", "--reason", "no")
    mended = "/body/reason It is shorter than is allowed. Send as many letters as `allowed` says, or more. (allowed: 3)"
    assert (brief.returncode, mended in brief.stderr) == (2, True)
    decided = steward(STEWARD, "matches", "decide", pair, "different", *REASON).stdout
    assert pair not in steward(STEWARD, "matches", "list").stdout
    decision = decided.partition(":")[0]
    own = steward(STEWARD, "matches", "undo", decision, *REASON)
    assert (own.returncode, "Somebody else undoes" in own.stderr) == (2, True)
    undone = steward(SECOND, "matches", "undo", decision, *REASON)
    assert (undone.returncode, undone.stdout.partition(":")[0]) == (0, decision), undone.stderr


def test_what_is_doubted_waits_and_what_was_decided_is_found_by_the_other_steward(served, steward):
    handle = str(served.northvale.family_id("S1", "Aisha Cole"))
    doubted = steward(STEWARD, "matches", "doubt", handle, *REASON)
    assert doubted.returncode == 0, doubted.stderr
    pair = doubted.stdout.split()[1]
    assert pair in steward(STEWARD, "matches", "list").stdout
    decision = steward(STEWARD, "matches", "decide", pair, "same", *REASON).stdout.partition(":")[0]
    found = steward(SECOND, "matches", "decisions", handle).stdout
    assert found.startswith(f"{decision}  same  {handle}, by ")
    assert steward(SECOND, "matches", "undo", decision, *REASON).returncode == 0
    assert steward(SECOND, "matches", "decisions", handle).stdout == ""


def test_a_household_is_corrected_and_the_correction_withdrawn_by_another_steward(served, steward):
    handle = str(served.northvale.family_id("S2", "Kelly Marsh"))
    home = steward(STEWARD, "households", "of", handle).stdout.split()[1]
    out = ("households", "correct", home, handle, "--does-not-belong", "--from", "2026-01-01", *REASON)
    unsaid = steward(STEWARD, *out)
    assert (unsaid.returncode, "--own-word" in unsaid.stderr) == (2, True)
    turned = steward(STEWARD, *out, "--to", "2025-12-31", "--source", "housing")
    assert (turned.returncode, "ends before it begins" in turned.stderr) == (2, True)
    corrected = steward(STEWARD, *out, "--source", "housing")
    correction = corrected.stdout.partition(":")[0]
    listed = steward(STEWARD, "households", "of", handle).stdout
    assert f"correction {correction}: {handle} does not belong, 2026-01-01 to now, on housing" in listed
    assert re.search(rf"{handle}  \S+ to 2025-12-31", listed)
    assert steward(STEWARD, "households", "withdraw", correction, *REASON).returncode == 2
    assert steward(SECOND, "households", "withdraw", correction, *REASON).returncode == 0
    assert "correction" not in steward(STEWARD, "households", "of", handle).stdout


def test_an_officer_asks_what_was_known_on_a_day(served, steward):
    handle = str(served.northvale.family_id("S2", "Kelly Marsh"))
    told = steward(OFFICER, "audit", "as-known", handle, "--on", "2099-12-31")
    assert (told.returncode, told.stdout.startswith("as known at 20")) == (0, True), told.stderr
    assert re.search(r"^Rent arrears, .+: 12$", told.stdout, re.MULTILINE)
    before = steward(OFFICER, "audit", "as-known", handle, "--on", "2001-01-01")
    assert (before.returncode, before.stdout, "404" in before.stderr) == (2, "", True)


def test_nobody_else_learns_what_waits(steward):
    for command in (("matches", "list"), ("households", "of", "00000000-0000-4000-8000-000000000000")):
        refused = steward(WORKER, *command)
        assert (refused.returncode, refused.stdout, "403" in refused.stderr) == (2, "", True)
