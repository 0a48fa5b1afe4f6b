"""Encodings of two sides compared: candidates by equal samples of bits, the Dice coefficient, one to one.

Nothing here knows a key, so a side or a third party without one can do it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from linkage.errors import LinkageError

Words = NDArray[np.uint64]
Ints = NDArray[np.int64]

# Two encodings of one person at the least similarity differ in a tenth of their bits; of 48 samples of 18 bits one is
# then equal with a probability of .999.
_SAMPLES, _SAMPLE_BITS = 48, 18
# A sample shared by more than this many of a side says nothing; its rows meet in other samples.
_MOST_ALIKE = 200
_PART = 2_000_000


class Match(NamedTuple):
    """Row of the left side, row of the right side, Dice coefficient of their bits."""

    left: int
    right: int
    similarity: float


def match_encodings(
    left: Sequence[bytes], right: Sequence[bytes], *, least: float = 0.8, margin: float = 0.02, seed: int = 0
) -> list[Match]:
    """Pairs of two sides that are each other's most similar, at least `least`, and better than the next by `margin`.

    Each side holds one row per person. What is nearly as similar to two is given to neither: with encodings nobody can
    look again. Raise `LinkageError` where lengths differ.
    """
    a, b = _words(left), _words(right)
    if not len(a) or not len(b):
        return []
    if a.shape[1] != b.shape[1]:
        raise LinkageError("the two sides have encodings of different lengths")
    rows, columns = _candidates(a, b, seed)
    similar = _dice(a, b, rows, columns)
    near = similar >= least - margin
    return _mutual(rows[near], columns[near], similar[near], least, margin)


def dice(left: bytes, right: bytes) -> float:
    """Twice the bits in common, by the bits of both; 0.0 where neither has any."""
    both = int.from_bytes(left, "big") & int.from_bytes(right, "big")
    bits = int.from_bytes(left, "big").bit_count() + int.from_bytes(right, "big").bit_count()
    return 2 * both.bit_count() / bits if bits else 0.0


def _words(encodings: Sequence[bytes]) -> Words:
    lengths = {len(each) for each in encodings}
    if len(lengths) > 1:
        raise LinkageError("encodings of one side have different lengths")
    width = (lengths.pop() if lengths else 8) // 8
    return np.frombuffer(b"".join(encodings), dtype=np.uint64).reshape(len(encodings), width)


def _candidates(a: Words, b: Words, seed: int) -> tuple[Ints, Ints]:
    """Pairs that agree in at least one sample of bits, each once."""
    random = np.random.Generator(np.random.PCG64(seed))
    found: list[Ints] = []
    for _ in range(_SAMPLES):
        places = random.choice(a.shape[1] * 64, size=_SAMPLE_BITS, replace=False)
        found.append(_equal(_sampled(a, places), _sampled(b, places), len(b)))
    pairs = np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)
    return pairs // len(b), pairs % len(b)


def _sampled(words: Words, places: Ints) -> Ints:
    keys = np.zeros(len(words), dtype=np.int64)
    for place in places.tolist():
        keys = keys << 1 | (words[:, place // 64] >> np.uint64(place % 64) & np.uint64(1)).astype(np.int64)
    return keys


def _equal(a: Ints, b: Ints, width: int) -> Ints:
    """Every row of `a` with every row of `b` of the same key, as one number a pair."""
    order = np.argsort(b, kind="stable")
    first = np.searchsorted(b[order], a, side="left")
    count = np.searchsorted(b[order], a, side="right") - first
    count[count > _MOST_ALIKE] = 0
    rows = np.repeat(np.arange(len(a)), count)
    within = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count)
    return np.asarray(rows * width + order[np.repeat(first, count) + within])


def _dice(a: Words, b: Words, rows: Ints, columns: Ints) -> NDArray[np.float64]:
    bits_a, bits_b = (np.bitwise_count(words).sum(axis=1, dtype=np.int64) for words in (a, b))
    similar = np.empty(len(rows))
    for start in range(0, len(rows), _PART):
        part = slice(start, start + _PART)
        common = np.bitwise_count(a[rows[part]] & b[columns[part]]).sum(axis=1, dtype=np.int64)
        similar[part] = 2 * common / np.maximum(bits_a[rows[part]] + bits_b[columns[part]], 1)
    return similar


def _mutual(rows: Ints, columns: Ints, similar: NDArray[np.float64], least: float, margin: float) -> list[Match]:
    best = np.ones(len(rows), dtype=bool)
    for side in (rows, columns):
        order = np.lexsort((-similar, side))
        sorted_side, sorted_similar = side[order], similar[order]
        first = np.r_[True, sorted_side[1:] != sorted_side[:-1]] if len(order) else np.empty(0, dtype=bool)
        following = np.r_[sorted_similar[1:], 0.0]
        alone = np.r_[sorted_side[1:] != sorted_side[:-1], True] if len(order) else np.empty(0, dtype=bool)
        clear = first & (alone | (sorted_similar - following >= margin))
        best[order] &= clear
    best &= similar >= least
    chosen = np.flatnonzero(best)
    return [
        Match(int(row), int(column), float(alike))
        for row, column, alike in zip(rows[chosen], columns[chosen], similar[chosen], strict=True)
    ]
