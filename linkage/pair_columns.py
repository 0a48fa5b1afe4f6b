"""Many pairs of records, and what conditions ask of them: codes that agree, values in common, words that are near.

Whether codes agree is told by arrays. What looks at letters is told by SQL, for those pairs alone that come so far.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkage.record_columns import Columns, Held, Numbers

Mask = NDArray[np.bool_]
Many = Callable[["Pairs"], Mask]
"""For each pair whether something holds of it."""

_AT_A_TIME, _ROWS_AT_ONCE = 4_000_000, 50_000


class Pairs:
    """Pairs of records by number."""

    def __init__(self, columns: Columns, left: Numbers, right: Numbers) -> None:
        self.columns, self.left, self.right = columns, left, right

    def __len__(self) -> int:
        """How many pairs."""
        return len(self.left)

    def at(self, places: Numbers) -> "Pairs":
        """Some of these pairs."""
        return Pairs(self.columns, self.left[places], self.right[places])

    def sides(self, column: str, other: str | None = None) -> tuple[NDArray[Any], NDArray[Any]]:
        """The codes of the left's `column` and of the right's `other`, the same column unless named."""
        return self.columns.codes(column)[self.left], self.columns.codes(other or column)[self.right]

    def equal(self, column: str, other: str | None = None) -> Mask:
        """Both are known and the same."""
        left, right = self.sides(column, other)
        return np.asarray((left == right) & (left != 0))

    def share(self, column: str, other: str) -> Mask:
        """Some value of the left's `column` is one of the right's `other`."""
        left, right = self.sides(column, other)
        held = np.asarray((left == right) & (left != 0))
        mine, theirs = self.columns.several(column), self.columns.several(other)
        if mine is None and theirs is None:
            return held
        more = np.zeros(len(self), dtype=np.bool_)
        for several, side in ((mine, self.left), (theirs, self.right)):
            if several is not None:
                of_many = np.zeros(len(self.columns), dtype=np.bool_)
                of_many[several.record] = True
                more |= of_many[side]
        rest = np.flatnonzero(more & ~held & (left != 0) & (right != 0))
        held[rest] = _overlap(self.at(rest), self.columns.all_of(column), self.columns.all_of(other))
        return held

    def told(self, sql: str, *columns: str, by_letter: Callable[..., bool] | None = None) -> Mask:
        """Whether this SQL over these columns of `records`, with `_l` and `_r` behind their names, is true.

        SQL that tells how near words are counts bytes. `by_letter` says the same of both texts of each column in turn,
        and is asked of texts with more kinds of letters than there are bytes.
        """
        held = np.zeros(len(self), dtype=np.bool_)
        if not len(self):
            return held
        asked, joins = {"place": np.arange(len(self))}, []
        tables, plain = tuple(map(self.columns.words, columns)), True
        if by_letter:
            tables, plain = self.columns.words_by_letter(columns)
        for name, words in zip(columns, tables, strict=True):
            for side, code in zip("lr", self.sides(name), strict=True):
                asked[f"{name}_code_{side}"] = code
                joins.append(
                    f"join (select code as {name}_code_{side}, text as {name}_{side}, plain as {name}_plain_{side} "  # noqa: S608 - our own columns
                    f"from {words}) using ({name}_code_{side})"
                )
        connection = self.columns.connection
        connection.register("asked", asked)
        met = f"from asked {' '.join(joins)} where"
        if plain or by_letter is None:
            held[np.asarray(connection.execute(f"select place {met} {sql}").fetchnumpy()["place"])] = True
        else:
            one_byte = " and ".join(f"{name}_plain_{side}" for name in columns for side in "lr")
            found = connection.execute(f"select place {met} case when {one_byte} then {sql} else false end")
            held[np.asarray(found.fetchnumpy()["place"])] = True
            texts = ", ".join(f"{name}_{side}" for name in columns for side in "lr")
            others = connection.execute(f"select place, {texts} {met} not ({one_byte})")
            while rows := others.fetchmany(_ROWS_AT_ONCE):
                held[[place for place, *of_pair in rows if by_letter(*of_pair)]] = True
        connection.unregister("asked")
        return held


def first_met(pairs: Pairs, conditions: Sequence[Many], nothing: Many) -> NDArray[np.int8]:
    """For each pair the condition that holds first: their number for the first one down to 1, 0 none; -1 `nothing`."""
    level = np.full(len(pairs), -1, dtype=np.int8)
    rest = np.flatnonzero(~nothing(pairs))
    level[rest] = 0
    for worth, condition in zip(range(len(conditions), 0, -1), conditions, strict=True):
        met = condition(pairs.at(rest))
        level[rest[met]] = worth
        rest = rest[~met]
    return level


def _overlap(pairs: Pairs, mine: Held, theirs: Held) -> Mask:
    """Every value of the left with every value of the right."""
    held = np.zeros(len(pairs), dtype=np.bool_)
    if not len(pairs):
        return held
    (start, count), (other_start, other_count) = (_rows_of(each, len(pairs.columns)) for each in (mine, theirs))
    products = count[pairs.left] * other_count[pairs.right]
    ends = np.cumsum(products)
    cuts = np.searchsorted(ends, np.arange(0, int(ends[-1]), _AT_A_TIME)).tolist()
    for begin, end in zip(cuts, [*cuts[1:], len(pairs)], strict=True):
        size = products[begin:end]
        pair = np.repeat(np.arange(begin, end), size)
        within = np.arange(len(pair)) - np.repeat(np.cumsum(size) - size, size)
        wide = other_count[pairs.right[pair]]
        one = mine.value[start[pairs.left[pair]] + within // wide]
        held[pair[one == theirs.value[other_start[pairs.right[pair]] + within % wide]]] = True
    return held


def _rows_of(held: Held, size: int) -> tuple[Numbers, Numbers]:
    """Where the values of each record begin in `held`, and how many they are."""
    count = np.bincount(held.record, minlength=size)
    return np.cumsum(count) - count, count
