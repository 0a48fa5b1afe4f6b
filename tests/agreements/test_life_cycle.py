"""What is in force when: each beginning and end is asked one microsecond before, and at the instant."""

from datetime import UTC, datetime, timedelta

import pytest

from agreements.errors import AgreementFileError
from agreements.periods import end_of_day, start_of_day
from agreements.register import compile_register
from tests.agreements.small_register import (
    ACTIVATED,
    AT,
    REFERENCE,
    SmallRegister,
    agreement,
    changed,
    gateway,
    request,
    sees,
)

TICK = timedelta(microseconds=1)
FROM = datetime(2026, 3, 31, 23, tzinfo=UTC)
"""1 April 2026 begins in Europe/London, in summer time."""
REVIEW_ENDS = datetime(2026, 10, 26, tzinfo=UTC)
"""24:00 of 25 October 2026, the day the clocks go back."""


@pytest.fixture
def small(tmp_path):
    return SmallRegister(tmp_path)


def status(small, now):
    return compile_register(small.load(now)).agreements[0].status


def turns_at(register, instant, **what):
    """Whether something is seen just before an instant and at it."""
    return sees(register, instant - TICK, **what), sees(register, instant, **what)


def test_a_draft_releases_nothing(small):
    assert status(small, FROM) == "draft"
    assert not sees(small.compile(), FROM)


def test_a_draft_in_consultation_says_so(small):
    assert status(small.happens("consultation", AT), FROM) == "consultation"


def test_what_is_signed_and_not_activated_releases_nothing(small):
    assert status(small.sign(), FROM) == "signed"
    assert not sees(small.compile(), FROM)


def test_it_begins_with_its_first_day_in_london(small):
    assert turns_at(small.in_force().compile(), FROM) == (False, True)
    assert status(small, FROM) == "in_force"


def test_activated_late_it_begins_at_the_activation(small):
    late = FROM + timedelta(days=3)
    assert turns_at(small.sign().happens("activated", late).compile(), late) == (False, True)


def test_activation_takes_two_different_people(small):
    small.sign().happens("activated", ACTIVATED, by=["One", "One"])
    with pytest.raises(AgreementFileError, match="two different people"):
        small.load()


@pytest.mark.parametrize(
    ("last_day", "ends"),
    [
        ("2026-07-31", datetime(2026, 7, 31, 23, tzinfo=UTC)),
        ("2026-10-24", datetime(2026, 10, 24, 23, tzinfo=UTC)),  # the last midnight of summer time
        ("2026-10-25", datetime(2026, 10, 26, tzinfo=UTC)),  # a day of 25 hours
        ("2027-03-27", datetime(2027, 3, 28, tzinfo=UTC)),
        ("2027-03-28", datetime(2027, 3, 28, 23, tzinfo=UTC)),  # a day of 23 hours
    ],
)
def test_validity_ends_at_midnight_in_london_whatever_the_clocks_do(tmp_path, last_day, ends):
    small = SmallRegister(tmp_path, changed(agreement(), validity__to=last_day, validity__review=last_day))
    register = small.in_force().compile()
    assert turns_at(register, ends) == (True, False)
    assert register.decide(request(ends - TICK)).not_after == ends
    assert status(small, ends) == "expired"


def test_a_suspended_one_stops_and_two_people_bring_it_back(small):
    stopped, back = FROM + timedelta(days=10), FROM + timedelta(days=20)
    small.in_force().happens("suspended", stopped).happens("activated", back)
    register = small.compile()
    assert turns_at(register, stopped) == (True, False)
    assert turns_at(register, back) == (False, True)
    assert status(SmallRegister(small.folder.parent / "b").in_force().happens("suspended", stopped), stopped) == (
        "suspended"
    )


def test_a_withdrawn_one_stops_for_good(small):
    gone = FROM + timedelta(days=10)
    small.in_force().happens("withdrawn", gone)
    assert turns_at(small.compile(), gone) == (True, False)
    assert status(small, gone) == "withdrawn"
    small.happens("activated", gone + timedelta(days=1))
    with pytest.raises(AgreementFileError, match="never comes back"):
        small.load()


def test_when_one_party_withdraws_what_rests_on_it_stops_at_that_instant(tmp_path):
    """The landlord leaves: its facts stop, the council's own go on."""
    one = agreement()
    one["supply"].append(
        {"id": "L2", "party": "council", "sources": ["case"], "data": ["support.episode"], "necessity": "It is needed."}
    )
    one["rules"][0] |= {"sources": ["homes", "case"], "data": ["housing.arrears", "support.episode"]}
    gone = FROM + timedelta(days=10)
    small = SmallRegister(tmp_path, one).in_force().happens("withdrawn", gone, party="landlord", by=["One"])
    register = small.compile()
    assert turns_at(register, gone) == (True, False)
    assert turns_at(register, gone, cell=("case", "support.episode")) == (True, True)
    assert register.decide_supply("landlord", "homes", gone - TICK).items
    assert not register.decide_supply("landlord", "homes", gone).items


def test_a_missed_review_suspends(small):
    register = small.in_force().compile()
    assert turns_at(register, REVIEW_ENDS) == (True, False)
    assert status(small, REVIEW_ENDS) == "suspended"


