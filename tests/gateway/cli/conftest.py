"""`hearthgate(...)` runs the command as its users do, in a process of its own, from the root of the repository."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT.parent / "shared" / "samples"


def run_hearthgate(*arguments, stdin=b""):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEARTHGATE_")}
    command = [sys.executable, "-m", "gateway", *map(str, arguments)]
    done = subprocess.run(
        command, input=stdin, capture_output=True, cwd=ROOT, env=environment, check=False, timeout=120
    )
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture(scope="session")
def hearthgate():
    return run_hearthgate
