"""The Standard Safeguarding Dataset, table by table, and the newer tables of SSDA903."""

from io import BytesIO

import pytest

from adapters.port import RawRow, Translation
from adapters.social_care import FEEDS
from adapters.social_care.ssda903_tables import TABLES
from concept_model.records import Fact, facts_of

BY_NAME = {feed.profile.name: feed for feed in FEEDS}
PLAIN = {
    "social-care-persons": {"pers_person_id": "1", "pers_surname": "Example", "pers_dob": "2013-02-11"},
    "social-care-contacts": {
        "cont_contact_id": "CT1", "cont_person_id": "1", "cont_contact_date": "2026-03-02",
        "cont_contact_source_code": "2A",
    },
    "social-care-referrals": {
        "cine_referral_id": "RF1", "cine_person_id": "1", "cine_referral_date": "2026-03-02",
        "cine_cin_primary_need_code": "N5", "cine_referral_source_code": "2A", "cine_referral_nfa": "false",
    },
    "social-care-assessments": {
        "cina_assessment_id": "AS1", "cina_person_id": "1", "cina_assessment_start_date": "2026-03-04",
        "cina_assessment_auth_date": "2026-04-10", "cinf_assessment_factors_json": '["3B", "4B"]',
    },
    "social-care-early-help": {
        "earl_episode_id": "EH1", "earl_person_id": "1", "earl_episode_start_date": "2026-05-01",
        "earl_episode_reason": "Family support", "earl_episode_organisation": "Early Help North",
    },
}  # fmt: skip
CENSUS = (
    "<Message><Children><Child><ChildIdentifiers><LAchildID>1</LAchildID></ChildIdentifiers><CINdetails>"
    "<CINreferralDate>2026-03-02</CINreferralDate><ReferralSource>2A</ReferralSource>"
    "<PrimaryNeedCode>N5</PrimaryNeedCode><ReferralNFA>false</ReferralNFA>"
    "{more}</CINdetails></Child></Children></Message>"
)


def translate(feed: str, **changes: str) -> Translation:
    return BY_NAME[feed].translate(RawRow(1, PLAIN[feed] | changes))


def all_facts(found: Translation) -> list[Fact]:
    assert found.errors == ()
    return [fact for record in found.records for fact in facts_of(record)]


def facts(feed: str, item: str, **changes: str) -> list[Fact]:
    return [fact for fact in all_facts(translate(feed, **changes)) if fact.item == item]


def census(more: str = "") -> list[Fact]:
    feed = BY_NAME["social-care-cin"]
    (row,) = feed.rows(BytesIO(CENSUS.format(more=more).encode()))
    return all_facts(feed.translate(row))


def lines(header: str, *rows: str) -> list[Translation]:
    feed = BY_NAME["social-care-903"]
    return [feed.translate(row) for row in feed.rows(BytesIO("\n".join((header, *rows)).encode()))]


@pytest.mark.parametrize("item", ["care.contact", "care.episode", "care.need"])
def test_a_referral_is_the_statement_that_the_census_makes_of_it(item: str) -> None:
    assert facts("social-care-referrals", item) == [fact for fact in census() if fact.item == item]


def test_a_case_that_closed_by_adoption_protects_the_child() -> None:
    (fact,) = facts(
        "social-care-referrals", "identity.protected", cine_close_reason="RC1", cine_close_date="2026-06-01"
    )  # fmt: skip
    assert fact.value == {"kind": "adoption"}


@pytest.mark.parametrize(
    ("sent", "outcome"),
    [
        ('{"OUTCOME_NEW_REFERRAL_FLAG": "Y"}', "referral"),
        ('{"OUTCOME_NFA_FLAG": "Y", "OUTCOME_CP_ENQUIRY_FLAG": "Y"}', "section-47"),
        ('{"OUTCOME_NFA_FLAG": "N"}', None),
        ("EH Referral", "early-help"),
        ("", None),
    ],
)
def test_the_weightiest_outcome_of_a_contact_is_kept(sent: str, outcome: str | None) -> None:
    (fact,) = facts("social-care-contacts", "care.contact", cont_contact_outcome_json=sent)
    assert fact.value == {"source": "2A", "outcome": outcome}


@pytest.mark.parametrize("sent", ["Mother was at home", '{"OUTCOME_NFA_FLAG": "Y"', "[" * 5000, "{" * 5000])
def test_words_that_are_no_outcome_are_flagged_and_never_kept(sent: str) -> None:
    found = translate("social-care-contacts", cont_contact_outcome_json=sent)
    assert [flag.code for flag in found.flags] == ["code-unlisted"]
    assert all_facts(found)[0].value["outcome"] is None


