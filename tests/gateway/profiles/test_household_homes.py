"""The home of a service's household is told of whom it gives no address, to readers who are not told of protection."""

from dataclasses import replace
from datetime import UTC, date, datetime

from agreements.request import STATE_BIT
from gateway.profiles.household_homes import homes_of_households
from tests.gateway.profiles.facts import a_fact, known, lives
from tests.gateway.profiles.test_second_lock import permit

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
RESIDENCE = ("housing", "address.residence")
MAY_SEE = permit(RESIDENCE)


def belongs(who, household="H1", **days):
    return a_fact(who, "household.membership", {"household": household, "role": ""}, **days)


def told(*facts, permits=None, to=MAY_SEE):
    persons = {fact.fact.person_id for fact in facts}
    found = homes_of_households(persons, facts, permits or {(person, 0): to for person in persons}, NOW)
    return {(each.fact.person_id, each.fact.value["lines"]) for each in found}


ANN, KIM, BOB = belongs("ann"), belongs("kim"), belongs("bob")
HOME = lives("ann", "1 High St", "2022-10-05")


def test_who_has_no_address_lives_where_the_household_does():
    assert told(ANN, KIM, HOME) == {(known("kim"), "1 High St")}


def test_it_is_told_as_the_others_address_is_of_the_record_that_names_the_member():
    (home,) = homes_of_households([known("kim")], [ANN, KIM, HOME], {(known("kim"), 0): MAY_SEE}, NOW)

    assert home.fact.record_id == KIM.fact.record_id
    assert (home.fact.valid_from, home.source, home.form) == (date(2022, 10, 5), "housing", "full")


def test_an_address_of_one_s_own_stands_alone():
    assert told(ANN, KIM, HOME, lives("kim", "9 Low St", "2020-01-01", "2021-01-01")) == set()


def test_a_household_of_two_homes_has_none_to_tell():
    assert told(ANN, BOB, KIM, HOME, lives("bob", "2 Low St", "2026-01-01")) == set()


def test_who_is_of_two_households_with_two_homes_is_told_of_neither():
    elsewhere = [belongs("bob", "H2"), belongs("kim", "H2", record="kim again"), lives("bob", "2 Low St", "2026-10-12")]
    assert told(ANN, KIM, HOME, *elsewhere) == set()


def test_a_home_that_is_over_a_place_that_is_no_home_and_a_household_left_tell_nothing():
    assert told(ANN, KIM, lives("ann", "1 High St", "2022-10-05", "2026-11-19")) == set()
    assert told(ANN, KIM, lives("ann", "1 High St", kind="temporary")) == set()
    assert told(ANN, belongs("kim", valid_to=date(2026, 11, 19)), HOME) == set()
    assert told(ANN, belongs("kim", "H2"), HOME) == set()


def test_another_service_s_address_is_not_the_household_s():
    assert told(ANN, KIM, lives("ann", "1 High St", source="schools")) == set()


def test_a_member_of_whom_the_reader_may_see_no_address_has_none():
    permits = {(known("ann"), 0): MAY_SEE, (known("kim"), 0): permit(("housing", "identity.name"))}
    assert told(ANN, KIM, HOME, permits=permits) == set()


def test_a_member_whose_address_is_shown_in_another_form_has_none():
    permits = {
        (known("ann"), 0): MAY_SEE,
        (known("kim"), 0): permit(RESIDENCE, forms=[("outward_postcode", RESIDENCE)]),
    }
    assert told(ANN, KIM, HOME, permits=permits) == set()


def test_who_is_told_of_protection_is_told_addresses_as_they_were_given():
    mark = ("police", "identity.protected")
    may_know = permit(RESIDENCE, mark)
    telling = ((STATE_BIT["protected"], 1 << may_know.vocabulary.cell(*mark)),)
    may_know = replace(may_know, terms=replace(may_know.terms, told_by=telling))

    assert told(ANN, KIM, HOME, to=may_know) == set()
    assert told(ANN, KIM, HOME, to=replace(may_know, mask=MAY_SEE.mask)) == {(known("kim"), "1 High St")}
