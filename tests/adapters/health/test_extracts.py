"""CSV extracts of trusts: emergency attendances, health visiting, and the National Data Opt-out."""

import json
from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.health import FEEDS
from adapters.health.health_visiting import ATTENDANCE
from adapters.port import RawRow, Translation
from concept_model.base import Nature
from concept_model.identifiers import Verification
from concept_model.records import Fact, facts_of

BY_NAME = {feed.profile.name: feed for feed in FEEDS}
NUMBER = "9990000018"
PATIENT = {
    "local_patient_id": "RX1", "nhs_number": "999 000 0018", "nhs_number_status": "01", "surname": "Example",
    "forename": "Robin", "dob": "2013-02-11", "sex": "F", "line1": "1 Example Street", "postcode": "ZZ1 1ZZ",
}  # fmt: skip
PLAIN = {
    "health-emergency": PATIENT | {
        "attendance_id": "ED1", "department_type": "1", "attendance_category": "1", "arrival_at": "2026-03-02T21:15",
        "departure_at": "2026-03-03T00:40", "reason_group": "injury", "discharge_status": "treated",
    },
    "health-visiting": PATIENT | {
        "contact_id": "C1", "contact_date": "2026-06-12", "contact_type": "other", "attendance": "5",
    },
    "health-opt-out": {"nhs_number": NUMBER, "opted_out": "Y", "checked_on": "2026-11-01"},
}  # fmt: skip
EXTRACTS = ["health-emergency", "health-visiting"]


def translate(feed: str, **changes: str) -> Translation:
    return BY_NAME[feed].translate(RawRow(1, PLAIN[feed] | changes))


def facts(feed: str, **changes: str) -> dict[str, Fact]:
    found = translate(feed, **changes)
    assert found.errors == ()
    return {fact.item: fact for record in found.records for fact in facts_of(record)}


def refused(feed: str, **changes: str) -> list[tuple[str, str]]:
    found = translate(feed, **changes)
    assert found.records == ()
    assert all(error.how_to_fix for error in found.errors)
    return [(error.column, error.code) for error in found.errors]


def fhir_key(**identity: object) -> str:
    body = json.dumps({"resourceType": "Patient", "birthDate": "2013-02-11", **identity})
    feed = BY_NAME["health-ukcore"]
    (row,) = feed.rows(BytesIO(body.encode()))
    return next(facts_of(feed.translate(row).records[0])).subject_key


@pytest.mark.parametrize("feed", EXTRACTS)
def test_a_patient_is_the_same_record_as_in_the_trusts_fhir_bundle(feed: str) -> None:
    number = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NUMBER}
    assert facts(feed)["identity.name"].subject_key == fhir_key(id="RX1", identifier=[number])
    assert facts(feed, nhs_number="")["identity.name"].subject_key == fhir_key(id="RX1")


@pytest.mark.parametrize("feed", EXTRACTS)
@pytest.mark.parametrize(("status", "verified"), [("01", True), ("1", True), ("02", False), ("", False)])
def test_only_a_number_that_the_trust_traced_is_strong_evidence(feed: str, status: str, verified: bool) -> None:  # noqa: FBT001 - a column of the table
    value = facts(feed, nhs_number_status=status)["identity.nhs_number"].value
    assert (value["verification"] == Verification.VERIFIED) is verified


@pytest.mark.parametrize("feed", EXTRACTS)
def test_a_restricted_patient_is_taken_without_an_address(feed: str) -> None:
    found = facts(feed, restricted_flag="Y")
    assert found["identity.protected"].value == {"kind": "restricted"}
    assert "address.residence" not in found
    assert "address.residence" in facts(feed)


@pytest.mark.parametrize("feed", EXTRACTS)
def test_a_safeguarding_flag_says_that_it_is_there_and_no_more(feed: str) -> None:
    flag = facts(feed, safeguarding_flag="Y")["health.flag"]
    assert (flag.value["code"], flag.value["status"], flag.nature) == ("safeguarding", "active", Nature.OPINION)
    assert "health.flag" not in facts(feed, safeguarding_flag="N")


