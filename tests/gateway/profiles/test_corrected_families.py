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


def tie(*, belongs, sources=(), begins=None, ends=None):
    return CorrectedTie(known("bob"), known("ann"), belongs, begins, ends, sources)


def shown(facts, *corrections):
    return set(shown_persons(known("ann"), facts, corrections))


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
    assert shown(TOGETHER, tie(belongs=False), tie(belongs=True)) == BOTH
    assert shown(TOGETHER, tie(belongs=True), tie(belongs=False)) == ANN
    assert shown([*TOGETHER, related("ann", "parent", "bob")], tie(belongs=False)) == BOTH


def test_nobody_of_whom_nothing_is_permitted_is_shown():
    unknown = CorrectedTie(UUID(int=99), known("ann"), True, None, None, ())

    assert shown(TOGETHER, unknown) == BOTH
