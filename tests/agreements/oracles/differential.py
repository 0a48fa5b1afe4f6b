"""Compares the compiled engine with the reference, Cedar and Rego on random registers and on Northvale's.

`python -m tests.agreements.oracles.differential --cells 1000000 --profiles 10000` prints its progress, then one line of
JSON, and exits with 1 where any two engines differ. Every register and question follows from its seed alone.
"""

import argparse
import json
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from agreements.enactment import enact_register
from agreements.loader import load_register
from tests.agreements import generator, questions, reference
from tests.agreements.northvale import ENACTED, NOW, REGISTER
from tests.agreements.oracles.cedar import CedarOracle
from tests.agreements.oracles.engine import Compiled, by_reference
from tests.agreements.oracles.rego import RegoOracle

CELLS_A_REGISTER = 100
NORTHVALE_EVERY = 100
"""One in so many seeds asks of Northvale's register instead of a random one."""


@dataclass
class Tally:
    """What was compared. `differences` are sentences that name the seed."""

    cells: int = 0
    released: int = 0
    profiles: int = 0
    profile_cells: int = 0
    profile_released: int = 0
    referrals: int = 0
    differences: list[str] = field(default_factory=list)

    def add(self, other):
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def compare(seed, documents, cells, profiles, *, oracles=True):
    """Ask one register of at least so many cells, a few to each request, and of whole profiles."""
    rng, tally = generator.seeded("questions", seed), Tally()
    instants, everything = questions.edges(documents), reference.cells(documents)
    asked = [questions.question(rng, documents, instants) for _ in range(-(-cells // questions.CELLS))]
    wanted = [((request,), chosen) for request, chosen in asked]
    wanted += [(questions.profile(rng, documents, instants), everything) for _ in range(profiles)]
    engine = Compiled(documents)
    cedar = CedarOracle(documents).permitting(wanted) if oracles else [None] * len(wanted)
    rego = RegoOracle(documents) if oracles else None
    for (profile, chosen), by_cedar in zip(wanted, cedar, strict=True):
        got, decisions = engine.released(profile, chosen)
        expected, heard = by_reference(documents, profile, chosen)
        answers = {"the compiled engine": got}
        if rego is not None:
            answers["Rego"] = rego.released(profile, chosen)
            bare = [{cell: clauses for cell, (_, clauses) in answer.items()} for answer in expected]
            _note(tally, seed, "Cedar", [_present(answer) for answer in by_cedar], bare, profile)
        for name, answer in answers.items():
            _note(tally, seed, name, answer, expected, profile)
        if len(profile) > 1:
            _count_profile(tally, expected, chosen)
            for one, decision in zip(heard, decisions, strict=True):
                asks = reference.referral(one)
                tally.referrals += asks is not None
                _note(tally, seed, "the referral", engine.referred(decision), asks, profile)
        else:
            tally.cells += len(chosen)
            tally.released += len(expected[0])
    return tally


def _present(answer):
    return {cell: clauses for cell, clauses in answer.items() if clauses}


def _count_profile(tally, expected, chosen):
    tally.profiles += 1
    tally.profile_cells += len(expected) * len(chosen)
    tally.profile_released += sum(len(answer) for answer in expected)


def _note(tally, seed, name, answer, expected, profile):
    if answer != expected:
        tally.differences.append(
            f"seed {seed}: {name} answers {answer!r:.300}, not {expected!r:.300}, of {profile!r:.600}"
        )


def compare_seed(seed, cells, profiles, *, northvale=True, oracles=True):
    """Compare on the register of one seed; a part of the seeds takes Northvale's, whose profiles are larger."""
    if northvale and seed % NORTHVALE_EVERY == 0:
        return compare(seed, northvale_documents(), cells, profiles, oracles=oracles)
    return compare(seed, generator.register(generator.seeded(seed)), cells, profiles, oracles=oracles)


@cache
def northvale_documents():
    with tempfile.TemporaryDirectory() as signed:
        enact_register(REGISTER, Path(signed), ENACTED)
        return load_register(REGISTER, Path(signed), NOW)


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Compare the four engines.")
    parser.add_argument("--cells", type=int, default=1_000_000)
    parser.add_argument("--profiles", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args(arguments)
    seeds = max(-(-chosen.cells // CELLS_A_REGISTER), chosen.profiles)
    shares = [(seed, _share(chosen.cells, seed, seeds), _share(chosen.profiles, seed, seeds)) for seed in range(seeds)]
    total, began = Tally(), time.perf_counter()
    with ProcessPoolExecutor(chosen.workers) as pool:
        for done, tally in enumerate(pool.map(compare_seed, *zip(*shares, strict=True), chunksize=8), start=1):
            total.add(tally)
            for difference in tally.differences[:3]:
                print(difference, file=sys.stderr)  # noqa: T201 - a command
            if done % max(1, seeds // 20) == 0:
                progress = f"{done} of {seeds} registers, {len(total.differences)} differences"
                print(progress, file=sys.stderr, flush=True)  # noqa: T201
    result = {**vars(total), "differences": len(total.differences), "seconds": round(time.perf_counter() - began, 1)}
    print(json.dumps(result))  # noqa: T201
    return 1 if total.differences else 0


def _share(total, seed, seeds):
    """Spread a total over seeds, the remainder over the first ones."""
    return total // seeds + (seed < total % seeds)


if __name__ == "__main__":
    sys.exit(main())
