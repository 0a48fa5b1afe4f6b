"""People of one family who are easily taken for each other: kept apart, and what cannot be told left to a person."""

from functools import cache

import pandas as pd
import pytest

from linkage.columns import connect
from linkage.conflicts import conflict_between
from linkage.engine import COLUMNS, link_table
from linkage.levels import COMPARISONS
from linkage.model import default_model
from linkage.pairwise import Comparable, PairScorer, level_of
from linkage.persons import link_records
from linkage.record import LinkIdentifier, LinkRecord
from linkage.standardise import standardise
from linkage.training_people import generate

NUMBER = "9434765919"
HOME = {
    "family_name": "Thackray", "postcode": "NV1 2AB", "address": "14 High Street", "phone": "07700900123",
    "email": "home@example.org",
}  # fmt: skip


def row(given, born, **more):
    return {**HOME, "given_name": given, "birth_date": born, **more}


@cache
def others(number):
    """Rows of so many other people: to make them up takes longer than to link them."""
    return [
        {
            "given_name": each.record.given_names[0], "family_name": each.record.family_names[0],
            "birth_date": each.record.birth_date, "sex": each.record.sex, "postcode": each.record.postcodes[0],
            "address": each.record.streets[0] if each.record.streets else None,
            "phone": next(iter(each.record.phones), None), "email": next(iter(each.record.emails), None),
        }
        for each in (generate(number, 17)[:number] if number else ())
    ]  # fmt: skip


def in_file(rows, neighbours=0):
    """The person of each row, in a file that holds so many rows of other people besides."""
    frame = pd.DataFrame([*rows, *others(neighbours)], columns=COLUMNS, dtype="string")
    with connect() as connection:
        connection.register("sent", frame.assign(number=range(len(frame)), source="s"))
        connection.execute(
            "create table rows as select number::integer as number, number as row, * exclude (number) from sent"
        )
        linked = link_table(connection, COLUMNS)
    return linked.persons.person[: len(rows)].tolist(), linked.waiting


def record(number, given, born, **more):
    told = {**HOME, **more}
    ids = (
        (LinkIdentifier("nhs_number", told["nhs_number"], told.get("verified", False)),) if "nhs_number" in told else ()
    )
    return LinkRecord(
        f"r{number}", "s", given_names=(given,) if given else (), family_names=(told["family_name"],), birth_date=born,
        sex=told.get("sex"), identifiers=ids, postcodes=(told["postcode"],), address_keys=(told["address"],),
        phones=(told["phone"],), emails=(told["email"],),
    )  # fmt: skip


def groups(persons):
    return [persons.index(each) for each in persons]


@pytest.mark.parametrize("neighbours", [0, 300, 800])
@pytest.mark.parametrize(
    ("older", "younger"),
    [
        (("Mohammed", "1984-02-03"), ("Mohammed", "2009-08-19")),
        (("Fenwick John", "1984-02-03"), ("Fenwick John", "2009-08-19")),
        (("Fenwick", "1984"), ("Fenwick", "2009-08-19")),
        (("Fenwick", "1984-08-19"), ("Fenwick", "2014-08-19")),
        (("Fenwick", "2009-08-19"), ("Fenwick", "2011-03-02")),
    ],
    ids=["parent-and-child", "middle-names-too", "year-alone", "one-birthday", "brothers"],
)
def test_relatives_of_one_name_who_share_home_phone_and_email_are_two_people(older, younger, neighbours):
    persons, _ = in_file([row(*older), row(*older), row(*younger), row(*younger)], neighbours)

    assert groups(persons) == [0, 0, 2, 2]


def test_a_generation_apart_on_one_birthday_is_left_to_a_person_and_joined_by_a_number():
    typed = [record(1, "Fenwick", "1984-08-19"), record(2, "Fenwick", "2014-08-19")]
    result = link_records(typed)
    numbered = [record(n, "Fenwick", born, nhs_number=NUMBER) for n, born in enumerate(("1984-08-19", "2014-08-19"))]

    assert len(result.clusters) == 2
    assert [pair.reasons for pair in result.reviews] == [("a-generation-apart",)]
    assert len(link_records(numbered).clusters) == 1


def test_a_fathers_number_on_his_sons_record_is_left_to_a_person():
    father, son = (record(n, "Fenwick", born, nhs_number=NUMBER) for n, born in enumerate(("1984-02-03", "2009-08-19")))
    result = link_records([father, son])

    assert len(result.clusters) == 2
    assert [pair.reasons for pair in result.reviews] == [("a-generation-apart",)]


def test_an_email_address_is_no_proof_against_a_housemate():
    email = default_model().levels["contact"]["email"]

    assert email.chance < email.household / 1000
    assert email.household < email.same < 20 * email.household


