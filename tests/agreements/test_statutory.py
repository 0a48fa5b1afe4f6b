"""The path without an agreement: a law that is named, a decider who is named, the least items (practice P4)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agreements.decision import Permit, Refer, Refusal
from agreements.request import STATES, Band, DecisionRequest, Direction, Relationship, Tri
from agreements.statutory import MOST_ITEMS, NamedAnswer, NamedLaw
from tests.agreements.northvale import NOW

FRAUD = DecisionRequest(
    "northvale_council", "council_tax_fraud_officer", "council_tax_fraud", Relationship.NONE,
    dict.fromkeys(STATES, Tri.NO), Band.VERIFIED, Direction.VIEW, NOW,
)  # fmt: skip
RENT = replace(FRAUD, agency="brightwater_homes", role="rent_officer", purpose="tenancy_management")
LAW = NamedLaw("CA1989-s47", (("social_care", "identity.name"), ("social_care", "care.episode")))


def answered(named, **changes):
    given = {
        "decider": "northvale_council/dpo", "person": "p-1", "asked_by": "p-2", "at": NOW - timedelta(hours=1),
        "cells": named.cells, "bases": ("6(1)(c)",), "reason": "Asked for by the enquiry, and no more than it needs.",
    }  # fmt: skip
    return NamedAnswer(**(given | changes))


def test_a_request_goes_to_the_named_person_of_the_owner_with_a_clock(northvale):
    decision = northvale.decide_statutory(FRAUD, LAW)

    assert isinstance(decision, Refer)
    assert decision.to == "northvale_council/dpo"
    assert decision.within == timedelta(hours=24)
    assert decision.permit is None
    assert set(northvale.vocabulary.cells(decision.mask)) == set(LAW.cells)


def test_what_the_person_grants_is_released_on_the_law_alone_for_a_day(northvale):
    granted = (("social_care", "care.episode"),)
    decision = northvale.decide_statutory(FRAUD, LAW, answered(LAW, cells=granted))

    assert isinstance(decision, Permit)
    assert tuple(northvale.vocabulary.cells(decision.mask)) == granted
    (use,) = decision.uses
    assert (use.clause, use.gateways, use.article_6) == ("statute:CA1989-s47", ("CA1989-s47",), ("6(1)(c)",))
    assert "the data protection officer is told" in decision.obligations[0]
    assert decision.not_after == NOW + timedelta(hours=23)


def test_a_form_that_would_tell_a_state_is_not_told_to_who_was_granted_nothing_of_the_state(northvale):
    named = NamedLaw("CA1989-s47", (("case_system", "care.allocation"),))
    protected = replace(FRAUD, purpose="council_tax", role="council_tax_officer", states={"protected": Tri.YES})
    decision = northvale.decide_statutory(protected, named, answered(named))

    row = ("case_system", "care.allocation", None, None)
    assert (decision.row_form(*row), decision.told_form(*row)) == ("band", "full")


def test_nothing_granted_is_a_refusal_with_a_reason_on_record(northvale):
    decision = northvale.decide_statutory(FRAUD, LAW, answered(LAW, cells=()))

    assert isinstance(decision, Refusal)
    assert decision.code == "statutory-refused"


@pytest.mark.parametrize(
    ("named", "code"),
    [
        (NamedLaw("XYZ2020-s1", LAW.cells), "law-unknown"),
        (NamedLaw("CA2004-s16LA", LAW.cells), "law-not-in-force"),
        (NamedLaw("WRA2012-s131", LAW.cells), "law-not-in-force"),
        (NamedLaw("RP-OBJECTS", LAW.cells), "law-not-statute"),
        (NamedLaw("DPA2018-sch2-para2", LAW.cells), "law-not-statute"),
        (NamedLaw("CONSENT", LAW.cells), "law-not-statute"),
        (NamedLaw("CDA1998-s17A", LAW.cells), "law-not-for-this"),
        (NamedLaw("CA1989-s47", (("police", "crime.offence"),)), "law-not-of-owner"),
        (NamedLaw("CA2004-s11", (("police", "identity.name"),)), "part-3"),
        (NamedLaw("CA1989-s47", ()), "items-not-minimal"),
        (NamedLaw("CA1989-s47", LAW.cells * (MOST_ITEMS // 2 + 1)), "items-not-minimal"),
        (NamedLaw("CA1989-s47", (("social_care", "care.*"),)), "items-unknown"),
        (NamedLaw("CA1989-s47", (("nowhere", "identity.name"),)), "items-unknown"),
        (NamedLaw("CA1989-s47", (*LAW.cells, ("housing", "identity.name"))), "owners-differ"),
    ],
)
def test_a_request_that_is_not_lawful_or_not_the_least_is_refused_with_its_reason(northvale, named, code):
    assert northvale.decide_statutory(FRAUD, named).code == code
    assert northvale.decide_statutory(FRAUD, named, answered(named)).code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"decider": "northvale_council/ig_officer"}, "decider-wrong"),
        ({"asked_by": "p-1"}, "decider-is-requester"),
        ({"reason": " "}, "reason-missing"),
        ({"cells": (("social_care", "care.factor"),)}, "answer-items"),
        ({"at": NOW - timedelta(hours=24)}, "answer-ended"),
        ({"at": NOW + timedelta(microseconds=1)}, "answer-ended"),
        ({"bases": ()}, "basis-missing"),
        ({"bases": ("9(2)(h)/2",)}, "basis-missing"),
    ],
)
def test_an_answer_counts_only_from_the_named_person_within_a_day_and_on_a_basis(northvale, changes, code):
    assert northvale.decide_statutory(FRAUD, LAW, answered(LAW, **changes)).code == code


def test_health_items_need_a_condition_of_article_9(northvale):
    named = NamedLaw("CA1989-s47", (("social_care", "identity.name"), ("social_care", "care.factor")))
    bare = northvale.decide_statutory(FRAUD, named, answered(named))
    conditioned = northvale.decide_statutory(FRAUD, named, answered(named, bases=("6(1)(c)", "9(2)(g)/18")))

    assert tuple(northvale.vocabulary.cells(bare.mask)) == (("social_care", "identity.name"),)
    assert set(northvale.vocabulary.cells(conditioned.mask)) == set(named.cells)


def test_a_prohibition_stands_whoever_grants(northvale):
    named = NamedLaw("CDA1998-s115", (("police", "da.risk"),))
    answer = answered(named, decider="northvale_police/contact", bases=("6(1)(e)", "10/18"))

    assert northvale.decide_statutory(RENT, named).code == "prohibited"
    assert northvale.decide_statutory(RENT, named, answer).code == "statutory-refused"
    assert isinstance(northvale.decide_statutory(FRAUD, named, answer), Permit)


def test_what_a_duty_asks_for_is_never_silently_withheld(northvale):
    named = NamedLaw("CA1989-s47", (("housing", "housing.safety"),))
    decision = northvale.decide_statutory(RENT, named)

    assert isinstance(decision, Refer)
    assert decision.code == "statutory-duty"
    answer = answered(named, decider=decision.to)
    assert northvale.decide_statutory(RENT, named, answer).code == "statutory-refused"


def test_a_request_of_nobody_is_refused(northvale):
    assert northvale.decide_statutory(replace(FRAUD, role="mayor"), LAW).code == "role-unknown"
    assert northvale.decide_statutory(replace(FRAUD, now=datetime(2026, 1, 1)), LAW).code == "request-invalid"  # noqa: DTZ001
    before_the_act = datetime(1991, 10, 13, 12, tzinfo=UTC)
    assert northvale.decide_statutory(replace(FRAUD, now=before_the_act), LAW).code == "law-not-in-force"
