"""Clustering respects conflicts and decisions, and repairs bridges; blocking stays bounded; fitting stays sane."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linkage.blocking import block_keys
from linkage.candidates import candidates
from linkage.cluster import agglomerate
from linkage.columns import connect, records_table
from linkage.compare import compare_records
from linkage.fit import fit_model
from linkage.levels import COMPARISONS, TOLD
from linkage.model import default_model
from linkage.record import LinkRecord
from linkage.record_columns import Columns
from linkage.standardise import standardise
from linkage.training_people import generate


def none(_left, _right):
    return None


def groups(size, log_odds, conflict=none, decided=None):
    return agglomerate(range(size), log_odds, 2.0, conflict, decided or {}).clusters()


def test_one_strong_bridge_does_not_swallow_two_families_that_speak_against_each_other():
    family_a = {(0, 1): 9.0, (0, 2): 9.0, (1, 2): 9.0}
    family_b = {(3, 4): 9.0, (3, 5): 9.0, (4, 5): 9.0}
    across = {(left, right): -4.0 for left in (0, 1, 2) for right in (3, 4, 5)} | {(2, 3): 6.0}

    assert groups(6, family_a | family_b | across) == [[0, 1, 2], [3, 4, 5]]


def test_without_the_rest_speaking_against_it_the_same_bridge_joins():
    assert groups(4, {(0, 1): 9.0, (2, 3): 9.0, (1, 2): 6.0}) == [[0, 1, 2, 3]]


def test_two_groups_once_found_to_conflict_are_not_held_against_each_other_again():
    """Of one name and address by the thousand, each with another birth date, records were compared again and again."""
    left, right = range(40), range(40, 80)
    within = {(each, each + 1): 9.0 for side in (left, right) for each in side[:-1]}
    asked = []

    def conflict(one, other):
        asked.append((one, other))
        return "conflict" if {one, other} == {0, 40} else None

    found = groups(81, within | {(a, b): 5.0 for a in left for b in right} | {(0, 80): 4.0, (40, 80): 3.0}, conflict)

    assert found == [[*left, 80], [*right]]
    # Each pair of records once, and not for each of 1,600 pairs of the two sides.
    assert len(asked) <= 81 * 80 / 2


edges = st.dictionaries(
    st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1]),
    st.floats(-15, 15),
    max_size=40,
)
pairs = st.sets(st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda pair: pair[0] < pair[1]), max_size=6)


@given(edges, pairs)
def test_no_cluster_ever_holds_a_conflict(log_odds, conflicts):
    found = groups(12, log_odds, lambda a, b: "conflict" if (min(a, b), max(a, b)) in conflicts else None)

    assert sorted(record for cluster in found for record in cluster) == list(range(12))
    for cluster in found:
        assert not any(left in cluster and right in cluster for left, right in conflicts)


@given(edges, pairs, pairs)
def test_a_decision_that_two_records_differ_always_holds(log_odds, same, different):
    decided = dict.fromkeys(same, "same") | dict.fromkeys(different, "different")

    for cluster in groups(12, log_odds, decided=decided):
        assert not any(left in cluster and right in cluster for left, right in different)


def test_of_a_chain_of_sames_whose_ends_differ_the_least_probable_step_gives_way_else_the_newest():
    chain, apart = [(1, 2), (2, 3), (0, 1)], {(0, 3): "different"}

    def parted(order, log_odds):
        return groups(4, log_odds, decided=dict.fromkeys(order, "same") | apart)

    assert parted(chain, {(0, 1): 4.0, (1, 2): -3.0, (2, 3): 1.0}) == [[0, 1], [2, 3]]
    assert parted(chain, {(0, 1): 4.0, (1, 2): 5.0, (2, 3): -1.0}) == [[0, 1, 2], [3]]
    # A step of which nothing was compared is held by the decision alone.
    assert parted(chain, {(0, 1): -4.0, (2, 3): -1.0}) == [[0, 1], [2, 3]]
    assert parted(chain, {}) == [[0], [1, 2, 3]]
    assert parted([(0, 1), (1, 2), (2, 3)], {}) == [[0, 1, 2], [3]]


@given(edges, st.randoms(use_true_random=False))
def test_the_order_of_pairs_changes_nothing(log_odds, random):
    shuffled = dict(random.sample(list(log_odds.items()), len(log_odds)))

    assert groups(12, shuffled) == groups(12, log_odds)


def test_a_pair_that_an_identifier_ties_joins_what_only_names_and_dates_keep_apart():
    log_odds = {(0, 1): 6.0, (1, 2): 5.0}
    twins = lambda a, b: "perhaps-twins" if {a, b} == {0, 2} else None  # noqa: E731 - an example

    assert agglomerate(range(3), log_odds, 2.0, twins, {}).clusters() == [[0, 1], [2]]
    overruled = lambda *pair: ("perhaps-twins",) if pair == (1, 2) else ()  # noqa: E731 - an example
    assert agglomerate(range(3), log_odds, 2.0, twins, {}, overruled).clusters() == [[0, 1, 2]]


def test_swapped_names_meet_in_a_block():
    left = LinkRecord("a", "s", given_names=("Aisha",), family_names=("Cole",), birth_date="2016-05-01")
    right = LinkRecord("b", "s", given_names=("Cole",), family_names=("Aisha",), birth_date="2016-01-05")

    assert block_keys(standardise(left)) & block_keys(standardise(right))


def found_pairs(records):
    with connect() as connection:
        records_table(connection, records)
        found = candidates(Columns(connection))
    return set(zip(found.left.tolist(), found.right.tolist(), strict=True))


def test_a_common_key_is_cut_into_windows_and_neighbours_still_meet():
    records = [
        standardise(LinkRecord(f"r{n:03d}", "s", phones=("01632960100",), family_names=("Cole",))) for n in range(200)
    ]
    pairs = found_pairs(records)

    assert {(number, number + 1) for number in range(199)} <= pairs
    assert len(pairs) < 200 * 31


def test_the_pairs_found_for_many_at_once_are_those_that_share_a_key():
    records = [standardise(each.record) for each in generate(150, 12)]
    keys = [block_keys(record) for record in records]
    alike = {(a, b) for b in range(len(records)) for a in range(b) if keys[a] & keys[b]}
    found = found_pairs(records)

    assert alike <= found
    assert not any(records[a].birth_date or records[b].birth_date for a, b in found - alike)


def test_every_level_is_the_same_in_sql_and_for_one_pair():
    records = [standardise(each.record) for each in generate(150, 13)]
    numbers = range(len(records))
    left, right = (np.array(each) for each in zip(*((a, b) for b in numbers[::3] for a in range(b)), strict=True))
    compared = compare_records(records, left, right)
    found = compared.patterns[compared.pattern]
    seen = set()
    for place, comparison in enumerate(COMPARISONS):
        top = len(comparison.levels)
        for row, (a, b) in enumerate(zip(compared.left.tolist(), compared.right.tolist(), strict=True)):
            one, other = records[a], records[b]
            level = (
                -1
                if comparison.nothing_to_compare.holds(one, other)
                else next((top - n for n, each in enumerate(comparison.levels) if each.condition.holds(one, other)), 0)
            )
            assert found[row, place] == level, (comparison.name, one, other)
            seen.add((comparison.name, level))
    assert len(seen) > 40


def test_the_model_shipped_names_every_level_and_its_levels_of_one_class_sum_to_about_one():
    model = default_model()
    for comparison in COMPARISONS:
        levels = model.levels[comparison.name]
        assert tuple(levels) == comparison.level_names
        assert 0.98 < sum(each.same for each in levels.values()) < 1.05


def test_agreement_speaks_for_one_person_and_difference_against_in_every_comparison():
    for comparison in COMPARISONS:
        levels = default_model().levels[comparison.name]
        told = TOLD[comparison.name]
        best = next(levels[name] for name in comparison.level_names if name not in told)
        worst = levels["different"]
        assert best.same > best.chance
        assert worst.same < worst.chance


def test_fitting_to_almost_nothing_gives_the_starting_model_back():
    assert fit_model([]) is default_model()
    assert fit_model([LinkRecord("a", "s")]) is default_model()


def test_fitting_learns_that_these_sources_err_more_and_is_deterministic():
    records = [each.record for each in generate(150, 8)]
    spoilt = [
        LinkRecord(
            f"{each.record_id}/2", "bad", given_names=each.given_names, family_names=each.family_names, sex=each.sex,
            birth_date=None if each.birth_date is None else each.birth_date[:4], postcodes=each.postcodes,
            phones=each.phones,
        )
        for each in records
    ]  # fmt: skip
    fitted = fit_model([*records, *spoilt])

    assert fitted == fit_model([*spoilt, *records])
    assert fitted.levels["birth"]["partial"].same > default_model().levels["birth"]["partial"].same
    assert fitted.levels["given"]["different"].household > 0.9 > fitted.levels["given"]["different"].same
