"""The school census, plans for special needs, and what young people do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.port import RawRow, Translation
from adapters.schools import FEEDS
from adapters.schools.nccis import ACTIVITIES, NEET, NOT_KNOWN
from adapters.schools.needs import SEN_TYPES
from adapters.schools.send import PLACEMENTS
from concept_model.code_lists import code_label
from concept_model.records import Fact, facts_of

BY_NAME = {feed.profile.name: feed for feed in FEEDS}
PLAIN = {
    "schools-census": {
        "UPN": "B801200005001", "Surname": "Example", "Forename": "Robin", "DOB": "2013-02-11", "Sex": "F",
        "SchoolURN": "990101", "SchoolName": "Millbrook", "EntryDate": "2024-09-02", "NCyearActual": "9",
        "EnrolStatus": "C", "TermFrom": "2026-01-05", "TermTo": "2026-03-27", "SessionsPossible": "118",
        "SessionsAttended": "101", "SessionsAuthorised": "9", "SessionsUnauthorised": "8",
    },
    "schools-roll": {
        "upn": "B801200005001", "surname": "Example", "forename": "Robin", "dob": "2013-02-11", "sex": "F",
        "school_urn": "990101", "school": "Millbrook", "entry_date": "2024-09-02", "year_group": "9",
    },
    "send-plans": {
        "person_id": "SN1", "surname": "Example", "dob": "2013-02-11", "request_date": "2024-02-01",
        "request_agreed": "Y", "plan_issued": "Y", "plan_date": "2024-06-20", "need1": "ASD", "need2": "SLCN",
        "placement": "special school",
    },
    "participation-nccis": {
        "YoungPersonsID": "YP1", "FamilyName": "Example", "DOB": "2009-02-11", "ActivityCode": "230",
        "StartDate": "2025-09-01", "DateVerified": "2026-10-05",
    },
}  # fmt: skip


def translate(feed: str, **changes: str) -> Translation:
    return BY_NAME[feed].translate(RawRow(1, PLAIN[feed] | changes))


def facts(feed: str, item: str, **changes: str) -> list[Fact]:
    found = translate(feed, **changes)
    assert found.errors == ()
    return [fact for record in found.records for fact in facts_of(record) if fact.item == item]


def refused(feed: str, **changes: str) -> list[tuple[str, str]]:
    found = translate(feed, **changes)
    assert found.records == ()
    assert all(error.how_to_fix for error in found.errors)
    return [(error.column, error.code) for error in found.errors]


class TestCensus:
    @pytest.mark.parametrize("item", ["identity.name", "identity.upn", "education.enrolment"])
    def test_what_census_and_roll_both_say_is_one_fact(self, item: str) -> None:
        assert facts("schools-census", item) == facts("schools-roll", item)

    def test_sessions_of_a_term_are_counts(self) -> None:
        (fact,) = facts("schools-census", "education.attendance")
        assert {name: fact.value[name] for name in ("possible", "present", "authorised", "unauthorised")} == {
            "possible": 118, "present": 101, "authorised": 9, "unauthorised": 8,
        }  # fmt: skip
        assert (str(fact.valid_from), str(fact.valid_to)) == ("2026-01-05", "2026-03-27")

    @pytest.mark.parametrize(("after_care", "kept"), [("", True), ("N", True), ("S", True), ("A", False), ("a", False)])
    def test_a_child_adopted_from_care_keeps_no_former_number(self, after_care: str, kept: bool) -> None:  # noqa: FBT001 - a column of the table
        found = facts("schools-census", "identity.local_id", FormerUPN="A801200005001", PostLookedAfter=after_care)
        assert bool(found) is kept

    def test_needs_are_kept_by_rank_and_no_need_is_no_fact(self) -> None:
        found = facts("schools-census", "education.sen", SENprovision="K", SENtype1="ASD", SENtype2="slcn")
        assert [(fact.occurrence, fact.value["type"]) for fact in found] == [("census/1", "ASD"), ("census/2", "SLCN")]
        assert facts("schools-census", "education.sen", SENprovision="N") == []

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"SessionsAttended": "115"}, ("SessionsPossible", "number-invalid")),
            ({"SessionsPossible": ""}, ("SessionsPossible", "required-missing")),
            ({"SessionsPossible": "-4"}, ("SessionsPossible", "number-invalid")),
            ({"TermFrom": ""}, ("TermFrom", "required-missing")),
            ({"SENtype1": "SAD"}, ("SENtype1", "code-unknown")),
            ({"EnrolStatus": "Q"}, ("EnrolStatus", "code-unknown")),
            ({"FSMstartDate": "2025-05-01", "FSMendDate": "2025-04-01"}, ("FSMendDate", "period-invalid")),
            ({"SchoolURN": ""}, ("SchoolURN", "required-missing")),
        ],
    )
    def test_what_cannot_be_so_goes_back(self, changes: dict[str, str], expected: tuple[str, str]) -> None:
        assert refused("schools-census", **changes) == [expected]


class TestPlans:
    @pytest.mark.parametrize(
        ("changes", "stage"),
        [
            ({}, "E"),
            ({"plan_issued": "", "plan_date": "", "request_agreed": "Y"}, "assessment"),
            ({"plan_issued": "", "plan_date": "", "request_agreed": ""}, "request"),
            ({"plan_issued": "N", "plan_date": ""}, "not-issued"),
        ],
    )
    def test_a_row_is_a_place_in_the_life_of_a_plan(self, changes: dict[str, str], stage: str) -> None:
        found = facts("send-plans", "education.sen", **changes)
        assert [(fact.value["provision"], fact.value["type"]) for fact in found] == [(stage, "ASD"), (stage, "SLCN")]

    @pytest.mark.parametrize("answer", ["N", "W"])
    def test_a_request_that_was_refused_or_withdrawn_leaves_nothing(self, answer: str) -> None:
        changes = {"plan_issued": "", "plan_date": "", "request_agreed": answer}
        assert facts("send-plans", "education.sen", **changes) == []
        assert facts("send-plans", "education.provision", **changes) == []

    def test_where_a_plan_is_carried_out_is_a_provision_while_it_is_in_force(self) -> None:
        (fact,) = facts("send-plans", "education.provision", cease_date="2026-07-31")
        assert (fact.value, str(fact.valid_to)) == ({"status": "SPECIAL"}, "2026-07-31")

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"plan_date": ""}, ("plan_date", "required-missing")),
            ({"request_date": "", "plan_date": "", "plan_issued": ""}, ("request_date", "required-missing")),
            ({"plan_date": "2024-01-01"}, ("plan_date", "period-invalid")),
            ({"cease_date": "2024-05-01"}, ("cease_date", "period-invalid")),
            ({"need1": "dyslexia"}, ("need1", "code-unknown")),
            ({"person_id": ""}, ("person_id", "required-missing")),
        ],
    )
    def test_what_cannot_be_so_goes_back(self, changes: dict[str, str], expected: tuple[str, str]) -> None:
        assert refused("send-plans", **changes) == [expected]


@pytest.mark.parametrize(
    ("item", "name", "notations"),
    [
        ("work.ypactivity", "code", sorted(ACTIVITIES)),
        ("education.sen", "type", sorted(SEN_TYPES.values())),
        ("education.sen", "provision", ["E", "assessment", "request", "not-issued"]),
        ("education.provision", "status", sorted(PLACEMENTS.values())),
    ],
)
def test_every_code_of_these_feeds_reads_as_words(item: str, name: str, notations: list[str]) -> None:
    assert [one for one in notations if code_label(item, name, one) == one] == []


class TestParticipation:
    @given(code=st.sampled_from(sorted(ACTIVITIES)))
    def test_not_known_is_never_taken_for_neet(self, code: str) -> None:
        (fact,) = facts("participation-nccis", "work.ypactivity", ActivityCode=code)
        assert fact.value["neet"] is (None if code in NOT_KNOWN else code in NEET)

    @pytest.mark.parametrize(
        ("code", "neet"), [("619", True), ("540", True), ("550", False), ("310", False), ("710", False)]
    )
    def test_the_national_list_decides_who_has_no_place(self, code: str, neet: bool) -> None:  # noqa: FBT001 - a column of the table
        (fact,) = facts("participation-nccis", "work.ypactivity", ActivityCode=code)
        assert fact.value["neet"] is neet

    def test_a_later_row_replaces_the_activity(self) -> None:
        first, second = (
            facts("participation-nccis", "work.ypactivity", ActivityCode=code)[0] for code in ("230", "619")
        )
        assert (first.subject_key, first.occurrence) == (second.subject_key, second.occurrence)

    def test_a_start_of_neet_before_the_fifteenth_birthday_is_flagged(self) -> None:
        found = translate("participation-nccis", NEETStartDate="2024-02-10")
        assert [(flag.column, flag.code) for flag in found.flags] == [("NEETStartDate", "period-invalid")]
        assert translate("participation-nccis", NEETStartDate="2024-02-11").flags == ()
        assert translate("participation-nccis", DOB="2009", NEETStartDate="2024-01-01").flags == ()

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"ActivityCode": "999"}, ("ActivityCode", "code-unknown")),
            ({"ActivityCode": ""}, ("ActivityCode", "required-missing")),
            ({"DateVerified": "2025-08-01"}, ("DateVerified", "period-invalid")),
            ({"YoungPersonsID": ""}, ("YoungPersonsID", "required-missing")),
        ],
    )
    def test_what_cannot_be_so_goes_back(self, changes: dict[str, str], expected: tuple[str, str]) -> None:
        assert refused("participation-nccis", **changes) == [expected]