class TestEmergency:
    def test_an_attendance_is_a_date_and_a_wide_group_of_reason(self) -> None:
        fact = facts("health-emergency")["health.attendance"]
        assert fact.value == {"kind": "EMER", "reason_group": "injury", "status": "finished"}
        assert (fact.occurrence, str(fact.valid_from), str(fact.valid_to)) == ("ed/ED1", "2026-03-02", "2026-03-03")

    def test_a_planned_attendance_is_no_sign_of_an_emergency(self) -> None:
        assert (
            facts("health-emergency", attendance_category="4")["health.attendance"].value["reason_group"] == "planned"
        )

    @pytest.mark.parametrize("reason", ["overdose", "fracture of radius", "self-harm"])
    def test_a_reason_narrower_than_a_group_goes_back(self, reason: str) -> None:
        assert refused("health-emergency", reason_group=reason) == [("reason_group", "code-unknown")]

    def test_diagnosis_and_complaint_are_named_as_never_kept(self) -> None:
        profile = BY_NAME["health-emergency"].profile
        assert {"diagnosis", "chief_complaint", "alcohol_drug_involvement"} <= set(profile.never_kept)
        assert not set(profile.never_kept).intersection(column.name for column in profile.columns)

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"arrival_at": ""}, ("arrival_at", "required-missing")),
            ({"departure_at": "2026-03-01T10:00"}, ("departure_at", "period-invalid")),
            ({"attendance_category": "9"}, ("attendance_category", "code-unknown")),
            ({"local_patient_id": ""}, ("local_patient_id", "required-missing")),
            ({"dob": "2013-02-30"}, ("dob", "date-invalid")),
        ],
    )
    def test_what_cannot_be_read_goes_back(self, changes: dict[str, str], expected: tuple[str, str]) -> None:
        assert refused("health-emergency", **changes) == [expected]


class TestHealthVisiting:
    @pytest.mark.parametrize("code", sorted(set(ATTENDANCE) - {"3"}))
    def test_attendance_is_told_in_the_words_of_appointments(self, code: str) -> None:
        fact = facts("health-visiting", attendance=code)["health.appointment"]
        assert fact.value == {"outcome": ATTENDANCE[code], "service": "Health visiting: other contact"}

    @given(days=st.integers(1, 40_000))
    def test_a_child_is_not_brought_and_an_adult_did_not_attend(self, days: int) -> None:
        born, day = date(1990, 1, 1), date(1990, 1, 1) + timedelta(days=days)
        outcome = facts(
            "health-visiting", attendance="3", dob=born.isoformat(), contact_date=day.isoformat()
        )["health.appointment"].value["outcome"]  # fmt: skip
        assert outcome == ("was_not_brought" if day < date(2008, 1, 1) else "did-not-attend")

    def test_whoever_was_too_late_was_brought_all_the_same(self) -> None:
        assert facts("health-visiting", attendance="7")["health.appointment"].value["outcome"] == "late-not-seen"

    def test_a_date_of_birth_that_is_not_given_makes_nobody_a_child(self) -> None:
        assert (
            facts("health-visiting", attendance="3", dob="")["health.appointment"].value["outcome"] == "did-not-attend"
        )

    @pytest.mark.parametrize("code", ["", "8", "seen"])
    def test_a_contact_without_an_attendance_of_the_list_goes_back(self, code: str) -> None:
        assert [column for column, _ in refused("health-visiting", attendance=code)] == ["attendance"]


class TestOptOut:
    def test_a_choice_is_a_fact_of_its_day_and_says_nothing_else_of_the_person(self) -> None:
        assert set(facts("health-opt-out")) == {"health.opt_out"}
        fact = facts("health-opt-out")["health.opt_out"]
        assert (fact.subject_key, fact.occurrence) == (NUMBER, "2026-11-01")
        assert fact.value == {"opted_out": True, "checked": "2026-11-01"}

    def test_two_checks_are_two_facts(self) -> None:
        first, second = (
            facts("health-opt-out", checked_on=day)["health.opt_out"] for day in ("2026-11-01", "2026-11-08")
        )
        assert first.occurrence != second.occurrence

    @pytest.mark.parametrize("number", ["9990000019", "999000001", "1111111111", "NHS number", "9" * 300])
    def test_a_number_that_cannot_be_one_goes_back(self, number: str) -> None:
        assert refused("health-opt-out", nhs_number=number) == [("nhs_number", "number-invalid")]

    def test_a_row_that_does_not_say_is_not_taken_for_consent(self) -> None:
        assert refused("health-opt-out", opted_out="") == [("opted_out", "required-missing")]
