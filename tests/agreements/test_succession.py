"""From its instant on, the successor stands where the documents say the old body; texts and signatures stay."""

from datetime import UTC, datetime, timedelta

import pytest

from agreements.request import Regime
from agreements.succession import epochs
from tests.agreements.small_register import (
    ACTIVATED,
    AT,
    REFERENCE,
    SmallRegister,
    agreement,
    changed,
    gateway,
    permit,
    request,
    sees,
)

TAKES_OVER = datetime(2026, 5, 31, 23, tzinfo=UTC)
TICK = timedelta(microseconds=1)
INSTRUMENT = "SUC-T-1"


def succession(**more):
    return {
        "schema": "hearthgate/succession/1", "id": INSTRUMENT, "predecessor": "council", "successor": "newcouncil",
        "from": "2026-06-01", "by": "statute", "law": "Structural Changes Order 2026",
        "says": "The new council follows the old one in all its agreements.",
    } | more  # fmt: skip


def two_way():
    """The council reads the landlord's facts, and the landlord reads the council's."""
    one = agreement()
    one["supply"].append(
        {"id": "L2", "party": "council", "sources": ["case"], "data": ["support.episode"], "necessity": "It is needed."}
    )
    one["rules"] += [
        permit(id="R2", recipients=[{"agency": "landlord"}], sources=["case"], data=["support.episode"]),
        {
            "id": "X1", "effect": "prohibit", "recipients": [{"agency": "*"}],
            "except_recipients": [{"agency": "council"}], "purposes": "*", "sources": ["homes"],
            "data": ["housing.tenancy"], "reason": "For the council alone.",
        },
    ]  # fmt: skip
    return one


@pytest.fixture
def small(tmp_path):
    register = SmallRegister(tmp_path, two_way(), succession())
    return register.in_force()


@pytest.fixture
def handed_over(small):
    return small.sign(INSTRUMENT, by=("newcouncil",)).compile()


def turns_at(register, instant=TAKES_OVER, **what):
    return sees(register, instant - TICK, **what), sees(register, instant, **what)


def test_an_unsigned_succession_changes_nothing(small):
    register = small.compile()
    assert turns_at(register) == (True, True)
    assert turns_at(register, agency="newcouncil") == (False, False)


def test_the_roles_of_the_old_body_are_the_successors_from_the_instant_on(handed_over):
    assert turns_at(handed_over) == (True, False)
    assert turns_at(handed_over, agency="newcouncil") == (False, True)


def test_what_spared_the_old_body_spares_the_successor_from_the_instant_on(handed_over):
    cell = ("homes", "housing.tenancy")
    assert turns_at(handed_over, cell=cell) == (True, False)
    assert turns_at(handed_over, agency="newcouncil", cell=cell) == (False, True)


def test_its_sources_and_their_supply_are_the_successors(handed_over):
    assert turns_at(handed_over, agency="landlord", cell=("case", "support.episode")) == (True, True)
    before, after = TAKES_OVER - TICK, TAKES_OVER
    assert (handed_over.owner_of("case", before), handed_over.owner_of("case", after)) == ("council", "newcouncil")
    assert handed_over.decide_supply("council", "case", before).items
    assert not handed_over.decide_supply("newcouncil", "case", before).items
    assert handed_over.decide_supply("newcouncil", "case", after).items
    assert not handed_over.decide_supply("council", "case", after).items


def test_a_permit_before_the_instant_ends_with_it(handed_over):
    assert handed_over.decide(request(TAKES_OVER - TICK)).not_after == TAKES_OVER


def test_prohibitions_stand_on_when_the_agreement_was_suspended_before(small):
    """A suspended document still forbids: the succession must not lift that."""
    other = changed(agreement(), id="ISA-T-2", validity__review="2027-01-01")
    small.add(other)
    small.sign("ISA-T-2@1").happens("activated", ACTIVATED, "ISA-T-2@1")
    small.happens("suspended", TAKES_OVER - timedelta(days=9))
    register = small.sign(INSTRUMENT, by=("newcouncil",)).compile()
    later = TAKES_OVER + timedelta(days=9)
    assert sees(register, later, agency="newcouncil")
    bars = {bar.clause for rules in register.index.values() for bar in rules.bars if bar.starts <= later < bar.ends}
    assert bars == {"ISA-T-1@1/X1"}


