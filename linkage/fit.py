"""Fit a model to records without labels: how often one person's records disagree, learnt from the records at hand.

Only P(level | one person) is learnt, because sources differ most in their errors. What households and strangers
share stays as trained. The starting model counts as `weight` pairs, so a small file moves it little and can never
make it diverge.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from linkage.compare import compared_pairs
from linkage.levels import COMPARISONS
from linkage.model import LevelProbability, LinkModel, default_model
from linkage.record import LinkRecord
from linkage.score import Floats, score_pairs
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
    pairs = compared_pairs(known, first)
    if pairs.empty:
        return first
    model = first
    for _ in range(_ROUNDS):
        odds = np.clip(score_pairs(pairs, known, model), -50.0, 50.0)
        model = _maximise(pairs, 1.0 / (1.0 + np.exp(-odds)), first, weight)
    return replace(model, trained_on=f"{first.trained_on}; fitted to {len(known)} records")


def _maximise(pairs: pd.DataFrame, chance: Floats, first: LinkModel, weight: float) -> LinkModel:
    levels = {}
    for comparison in COMPARISONS:
        gamma = pairs[comparison.name].to_numpy(dtype=np.int64)
        top = len(comparison.level_names) - 1
        started = first.levels[comparison.name]
        compared = float(chance[gamma >= 0].sum())
        fitted = {}
        for place, name in enumerate(comparison.level_names):
            at_level = float(chance[gamma == top - place].sum())
            same = max((at_level + weight * started[name].same) / (compared + weight), _LEAST)
            fitted[name] = LevelProbability(min(same, 1.0), started[name].household, started[name].chance)
        levels[comparison.name] = fitted
    return replace(first, levels=levels)
