"""Households: who lived together and when, families beyond one address, and ids that go on."""

from datetime import date
from itertools import count, permutations

from linkage.households import Household, PersonRelationship, PersonResidence, derive_households


def run(residences, relationships=(), previous=()):
    numbers = count(1)
    return derive_households(residences, relationships, previous, lambda: f"h{len(previous)}-{next(numbers)}")


def home(person, place="uprn:1", start="2020-01-01", end=None, **more):
    return PersonResidence(
        person, place, date.fromisoformat(start) if start else None, date.fromisoformat(end) if end else None, **more
    )


def people(result):
    return sorted(sorted(household.person_ids) for household in result.households)


def test_people_who_live_together_are_one_household():
    assert people(run([home("mum"), home("child"), home("neighbour", "uprn:2")])) == [["child", "mum"], ["neighbour"]]


def test_one_tenant_after_another_is_two_households():
    before = home("before", start="2015-01-01", end="2019-12-31")
    after = home("after", start="2019-12-29")

    assert people(run([before, after])) == [["after"], ["before"]]


def test_an_address_without_a_date_brings_nobody_together_with_the_tenants_before():
    before = home("before", start="2010-01-01", end="2020-12-31")
    family = [home(each, start="2021-02-17") for each in ("mum", "child")]
    undated = home("child", start=None)

    result = run([before, *family, undated])

    assert people(result) == [["before"], ["child", "mum"]]
    (household,) = [each for each in result.households if "child" in each.person_ids]
    assert household.periods["child"] == (date(2021, 2, 17), None)


def test_somebody_of_whom_no_source_has_a_date_lives_with_those_who_are_there_and_not_with_those_who_left():
    before = home("before", start="2010-01-01", end="2020-12-31")
    family = [home("mum", start="2021-02-17"), home("partner", start="2024-05-01"), home("child", start=None)]

    result = run([before, *family])

    assert people(result) == [["before"], ["child", "mum", "partner"]]


def test_where_nobody_has_a_date_all_who_were_said_to_live_there_lived_together():
    assert people(run([home("mum", start=None), home("child", start=None)])) == [["child", "mum"]]


def test_an_earlier_stay_of_which_only_the_end_is_known_is_kept():
    stays = [
        home("child", start=None, end="2015-01-01"),
        home("child", start="2021-02-17"),
        home("dad", start="2010-01-01", end="2014-12-31"),
    ]

    assert ["child", "dad"] in people(run(stays))


def test_a_child_in_two_homes_belongs_to_both():
    result = run([home("mum"), home("child"), home("dad", "uprn:2"), home("child", "uprn:2")])

    assert people(result) == [["child", "dad"], ["child", "mum"]]


def test_a_family_that_moves_stays_one_household_with_two_places():
    family = [home(each, "uprn:1", "2018-01-01", "2022-05-01") for each in ("mum", "child")]
    family += [home(each, "uprn:2", "2022-04-20") for each in ("mum", "child")]

    result = run(family)

    assert [household.place_keys for household in result.households] == [("uprn:1", "uprn:2")]


def test_refuge_communal_and_correspondence_addresses_make_no_household():
    residences = [
        home("a", "uprn:7", kind="refuge"), home("b", "uprn:7"),
        home("c", "uprn:8", communal=True), home("d", "uprn:8"),
        home("e", "uprn:9", kind="correspondence"), home("f", "uprn:9"),
    ]  # fmt: skip

    assert people(run(residences)) == [["f"]]


def test_a_house_of_many_surnames_is_no_household_but_a_family_in_it_is():
    lodgers = [
        home(f"p{number}", family_name=name) for number, name in enumerate(["Ash", "Bell", "Cole", "Dyer", "Eve"])
    ]
    result = run([*lodgers, home("kid", family_name="Ash")], [PersonRelationship("p0", "kid", "parent")])

    assert result.crowded_places == ("uprn:1",)
    assert ["kid", "p0"] in [sorted(household.person_ids) for household in result.households]
    assert all(len(household.person_ids) <= 2 for household in result.households)


