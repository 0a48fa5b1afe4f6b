"""Rows handed back come again as the sheet that they were handed back in, and replace exactly those."""

import csv
import io
from dataclasses import replace

import pytest

from adapters.registry import FEEDS
from agreements.offers import Supply
from gateway.errors import BodyUnreadableError, NotFoundError
from gateway.usecases.intake.batch_contract import BatchContract
from gateway.usecases.intake.batches import errors_csv, read_own_batch
from gateway.usecases.intake.intake_parts import Taking
from tests.gateway.batches.school import (
    CHURCH_ROAD,
    CONTEXT,
    FULL,
    LATER,
    MILL_LANE,
    count,
    pupil,
    pupils,
    push,
    standing,
)


def bad(number):
    return pupil(number, dob="no day")


def handed_back(wiring, batch):
    _, text = errors_csv(wiring, CONTEXT, MILL_LANE, batch.batch_id)
    return list(csv.DictReader(io.StringIO(text, newline="")))


def sheet_of(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def mended(rows, *numbers, dob="2015-03-04"):
    return sheet_of([{**row, "dob": dob if row["row"] in map(str, numbers) else row["dob"]} for row in rows])


def mends(batch):
    return BatchContract(mends=batch.batch_id)


def again(wiring, batch):
    return read_own_batch(wiring, MILL_LANE, batch.batch_id)


def test_mended_rows_are_taken_and_the_first_file_says_so(wiring, admin):
    first = push(wiring, [pupil(1), bad(2), bad(3)])
    rows = handed_back(wiring, first)
    assert [row["row"] for row in rows] == ["2", "3"]
    second = push(wiring, mended(rows, 2), mends(first))
    assert (second.rows_accepted, second.rows_rejected, second.mends) == (1, 1, first.batch_id)
    assert (again(wiring, first).rows_mended, standing(admin)) == (1, 2)
    assert [row["row"] for row in handed_back(wiring, first)] == ["3"]
    third = push(wiring, mended(handed_back(wiring, second), 3), mends(second))
    assert (third.state, third.mends) == ("accepted", first.batch_id)
    assert (again(wiring, first).rows_mended, standing(admin)) == (2, 3)
    assert handed_back(wiring, first) == []


def test_our_columns_are_ours_and_are_not_named_back(wiring):
    first = push(wiring, [bad(2)])
    second = push(wiring, mended(handed_back(wiring, first), 1), mends(first))
    assert second.columns_not_kept == []


def test_a_row_that_was_mended_before_is_passed_over_whatever_it_says_now(wiring, admin):
    first = push(wiring, [bad(1), bad(2)])
    rows = handed_back(wiring, first)
    push(wiring, mended(rows, 1), mends(first))
    facts = count(admin, "SELECT count(*) FROM hearth.fact")
    other = [{**rows[0], "dob": "2015-03-04", "surname": "Somebodyelse"}]
    second = push(wiring, sheet_of(other), mends(first))
    assert (second.rows_read, second.rows_left) == (0, 1)
    assert count(admin, "SELECT count(*) FROM hearth.fact") == facts
    assert again(wiring, first).rows_mended == 1


def test_the_same_sheet_twice_is_the_same_batch(wiring):
    first = push(wiring, [bad(1)])
    body = mended(handed_back(wiring, first), 1)
    assert push(wiring, body, mends(first)).batch_id == push(wiring, body, mends(first)).batch_id


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda row: {**row, "row": "7"},
        lambda row: {**row, "row": ""},
        lambda row: {**row, "row": "-1"},
        lambda row: {name: cell for name, cell in row.items() if name != "row"},
    ],
)
def test_a_sheet_whose_rows_cannot_be_matched_is_refused_whole(wiring, admin, spoilt):
    first = push(wiring, [bad(1), pupil(2)])
    row = {**handed_back(wiring, first)[0], "dob": "2015-03-04"}
    second = push(wiring, sheet_of([spoilt(row)]), mends(first))
    assert (second.state, second.refusal_code) == ("refused", "feed-unreadable")
    assert again(wiring, first).rows_mended == 0
    assert standing(admin) == 1


