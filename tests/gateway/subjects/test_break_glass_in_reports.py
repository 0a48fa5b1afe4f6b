"""Nothing that is done under break-glass is in a report, whatever kind of act it is (practice P1)."""

import pytest

from gateway.usecases.families.disclosure import disclose_profile
from gateway.usecases.subjects.disputing import NewDispute, raise_dispute
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.subjects.reports import pass_an_hour, report

MANAGER = "W210"
_SECTIONS = ("circumstances", "events", "interventions", "goals", "professionals")


@pytest.fixture
def kelly(northvale):
    return northvale.family_id("S2", "Kelly Marsh")


@pytest.fixture
def emergency(northvale, kelly):
    """A manager's declaration that somebody in Kelly's family might be hurt."""
    return northvale.declare(MANAGER, "early_help", family_id=kelly, break_glass=True, at_risk="the mother")


def lines(northvale, kelly):
    pass_an_hour(northvale)
    return [element for section in report(northvale, kelly).pack.sections for element in section.elements]


def sealed(northvale):
    """Whether each entry since the declaration that names somebody is sealed."""
    return {
        row.sealed for row in northvale.sql("SELECT sealed FROM audit.card WHERE subjects <> '{}' AND who = 'W210'")
    }


def test_a_search_is_in_no_report(northvale, kelly, emergency):
    found = northvale.search(MANAGER, emergency, northvale.person("S2", "Kelly Marsh"))

    assert found.hits
    assert lines(northvale, kelly) == []
    assert sealed(northvale) == {True}


def test_a_fact_that_is_disputed_is_in_no_report(northvale, kelly, emergency):
    reader = northvale.reader(MANAGER)
    profile = disclose_profile(northvale.wiring, CONTEXT, reader, kelly, emergency).profile
    fact = next(fact for section in _SECTIONS for fact in getattr(profile, section))

    raise_dispute(northvale.wiring, CONTEXT, reader, kelly, emergency, NewDispute(fact.ref, "That is not so."))

    assert lines(northvale, kelly) == []
    assert sealed(northvale) == {True}
