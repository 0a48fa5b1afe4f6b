"""How right a grouping of rows is, beside the truth: pairs, B-cubed, households, and ids that stay.

Everything takes arrays of one length, one entry per row, whose values name groups; nothing lists pairs, so a million
rows take a second.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Groups = Sequence[Any] | NDArray[Any]


class Quality(NamedTuple):
    """Precision, recall and their harmonic mean; 1.0 where there is nothing to be wrong about."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def numbered(groups: Groups) -> Ints:
    """The groups as numbers from 0; a null is a group of its own."""
    values = np.asarray(groups, dtype=object)
    empty = np.array([value is None or value != value for value in values], dtype=bool)  # noqa: PLR0124 - not a number
    numbers = np.empty(len(values), dtype=np.int64)
    _, numbers[~empty] = np.unique(values[~empty].astype(str), return_inverse=True)
    numbers[empty] = len(values) + np.arange(int(empty.sum()))
    return numbers


def _sizes(groups: Ints) -> Ints:
    return np.unique(groups, return_counts=True)[1].astype(np.int64)


def _pairs(sizes: Ints) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _cells(found: Ints, truth: Ints) -> tuple[Ints, Ints]:
    """For each row the number of its cell (found group and true group), and the size of each cell."""
    _, found = np.unique(found, return_inverse=True)
    _, truth = np.unique(truth, return_inverse=True)
    _, cell, sizes = np.unique(found * (int(truth.max(initial=0)) + 1) + truth, return_inverse=True, return_counts=True)
    return cell, sizes.astype(np.int64)


def pairwise(found: Ints, truth: Ints) -> Quality:
    """Of the pairs of rows put together, how many belong together; of those that belong together, how many were."""
    right = _pairs(_cells(found, truth)[1])
    put, belong = _pairs(_sizes(found)), _pairs(_sizes(truth))
    return Quality(right / put if put else 1.0, right / belong if belong else 1.0)


def of_pairs(left: Ints, right: Ints, truth: Ints) -> Quality:
    """The same for pairs given by the places of their rows, before any clustering."""
    correct = int((truth[left] == truth[right]).sum())
    belong = _pairs(_sizes(truth))
    return Quality(correct / len(left) if len(left) else 1.0, correct / belong if belong else 1.0)


def b_cubed(found: Ints, truth: Ints) -> Quality:
    """Averages over rows: the share of its own person in its group, and the reverse (Bagga and Baldwin, 1998)."""
    cell, sizes = _cells(found, truth)
    mine = sizes[cell].astype(np.float64)
    found_size, true_size = (_size_of_own(groups) for groups in (found, truth))
    return Quality(float((mine / found_size).mean()), float((mine / true_size).mean()))


def _size_of_own(groups: Ints) -> Ints:
    _, place, counts = np.unique(groups, return_inverse=True, return_counts=True)
    return np.asarray(counts[place])


def exactly_right(found: Ints, truth: Ints, counted: NDArray[np.bool_]) -> float:
    """Share of the true groups, of those with a counted row, that were found with the same rows and no others."""
    cell, sizes = _cells(found, truth)
    whole = (sizes[cell] == _size_of_own(found)) & (sizes[cell] == _size_of_own(truth))
    chosen = np.unique(truth[counted])
    right = np.unique(truth[counted & whole])
    return len(right) / len(chosen) if len(chosen) else 1.0


def ids_kept(before: Groups, after: Groups) -> float:
    """Share of the persons whose rows are the same in both runs that bear the same id; rows in the same order.

    Rows that one run lacks are left out by the caller, so a person who gained or lost a row counts as unchanged where
    the others stayed together.
    """
    old, new = numbered(before), numbered(after)
    cell, sizes = _cells(old, new)
    unchanged = (sizes[cell] == _size_of_own(old)) & (sizes[cell] == _size_of_own(new))
    same = np.asarray(before, dtype=object) == np.asarray(after, dtype=object)
    persons = np.unique(old[unchanged])
    kept = np.unique(old[unchanged & same])
    return len(kept) / len(persons) if len(persons) else 1.0


def largest(groups: Ints) -> int:
    """Rows of the largest group."""
    return int(_sizes(groups).max(initial=0))
