from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.review.access import Kind, Known, Tie
from gateway.review.drawing import allowance, draw, draw_seed, lot, week_of
from gateway.review.explaining import explain_all
from gateway.review.ranking import grouped, judge, ranked
from gateway.review.rosters import Roster, RosterError, parse_leave, parse_shifts
from gateway.review.signals import OF_ITS_OWN, signals_of
from tests.gateway.review.accesses import MONDAY, RULES, access, family


def judged(accesses, rosters=None):
    explained = explain_all(accesses, RULES)
    return judge(accesses, explained, signals_of(accesses, explained, rosters or {}, RULES), RULES)


def signals(accesses, number=1, rosters=None):
    return next(one.signals for one in judged(accesses, rosters) if one.access.access_id.int == number)


def test_a_suspicion_of_the_document_is_a_tie_or_one_that_is_found():
    for one in RULES.suspicions:
        assert (one.tie is not None) is (one.id not in OF_ITS_OWN)
        # A reason lowers doubt, and a task lowers it more.
        assert RULES.unexplained + one.unexplained >= one.bare >= one.explained


@pytest.mark.parametrize("tie", [one.tie for one in RULES.suspicions if one.tie])
def test_a_tie_of_life_makes_any_access_more_doubtful_than_the_same_without(tie):
    for work in ((), (Known(Tie.ALLOCATED),)):
        without, beside = judged([access(ties=work)])[0], judged([access(ties=(*work, Known(tie)))])[0]
        assert beside.score > without.score


def test_hours_leave_and_night_are_told_by_the_roster_and_by_usual_hours_where_there_is_none():
    night = access(minutes=13 * 60)
    nurse = {"V1": Roster(parse_shifts("mon-sun 20:00-08:00"))}
    away = {"V1": Roster(parse_shifts("mon-fri 08:00-18:00"), parse_leave("2026-11-16/2026-11-16"))}

    assert signals([access()]) == ()
    assert signals([night]) == ("night", "out-of-hours")
    assert signals([night], rosters=nurse) == ()
    assert signals([access()], rosters=away) == ("on-leave",)


def test_an_ended_case_is_stale_only_where_nothing_new_explains():
    ended = Known(Tie.ALLOCATED, days=90)

    assert signals([access(ties=[ended])]) == ("stale",)
    assert signals([access(ties=[ended, Known(Tie.TEAM)])]) == ()


def test_a_day_far_above_ones_own_and_ones_peers_is_a_spike_of_what_has_no_task():
    spree = [access(n, minutes=n, family=family(n)) for n in range(1, 15)]
    before = [access(100 + n, days=-n, family=family(100 + n)) for n in range(1, 10)]
    cases = [access(200 + n, minutes=n, family=family(200 + n), ties=[Known(Tie.ALLOCATED)]) for n in range(3)]

    found = {one.access.access_id.int: one.signals for one in judged([*spree, *before, *cases])}

    assert all("spike" in found[n] for n in range(1, 15))
    assert not any("spike" in found[n] for n in (101, 109, 200, 201, 202))


def test_a_crowd_is_more_readers_than_the_services_need():
    strangers = [access(n, who=f"V{n}", days=n) for n in range(1, 4)]

    assert signals(strangers) == ("crowd",)
    assert signals(strangers[:2]) == ()
    assert signals([*strangers[:2], access(3, who="V3", days=3, ties=[Known(Tie.ALLOCATED)])]) == ()


def test_refused_again_and_again_searched_and_hardly_opened_and_came_back():
    refused = [access(n, kind=Kind.DENIED, family=family(n), minutes=n) for n in range(1, 4)]
    searches = [access(n, kind=Kind.SEARCH, family=None, subjects=(family(n),), minutes=n) for n in range(1, 13)]
    returned = [access(1), access(2, days=1)]

    assert signals(refused) == ("refusals",)
    assert signals(refused[:2]) == ()
    assert signals(searches) == ("bulk-search",)
    assert signals(returned) == ("returns",)


def test_a_day_of_searches_that_found_nobody_is_told_where_they_are_most_of_the_days_searches():
    empty = [access(n, kind=Kind.EMPTY, family=None, minutes=n) for n in range(1, 9)]
    found = [access(100 + n, kind=Kind.SEARCH, family=None, subjects=(family(n),), minutes=n) for n in range(8)]

    assert signals(empty) == ("empty-search",)
    assert signals(empty[:7]) == ()
    assert signals([*empty, *found[:7]]) == ("empty-search",)
    assert signals([*empty, *found]) == ()
    assert signals([*empty[:7], access(8, kind=Kind.EMPTY, family=None, days=1)]) == ()
    [day] = grouped(judged(empty))
    assert day.score >= RULES.queue.least_score


