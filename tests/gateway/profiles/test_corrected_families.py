"""What stewards say of households changes a reader's family where it rests on nothing that the reader may not see."""

from datetime import date
from uuid import UUID

import pytest

from gateway.profiles.assemble import shown_persons
from gateway.profiles.loaded import CorrectedTie
from tests.gateway.profiles.facts import known, lives, named, related

HERE, THERE = "1 High St", "9 Low Rd"
TOGETHER = [lives("ann", HERE), lives("bob", HERE)]
APART = [lives("ann", HERE), lives("bob", THERE)]
SEEN, UNSEEN = TOGETHER[1].fact.source_no, TOGETHER[1].fact.source_no + 1


def tie(other="ann", *, belongs, sources=(), begins=None, ends=None, correction="one"):
    return CorrectedTie(known(correction), known("bob"), known(other), belongs, begins, ends, sources)


def shown(facts, *corrections, ego="ann"):
    return set(shown_persons(known(ego), facts, corrections))


ANN, BOTH = {known("ann")}, {known("ann"), known("bob")}


@pytest.mark.parametrize("sources", [(), (SEEN,)])
def test_the_councils_own_word_and_one_on_sources_that_the_reader_sees_count(sources):
    assert shown(TOGETHER, tie(belongs=False, sources=sources)) == ANN
    assert shown(APART, tie(belongs=True, sources=sources)) == BOTH


@pytest.mark.parametrize("sources", [(UNSEEN,), (SEEN, UNSEEN)])
def test_one_that_rests_on_a_source_unseen_changes_nothing(sources):
    assert shown(TOGETHER, tie(belongs=False, sources=sources)) == shown(TOGETHER) == BOTH
    assert shown(APART, tie(belongs=True, sources=sources)) == shown(APART) == ANN


def test_a_name_alone_lets_nobody_see_where_somebody_lives():
    assert shown([lives("ann", HERE), named("bob", "Bob", "Example")], tie(belongs=True, sources=(SEEN,))) == ANN


def test_only_a_time_that_was_wholly_taken_away_parts():
    facts = [lives("ann", HERE, "2020-01-01", "2021-12-31"), lives("bob", HERE, "2020-06-01", "2021-06-30")]

    assert shown(facts, tie(belongs=False, begins=date(2020, 6, 1), ends=date(2021, 6, 30))) == ANN
    assert shown(facts, tie(belongs=False, begins=date(2020, 6, 2))) == BOTH
    assert shown(facts, tie(belongs=False, ends=date(2021, 6, 29))) == BOTH


def test_the_later_word_counts_and_a_relationship_is_never_cut():
    out, back = tie(belongs=False, correction="out"), tie(belongs=True, correction="back")
    assert shown(TOGETHER, out, back) == BOTH
    assert shown(TOGETHER, back, out) == ANN
    assert shown([*TOGETHER, related("ann", "parent", "bob")], tie(belongs=False)) == BOTH


def test_nobody_of_whom_nothing_is_permitted_is_shown():
    unknown = CorrectedTie(known("one"), UUID(int=99), known("ann"), True, None, None, ())

    assert shown(TOGETHER, unknown) == BOTH


@pytest.mark.parametrize("sources", [(), (SEEN,)])
@pytest.mark.parametrize("ego", ["ann", "bob", "cat"])
def test_who_joins_two_does_not_tell_that_those_two_live_together(sources, ego):
    """Another source holds Ann and Cat together; this reader's facts do not, whoever is said to live with both."""
    ties = [tie(other, belongs=True, sources=sources) for other in ("ann", "cat")]
    strangers = [*APART, lives("cat", "7 Mill Ln")]

    assert shown(strangers, *ties, ego=ego) == {known(ego)}
    everybody = {known(one) for one in ("ann", "bob", "cat")}
    assert shown([*APART, lives("cat", HERE)], *ties, ego=ego) == everybody


@pytest.mark.parametrize("ego", ["ann", "bob"])
def test_who_joins_two_is_tied_to_the_one_whose_home_may_be_seen(ego):
    ties = [tie(other, belongs=True) for other in ("ann", "cat")]

    assert shown([*APART, named("cat", "Cat", "Example")], *ties, ego=ego) == BOTH


def test_a_child_of_two_homes_is_tied_to_both_where_each_is_seen_to_be_one():
    homes = [lives("ann", HERE), lives("cat", HERE), lives("dan", "7 Mill Ln"), lives("eve", "7 Mill Ln")]
    said = [("ann", "his"), ("cat", "his"), ("dan", "hers"), ("eve", "hers")]
    ties = [tie(other, belongs=True, correction=home) for other, home in said]

    assert shown([*homes, named("bob", "Bob", "Example")], *ties, ego="bob") == {
        known(one) for one in ("ann", "bob", "cat", "dan", "eve")
    }
