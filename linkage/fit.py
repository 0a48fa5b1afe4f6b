"""Fit a model to records without labels: how often one person's records disagree, learnt from the records at hand.

Only P(level | one person) is learnt, because sources differ most in their errors. What households and strangers
share stays as trained. The starting model counts as `weight` pairs, so a small file moves it little and can never
make it diverge.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from linkage.candidates import candidates
from linkage.columns import connect, records_table
from linkage.compare import ComparedPairs, compare
from linkage.levels import COMPARISONS
from linkage.model import LevelProbability, LinkModel, default_model
from linkage.record import LinkRecord
from linkage.score import Floats, class_scores
from linkage.standardise import standardise

_ROUNDS = 10
_LEAST = 1e-4


def fit_model(records: Sequence[LinkRecord], start: LinkModel | None = None, weight: float = 500.0) -> LinkModel:
    """Expectation-maximisation over the pairs that blocking finds, from `start` (None: the model shipped).

    Deterministic. Fewer than two records, or none that could be compared, give `start` back.
    """
    first = start or default_model()
    known = [standardise(each) for each in sorted(records, key=lambda record: record.record_id)]
    if len(known) < 2:  # noqa: PLR2004 - a pair
        return first
    with connect() as connection:
        records_table(connection, known)
        found = candidates(connection)
        pairs = compare(connection, found.left, found.right)
    if not len(pairs):
        return first
    return fit_pairs(pairs, len(known), first, weight)


def fit_pairs(pairs: ComparedPairs, records: int, first: LinkModel, weight: float = 500.0) -> LinkModel:
    """Fit to compared pairs of so many records."""
    count = np.bincount(pairs.pattern, minlength=len(pairs.patterns)).astype(np.float64)
    model = first
    for _ in range(_ROUNDS):
        scores = class_scores(pairs.patterns, pairs.rarity, model, records)
        chance = np.exp(scores[:, 0] - np.logaddexp.reduce(scores, axis=1))
        model = _maximise(pairs, chance * count, first, weight)
    return replace(model, trained_on=f"{first.trained_on}; fitted to {records} records")


def _maximise(pairs: ComparedPairs, expected: Floats, first: LinkModel, weight: float) -> LinkModel:
    levels = {}
    for place, comparison in enumerate(COMPARISONS):
        gamma = pairs.patterns[:, place]
        top = len(comparison.level_names) - 1
        started = first.levels[comparison.name]
        compared = float(expected[gamma >= 0].sum())
        fitted = {}
        for number, name in enumerate(comparison.level_names):
            at_level = float(expected[gamma == top - number].sum())
            same = max((at_level + weight * started[name].same) / (compared + weight), _LEAST)
            fitted[name] = LevelProbability(min(same, 1.0), started[name].household, started[name].chance)
        levels[comparison.name] = fitted
    return replace(first, levels=levels)
