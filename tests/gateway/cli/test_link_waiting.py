"""`hearthgate link` says why so many pairs wait: registers without birth dates, lists of contacts alone."""

import csv
import random

import pytest

from gateway.commands.link_files import Order, link_files

HEAD = ("source", "source_key", "given_name", "family_name", "birth_date", "postcode", "address")
GIVEN = ("Ann", "Tom", "Priya", "Omar", "Grace", "Ivan", "Mei", "Kofi", "Ruth", "Paul", "Lena", "Hugh")
FAMILY = ("Archer", "Boateng", "Cole", "Dogan", "Evans", "Farrow", "Gowda", "Harker", "Ionescu", "Jarvis")


def people(number):
    """Homes of a parent and a child, as schools and the register of electors write them."""
    draw = random.Random(5)  # noqa: S311 - made-up people
    for home in range(number):
        family, place = draw.choice(FAMILY), (f"NV{home % 9 + 1} {home % 7 + 1}AB", f"{home + 1} High Street")
        for born in (draw.randint(1960, 1985), draw.randint(2008, 2020)):
            yield draw.choice(GIVEN), family, f"{born}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}", *place


@pytest.fixture
def linked(tmp_path):
    def run(dated, **more):
        with (tmp_path / "in.csv").open("w", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow(HEAD)
            for number, (given, family, born, *place) in enumerate(people(150)):
                rows.writerow(("schools", number, given, family, born, *place))
                rows.writerow(("electoral", number, given, family, born if dated else "", *place))
        outcome = link_files(Order((tmp_path / "in.csv",), tmp_path / "out.csv", **more))
        return outcome.summary, [line for line in outcome.lines if "no birth_date" in line]

    return run


def test_a_source_without_birth_dates_is_named_where_many_pairs_wait_for_them(linked):
    summary, said = linked(dated=False)

    assert said == [
        f"warning: most rows of electoral have no birth_date, so that many of {summary['pairs_for_review']:,} pairs"
        " wait that may be one person: where such a source holds nobody twice, --duplicate-free joins more of them"
    ]


def test_what_was_said_already_and_what_has_dates_is_not_asked_for(linked):
    assert linked(dated=False, duplicate_free=("electoral",))[1] == []
    assert linked(dated=True)[1] == []


@pytest.mark.parametrize("named", [False, True])
def test_lists_of_phones_and_emails_alone_are_told_that_they_join_nobody(tmp_path, named):
    with (tmp_path / "in.csv").open("w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(("source", "source_key", "phone", "email", *(("given_name", "family_name") * named)))
        for number in range(60):
            for source in ("library", "leisure"):
                contacts = (f"077009{number:05}", f"member{number}@mail.example")
                name = (GIVEN[number % 12], FAMILY[number % 10])
                rows.writerow((source, number, *contacts, *(name * named)))
    outcome = link_files(Order((tmp_path / "in.csv",), tmp_path / "out.csv"))

    said = [line for line in outcome.lines if "phone" in line]
    waiting = f"{outcome.summary['pairs_for_review']:,} pairs wait"
    told = "warning: rows have a phone or an email and neither names nor birth dates: nobody is joined by what a family"
    assert (outcome.summary["persons"] < 120) == named
    assert said == ([] if named else [f"{told} shares, and {waiting}"])
