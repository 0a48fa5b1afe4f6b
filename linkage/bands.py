"""How sure each record is of its place: P(record belongs to this person given the rest of its cluster)."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from linkage.model import LinkModel
from linkage.record import Band, Verdict
from linkage.score import probability

Pair = tuple[int, int]
Claim = Callable[[int, int], bool]

# Pairs of one cluster repeat each other's evidence, so beyond the best one the others together count half, and only
# where they speak against. No single pair may outweigh what every other one says.
_OTHERS, _MOST = 0.5, 12.0
_CERTAIN_BY_DECISION = 0.999


def band_for(chance: float, model: LinkModel) -> Band:
    """The band of a probability alone; `verified` needs an identifier and a birth date besides."""
    if chance >= model.strong_at:
        return Band.STRONG
    return Band.PROBABLE if chance >= model.merge_at else Band.REVIEW


class Places:
    """Answers how sure a record's place is, from the pairs that were compared."""

    def __init__(self, log_odds: Mapping[Pair, float], same: Claim, decided: Mapping[Pair, Verdict]) -> None:
        self._compared: dict[int, dict[int, float]] = defaultdict(dict)
        for (left, right), odds in log_odds.items():
            self._compared[left][right] = odds
            self._compared[right][left] = odds
        self._same = same
        self._joined: dict[int, set[int]] = defaultdict(set)
        for (left, right), verdict in decided.items():
            if verdict == "same":
                self._joined[left].add(right)
                self._joined[right].add(left)

    def place(self, record: int, cluster: Collection[int]) -> tuple[float, bool]:
        """P(record belongs to the rest of `cluster`), and whether it is verified there.

        Verified: one verified identifier and an agreeing birth date. A singleton is certain of itself.
        """
        if len(cluster) == 1:
            return 1.0, True
        held = set(cluster)
        scores = {other: odds for other, odds in self._compared[record].items() if other in held}
        best = max(scores.values(), default=0.0)
        others = sum(_capped(score) for score in scores.values()) - _capped(best)
        chance = probability(best + _OTHERS * min(0.0, others))
        if held & self._joined[record]:
            chance = max(chance, _CERTAIN_BY_DECISION)
        return chance, any(self._same(record, other) for other in scores)


def _capped(score: float) -> float:
    return max(-_MOST, min(_MOST, score))