def test_two_rows_of_one_number_are_refused(wiring):
    first = push(wiring, [bad(1)])
    row = {**handed_back(wiring, first)[0], "dob": "2015-03-04"}
    assert push(wiring, sheet_of([row, row]), mends(first)).state == "refused"


def test_a_row_that_comes_back_empty_stays_open(wiring):
    first = push(wiring, [bad(1), bad(2)])
    rows = handed_back(wiring, first)
    empty = {name: "" if name not in {"row", "message"} else cell for name, cell in rows[1].items()}
    second = push(wiring, sheet_of([{**rows[0], "dob": "2015-03-04"}, empty]), mends(first))
    assert (second.rows_read, second.rows_accepted) == (1, 1)
    assert [row["row"] for row in handed_back(wiring, first)] == ["2"]


def test_only_the_sender_mends_and_only_rows_of_that_feed(wiring):
    first = push(wiring, [bad(1)])
    body = mended(handed_back(wiring, first), 1)
    with pytest.raises(NotFoundError):
        push(wiring, body, mends(first), caller=CHURCH_ROAD)
    with pytest.raises(BodyUnreadableError, match="another feed"):
        push(wiring, body, mends(first), feed="schools-attendance")
    with pytest.raises(NotFoundError):
        push(wiring, body, BatchContract(mends=wiring.mint_opaque()))


def test_a_file_refused_as_a_whole_is_sent_again_as_a_whole(wiring):
    first = push(wiring, b"no,roll\r\n1,2\r\n")
    with pytest.raises(BodyUnreadableError, match="send the whole file again"):
        push(wiring, b"upn,row\r\n1,2\r\n", mends(first))


def test_the_last_mended_row_of_a_full_file_lets_what_it_withdraws_go(wiring, admin):
    push(wiring, pupils(1, 2, 3), FULL)
    first = push(wiring, [pupil(1), bad(2)], FULL)
    assert standing(admin) == 3
    push(wiring, mended(handed_back(wiring, first), 2), mends(first))
    ended = again(wiring, first)
    assert (ended.withdrawals, ended.facts_to_withdraw) == ("done", 0)
    # Pupil 2, whose row was bad, was there before and still is; pupil 3 is not on the roll.
    assert standing(admin) == 2


def test_every_feed_of_tables_hands_back_a_sheet_with_a_row_number():
    assert all("row" not in {c.name.casefold() for c in feed.profile.columns} for feed in FEEDS.values())


def test_a_row_is_handed_back_with_what_it_is_known_by_whatever_its_sender_may_supply(wiring):
    # An applicant's number is the key of their household, too, which no agreement need cover.
    for feed in wiring.feeds.values():
        nothing = Supply(frozenset(), (), {}, None)
        kept = Taking(wiring, None, None, feed, nothing, LATER, "", 0.2).kept_columns()
        names = {column.name: column for column in feed.profile.columns}
        assert {name for name in feed.profile.row_key if names[name].required} <= kept
        assert not {name for name in kept - set(feed.profile.row_key) if names[name].items}


def test_a_column_that_every_file_has_comes_back_empty_where_nobody_may_supply_it(wiring, monkeypatch):
    decided = type(wiring.register).decide_supply

    def without_names(*asked):
        supply = decided(*asked)
        return replace(supply, items=supply.items - {"identity.name"})

    monkeypatch.setattr(type(wiring.register), "decide_supply", without_names)
    first = push(wiring, [pupil(1), bad(2)])
    (row,) = handed_back(wiring, first)
    assert (row["surname"], row["dob"]) == ("", "no day")
    assert "forename" not in row
    # Its sender has it still: with it the row is whole again, and what is not covered is dropped as it was.
    second = push(wiring, sheet_of([row | {"surname": "Hale", "dob": "2015-03-04"}]), mends(first))
    assert (second.state, second.items_not_covered) == ("accepted", ["identity.name"])
