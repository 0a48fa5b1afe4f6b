import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import FeedUnreadableError
from adapters.port import RawRow, items_of, translate_rows
from adapters.social_care import SSDA903
from adapters.social_care.ssda903_tables import TABLES

CANARY = "Zzyxcanary"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
OC2 = "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED,SUBSTANCE_MISUSE"


@pytest.mark.parametrize(
    ("name", "rows", "expected"),
    [
        ("ad1", 29, ("identity.protected", 29)), ("episodes", 5050, ("care.looked_after", 5050)),
        ("header", 2675, ("identity.upn", 2675)), ("missing", 43, ("child.missing", 43)),
        ("oc2", 2675, ("health.flag", 2669)), ("oc3", 53, ("work.ypactivity", 49)),
        ("reviews", 12_582, ("care.review", 12_582)), ("uasc", 132, ("care.factor", 132)),
    ],
)  # fmt: skip
def test_every_row_of_the_sample_tables_is_accepted(samples, ssda903, facts, name, rows, expected):
    found = ssda903((samples / "ssda903-fake" / f"{name}.csv").read_bytes())
    assert len(found) == rows
    assert [one.errors for one in found if one.errors] == []
    by_item = facts(found)
    item, count = expected
    assert len(by_item[item]) == count
    assert set(by_item) <= items_of(SSDA903.profile)


def test_the_episodes_of_another_tool_are_accepted_too(samples, ssda903):
    found = ssda903((samples / "liia-tools-samples" / "SSDA903_2020_episodes.csv").read_bytes())
    assert [one.errors for one in found] == [()] * 5


def test_most_sample_upns_fail_their_check_letter_and_are_flagged_unverified(samples, ssda903, facts):
    found = ssda903((samples / "ssda903-fake" / "header.csv").read_bytes())
    states = [fact.value["verification"] for fact in facts(found)["identity.upn"]]
    flagged = sum("check-digit-failed" in {flag.code for flag in one.flags} for one in found)
    assert (states.count("unverified"), states.count("plausible")) == (2568, 107) == (flagged, 2675 - flagged)


def test_the_header_gives_the_child(ssda903):
    found = ssda903("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB", "566910,2,27/03/2008,WROM,B801200005001,,")[0]
    (person,) = found.records
    assert (person.person, person.birth_date, person.sex) == ("566910", "2008-03-27", "female")
    assert (person.ethnicity, person.ethnicity_scheme) == ("WROM", "dfe-ethnicity")
    assert [(one.scheme, one.verification.value) for one in person.identifiers] == [("upn", "plausible")]


def test_a_reason_for_having_no_upn_is_no_upn(ssda903):
    found = ssda903("CHILD,SEX,DOB,ETHNIC,UPN", "1,3,27/03/2008,NEW,UN4")[0]
    assert found.records[0].identifiers == ()
    assert {flag.column for flag in found.flags} == {"SEX", "ETHNIC"}


def test_an_episode_gives_status_placement_and_need(ssda903, facts):
    found = facts(ssda903(EPISODES, "566910,15/02/2016,L,C2,N3,T2,PR0,14/08/2017,X1,CLOSE,AB1 2CD,AB1 3CD,4244474"))
    (episode,), (need,) = found["care.looked_after"], found["care.need"]
    assert episode.value == {
        "legal_status": "C2", "placement": "T2", "reason_new": "L", "reason_ended": "X1", "provider": "PR0",
    }  # fmt: skip
    assert (str(episode.valid_from), str(episode.valid_to)) == ("2016-02-15", "2017-08-14")
    assert need.value == {"code": "N3"}
    assert "AB1" not in str(found)


def test_an_episode_that_ends_in_adoption_protects_from_that_day(ssda903, facts):
    found = facts(ssda903(EPISODES, "1,15/02/2016,S,E1,N1,A3,PR1,14/08/2017,E11,,,,"))
    assert found["identity.protected"][0].value == {"kind": "adoption"}
    assert str(found["identity.protected"][0].valid_from) == "2017-08-14"


@pytest.mark.parametrize(
    ("line", "code", "column"),
    [
        ("1,,S,C2,N1,U1,PR1,,,,,,", "required-missing", "DECOM"),
        (",01/01/2020,S,C2,N1,U1,PR1,,,,,,", "required-missing", "CHILD"),
        ("1,2020/01/01,S,C2,N1,U1,PR1,,,,,,", "date-invalid", "DECOM"),
        ("1,01/01/2020,S,C2,N1,U1,PR1,01/01/2019,X1,,,,", "period-invalid", "DEC"),
        ("1,01/01/2020,S", "row-shape", ""),
    ],
)
def test_a_bad_line_says_which_column_and_why_and_loses_no_other(ssda903, line, code, column):
    found = ssda903(EPISODES, line, "2,01/01/2020,S,C2,N1,U1,PR1,,,,,,")
    assert [(error.row, error.code, error.column) for error in found[0].errors] == [(1, code, column)]
    assert found[0].records == ()
    assert found[1].records