@pytest.mark.parametrize("sent", ['["3B", "4B"]', "3B, 4B", "3b;4b", '["3B", "21", "4B", "3B"]'])
def test_factors_are_read_as_json_or_as_a_list(sent: str) -> None:
    found = facts("social-care-assessments", "care.factor", cinf_assessment_factors_json=sent)
    assert [(fact.value["code"], fact.value["scope"]) for fact in found] == [("3B", "parent"), ("4B", "parent")]
    assert {str(fact.valid_from) for fact in found} == {"2026-04-10"}


@pytest.mark.parametrize("sent", ['{"3B": 1}', "domestic abuse", "[3]", '["domestic abuse"]', "[" * 5000])
def test_factors_that_are_no_codes_go_back(sent: str) -> None:
    (error,) = translate("social-care-assessments", cinf_assessment_factors_json=sent).errors
    assert (error.column, error.code) == ("cinf_assessment_factors_json", "row-shape")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "open"),
        ({"earl_episode_end_date": "2026-09-30"}, "closed"),
        ({"earl_episode_end_date": "2026-09-30", "earl_episode_end_reason": "Goals met"}, "closed: Goals met"),
    ],
)
def test_an_early_help_episode_says_whether_it_lasts(changes: dict[str, str], status: str) -> None:
    (fact,) = facts("social-care-early-help", "support.episode", **changes)
    assert fact.value == {"kind": "Family support", "service": "Early Help North", "status": status}


def test_an_unborn_child_has_an_expected_date_alone() -> None:
    (fact,) = facts("social-care-persons", "identity.birth_date", pers_dob="", pers_expected_dob="2027-01-15")
    assert fact.value == {"date": "2027-01-15", "expected": True}


@pytest.mark.parametrize("feed", sorted(PLAIN))
def test_a_row_without_a_key_goes_back(feed: str) -> None:
    keys = [name for name in PLAIN[feed] if name.endswith("_id")]
    found = translate(feed, **dict.fromkeys(keys, ""))
    assert [(error.column, error.code) for error in found.errors] == [(key, "required-missing") for key in keys]


def test_pre_proceedings_are_a_plan_of_their_own() -> None:
    times = "<PPStartDate>2026-04-01</PPStartDate><StepDecisionDate>2026-07-01</StepDecisionDate>"
    (plan,) = [
        fact for fact in census(f"<PreProceedingsandFGDM>{times}</PreProceedingsandFGDM>") if fact.item == "care.plan"
    ]
    assert plan.value == {"kind": "pre-proceedings"}
    assert (str(plan.valid_from), str(plan.valid_to)) == ("2026-04-01", "2026-07-01")
    offered = "<PreProceedingsandFGDM><FGDMMeetingOffer>1</FGDMMeetingOffer></PreProceedingsandFGDM>"
    assert not [fact for fact in census(offered) if fact.item == "care.plan"]


class TestLookedAfterTables:
    def test_no_table_can_be_taken_for_another(self) -> None:
        for table in TABLES:
            assert [other.name for other in TABLES if other.required <= table.known] == [table.name]

    @pytest.mark.parametrize(
        ("row", "protected"), [("1,11/02/2020,01/03/2026,,", True), ("1,11/02/2020,01/03/2026,01/06/2026,RD1", False)]
    )
    def test_a_placement_for_adoption_protects_unless_it_ceased(self, row: str, protected: bool) -> None:  # noqa: FBT001 - a column of the table
        (found,) = lines("CHILD,DOB,DATE_PLACED,DATE_PLACED_CEASED,REASON_PLACED_CEASED", row)
        assert ("identity.protected" in {fact.item for fact in all_facts(found)}) is protected

    def test_an_earlier_permanence_is_read_and_not_kept(self) -> None:
        (found,) = lines("CHILD,DOB,PREV_PERM,LA_PERM,DATE_PERM", "1,11/02/2020,P1,990,01/03/2022")
        assert {fact.item for fact in all_facts(found)} == {"identity.birth_date"}

    def test_a_social_worker_is_an_involved_professional_and_opens_nothing(self) -> None:
        (found,) = lines("CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON", "1,11/02/2020,SW123,01/03/2026,,")
        (fact,) = all_facts(found)
        assert (fact.item, fact.value["role"]) == ("care.professional", "Social worker")

    def test_a_file_of_joined_tables_speaks_for_those_that_a_row_fills_in(self) -> None:
        header = "CHILD,SEX,DOB,ETHNIC,UPN,DECOM,RNE,LS,PLACE,REVIEW,REVIEW_CODE"
        both, review = lines(
            header, "1,2,11/02/2013,WBRI,UN1,03/02/2026,S,V2,U6,,", "2,1,30/05/2009,,,,,,,14/04/2026,PN1"
        )
        assert {fact.item for fact in all_facts(both)} >= {"identity.birth_date", "care.looked_after"}
        assert "care.review" not in {fact.item for fact in all_facts(both)}
        assert [fact.item for fact in all_facts(review)] == ["care.review"]
