"""`.ci/run` fails where the checks or the tests do, and says what the checks found."""

import os
import subprocess
from pathlib import Path

import pytest

RUN = Path(__file__).resolve().parents[2] / ".ci" / "run"


@pytest.fixture
def ci(tmp_path):
    """Run it in a folder of its own with a `make` whose targets fail as told, and tell its status and output."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci/run").write_text(RUN.read_text())
    make = tmp_path / "make"
    make.write_text('#!/bin/sh\necho "made $1"\ncase " $FAILING " in *" $1 "*) exit 2;; esac\n')
    make.chmod(0o755)

    def run(failing):
        environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "FAILING": failing}
        done = subprocess.run(
            ["sh", tmp_path / ".ci/run"], env=environment, capture_output=True, text=True, timeout=60, check=False
        )
        return done.returncode, done.stdout.split("\n")[:-1]

    return run


@pytest.mark.parametrize(("failing", "status"), [("", 0), ("check", 1), ("test", 1), ("check test", 1)])
def test_checks_and_tests_are_both_run_and_either_that_fails_is_its_failure(ci, failing, status):
    assert ci(failing) == (status, ["made setup", "made test", "made check"])


def test_without_its_set_up_nothing_is_run(ci):
    assert ci("setup") == (2, ["made setup"])
