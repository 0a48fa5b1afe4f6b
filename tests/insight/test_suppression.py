"""Disclosure control: no small group can be read, and none can be worked out."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insight.suppression import THRESHOLD, suppress

TABLES = st.dictionaries(st.sampled_from("abcdefg"), st.integers(0, 12), max_size=7)
SMALL_TABLES = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 9), max_size=4)


def shown(counts, **options):
    return {one.group: one.count for one in suppress(counts, **options).figures}


@given(TABLES)
def test_no_count_from_one_to_four_is_ever_shown(counts):
    assert all(count == 0 or count >= THRESHOLD for count in shown(counts).values() if count is not None)


@given(TABLES)
def test_what_is_shown_is_exact_and_every_group_is_named(counts):
    answer = shown(counts)

    assert set(answer) == set(counts)
    assert all(counts[group] == count for group, count in answer.items() if count is not None)
    assert suppress(counts).total in {None, sum(counts.values())}


@given(SMALL_TABLES)
def test_one_who_knows_total_and_method_cannot_narrow_a_small_count_down(counts):
    """An attacker written apart from the rule: try every table that leads to the same answer."""
    answer = suppress(counts)
    small = [group for group, count in counts.items() if count < THRESHOLD]
    if answer.total is None or not small:
        return
    kept_back = [one.group for one in answer.figures if one.count is None]
    rest = answer.total - sum(one.count for one in answer.figures if one.count is not None)
    ranges = [range(1, THRESHOLD) if group in small else range(THRESHOLD, rest + 1) for group in kept_back]
    possible = [guess for guess in itertools.product(*ranges) if sum(guess) == rest]
    for place, group in enumerate(kept_back):
        if group in small:
            assert {guess[place] for guess in possible} == set(range(1, THRESHOLD))


@given(TABLES)
def test_a_lone_suppressed_group_cannot_be_got_by_subtraction(counts):
    answer = suppress(counts)
    kept_back = [one.group for one in answer.figures if one.count is None]

    assert len(kept_back) != 1 or answer.total is None


@given(TABLES)
def test_where_nothing_is_small_everything_is_shown(counts):
    large = {group: count for group, count in counts.items() if count >= THRESHOLD}

    assert shown(large) == large
    assert suppress(large).total == sum(large.values())


@given(TABLES)
def test_rounded_figures_are_multiples_and_hold_back_the_same_groups(counts):
    exact, rounded = shown(counts), shown(counts, base=5)

    assert [group for group in exact if exact[group] is None] == [group for group in rounded if rounded[group] is None]
    assert all(count % 5 == 0 and abs(count - counts[group]) <= 2 for group, count in rounded.items() if count)


def test_a_group_of_one_takes_the_next_smallest_with_it_until_it_is_hidden():
    assert shown({"NV1": 40, "NV2": 12, "NV3": 60, "NV9": 1}) == {"NV1": 40, "NV2": None, "NV3": 60, "NV9": None}
    # Five and one make six: only five and one can, so a third group stays back as well.
    assert shown({"a": 5, "b": 60, "c": 1}) == {"a": None, "b": None, "c": None}


def test_a_table_of_one_small_group_tells_not_even_its_total():
    answer = suppress({"only": 1})

    assert (answer.figures[0].count, answer.total) == (None, None)


def test_an_empty_group_is_shown_as_none():
    assert shown({"a": 0, "b": 50}) == {"a": 0, "b": 50}


@pytest.mark.parametrize("wrong", [{"counts": {"a": -1}}, {"counts": {}, "threshold": 0}, {"counts": {}, "base": 0}])
def test_what_cannot_be_a_table_is_refused(wrong):
    with pytest.raises(ValueError, match="counts are from 0"):
        suppress(**wrong)
