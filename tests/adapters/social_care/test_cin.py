import datetime as dt
import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import FeedUnreadableError
from adapters.port import RawRow, items_of, translate_rows
from adapters.social_care import CIN
from adapters.xml_rows import XmlNode

CANARY = "Zzyxcanary"
IDS = (
    "<ChildIdentifiers><LAchildID>L1</LAchildID><UPN>B801200005001</UPN>"
    "<PersonBirthDate>2015-03-27</PersonBirthDate></ChildIdentifiers>"
)


def details(inside="", date="2022-10-06"):
    return f"<CINdetails><CINreferralDate>{date}</CINreferralDate>{inside}</CINdetails>"


def identifiers(inside):
    return f"<ChildIdentifiers><LAchildID>L1</LAchildID>{inside}</ChildIdentifiers>"


@pytest.mark.parametrize(
    ("name", "children", "factors_and_plans"),
    [("CIN_Census_2021.xml", 1, (2, 2)), ("CIN_Census_2026.xml", 2, (3, 3)), ("CIN2rows.xml", 1, (0, 3)),
     ("fake_CIN_data.xml", 332, (0, 0))],
)  # fmt: skip
def test_every_child_of_the_sample_files_is_accepted(samples, cin, facts, name, children, factors_and_plans):
    body = (samples / "cin-census-fake" / name).read_bytes()
    found = cin(body)
    assert len(found) == children == body.count(b"<Child>")
    assert [one.errors for one in found if one.errors] == []
    by_item = facts(found)
    assert len(by_item["care.contact"]) == len(by_item["care.episode"]) == body.count(b"<CINreferralDate>")
    assert (len(by_item.get("care.factor", ())), len(by_item.get("care.plan", ()))) == factors_and_plans
    assert set(by_item) <= items_of(CIN.profile)


def test_the_stray_text_and_odd_codes_of_2026_lose_nothing(samples, cin, facts):
    found = cin((samples / "cin-census-fake" / "CIN_Census_2026.xml").read_bytes())
    by_item = facts(found)
    assert [fact.value["date"] for fact in by_item["identity.birth_date"]] == ["2015-03-27", "2023-09-25"]
    assert [fact.value["code"] for fact in by_item["identity.sex"]] == ["male", "male"]
    assert [fact.value for fact in by_item["care.factor"]] == [
        {"code": "1C", "scope": "other"}, {"code": "RB", "scope": None}, {"code": "6B", "scope": "parent"},
    ]  # fmt: skip
    assert {(flag.column, flag.code) for flag in found[0].flags} == {
        ("Sex", "code-unlisted"), ("AssessmentFactors", "code-unlisted"), ("UPN", "check-digit-failed"),
        ("FormerUPN", "check-digit-failed"), ("AssessmentAuthorisationDate", "period-invalid"),
    }  # fmt: skip
    assert found[1].flags == ()


def test_one_referral_becomes_contact_episode_and_need(cin, facts):
    inside = (
        "<ReferralSource>2a</ReferralSource><PrimaryNeedCode>N1</PrimaryNeedCode><ReferralNFA>FALSE</ReferralNFA>"
        "<CINclosureDate>2023-02-27</CINclosureDate><ReasonForClosure>RC9</ReasonForClosure>"
    )
    found = facts(cin(IDS + details(inside)))
    (contact,), (episode,), (need,) = found["care.contact"], found["care.episode"], found["care.need"]
    assert contact.value == {"source": "2A", "outcome": None}
    assert episode.value == {"kind": "child-in-need", "closure": "RC9"}
    assert need.value == {"code": "N1"}
    assert {fact.subject_key for fact in (contact, episode, need)} == {"L1"}
    assert (str(episode.valid_from), str(episode.valid_to)) == ("2022-10-06", "2023-02-27")


