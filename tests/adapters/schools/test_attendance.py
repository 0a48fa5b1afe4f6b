from datetime import date

import pytest

from adapters.port import RawRow, Translation
from adapters.schools import FEEDS
from adapters.schools.codes import (
    ATTENDANCE_CODES,
    ATTENDANCE_CODES_BEFORE,
    CODES_CHANGED,
    Counts,
    attendance_codes,
)

ATTENDANCE = {feed.profile.name: feed for feed in FEEDS}["schools-attendance"]
ROW = {
    "upn": "B801200005001", "surname": "Example", "forename": "Robin", "dob": "2013-02-11",
    "school_urn": "100001", "week_commencing": "2026-11-09", "marks": "/ \\",
}  # fmt: skip


def translate(**cells: str) -> Translation:
    return ATTENDANCE.translate(RawRow(1, {**ROW, **cells}))


def codes(translation: Translation) -> list[tuple[str, str]]:
    return [(error.column, error.code) for error in translation.errors]


def item(translation: Translation, name: str):
    return next(record for record in translation.records if getattr(record, "item", "") == name)


# The table of domain section 2.4.1, written out a second time on purpose.
IN_FORCE = {
    Counts.PRESENT: "/ \\ L",
    Counts.APPROVED: "K V P W B",
    Counts.AUTHORISED: "C C1 C2 J1 M T R I S E",
    Counts.UNAUTHORISED: "G N O U",
    Counts.NOT_POSSIBLE: "D Q Y1 Y2 Y3 Y4 Y5 Y6 Y7 X Z #",
}


def test_the_codes_in_force_are_those_of_the_2024_regulations_and_no_others():
    assert dict(ATTENDANCE_CODES) == {code: kind for kind, listed in IN_FORCE.items() for code in listed.split()}


def test_the_older_list_has_h_j_and_y_and_none_of_the_new_codes():
    new = {"K", "C1", "C2", "J1", "Q", *(f"Y{number}" for number in range(1, 8))}
    assert set(ATTENDANCE_CODES_BEFORE) - set(ATTENDANCE_CODES) == {"H", "J", "Y"}
    assert set(ATTENDANCE_CODES) - set(ATTENDANCE_CODES_BEFORE) == new


def test_the_list_changes_on_19_august_2024():
    assert date(2024, 8, 19) == CODES_CHANGED
    assert attendance_codes(date(2024, 8, 18)) is ATTENDANCE_CODES_BEFORE
    assert attendance_codes(date(2024, 8, 19)) is ATTENDANCE_CODES


@pytest.mark.parametrize("code", sorted(ATTENDANCE_CODES))
def test_every_code_in_force_is_counted_where_it_belongs(code):
    value = item(translate(marks=code), "education.attendance").value
    kind = ATTENDANCE_CODES[code]
    assert value["possible"] == (0 if kind is Counts.NOT_POSSIBLE else 1)
    counted = {name: value[name] for name in ("present", "approved", "authorised", "unauthorised")}
    assert counted == {name: int(name == kind.value) for name in counted}


def test_a_week_becomes_session_counts_and_never_a_percentage():
    statement = item(translate(marks="/ \\ L K I I O Y2 D #"), "education.attendance")
    assert statement.value == {
        "possible": 7, "present": 3, "approved": 1, "authorised": 2, "unauthorised": 1, "term": "Week of 2026-11-09",
    }  # fmt: skip
    assert (statement.valid_from, statement.valid_to) == (date(2026, 11, 9), date(2026, 11, 13))
    assert statement.occurrence == "100001/2026-11-09"


@pytest.mark.parametrize(
    ("week", "code"), [("2026-11-09", "H"), ("2026-11-09", "J"), ("2026-11-09", "Y"), ("2023-11-06", "J1")]
)
def test_a_code_that_was_not_in_force_in_that_week_refuses_the_row(week, code):
    assert codes(translate(week_commencing=week, marks=f"/ {code}")) == [("marks", "code-unknown")]


@pytest.mark.parametrize(("code", "kind"), [("H", "authorised"), ("J", "approved")])
def test_a_withdrawn_code_counts_in_the_weeks_in_which_it_was_in_force(code, kind):
    assert item(translate(week_commencing="2024-07-08", marks=code), "education.attendance").value[kind] == 1


def test_more_than_ten_sessions_are_not_one_week():
    assert codes(translate(marks=" ".join("/" * 11))) == [("marks", "row-shape")]


@pytest.mark.parametrize("column", ["upn", "surname", "dob", "school_urn", "week_commencing", "marks"])
def test_a_required_cell_that_is_missing_is_named(column):
    assert (column, "required-missing") in codes(translate(**{column: " "}))


@pytest.mark.parametrize("week", ["9999-12-31", "1901-01-01", "31/02/2026", "next week"])
def test_a_week_that_is_no_real_week_refuses_the_row(week):
    assert [column for column, _ in codes(translate(week_commencing=week))] == ["week_commencing"]


def test_columns_that_schools_send_besides_feed_their_own_items():
    translation = translate(fsm="Y", sen="K", ethnicity="wbri", first_language="CANARYTONGUE", religion="CANARYFAITH")
    assert item(translation, "education.meals").value == {"eligible": True}
    assert item(translation, "education.sen").value == {"provision": "K"}
    assert (translation.records[0].ethnicity, translation.records[0].ethnicity_scheme) == ("WBRI", "dfe-ethnicity")
    assert "CANARY" not in "".join(map(str, translation.records))


def test_first_language_and_religion_are_columns_that_no_item_exists_for():
    declared = {column.name for column in ATTENDANCE.profile.columns}
    assert {"fsm", "sen", "ethnicity"} <= declared
    assert not {"first_language", "religion"} & declared


def test_a_upn_whose_check_letter_fails_is_kept_and_flagged():
    translation = translate(upn="A801200005001")
    assert [flag.code for flag in translation.flags] == ["check-digit-failed"]
    assert translation.records[0].identifiers[0].verification.value == "unverified"


def test_the_key_is_the_same_however_the_upn_is_written():
    assert {translate(upn=upn).records[0].person for upn in ("B801200005001", " b801 2000 05001 ")} == {"B801200005001"}
