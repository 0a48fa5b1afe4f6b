"""A body named as joining by accession is outside until it and the lead have signed its instrument."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.agreements.small_register import AT, REFERENCE, SmallRegister, agreement, permit, sees

JOINS = datetime(2026, 5, 31, 23, tzinfo=UTC)
"""1 June 2026 begins in Europe/London."""
SIGNED = JOINS - timedelta(days=5)
TICK = timedelta(microseconds=1)
INSTRUMENT = "ACC-T-1"


def accession(**more):
    return {
        "schema": "hearthgate/accession/1", "id": INSTRUMENT, "agreement": REFERENCE, "party": "school",
        "from": "2026-06-01", "declares": "The school accepts the agreement as it stands.", "contact": "x",
    } | more  # fmt: skip


def open_to_the_school():
    one = agreement()
    one["parties"]["controllers"].append(
        {"id": "school", "does": ["discloses", "receives"], "accession": True, "ico_registration": "Z3"}
    )
    one["legal"]["gateways"][0]["covers"].append("school")
    one["legal"]["article_6"][0]["parties"].append("school")
    one["supply"].append(
        {"id": "L2", "party": "school", "sources": ["roll"], "data": ["education.attendance"],
         "necessity": "It is needed."}
    )  # fmt: skip
    one["rules"] += [
        permit(id="R2", sources=["roll"], data=["education.attendance"]),
        permit(id="R3", recipients=[{"agency": "school"}]),
    ]
    return one


@pytest.fixture
def small(tmp_path):
    register = SmallRegister(tmp_path, open_to_the_school(), accession())
    return register.in_force()


def test_before_it_accedes_it_neither_reads_nor_supplies(small):
    register = small.compile()
    later = JOINS + timedelta(days=30)
    assert sees(register, later)
    assert not sees(register, later, agency="school")
    assert not sees(register, later, cell=("roll", "education.attendance"))
    assert not register.decide_supply("school", "roll", later).items


def test_signed_by_both_it_is_in_from_its_day_and_nobody_signs_again(small):
    small.sign(INSTRUMENT, by=("school", "council"), at=SIGNED, over=REFERENCE)
    register = small.compile()
    for what in ({"agency": "school"}, {"cell": ("roll", "education.attendance")}):
        assert not sees(register, JOINS - TICK, **what)
        assert sees(register, JOINS, **what)
    assert not register.decide_supply("school", "roll", JOINS - TICK).items
    assert register.decide_supply("school", "roll", JOINS).items


def test_signed_late_it_is_in_from_the_last_signature(small):
    late = JOINS + timedelta(days=3)
    small.sign(INSTRUMENT, by=("school",), at=SIGNED, over=REFERENCE)
    small.sign(INSTRUMENT, by=("council",), at=late, over=REFERENCE)
    register = small.compile()
    assert not sees(register, late - TICK, agency="school")
    assert sees(register, late, agency="school")


@pytest.mark.parametrize("signers", [("school",), ("council",)])
def test_one_signature_alone_leaves_it_outside(small, signers):
    small.sign(INSTRUMENT, by=signers, at=SIGNED, over=REFERENCE)
    assert not sees(small.compile(), JOINS + timedelta(days=30), agency="school")


def test_it_leaves_again_by_withdrawal(small):
    gone = JOINS + timedelta(days=10)
    small.sign(INSTRUMENT, by=("school", "council"), at=SIGNED, over=REFERENCE)
    register = small.happens("withdrawn", gone, party="school", by=["One"]).compile()
    assert sees(register, gone - TICK, agency="school")
    assert not sees(register, gone, agency="school")
    assert sees(register, gone)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"party": "police"}, "does not name this body"),
        ({"party": "landlord"}, "signs the agreement itself"),
        ({"agreement": "ISA-T-9@1"}, "no such version"),
        ({"from": "2030-01-01"}, "after the agreement has ended"),
        ({"colour": "green"}, "Extra inputs"),
    ],
)
def test_an_accession_that_cannot_be_is_refused_with_its_line(small, change, words):
    small.files[f"instruments/{INSTRUMENT}-1.yaml"] |= change
    faults = small.faults(signed=True)
    assert len(faults) == 1
    assert words in faults[0]
    assert faults[0].startswith(f"instruments/{INSTRUMENT}-1.yaml:")
    assert ":0:" not in faults[0]


def test_an_accession_is_bound_to_the_text_acceded_to(small):
    small.sign(INSTRUMENT, by=("school", "council"), at=SIGNED)  # over nothing
    assert any("another predecessor" in fault for fault in small.faults(signed=True))


def test_an_accession_changed_after_signing_is_refused(small):
    small.sign(INSTRUMENT, by=("school", "council"), at=SIGNED, over=REFERENCE)
    small.files[f"instruments/{INSTRUMENT}-1.yaml"]["from"] = "2026-04-01"
    assert any("not the text that was signed" in fault for fault in small.faults(signed=True))


def test_a_body_that_neither_accedes_nor_leads_cannot_sign_for_them(small):
    small.sign(INSTRUMENT, by=("school", "landlord"), at=AT, over=REFERENCE)
    assert any("signed by a body that is no party" in fault for fault in small.faults(signed=True))
