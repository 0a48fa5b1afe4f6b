"""Notices that a fact was wrong, in a report: a look for a sealed purpose leaves no trace in them (practice P1)."""

import pytest

from audit.canonical import parse_canonical
from audit.leaf import parse_leaf
from gateway.usecases.subjects.retracting import FactsMeant, NewRetraction, retract_facts
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.subjects.reports import pass_an_hour, report, words

WORKER = "W210"


@pytest.fixture
def kelly(northvale):
    return northvale.family_id("S2", "Kelly Marsh")


def looked(northvale, kelly, **declared):
    return northvale.open(WORKER, northvale.declare(WORKER, "early_help", family_id=kelly, **declared), kelly)


@pytest.fixture
def told(northvale, kelly):
    """Reports on Kelly after her landlord withdrew a fact that a manager had looked at, openly and in an emergency."""

    def made(*looks):
        for declared in looks:
            looked(northvale, kelly, **declared)
        key = northvale.person("S2", "Kelly Marsh")["keys"]["housing"]
        new = NewRetraction("housing-tenancies", "sent-in-error", (FactsMeant(key),))
        retract_facts(northvale.wiring, CONTEXT, northvale.partner("housing-tenancies"), new)
        pass_an_hour(northvale)
        return report(northvale, kelly)

    return made


OPENLY, SEALED = {}, {"break_glass": True, "at_risk": "the mother"}


@pytest.mark.parametrize("looks", [(OPENLY, SEALED), (SEALED, OPENLY)], ids=["sealed look last", "sealed look first"])
def test_a_notice_to_somebody_who_looked_openly_and_in_secret_points_at_the_open_look_alone(northvale, told, looks):
    made = told(*looks)

    lines = made.pack.sections[0].elements
    ids = {parse_leaf(one.leaf).entry_id for one in lines}
    named = {parse_canonical(one.openings["refers_to"].value) for one in lines} - {None}
    assert len(lines) == 3
    assert named <= ids
    (sealed,) = northvale.sql("SELECT entry_id FROM audit.card WHERE event_class = 'override' AND phase = 'outcome'")
    assert str(sealed.entry_id).encode() not in made.files["report.json"]


def test_a_notice_to_somebody_who_looked_in_secret_alone_is_in_no_report(told):
    assert [section.elements for section in told(SEALED).pack.sections] == [()]


def test_a_notice_is_told_as_what_it_is(told):
    said = words(told(OPENLY))

    assert "Our own computer system looked at information about you on" in said
    assert "They did this to tell whoever had seen it that something in it was wrong." in said
    assert "no longer in use" not in said
