"""The form of a cell: the finest that any permit grants, capped by the coarsest limit."""

from dataclasses import replace

import pytest

from agreements.document import LimitRule
from agreements.loader import load_register
from agreements.register import compile_register
from agreements.request import STATES, Band, DecisionRequest, Direction, Relationship, Tri
from tests.agreements.northvale import NOW, REGISTER

REQUEST = DecisionRequest(
    "brightwater_homes", "rent_officer", "tenancy_management", Relationship.NONE, dict.fromkeys(STATES, Tri.NO),
    Band.VERIFIED, Direction.VIEW, NOW,
)  # fmt: skip


def limit(identifier, form):
    return LimitRule.model_validate(
        {
            "id": identifier, "effect": "limit", "form": form, "recipients": [{"agency": "brightwater_homes"}],
            "purposes": "*", "directions": "*", "sources": "*", "data": ["housing.arrears"],
            "reason": "because the charter says so",
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("granted", "limits", "form"),
    [
        (["year", "full"], [], "full"),
        (["year", "month"], [], "month"),
        (["presence", "band"], [], "band"),
        (["full"], ["month"], "month"),
        (["month"], ["year"], "year"),
        (["month", "full"], ["year", "presence", "band"], "presence"),
        (["presence"], ["month"], "presence"),
    ],
)
def test_the_form_is_the_finest_granted_capped_by_the_coarsest_limit(signed, granted, limits, form):
    documents = load_register(REGISTER, signed, NOW)
    housing = next(one for one in documents.agreements if one.document.id == "ISA-NV-2026-016")
    permit = next(rule for rule in housing.document.rules if rule.id == "TM1")
    rules = [
        permit.model_copy(update={"id": f"P{at}", "transform": {} if name == "full" else {"housing.arrears": name}})
        for at, name in enumerate(granted)
    ]
    rules += [limit(f"C{at}", name) for at, name in enumerate(limits)]
    amended = replace(housing, document=housing.document.model_copy(update={"rules": tuple(rules)}))
    agreements = tuple(amended if one is housing else one for one in documents.agreements)

    decision = compile_register(replace(documents, agreements=agreements)).decide(REQUEST)

    assert decision.form("housing", "housing.arrears") == form
    assert decision.form("housing", "housing.tenancy") == "full"
    masks = [mask for _, mask in decision.coarse]
    assert sum(mask.bit_count() for mask in masks) == (form != "full")


@pytest.mark.parametrize(
    ("age", "limits", "form"), [(10, [], "full"), (100, [], "band"), (None, [], "band"), (10, ["month"], "month")]
)
def test_a_row_takes_the_form_of_the_rules_that_admit_it(signed, age, limits, form):
    """Recent ones in full and all of them as a band: the older ones are not in full by way of the first rule."""
    documents = load_register(REGISTER, signed, NOW)
    housing = next(one for one in documents.agreements if one.document.id == "ISA-NV-2026-016")
    permit = next(rule for rule in housing.document.rules if rule.id == "TM1")
    rules = [
        permit.model_copy(update={"id": "P0", "window_days": 62}),
        permit.model_copy(update={"id": "P1", "transform": {"housing.arrears": "band"}}),
        *(limit(f"C{at}", name) for at, name in enumerate(limits)),
    ]
    amended = replace(housing, document=housing.document.model_copy(update={"rules": tuple(rules)}))
    agreements = tuple(amended if one is housing else one for one in documents.agreements)

    decision = compile_register(replace(documents, agreements=agreements)).decide(REQUEST)

    assert decision.row_form("housing", "housing.arrears", age, None) == form
    assert decision.row_form("housing", "housing.tenancy", age, None) == "full"


@pytest.mark.parametrize(
    ("reader", "told"),
    [
        (("northvale_nhs", "named_nurse", "health_safeguarding"), "full"),
        (("northvale_council", "mash_worker", "front_door"), "band"),
    ],
)
def test_a_form_that_would_tell_a_state_is_told_to_who_may_hear_of_the_state_alone(signed, reader, told):
    """The charter shows allocations of the protected in part, to nearly everybody."""
    documents = load_register(REGISTER, signed, NOW)
    charter = next(one for one in documents.agreements if one.document.id == "MOU-NV-2026-001")
    rules = [
        rule.model_copy(update={"except_recipients": ()}) if rule.id == "X8" else rule
        for rule in charter.document.rules
    ]
    amended = replace(charter, document=charter.document.model_copy(update={"rules": tuple(rules)}))
    register = compile_register(
        replace(documents, agreements=tuple(amended if one is charter else one for one in documents.agreements))
    )
    agency, role, purpose = reader
    asked = replace(
        REQUEST, agency=agency, role=role, purpose=purpose, relationship=Relationship.MASH,
        states=dict.fromkeys(STATES, Tri.NO) | {"minor": Tri.YES, "safeguarding_concern": Tri.YES},
    )  # fmt: skip
    row = ("case_system", "care.allocation", 10, None)

    protected = register.decide(replace(asked, states={**asked.states, "protected": Tri.YES}))

    assert (protected.row_form(*row), protected.told_form(*row)) == ("band", told)
    assert register.decide(asked).told_form(*row) == "full"
