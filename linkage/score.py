"""From levels of agreement to the probability that two records are one person, given three classes of pairs."""

import numpy as np
from numpy.typing import NDArray

from linkage.compare import ComparedPairs, worths
from linkage.levels import BY_FREQUENCY, COMPARISONS, NEARLY, Comparison
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

    Agreement on a rare name says more than on a common one: P(agree | strangers) is the name's own frequency. Names
    that nearly agree are rather a slip where nobody else bears one of them, and rather two where others bear both.
    """
    scores = np.tile(np.log(model.class_shares(records)), (len(patterns), 1))
    for place, comparison in enumerate(COMPARISONS):
        scores += _weights(comparison, model)[patterns[:, place].astype(np.int64) + 1]
    for place, name in enumerate(BY_FREQUENCY):
        scores += _frequency(patterns, rarity[:, place], name, model)
    return np.asarray(scores, dtype=np.float64)


def class_parts(patterns: Levels, rarity: Levels, model: LinkModel) -> Floats:
    """What each comparison adds to `class_scores`: pattern, comparison in the order of `COMPARISONS`, class."""
    parts = np.stack(
        [_weights(each, model)[patterns[:, place].astype(np.int64) + 1] for place, each in enumerate(COMPARISONS)],
        axis=1,
    )
    names = [each.name for each in COMPARISONS]
    for place, name in enumerate(BY_FREQUENCY):
        parts[:, names.index(name)] += _frequency(patterns, rarity[:, place], name, model)
    return np.asarray(parts, dtype=np.float64)


def nearly(patterns: Levels, name: str) -> NDArray[np.bool_]:
    """The patterns in which two names, given or family, nearly agree."""
    place = next(number for number, each in enumerate(COMPARISONS) if each.name == name)
    return np.isin(patterns[:, place], worths(COMPARISONS[place], NEARLY[name]))


def log_odds(scores: Floats) -> Floats:
    """Log odds of the first class against the other two."""
    return np.asarray(scores[:, 0] - np.logaddexp(scores[:, 1], scores[:, 2]), dtype=np.float64)


def probability(odds: float) -> float:
    """The probability of log odds, without overflow."""
    return float(1.0 / (1.0 + np.exp(-np.clip(odds, -700.0, 700.0))))


def _frequency(patterns: Levels, rarity: Levels, name: str, model: LinkModel) -> Floats:
    """What the frequency of names adds where they agree, or nearly do."""
    factors, slips = (
        np.vstack([np.zeros(3), np.log(np.array(each))]) for each in (model.rarity_factors(name), model.slips_of(name))
    )
    held = rarity.astype(np.int64) + 1
    return np.asarray(np.where(nearly(patterns, name)[:, None], slips[held], factors[held]), dtype=np.float64)


def _weights(comparison: Comparison, model: LinkModel) -> Floats:
    """The log probability of each level and class, at row level + 1; nothing to compare says nothing."""
    worst_first = [model.levels[comparison.name][name] for name in reversed(comparison.level_names)]
    return np.asarray(np.log(np.array([(1.0, 1.0, 1.0), *worst_first])), dtype=np.float64)
