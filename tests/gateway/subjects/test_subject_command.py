"""`hearthgate audit subject-report`: a folder for the person, which anybody checks without us."""

import json
import shlex
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit.keys import COSIGNATURE_V1, SignerKey
from gateway.commands import audit as cli_audit
from gateway.commands.files import CommandError
from gateway.custody import rotate_key
from gateway.errors import AccessRefusedError
from gateway.store.engine import SERVING_ROLES
from gateway.usecases.log.coverage_maps import take_due_maps
from gateway.usecases.subjects.subject_releases import NewRelease, ask_for_release, decide_release
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.subjects.reports import DPO, OFFICER, sequence

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def run(northvale, monkeypatch):
    """Runs a command of the log on this copy of Northvale; gives exit status and lines."""
    settings, cluster = northvale.built.settings, northvale.built.cluster
    for role in (*SERVING_ROLES, "hg_admin"):
        path = settings.keys_dir / f"{role}.password"
        path.touch(0o600)
        path.write_text(cluster.passwords.get(role, ""))
    name = northvale.wiring.database.base.database
    monkeypatch.setenv("HEARTHGATE_DATABASE_URL", f"postgresql:///{name}?host={cluster.server.socket_dir}")
    monkeypatch.setenv("HEARTHGATE_DATA_DIR", str(settings.data_dir))

    def run_command(*arguments):
        result = CliRunner().invoke(cli_audit.app, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout.splitlines()

    return run_command


@pytest.fixture
def kelly(northvale):
    """Her handle, after her worker has looked and a map was taken."""
    declaration = northvale.declare("W201", "early_help")
    family = northvale.family_id("S2", "Kelly Marsh")
    northvale.open("W201", declaration, family)
    sequence(northvale)
    assert take_due_maps(northvale.wiring)
    sequence(northvale)
    return family


def entries(northvale):
    return northvale.count("SELECT count(*) FROM audit.entry")


def newest(northvale):
    (row,) = northvale.sql(
        "SELECT e.event_class, o.fields FROM audit.entry e JOIN audit.opening o USING (entry_id)"
        " ORDER BY e.recorded_at DESC, e.entry_id DESC LIMIT 1"
    )
    return row.event_class, {name: json.loads(value) for name, (_, value) in row.fields.items()}


def test_the_folder_is_private_whole_and_checked_by_us_and_by_a_copy_of_the_verifier(northvale, run, kelly, tmp_path):
    folder = tmp_path / "report"

    status, lines = run("subject-report", kelly, "--to", folder, "--officer", OFFICER)

    assert status == 0
    assert lines[0].startswith(f"written; check it with: hearthgate audit verify {folder} --key northvale.example")
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    assert {"report.json", "report.note", "report.txt", "report.html"} < set(files)
    assert len([name for name in files if name.startswith("map-receipts/")]) == len(files) - 4 == 1
    assert {path.stat().st_mode & 0o077 for path in files.values()} == {0}
    assert "An early help worker in the Early Help team" in files["report.txt"].read_text()
    status, lines = run("verify", folder)
    assert status == 0
    assert "none left out or altered" in lines[0]
    copy = shutil.copytree(ROOT / "audit", tmp_path / "alone" / "audit")
    command = [sys.executable, "-m", "audit.verify", "--key", run("key")[1][0], str(folder)]
    done = subprocess.run(command, cwd=copy.parent, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()) == (0, lines)
    text = files["report.txt"]
    text.write_text(text.read_text().replace("Early Help", "Housing Needs"))
    done = subprocess.run(command, cwd=copy.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "report.txt: line " in done.stdout


def test_the_printed_command_checks_a_report_made_just_after_the_logs_key_was_rotated(
    northvale, run, kelly, tmp_path, monkeypatch
):
    """Its seal is of the new key, and the newest head that the map's receipt leads to of the one before."""
    before = run("key")[1][0]
    rotate_key(northvale.built.settings.keys_dir, "log")
    folder = tmp_path / "a report"

    status, lines = run("subject-report", kelly, "--to", folder, "--officer", OFFICER)

    assert status == 0
    _, _, command = lines[0].partition("hearthgate audit ")
    after = run("key")[1][0]
    assert shlex.split(command) == ["verify", str(folder), "--key", after, "--earlier-key", before]
    assert run("verify", folder)[0] == 0
    monkeypatch.setenv("HEARTHGATE_DATA_DIR", str(tmp_path / "elsewhere"))
    status, lines = run(*shlex.split(command))
    assert (status, lines[0].startswith(f"OK {folder}: ")) == (0, True)
    for given in (["--key", after], ["--key", before]):
        status, lines = run("verify", folder, *given)
        assert (status, len(lines)) == (1, 1)
        assert "no known key has signed" in lines[0]


def test_a_policy_is_not_met_by_a_report_whose_maps_have_no_receipt(northvale, run, kelly, tmp_path):
    folder = tmp_path / "report"
    run("subject-report", kelly, "--to", folder, "--officer", OFFICER)
    (key,) = run("key")[1]
    witness = SignerKey("police.example/witness", bytes(32), COSIGNATURE_V1).verifier().encode()
    policy = tmp_path / "policy"
    for quorum, with_receipts, without in (("police", 1, 1), ("none", 0, 0)):
        policy.write_text(f"log {key}\nwitness police {witness}\nquorum {quorum}\n")
        shutil.copytree(folder, copy := tmp_path / quorum)
        assert run("verify", "--policy", policy, copy)[0] == with_receipts
        shutil.rmtree(copy / "map-receipts")
        status, lines = run("verify", "--policy", policy, copy)
        assert (status, len(lines)) == (without, 1)
        assert ("1 of its map(s) have no receipt in map-receipts" in lines[0]) is bool(without)


def test_making_it_is_a_sealed_entry_of_the_account_for_the_officer(northvale, run, kelly, tmp_path):
    run("subject-report", kelly, "--to", tmp_path / "report", "--officer", OFFICER)

    event, values = newest(northvale)
    assert (event, values["on_behalf_of"], values["sealed"]) == ("export", OFFICER, True)
    assert values["who"].startswith("operator:")
    assert str(northvale.person_id("S2", "Kelly Marsh")) in values["subjects"]


def test_a_folder_with_something_in_it_is_left_alone_and_nothing_is_recorded(northvale, run, kelly, tmp_path):
    (tmp_path / "kept.txt").write_text("kept")
    before = entries(northvale)

    with pytest.raises(CommandError, match="not empty"):
        run("subject-report", kelly, "--to", tmp_path, "--officer", OFFICER)

    assert entries(northvale) == before
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_what_is_refused_is_recorded_and_writes_nothing(northvale, run, kelly, tmp_path):
    folder = tmp_path / "report"
    with pytest.raises(AccessRefusedError, match="needs a decision first"):
        run("subject-report", kelly, "--to", folder, "--officer", OFFICER, "--capacity", "parent")
    assert newest(northvale)[1]["detail"]["reasons"] == ["report-not-decided"]
    assert not folder.exists()
    with pytest.raises(CommandError, match="no id"):
        run("subject-report", "kelly", "--to", folder, "--officer", OFFICER)
    with pytest.raises(CommandError, match="worker reference"):
        run("subject-report", kelly, "--to", folder, "--officer", "Imogen Vance")


def test_a_decision_of_tomorrow_is_none_and_a_post_is_one_line(northvale, run, kelly, tmp_path):
    folder = tmp_path / "report"
    tomorrow = (northvale.clock.now + timedelta(days=1)).date().isoformat()
    asked = ("subject-report", kelly, "--to", folder, "--officer", OFFICER, "--capacity", "parent", "--decided-on")
    with pytest.raises(AccessRefusedError, match="lies in the future"):
        run(*asked, tomorrow, "--decided-by", "Data protection officer")
    assert newest(northvale)[1]["detail"]["reasons"] == ["report-not-decided"]
    with pytest.raises(CommandError, match="on one line"):
        run(*asked, "2026-11-20", "--decided-by", "Data protection officer\nand another")
    assert not folder.exists()


def test_a_parent_with_a_decision_and_a_release_with_two_officers(northvale, run, kelly, tmp_path):
    decided = ("--decided-by", "Head of children's services", "--decided-on", "2026-11-20")
    status, _ = run(
        "subject-report", kelly, "--to", tmp_path / "p", "--officer", OFFICER, "--capacity", "parent", *decided
    )
    assert status == 0
    assert newest(northvale)[1]["detail"]["decided_day"] == "2026-11-20"
    asked = ask_for_release(
        northvale.wiring, CONTEXT, northvale.reader(OFFICER), NewRelease(kelly, "regulator", "They asked")
    )
    arguments = ("subject-report", kelly, "--to", tmp_path / "s", "--officer", OFFICER, "--sealed", asked.release_id)
    with pytest.raises(AccessRefusedError, match="second officer"):
        run(*arguments)
    decide_release(northvale.wiring, CONTEXT, northvale.reader(DPO), asked.release_id, approved=True, reason="In order")

    status, _ = run(*arguments)

    assert status == 0
    assert "given to the regulator" in " ".join((tmp_path / "s" / "report.txt").read_text().split())
    assert run("verify", tmp_path / "s")[0] == 0
