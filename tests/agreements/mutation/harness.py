"""Seeds each fault into a copy of the engine and prints what catches it.

`python -m tests.agreements.mutation.harness [--workers 2]`; exits with 1 where one is not caught.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.agreements.mutation.faults_compiling import COMPILING
from tests.agreements.mutation.faults_deciding import DECIDING
from tests.agreements.mutation.judge import write_cases

ROOT = Path(__file__).resolve().parents[3]
SURVIVED = "not caught"
FAULTS = (*DECIDING, *COMPILING)


def stale(faults):
    """Faults whose text does not stand in the engine as often as told, each in a sentence."""
    texts = {fault.file: (ROOT / "agreements" / fault.file).read_text(encoding="utf-8") for fault in faults}
    counted = [(fault, texts[fault.file].count(fault.found)) for fault in faults]
    return [f"{one.file}: {one.name}: found {n} times, not {one.times}" for one, n in counted if n != one.times]


def seed(fault, folder):
    """Copy the engine into a folder with one fault in it, or as it is."""
    package = Path(folder) / "agreements"
    shutil.copytree(ROOT / "agreements", package, ignore=shutil.ignore_patterns("__pycache__"))
    if fault is not None:
        text = (package / fault.file).read_text(encoding="utf-8")
        (package / fault.file).write_text(text.replace(fault.found, fault.written, 1), encoding="utf-8")


def caught_by(fault, cases):
    """What catches a fault, in a few words; `SURVIVED` where nothing does. `None` as fault: the engine as it is."""
    with tempfile.TemporaryDirectory() as folder:
        seed(fault, folder)
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.agreements.mutation.judge",
                str(cases),
                *(["LAWS"] if fault and fault.law else []),
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join((folder, str(ROOT))), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        return f"does not start: {done.stderr.strip().splitlines()[-1]}"
    return done.stdout.strip() or SURVIVED


def verdicts(faults, workers):
    """(fault, what catches it), in the order of the faults."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        cases = Path(folder) / "cases.pickle"
        write_cases(cases)
        yield from zip(faults, pool.map(lambda fault: caught_by(fault, cases), faults), strict=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Seed faults into the engine.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="faults whose name has these words")
    chosen = parser.parse_args(arguments)
    faults = [fault for fault in FAULTS if chosen.only in fault.name]
    lost = stale(faults)
    for sentence in lost:
        print(sentence)  # noqa: T201 - a command
    if lost:
        return 1
    survived = 0
    for fault, verdict in verdicts(faults, chosen.workers):
        survived += verdict == SURVIVED
        print(f"{fault.file:14} {fault.name:58} {verdict}", flush=True)  # noqa: T201
    print(f"{len(faults) - survived} of {len(faults)} faults caught")  # noqa: T201
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
