"""The level of agreement of each comparison, for every pair at once, and the distinct patterns of levels.

A level is numbered upwards the better it agrees: -1 nothing to compare, 0 different, 1 the weakest agreement.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkage.columns import RARITIES, connect, records_table
from linkage.levels import BY_FREQUENCY, COMPARISONS, CONCLUSIVE, NEARLY, Comparison
from linkage.pair_columns import Pairs, first_met
from linkage.record_columns import Columns
from linkage.standardise import StandardRecord

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ComparedPairs:
    """Pairs of records by number, `left` < `right`, in that order; `pattern` is the row of each in `patterns`.

    `patterns` has a column per comparison, in the order of `COMPARISONS`; `rarity` has one per name whose frequency
    counts (given, family): how rare the commoner of the two names is where they agree, how rare the rarer one is where
    they nearly agree (`linkage.levels.NEARLY`), and else -1.
    `conclusive` marks the patterns of pairs that are `linkage.levels.CONCLUSIVE`.
    """

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    pattern: NDArray[np.int32]
    patterns: NDArray[np.int8]
    rarity: NDArray[np.int8]
    conclusive: NDArray[np.bool_]

    def __len__(self) -> int:
        """How many pairs."""
        return len(self.left)


def compare(columns: Columns, left: Integers, right: Integers) -> ComparedPairs:
    """Compare these pairs of rows of the table `records`; each pair once, left below right."""
    packed = left << 32 | right
    if bool(np.any(packed[1:] < packed[:-1])):
        order = np.argsort(packed, kind="stable")
        left, right = left[order], right[order]
    codes, pattern = np.unique(compare_codes(columns, left, right), return_inverse=True)
    patterns, rarity, conclusive = patterns_of(codes)
    return ComparedPairs(
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        pattern=pattern.astype(np.int32),
        patterns=patterns,
        rarity=rarity,
        conclusive=conclusive,
    )


def compare_codes(columns: Columns, left: Integers, right: Integers) -> Integers:
    """The code of each pair's pattern, which `patterns_of` takes."""
    pairs = Pairs(columns, left, right)
    radices = _radices()
    codes = np.zeros(len(pairs), dtype=np.int64)
    for each in COMPARISONS:
        level = first_met(pairs, [one.condition.many for one in each.levels], each.nothing_to_compare.many)
        codes += radices[each.name] * (level.astype(np.int64) + 1)
        if each.name in BY_FREQUENCY:
            for names, one_of in ((BY_FREQUENCY[each.name], np.minimum), (NEARLY[each.name], np.maximum)):
                at = np.flatnonzero(np.isin(level, worths(each, names)))
                rarity = one_of(*pairs.at(at).sides(f"{each.name}_rarity")).astype(np.int64)
                codes[at] += radices[f"{each.name}_rarity"] * (rarity + 1)
    codes += radices["conclusive"] * CONCLUSIVE.many(pairs)
    return codes


def worths(comparison: Comparison, names: Sequence[str]) -> list[int]:
    """The numbers of these levels: a level stands as many places above "different" as there are from it to the end."""
    return [len(comparison.levels) - comparison.level_names.index(name) for name in names]


def patterns_of(codes: Integers) -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.bool_]]:
    """`patterns`, `rarity` and `conclusive` of `ComparedPairs`, one row a code."""
    sizes = [*(len(each.levels) + 2 for each in COMPARISONS), *(RARITIES + 1 for _ in BY_FREQUENCY), 2]
    unpacked = [codes // radix % size - 1 for radix, size in zip(_radices().values(), sizes, strict=True)]
    table = np.stack(unpacked, axis=1).astype(np.int8)
    return table[:, : len(COMPARISONS)], table[:, len(COMPARISONS) : -1], table[:, -1] == 0


def compare_records(records: Sequence[StandardRecord], left: Integers, right: Integers) -> ComparedPairs:
    """Compare these pairs of a list of records."""
    with connect() as connection:
        records_table(connection, records)
        return compare(Columns(connection), left, right)


def _radices() -> dict[str, int]:
    radix, radices = 1, {}
    for comparison in COMPARISONS:
        radices[comparison.name] = radix
        radix *= len(comparison.levels) + 2
    for name in BY_FREQUENCY:
        radices[f"{name}_rarity"] = radix
        radix *= RARITIES + 1
    return {**radices, "conclusive": radix}
