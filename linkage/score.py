"""From levels of agreement to the probability that two records are one person, given three classes of pairs."""

import numpy as np
from numpy.typing import NDArray

from linkage.compare import ComparedPairs
from linkage.levels import BY_FREQUENCY, COMPARISONS, Comparison
from linkage.model import LinkModel

Floats = NDArray[np.float64]
Levels = NDArray[np.int8]

NEAR_CONCLUSIVE = 9.0
"""Natural log odds of one verified identifier with an agreeing date of birth: near-conclusive, never certain."""


def score_pairs(pairs: ComparedPairs, model: LinkModel, records: int) -> Floats:
    """Log odds (natural) that each pair is one person, in the order of `pairs`; `records` is how many there are."""
    by_pattern = log_odds(class_scores(pairs.patterns, pairs.rarity, model, records))
    by_pattern = np.where(pairs.conclusive, np.maximum(by_pattern, NEAR_CONCLUSIVE), by_pattern)
    return np.asarray(by_pattern[pairs.pattern], dtype=np.float64)


def class_scores(patterns: Levels, rarity: Levels, model: LinkModel, records: int) -> Floats:
    """Log of share times likelihood: a row per pattern, the columns one person, one household, strangers.

    Agreement on a rare name says more than on a common one: P(agree | strangers) is the name's own frequency.
    """
    scores = np.tile(np.log(model.class_shares(records)), (len(patterns), 1))
    for place, comparison in enumerate(COMPARISONS):
        scores += _weights(comparison, model)[patterns[:, place].astype(np.int64) + 1]
    for place, name in enumerate(BY_FREQUENCY):
        factors = np.vstack([np.zeros(3), np.log(np.array(model.rarity_factors(name)))])
        scores += factors[rarity[:, place].astype(np.int64) + 1]
    return np.asarray(scores, dtype=np.float64)


def log_odds(scores: Floats) -> Floats:
    """Log odds of the first class against the other two."""
    return np.asarray(scores[:, 0] - np.logaddexp(scores[:, 1], scores[:, 2]), dtype=np.float64)


def probability(odds: float) -> float:
    """The probability of log odds, without overflow."""
    return float(1.0 / (1.0 + np.exp(-np.clip(odds, -700.0, 700.0))))


def _weights(comparison: Comparison, model: LinkModel) -> Floats:
    """The log probability of each level and class, at row level + 1; nothing to compare says nothing."""
    worst_first = [model.levels[comparison.name][name] for name in reversed(comparison.level_names)]
    return np.asarray(np.log(np.array([(1.0, 1.0, 1.0), *worst_first])), dtype=np.float64)
