"""What somebody who knows says of a household is put over what was derived, for the time that was said."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from linkage.corrections import MemberCorrection, corrected
from linkage.households import Household, HouseholdMember

FIRST = date(2020, 1, 1)
DAYS = st.none() | st.integers(0, 12).map(lambda day: FIRST + timedelta(day))
PERIODS = st.tuples(DAYS, DAYS).filter(lambda two: None in two or two[0] <= two[1])


def home(*periods):
    return Household("h", ("uprn:1",), tuple(HouseholdMember("ann", "parent", *each, "residence") for each in periods))


def days_in(household):
    """Days of a window wider than any that is said, on which ann belongs."""
    window = [FIRST + timedelta(day) for day in range(-2, 15)]
    return {
        day
        for day in window
        for one in household.members
        if (one.valid_from or date.min) <= day <= (one.valid_to or date.max)
    }


@given(st.lists(PERIODS, min_size=1, max_size=3), PERIODS, st.booleans())
def test_exactly_the_days_that_were_said_are_given_or_taken(periods, said, belongs):
    before = home(*periods)
    (after,) = corrected([before], [MemberCorrection("h", "ann", belongs, *said)])
    meant = days_in(home(said))

    assert days_in(after) == (days_in(before) | meant if belongs else days_in(before) - meant)


def test_others_and_other_households_stay_and_the_last_word_counts():
    ben = HouseholdMember("ben", "child", None, None, "residence")
    own, other = Household("h", (), (ben,)), Household("g", (), (ben,))
    said = [MemberCorrection("h", "ann", True, None, None), MemberCorrection("h", "ann", False, None, None)]

    assert corrected([own, other], said) == (own, other)
    assert corrected([own, other], said[::-1])[0].person_ids == {"ann", "ben"}
    assert corrected([own, other], [MemberCorrection("gone", "ben", False, None, None)]) == (own, other)
