from datetime import date

import pytest

from adapters.case_system import FEEDS
from adapters.port import RawRow, Translation
from concept_model.household import Membership
from concept_model.place import Residence
from concept_model.records import facts_of

BY_NAME = {feed.profile.name: feed for feed in FEEDS}


def translate(feed: str, **cells: str) -> Translation:
    return BY_NAME[feed].translate(RawRow(1, {"person_ref": "P1", **cells}))


def facts(translation: Translation) -> dict:
    assert not translation.errors
    return {fact.item: fact for record in translation.records for fact in facts_of(record)}


def codes(translation: Translation) -> list[tuple[str, str]]:
    return [(error.column, error.code) for error in translation.errors]


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.profile.name)
def test_the_example_rows_of_every_feed_are_good(feed):
    assert len(feed.profile.example_rows) == 2
    for row in feed.profile.example_rows:
        assert set(row) <= {column.name for column in feed.profile.columns}
        translation = feed.translate(RawRow(1, row))
        assert translation.records
        assert not translation.errors + translation.flags


def test_a_person_has_names_numbers_contacts_an_address_and_a_household():
    translation = translate(
        "case-people", surname="Example", forename="Jo", dob="03/04/1985", sex="F", nhs_number="943 476 5919",
        household_ref="H1", household_role="mother", line1="1 Example Street", postcode="ZZ11ZZ",
        address_from="2024-02-01", phone="01632 960000", email="jo@example.org",
    )  # fmt: skip
    found = facts(translation)
    assert found["identity.nhs_number"].value == {"value": "9434765919", "verification": "plausible"}
    assert found["contact.email"].value == {"value": "jo@example.org"}
    assert found["address.residence"].valid_from == date(2024, 2, 1)
    assert found["household.membership"].value == {"household": "H1", "role": "mother"}


def test_a_person_without_address_or_household_is_a_person_all_the_same():
    records = translate("case-people", surname="Example").records
    assert not [record for record in records if isinstance(record, Residence | Membership)]


def test_a_role_in_no_household_is_handed_back():
    translation = translate("case-people", surname="Example", household_role="child")
    assert codes(translation) == [("household_ref", "required-missing")]


def test_an_allocation_names_worker_team_and_role_and_the_worker_is_a_professional_too():
    found = facts(
        translate(
            "case-allocations", worker_ref="W1", worker_name="Sam Example", team="North", role="allocated_worker",
            start_date="2026-05-01",
        )
    )  # fmt: skip
    assert found["care.allocation"].value == {"worker": "W1", "team": "North", "role": "allocated_worker"}
    assert found["care.allocation"].valid_from == date(2026, 5, 1)
    assert found["care.professional"].value["name"] == "Sam Example"


def test_an_unknown_role_of_a_worker_refuses_because_rights_follow_from_it():
    translation = translate("case-allocations", worker_ref="W1", role="head", start_date="2026-05-01")
    assert codes(translation) == [("role", "code-unknown")]


def test_a_professional_is_kept_with_phone_and_last_contact():
    cells = {"name": "Kim Example", "role": "Health visitor", "phone": "01632 960001", "last_contact": "02/11/2026"}
    value = facts(translate("case-professionals", **cells))["care.professional"].value
    assert (value["phone"], value["last_contact"], value["email"]) == ("01632 960001", "2026-11-02", None)


def test_a_plan_with_a_title_is_an_episode_and_a_goal():
    found = facts(translate("case-plans", plan_ref="PL1", title="Rent paid", status="achieved", due_date="2026-12-01"))
    assert found["support.goal"].value["status"] == "achieved"
    assert found["support.goal"].value["due"] == "2026-12-01"
    # The status is the goal's, so it says nothing of the plan.
    assert found["support.episode"].value["status"] == "open"


def test_a_plan_without_a_title_is_an_episode_alone():
    found = facts(translate("case-plans", plan_ref="PL1", status="paused"))
    assert list(found) == ["support.episode"]
    assert found["support.episode"].value["status"] == "paused"


def test_two_goals_of_one_plan_are_two_facts():
    keys = {facts(translate("case-plans", plan_ref="PL1", title=title))["support.goal"].occurrence for title in "ab"}
    assert len(keys) == 2


def test_every_answer_is_a_fact_of_its_day():
    first = facts(translate("case-agreed-to-help", answer="yes", recorded_on="2026-05-01"))["support.agreed_to_help"]
    last = facts(translate("case-agreed-to-help", answer="withdrawn", recorded_on="2026-06-02"))
    assert first.occurrence != last["support.agreed_to_help"].occurrence
    assert last["support.agreed_to_help"].valid_from == date(2026, 6, 2)


def test_being_told_is_a_fact_of_its_own():
    cells = {"recorded_on": "2026-05-01", "told_state": "not yet", "notice_version": "3"}
    assert facts(translate("case-agreed-to-help", **cells))["support.told"].value == {"state": "not yet", "notice": "3"}


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ({"answer": "perhaps", "recorded_on": "2026-05-01"}, ("answer", "code-unknown")),
        ({"answer": "yes"}, ("recorded_on", "required-missing")),
        ({"answer": "yes", "recorded_on": "1900-01-01"}, ("recorded_on", "required-missing")),
        ({"recorded_on": "2026-05-01"}, ("answer", "required-missing")),
    ],
)
def test_an_answer_that_is_not_clear_is_handed_back(cells, error):
    assert codes(translate("case-agreed-to-help", **cells)) == [error]
