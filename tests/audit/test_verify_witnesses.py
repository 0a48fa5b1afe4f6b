import subprocess
import sys
from pathlib import Path

import pytest

from audit.fork import Fork
from audit.notes import add_signatures, cosign
from audit.restore import Head, Restore, RestoreReason, sign_restore
from audit.verify import main
from tests.audit.grown_log import HEALTH, LOG, POLICE, GrownLog, forked, leaves
from tests.audit.test_restore import AT

ROOT = Path(__file__).resolve().parents[2]
TRUE, FALSE = GrownLog(leaves(40)), forked(40, 11)
KEY = LOG.verifier().encode()


@pytest.fixture
def policy(tmp_path):
    path = tmp_path / "policy"
    path.write_text(
        f"log {KEY}\nwitness police {POLICE.verifier().encode()}\nwitness health {HEALTH.verifier().encode()}\n"
        "group both all police health\nquorum both\n"
    )
    return str(path)


def kept(tmp_path, text):
    path = tmp_path / "kept"
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


def cosigned(note, *witnesses):
    return add_signatures(note, [cosign(note, one, 1_795_253_415) for one in witnesses])


@pytest.mark.parametrize("whole", [True, False])
def test_a_receipt_needs_the_quorum_of_the_policy_that_one_gives(tmp_path, policy, capsys, whole):
    note = cosigned(TRUE.note(20), *([POLICE, HEALTH] if whole else [POLICE]))

    status = main(["--policy", policy, kept(tmp_path, TRUE.receipt(7, 20, note))])

    said = capsys.readouterr().out
    assert status == (0 if whole else 1)
    assert ("2 known witness(es)" if whole else f"do not make the policy's quorum: {POLICE.name}\n") in said


def test_a_checkpoint_and_an_own_key_go_with_a_policy_too(tmp_path, policy, capsys):
    path = kept(tmp_path, cosigned(TRUE.note(20), POLICE, HEALTH))

    assert main(["--policy", policy, "--key", KEY, path]) == 0
    assert main(["--policy", policy, kept(tmp_path, TRUE.note(20))]) == 1
    broken = tmp_path / "broken"
    broken.write_text("quorum both\n")
    assert main(["--policy", str(broken), path]) == 2
    assert "line 1" in capsys.readouterr().out


def test_a_fork_is_judged_by_the_logs_key_alone(tmp_path, capsys):
    fork = Fork(TRUE.note(20), FALSE.note(30), FALSE.root(20), FALSE.proof(20, 30))

    assert main(["--key", KEY, kept(tmp_path, fork.encode())]) == 0
    assert "fork proved: the log northvale.example/audit of 30 entries" in capsys.readouterr().out
    assert main(["--key", KEY, kept(tmp_path, Fork(TRUE.note(20), TRUE.note(20)).encode())]) == 1
    assert capsys.readouterr().out.startswith("FAIL")


def test_a_declared_restore_is_told_with_the_witnesses_that_accepted_it(tmp_path, policy, capsys):
    declared = sign_restore(
        Restore(LOG.name, Head(20, TRUE.root(20)), Head(25, TRUE.root(25)), AT, RestoreReason.EXERCISE), LOG
    )

    assert main(["--policy", policy, kept(tmp_path, cosigned(declared, POLICE, HEALTH))]) == 0
    assert "declares entries 20 to 24 lost, 2 known" in capsys.readouterr().out
    assert main(["--policy", policy, kept(tmp_path, cosigned(declared, POLICE))]) == 1
    assert main(["--key", KEY, "--witnesses-needed", "1", kept(tmp_path, declared)]) == 1


def test_it_all_runs_from_a_copy_of_the_folder(tmp_path, policy):
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "audit").symlink_to(ROOT / "audit")
    path = kept(tmp_path, TRUE.receipt(7, 20, cosigned(TRUE.note(20), POLICE, HEALTH)))

    done = subprocess.run(
        [sys.executable, "-m", "audit.verify", "--policy", policy, path],
        cwd=tmp_path / "copy", capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