def test_old_signatures_still_verify_and_still_bind_the_text(small):
    small.sign(INSTRUMENT, by=("newcouncil",)).load()
    small.document(REFERENCE)["summary"] = "Another agreement"
    assert any("not the text that was signed" in fault for fault in small.faults(signed=True))


def test_by_agreement_both_sign_and_it_begins_with_the_last_signature(small):
    late = TAKES_OVER + timedelta(days=2)
    small.files[f"instruments/{INSTRUMENT}-1.yaml"] |= {"by": "agreement", "law": None}
    small.sign(INSTRUMENT, by=("newcouncil",))
    assert turns_at(small.compile(), agency="newcouncil") == (False, False)
    small.sign(INSTRUMENT, by=("council",), at=late)
    assert turns_at(small.compile(), late, agency="newcouncil") == (False, True)


def test_the_old_body_cannot_stop_a_succession_by_statute_nor_sign_it(small):
    small.sign(INSTRUMENT, by=("council", "newcouncil"))
    assert any("signed by a body that is no party" in fault for fault in small.faults(signed=True))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"predecessor": "nobody"}, "no such agency"),
        ({"successor": "nobody"}, "no such agency"),
        ({"successor": "council"}, "cannot follow itself"),
        ({"law": None}, "names no law"),
    ],
)
def test_a_succession_that_cannot_be_is_refused_with_its_line(small, change, words):
    small.files[f"instruments/{INSTRUMENT}-1.yaml"] |= change
    (fault,) = small.faults(signed=True)
    assert words in fault
    assert fault.startswith(f"instruments/{INSTRUMENT}-1.yaml:")


def test_a_successor_without_the_roles_is_refused(small):
    agencies = small.files["agencies.yaml"]["agencies"]
    next(one for one in agencies if one["id"] == "newcouncil")["roles"] = []
    assert any("a role of the old body is not registered" in fault for fault in small.faults(signed=True))


def test_nobody_is_succeeded_twice(small):
    small.add(succession(id="SUC-T-2", successor="landlord"))
    assert any("already been succeeded" in fault for fault in small.faults(signed=True))


def test_law_that_does_not_cover_the_successor_refuses_the_instrument(small):
    law = small.files["gateways.yaml"]
    covers = {"covers_kinds": ["unitary authority", "registered provider of social housing"]}
    law["gateways"] = [gateway("POWER", **covers) if g["id"] == "POWER" else g for g in law["gateways"]]
    assert small.sign(INSTRUMENT, by=("newcouncil",)).faults(signed=True) == []
    agencies = small.files["agencies.yaml"]["agencies"]
    next(one for one in agencies if one["id"] == "newcouncil")["kind"] = "limited company"
    faults = small.faults(signed=True)
    assert faults
    assert all(
        f"instruments/{INSTRUMENT}-1.yaml:" in fault and "does not cover newcouncil" in fault for fault in faults
    )


def test_the_successor_hands_on_in_its_turn(small):
    small.add(succession(id="SUC-T-2", predecessor="newcouncil", successor="school", **{"from": "2026-08-01"}))
    law_of_all = small.sign(INSTRUMENT, by=("newcouncil",)).sign("SUC-T-2", by=("school",)).compile()
    second = datetime(2026, 7, 31, 23, tzinfo=UTC)
    assert turns_at(law_of_all, second, agency="newcouncil") == (True, False)
    assert turns_at(law_of_all, second, agency="school") == (False, True)


def test_a_body_that_joins_another_party_is_one_party_with_it(small):
    """The old council is merged into its landlord: one party that does what both did."""
    small.files[f"instruments/{INSTRUMENT}-1.yaml"] |= {"successor": "landlord"}
    documents = small.sign(INSTRUMENT, by=("landlord",)).load()
    _, after = epochs(documents)
    (party,) = after.agreements[0].document.parties.controllers
    assert (party.id, party.lead) == ("landlord", True)
    assert set(party.does) == {"discloses", "receives"}


def test_without_a_succession_the_register_is_not_cut(small):
    documents = small.load()
    assert epochs(documents) == (documents,)
    assert all(rules.regime is Regime.UK_GDPR for rules in small.compile().index.values())


def test_a_succession_is_part_of_the_registers_version(small):
    before = small.compile().version
    assert small.sign(INSTRUMENT, by=("newcouncil",), at=AT).compile().version != before