@pytest.mark.parametrize(
    ("sent", "outcome", "flags"),
    [
        ("true", "no-further-action", 0), ("TRUE", "no-further-action", 0), ("1", "no-further-action", 0),
        ("false", None, 0), ("0", None, 0), ("", None, 0), ("yes", None, 1),
    ],
)  # fmt: skip
def test_referral_nfa_is_true_false_one_or_zero(cin, facts, sent, outcome, flags):
    found = cin(IDS + details(f"<ReferralNFA>{sent}</ReferralNFA>"))
    assert facts(found)["care.contact"][0].value["outcome"] == outcome
    assert len(found[0].flags) == flags


def test_a_section_47_enquiry_says_whether_a_conference_is_required(cin, facts):
    def enquiry(inside):
        body = details(f"<Section47><S47ActualStartDate>2022-06-02</S47ActualStartDate>{inside}</Section47>")
        return facts(cin(IDS + body))["care.section47"][0].value

    assert enquiry("<ICPCnotRequired>0</ICPCnotRequired><DateOfInitialCPC>2022-06-17</DateOfInitialCPC>") == {
        "conference": "2022-06-17",
        "conference_required": True,
    }
    assert enquiry("<ICPCnotRequired>true</ICPCnotRequired>")["conference_required"] is False
    assert enquiry("")["conference_required"] is None


def test_a_protection_plan_has_its_latest_category_and_earlier_plans(cin, facts):
    plan = (
        "<ChildProtectionPlans><CPPstartDate>2022-02-17</CPPstartDate><CPPendDate>2023-03-14</CPPendDate>"
        "<InitialCategoryOfAbuse>PHY</InitialCategoryOfAbuse><LatestCategoryOfAbuse>NEG</LatestCategoryOfAbuse>"
        "<NumberOfPreviousCPP>2</NumberOfPreviousCPP></ChildProtectionPlans>"
    )
    found = facts(cin(IDS + details(plan + plan)))["care.plan"]
    assert [fact.value for fact in found] == [{"kind": "child-protection", "category": "NEG", "previous": 2}] * 2
    assert len({fact.occurrence for fact in found}) == 2


def test_a_fault_in_one_plan_leaves_out_that_plan_alone_with_a_flag(cin, facts):
    def plan(start, end):
        dates = f"<CINPlanStartDate>{start}</CINPlanStartDate><CINPlanEndDate>{end}</CINPlanEndDate>"
        return f"<CINPlanDates>{dates}</CINPlanDates>"

    bad = plan("2023-05-01", "2023-01-01") + plan("soon", "") + plan("", "2023-01-01")
    found = cin(IDS + details(bad + plan("2023-01-24", "2023-01-26")))
    assert [str(fact.valid_from) for fact in facts(found)["care.plan"]] == ["2023-01-24"]
    assert [flag.code for flag in found[0].flags] == ["period-invalid", "date-invalid", "required-missing"]
    assert all("left out" in flag.message for flag in found[0].flags)
    assert found[0].errors == ()


@pytest.mark.parametrize(
    ("code", "scope"),
    [("3A", "child"), ("3B", "parent"), ("3C", "other"), ("7A", "child"), ("18B", "child"), ("24a", "child"),
     ("20", None), ("ZZ", None)],
)  # fmt: skip
def test_a_factor_has_the_scope_that_its_letter_gives(cin, facts, code, scope):
    factors = (
        f"<FactorsIdentifiedAtAssessment><AssessmentFactors>{code}</AssessmentFactors></FactorsIdentifiedAtAssessment>"
    )
    start = "<AssessmentActualStartDate>2022-11-01</AssessmentActualStartDate>"
    found = facts(cin(IDS + details(f"<Assessments>{start}{factors}</Assessments>")))
    assert found["care.factor"][0].value == {"code": code.upper(), "scope": scope}


