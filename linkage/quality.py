"""How right links are where the truth is known: pairwise precision, recall and F1, whole and by group."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
_LEAST_PAIRS = 100


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
    """Per characteristic and value, the quality among that value's records; values with few true pairs are left out."""
    told: dict[str, dict[int, Quality]] = {}
    for name, codes in groups.items():
        each = {int(code): quality(found[codes == code], truth[codes == code]) for code in np.unique(codes)}
        told[name] = {code: one for code, one in each.items() if one.true_pairs >= _LEAST_PAIRS}
    return told


def widest_gap(by_value: Mapping[int, Quality]) -> float:
    """The most by which two values of one characteristic differ in recall or in precision; 0 for fewer than two."""
    if not by_value:
        return 0.0
    recalls = [each.recall for each in by_value.values()]
    precisions = [each.precision for each in by_value.values()]
    return max(max(recalls) - min(recalls), max(precisions) - min(precisions))


def _pairs(counts: NDArray[np.int64]) -> int:
    sizes = counts.astype(np.int64)
    return int((sizes * (sizes - 1) // 2).sum())
