"""A full file withdraws what its sender says no more: never silently, never another's, never because of a bad row."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.api.views import batch_view
from gateway.demo.switching_on import DECIDED, officers_of, terms_for
from gateway.errors import NotFoundError, NothingToConfirmError
from gateway.usecases.feeds.feed_switch import decide_switch, propose_switch
from gateway.usecases.intake.batch_confirming import confirm_batch, end_unconfirmed, give_up_batch
from gateway.usecases.intake.batch_contract import BatchContract, Mode
from gateway.usecases.intake.batches import read_own_batch
from tests.gateway.batches.school import (
    CHURCH_ROAD,
    CONTEXT,
    FEED,
    FULL,
    MILL_LANE,
    PROFILE,
    count,
    pupil,
    pupils,
    push,
    standing,
)


def test_a_pupil_who_is_not_in_the_next_full_roll_is_withdrawn_and_counted(wiring, admin):
    push(wiring, pupils(1, 2, 3), FULL)
    batch = push(wiring, pupils(1, 2), FULL)
    assert (batch.state, batch.withdrawals) == ("accepted", "done")
    assert batch.facts_withdrawn > 0
    assert standing(admin) == 2
    tokens = "SELECT count(DISTINCT record_id) FROM hearth.search_token WHERE item_no = 0"
    assert count(admin, tokens) <= count(admin, "SELECT count(*) FROM hearth.source_record")


def test_a_pupil_who_comes_back_is_there_again(wiring, admin):
    for roll in (pupils(1, 2), pupils(1), pupils(1, 2)):
        push(wiring, roll, FULL, key=str(len(roll)) + str(standing(admin)))
    assert standing(admin) == 2


def test_a_delta_withdraws_nothing(wiring, admin):
    push(wiring, pupils(1, 2), FULL)
    batch = push(wiring, pupils(1))
    assert (batch.withdrawals, batch.facts_withdrawn) == (None, 0)
    assert standing(admin) == 2


def test_a_schools_full_roll_leaves_another_schools_pupils_alone(wiring, admin):
    push(wiring, pupils(1, 2), FULL, caller=CHURCH_ROAD)
    push(wiring, pupils(3, 4), FULL)
    push(wiring, pupils(3), FULL)
    assert standing(admin) == 3


def test_a_pupil_who_moved_stays_while_either_school_says_so_and_goes_with_the_last(wiring, admin):
    push(wiring, pupils(1, 2), FULL)
    push(wiring, pupils(1, 9), FULL, caller=CHURCH_ROAD)
    left = push(wiring, pupils(2), FULL)
    assert left.facts_withdrawn > 0
    assert standing(admin) == 3
    push(wiring, pupils(9), FULL, caller=CHURCH_ROAD)
    assert standing(admin) == 2


def test_the_second_school_may_leave_first(wiring, admin):
    push(wiring, pupils(1, 2), FULL)
    push(wiring, pupils(1, 9), FULL, caller=CHURCH_ROAD)
    push(wiring, pupils(9), FULL, caller=CHURCH_ROAD)
    assert standing(admin) == 3
    push(wiring, pupils(2), FULL)
    assert standing(admin) == 2


def test_while_a_row_is_bad_nothing_is_withdrawn_until_the_sender_says_so(wiring, admin):
    push(wiring, pupils(1, 2, 3), FULL)
    batch = push(wiring, [pupil(1), pupil(2, dob="no day")], FULL)
    assert (batch.state, batch.withdrawals) == ("accepted in part", "waiting")
    assert batch.facts_to_withdraw > 0
    assert standing(admin) == 3
    done = confirm_batch(wiring, CONTEXT, MILL_LANE, batch.batch_id)
    assert (done.withdrawals, done.facts_withdrawn) == ("done", batch.facts_to_withdraw)
    assert standing(admin) == 1
    with pytest.raises(NothingToConfirmError):
        confirm_batch(wiring, CONTEXT, MILL_LANE, batch.batch_id)


def test_what_waits_to_be_withdrawn_can_be_given_up(wiring, admin):
    push(wiring, pupils(1, 2), FULL)
    batch = push(wiring, [pupil(1, dob="no day")], FULL)
    given_up = give_up_batch(wiring, CONTEXT, MILL_LANE, batch.batch_id)
    assert (given_up.withdrawals, given_up.facts_to_withdraw) == ("given up", 0)
    assert standing(admin) == 2


def test_what_is_said_again_meanwhile_is_not_withdrawn(wiring, admin):
    push(wiring, pupils(1, 2, 3), FULL)
    batch = push(wiring, [pupil(1, dob="no day")], FULL)
    push(wiring, pupils(2))
    confirm_batch(wiring, CONTEXT, MILL_LANE, batch.batch_id)
    assert standing(admin) == 1


def test_a_full_file_of_a_month_says_nothing_of_the_month_before(wiring, admin):
    enrolled = [pupil(1, entry_date="2026-09-01"), pupil(2, entry_date="2026-10-05")]
    push(wiring, enrolled, FULL)
    october = BatchContract(Mode.FULL, date(2026, 10, 1), date(2026, 10, 31))
    push(wiring, [pupil(3, entry_date="2026-10-06")], october)
    assert standing(admin, "education.enrolment") == 2


def test_a_roll_with_a_fifth_fewer_pupils_than_usual_waits_for_its_sender(wiring, admin, wiring_clock):
    for number in range(3):
        push(wiring, pupils(*range(1, 11)), FULL, key=f"usual-{number}")
    batch = push(wiring, pupils(*range(1, 9)), FULL)
    assert (batch.state, batch.waits_for, batch.rows_usual, batch.rows_read) == ("waiting", "fewer-rows", 10, 8)
    assert standing(admin) == 10
    with pytest.raises(NotFoundError):
        confirm_batch(wiring, CONTEXT, CHURCH_ROAD, batch.batch_id)
    taken = confirm_batch(wiring, CONTEXT, MILL_LANE, batch.batch_id)
    assert (taken.state, taken.rows_accepted) == ("accepted", 8)
    assert standing(admin) == 8


def test_a_file_that_waits_can_be_given_up_and_nothing_of_it_is_left(wiring, admin):
    batch = _waiting(wiring)
    ended = give_up_batch(wiring, CONTEXT, MILL_LANE, batch.batch_id)
    assert (ended.state, ended.refusal_code) == ("refused", "given-up")
    assert standing(admin) == 10
    assert not list(wiring.settings.spool_folder.glob("*"))
    assert count(admin, "SELECT count(*) FROM desk.spooled_batch") == 0


def test_after_fourteen_days_a_file_that_waits_is_refused_and_deleted(wiring, admin, wiring_clock):
    batch = _waiting(wiring)
    wiring_clock.now += timedelta(days=14)
    with pytest.raises(NothingToConfirmError):
        confirm_batch(wiring, CONTEXT, MILL_LANE, batch.batch_id)
    assert end_unconfirmed(wiring) == 1
    assert read_own_batch(wiring, MILL_LANE, batch.batch_id).refusal_code == "not-confirmed"
    assert not list(wiring.settings.spool_folder.glob("*"))


def test_another_schools_roll_sent_by_mistake_waits_though_it_is_as_long(wiring, admin):
    push(wiring, pupils(*range(1, 41)), FULL)
    batch = push(wiring, pupils(*range(101, 141)), FULL)
    assert (batch.state, batch.waits_for) == ("waiting", "many-withdrawals")
    assert standing(admin) == 40


def test_a_file_of_column_names_alone_does_not_empty_a_small_school(wiring, admin):
    push(wiring, pupils(*range(1, 16)), FULL)
    batch = push(wiring, [], FULL)
    assert (batch.state, batch.waits_for) == ("waiting", "many-withdrawals")
    assert standing(admin) == 15
    assert confirm_batch(wiring, CONTEXT, MILL_LANE, batch.batch_id).state == "accepted"
    assert standing(admin) == 0


def test_the_size_declared_when_the_feed_was_switched_on_counts_from_the_first_file(wiring, admin):
    first, second = officers_of(wiring)
    terms = replace(terms_for(wiring, PROFILE), usual_rows=10)
    proposed = propose_switch(wiring, CONTEXT, first, FEED, terms)
    decide_switch(wiring, CONTEXT, second, (FEED, proposed.switch_id), DECIDED, approved=True)
    batch = push(wiring, [], FULL)
    assert (batch.state, batch.waits_for, batch.rows_usual) == ("waiting", "fewer-rows", 10)
    assert push(wiring, pupils(*range(1, 9)), FULL).state == "waiting"
    assert push(wiring, pupils(*range(1, 10)), FULL).state == "accepted"
    # What three files had counts for more than what was said before them.
    for number in range(2):
        batch = push(wiring, pupils(*range(1, 6)), FULL, key=f"small-{number}")
        confirm_batch(wiring, CONTEXT, MILL_LANE, batch.batch_id)
    assert push(wiring, pupils(*range(1, 6)), FULL, key="as usual").state == "accepted"


def test_a_file_without_rows_says_so(wiring):
    push(wiring, pupils(1), FULL)
    told = batch_view(wiring, push(wiring, []))
    assert (told.state, told.rows, told.withdrawn.facts) == ("accepted", 0, 0)
    assert "holds no row, so nothing changed" in told.message
    told = batch_view(wiring, push(wiring, [], FULL))
    assert "everything that you supplied before is withdrawn" in told.message
    assert told.withdrawn.facts > 0


def _waiting(wiring):
    for number in range(3):
        push(wiring, pupils(*range(1, 11)), FULL, key=f"usual-{number}")
    return push(wiring, pupils(1, 2), FULL)


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(rolls=st.lists(st.tuples(st.booleans(), st.sets(st.integers(1, 6), min_size=1)), min_size=2, max_size=4))
def test_after_any_rolls_of_two_schools_who_stands_is_who_either_said_last(wiring, admin, rolls):
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("TRUNCATE hearth.fact, hearth.also_said, desk.batch CASCADE")
    last = {}
    for place, (first, numbers) in enumerate(rolls):
        caller = MILL_LANE if first else CHURCH_ROAD
        batch = push(wiring, pupils(*sorted(numbers)), FULL, caller=caller, key=f"{place}-{rolls}"[:200])
        if batch.state == "waiting":
            confirm_batch(wiring, CONTEXT, caller, batch.batch_id)
        last[caller] = numbers
    assert standing(admin) == len(set().union(*last.values()))
