import pytest
from typer.testing import CliRunner

from audit.entry import EventClass
from audit.keys import SignerKey, VerifierKey
from audit.notes import add_signatures, cosign
from audit.restore import Head, Restore, RestoreReason, sign_restore
from gateway.commands import audit as cli_audit
from gateway.commands import keys as cli_keys
from gateway.commands.files import CommandError
from gateway.custody import load_custody
from gateway.store.engine import SERVING_ROLES
from tests.audit.grown_log import LOG, POLICE, GrownLog
from tests.audit.test_held import AT, KEY, LEAVES, leaf_of, written
from tests.gateway.audit.log_book import an_entry, drain, write


@pytest.fixture
def signer(settings):
    return SignerKey(settings.log_origin, load_custody(settings.keys_dir, ()).log.current.secret)


@pytest.fixture
def run(settings, cluster, database_name, monkeypatch):
    """Runs a command on this test's database; gives exit status and lines."""
    for role in SERVING_ROLES:
        (settings.keys_dir / f"{role}.password").write_text(cluster.passwords[role])
    address = f"postgresql:///{database_name}?host={cluster.server.socket_dir}"
    monkeypatch.setenv("HEARTHGATE_DATABASE_URL", address)
    monkeypatch.setenv("HEARTHGATE_DATA_DIR", str(settings.data_dir))

    def run_command(app, *arguments):
        result = CliRunner().invoke(app, [str(one) for one in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.exit_code, result.stdout.splitlines()

    return run_command


def test_the_database_is_verified_and_that_is_a_sealed_entry(run, database, signer, admin):
    write(database, an_entry())
    drain(database, signer)
    for waiting in (0, 1):
        status, lines = run(cli_audit.app, "verify")
        assert (status, len(lines)) == (0, 1)
        assert lines[0].startswith("OK database: the log of 1 entries")
        assert f"; {waiting} entries wait" in lines[0]
    # As what an officer does with the log is.
    with admin.begin() as connection:
        told = connection.exec_driver_sql(
            "SELECT o.fields #>> '{sealed,1}' FROM audit.entry e JOIN audit.opening o USING (entry_id)"
            " WHERE e.event_class = 'verification'"
        )
        assert set(told.scalars()) == {"true"}


def test_an_altered_database_fails_in_one_line_that_names_the_column(run, database, signer, admin):
    write(database, an_entry())
    drain(database, signer)
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE audit.entry SET event_class = 'print'")
    status, lines = run(cli_audit.app, "verify")
    assert (status, len(lines)) == (1, 1)
    assert lines[0].startswith("FAIL database: audit.entry.event_class")


def test_receipt_export_and_key_fit_together_also_after_a_rotation(run, database, signer, tmp_path):
    ids = write(database, an_entry())
    drain(database, signer)
    status, lines = run(cli_audit.app, "receipt", ids[0])
    receipt = tmp_path / "one.tlog-proof"
    receipt.write_text("\n".join(lines) + "\n")
    assert status == 0
    assert run(cli_audit.app, "export", tmp_path / "export")[0] == 0
    (key,) = run(cli_audit.app, "key")[1]
    assert VerifierKey.parse(key) == signer.verifier()
    assert run(cli_audit.app, "verify", "--key", key, receipt, tmp_path / "export")[0] == 0
    assert run(cli_keys.app, "rotate", "log")[0] == 0
    assert run(cli_audit.app, "key")[1] != [key]
    assert run(cli_audit.app, "key", "--all")[1][1] == key
    status, lines = run(cli_audit.app, "verify", receipt, tmp_path / "export")
    assert (status, [line.split()[0] for line in lines]) == (0, ["OK", "OK"])
    # Whoever stole the earlier key can still sign with it.
    assert all(line.endswith(f"earlier key {signer.verifier().id.hex()} signed it") for line in lines)


def test_an_altered_receipt_fails_beside_a_good_one(run, database, signer, tmp_path):
    ids = write(database, *(an_entry() for _ in range(2)))
    drain(database, signer)
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text("\n".join(run(cli_audit.app, "receipt", ids[0])[1]) + "\n")
    bad.write_text(good.read_text().replace("index 0", "index 1"))
    status, lines = run(cli_audit.app, "verify", good, bad)
    assert (status, [line.split()[0] for line in lines]) == (1, ["OK", "FAIL"])


def test_an_export_must_have_grown_from_an_older_checkpoint(run, database, signer, tmp_path):
    write(database, an_entry())
    drain(database, signer)
    run(cli_audit.app, "export", tmp_path / "first")
    drain(database, signer)
    run(cli_audit.app, "export", tmp_path / "second")
    older = tmp_path / "first" / "checkpoint"
    assert run(cli_audit.app, "verify", "--older", older, tmp_path / "second")[0] == 0
    newer = tmp_path / "second" / "checkpoint"
    status, lines = run(cli_audit.app, "verify", "--older", newer, tmp_path / "first")
    assert (status, "cut back" in lines[0]) == (1, True)


def test_a_declared_restore_excuses_an_older_checkpoint_inside_its_gap(run, tmp_path):
    gap = leaf_of(5, AT, EventClass.CONFIGURATION)
    folder = written(tmp_path / "export", [LEAVES[0], gap])
    lost = GrownLog(LEAVES)
    note = sign_restore(
        Restore(LOG.name, Head(1, lost.root(1)), Head(3, lost.root(3)), AT, RestoreReason.EXERCISE), LOG
    )
    files = {
        "kept": lost.note(2),
        "note": add_signatures(note, [cosign(note, POLICE, 1)]),
        "policy": f"witness police {POLICE.verifier().encode()}\nquorum none\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    asked = ("--key", KEY.encode(), "--policy", tmp_path / "policy", "--older", tmp_path / "kept", folder)

    assert run(cli_audit.app, "verify", *asked)[0] == 1
    status, lines = run(cli_audit.app, "verify", "--restore", tmp_path / "note", *asked)

    assert status == 0
    assert lines[0].endswith("leaves 1 to 2 were lost by a restore, declared and cosigned")
    with pytest.raises(CommandError, match="database is checked with our own keys"):
        run(cli_audit.app, "verify", "--restore", tmp_path / "note")


@pytest.mark.parametrize(
    "arguments",
    [
        ("receipt", "no-id"),
        ("receipt", "00000000-0000-4000-8000-000000000000"),
        ("verify", "--key", "nonsense", "x"),
        ("verify", "--key", "nonsense"),
        ("verify", "--older", "missing", "x"),
        ("export", "."),
    ],
)
def test_what_cannot_be_done_is_one_plain_sentence(run, arguments):
    with pytest.raises(Exception) as error:
        run(cli_audit.app, *arguments)
    assert "\n" not in str(error.value)
    assert isinstance(error.value, CommandError) or error.value.code == "not-found"


def test_the_folder_that_is_not_empty_is_named(run, database, signer, tmp_path):
    write(database, an_entry())
    drain(database, signer)
    (tmp_path / "kept").touch()
    for command in (["export"], ["partner-pack", "northvale_police"]):
        with pytest.raises(CommandError, match=f"{tmp_path}: the folder is not empty"):
            run(cli_audit.app, *command, tmp_path)


def test_a_pack_and_a_receipt_say_what_they_do_not_hold(run, database, signer, tmp_path):
    (entry_id,) = write(database, an_entry())
    drain(database, signer)
    assert run(cli_audit.app, "verify")[0] == 0
    told = [
        CliRunner().invoke(cli_audit.app, arguments).stderr
        for arguments in (["partner-pack", "nothvale_police", str(tmp_path / "pack")], ["receipt", str(entry_id)])
    ]

    assert "no entry of the log is of nothvale_police" in told[0]
    assert "HEARTHGATE_WITNESS_POLICY is not set" in told[1]


def test_keys_are_created_once_and_listed_without_secrets(run, settings):
    assert run(cli_keys.app, "create")[1] == ["every key is there already"]
    (settings.keys_dir / "token.json").unlink()
    assert run(cli_keys.app, "create")[1] == ["created: token"]
    status, lines = run(cli_keys.app, "list")
    assert (status, [line.split()[0] for line in lines]) == (0, ["log", "digest", "token", "field", "receipt"])
    assert all(len(line.split()[1]) == 8 for line in lines)
