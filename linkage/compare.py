"""The level of agreement of each comparison, for every pair at once, and the distinct patterns of levels.

A level is numbered upwards the better it agrees: -1 nothing to compare, 0 different, 1 the weakest agreement.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from linkage.columns import connect, records_table
from linkage.levels import BY_FREQUENCY, COMPARISONS, CONCLUSIVE, RARITIES, Comparison
from linkage.standardise import StandardRecord

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ComparedPairs:
    """Pairs of records by number, `left` < `right`, in that order; `pattern` is the row of each in `patterns`.

    `patterns` has a column per comparison, in the order of `COMPARISONS`; `rarity` has one per name whose frequency
    counts (given, family): how rare the commoner of the two names is where they agree, -1 where they do not.
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


def compare(connection: duckdb.DuckDBPyConnection, left: Integers, right: Integers) -> ComparedPairs:
    """Compare these pairs of rows of the table `records`; each pair once, left below right."""
    first, second, found = compare_codes(connection, left, right)
    order = np.argsort(first << 32 | second, kind="stable")
    codes, pattern = np.unique(found[order], return_inverse=True)
    patterns, rarity, conclusive = patterns_of(codes)
    return ComparedPairs(
        left=first[order].astype(np.int32),
        right=second[order].astype(np.int32),
        pattern=pattern.astype(np.int32),
        patterns=patterns,
        rarity=rarity,
        conclusive=conclusive,
    )


def compare_codes(
    connection: duckdb.DuckDBPyConnection, left: Integers, right: Integers
) -> tuple[Integers, Integers, Integers]:
    """The pairs in whatever order they come out, and the code of each one's pattern, which `patterns_of` takes."""
    _make_sides(connection)
    connection.register("wanted", pd.DataFrame({"number_l": left, "number_r": right}))
    levels = ", ".join(f'({_level(each)})::tinyint as "{each.name}"' for each in COMPARISONS)
    packed = " + ".join(f'{radix}::bigint * ("{name}" + 1)' for name, radix in _radices().items())
    found = connection.execute(
        f"select number_l, number_r, {packed} as code from (select number_l, number_r, {levels}, {_rarities()}, "  # noqa: S608 - our own conditions
        f"(coalesce({CONCLUSIVE.sql}, false)::int - 1) as conclusive "
        "from wanted join records_l using (number_l) join records_r using (number_r))"
    ).fetchnumpy()
    connection.unregister("wanted")
    first, second, codes = (np.asarray(found[name], dtype=np.int64) for name in ("number_l", "number_r", "code"))
    return first, second, codes


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
        return compare(connection, left, right)


def _level(comparison: Comparison) -> str:
    top = len(comparison.levels)
    cases = " ".join(f"when {each.condition.sql} then {top - place}" for place, each in enumerate(comparison.levels))
    return f"case when {comparison.nothing_to_compare.sql} then -1 {cases} else 0 end"


def _rarities() -> str:
    """Where two names agree, the class of frequency of the commoner; a name that nobody else bears is in the last."""
    columns = []
    for name, by_frequency in BY_FREQUENCY.items():
        levels = next(each for each in COMPARISONS if each.name == name).level_names
        numbers = ", ".join(str(len(levels) - 1 - levels.index(level)) for level in by_frequency)
        rarest = f"least({name}_rarity_l, {name}_rarity_r)"
        columns.append(f'(case when "{name}" in ({numbers}) then {rarest} else -1 end) as {name}_rarity')
    return ", ".join(columns)


def _radices() -> dict[str, int]:
    radix, radices = 1, {}
    for comparison in COMPARISONS:
        radices[comparison.name] = radix
        radix *= len(comparison.levels) + 2
    for name in BY_FREQUENCY:
        radices[f"{name}_rarity"] = radix
        radix *= RARITIES + 1
    return {**radices, "conclusive": radix}


def _make_sides(connection: duckdb.DuckDBPyConnection) -> None:
    names = [row[0] for row in connection.execute("describe records").fetchall()]
    for side in "lr":
        columns = ", ".join(f"{name} as {name}_{side}" for name in names)
        connection.execute(f"create or replace temp view records_{side} as select {columns} from records")  # noqa: S608 - our own columns
