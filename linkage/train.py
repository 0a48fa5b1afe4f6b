"""Train the default model on generated people: `python -m linkage.train` writes `default_model.json`.

Truth is known there, so the probability of each level is counted, not estimated: over pairs of one person, pairs
of two persons of one household, and random pairs.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from linkage.compare import compare_records
from linkage.levels import COMPARISONS, Comparison
from linkage.model import LevelProbability, LinkModel
from linkage.standardise import standardise
from linkage.told import beside_told
from linkage.training_people import Labelled, generate

_PEOPLE, _SEED = 40_000, 7
_RANDOM_PAIRS = 30
# A level never seen in a class is rare there, not impossible; real records are worse than generated ones.
_LEAST = {"same": 2e-3, "household": 2e-4, "chance": 2e-7}
# What generated people cannot teach: strangers do share a block of flats, an office's phone, a desk's e-mail.
_LEAST_BY_CHANCE = {
    ("place", "dwelling"): 1e-5,
    ("place", "text"): 1e-5,
    ("place", "street"): 1e-4,
    ("place", "postcode"): 1e-4,
    ("place", "similar"): 3e-3,
    ("contact", "phone"): 1e-5,
    ("contact", "email"): 2e-6,
    ("given", "swapped"): 1e-5,
    ("given", "turned"): 1e-5,
}
# Numbers of a service's own are not generated: the same number from one service is one client, or its family's.
_LOCAL_ID = {"same": LevelProbability(0.9, 0.05, 1e-5), "different": LevelProbability(0.1, 0.95, 1.0)}
# What they teach too well: people have several middle names, and services ask for different ones; a name is misheard.
_LEAST_OF_SAME = {("middle", "different"): 0.03, ("given", "alike"): 0.01, ("family", "alike"): 0.005}
_PSEUDO_COUNT = 0.5


def blank_model() -> LinkModel:
    """A model without knowledge: every level as probable in each class."""
    levels = {each.name: {level: LevelProbability(0.5, 0.5, 0.5) for level in each.level_names} for each in COMPARISONS}
    return LinkModel(
        levels=levels,
        same_per_record=1.0,
        household_per_record=3.0,
        population=20_000,
        merge_at=0.9,
        review_at=0.3,
        strong_at=0.99,
        trained_on="",
    )


def train_on(labelled: Sequence[Labelled], seed: int, trained_on: str) -> LinkModel:
    """Count the levels of agreement of labelled records. Deterministic for one seed."""
    blank = blank_model()
    records = [standardise(each.record) for each in labelled]
    person = np.array([each.person for each in labelled])
    household = np.array([each.household for each in labelled])
    counts: dict[str, dict[str, NDArray[np.int64]]] = {each.name: {} for each in COMPARISONS}
    per_record: dict[str, float] = {}
    together = compare_records(records, *_pairs_of_households(household))
    apart = compare_records(records, *_random_pairs(len(records), Random(seed)))  # noqa: S311 - sampling, no cryptography
    for kind, pairs in (("same", together), ("household", together), ("chance", apart)):
        one_person = person[pairs.left] == person[pairs.right]
        one_household = household[pairs.left] == household[pairs.right]
        chosen = {"same": one_person, "household": one_household & ~one_person, "chance": ~one_household}[kind]
        per_record[kind] = 2 * float(chosen.sum()) / len(records)
        for place, each in enumerate(COMPARISONS):
            level = pairs.patterns[pairs.pattern[chosen], place]
            top = len(each.level_names) - 1
            counts[each.name][kind] = np.array([(level == top - number).sum() for number in range(top + 1)])
    levels = {each.name: _probabilities(each, counts[each.name]) for each in COMPARISONS}
    levels["local_id"] = _LOCAL_ID
    # A number of some other state is written down as a National Insurance number is: without a check digit.
    levels["national_id"] = levels["nino"]
    return LinkModel(
        levels=levels,
        same_per_record=round(per_record["same"], 3),
        household_per_record=round(per_record["household"], 3),
        population=blank.population,
        merge_at=blank.merge_at,
        review_at=blank.review_at,
        strong_at=blank.strong_at,
        trained_on=trained_on,
    )


def _probabilities(comparison: Comparison, counts: dict[str, NDArray[np.int64]]) -> dict[str, LevelProbability]:
    shares = {}
    for kind, found in counts.items():
        smoothed = (found + (_PSEUDO_COUNT if kind != "chance" else 0.0)) / max(found.sum() + len(found) / 2, 1.0)
        shares[kind] = np.maximum(smoothed, _LEAST[kind])
    if comparison.name == "place":
        # A household shares its addresses and how they are misspelt.
        shares["household"] = np.maximum(shares["household"], _LEAST["same"])
    rows = np.array(
        [
            (
                max(shares["same"][place], _LEAST_OF_SAME.get((comparison.name, name), 0.0)),
                shares["household"][place],
                max(shares["chance"][place], _LEAST_BY_CHANCE.get((comparison.name, name), 0.0)),
            )
            for place, name in enumerate(comparison.level_names)
        ]
    )
    return {
        name: LevelProbability(*(float(f"{each:.6g}") for each in row))
        for name, row in zip(comparison.level_names, beside_told(comparison, rows).tolist(), strict=True)
    }


def _pairs_of_households(household: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    members: dict[int, list[int]] = defaultdict(list)
    for number, home in enumerate(household.tolist()):
        members[home].append(number)
    pairs = np.array([pair for each in members.values() for pair in combinations(each, 2)], dtype=np.int64)
    return pairs[:, 0], pairs[:, 1]


def _random_pairs(size: int, random: Random) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    pairs = set()
    for _ in range(_RANDOM_PAIRS * size):
        left, right = sorted((random.randrange(size), random.randrange(size)))
        if left != right:
            pairs.add((left, right))
    found = np.array(sorted(pairs), dtype=np.int64)
    return found[:, 0], found[:, 1]


def main() -> None:
    """Write the default model beside this file."""
    model = train_on(generate(_PEOPLE, _SEED), _SEED, f"{_PEOPLE} generated people, seed {_SEED}")
    Path(__file__).with_name("default_model.json").write_text(model.to_json(), "utf-8")
    sys.stdout.write(f"trained on {model.trained_on}\n")


if __name__ == "__main__":
    main()
