import json
from contextlib import ExitStack

import pytest
from typer.testing import CliRunner

from gateway.commands import audit as cli_audit
from gateway.commands import keys as cli_keys
from gateway.store.engine import SERVING_ROLES
from gateway.store.witnesses import WitnessState, save_witness_state
from tests.audit.grown_log import GrownLog
from tests.gateway.audit.log_book import AT, an_entry, write
from tests.gateway.audit.witnessed_town import Town


@pytest.fixture
def town(wiring, tmp_path):
    with ExitStack() as stack:
        yield Town(wiring, tmp_path, stack)


@pytest.fixture
def run(town, cluster, database_name, monkeypatch):
    """Runs a command on this test's database; gives exit status and output."""
    settings = town.settings
    for role in SERVING_ROLES:
        (settings.keys_dir / f"{role}.password").write_text(cluster.passwords[role])
    monkeypatch.setenv("HEARTHGATE_DATABASE_URL", f"postgresql:///{database_name}?host={cluster.server.socket_dir}")
    monkeypatch.setenv("HEARTHGATE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("HEARTHGATE_WITNESS_POLICY", str(town.policy_file))

    def run_command(*arguments, app=cli_audit.app):
        result = CliRunner().invoke(app, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.output

    return run_command


def test_the_status_tells_how_far_the_log_is_witnessed_and_since_when_not(town, run):
    town.grow(3)
    town.round()
    town.stop("health")
    town.grow(2)
    town.round()

    status, said = run("status")

    assert status == 0
    assert "entries in the tree     5," in said
    assert "witnessed               3, unwitnessed since 20" in said
    assert "witness police.example/witness: 5 entries, 20" in said
    assert "witness health.example/witness: 3 entries, 20" in said
    assert "; witness-unreachable since 20" in said
    told = json.loads(run("status", "--json")[1])
    assert (told["size"], told["witnessed_size"], told["waiting"]) == (5, 3, 0)
    assert told["exposed_seconds"] > 0


def test_what_waits_for_the_tree_can_be_rewritten_though_all_that_is_signed_is_witnessed(town, run):
    town.grow(3)
    town.round()
    assert json.loads(run("status", "--json")[1])["exposed_seconds"] == 0

    write(town.wiring.database, an_entry())
    told = json.loads(run("status", "--json")[1])

    assert (told["waiting"], told["unwitnessed_since"]) == (1, None)
    assert told["exposed_seconds"] == told["lag_seconds"] > 0


def test_a_log_that_a_witness_shows_to_be_rolled_back_ends_the_command_with_1(town, run):
    with town.wiring.database.transaction("hg_sequence") as connection:
        key = town.keys["police"].encode()
        save_witness_state(connection, WitnessState(key, None, None, "log-rolled-back", AT))

    status, said = run("status")

    assert status == 1
    assert "log-rolled-back since 2026-11-16 09:30:15 UTC" in said


def test_a_restore_that_nobody_declared_is_told_before_any_witness_can(town, run, wiring):
    town.grow(3)
    town.round()
    assert run("status")[0] == 0
    longer = GrownLog([b"x"] * 7, wiring.log_signer)
    town.settings.log_mark.write_text(longer.note(7))

    status, said = run("status")

    assert status == 1
    assert "nothing is signed: the log has 3 entries and 7 were signed: a backup was restored and not declared" in said
    assert json.loads(run("status", "--json")[1])["halts"][0].startswith("nothing is signed")


def test_after_a_rotation_each_step_is_told_and_a_policy_of_the_old_key_is_not_passed_over(town, run):
    town.grow(3)
    town.round()

    told = run("rotate", "log", app=cli_keys.app)[1].splitlines()
    new = run("key")[1].strip()

    assert [line for line in told if line.endswith(f"witness trust DIR {new}")]
    assert told[-2:] == [f"- add a line to {town.policy_file}: log {new}", "- restart every process of the gateway"]
    status, said = run("status")
    assert status == 1
    assert "nothing is cosigned once the gateway is restarted: the witness policy is of another log" in said
    town.policy_file.write_text(f"log {new}\n{town.policy_file.read_text()}")
    assert run("status")[0] == 0


def test_without_a_policy_the_status_says_so(town, run, monkeypatch):
    monkeypatch.delenv("HEARTHGATE_WITNESS_POLICY")

    assert "no witnesses: HEARTHGATE_WITNESS_POLICY is not set" in run("status")[1]


def test_verifying_a_receipt_counts_the_witnesses_and_a_policy_that_is_given_must_be_met(town, run, tmp_path):
    entry = town.grow()[0]
    town.round()
    path = tmp_path / "receipt"
    path.write_text(town.receipt(entry).proof, encoding="utf-8", newline="")
    assert "2 known witness(es)" in run("verify", path)[1]
    assert run("verify", path, "--policy", town.policy_file)[0] == 0
    town.stop("health")
    path.write_text(Town.receipt(town, town.grow()[0]).proof, encoding="utf-8", newline="")
    assert run("verify", path)[0] == 0
    status, said = run("verify", path, "--policy", town.policy_file)
    assert status == 1
    assert "do not make the policy's quorum" in said


def test_a_receipt_comes_with_a_word_on_who_vouches_for_it_beside_the_file(town, run):
    entry = town.grow()[0]
    assert "witnesses: 0; quorum: no; unwitnessed since 20" in run("receipt", entry)[1]
    town.round()
    said = run("receipt", entry)[1]
    assert said.endswith("witnesses: 2; quorum: yes\n")
    assert said.startswith("c2sp.org/tlog-proof@v1\n")
