"""A handle leads to the person whose records it was made for: through a merge, and back again once that is undone."""

import pytest

from gateway.usecases.linking.linking import link_everything
from tests.gateway.linkage.unlike_people import NAMES, People
from tests.gateway.served import served


@pytest.fixture
def people(northvale):
    return People(northvale)


def test_the_handle_of_who_was_taken_for_another_shows_nothing_of_the_other_once_that_is_undone(people):
    decision = people.join("A", "B")
    ended = next(name for name in "AB" if people.handles[name] != people.handle_of(people.records[name]))
    stayed = next(name for name in "AB" if name != ended)
    assert people.led_to(ended) == people.led_to(stayed) == {"A", "B"}

    people.part(decision)

    assert (people.led_to(ended), people.led_to(stayed)) == ({ended}, {stayed})
    with served(people.northvale) as gateway:
        declared = gateway.declare("W101", "section_47", case_reference="S47-2026-71")
        page = gateway.family("W101", declared, people.handles[ended]).text
    assert NAMES[stayed][1] not in page


def test_a_run_over_everything_that_parts_them_leads_each_handle_back_as_well(people):
    decision = people.join("A", "B")
    people.northvale.sql(
        "INSERT INTO hearth.match_undone VALUES (:decision, '', 'sub-W607', :now)",
        decision=decision, now=people.northvale.clock.now,
    )  # fmt: skip

    link_everything(people.northvale.wiring)

    assert (people.led_to("A"), people.led_to("B")) == ({"A"}, {"B"})


def test_through_two_merges_each_handle_leads_to_its_own_records_when_either_is_undone(people):
    first = people.join("A", "B")
    second = people.join("A", "C")
    assert people.led_to("A") == people.led_to("B") == people.led_to("C") == {"A", "B", "C"}

    people.part(first)
    assert (people.led_to("A"), people.led_to("B"), people.led_to("C")) == ({"A", "C"}, {"B"}, {"A", "C"})

    people.part(second)
    assert (people.led_to("A"), people.led_to("B"), people.led_to("C")) == ({"A"}, {"B"}, {"C"})
