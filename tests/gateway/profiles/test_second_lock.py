from datetime import UTC, datetime, timedelta

import pytest

from agreements.decision import Permit, RuleUse, Terms
from agreements.vocabulary import Vocabulary
from gateway.profiles.permitted import permitted_facts
from tests.gateway.profiles.facts import SOURCES, a_fact, known, lives

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
VOCABULARY = Vocabulary(SOURCES)


class Given:
    """Grounds as they are given."""

    def __init__(self, coarse, uses):
        self.coarse = self.told = lambda: coarse
        self.uses = lambda: uses


def permit(*cells, forms=(), **limits):
    mask = sum(1 << VOCABULARY.cell(source, item) for source, item in cells)
    coarse = tuple((form, 1 << VOCABULARY.cell(*cell)) for form, cell in forms)
    use = RuleUse("ISA", 1, "R1", "ISA@1/R1", mask, (), (), (), (), (), **limits)
    return Permit(mask, NOW + timedelta(days=1), Terms("v", VOCABULARY), Given(coarse, (use,)))


def let_out(fact, given, band=0):
    kept = permitted_facts([fact.fact], {(known("ann"), band): given}, NOW)
    return kept[0].fact if kept else None


HOUSING_ADDRESS = ("housing", "address.residence")
INCIDENT = ("police", "da.incident")


def incident(day, role="victim"):
    value = {"risk": "high", "title": "words", "child_present": True}
    return a_fact("ann", "da.incident", value, source="police", happened_at=day, subject_role=role)


def test_what_the_permit_holds_is_let_out_and_nothing_else():
    assert let_out(lives("ann", "1 High St"), permit(HOUSING_ADDRESS)) is not None
    assert let_out(lives("ann", "1 High St"), permit(("schools", "address.residence"))) is None
    assert let_out(lives("ann", "1 High St"), permit(("housing", "contact.phone"))) is None


def test_another_person_s_or_band_s_permit_lets_nothing_out():
    assert let_out(lives("bob", "1 High St"), permit(HOUSING_ADDRESS)) is None
    assert let_out(lives("ann", "1 High St"), permit(HOUSING_ADDRESS), band=1) is None


def test_a_permit_for_protected_locations_opens_what_tells_a_location_and_no_more():
    protected = permit(("housing", "address.protected_location"))
    assert let_out(lives("ann", "1 High St"), protected) is not None
    assert let_out(a_fact("ann", "housing.arrears", {"balance": 10}), protected) is None


@pytest.mark.parametrize(("days", "shown"), [(0, True), (62, True), (63, False), (-1, False)])
def test_a_window_is_held_to_the_day(days, shown):
    fact = incident(NOW - timedelta(days=days))
    assert (let_out(fact, permit(INCIDENT, window_days=62)) is not None) is shown


def test_an_event_without_a_day_fails_a_window_and_another_role_fails_a_limit_of_roles():
    assert let_out(incident(None), permit(INCIDENT, window_days=62)) is None
    assert let_out(incident(NOW), permit(INCIDENT, event_roles=("child present",))) is None
    assert let_out(incident(NOW, "child present"), permit(INCIDENT, event_roles=("child present",))) is not None


@pytest.mark.parametrize(
    ("form", "cell", "fact", "value"),
    [
        ("band", INCIDENT, incident(NOW), {"risk": "high", "child_present": True}),
        ("presence", INCIDENT, incident(NOW), {}),
        ("outward_postcode", HOUSING_ADDRESS, lives("ann", "1 High St"), {"postcode": "NV1"}),
        ("year", ("housing", "identity.birth_date"),
         a_fact("ann", "identity.birth_date", {"date": "1980-02-03", "expected": False}),
         {"date": "1980", "expected": False}),
        ("month", ("housing", "identity.birth_date"),
         a_fact("ann", "identity.birth_date", {"date": "1980-02-03", "expected": False}),
         {"date": "1980-02", "expected": False}),
    ],
)  # fmt: skip
def test_a_coarse_form_leaves_only_that(form, cell, fact, value):
    assert let_out(fact, permit(cell, forms=((form, cell),))).value == value
