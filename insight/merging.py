"""Disclosure control by merging: counts of which the small ones are told together with others, and never alone.

For counts that are told month after month to somebody who knows this rule. Each answer is a partition of the groups:
every group stands in exactly one cell and there is no total beside them, so subtraction finds nothing that a cell does
not say. Groups of none are not told from small ones.

That holds for one partition: counts that are told in two places are given here under the same names in both, ids and
no words for people, for the names decide who is merged with whom.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from insight.suppression import THRESHOLD


@dataclass(frozen=True, slots=True)
class MergedCell:
    """Groups told together, in order of name. `count` is `None` where they are too few to be told."""

    groups: tuple[str, ...]
    count: int | None


def merge_small(counts: Mapping[str, int], threshold: int = THRESHOLD) -> tuple[MergedCell, ...]:
    """Put every count below the threshold, none included, into one cell; the others stand by themselves.

    Larger groups join that cell until it holds twice the threshold; where all groups together are fewer than the
    threshold it has no count. Whoever knows the rule learns of a small group that it is below the threshold at most:
    they join in order of name and not of size, which would tell how they compare. Raises `ValueError` for a count
    below 0 or a threshold below 1.
    """
    if threshold < 1 or any(count < 0 for count in counts.values()):
        raise ValueError("counts and threshold are not negative, and the threshold is at least 1")
    merged = [group for group in sorted(counts) if counts[group] < threshold]
    alone = [group for group in sorted(counts) if counts[group] >= threshold]
    total = sum(counts[group] for group in merged)
    while merged and alone and total < 2 * threshold:
        total += counts[alone[0]]
        merged.append(alone.pop(0))
    cells = [MergedCell((group,), counts[group]) for group in alone]
    if merged:
        cells.append(MergedCell(tuple(sorted(merged)), total if total >= threshold else None))
    return tuple(sorted(cells, key=lambda cell: cell.groups))
