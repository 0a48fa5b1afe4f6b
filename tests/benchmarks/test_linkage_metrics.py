"""The figures of the linkage benchmark, worked out by hand and by listing every pair."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.linkage_metrics import Quality, b_cubed, exactly_right, ids_kept, numbered, of_pairs, pairwise

GROUPS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30)


def test_pairs_of_a_case_worked_out_by_hand():
    truth, found = np.array([1, 1, 1, 2, 2]), np.array([7, 7, 8, 8, 8])

    # Together: 12, 34, 35, 45; belonging together: 12, 13, 23, 45. Both: 12 and 45.
    assert pairwise(found, truth) == Quality(2 / 4, 2 / 4)
    assert pairwise(found, truth).f1 == pytest.approx(0.5)


def test_b_cubed_of_the_same_case():
    truth, found = np.array([1, 1, 1, 2, 2]), np.array([7, 7, 8, 8, 8])

    # Rows in order: 2/2, 2/2, 1/3, 2/3, 2/3 and 2/3, 2/3, 1/3, 2/2, 2/2.
    assert b_cubed(found, truth).precision == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5)
    assert b_cubed(found, truth).recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)


@given(GROUPS)
def test_pairs_without_listing_are_the_pairs_listed(rows):
    truth, found = (np.array(column) for column in zip(*rows, strict=True))
    put = {pair for pair in combinations(range(len(rows)), 2) if found[pair[0]] == found[pair[1]]}
    belong = {pair for pair in combinations(range(len(rows)), 2) if truth[pair[0]] == truth[pair[1]]}

    precision = len(put & belong) / len(put) if put else 1.0
    recall = len(put & belong) / len(belong) if belong else 1.0
    assert pairwise(found, truth) == pytest.approx((precision, recall))
    left, right = (np.array([pair[side] for pair in sorted(put)], dtype=int) for side in (0, 1))
    assert of_pairs(left, right, truth) == pytest.approx((precision, recall))


@given(GROUPS)
def test_the_truth_itself_is_wholly_right(rows):
    truth = np.array([row[0] for row in rows])

    assert pairwise(truth, truth) == (1, 1)
    assert b_cubed(truth, truth) == (1, 1)
    assert exactly_right(truth + 100, truth, np.ones(len(rows), dtype=bool)) == 1


def test_a_household_is_right_only_with_all_its_rows_and_no_others():
    truth = np.array([1, 1, 2, 2, 3, 4])
    found = np.array([5, 5, 6, 7, 8, 8])
    everyone = np.ones(6, dtype=bool)

    assert exactly_right(found, truth, everyone) == 1 / 4
    assert exactly_right(found, truth, truth < 3) == 1 / 2


def test_rows_of_no_group_stand_alone():
    numbers = numbered(["a", None, "a", None, float("nan")])

    assert numbers[0] == numbers[2]
    assert len(set(numbers.tolist())) == 4


def test_ids_are_kept_by_persons_whose_rows_stayed_together():
    before = ["p1", "p1", "p2", "p3", "p3"]
    after = ["p1", "p1", "p9", "p3", "p4"]

    # p1 stays, p2 is the same person under another id, p3 was split and does not count.
    assert ids_kept(before, after) == 1 / 2
