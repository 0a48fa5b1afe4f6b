"""Judges one copy of the engine, the `agreements` package found first on the path: says what catches it, or nothing.

`python -m tests.agreements.mutation.judge CASES [LAWS]`. CASES were written by `write_cases` with the engine as it
should be; the answers in them are the reference's. LAWS: ask the laws before the cases.
"""

import pickle
import sys
from dataclasses import replace
from pathlib import Path

from tests.agreements import generator, questions, reference
from tests.agreements.laws import LAWS
from tests.agreements.oracles.differential import Compiled, by_reference

SEEDS = range(1, 121)
LAW_SEEDS = range(1, 61)
QUESTIONS = 12
PROFILES = 2


def write_cases(path, seeds=SEEDS):
    """Registers, questions near their rules, and the reference's answers."""
    cases = []
    for seed in seeds:
        documents, rng = generator.register(generator.seeded(seed)), generator.seeded("judge", seed)
        instants, everything = questions.edges(documents), reference.cells(documents)
        asked = [questions.question(rng, documents, instants) for _ in range(QUESTIONS)]
        wanted = [((request,), chosen) for request, chosen in asked]
        wanted += [(questions.profile(rng, documents, instants), everything) for _ in range(PROFILES)]
        answered = []
        for profile, cells in wanted:
            forms, heard = by_reference(documents, profile, cells)
            answered.append((profile, cells, forms, [reference.referral(one) for one in heard]))
        # Each by itself, as most faults are caught by the first few and the rest need not be read.
        cases.append((seed, pickle.dumps((documents, answered))))
    Path(path).write_bytes(pickle.dumps(cases))


def judge(cases, *, laws_first):
    """What catches the engine, in a few words, or None. An engine that falls over is caught, too."""
    if laws_first:
        return broken_law() or difference(cases)
    return difference(cases) or broken_law()


def difference(cases):
    """The first case that is answered otherwise than by the reference."""
    for seed, case in cases:
        try:
            caught = _differs(*pickle.loads(case))  # noqa: S301 - written by the harness
        except Exception as error:  # noqa: BLE001 - whatever it is, the engine may not raise it
            caught = type(error).__name__
        if caught:
            return f"differential: {caught}, seed {seed}"
    return None


def broken_law():
    """The first law that does not hold."""
    for seed in LAW_SEEDS:
        for law in LAWS:
            try:
                law(generator.seeded("questions", seed), generator.register(generator.seeded(seed)))
            except Exception:  # noqa: BLE001 - a law that cannot be asked does not hold
                return f"law: {law.__name__.replace('_', ' ')}, seed {seed}"
    return None


def _differs(documents, answered):
    engine = Compiled(documents)
    for profile, cells, forms, referrals in answered:
        # Made anew, so that what a request works out for itself is worked out by the engine that is judged.
        asked = tuple(replace(request) for request in profile)
        got, decisions = engine.released(asked, cells)
        if got != forms:
            return "whole profile" if len(profile) > 1 else "cell"
        if [engine.referred(decision) for decision in decisions] != referrals:
            return "referral"
    return None


if __name__ == "__main__":
    # Written by the harness a moment ago, in a folder of its own.
    read = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301
    print(judge(read, laws_first="LAWS" in sys.argv) or "")  # noqa: T201
