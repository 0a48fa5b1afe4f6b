"""Probabilities of levels beside those that say what the comparison before has said, which weigh nothing."""

import numpy as np
from numpy.typing import NDArray

from linkage.levels import TOLD, Comparison

_SAME = 0


def beside_told(comparison: Comparison, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """A row a level and a column a class, one person first: told levels as probable in each class as in the first.

    The others add up to the same in each class, as they do among pairs where no told level holds. Else to be of one
    sex would speak against one person where names have told it of most.
    """
    told = np.array([name in TOLD[comparison.name] for name in comparison.level_names])
    if not told.any():
        return rows
    kept = rows.copy()
    kept[told] = rows[told][:, [_SAME]]
    kept[~told] *= kept[~told, _SAME].sum() / kept[~told].sum(axis=0)
    return kept