def test_a_search_that_lists_many_tells_nothing_of_neighbours():
    near = [Known(Tie.SAME_POSTCODE)]
    many = access(kind=Kind.SEARCH, family=None, subjects=(family(1), family(2)), ties=near)
    one = access(kind=Kind.SEARCH, family=None, subjects=(family(1),), ties=near)

    assert signals([many]) == ()
    assert signals([one]) == ("same-postcode",)


def test_one_reader_and_one_family_are_one_group_however_often():
    uses = [access(n, days=n) for n in range(1, 5)]
    other = access(9, who="V2")

    groups = grouped(judged([*uses, other]))

    assert [len(group.uses) for group in groups] == [4, 1]
    assert groups[0].score > groups[1].score
    assert [one.access.who for one in ranked(judged([other, *uses]))] == ["V1", "V2"] + ["V1"] * 3


def test_a_day_of_far_too_many_families_is_one_question_but_for_those_that_raise_their_own():
    spree = [access(n, minutes=n, family=family(n)) for n in range(1, 15)]
    before = [access(100 + n, days=-n, family=family(100 + n)) for n in range(1, 10)]
    kin = access(99, minutes=20, family=family(99), ties=[Known(Tie.FAMILY)])

    groups = grouped(judged([*spree, *before, kin]))

    assert [len(group.uses) for group in groups[:2]] == [1, 14]
    assert groups[0].uses[0].access == kin
    assert groups[1].signals == ("spike",)
    assert len(groups) == len(before) + 2


@st.composite
def many_groups(draw_from):
    number = draw_from(st.integers(0, 60))
    ties = [draw_from(st.sampled_from([(), (Known(Tie.FAMILY),), (Known(Tie.ALLOCATED),)])) for _ in range(number)]
    return grouped(judged([access(n + 1, family=family(n), ties=tie) for n, tie in enumerate(ties)]))


@given(many_groups(), st.integers(-3, 25), st.integers(-3, 25), st.binary(min_size=32, max_size=32))
def test_a_draw_takes_the_most_doubtful_and_lots_of_the_rest_and_never_more(groups, room, lots, seed):
    chosen = draw(groups, RULES.queue, room, lots, seed)

    worth = [one for one in groups if one.score >= RULES.queue.least_score]
    assert list(chosen.ranked) == worth[: max(room, 0)]
    assert len(chosen.sampled) == min(max(lots, 0), len(groups) - len(chosen.ranked))
    assert not {one.key for one in chosen.ranked} & {one.key for one in chosen.sampled}
    assert draw(list(groups), RULES.queue, room, lots, seed) == chosen


def test_the_lot_follows_the_root_of_the_tree_and_nothing_else():
    week = date(2026, 11, 16)
    seeds = {draw_seed(bytes([n]) * 32, week) for n in range(4)} | {draw_seed(bytes(32), date(2026, 11, 23))}

    assert len(seeds) == 5
    orders = {tuple(sorted(range(20), key=lambda n, seed=seed: lot(seed, ("V1", str(n))))) for seed in seeds}
    assert len(orders) == 5


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_a_weeks_share_grows_by_the_day_to_the_whole_and_never_beyond(at):
    share = allowance(20, at)

    assert share == min(20, 4 * (at.astimezone(ZoneInfo("Europe/London")).weekday() + 1))
    assert week_of(at) <= at.astimezone(ZoneInfo("Europe/London")).date() < week_of(at) + timedelta(days=7)


@pytest.mark.parametrize("text", ["mon 8-6", "sat-sun", "someday 08:00-10:00", "mon 08:00-25:00"])
def test_hours_that_are_none_are_refused_in_words_that_repeat_nothing(text):
    with pytest.raises(RosterError) as refused:
        parse_shifts(text)
    assert text not in str(refused.value)
    with pytest.raises(RosterError):
        parse_leave("2026-11-20/2026-11-02")


def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_began():
    friday = Roster(parse_shifts("fri 22:00-06:00"))

    assert friday.works_at(MONDAY + timedelta(days=4, hours=13))
    assert friday.works_at(MONDAY + timedelta(days=4, hours=18))
    assert not friday.works_at(MONDAY + timedelta(days=3, hours=18))
    assert not friday.works_at(MONDAY + timedelta(days=5, hours=13))


RENT = {"purpose": "tenancy_management", "families": frozenset({"tenancy_enforcement"})}
TENANT = Known(Tie.KNOWN_TO, about="housing")


def test_a_reason_lowers_doubt_and_a_task_lowers_it_more():
    near = Known(Tie.SAME_POSTCODE)
    scores = [
        judged([access(ties=ties, **RENT)])[0].score for ties in ((near,), (near, TENANT), (near, Known(Tie.ALLOCATED)))
    ]

    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 3


def test_one_reader_of_a_service_is_no_crowd_and_more_than_it_needs_are():
    officers = [access(n, who=f"V{n}", days=n, ties=[TENANT], **RENT) for n in range(1, 5)]

    assert signals(officers) == ("crowd",)
    assert signals(officers[:3]) == ()
