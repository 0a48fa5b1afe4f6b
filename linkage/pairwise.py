"""One pair compared and scored without a database: the same levels and log odds as for a million pairs.

The levels are those of `linkage.levels`, whose every condition is also a function of two records; the score is that of
`linkage.score`, summed here with plain numbers because arrays cost more than one pair is worth.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, floor, log, log1p, log2
from operator import attrgetter

from linkage.columns import RARITIES, USUAL_BEARERS, USUAL_RECORDS
from linkage.conditions import Holds
from linkage.conflicts import near_conclusive
from linkage.levels import BY_FREQUENCY, COMPARISONS, NEARLY, Comparison
from linkage.model import LinkModel
from linkage.score import NEAR_CONCLUSIVE
from linkage.standardise import StandardRecord

Weights = tuple[float, float, float]
"""Something added to the logarithms of the three classes: one person, one household, strangers."""

_NOTHING: Weights = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Comparable:
    """A record, and how rare its given and its family name are among all records (`rarity_of`)."""

    record: StandardRecord
    given_rarity: int = RARITIES - 1
    family_rarity: int = RARITIES - 1


def rarity_of(held: int, of_all: int) -> int:
    """The class of frequency of a name that `held` of `of_all` records with a name bear; 0 is the commonest."""
    return min(RARITIES - 1, max(0, floor(log2((of_all + USUAL_RECORDS) / (held + USUAL_BEARERS)))))


def level_of(comparison: Comparison, left: StandardRecord, right: StandardRecord) -> int:
    """The level at which two records agree: -1 nothing to compare, 0 different, and upwards the better it agrees."""
    if comparison.nothing_to_compare.holds(left, right):
        return -1
    top = len(comparison.levels)
    return next((top - place for place, one in enumerate(comparison.levels) if one.condition.holds(left, right)), 0)


class PairScorer:
    """Scores pairs by a model as of so many records."""

    def __init__(self, model: LinkModel, records: int) -> None:
        shares = model.class_shares(records)
        self._start: Weights = (log(shares.same), log(shares.household), log(shares.chance))
        self._steps = [_Step(comparison, model) for comparison in COMPARISONS]

    def __call__(self, left: Comparable, right: Comparable) -> float:
        """Natural log odds that two records are one person."""
        return self.against(left)(right)

    def against(self, left: Comparable) -> Callable[[Comparable], float]:
        """The same for one record and whoever else: what it holds nothing of is not asked again for each."""
        steps = [step.weigh for step in self._steps if not step.silent_of(left.record)]
        start = self._start
        verified = any(each.verified for each in left.record.identifiers)

        def score(right: Comparable) -> float:
            same, household, chance = start
            for weigh in steps:
                weights = weigh(left, right)
                same += weights[0]
                household += weights[1]
                chance += weights[2]
            most, least = (household, chance) if household > chance else (chance, household)
            odds = same - most - log1p(exp(least - most))
            if verified and odds < NEAR_CONCLUSIVE and near_conclusive(left.record, right.record):
                return NEAR_CONCLUSIVE
            return odds

        return score


class _Step:
    """One comparison with the weights of its levels."""

    def __init__(self, comparison: Comparison, model: LinkModel) -> None:
        name, levels = comparison.name, model.levels[comparison.name]
        self._silent: Holds = comparison.nothing_to_compare.holds
        self.silent_of = comparison.nothing_to_compare.whoever
        factors = [_logs(each) for each in model.rarity_factors(name)] if name in BY_FREQUENCY else []
        slips = [_logs(each) for each in model.slips_of(name)] if name in NEARLY else []
        # What a name's frequency adds, of the commoner of the two or of the rarer.
        by_frequency = dict.fromkeys(BY_FREQUENCY.get(name, ()), (min, factors)) | dict.fromkeys(
            NEARLY.get(name, ()), (max, slips)
        )
        self._levels = [
            (one.condition.holds, _logs(levels[one.name]), by_frequency.get(one.name)) for one in comparison.levels
        ]
        self._different = _logs(levels["different"])
        self._rarity = attrgetter(f"{name}_rarity") if by_frequency else None

    def weigh(self, left: Comparable, right: Comparable) -> Weights:
        """What this comparison adds for a pair."""
        if self._silent(left.record, right.record):
            return _NOTHING
        for holds, weights, by_frequency in self._levels:
            if holds(left.record, right.record):
                if by_frequency is None or self._rarity is None:
                    return weights
                one_of, added = by_frequency
                factor = added[one_of(self._rarity(left), self._rarity(right))]
                return weights[0] + factor[0], weights[1] + factor[1], weights[2] + factor[2]
        return self._different


def _logs(each: tuple[float, float, float]) -> Weights:
    return log(each[0]), log(each[1]), log(each[2])
