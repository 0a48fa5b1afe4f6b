"""Pairs of records that share a key, found among the keys of all."""

import tracemalloc

import numpy as np

from linkage.candidates import pairs_of
from linkage.record_columns import Held


def held(values):
    """One value a record, spread over all bits as hashes are."""
    spread = np.asarray(values, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return Held(np.arange(len(values), dtype=np.int64), spread)


def found(values):
    packed, block = pairs_of("kind", held(values), np.arange(len(values)))
    return {(int(one) >> 32, int(one) & 0xFFFFFFFF) for one in packed}, block


def test_whoever_shares_a_value_is_a_pair_among_few_and_among_many():
    for records in (2, 3, 40, 5000, 300_000):
        shared = {(0, records - 1)} if records < 5000 else {(0, records - 1), (7, 2500)}
        values = list(range(records))
        for one, other in shared:
            values[other] = values[one]
        pairs, block = found(values)
        assert (pairs, block.pairs) == (shared, len(shared))


def test_no_value_gives_no_pair():
    pairs, block = found([])
    assert (pairs, block.pairs) == (set(), 0)


def test_few_values_are_not_looked_for_in_a_table_for_millions():
    few = held(range(40))
    tracemalloc.start()
    try:
        pairs_of("kind", few, np.arange(40))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert most < 100_000
