from hypothesis import given
from hypothesis import strategies as st

from gateway.profiles.closure import family_of
from tests.gateway.profiles.facts import a_fact, known, lives, named, related


def family(ego, *facts):
    return family_of(known(ego), facts)


def of(*names):
    return {known(name) for name in names}


def test_a_person_without_ties_is_a_family_of_one():
    assert family("ann", named("ann", "Ann", "Example"), named("bob", "Bob", "Example")) == of("ann")


def test_a_shared_home_at_one_time_ties():
    assert family("ann", lives("ann", "1 High St"), lives("bob", "1 High Street")) == of("ann", "bob")


def test_homes_that_did_not_overlap_do_not_tie():
    facts = lives("ann", "1 High St", "2020-01-01", "2021-01-01"), lives("bob", "1 High St", "2021-02-01")
    assert family("ann", *facts) == of("ann")


def test_a_refuge_and_letters_tie_nobody():
    for kind in ("refuge", "placement", "correspondence"):
        assert family("ann", lives("ann", "1 High St", kind=kind), lives("bob", "1 High St", kind=kind)) == of("ann")


def test_a_relationship_ties_both_ways():
    facts = related("ann", "parent", "kim"), named("kim", "Kim", "Example")
    assert family("ann", *facts) == family("kim", *facts) == of("ann", "kim")


def test_a_relationship_to_somebody_not_shown_ties_nobody():
    assert family("ann", related("ann", "parent", "kim")) == of("ann")


def test_one_household_of_a_service_ties():
    facts = [a_fact(who, "household.membership", {"household": "H1", "role": ""}) for who in ("ann", "bob")]
    assert family("ann", *facts) == of("ann", "bob")


def test_two_steps_and_no_third():
    chain = ["ann", "bob", "cat", "dan"]
    facts = [lives(who, f"{number} High St") for number in range(3) for who in chain[number : number + 2]]
    assert family("ann", *facts) == of("ann", "bob", "cat")


people = st.sampled_from(["ann", "bob", "cat", "dan", "eve"])
homes = st.builds(lives, people, st.sampled_from(["1 High St", "2 High St", "3 High St"]))


@given(st.lists(homes, max_size=12), st.lists(homes, max_size=6), st.randoms())
def test_more_facts_never_take_anybody_out_and_their_order_is_nothing(facts, more, random):
    before = family("ann", *facts)
    both = [*facts, *more]
    assert before <= family("ann", *both)
    shuffled = list(both)
    random.shuffle(shuffled)
    assert family("ann", *shuffled) == family("ann", *both)


def test_who_lives_there_today_does_not_live_with_who_had_left_before_because_no_day_is_known():
    before = lives("ann", "1 High St", "2015-01-05", "2022-03-31")
    today = [lives("bob", "1 High St", "2022-04-15"), lives("kim", "1 High St", source="schools")]

    assert family("kim", before, *today) == of("bob", "kim")
    # Of whom no more is known than that: she may have been there all along.
    assert family("kim", before, today[1]) == of("ann", "kim")
    # And a daughter of hers, by a name that this reader may see, may have been there with her.
    names = [named("ann", "Ann", "Example"), named("kim", "Kim", "Example")]
    assert family("kim", before, *today, *names) == of("ann", "bob", "kim")


def test_a_tenancy_that_nobody_ended_ties_the_next_tenant_to_the_last_for_whoever_sees_no_other_home():
    facts = [lives("ann", "1 High St", "2015-01-05"), lives("bob", "1 High St", "2022-04-15")]
    elsewhere = lives("ann", "2 Low Rd", "2022-04-01", source="schools", postcode="NV2 2AB")

    assert family("bob", *facts) == of("ann", "bob")
    assert family("bob", *facts, elsewhere) == of("bob")


def test_a_few_days_of_handing_over_the_keys_tie_nobody():
    facts = [lives("ann", "1 High St", "2015-01-05", "2022-04-15"), lives("bob", "1 High St", "2022-04-10")]

    assert family("bob", *facts) == of("bob")
