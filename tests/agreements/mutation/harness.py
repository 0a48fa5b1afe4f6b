"""Seeds each fault into the engine, in a process of its own, and prints what catches it.

`python -m tests.agreements.mutation.harness [--workers 2] [--search]`; exits with 1 where one is not caught. Each fault
is first given the register recorded for it; all registers and laws are tried for one that survives this, and for every
fault with `--search`, as when the generator has changed and the seeds are to be recorded anew.
"""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from tests.agreements.mutation.faults_compiling import COMPILING
from tests.agreements.mutation.faults_deciding import DECIDING
from tests.agreements.mutation.judge import case_of
from tests.agreements.mutation.seeding import ENGINE, SEEDS, SURVIVED, replayed, searched

FAULTS = (*DECIDING, *COMPILING)


def stale(faults):
    """Faults whose text does not stand in the engine as often as told, each in a sentence."""
    texts = {fault.file: (ENGINE / fault.file).read_text(encoding="utf-8") for fault in faults}
    counted = [(fault, texts[fault.file].count(fault.found)) for fault in faults]
    return [f"{one.file}: {one.name}: found {n} times, not {one.times}" for one, n in counted if n != one.times]


def cases_of(faults):
    """The cases that the faults are recorded with, by seed."""
    return {seed: case_of(seed) for seed in sorted({fault.seed for fault in faults if not fault.law})}


def verdicts(faults, workers, *, search=False):
    """(fault, what catches it), in the order of the faults."""
    with processes(workers) as pool:
        first = {}
        if not search:
            replay = partial(replayed, cases=cases_of(faults))
            first = dict(zip(faults, pool.map(replay, faults), strict=True))
        lost = [fault for fault in faults if first.get(fault, SURVIVED) == SURVIVED]
        if lost:
            everything = dict(zip(SEEDS, pool.map(case_of, SEEDS), strict=True))
            first |= zip(lost, pool.map(partial(searched, cases=everything), lost), strict=True)
    return [(fault, first[fault]) for fault in faults]


def processes(workers):
    """Processes that start from nothing, as modules are imported anew in them."""
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Seed faults into the engine.")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", default="", help="faults whose name has these words")
    parser.add_argument("--search", action="store_true", help="try every register and law, in order")
    chosen = parser.parse_args(arguments)
    faults = [fault for fault in FAULTS if chosen.only in fault.name]
    lost = stale(faults)
    for sentence in lost:
        print(sentence)  # noqa: T201 - a command
    if lost:
        return 1
    found = verdicts(faults, chosen.workers, search=chosen.search)
    for fault, verdict in found:
        print(f"{fault.file:14} {fault.name:58} {verdict or 'not caught'}")  # noqa: T201
    survived = [fault for fault, verdict in found if verdict == SURVIVED]
    print(f"{len(faults) - len(survived)} of {len(faults)} faults caught")  # noqa: T201
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
