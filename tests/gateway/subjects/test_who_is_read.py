"""Of a page that could show nothing of somebody, their report of who looked tells nothing (practice P1, scene S3)."""

import pytest

from gateway.usecases.register.explaining import Asked, explain
from gateway.usecases.subjects.retracting import FactsMeant, NewRetraction, retract_facts
from tests.gateway.northvale_world import CONTEXT, copied
from tests.gateway.subjects.reports import pass_an_hour, report, words
from tests.journeys.harwood import Harwood

NOTHING = "There is nothing in this list."


def made(built, about, looks):
    """The report about somebody after looks at others, whose ids are counted apart; and whose pages these were."""
    with copied(built) as northvale:
        family = Harwood(northvale)
        with family.aside():
            pages = [
                northvale.open(worker, northvale.declare(worker, purpose), northvale.family_id(*whose))
                for worker, purpose, whose in looks
            ]
        pass_an_hour(northvale)
        with family.aside():
            theirs = [words(report(northvale, northvale.family_id(*whose))) for _, _, whose in looks]
            return report(northvale, northvale.family_id(*about)), pages, theirs


@pytest.mark.parametrize(
    ("left", "looks"),
    [
        (("S1", "Darren Cole"), [("W411", "homelessness", ("S1", "Leanne Cole"))]),
        (("S1", "Darren Cole"), [("R101", "adult_treatment", ("S1", "Leanne Cole"))]),
        (("S2", "Jayden Marsh"), [("W411", "homelessness", ("S2", "Kelly Marsh"))]),
        (
            ("S3", "Vikram Nair"),
            [
                ("W411", "homelessness", ("S3", "Priya Nair")), ("W403", "participation", ("S3", "Rohan Nair")),
                ("W501", "council_tax", ("S3", "Rohan Nair")),
            ],
        ),
    ],
    ids=["S1 a homelessness application", "S1 a treatment", "S2 her son", "S3 Vikram"],
)  # fmt: skip
def test_whom_a_reader_cannot_see_with_her_is_not_told_that_her_page_was_opened(northvale_world, left, looks):
    looked, pages, theirs = made(northvale_world, left, looks)

    assert words(looked).count(NOTHING) == 2
    assert [section.elements for section in looked.pack.sections] == [()]
    assert all(len(page.profile.members) < 2 for page in pages)
    assert all(one.count(NOTHING) < 2 for one in theirs)


def test_whoever_stands_on_her_page_is_told_as_before(northvale_world):
    landlord = [("B101", "tenancy_management", ("S3", "Priya Nair"))]
    looked, (page,), _ = made(northvale_world, ("S3", "Vikram Nair"), landlord)

    assert len(page.profile.members) == 3
    assert "A rent officer in the Income team at Brightwater Homes looked at information about you" in words(looked)


def test_whom_only_a_tie_that_was_taken_back_held_with_her_is_not_told(northvale):
    """Her landlord says no more that she lives with him, and opens her page."""
    family = Harwood(northvale)
    key = northvale.person("S3", "Priya Nair")["keys"]["housing"]
    meant = tuple(FactsMeant(key, item=item) for item in ("household.membership", "address.residence"))
    with family.aside():
        sender = northvale.partner("housing-tenancies")
        retract_facts(northvale.wiring, CONTEXT, sender, NewRetraction("housing-tenancies", "sent-in-error", meant))
        declaration = northvale.declare("B101", "tenancy_management")
        page = northvale.open("B101", declaration, northvale.family_id("S3", "Priya Nair"))
    pass_an_hour(northvale)

    assert len(page.profile.members) == 1
    assert words(report(northvale, northvale.family_id("S3", "Vikram Nair"))).count(NOTHING) == 2


def test_an_explanation_is_about_those_whom_the_page_shows(northvale):
    handle = northvale.family_id("S1", "Leanne Cole")
    explain(
        northvale.wiring, CONTEXT, northvale.reader("W411"), Asked(family_id=handle),
        northvale.declare("W411", "homelessness"),
    )  # fmt: skip
    pass_an_hour(northvale)

    assert words(report(northvale, northvale.family_id("S1", "Darren Cole"))).count(NOTHING) == 2


def test_a_team_that_is_named_for_a_part_of_the_borough_goes_by_the_name_that_may_be_told(northvale_world):
    """The worker of somebody who fled works near their new home, and whoever they left stands on that worker's page."""
    looked, _, _ = made(northvale_world, ("S2", "Jayden Marsh"), [("W201", "early_help", ("S2", "Kelly Marsh"))])

    told = words(looked)
    assert "An early help worker in the Early Help team at Northvale Council looked at information about you" in told
    assert not any(b"Early Help North" in one for one in (*looked.files.values(), *looked.receipts.values()))