def test_an_episode_of_one_day_and_unlisted_codes_are_flagged_and_kept(ssda903, facts):
    found = ssda903(EPISODES, "1,01/01/2020,Q,Z9,N1,U1,PR1,01/01/2020,X1,,,,")
    assert [flag.code for flag in found[0].flags] == ["period-invalid", "code-unlisted", "code-unlisted"]
    assert facts(found)["care.looked_after"][0].value["legal_status"] == "Z9"


@pytest.mark.parametrize(
    ("score", "band"),
    [("0", "normal"), ("13", "normal"), ("14", "borderline"), ("16", "borderline"), ("17", "cause-for-concern"),
     ("40", "cause-for-concern"), ("", None)],
)  # fmt: skip
def test_a_strengths_and_difficulties_score_is_kept_as_its_band(ssda903, facts, score, band):
    found = facts(ssda903(OC2, f"1,01/01/2010,{score},,1,0"))
    assert [fact.value["status"] for fact in found.get("health.flag", ())] == ([band] if band else [])


def test_a_score_that_is_none_is_an_error_and_a_conviction_without_offence_is_not_kept(ssda903, facts):
    found = ssda903(OC2, "1,01/01/2010,41,,0,0", "1,01/01/2010,12.5x,,0,0", "1,01/01/2010,,,1,1")
    assert [error.code for one in found[:2] for error in one.errors] == ["number-invalid"] * 2
    assert [fact.value["code"] for fact in facts(found)["health.flag"]] == ["SUBSTANCE_MISUSE"]


@pytest.mark.parametrize(
    ("sent", "value", "flags"),
    [("F1", {"code": "F1", "neet": False}, 0), ("G5", {"code": "G5", "neet": True}, 0),
     ("P3", {"code": "P3", "neet": None}, 1), ("0", None, 0), ("", None, 0)],
)  # fmt: skip
def test_an_activity_says_whether_it_is_none(ssda903, facts, sent, value, flags):
    found = ssda903("CHILD,DOB,IN_TOUCH,ACTIV,ACCOM", f"1,01/01/2001,YES,{sent},K1")
    assert [fact.value for fact in facts(found).get("work.ypactivity", ())] == ([value] if value else [])
    assert len(found[0].flags) == flags


def test_columns_come_in_any_order_and_case(ssda903):
    found = ssda903("review_code, Review ,EXTRA,child", "PN6,2017-08-30,x,566910")
    assert str(found[0].records[0].valid_from) == "2017-08-30"


@pytest.mark.parametrize(
    "body", [b"", b"CHILD,DOB\n1,01/01/2001\n", b"a,b\n1,2\n", b"<Message/>", b"PK\x03\x04", b'{"CHILD": 1}']
)
def test_what_is_no_table_is_refused_before_any_row(body):
    with pytest.raises(FeedUnreadableError):
        SSDA903.rows(io.BytesIO(body))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_recognised_by_its_required_columns_alone(table):
    others = [other for other in TABLES if other is not table]
    assert not any(other.required <= table.known for other in others)


def _lines(table):
    cell = st.one_of(
        st.text(st.characters(exclude_characters='",\r\n', exclude_categories=["Cs"]), max_size=10),
        st.sampled_from(["01/02/2020", "1", "E11", "9" * 250, "UN1", "F1", "1900-01-01", "39"]),
    )
    names = sorted(table.known)
    return st.fixed_dictionaries(dict.fromkeys(names, cell))


@settings(max_examples=300, deadline=None)
@given(cells=st.sampled_from(TABLES).flatmap(_lines))
def test_any_cells_are_translated_without_raising(cells):
    found = SSDA903.translate(RawRow(1, cells))
    assert not (found.errors and found.records)


@settings(max_examples=100, deadline=None)
@given(body=st.binary(max_size=80).map(lambda end: b"CHILD,REVIEW,REVIEW_CODE\n1,01/01/2020,PN1\n" + end))
def test_any_bytes_after_a_header_are_rows(body):
    with suppress(FeedUnreadableError):
        assert next(translate_rows(SSDA903, body)).records


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_error_and_no_flag_repeats_a_value_of_the_row(table):
    wrong = SSDA903.translate(RawRow(1, dict.fromkeys(table.known, CANARY)))
    long = SSDA903.translate(RawRow(1, dict.fromkeys(table.known, CANARY * 40)))
    assert wrong.errors or wrong.flags or table.name == "ad1"
    assert long.errors
    assert CANARY not in str([wrong.errors, wrong.flags, long.errors, long.flags])
    assert SSDA903.translate(RawRow(1, {"a": CANARY})).errors[0].code == "row-shape"
