"""How sure each record is of its place: P(record belongs to this person given the rest of its cluster)."""

from collections.abc import Callable, Mapping, Sequence

from linkage.model import LinkModel
from linkage.record import Band
from linkage.score import probability

Pair = tuple[int, int]

# Pairs of one cluster repeat each other's evidence, so those that speak against count half beyond the best one.
_AGAINST = 0.5
_CERTAIN_BY_DECISION = 0.999


def band_for(chance: float, model: LinkModel) -> Band:
    """The band of a probability alone; `verified` needs an identifier and a birth date besides."""
    if chance >= model.strong_at:
        return Band.STRONG
    return Band.PROBABLE if chance >= model.merge_at else Band.REVIEW


def place_in_cluster(
    record: int,
    cluster: Sequence[int],
    log_odds: Mapping[Pair, float],
    same: Callable[[int, int], bool],
    decided_same: Callable[[int, int], bool],
) -> tuple[float, bool]:
    """Probability that `record` belongs to the rest of `cluster`, and whether it is verified there.

    `same` is the claim of one verified identifier with an agreeing birth date. A singleton is certain of itself.
    """
    rest = [other for other in cluster if other != record]
    if not rest:
        return 1.0, True
    found = [log_odds.get((min(record, other), max(record, other))) for other in rest]
    scores = [score for score in found if score is not None]
    best = max(scores, default=0.0)
    chance = probability(best + _AGAINST * sum(score for score in scores if score < 0))
    if any(decided_same(record, other) for other in rest):
        chance = max(chance, _CERTAIN_BY_DECISION)
    return chance, any(same(record, other) for other in rest)
