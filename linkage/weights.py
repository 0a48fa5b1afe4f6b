"""What each comparison of two records says for or against one person, as weights: for whoever decides, not for workers.

A weight is the logarithm to base 2 of how many times likelier that agreement is for one person than for two people of
the same household, or for strangers, whichever of the two is likelier.
"""

from dataclasses import dataclass
from math import log2

from linkage.levels import COMPARISONS, Comparison
from linkage.model import LinkModel
from linkage.standardise import StandardRecord


@dataclass(frozen=True, slots=True)
class Weight:
    """One comparison: its name, the level at which two records agree, its weight in bits; negative speaks against."""

    comparison: str
    level: str
    bits: float


def weights_between(left: StandardRecord, right: StandardRecord, model: LinkModel) -> tuple[Weight, ...]:
    """Every comparison that has something to compare, the one that says most first."""
    found = [
        Weight(comparison.name, level, _bits(model, comparison.name, level))
        for comparison in COMPARISONS
        if (level := _level(comparison, left, right)) is not None
    ]
    return tuple(sorted(found, key=lambda one: (-abs(one.bits), one.comparison)))


def _level(comparison: Comparison, left: StandardRecord, right: StandardRecord) -> str | None:
    if comparison.nothing_to_compare.holds(left, right):
        return None
    return next((one.name for one in comparison.levels if one.condition.holds(left, right)), "different")


def _bits(model: LinkModel, comparison: str, level: str) -> float:
    each = model.levels[comparison][level]
    # Adding nothing makes a plain zero of one below it, which would print with a sign.
    return round(log2(each.same / max(each.household, each.chance)), 1) + 0.0
