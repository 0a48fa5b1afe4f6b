"""Says what catches the engine that is imported, or nothing: cases answered by the reference, and the laws.

Imported anew for every fault (`seeding.py`); the cases were answered beside the engine as it should be.
"""

import pickle
from dataclasses import replace

from tests.agreements import corners, generator, laws, questions, reference
from tests.agreements.oracles.engine import Compiled, by_reference

QUESTIONS = 12
PROFILES = 2


def case_of(seed):
    """One register, questions near its rules and the reference's answers, as bytes for `case_caught`."""
    documents, rng = generator.register(generator.seeded(seed)), generator.seeded("judge", seed)
    instants, everything = questions.edges(documents), reference.cells(documents)
    asked = [questions.question(rng, documents, instants) for _ in range(QUESTIONS)]
    wanted = [((request,), chosen) for request, chosen in asked]
    wanted += [(questions.profile(rng, documents, instants), everything) for _ in range(PROFILES)]
    answered = []
    for profile, cells in wanted:
        forms, heard = by_reference(documents, profile, cells)
        answered.append((profile, cells, forms, [reference.referral(one) for one in heard]))
    return pickle.dumps((documents, answered))


def case_caught(case):
    """What is answered otherwise than by the reference, or None. An engine that falls over is caught, too."""
    try:
        return _differs(*pickle.loads(case))  # noqa: S301 - written by the harness
    except Exception as error:  # noqa: BLE001 - whatever it is, the engine may not raise it
        return type(error).__name__


def law_broken(name, seed):
    """Whether a corner, or a law in the register of a seed, does not hold; one that cannot be asked does not."""
    try:
        if hasattr(corners, name):
            getattr(corners, name)()
        else:
            getattr(laws, name)(generator.seeded("questions", seed), generator.register(generator.seeded(seed)))
    except Exception:  # noqa: BLE001 - an assertion or the engine's own error
        return True
    return False


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
