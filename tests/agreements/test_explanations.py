"""What a reader is told of what is withheld, rule by rule; registers are written out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agreements.request import Direction, Tri
from concept_model.items import Withholding
from tests.agreements.by_hand import (
    DAY,
    HOUSING,
    NAME,
    NOW,
    SCHOOL,
    agreement,
    asked,
    compiled,
    never_both,
    permit,
    prohibition,
    voice,
)

ARREARS = ("homes", "housing.arrears")
ATTENDANCE = ("register", "education.attendance")
AGREED = {"sources": "*", "data": ["support.agreed_to_help"]}
ONLY_AGREED = permit(HOUSING, "R2", conditions={"all_of": ["agreed_to_help"]})


def told(register, request, cell):
    """The one line that speaks of a cell."""
    [line] = [one for one in register.explain(request) if cell in set(register.vocabulary.cells(one.mask))]
    return line


@pytest.mark.parametrize(("existence", "mode"), [("closed", Withholding.SILENT), ("open", Withholding.COUNT)])
def test_what_a_prohibition_closes_is_not_counted(existence, mode):
    forbidden = prohibition(HOUSING, existence=existence)
    register = compiled(agreement(permit(NAME), forbidden, withholding=[voice(HOUSING, "count")]))

    assert told(register, asked(), ARREARS).mode is mode


def test_a_closed_prohibition_that_waits_for_a_state_silences_only_where_it_bites():
    forbidden = prohibition(HOUSING, existence="closed", when={"any_of": ["protected"]})
    register = compiled(agreement(permit(NAME), forbidden, withholding=[voice(HOUSING, "exists")]))

    assert told(register, asked(), ARREARS).mode is Withholding.EXISTS
    assert told(register, asked(protected=Tri.UNKNOWN), ARREARS).mode is Withholding.SILENT


@pytest.mark.parametrize("modes", [("count", "exists"), ("exists", "count")])
def test_that_there_is_something_is_heard_before_how_much(modes):
    voices = [voice(HOUSING, mode, f"W{number}") for number, mode in enumerate(modes)]
    register = compiled(agreement(permit(NAME), withholding=voices))

    line = told(register, asked(), ARREARS)

    assert (line.mode, line.message) == (Withholding.EXISTS, "exists is said.")


def test_a_condition_is_told_to_a_reader_who_sees_the_state():
    line = told(compiled(agreement(permit(AGREED), ONLY_AGREED)), asked(), ARREARS)

    assert (line.code, line.mode) == ("condition-not-met", Withholding.EXISTS)
    assert line.message == "Not shown now. It is shown where the person agreed to help."


def test_a_condition_is_not_told_to_a_reader_who_does_not_see_the_state():
    register = compiled(agreement(permit(NAME), ONLY_AGREED))

    line = told(register, asked(), ARREARS)

    assert (line.code, line.mode) == ("role-sometimes", Withholding.SILENT)
    assert line == told(register, asked(agreed_to_help=Tri.UNKNOWN), ARREARS)


def test_never_both_is_the_reason_only_where_the_other_side_is_shown():
    register = compiled(agreement(permit(NAME), permit(SCHOOL, "R3"), ONLY_AGREED, never_both(HOUSING, SCHOOL)))

    assert told(register, asked(agreed_to_help=Tri.YES), ATTENDANCE).code == "never-both"
    assert told(register, asked(agreed_to_help=Tri.UNKNOWN), ATTENDANCE).code == "role-sometimes"


NEXT_WEEK = DAY + timedelta(days=7)
NEAREST = {
    "other-role": (permit(HOUSING, recipients=[{"agency": "council", "roles": ["manager"]}]), "Ask: manager."),
    "other-purpose": (
        permit(HOUSING, purposes=["fraud"]),
        "Declare the purpose “fraud”, if that is what you are doing.",
    ),
    "other-direction": (permit(HOUSING, directions=["search"]), "It is used to find a family."),
    "not-agreed": (
        permit(NAME, "R9"),
        "landlord and council would have to agree it. Ask your information governance officer.",
    ),
}


@pytest.mark.parametrize("code", NEAREST)
def test_the_nearest_rule_is_named_with_the_change_it_would_take(code):
    rule, change = NEAREST[code]

    line = told(compiled(agreement(permit(NAME, "R8"), rule)), asked(), ARREARS)

    assert (line.code, line.change) == (code, change)
    assert line.agreement == ("ISA-1@1" if code == "not-agreed" else "ISA-1@1/R1")
    assert line.message == "Your role does not include housing information. This does not mean there is any."


def test_a_prohibition_is_the_reason_where_something_else_would_show_it():
    line = told(compiled(agreement(permit(NAME), permit(HOUSING, "R2"), prohibition(HOUSING))), asked(), ARREARS)

    assert (line.code, line.agreement) == ("prohibited", "ISA-1@1/B1")
    assert line.change == "This rule forbids it to your role, whoever agrees."


@pytest.mark.parametrize(
    ("first", "now", "change"),
    [
        (NEXT_WEEK, NOW, "ISA-2@1 comes into force on 8 June 2026."),
        (DAY, NOW + timedelta(days=30), "ISA-2@1 is no longer in force. Ask your lead about its renewal."),
    ],
)
def test_an_agreement_out_of_force_says_so(first, now, change):
    standing = agreement(permit(NAME), last=DAY + timedelta(days=90))
    register = compiled(standing, agreement(permit(HOUSING), number=2, first=first))

    line = told(register, asked(now=now), ARREARS)

    assert (line.code, line.agreement, line.change) == ("not-in-force", "ISA-2@1/R1", change)


def test_a_reader_who_is_shown_nothing_hears_of_the_role_alone():
    register = compiled(agreement(ONLY_AGREED, withholding=[voice(HOUSING, "exists")]))

    lines = [told(register, one, ARREARS) for one in (asked(), asked(agreed_to_help=Tri.UNKNOWN))]
    plain = told(register, replace(asked(), direction=Direction.MATCH), ARREARS)

    assert lines[0] == lines[1]
    assert (lines[0].code, lines[0].mode) == ("role-sometimes", Withholding.SILENT)
    assert (plain.code, plain.mode) == ("other-direction", Withholding.SILENT)
