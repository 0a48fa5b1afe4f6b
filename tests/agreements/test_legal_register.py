"""Northvale's legal register: complete, dated, honest about who confirmed what; the sandbox differs in one thing."""

import pytest

from agreements.reference_data import LegalRegister
from agreements.strict_yaml import parse_yaml
from agreements.validating import validated
from tests.agreements.northvale import REGISTER, SANDBOX


def law_of(folder):
    file = parse_yaml("gateways.yaml", (folder / "gateways.yaml").read_text(encoding="utf-8"))
    law, faults = validated(file, LegalRegister)
    assert faults == []
    return law


LAW = law_of(REGISTER)
GATEWAYS = {gateway.id: gateway for gateway in LAW.gateways}
NEEDED = (
    "CA2004-s10", "CA2004-s11", "CA2004-s16LA", "CA2004-s16LC", "CA1989-s17", "CA1989-s47", "EA2002-s175",
    "EA1996-s436A", "LSA2000-s117", "ESA2008-s72", "CDA1998-s115", "CDA1998-s17A", "PCSCA2022-s16", "CJA2003-s325",
    "OMA2007-s14", "DEA2017-s35", "WRA2012-s131", "LGFA1992-sch2", "SI2013-501", "HA1996-s184", "HA1996-s213B",
    "CA2014-s6", "CA2014-s42", "CA2014-s45", "DAA2021-s49A", "LA2011-s1", "LGA1972-s111", "COMMON-LAW-POLICING",
    "DPA2018-sch2-para2", "NHSA2006-s251", "HSCA2012-s251B", "CONSENT",
)  # fmt: skip


def test_every_gateway_of_the_domain_has_its_entry():
    assert set(NEEDED) <= GATEWAYS.keys()


def test_a_power_is_not_called_a_duty():
    assert GATEWAYS["CDA1998-s115"].kind == "power"
    assert GATEWAYS["DAA2021-s49A"].kind == "duty"
    assert {GATEWAYS[one].kind for one in ("DPA2018-sch2-para2", "CONSENT")} == {"exemption", "consent"}


def test_what_is_not_shown_to_be_in_force_has_no_first_day():
    assert GATEWAYS["CA2004-s16LA"].commenced is None
    assert GATEWAYS["CA2004-s16LC"].commenced is None


@pytest.mark.parametrize("kind", ["NHS trust", "integrated care board", "registered provider of social housing"])
def test_the_digital_economy_act_covers_no_nhs_body_and_no_landlord(kind):
    assert kind not in GATEWAYS["DEA2017-s35"].covers_kinds
    assert "unitary authority" in GATEWAYS["DEA2017-s35"].covers_kinds


@pytest.mark.parametrize("entry", [*LAW.gateways, *LAW.bases, *LAW.reservations], ids=lambda one: one.id)
def test_what_was_read_is_named_and_what_was_not_is_not(entry):
    assert bool(entry.confirmed_by) == (entry.confirmation != "from_memory")


def test_conditions_of_schedule_1_part_2_need_a_policy_document():
    part_2 = [basis for basis in LAW.bases if basis.id.startswith(("9(2)(g)/", "10/")) and basis.id != "10/OFFICIAL"]
    assert len(part_2) >= 7
    assert all(basis.policy_document_needed for basis in part_2)


def test_private_interests_are_no_basis_of_a_public_body():
    for basis in LAW.bases:
        if basis.id in {"6(1)(f)", "6(1)(ea)"}:
            assert basis.covers_kinds
            assert not {"unitary authority", "police force", "NHS trust"} & set(basis.covers_kinds)


def test_the_sandbox_differs_in_the_benefit_gateway_alone():
    sandbox = law_of(SANDBOX)
    changed = [(a.id, b.purpose_live) for a, b in zip(LAW.gateways, sandbox.gateways, strict=True) if a != b]
    assert changed == [("WRA2012-s131", "live")]
    assert (sandbox.bases, sandbox.reservations) == (LAW.bases, LAW.reservations)
