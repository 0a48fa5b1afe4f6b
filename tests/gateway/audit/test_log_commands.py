"""`hearthgate audit search` and `export --format`: what they print, write, refuse and record."""

import csv
import json
import stat
from dataclasses import fields
from datetime import UTC, datetime
from uuid import UUID

import pytest
from typer.testing import CliRunner

from audit.entry import EventClass
from gateway.building import log_signer
from gateway.commands import audit as cli_audit
from gateway.commands.files import CommandError
from gateway.commands.log import CONDITIONS, parse_filters
from gateway.custody import load_custody
from gateway.store.engine import SERVING_ROLES
from gateway.usecases.log.log_filters import LogFilters
from tests.gateway.audit.log_book import FAMILY, an_entry, drain, write
from tests.gateway.audit.test_exporting_entries import entries_of


@pytest.fixture
def signer(settings):
    return log_signer(load_custody(settings.keys_dir, ()), settings)


@pytest.fixture
def run(settings, cluster, database_name, monkeypatch):
    for role in SERVING_ROLES:
        (settings.keys_dir / f"{role}.password").write_text(cluster.passwords[role])
    address = f"postgresql:///{database_name}?host={cluster.server.socket_dir}"
    monkeypatch.setenv("HEARTHGATE_DATABASE_URL", address)
    monkeypatch.setenv("HEARTHGATE_DATA_DIR", str(settings.data_dir))

    def run_command(*arguments):
        result = CliRunner().invoke(cli_audit.app, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run_command


def test_entries_are_listed_a_line_each_and_the_search_is_a_sealed_entry(run, database, signer):
    ids = write(database, an_entry(), an_entry(purpose="housing_support", role="rent\x1b[2Jofficer"))
    drain(database, signer)
    result = run("search", f"family={FAMILY}", "purpose=early_help")
    (line,) = result.stdout.splitlines()
    assert line.split("  ") == [
        "2026-11-16T09:30:15+00:00", "consultation", "W104", "northvale_council/early_help_worker", "early_help",
        "done", str(ids[0]),
    ]  # fmt: skip
    assert "1 entries" in result.stderr
    # Words of an opening cannot act on the terminal.
    assert "northvale_council/rent?[2Jofficer" in run("search", "purpose=housing_support").stdout
    own = entries_of(database, EventClass.VERIFICATION)[0]
    assert (own["role"], own["sealed"], own["detail"]["query"]) == (
        "operator", True, f"family={FAMILY}; purpose=early_help",
    )  # fmt: skip


def test_pages_go_on_with_the_cursor_that_the_page_before_named(run, database, signer):
    ids = write(database, *(an_entry() for _ in range(53)))
    drain(database, signer)
    first = run("search", "worker=W104")
    cursor = first.stderr.rpartition("--cursor ")[2].strip()
    second = run("search", "worker=W104", "--cursor", cursor)
    told = [line.rpartition(" ")[2] for line in (*first.stdout.splitlines(), *second.stdout.splitlines())]
    assert told == [str(one) for one in reversed(ids)]
    assert "--cursor" not in second.stderr


@pytest.mark.parametrize("form", ["csv", "json", "balp"])
def test_entries_are_written_to_a_new_file_of_the_owners_own(run, database, signer, tmp_path, form):
    ids = write(database, an_entry(), an_entry(who="W200"))
    drain(database, signer)
    target = tmp_path / "entries"
    result = run("export", target, "worker=W200", "--format", form)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    # Excel takes a sheet without the mark for Windows-1252, and shows a name with an accent as another.
    assert target.read_bytes().startswith(b"\xef\xbb\xbf") is (form == "csv")
    with target.open(newline="", encoding="utf-8-sig") as stream:
        found = list(csv.DictReader(stream)) if form == "csv" else list(map(json.loads, stream))
    assert [one[{"csv": "entry", "json": "entry_id", "balp": "id"}[form]] for one in found] == [str(ids[1])]
    authorised, outcome = entries_of(database, EventClass.EXPORT)
    assert (authorised["detail"]["records"], outcome["detail"]["row_count"]) == ([form], 1)
    assert authorised["who"].startswith("operator:")
    assert outcome["refers_to"] in result.stderr
    with pytest.raises(CommandError, match="there already"):
        run("export", target, "--format", form)


def test_tiles_take_no_conditions_and_other_forms_no_openings(run, tmp_path):
    with pytest.raises(CommandError, match="whole log"):
        run("export", tmp_path / "x", "worker=W1")
    with pytest.raises(CommandError, match="for tiles"):
        run("export", tmp_path / "x", "--format", "csv", "--openings")


def test_conditions_are_read_as_filters():
    assert tuple(field.name for field in fields(LogFilters)) == CONDITIONS
    words = ["worker=W1", f"family={FAMILY}", "event=denied", "sealed=yes", "since=2026-07-01", "agreement=a@1/r=x"]
    assert parse_filters(words) == LogFilters(
        worker="W1", family=UUID(str(FAMILY)), event=EventClass.DENIED, sealed=True,
        since=datetime(2026, 6, 30, 23, tzinfo=UTC), agreement="a@1/r=x",
    )  # fmt: skip


def test_the_last_day_counts_whole_as_on_the_page():
    assert parse_filters(["since=2026-11-16", "until=2026-11-16"]) == LogFilters(
        since=datetime(2026, 11, 16, tzinfo=UTC), until=datetime(2026, 11, 17, tzinfo=UTC)
    )
    # The day on which summer time ends has 25 hours.
    assert parse_filters(["until=2026-10-25"]).until == datetime(2026, 10, 26, tzinfo=UTC)
    assert parse_filters(["until=2026-11-16T09:00:00Z"]).until == datetime(2026, 11, 16, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["W1"], "NAME=VALUE"),
        (["name=x"], "NAME=VALUE"),
        (["family=Ng"], "value of family"),
        (["event=x"], "value of event is none that entries hold: they hold collection, alteration, "),
        (["worker=\udcff"], "value of worker"),
        (["since=soon"], "since is a day"),
        (["since=2026-11-16T09:00:00"], "since is a day"),
        (["role=a", "role=b"], "role is given twice"),
    ],
)
def test_a_condition_that_is_none_is_told_without_its_value(words, message):
    with pytest.raises(CommandError, match=message) as error:
        parse_filters(words)
    assert "Ng" not in str(error.value)
