"""Two feeds of one source say the same fact in words of their own: both stand, and a file sent again is nothing new."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.usecases.batch_modes import row_key
from gateway.usecases.retracting import FactsMeant, NewRetraction, reinstate_facts, retract_facts
from tests.gateway.batches.school import CHURCH_ROAD, CONTEXT, MILL_LANE, TOMBSTONE, pupil, push, sheet, upn

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


def leave(wiring, feed, key):
    """Name the row of the pupil in a file of keys."""
    names = row_key(wiring.feeds[feed].profile)
    return push(wiring, sheet([pupil(1, **SUSPENDED)], names), TOMBSTONE, key=key, feed=feed)


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


class Model:
    """What two feeds stand by, and which words are shown."""

    def __init__(self):
        self.words = {ROLL: None, SUSPENSIONS: None}
        self.shown, self.barred = None, set()

    def say(self, feed, name):
        if feed in self.barred or self.words[feed] == name:
            return
        if self.shown is None or self.words[self.shown] != name:
            self.shown = feed
        self.words[feed] = name

    def leave(self, feed):
        other = SUSPENSIONS if feed == ROLL else ROLL
        self.words[feed] = None
        if self.shown == feed:
            self.shown = other if self.words[other] else None

    @property
    def name(self):
        return self.words[self.shown] if self.shown else None


ACTS = st.tuples(
    st.sampled_from(["say", "say", "say", "leave", "retract", "reinstate"]),
    st.sampled_from([ROLL, SUSPENSIONS]),
    st.sampled_from(["Marsh", "Fenwick"]),
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACTS, min_size=3, max_size=7))
def test_after_any_acts_of_two_feeds_the_words_shown_are_the_last_by_which_somebody_stands(wiring, admin, acts):
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("TRUNCATE hearth.fact, hearth.also_said, hearth.retracted_fact, desk.batch CASCADE")
    model = Model()
    for place, (act, feed, name) in enumerate(acts):
        if act == "say":
            say(wiring, feed, name, f"{place}")
            model.say(feed, name)
        elif act == "leave":
            leave(wiring, feed, f"{place}")
            model.leave(feed)
        elif act == "retract":
            if model.words[feed]:
                model.barred.add(feed)
            retract(wiring, feed)
            model.leave(feed)
        else:
            reinstate_facts(wiring, CONTEXT, MILL_LANE, feed, NAME)
            model.barred.discard(feed)
        assert shown(admin) == model.name, (place, acts)
    before = versions(admin)
    for feed, name in model.words.items():
        if name:
            say(wiring, feed, name, f"again {feed}")
    assert versions(admin) == before
