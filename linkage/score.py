"""From levels of agreement to the probability that two records are one person, given three classes of pairs."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.levels import COMPARISONS, Comparison
from linkage.model import LinkModel
from linkage.standardise import StandardRecord

Floats = NDArray[np.float64]

# How many records the model's own frequency of a name counts for, beside the records at hand.
_PRIOR_RECORDS = 2000
# Levels at which two strangers agree only because the name is common.
_BY_FREQUENCY = {"given": ("exact", "known_as"), "family": ("exact", "shared")}


def score_pairs(pairs: pd.DataFrame, records: Sequence[StandardRecord], model: LinkModel) -> Floats:
    """Log odds (natural) that each pair is one person, in the order of `pairs`.

    Agreement on a rare name says more than on a common one: P(agree | strangers) is the name's own frequency.
    """
    population = max(len(records), model.population)
    shape = len(pairs)
    same = np.full(shape, np.log(model.same_per_record / population))
    household = np.full(shape, np.log(model.household_per_record / population))
    chance = np.zeros(shape)
    for comparison in COMPARISONS:
        gamma = pairs[comparison.name].to_numpy(dtype=np.int64)
        weights = _weights(comparison, model)
        same += weights[0][gamma + 1]
        household += weights[1][gamma + 1]
        if comparison.name in _BY_FREQUENCY:
            chance += _by_frequency(comparison, weights[2], pairs, records)
        else:
            chance += weights[2][gamma + 1]
    return np.asarray(same - np.logaddexp(household, chance), dtype=np.float64)


def probability(log_odds: float) -> float:
    """The probability of log odds, without overflow."""
    return float(1.0 / (1.0 + np.exp(-np.clip(log_odds, -700.0, 700.0))))


def _weights(comparison: Comparison, model: LinkModel) -> tuple[Floats, Floats, Floats]:
    """Per class the log probability of each level, at place gamma + 1; nothing to compare says nothing."""
    worst_first = [model.levels[comparison.name][name] for name in reversed(comparison.level_names)]
    return (
        np.log(np.array([1.0, *(each.same for each in worst_first)])),
        np.log(np.array([1.0, *(each.household for each in worst_first)])),
        np.log(np.array([1.0, *(each.chance for each in worst_first)])),
    )


def _by_frequency(
    comparison: Comparison, weights: Floats, pairs: pd.DataFrame, records: Sequence[StandardRecord]
) -> Floats:
    gamma = pairs[comparison.name].to_numpy(dtype=np.int64)
    found = weights[gamma + 1]
    names = [getattr(record, comparison.name) for record in records]
    counted = Counter(name for name in names if name)
    total = sum(counted.values()) + _PRIOR_RECORDS
    top = len(comparison.level_names) - 1
    expected = float(np.exp(weights[top + 1]))
    frequency = np.array([(counted[name] + _PRIOR_RECORDS * expected) / total for name in names])
    left, right = pairs["left"].to_numpy(dtype=np.int64), pairs["right"].to_numpy(dtype=np.int64)
    commoner = np.maximum(frequency[left], frequency[right])
    for level in _BY_FREQUENCY[comparison.name]:
        at = gamma == top - comparison.level_names.index(level)
        # The model's own figure is the average name's; a name twice as common agrees twice as often.
        found = np.where(at, found + np.log(commoner / expected), found)
    return np.asarray(found, dtype=np.float64)