def test_a_foster_carers_home_is_one_however_many_children_came_and_went():
    names = ["Ash", "Bell", "Cole", "Dyer", "Eve", "Fox"]
    carers = [home(each, "uprn:1", "1998-01-01", family_name="Carr") for each in ("dot", "len")]
    children = [
        home(name, "uprn:1", f"{2001 + 3 * number}-01-01", f"{2003 + 3 * number}-06-30", family_name=name)
        for number, name in enumerate(names)
    ]

    result = run([*carers, *children])

    # Never more than two surnames at one time.
    assert (people(result), result.crowded_places) == ([sorted(["dot", "len", *names])], ())


def test_who_has_a_house_to_themselves_after_many_lodgers_is_a_household():
    lodgers = [home(name, "uprn:1", "2001-01-01", "2009-12-31", family_name=name) for name in "ABCDE"]
    owner = home("owner", "uprn:1", "2001-01-01", "2009-12-31", family_name="Fox")
    family = [home(each, "uprn:1", "2009-11-01", family_name="Gale") for each in ("mum", "child")]
    after = [home(each, "uprn:1", "2010-03-01", family_name="Hart") for each in ("gran", "grandchild")]

    result = run([*lodgers, owner, *family, *after])

    # Mother and child moved in among the lodgers; who came later lives with nobody whom the crowd took apart.
    assert ["gran", "grandchild"] in people(result)
    assert all(len(each) == 1 for each in people(result) if "gran" not in each)
    assert result.crowded_places == ("uprn:1",)


def test_a_parent_who_lives_elsewhere_is_told_of_but_does_not_live_there():
    result = run([home("mum"), home("child"), home("dad", "uprn:2")], [PersonRelationship("dad", "child", "parent")])
    of_child = next(household for household in result.households if "child" in household.person_ids)

    assert {(m.person_id, m.role, m.basis) for m in of_child.members} == {
        ("mum", "resident", "residence"), ("child", "child", "residence"), ("dad", "parent", "relationship"),
    }  # fmt: skip
    assert people(result) == [["child", "dad", "mum"], ["dad"]]


def test_former_partners_are_not_joined():
    result = run([home("a"), home("b", "uprn:2")], [PersonRelationship("a", "b", "former-partner")])

    assert people(result) == [["a"], ["b"]]


def test_a_family_known_by_relationships_alone_is_a_household_without_a_place():
    ties = [PersonRelationship("mum", "kid", "parent"), PersonRelationship("kid", "sis", "sibling")]
    result = run([], ties)

    assert people(result) == [["kid", "mum", "sis"]]
    assert result.households[0].place_keys == ()


def test_ids_go_on_when_a_member_leaves_and_another_comes():
    first = run([home("mum"), home("child"), home("x", "uprn:2")])
    second = run([home("mum"), home("child"), home("baby"), home("x", "uprn:2")], previous=first.households)

    def id_of(person, result):
        return next(each.household_id for each in result.households if person in each.person_ids)

    assert id_of("mum", second) == id_of("mum", first)
    assert id_of("x", second) == id_of("x", first)


def test_households_that_join_redirect_the_smaller_id():
    previous = (Household("h1", ("uprn:1",), run([home("a"), home("b")]).households[0].members),
                Household("h2", ("uprn:2",), run([home("c", "uprn:2")]).households[0].members))  # fmt: skip
    result = run([home("a"), home("b"), home("c")], previous=previous)

    assert [each.household_id for each in result.households] == ["h1"]
    assert result.merged == {"h2": "h1"}


def test_the_order_of_residences_changes_nothing():
    residences = [home("mum"), home("child"), home("dad", "uprn:2"), home("child", "uprn:2", "2021-01-01")]
    outcomes = {repr(run(list(each))) for each in permutations(residences)}

    assert len(outcomes) == 1


def test_what_has_not_changed_keeps_its_ids_whichever_of_two_homes_of_the_same_people_is_the_older():
    residences = [
        home(each, place, start)
        for each in ("mum", "child")
        for place, start in (("uprn:1", "2010-01-01"), ("uprn:2", "2015-01-01"))
    ]
    for ids in (["h1", "h2"], ["h2", "h1"]):
        first = derive_households(residences, [], (), iter(ids).__next__)
        # As they are stored: who belongs and when, without places.
        stored = [Household(each.household_id, (), each.members) for each in first.households]
        again = run(residences, previous=stored)

        assert again.households == first.households
        assert again.merged == {}
