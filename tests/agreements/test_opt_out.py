"""The National Data Opt-out limits uses beyond somebody's own care, and never what is taken in (domain 4.7).

Where a use rests on the person's own agreement the opt-out does not apply. So it is honoured where planning, research
and evaluation get nothing about a patient without that agreement, and nobody is shown what anybody chose.
"""

import pytest

from adapters.registry import FEEDS
from agreements.decision import Permit
from agreements.loader import load_register
from agreements.request import STATES, Band, DecisionRequest, Direction, Relationship, Tri
from concept_model.items import ITEMS
from tests.agreements.northvale import NOW, REGISTER

BEYOND_CARE = ("statistics", "evaluation")
PATIENT = [item.name for item in ITEMS if item.name.startswith("health.")]
SOURCES = ("pds", "health")


@pytest.fixture(scope="module")
def roles(signed):
    documents = load_register(REGISTER, signed, NOW)
    assert {purpose.id for purpose in documents.purposes.purposes} >= set(BEYOND_CARE)
    return [(agency.id, role.id) for agency in documents.agencies.agencies for role in agency.roles]


def released(northvale, role, purpose, agreed):
    """Items about a patient that this role gets by any direction, with everything else in its favour."""
    states = {**dict.fromkeys(STATES, Tri.NO), "agreed_to_help": agreed}
    found = set()
    for direction in (Direction.VIEW, Direction.SEARCH, Direction.EXTRACT, Direction.STATISTIC):
        for relationship in (Relationship.NONE, Relationship.ALLOCATED_WORKER):
            request = DecisionRequest(*role, purpose, relationship, states, Band.VERIFIED, direction, NOW)
            decision = northvale.decide(request)
            if isinstance(decision, Permit):
                found |= {item for source in SOURCES for item in PATIENT if decision.allows(source, item)}
    return found


@pytest.mark.parametrize("purpose", BEYOND_CARE)
@pytest.mark.parametrize("agreed", [Tri.NO, Tri.UNKNOWN])
def test_a_use_beyond_care_gets_nothing_about_a_patient_who_did_not_agree(northvale, roles, purpose, agreed):
    assert {role: items for role in roles if (items := released(northvale, role, purpose, agreed))} == {}


def test_with_agreement_evaluation_gets_attendances_and_no_more(northvale, roles):
    found = {role: items for role in roles if (items := released(northvale, role, "evaluation", Tri.YES))}
    assert found == {("northvale_council", "evaluation_analyst"): {"health.attendance"}}


def test_a_choice_is_taken_in_and_shown_to_nobody(northvale, roles):
    assert FEEDS["health-opt-out"].profile.source in SOURCES
    for role in roles:
        for purpose in northvale.purpose_titles:
            assert "health.opt_out" not in released(northvale, role, purpose, Tri.YES)