def test_children_of_whom_the_model_learns_are_reached_through_their_parents():
    known = generate(1500, 5)
    addresses = {}
    for each in known:
        for address in each.record.emails:
            addresses.setdefault(address, set()).add(each.person)

    assert sum(len(persons) > 1 for persons in addresses.values()) > len(addresses) / 30


@pytest.mark.parametrize("neighbours", [0, 300, 800])
@pytest.mark.parametrize("unclear", ["J", None, "Baby Girl"])
def test_a_record_that_cannot_tell_twins_apart_is_left_to_a_person(unclear, neighbours):
    twins = [row("Jessica", "2012-06-09", sex="female"), row("Joan", "2012-06-09", sex="female")]
    persons, waiting = in_file([*twins, *twins, row(unclear, "2012-06-09", sex="female")], neighbours)
    records = [record(n, name, "2012-06-09", sex="female") for n, name in enumerate(("Jessica", "Joan", unclear))]
    result = link_records(records)

    assert groups(persons) == [0, 1, 0, 1, 4]
    assert waiting >= 2
    assert len(result.clusters) == 3
    assert {pair.reasons for pair in result.reviews if "r2" in (pair.left, pair.right)} == {("fits-two-people",)}


@pytest.mark.parametrize("neighbours", [0, 800])
@pytest.mark.parametrize("names", [("Mila", "Isla"), ("Leo", "Lei"), ("Khalid", "Khadija")])
def test_twins_of_like_names_are_told_apart_by_numbers_that_differ(names, neighbours):
    one, other = names
    rows = [
        row(one, "2016-05-14", nhs_number=NUMBER), row(other, "2016-05-14", nhs_number="9434765870"),
        row(one, "2016-05-14"), row(other, "2016-05-14"),
    ]  # fmt: skip
    records = [record(0, one, "2016-05-14", nhs_number=NUMBER), record(1, other, "2016-05-14", nhs_number="9434765870")]

    assert groups(in_file(rows, neighbours)[0]) == [0, 1, 0, 1]
    assert len(link_records(records).clusters) == 2


@pytest.mark.parametrize(
    ("names", "numbers"),
    [
        (("Katie", "Katherine"), (NUMBER, "9434765870")), (("Mila", "Milla"), (NUMBER, None)),
        (("Mila", "Milla"), (NUMBER, NUMBER)),
    ],
    ids=["a-short-form", "one-number", "one-number-twice"],
)  # fmt: skip
def test_a_like_name_or_another_number_alone_is_no_twin(names, numbers):
    records = [
        record(place, name, "2016-05-14", **({"nhs_number": number} if number else {}))
        for place, (name, number) in enumerate(zip(names, numbers, strict=True))
    ]

    assert conflict_between(*map(standardise, records)) is None


def test_one_person_known_by_two_given_names_is_joined_by_a_number_or_by_a_record_that_has_both():
    born = "1981-12-23"
    by_number = [
        record(0, "David", born), record(1, "David Emeka", born, nhs_number=NUMBER),
        record(2, "Olumide", born, nhs_number=NUMBER), record(3, "Olumide", born),
    ]  # fmt: skip
    by_both = [record(0, "Kelly", born), record(1, "Kelly Marie", born), record(2, "Marie", born)]

    assert len(link_records(by_number).clusters) == 1
    assert len(link_records(by_both).clusters) == 1


def test_slips_and_short_forms_of_one_name_are_no_twins():
    names = ("Denis", "Dwnis", "Denls", "Denis")

    assert len(link_records([record(n, name, "1975-01-11") for n, name in enumerate(names)]).clusters) == 1


@pytest.mark.parametrize("neighbours", [0, 800])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Twin 1", None), ("Twin 2", None)), (("Twin One", "female"), ("Twin Two", "female")),
        (("Baby A", None), ("Baby B", None)), (("Baby Boy", None), ("Baby Girl", None)),
        (("Baby Boy", None), ("Olivia", "female")),
    ],
    ids=["numbers", "words", "letters", "sexes", "a-boy-and-a-named-girl"],
)  # fmt: skip
def test_newborns_whom_something_tells_apart_are_two_people(one, other, neighbours):
    rows = [row(name, "2024-03-05", sex=sex) for name, sex in (one, other, one, other)]
    result = link_records([record(n, name, "2024-03-05", sex=sex) for n, (name, sex) in enumerate((one, other))])

    assert groups(in_file(rows, neighbours)[0]) == [0, 1, 0, 1]
    assert len(result.clusters) == 2


