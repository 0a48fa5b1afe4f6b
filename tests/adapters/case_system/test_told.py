"""Told, not yet because, unsafe until review: each state says what is needed to act on it."""

import pytest

from adapters.case_system import FEEDS
from adapters.port import RawRow, Translation
from concept_model.records import Fact, facts_of

BY_NAME = {feed.profile.name: feed for feed in FEEDS}
PLAIN = {"person_ref": "P1", "told_state": "told", "recorded_on": "2026-05-01", "notice_version": "3"}


def translate(**changes: str) -> Translation:
    return BY_NAME["case-told"].translate(RawRow(1, PLAIN | changes))


def fact(**changes: str) -> Fact:
    found = translate(**changes)
    assert found.errors == ()
    ((one,),) = (tuple(facts_of(record)) for record in found.records)
    return one


def test_told_names_the_notice_and_whether_it_was_the_childs_version() -> None:
    assert fact().value == {"state": "told", "notice": "3", "because": None, "review": None}
    assert fact(child_version="Y").value["notice"] == "3, child's version"


def test_a_state_is_the_same_fact_as_the_one_recorded_with_the_answer() -> None:
    row = {"person_ref": "P1", "recorded_on": "2026-05-01", "told_state": "told", "notice_version": "3"}
    ((theirs,),) = (tuple(facts_of(one)) for one in BY_NAME["case-agreed-to-help"].translate(RawRow(1, row)).records)
    ours = fact()
    assert (ours.item, ours.subject_key, ours.occurrence) == (theirs.item, theirs.subject_key, theirs.occurrence)


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"notice_version": ""}, "notice_version"),
        ({"told_state": "not yet", "notice_version": ""}, "because"),
        ({"told_state": "unsafe", "notice_version": ""}, "review_on"),
        ({"told_state": ""}, "told_state"),
        ({"recorded_on": ""}, "recorded_on"),
        ({"person_ref": ""}, "person_ref"),
    ],
)
def test_a_state_that_leaves_out_what_it_needs_goes_back(changes: dict[str, str], column: str) -> None:
    (error,) = translate(**changes).errors
    assert (error.column, error.code) == (column, "required-missing")
    assert error.how_to_fix


def test_unsafe_has_a_day_to_look_again_that_is_not_past_already() -> None:
    assert fact(told_state="unsafe", review_on="2026-08-01").value["review"] == "2026-08-01"
    (error,) = translate(told_state="unsafe", review_on="2026-04-01").errors
    assert (error.column, error.code) == ("review_on", "period-invalid")
