"""`hearthgate pull` and `hearthgate watch`, from the file of the council to the line that says what became of it."""

import json
from contextlib import nullcontext
from datetime import timedelta

import pytest
import stamina
from typer.testing import CliRunner

from gateway import building
from gateway.commands import pull as cli_pull
from gateway.commands import watch as cli_watch
from tests.gateway.pull.pulled import source_of
from tests.simulators.policing import Policing, incident
from tests.simulators.service import running


@pytest.fixture
def command(northvale, monkeypatch):
    """Run a command on this Northvale; gives its exit status and the JSON lines that it printed."""
    monkeypatch.setattr(building, "running_database", lambda _settings: nullcontext())
    monkeypatch.setattr(building, "build_wiring", lambda *_: northvale.wiring)

    def run(app, *given):
        found = CliRunner().invoke(app, [*map(str, given)], catch_exceptions=False)
        return found.exit_code, [json.loads(line) for line in found.stdout.splitlines()]

    return run


def test_a_pull_is_run_and_told(northvale, command, monkeypatch, tmp_path):
    with running(Policing()) as policing, stamina.set_testing(testing=True, attempts=2, cap=True):
        policing.add(northvale.built.now - timedelta(days=2), incident(1), incident(2))
        source = source_of(policing, tmp_path, name="incidents")
        given = source.model_dump(mode="json", exclude_unset=True) | {"key_file": source.key_file.name}
        path = tmp_path / "pulls.yaml"
        path.write_text(f"schema: pulls/1\npulls:\n  - {json.dumps(given)}\n")
        monkeypatch.setenv("HEARTHGATE_PULLS_FILE", str(path))

        never = command(cli_pull.app)
        done = command(cli_pull.app, "police-incidents-psdm", "--once")
        policing.mishaps.extend([500, 500, 500])
        broken = command(cli_pull.app, "incidents", "--once", "--start-over")

    assert [(code, one[0]["outcome"]) for code, one in (never, done, broken)] == [
        (0, None), (0, "done"), (1, "partner-failed")
    ]  # fmt: skip
    assert (done[1][0]["records"], done[1][0]["words"]) == (2, "took what there was")
    assert policing.secret not in json.dumps([never, done, broken])


def test_a_folder_is_looked_at_and_told(northvale, command, monkeypatch, tmp_path):
    folder = tmp_path / "sftp"
    folder.mkdir()
    (folder / "holiday.csv").write_bytes(b"x")
    rules = {
        "name": "police", "folder": str(folder), "agency": "northvale_police", "client": "police-sftp",
        "complete": "rename", "files": [{"match": "occurrences-*.csv", "feed": "police-occurrences"}],
    }  # fmt: skip
    path = tmp_path / "drops.yaml"
    path.write_text(f"schema: drops/1\nfolders:\n  - {json.dumps(rules)}\n")
    monkeypatch.setenv("HEARTHGATE_DROPS_FILE", str(path))

    looked = command(cli_watch.app, folder, "--once")
    folder.rename(tmp_path / "elsewhere")
    gone = command(cli_watch.app, "--once")

    assert (looked[0], looked[1][0]["refused"], looked[1][0]["taken"]) == (0, 1, 0)
    assert (gone[0], gone[1][0]["problem"]) == (1, "drop-folder-missing")