@pytest.mark.parametrize("unnamed", [("Twin 1", "Twin 2"), ("Baby Boy", "Baby Girl")])
def test_a_named_child_who_may_be_either_of_two_newborns_is_left_to_a_person(unnamed):
    names = (*unnamed, "Olivia")
    result = link_records([record(n, name, "2024-03-05") for n, name in enumerate(names)])

    assert len(result.clusters) == 3
    assert {(pair.left, pair.right) for pair in result.reviews} >= {("r0", "r2"), ("r1", "r2")}


def test_a_newborn_is_the_child_whom_a_number_or_its_sex_tells():
    numbered = [record(n, name, "2024-03-05", nhs_number=NUMBER) for n, name in enumerate(("Twin 2", "Olivia"))]
    by_sex = [
        record(n, name, "2024-03-05", sex=sex)
        for n, (name, sex) in enumerate(
            (("Baby Boy", None), ("Baby Girl", None), ("Olivia", "female"), ("Harry", "male"))
        )
    ]

    assert len(link_records(numbered).clusters) == 1
    assert set(link_records(by_sex).clusters) == {("r0", "r3"), ("r1", "r2")}


@pytest.mark.parametrize("neighbours", [0, 800])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            HOME | {"given_name": "Unborn", "birth_date": "2025-01-05"},
            HOME | {"given_name": "Unborn", "birth_date": "2026-01-09"},
        ),
        ({"given_name": "Not Known", "sex": "male"}, {"given_name": "Not Known", "sex": "female"}),
        (
            {"given_name": "Tom", "family_name": "Thackray (DECEASED)", "birth_date": "1949-03-04"},
            {"given_name": "Tom", "family_name": "Brown (DECEASED)", "birth_date": "1949-03-04", "postcode": "NV9 4AB"},
        ),
    ],
    ids=["unborn", "not-known", "a-word-beside-the-name"],
)
def test_words_that_are_nobodys_name_make_nobody_one_person(one, other, neighbours):
    home = {"family_name": "Thackray", "postcode": "NV1 2AB"}

    assert groups(in_file([home | one, home | other], neighbours)[0]) == [0, 1]


@pytest.mark.parametrize("neighbours", [0, 800])
@pytest.mark.parametrize(
    ("one", "other"), [("Mohammed Ali", "Muhammad Umar"), ("Syed Ali", "Syed Hassan"), ("Wai Man", "Wai Ling")]
)
def test_of_brothers_with_one_first_name_that_begins_many_the_second_names_tell(one, other, neighbours):
    rows = [row(name, "2012-06-09", sex="male") for name in (one, other, one, other)]
    first = one.split()[0]
    unclear = link_records([record(n, name, "2012-06-09") for n, name in enumerate((one, other, first))])

    assert groups(in_file(rows, neighbours)[0]) == [0, 1, 0, 1]
    assert len(unclear.clusters) == 3
    assert {pair.reasons for pair in unclear.reviews if "r2" in (pair.left, pair.right)} == {("fits-two-people",)}


@pytest.mark.parametrize(
    "names",
    [
        ("Mohammed Ali", "Mohammed A"), ("Mohammed Usman", "Md Osman"), ("Mohammed Ali", "Ali"),
        ("Mohammed Ali", "Mohammed"), ("Mohammed Ali", "Mohammed Raza", "Mohammed Ali Raza"),
        ("Mohammed Ali", "Mohammed Thackray"), ("John Paul", "John Peter"),
    ],
    ids=["initial", "spelling", "second-alone", "first-alone", "both", "family-name", "english"],
)  # fmt: skip
def test_second_names_that_may_be_one_persons_keep_nobody_apart(names):
    assert len(link_records([record(n, name, "2012-06-09") for n, name in enumerate(names)]).clusters) == 1


def test_the_first_of_january_of_two_namesakes_says_less_than_another_day():
    score = PairScorer(default_model(), 100_000)

    def odds(born, other):
        elsewhere = {
            "postcode": "NV7 3QT",
            "address": "9 Mill Lane",
            "phone": "07700900999",
            "email": "ali@example.org",
        }
        one, two = record(0, "Ali", born), record(1, "Ali", other, **elsewhere)
        return score(*(Comparable(standardise(each), given_rarity=6, family_rarity=8) for each in (one, two)))

    assert odds("1990-05-17", "1990-05-17") > odds("1990-01-01", "1990-01-01") + 2
    assert odds("1990-05-17", "1980-05-17") > odds("1990-01-01", "1980-01-01") + 2


def test_brothers_without_papers_whose_years_differ_agree_on_no_day():
    born = ("1990-01-01", "1991-01-01")
    compared = [[standardise(record(n, "Ali", day)) for n, day in enumerate(born)]]
    birth = next(each for each in COMPARISONS if each.name == "birth")

    assert [birth.levels[-level_of(birth, *pair)].name for pair in compared] == ["near"]
