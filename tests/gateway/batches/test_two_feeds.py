"""Two feeds, or senders of one, say a fact in words of their own: both stand, and a file sent again is nothing new."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.identity.caller import StaffCaller
from gateway.store.retention import count_past_retention
from gateway.usecases.intake.batch_modes import row_key
from gateway.usecases.subjects.retracting import FactsMeant, NewRetraction, reinstate_facts, retract_facts
from tests.gateway.batches.school import CHURCH_ROAD, CONTEXT, LATER, MILL_LANE, TOMBSTONE, pupil, push, sheet, upn

ROLL, SUSPENSIONS = "schools-roll", "schools-suspensions"
SUSPENDED = {"category": "SUSP", "start_date": "2026-10-05", "end_date": "2026-10-06", "sessions": "2", "reason1": "PP"}
NAME = (FactsMeant(upn(1), item="identity.name"),)


@pytest.fixture
def wiring(wiring, wiring_clock):
    """A clock that goes on: which words came later, the instants tell."""

    def tick():
        wiring_clock.now += timedelta(milliseconds=1)
        return wiring_clock.now

    return replace(wiring, clock=tick)


def columns(feed, wiring):
    return [column.name for column in wiring.feeds[feed].profile.columns]


def say(wiring, feed, surname, key, caller=MILL_LANE):
    row = pupil(1, surname=surname, **(SUSPENDED if feed == SUSPENSIONS else {}))
    batch = push(wiring, sheet([row], columns(feed, wiring)), key=key, feed=feed, caller=caller)
    assert batch.state == "accepted", batch
    return batch


def leave(wiring, feed, key, caller=MILL_LANE):
    """Name the row of the pupil in a file of keys."""
    names = row_key(wiring.feeds[feed].profile)
    return push(wiring, sheet([pupil(1, **SUSPENDED)], names), TOMBSTONE, key=key, feed=feed, caller=caller)


def retract(wiring, feed, caller=MILL_LANE):
    retract_facts(wiring, CONTEXT, caller, NewRetraction(feed, "sent-in-error", NAME))


def versions(admin):
    with admin.begin() as connection:
        return connection.exec_driver_sql(
            "SELECT f.tombstone, f.value ->> 'family', b.feed FROM hearth.fact f JOIN hearth.item i USING (item_no)"
            " JOIN desk.batch b USING (batch_id) WHERE i.name = 'identity.name' ORDER BY f.recorded_at, f.fact_id"
        ).all()


def shown(admin):
    """The surname that is shown: that of the newest version."""
    newest = versions(admin)[-1:]
    return newest[0][1] if newest and not newest[0][0] else None


def test_each_feed_sent_again_says_nothing_new_and_the_later_words_are_shown(wiring, admin):
    say(wiring, ROLL, "O'Neil", "r1")
    assert say(wiring, SUSPENSIONS, "Oneil", "s1").facts_new > 0
    for place in range(2):
        assert say(wiring, ROLL, "O'Neil", f"r-again-{place}").facts_new == 0
        assert say(wiring, SUSPENSIONS, "Oneil", f"s-again-{place}").facts_new == 0
    assert [row[1] for row in versions(admin)] == ["O'Neil", "Oneil"]
    # A feed that says something new is heard.
    assert say(wiring, ROLL, "Neil", "r2").facts_new > 0
    assert shown(admin) == "Neil"
    assert say(wiring, SUSPENSIONS, "Oneil", "s2").facts_new == 0
    assert shown(admin) == "Neil"


def test_what_one_sender_takes_back_another_goes_on_saying(wiring, admin):
    say(wiring, ROLL, "Marsh", "first")
    say(wiring, ROLL, "Marsh", "second", caller=CHURCH_ROAD)
    retract(wiring, ROLL)
    assert shown(admin) == "Marsh"
    assert say(wiring, ROLL, "Fenwick", "third").facts_new == 0
    assert shown(admin) == "Marsh"
    # The other one may say it, and anything else.
    assert say(wiring, ROLL, "Fenwick", "fourth", caller=CHURCH_ROAD).facts_new > 0
    assert shown(admin) == "Fenwick"
    retract(wiring, ROLL, CHURCH_ROAD)
    assert shown(admin) is None


def test_a_pupil_whom_one_feed_withdraws_goes_on_in_the_words_of_the_other(wiring, admin):
    say(wiring, SUSPENSIONS, "Oneil", "s")
    say(wiring, ROLL, "O'Neil", "r")
    assert leave(wiring, ROLL, "gone").facts_withdrawn > 0
    assert shown(admin) == "Oneil"
    assert versions(admin)[-1][2] == SUSPENSIONS
    assert leave(wiring, SUSPENSIONS, "gone too").facts_withdrawn > 0
    assert shown(admin) is None


def test_senders_of_one_feed_stand_beside_each_other_and_a_file_sent_again_says_nothing_new(wiring, admin):
    say(wiring, ROLL, "O'Neil", "m1")
    assert say(wiring, ROLL, "Oneil", "c1", CHURCH_ROAD).facts_new > 0
    for place in range(2):
        assert say(wiring, ROLL, "O'Neil", f"m-again-{place}").facts_new == 0
        assert say(wiring, ROLL, "Oneil", f"c-again-{place}", CHURCH_ROAD).facts_new == 0
    assert [row[1] for row in versions(admin)] == ["O'Neil", "Oneil"]
    # Whoever says something new is heard, and the other's words are there when that is over.
    assert say(wiring, ROLL, "Neil", "c2", CHURCH_ROAD).facts_new > 0
    assert say(wiring, ROLL, "Oneil", "c3", CHURCH_ROAD).facts_new > 0
    assert leave(wiring, ROLL, "c-gone", CHURCH_ROAD).facts_withdrawn > 0
    assert shown(admin) == "O'Neil"


def test_what_staff_send_by_hand_is_one_senders_and_the_later_file_wins(wiring, admin):
    one, other = (
        StaffCaller(name, name, "Office", "northvale_schools", "school_business_manager", "", "oidc+email", LATER)
        for name in ("s-one", "s-other")
    )
    say(wiring, ROLL, "O'Neil", "o1", one)
    assert say(wiring, ROLL, "Oneil", "t1", other).facts_new > 0
    assert say(wiring, ROLL, "O'Neil", "o2", one).facts_new > 0
    assert [row[1] for row in versions(admin)] == ["O'Neil", "Oneil", "O'Neil"]


def test_a_fact_is_past_its_time_when_the_last_words_are_by_which_a_sender_stands(wiring):
    for caller, ended in ((MILL_LANE, "2026-10-06"), (CHURCH_ROAD, "2026-10-05")):
        row = pupil(1, **SUSPENDED | {"end_date": ended})
        push(wiring, sheet([row], columns(SUSPENSIONS, wiring)), feed=SUSPENSIONS, caller=caller)
    counts = []
    for day in (6, 7):
        with wiring.database.transaction("hg_erase") as connection:
            before = datetime(2026, 10, day, 12, tzinfo=UTC)
            counts.append(count_past_retention(connection, SUSPENSIONS, "education.exclusion", "ended", before))
    assert counts == [0, 1]


class Model:
    """What feeds and senders stand by, since which of the acts, and whose words are shown."""

    def __init__(self):
        self.words, self.since = {}, {}
        self.shown, self.barred = None, set()

    def say(self, place, speaker, name):
        if speaker in self.barred:
            return
        again, shown = self.words.get(speaker) == name, self.words.get(self.shown)
        if again and speaker == self.shown:
            return
        if not again and shown != name:
            self.shown = speaker
        self.words[speaker], self.since[speaker] = name, place

    def leave(self, speaker):
        gone = self.words.pop(speaker, None)
        if self.shown == speaker:
            # Whoever says the same, before whoever spoke last.
            self.shown = max(self.words, key=lambda one: (self.words[one] == gone, self.since[one]), default=None)

    @property
    def name(self):
        return self.words.get(self.shown)


SPEAKERS = ((ROLL, MILL_LANE), (SUSPENSIONS, MILL_LANE), (ROLL, CHURCH_ROAD))
ACTS = st.tuples(
    st.sampled_from(["say", "say", "say", "leave", "retract", "reinstate"]),
    st.sampled_from(SPEAKERS),
    st.sampled_from(["Marsh", "Fenwick"]),
)


@settings(max_examples=16, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACTS, min_size=3, max_size=8))
def test_after_any_acts_the_words_shown_are_the_last_by_which_somebody_stands(wiring, admin, acts):
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("TRUNCATE hearth.fact, hearth.also_said, hearth.retracted_fact, desk.batch CASCADE")
    model = Model()
    for place, (act, speaker, name) in enumerate(acts):
        feed, caller = speaker
        if act == "say":
            say(wiring, feed, name, f"{place}", caller)
            model.say(place, speaker, name)
        elif act == "leave":
            leave(wiring, feed, f"{place}", caller)
            model.leave(speaker)
        elif act == "retract":
            if speaker in model.words:
                model.barred.add(speaker)
            retract(wiring, feed, caller)
            model.leave(speaker)
        else:
            reinstate_facts(wiring, CONTEXT, caller, feed, NAME)
            model.barred.discard(speaker)
        assert shown(admin) == model.name, (place, acts)
    before = versions(admin)
    for place, ((feed, caller), name) in enumerate(model.words.items()):
        say(wiring, feed, name, f"again {place}", caller)
    assert versions(admin) == before
