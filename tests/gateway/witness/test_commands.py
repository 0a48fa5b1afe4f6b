import subprocess
import sys

import pytest
from typer.testing import CliRunner

from audit.checkpoint import parse_checkpoint
from audit.errors import NoteError, WitnessRefusalError
from audit.keys import COSIGNATURE_V1, SignerKey, VerifierKey
from audit.notes import parse_note
from audit.restore import Head, Restore, RestoreReason, sign_restore
from gateway.commands.witness import app
from gateway.witness.witness import Witness, origin_digest
from tests.audit.grown_log import LOG, OTHER, POLICE, GrownLog, leaves
from tests.gateway.witness.partner import AT, ROOT, request

GROWN = GrownLog(leaves(40))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "witness"


def run(*arguments, typed=None):
    return CliRunner().invoke(app, [str(one) for one in arguments], input=typed)


def test_a_partner_makes_a_witness_and_trusts_a_log_and_no_witnesses_key(folder):
    made = run("create", folder, "--name", "police.example/witness")
    key = VerifierKey.parse(made.output.strip())

    assert key.kind == COSIGNATURE_V1
    assert run("key", folder).output == made.output
    assert run("trust", folder, POLICE.verifier().encode()).exit_code != 0
    assert run("trust", folder, "nonsense").exit_code != 0
    assert run("list", folder).output == ""
    assert run("trust", folder, LOG.verifier().encode()).exit_code == 0
    Witness(folder, lambda: AT).add_checkpoint(request(GROWN, 0, 7))
    assert run("list", folder).output == f"{LOG.name}  1 key(s)  7 entries\n"


def test_a_log_whose_origin_is_not_its_keys_name_can_be_witnessed(folder):
    run("create", folder, "--name", "police.example/witness")

    assert run("trust", folder, LOG.verifier().encode(), "--origin", "go.sum database tree").exit_code == 0

    assert Witness(folder, lambda: AT).record.logs() == {"go.sum database tree": [LOG.verifier()]}


def test_a_key_that_was_stolen_from_a_log_gets_nothing_cosigned_and_still_convicts(tmp_path, folder):
    rotated = SignerKey(LOG.name, b"r" * 32)
    run("create", folder, "--name", "police.example/witness")
    run("trust", folder, LOG.verifier().encode())
    witness = Witness(folder, lambda: AT)
    witness.add_checkpoint(request(GROWN, 0, 10))
    run("trust", folder, rotated.verifier().encode())

    done = run("distrust", folder, LOG.verifier().encode())

    assert done.output == f"{LOG.name}: nothing is taken under that key any more; 1 other key(s)\n"
    assert run("list", folder).output == f"{LOG.name}  1 key(s)  10 entries\n"
    heads = Head(5, GROWN.root(5)), Head(10, GROWN.root(10))
    theirs = sign_restore(Restore(LOG.name, *heads, AT, RestoreReason.ATTACK), LOG)
    with pytest.raises(WitnessRefusalError, match="403"):
        witness.add_checkpoint(request(GROWN, 10, 20))
    with pytest.raises(NoteError):
        witness.accept_restore(theirs)
    (tmp_path / "shown").write_text(GrownLog([*leaves(9), b"x"]).note(10))
    assert run("compare", folder, tmp_path / "shown").exit_code == 1
    witness.add_checkpoint(request(GrownLog(GROWN.leaves, rotated), 10, 20))
    assert run("distrust", folder, OTHER.verifier().encode()).exit_code != 0
    assert run("trust", folder, LOG.verifier().encode()).exit_code == 0
    witness.add_checkpoint(request(GROWN, 20, 30))


def test_a_restore_is_accepted_by_the_operator_alone_and_cosigned_in_place(tmp_path, folder):
    run("create", folder, "--name", "police.example/witness")
    run("trust", folder, LOG.verifier().encode())
    witness = Witness(folder, lambda: AT)
    witness.add_checkpoint(request(GROWN, 0, 10))
    witness.add_checkpoint(request(GROWN, 10, 20))
    heads = Head(10, GROWN.root(10)), Head(20, GROWN.root(20))
    note = tmp_path / "restore"
    note.write_text(sign_restore(Restore(LOG.name, *heads, AT, RestoreReason.DISK_FAILURE), LOG))

    assert run("accept-restore", folder, note, typed="n\n").exit_code != 0
    assert witness.record.newest(LOG.name).size == 20
    done = run("accept-restore", folder, note, typed="y\n")

    assert "entries 10 to 19" in done.output
    assert len(parse_note(note.read_text()).signatures) == 2
    assert parse_checkpoint(witness.newest_note(origin_digest(LOG.name))).size == 10
    assert run("accept-restore", folder, tmp_path / "absent", "--yes").exit_code != 0


def test_it_runs_without_any_setting_and_loads_neither_database_nor_web_stack(folder):
    code = (
        "import sys; from gateway.commands.witness import app;"
        " import gateway.witness.serving, gateway.witness.comparing;"
        " print(sorted({'sqlalchemy', 'psycopg', 'fastapi', 'pydantic', 'agreements'} & sys.modules.keys()))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.stdout.strip() == "[]", done.stderr
