"""Corners that random registers seldom come to, each in a register of a few rules written out."""

from dataclasses import replace
from datetime import timedelta

from agreements.decision import Permit, Refer
from agreements.periods import EVER, start_of_day
from agreements.request import Tri
from tests.agreements import generator
from tests.agreements.by_hand import (
    DAY,
    HOUSING,
    SCHOOL,
    agreement,
    asked,
    compiled,
    legal,
    never_both,
    permit,
    prohibition,
    referral,
)

ARREARS = ("homes", "housing.arrears")
ATTENDANCE = ("register", "education.attendance")
SOON, LATER = DAY + timedelta(days=5), DAY + timedelta(days=10)


def an_answer_is_not_remembered_past_a_state_that_a_never_both_rule_waits_for():
    pair = never_both(HOUSING, SCHOOL, when={"any_of": ["domestic_abuse"]})
    register = compiled(agreement(permit(HOUSING), permit(SCHOOL, "R2"), pair))

    assert register.decide(asked()).allows(*ATTENDANCE)
    assert not register.decide(asked(domestic_abuse=Tri.YES)).allows(*ATTENDANCE)
    assert register.decide(asked()).allows(*ATTENDANCE)


def a_side_that_an_unknown_state_might_show_is_kept():
    helped = permit(HOUSING, conditions={"all_of": ["agreed_to_help"]})
    register = compiled(agreement(helped, permit(SCHOOL, "R2"), never_both(HOUSING, SCHOOL)))

    assert register.decide(asked()).allows(*ATTENDANCE)
    assert not isinstance(register.decide(asked(agreed_to_help=Tri.UNKNOWN)), Permit)
    decision = register.decide(asked(agreed_to_help=Tri.YES))
    assert (decision.allows(*ARREARS), decision.allows(*ATTENDANCE)) == (True, False)


def a_side_that_no_state_can_show_is_not_kept():
    unprotected = permit(HOUSING, conditions={"none_of": ["protected"]})
    register = compiled(agreement(unprotected, permit(SCHOOL, "R2"), never_both(HOUSING, SCHOOL)))

    assert register.decide(asked(protected=Tri.YES)).allows(*ATTENDANCE)
    assert not register.decide(asked()).allows(*ATTENDANCE)


def a_permit_ends_with_the_first_rule_it_rests_on():
    adults = permit(HOUSING, subjects={"minors": "exclude"})
    for rule in (adults, permit(HOUSING)):
        for first, second in ((SOON, LATER), (LATER, SOON)):
            register = compiled(agreement(rule, number=1, last=first), agreement(permit(SCHOOL), number=2, last=second))
            decision = register.decide(asked())

            assert decision.allows(*ARREARS)
            assert decision.allows(*ATTENDANCE)
            assert decision.not_after == start_of_day(SOON + timedelta(days=1))


def a_permit_ends_where_a_prohibition_begins():
    register = compiled(agreement(permit(SCHOOL)), agreement(prohibition(SCHOOL), number=2, first=SOON))

    assert register.decide(asked()).not_after == start_of_day(SOON)
    other = compiled(agreement(permit(SCHOOL)), agreement(prohibition(HOUSING), number=2, first=SOON))
    assert other.decide(asked()).not_after > start_of_day(SOON)


def a_suspension_does_not_lift_a_prohibition():
    barring = agreement(prohibition(SCHOOL), number=2)
    noon = start_of_day(DAY) + timedelta(hours=12)
    suspended = replace(barring, active=((barring.active[0][0], noon), (noon + timedelta(hours=6), EVER[1])))
    register = compiled(agreement(permit(SCHOOL)), suspended)

    for hours in (1, 13, 19):
        now = start_of_day(DAY) + timedelta(hours=hours)
        assert not isinstance(register.decide(asked(now=now)), Permit)


def a_withdrawal_lifts_a_prohibition():
    ends = start_of_day(SOON)
    barring = agreement(prohibition(SCHOOL), number=2)
    withdrawn = replace(barring, active=((barring.active[0][0], ends),), withdrawn=ends)
    register = compiled(agreement(permit(SCHOOL)), withdrawn)

    assert not isinstance(register.decide(asked(now=ends - timedelta(hours=1))), Permit)
    assert register.decide(asked(now=ends)).allows(*ATTENDANCE)


def only_what_rests_on_duties_alone_continues_when_its_review_is_missed():
    late = start_of_day(LATER)
    dates = {"from": DAY, "to": LATER, "review": SOON, "on_review_missed": "continue_under_statute"}
    for used, continues in ((("G2",), True), (("G1",), False), (("G1", "G2"), False)):
        register = compiled(agreement(permit(SCHOOL), validity=dates, legal=legal(*used)))

        assert register.decide(asked(now=start_of_day(SOON))).allows(*ATTENDANCE)
        assert isinstance(register.decide(asked(now=late)), Permit) is continues


def an_agreement_stands_only_while_its_assessment_is_reviewed():
    assessed = generator.assessment(SOON)
    register = compiled(agreement(permit(SCHOOL), dpia="DPIA"), dpias=(assessed,))

    assert register.decide(asked()).not_after == start_of_day(SOON + timedelta(days=1))
    assert not isinstance(register.decide(asked(now=start_of_day(SOON + timedelta(days=1)))), Permit)


def a_duty_hands_over_what_is_prohibited_and_no_other_referral_does():
    for duty in (True, False):
        register = compiled(agreement(referral(SCHOOL, duty=duty), prohibition(SCHOOL)))
        decision = register.decide(asked())

        assert isinstance(decision, Refer) is duty
        assert not duty or decision.mask == 1 << register.vocabulary.cell(*ATTENDANCE)


CORNERS = (
    an_answer_is_not_remembered_past_a_state_that_a_never_both_rule_waits_for,
    a_side_that_an_unknown_state_might_show_is_kept,
    a_side_that_no_state_can_show_is_not_kept,
    a_permit_ends_with_the_first_rule_it_rests_on,
    a_permit_ends_where_a_prohibition_begins,
    a_suspension_does_not_lift_a_prohibition,
    a_withdrawal_lifts_a_prohibition,
    only_what_rests_on_duties_alone_continues_when_its_review_is_missed,
    an_agreement_stands_only_while_its_assessment_is_reviewed,
    a_duty_hands_over_what_is_prohibited_and_no_other_referral_does,
)
