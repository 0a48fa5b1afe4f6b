"""Who lived together where registers tell no days, or never end a stay: tenants after one another, and two homes."""

from datetime import date
from itertools import count

import pytest

from linkage.households import Known, PersonRelationship, derive_households
from tests.linkage.test_households import home, people

BEFORE = home("before", start="2015-01-01", end="2022-03-31", source="housing")
NEXT = home("next", start="2022-04-15", source="housing")


def lived(*residences, ties=(), **known):
    numbers = count(1)
    return people(derive_households(residences, ties, (), lambda: f"h{next(numbers)}", Known(**known)))


def undated(person, place="uprn:1", source="health", **more):
    return home(person, place, start=None, source=source, **more)


def test_an_address_without_a_day_does_not_make_the_tenant_of_today_live_with_the_one_before():
    assert lived(BEFORE, NEXT, undated("next")) == [["before"], ["next"]]
    # A child of whom only her school tells the address came with those who are there.
    assert lived(BEFORE, NEXT, undated("child", source="schools")) == [["before"], ["child", "next"]]
    assert lived(BEFORE, undated("child")) == [["before", "child"]]


@pytest.mark.parametrize(
    "more",
    [
        {"ties": [PersonRelationship("before", "child", "parent")]},
        {"counted_together": frozenset({frozenset({"before", "child"})})},
    ],
)
def test_somebody_tied_to_who_lived_there_before_may_have_lived_there_then(more):
    assert lived(BEFORE, NEXT, undated("child"), **more) == [["before", "child", "next"]]


def test_who_takes_over_the_tenancy_of_somebody_of_her_name_lived_with_him():
    husband, widow = (
        home(one, start=start, end=end, source="housing", family_name="Hart")
        for one, start, end in (("before", "2015-01-01", "2022-03-31"), ("next", "2022-04-15", None))
    )

    assert lived(husband, widow, undated("next", family_name="Hart")) == [["before", "next"]]


def never_ended(person="before", **more):
    """A tenancy of 2015 that its landlord never ended, and the home since 2022 that council tax knows."""
    return [
        home(person, start="2015-01-01", source="housing", **more),
        home(person, "uprn:2", "2022-04-01", source="council_tax", **more),
    ]


def test_the_last_tenant_has_left_who_lives_elsewhere_where_the_same_landlord_knows_of_the_next():
    assert lived(*never_ended(), NEXT) == [["before"], ["next"]]
    # The landlord's own child of the next tenancy, the next tenant's surgery, and the last one's old surgery.
    assert lived(*never_ended(), NEXT, undated("next"), undated("before", source="housing")) == [["before"], ["next"]]


def test_one_other_register_that_says_another_home_is_not_enough_and_two_are():
    where_he_is = home("man", start="2015-01-01", source="council_tax")
    of_the_police = home("man", "uprn:2", "2019-06-01", source="police")
    partner = home("woman", start="2023-01-10", source="case_system")

    assert lived(where_he_is, of_the_police, partner) == [["man"], ["man", "woman"]]
    assert lived(where_he_is, of_the_police, undated("man", "uprn:2"), partner) == [["man"], ["woman"]]


def test_nobody_has_left_a_home_where_somebody_of_theirs_goes_on_living():
    lodger = home("lodger", start="2022-06-01", source="housing")
    stays = home("wife", start="2015-01-01", source="housing")

    assert ["before", "lodger", "wife"] in lived(*never_ended(), stays, lodger)
    # Nor where nobody knows since when, nor where who came is of theirs.
    assert ["before", "lodger", "wife"] in lived(*never_ended(), undated("wife"), lodger)
    daughter = home("daughter", start="2022-06-01", source="housing")
    tie = PersonRelationship("before", "daughter", "parent")
    assert ["before", "daughter"] in lived(*never_ended(), daughter, ties=[tie])


def test_a_child_in_two_homes_keeps_both_whoever_moves_in():
    mother = home("mother", "uprn:2", "2020-02-01", source="housing")
    father = home("father", start="2012-01-01", source="housing")
    child = [
        home("child", start="2012-01-01", source="housing"),
        home("child", "uprn:2", "2020-02-01", source="housing"),
        undated("child", "uprn:2"), undated("child", "uprn:2", source="schools"),
    ]  # fmt: skip
    new_partner = home("partner", start="2022-05-01", source="housing")
    born = {"child": date(2012, 1, 1), "father": date(1980, 1, 1)}

    assert lived(mother, father, *child, new_partner, born=born) == [
        ["child", "father", "partner"], ["child", "mother"],
    ]  # fmt: skip
    # A home of which nobody grown is known is not left by a child alone.
    assert ["child", "partner"] in lived(mother, *child, new_partner, born=born)


def test_a_family_that_moves_on_leaves_together_and_a_child_stays_behind_with_whoever_stays():
    family = [*never_ended("mother"), *never_ended("child")]
    born = {"child": date(2013, 5, 5)}

    assert lived(*family, NEXT, born=born) == [["child", "mother"], ["next"]]
    # The father stays, so the child keeps this home too.
    father = home("father", start="2015-01-01", source="housing")
    assert ["child", "father", "mother", "next"] in lived(*family, father, NEXT, born=born)


def test_an_old_address_without_a_day_ends_with_the_stay_of_who_lives_elsewhere_now():
    stale = undated("before")

    assert lived(BEFORE, stale, home("before", "uprn:2", "2022-04-01"), NEXT) == [["before"], ["next"]]
    # Of whom no other home is known may live there still: the tenancy was made over, perhaps.
    assert lived(BEFORE, stale, NEXT) == [["before", "next"]]


def test_two_ways_of_writing_one_home_are_no_other_home():
    written = home("before", "address:NV1 1AB|12", "2022-04-01", source="council_tax", postcode="NV1 1AB")
    first = home("before", start="2015-01-01", source="housing", postcode="NV1 1AB")

    assert ["before", "next"] in lived(first, written, NEXT)


def test_one_of_several_tenants_after_another_leaves_to_the_one_after():
    second = [
        home("next", start="2022-04-15", source="housing"), home("next", "uprn:3", "2024-01-10", source="council_tax"),
    ]  # fmt: skip
    third = home("third", start="2024-02-01", source="housing")

    assert lived(*never_ended(), *second, third) == [["before"], ["next"], ["third"]]


def test_who_came_back_has_not_left():
    again = home("before", start="2022-05-01", source="housing")

    assert ["before", "next"] in lived(*never_ended(), again, NEXT)


def test_a_tenant_who_has_died_does_not_live_with_the_next_and_lived_with_whoever_is_left():
    register = home("before", start="2015-01-01", source="health")
    died = {"before": date(2022, 3, 2)}

    assert lived(register, NEXT, undated("next"), died=died) == [["before"], ["next"]]
    assert lived(register, NEXT, undated("next")) == [["before", "next"]]
    widow = home("widow", start="2015-01-01", source="health")
    assert lived(register, widow, NEXT, died=died) == [["before", "next", "widow"]]
    # Whoever is said to have died and to have come since has not: one of the two is wrong.
    again = home("before", start="2022-06-01", source="housing")
    assert lived(register, again, NEXT, died=died) == [["before", "next"]]
