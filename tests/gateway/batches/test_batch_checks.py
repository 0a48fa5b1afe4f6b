"""Sizes, shares of bad rows and versions of a file are judged as the operating guide says."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import SchemaVersionError
from adapters.port import EarlierVersion
from adapters.registry import FEEDS
from gateway.errors import BodyUnreadableError
from gateway.usecases.intake.batch_checks import (
    followed_version,
    is_over_budget,
    is_shrunken,
    usual_rows,
    withdraws_much,
)
from gateway.usecases.intake.batch_contract import BatchContract, Mode

TODAY = date(2026, 11, 16)
EARLIER = EarlierVersion("1", date(2026, 1, 1), date(2027, 1, 1))
PROFILE = replace(FEEDS["police-nominals"].profile, version="2", earlier=(EARLIER,))


@pytest.mark.parametrize(
    ("sizes", "usual"),
    [([], None), ([200, 210], None), ([200, 210, 190], 200), ([5, 200, 210, 190], 195), ([200] * 7 + [9000] * 9, 200)],
)
def test_the_usual_size_is_the_median_of_the_newest_and_needs_three(sizes, usual):
    assert usual_rows(sizes) == usual


@given(st.integers(3, 10**7))
def test_a_fifth_fewer_rows_is_shrunken_and_one_row_more_is_not(usual):
    limit = usual * 4 // 5
    assert is_shrunken(limit, usual)
    assert not is_shrunken(limit + 1, usual)
    assert not is_shrunken(0, None)


def test_more_than_a_fifth_of_a_hundred_facts_is_much():
    assert not withdraws_much(100, 20)
    assert withdraws_much(100, 21)


@pytest.mark.parametrize(
    ("held", "due", "much"),
    [(99, 99, True), (99, 50, True), (99, 49, False), (50, 50, True), (49, 49, False), (0, 0, False)],
)
def test_of_fewer_facts_fifty_or_more_that_are_over_a_half_are_much(held, due, much):
    assert withdraws_much(held, due) is much


@pytest.mark.parametrize(
    ("rows", "bad", "budget", "over"),
    [(1000, 200, 0.2, False), (1000, 201, 0.2, True), (10, 10, 0.2, False), (40, 11, 0.2, True), (9000, 11, 0.0, True)],
)
def test_a_share_of_bad_rows_is_too_much_but_ten_rows_are_always_borne(rows, bad, budget, over):
    assert is_over_budget(rows, bad, budget) is over


def test_an_earlier_version_is_taken_until_its_day_and_an_unknown_one_never():
    assert followed_version(PROFILE, None, TODAY) is None
    assert followed_version(PROFILE, "2", TODAY) is None
    assert followed_version(PROFILE, "1", date(2026, 12, 31)) is EARLIER
    with pytest.raises(SchemaVersionError, match="ended on 1 January 2027"):
        followed_version(PROFILE, "1", date(2027, 1, 1))
    with pytest.raises(SchemaVersionError) as unknown:
        followed_version(PROFILE, "Zephyrine", TODAY)
    assert "Zephyrine" not in str(unknown.value)
    assert "version 2" in unknown.value.how_to_fix


@pytest.mark.parametrize(
    "contract",
    [
        BatchContract(coverage_from=TODAY, coverage_to=date(2026, 11, 15)),
        BatchContract(coverage_to=date(2026, 11, 17)),
        BatchContract(Mode.FULL, mends=UUID(int=1)),
    ],
)
def test_a_contract_that_contradicts_itself_is_refused(contract):
    with pytest.raises(BodyUnreadableError):
        contract.require_sense(TODAY)


def test_a_contract_of_days_that_were_makes_sense():
    BatchContract(Mode.FULL, date(2026, 10, 1), TODAY).require_sense(TODAY)
