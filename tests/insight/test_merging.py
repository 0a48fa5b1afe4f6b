"""Merged counts: what somebody learns who knows the rule and sees every answer that it could give."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight.merging import MergedCell, merge_small

COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 40), max_size=8)


@pytest.mark.parametrize(("groups", "threshold", "most"), [(1, 5, 40), (2, 5, 30), (3, 3, 18), (4, 2, 9)])
def test_of_a_small_group_nobody_learns_more_than_that_it_is_small(groups, threshold, most):
    possible = defaultdict(lambda: defaultdict(set))
    for drawn in product(range(most), repeat=groups):
        counts = dict(zip("abcd", drawn, strict=False))
        answer = merge_small(counts, threshold)
        for group, count in counts.items():
            possible[answer][group].add(count)

    looked_at = 0
    for answer, values in possible.items():
        # Near the largest counts tried, what would stand beside them was not tried.
        if sum(cell.count or 0 for cell in answer) >= most - threshold:
            continue
        for group, found in values.items():
            if min(found) < threshold:
                looked_at += 1
                assert set(range(threshold)) <= found, (answer, group)
    assert looked_at


@given(COUNTS)
def test_every_group_stands_in_one_cell_and_the_cells_add_up(counts):
    cells = merge_small(counts)

    assert sorted(group for cell in cells for group in cell.groups) == sorted(counts)
    for cell in cells:
        total = sum(counts[group] for group in cell.groups)
        assert cell.count == (total if total >= 5 else None)


@given(COUNTS)
def test_no_small_group_stands_alone_with_a_count(counts):
    assert all(counts[c.groups[0]] >= 5 for c in merge_small(counts) if len(c.groups) == 1 and c.count is not None)


@given(COUNTS, st.randoms())
def test_the_order_in_which_counts_come_changes_nothing(counts, random):
    shuffled = list(counts.items())
    random.shuffle(shuffled)

    assert merge_small(dict(shuffled)) == merge_small(counts)


def test_small_groups_are_told_together_with_a_larger_one():
    assert merge_small({"attendance": 3, "early_help": 41, "housing": 0, "zones": 7}) == (
        MergedCell(("attendance", "early_help", "housing"), 44),
        MergedCell(("zones",), 7),
    )


def test_where_all_are_few_there_is_no_count():
    assert merge_small({"attendance": 3, "housing": 0}) == (MergedCell(("attendance", "housing"), None),)


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="not negative"):
        merge_small({"attendance": -1})