def test_a_review_held_in_time_carries_it_to_the_next(small):
    small.in_force().happens("reviewed", REVIEW_ENDS - timedelta(days=30), next_review="2027-02-28")
    register = small.compile()
    assert turns_at(register, REVIEW_ENDS) == (True, True)
    assert turns_at(register, end_of_day(datetime(2027, 2, 28, tzinfo=UTC).date())) == (True, False)


@pytest.mark.parametrize(
    ("law", "said", "goes_on"),
    [
        (["DUTY"], "continue_under_statute", True),
        (["DUTY"], "suspend", False),
        (["DUTY", "POWER"], "continue_under_statute", False),
        (["POWER"], "continue_under_statute", False),
    ],
)
def test_a_missed_review_stops_all_but_duties_that_say_they_go_on(tmp_path, law, said, goes_on):
    used = [{"id": one, "covers": ["council", "landlord"]} for one in law]
    one = changed(agreement(), legal__gateways=used, validity__on_review_missed=said)
    register = SmallRegister(tmp_path, one).in_force().compile()
    assert turns_at(register, REVIEW_ENDS) == (True, goes_on)
    assert turns_at(register, end_of_day(datetime(2027, 3, 31, tzinfo=UTC).date())) == (goes_on, False)


def test_a_new_version_supersedes_the_old_at_the_instant_it_comes_into_force(tmp_path):
    second = changed(agreement(), version=2, supersedes=REFERENCE, validity__from="2026-06-01")
    second["rules"][0]["data"] = ["housing.tenancy"]
    small = SmallRegister(tmp_path, agreement(), second).in_force()
    small.sign("ISA-T-1@2", at=AT, over=REFERENCE).happens("activated", ACTIVATED, "ISA-T-1@2")
    register = small.compile()
    handover = start_of_day(datetime(2026, 6, 1, tzinfo=UTC).date())
    assert turns_at(register, handover) == (True, False)
    assert turns_at(register, handover, cell=("homes", "housing.tenancy")) == (True, True)


def test_two_versions_in_force_at_once_are_contradictory(tmp_path):
    small = SmallRegister(tmp_path, agreement(), agreement(version=2)).in_force()
    small.sign("ISA-T-1@2").happens("activated", ACTIVATED, "ISA-T-1@2")
    assert any("in force at the same time" in fault for fault in small.faults(signed=True))


def test_activated_after_its_last_day_it_is_refused_as_expired(small):
    small.sign().happens("activated", datetime(2027, 4, 1, tzinfo=UTC))
    faults = small.faults(signed=True)
    assert [fault for fault in faults if "agreements/ISA-T-1-1.yaml:" in fault and "validity/to: expired" in fault]


def test_law_that_ends_lapses_what_rests_on_it_at_midnight_in_london(small):
    law = small.files["gateways.yaml"]
    law["gateways"] = [gateway("POWER", ended="2026-07-31") if g["id"] == "POWER" else g for g in law["gateways"]]
    ends = datetime(2026, 7, 31, 23, tzinfo=UTC)
    register = small.in_force().compile()
    assert turns_at(register, ends) == (True, False)
    assert register.decide(request(ends - TICK)).not_after == ends


@pytest.mark.parametrize(
    "law",
    [{"commenced": None}, {"purpose_live": "unconfirmed"}, {"purpose_live": "ended"}, {"commenced": "2026-07-01"}],
)
def test_nothing_rests_on_law_that_is_not_in_force(small, law):
    entries = small.files["gateways.yaml"]
    entries["gateways"] = [g | law if g["id"] == "POWER" else g for g in entries["gateways"]]
    register = small.in_force().compile()
    assert not sees(register, FROM)
    begins = datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert turns_at(register, begins) == (False, law == {"commenced": "2026-07-01"})


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"event": "reviewed"}, "sets the day of the next one"),
        ({"event": "reviewed", "next_review": "2027-04-01"}, "outside validity"),
        ({"event": "suspended", "next_review": "2027-01-01"}, "only a review sets"),
        ({"event": "suspended", "party": "landlord"}, "only a withdrawal names"),
        ({"event": "withdrawn", "party": "police"}, "nobody may withdraw for a body that is no party"),
        ({"event": "suspended", "by": []}, "nobody is named"),
        ({"event": "suspended", "document": "ISA-T-9@1"}, "not in the register"),
    ],
)
def test_an_event_that_cannot_be_is_refused_by_its_number(small, event, words):
    small.in_force().events.append(
        {"document": REFERENCE, "at": FROM.isoformat(), "by": ["One"]} | event,
    )
    (fault,) = small.faults(signed=True)
    assert fault.startswith("lifecycle.json:0: events/1: ")
    assert words in fault


def test_signatures_of_a_text_that_was_taken_out_are_refused(small):
    small.in_force().add(agreement(id="ISA-T-2"))
    small.sign("ISA-T-2@1")
    del small.files["agreements/ISA-T-2-1.yaml"]
    (fault,) = small.faults(signed=True)
    assert "it signs a text that is not in the register" in fault
