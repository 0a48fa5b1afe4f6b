"""`hearthgate(...)` runs the command as its users do, in a process of its own, from the root of the repository.

The process is a fork of one that has read the libraries; `cold_hearthgate(...)` starts one from nothing.
"""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.gateway.cli.forked import forking

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT.parent / "shared" / "samples"
_LONGEST = 120


def run_hearthgate(*arguments, stdin=b"", forks=None):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEARTHGATE_")}
    words = [*map(str, arguments)]
    if forks is not None:
        done = forks.run(words, stdin, environment, _LONGEST)
    else:
        command = [sys.executable, "-m", "gateway", *words]
        done = subprocess.run(
            command, input=stdin, capture_output=True, cwd=ROOT, env=environment, check=False, timeout=_LONGEST
        )
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="session")
def cold_hearthgate():
    return run_hearthgate


@pytest.fixture(scope="session")
def hearthgate():
    with forking(ROOT) as forks:
        yield partial(run_hearthgate, forks=forks)
