"""How right links are where the truth is known: pairwise precision, recall and F1, whole and by group."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
LEAST_PAIRS = 100
"""Of fewer true pairs one more or less would be a gap by itself."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Of pairs of records. `precision`: of those joined, the share that are one person. `recall`: the other way."""

    true_pairs: int
    joined_pairs: int
    right_pairs: int

    @property
    def precision(self) -> float:
        """1.0 where nothing was joined."""
        return self.right_pairs / self.joined_pairs if self.joined_pairs else 1.0

    @property
    def recall(self) -> float:
        """1.0 where there was nothing to join."""
        return self.right_pairs / self.true_pairs if self.true_pairs else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def quality(found: Codes, truth: Codes) -> Quality:
    """Compare two groupings of the same records, each given as one code per record."""
    _, both = np.unique(np.stack([found, truth]), axis=1, return_counts=True)
    return Quality(
        _pairs(np.unique(truth, return_counts=True)[1]), _pairs(np.unique(found, return_counts=True)[1]), _pairs(both)
    )


def quality_by_group(found: Codes, truth: Codes, groups: Mapping[str, Codes]) -> dict[str, dict[int, Quality]]:
    """Per characteristic and value, the quality of pairs of which a record has that value.

    A boy joined to his sister is a mistake of both; among boys alone, and among girls alone, it would not be seen.
    """
    both = np.unique(np.stack([found, truth]), axis=1, return_inverse=True)[1].reshape(-1)
    # Of each record its place among those called true, joined, and both.
    places = [np.unique(codes, return_inverse=True)[1].reshape(-1) for codes in (truth, found, both)]
    sizes = [np.bincount(place) for place in places]

    def of_value(has: NDArray[np.bool_]) -> Quality:
        others = (
            size - np.bincount(place[has], minlength=len(size)) for place, size in zip(places, sizes, strict=True)
        )
        return Quality(*(_pairs(size) - _pairs(rest) for size, rest in zip(sizes, others, strict=True)))

    return {name: {int(code): of_value(codes == code) for code in np.unique(codes)} for name, codes in groups.items()}


def tells(found: Quality) -> bool:
    """Whether there are pairs enough to compare with other values."""
    return found.true_pairs >= LEAST_PAIRS


def widest_gap(values: Iterable[Quality]) -> float:
    """The most by which two values of one characteristic differ in recall or in precision; 0 for fewer than two.

    Values of too few pairs are left aside.
    """
    told = [each for each in values if tells(each)]
    if not told:
        return 0.0
    recalls = [each.recall for each in told]
    precisions = [each.precision for each in told]
    return max(max(recalls) - min(recalls), max(precisions) - min(precisions))


def _pairs(counts: NDArray[np.int64]) -> int:
    sizes = counts.astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())