def test_no_factor_and_no_disability_give_no_record_and_21_stands_alone(cin, facts):
    codes = "".join(f"<AssessmentFactors>{code}</AssessmentFactors>" for code in ("21", "1A"))
    start = "<AssessmentActualStartDate>2022-11-01</AssessmentActualStartDate>"
    both = f"<Assessments>{start}<FactorsIdentifiedAtAssessment>{codes}</FactorsIdentifiedAtAssessment></Assessments>"
    none = "<ChildCharacteristics><Disabilities><Disability>NONE</Disability></Disabilities></ChildCharacteristics>"
    found = cin(IDS + none + details(both))
    assert [fact.value["code"] for fact in facts(found)["care.factor"]] == ["1A"]
    assert "care.disability" not in facts(found)
    assert [flag.code for flag in found[0].flags] == ["code-contradiction"]


def test_unlisted_codes_are_flagged_and_kept(cin, facts):
    characteristics = (
        "<ChildCharacteristics><Ethnicity>XXXX</Ethnicity><Disabilities><Disability>NEW</Disability></Disabilities>"
        "</ChildCharacteristics>"
    )
    found = cin(IDS + characteristics + details("<ReferralSource>9Z</ReferralSource>"))
    by_item = facts(found)
    assert by_item["identity.ethnicity"][0].value["code"] == "XXXX"
    assert by_item["care.disability"][0].value["code"] == "NEW"
    assert by_item["care.contact"][0].value["source"] == "9Z"
    assert [flag.code for flag in found[0].flags] == ["code-unlisted"] * 3


@pytest.mark.parametrize(
    ("sent", "sex", "flags"),
    [
        ("<GenderCurrent>0</GenderCurrent>", "unknown", 0), ("<GenderCurrent>1</GenderCurrent>", "male", 0),
        ("<GenderCurrent>2</GenderCurrent>", "female", 0), ("<GenderCurrent>9</GenderCurrent>", "other", 0),
        ("<Sex>F</Sex>", "female", 0), ("<Sex>2</Sex>", "female", 1), ("<GenderCurrent>M</GenderCurrent>", "male", 1),
        ("<Sex>7</Sex>", None, 1), ("", None, 0),
    ],
)  # fmt: skip
def test_sex_follows_the_list_of_its_element(cin, sent, sex, flags):
    found = cin(identifiers(sent))[0]
    assert (found.records[0].sex, len(found.flags)) == (sex, flags)


def test_an_unborn_child_has_an_expected_date_only(cin, facts):
    expected = "<ExpectedPersonBirthDate>2026-05-01</ExpectedPersonBirthDate>"
    (fact,) = facts(cin(identifiers(expected)))["identity.birth_date"]
    assert fact.value == {"date": "2026-05-01", "expected": True}
    born = facts(cin(identifiers(expected + "<PersonBirthDate>2026-05-04</PersonBirthDate>")))["identity.birth_date"]
    assert [one.value for one in born] == [{"date": "2026-05-04", "expected": False}]


def test_a_former_upn_is_an_alias_unless_the_child_was_adopted(cin, facts):
    former = identifiers("<UPN>B801200005001</UPN><FormerUPN>A123456789123</FormerUPN>")
    schemes = {fact.value["scheme"] for fact in facts(cin(former))["identity.local_id"]}
    assert schemes == {"upn_former"}
    adopted = facts(cin(former + details("<ReasonForClosure>RC1</ReasonForClosure>")))
    assert "identity.local_id" not in adopted
    assert adopted["identity.protected"][0].value == {"kind": "adoption"}


@pytest.mark.parametrize(
    ("child", "code"),
    [
        ("", "required-missing"), ("<ChildIdentifiers/>", "required-missing"),
        (identifiers("<PersonBirthDate>soon</PersonBirthDate>"), "date-invalid"),
        (f"<ChildIdentifiers><LAchildID>{'9' * 201}</LAchildID></ChildIdentifiers>", "text-too-long"),
    ],
)  # fmt: skip
def test_a_child_who_cannot_be_told_is_rejected_and_the_next_one_kept(cin, child, code):
    found = cin(child + details(), IDS)
    assert [error.code for error in found[0].errors] == [code]
    assert found[0].records == ()
    assert found[1].records


