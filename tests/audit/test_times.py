"""Leaves whose times run backwards are pointed at, and nobody is accused of them."""

from datetime import timedelta

import pytest

from audit.errors import EntryError, ExportError
from audit.leaf import parse_leaf
from audit.times import farthest_back
from audit.verify import verify_path
from audit.verify_export import Trust
from tests.audit.test_held import AT, KEY, leaf_of, written


def said(tmp_path, *minutes):
    leaves = [leaf_of(number, AT + timedelta(minutes=one)) for number, one in enumerate(minutes)]
    return verify_path(written(tmp_path / "export", leaves), Trust(KEY))


def row(at):
    return b'{"entry_id":"entry","event_class":"sign-in","leaf_index":0,"recorded_at":"%b"}\n' % at


def test_a_day_for_which_the_clock_was_set_back_is_pointed_at_where_it_lies_farthest_back(tmp_path):
    told = said(tmp_path, 0, 5, 10, 15 - 1440, 13 - 1440, 20 - 1440, 30)

    assert "; CHECK leaf 4: its time lies 23 hour(s) before that of leaf 2, an earlier one" in told


def test_an_entry_dated_back_behind_others_is_pointed_at(tmp_path):
    assert "CHECK leaf 3: its time lies 50 hour(s) before that of leaf 2" in said(tmp_path, 0, 5, 10, 10 - 3000, 20)


@pytest.mark.parametrize("minutes", [(0, 5, 10), (0, 5, 4, 3, 9), (0, 50, -9, 20), (600, 1200, 1140)])
def test_times_in_order_and_recordings_that_came_a_little_late_are_not(tmp_path, minutes):
    assert "CHECK" not in said(tmp_path, *minutes)


@pytest.mark.parametrize("at", [b"2026-02-30T09:00:00Z", b"2026-13-01T09:00:00Z", b"0000-01-01T09:00:00Z"])
@pytest.mark.parametrize("before", [b"2026-01-01T09:00:00Z", b"2027-01-01T09:00:00Z"])
def test_a_time_that_no_calendar_has_is_named_with_its_leaf(at, before):
    with pytest.raises(ExportError, match="leaf 1, field recorded_at: is no time that a calendar has"):
        farthest_back([row(before), row(at)])


@pytest.mark.parametrize("at", ["2026-11-21T09:60:15Z", "2026-11-21T09:30:75Z"])
def test_a_leaf_of_a_minute_or_a_second_that_no_clock_has_is_no_leaf(at):
    leaf = leaf_of(0, AT)
    parse_leaf(leaf)

    with pytest.raises(EntryError):
        parse_leaf(leaf.replace(b"2026-11-21T09:30:15Z", at.encode()))
