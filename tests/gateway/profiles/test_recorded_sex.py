"""Of what services say of somebody's sex, one value is shown: two would tell of a history (practice P12)."""

from datetime import timedelta

import pytest

from gateway.profiles.golden import golden_identity
from gateway.profiles.recorded_sex import with_one_sex
from tests.gateway.profiles.facts import RECORDED, SOURCES, a_fact, named

TITLES = dict.fromkeys(SOURCES, "A service")


def recorded(code, source, days_ago=0, person="ann"):
    at = RECORDED - timedelta(days=days_ago)
    return a_fact(person, "identity.sex", {"code": code}, source=source, recorded_at=at)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        pytest.param([("male", "police", 90), ("male", "housing", 60), ("female", "schools", 0)], "female", id="last"),
        pytest.param([("male", "police", 0), ("female", "housing", 0), ("female", "schools", 0)], "female", id="most"),
        pytest.param([("male", "police", 90), ("male", "housing", 0)], "male", id="one alone"),
    ],
)
def test_the_one_that_was_said_last_is_shown_with_whoever_says_so(said, shown):
    facts = with_one_sex([named("ann", "Ann", "Example"), *(recorded(*one) for one in said)])

    assert [value.value for value in golden_identity(facts, TITLES).sexes] == [shown]
    assert {fact.source for fact in facts if fact.item.name == "identity.sex"} == {
        source for code, source, _ in said if code == shown
    }


def test_each_person_has_their_own():
    facts = [recorded("male", "police", person="ann"), recorded("female", "police", person="bob")]

    assert with_one_sex(facts) == facts
