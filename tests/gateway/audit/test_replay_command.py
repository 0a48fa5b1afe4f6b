"""`hearthgate agreements replay` on a gateway's own database."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from gateway.commands.agreements import agreements_app
from gateway.commands.files import CommandError
from gateway.store.engine import SERVING_ROLES
from tests.gateway.audit.log_book import write_authorisation
from tests.gateway.cluster import REGISTER


@pytest.fixture
def replayed(signed, settings, cluster, database_name, monkeypatch):
    """Runs the command on this test's database; gives what it prints."""
    for role in SERVING_ROLES:
        (settings.keys_dir / f"{role}.password").write_text(cluster.passwords[role])
    address = f"postgresql:///{database_name}?host={cluster.server.socket_dir}"
    monkeypatch.setenv("HEARTHGATE_DATABASE_URL", address)
    monkeypatch.setenv("HEARTHGATE_DATA_DIR", str(settings.data_dir))
    shutil.copytree(signed, settings.signed_dir, dirs_exist_ok=True)

    def run(*arguments):
        result = CliRunner().invoke(agreements_app, ["replay", str(REGISTER), *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0
        return result.stdout

    return run


def test_sentences_say_how_it_was_judged_and_what_could_not_be(replayed, database):
    write_authorisation(database)

    lines = replayed("--as-agreed-then").splitlines()
    assert "each as at its own instant" in lines[0]
    assert lines[1].startswith("1 accesses cannot be replayed: recorded without")
    assert lines[2] == "Nobody would have seen more or less."
    assert "as if at 2027-03-31T23:00:00+00:00" in replayed("--at", "2027-04-01").splitlines()[0]


def test_data_and_the_reading_are_on_record(replayed, database, admin):
    data = json.loads(replayed("--json"))

    assert (data["accesses"], data["readers"], data["items"]) == (0, [], [])
    with admin.connect() as connection:
        held = connection.exec_driver_sql(
            "SELECT o.fields #>> '{detail,1}' FROM audit.entry e JOIN audit.opening o USING (entry_id)"
            " WHERE e.event_class = 'verification'"
        ).scalars()
        assert [json.loads(one)["draft"] for one in held] == [data["register_version"]]


def test_two_ways_of_judging_at_once_are_refused(replayed):
    with pytest.raises(CommandError, match="its own instant"):
        replayed("--as-agreed-then", "--at", "2027-04-01")