def test_a_birth_date_that_stands_for_unknown_is_missing_and_flagged(cin):
    found = cin(identifiers("<PersonBirthDate>1900-01-01</PersonBirthDate>"))[0]
    assert found.records[0].birth_date is None
    assert [flag.code for flag in found.flags] == ["date-sentinel"]


def test_two_referrals_on_one_day_are_two(cin, facts):
    found = facts(cin(IDS + details() + details() + details(date="2023-01-01")))["care.episode"]
    assert [fact.occurrence for fact in found] == ["2022-10-06", "2022-10-06/2", "2023-01-01"]
    assert found[0].valid_from == dt.date(2022, 10, 6)


NODES = st.recursive(
    st.builds(
        XmlNode,
        st.sampled_from([column.name.rsplit("/", 1)[-1] for column in CIN.profile.columns]),
        st.one_of(st.text(max_size=8), st.sampled_from(["2022-01-01", "true", "1A", "9" * 300, "N1", "RC1", "21"])),
    ),
    lambda inner: st.builds(
        lambda name, children: XmlNode(name, children=tuple(children)),
        st.sampled_from(
            ["ChildIdentifiers", "ChildCharacteristics", "Disabilities", "CINdetails", "Assessments", "Section47",
             "FactorsIdentifiedAtAssessment", "CINPlanDates", "ChildProtectionPlans"]
        ),
        st.lists(inner, max_size=5),
    ),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(children=st.lists(NODES, max_size=6))
def test_any_child_is_translated_without_raising(children):
    known = XmlNode("ChildIdentifiers", children=(XmlNode("LAchildID", "L1"),))
    for tree in (children, [known, *children]):
        found = CIN.translate(RawRow(1, {}, XmlNode("Child", children=tuple(tree))))
        assert bool(found.errors) != bool(found.records)


@settings(max_examples=100, deadline=None)
@given(body=st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda end: b"<Message><Child>" + end)))
def test_any_bytes_are_rows_or_an_unreadable_feed(body):
    with suppress(FeedUnreadableError):
        assert all(one.errors or one.records for one in translate_rows(CIN, body))


@pytest.mark.parametrize("payload", [None, "text", {"a": 1}])
def test_a_row_of_another_feed_is_an_error_and_no_exception(payload):
    assert [error.code for error in CIN.translate(RawRow(1, {}, payload)).errors] == ["row-shape"]


def test_no_error_and_no_flag_repeats_a_value_of_the_row(samples, cin):
    body = (samples / "cin-census-fake" / "CIN_Census_2026.xml").read_text()
    tags = [column.name.rsplit("/", 1)[-1] for column in CIN.profile.columns]
    planted_tags = [tag for tag in tags if f"<{tag}>" in body]
    assert len(planted_tags) > 20
    for tag in planted_tags:
        start = body.index(f"<{tag}>") + len(tag) + 2
        planted = body[:start] + CANARY + body[body.index("</", start) :]
        said = [(one.errors, one.flags) for one in cin(planted.encode())]
        assert CANARY not in str(said)
    everywhere = "".join(f"<{tag}>{CANARY}</{tag}>" for tag in ("CINreferralDate", "ReferralSource", "ReferralNFA"))
    assert len(cin(IDS + f"<CINdetails>{everywhere}</CINdetails>")[0].flags) == 3
    assert CANARY not in str(cin(IDS + f"<CINdetails>{everywhere}</CINdetails>")[0].flags)


def test_a_refused_file_does_not_repeat_its_content():
    for body in (f"<{CANARY}/>", f"<Message><{CANARY}>", CANARY):
        with pytest.raises(FeedUnreadableError) as caught:
            CIN.rows(io.BytesIO(body.encode()))
        assert CANARY not in f"{caught.value}{caught.value.how_to_fix}{caught.value.__cause__}"
