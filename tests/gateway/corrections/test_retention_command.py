"""`hearthgate retention` counts what is over by feed and item, and forgets it only where it is told to."""

from datetime import date

import pytest
from typer.testing import CliRunner

from gateway.commands import retention as cli_retention
from gateway.commands.files import CommandError
from gateway.store.engine import SERVING_ROLES

SCHEDULE = """
schedule: NV-RET-2026
rules:
  - feeds: [schools-suspensions]
    items: [education.exclusion]
    keep: P30D
    counted_from: ended
    reason: Thirty days, for a test of the command.
"""
LEFT = (
    "SELECT count(*) FROM hearth.fact f JOIN hearth.item i USING (item_no)"
    " WHERE i.name = 'education.exclusion' AND f.value <> '{}'"
)


@pytest.fixture
def run(northvale, tmp_path, monkeypatch):
    settings, cluster = northvale.wiring.settings, northvale.built.cluster
    for role in SERVING_ROLES:
        (settings.keys_dir / f"{role}.password").write_text(cluster.passwords[role])
    name = northvale.admin.url.database
    (tmp_path / "retention.yaml").write_text(SCHEDULE)
    monkeypatch.setenv("HEARTHGATE_DATABASE_URL", f"postgresql:///{name}?host={cluster.server.socket_dir}")
    monkeypatch.setenv("HEARTHGATE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("HEARTHGATE_RETENTION_FILE", str(tmp_path / "retention.yaml"))

    def run_command(*arguments):
        result = CliRunner().invoke(cli_retention.app, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return run_command


def test_counted_first_and_then_forgotten(northvale, run, monkeypatch, tmp_path):
    over = northvale.count(f"{LEFT} AND f.valid_to < :day", day=date.fromordinal(northvale.clock.now.toordinal() - 30))
    assert over > 0

    counted = run("--dry-run")

    assert counted.split()[:2] == ["schools-suspensions", "education.exclusion"]
    assert counted.endswith(f"{over} facts are over; nothing was forgotten\n")
    before = northvale.count(LEFT)
    assert run().endswith(f"{over} facts forgotten\n")
    assert northvale.count(LEFT) == before - over
    assert run() == "0 facts forgotten\n"

    with pytest.raises(CommandError, match="only tried"):
        run("--file", tmp_path / "retention.yaml")
    monkeypatch.delenv("HEARTHGATE_RETENTION_FILE")
    with pytest.raises(CommandError, match="HEARTHGATE_RETENTION_FILE"):
        run("--dry-run")
