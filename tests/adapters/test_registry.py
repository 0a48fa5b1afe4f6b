"""The table of feeds, and what holds for every feed in it.

Each of some forty feeds gets 20 random examples of a kind for a change and 60 for a release: most code is theirs all.
"""

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.dwp import FEEDS as DWP_FEEDS
from adapters.errors import FeedUnreadableError, UnknownFeedError
from adapters.police import FEEDS as POLICE_FEEDS
from adapters.port import Feed, RawRow, Translation, translate_rows
from adapters.registry import FEEDS, feed_named
from concept_model.items import item_named
from tests.depth import examples

CANARY = "Zebedee-Quill"
BAD_ROWS = (b'1,"open', b"\xff" * 3, b"too,few")
EVERY_FEED = sorted(FEEDS)
WITH_EXAMPLE = sorted(
    name for name, feed in FEEDS.items() if "csv" in feed.profile.formats and feed.profile.example_rows
)
cell_text = st.text(max_size=30) | st.sampled_from(
    ["", "Y", "2024-02-30", "31/12/9999", "9" * 300, "victim", "open", "matched", "UC", "M", "1A", "ASB", CANARY]
)


def csv_of(feed: Feed, *rows: Mapping[str, str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [column.name for column in feed.profile.columns], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def read(feed: Feed, body: bytes) -> tuple[list[Translation], FeedUnreadableError | None]:
    try:
        return list(translate_rows(feed, body)), None
    except FeedUnreadableError as error:
        return [], error


def said(found: Translation) -> str:
    return repr((found, found.errors, found.flags))


def test_a_feed_is_found_by_its_name() -> None:
    for name, feed in FEEDS.items():
        assert feed_named(name) is feed
        assert feed.profile.name == name


def test_an_unknown_name_is_refused_and_not_repeated() -> None:
    with pytest.raises(UnknownFeedError) as caught:
        feed_named(CANARY)
    assert CANARY not in repr(caught.value)


def test_extra_feeds_are_found_and_replace_no_built_in_one() -> None:
    extra = {"mine": DWP_FEEDS[0], "police-street": DWP_FEEDS[0]}
    assert feed_named("mine", extra) is DWP_FEEDS[0]
    assert feed_named("police-street", extra) is FEEDS["police-street"]


def test_no_two_packages_name_a_feed_alike() -> None:
    names = [feed.profile.name for feed in (*POLICE_FEEDS, *DWP_FEEDS)]
    assert len(names) == len(set(names))
    assert set(names) <= set(FEEDS)


@pytest.mark.parametrize("name", EVERY_FEED)
def test_a_profile_names_registered_items_and_each_column_once(name: str) -> None:
    profile = FEEDS[name].profile
    for column in profile.columns:
        assert all(item_named(item) for item in column.items)
        assert column.description
    names = [column.name for column in profile.columns]
    assert len(names) == len(set(names))
    assert set(profile.formats) <= {"csv", "json", "ndjson", "xml"}


SHEETS = [feed for feed in (*POLICE_FEEDS, *DWP_FEEDS) if "csv" in feed.profile.formats]


@pytest.mark.parametrize("feed", SHEETS, ids=lambda feed: feed.profile.name)
def test_police_and_dwp_feeds_show_an_example(feed: Feed) -> None:
    assert feed.profile.name in WITH_EXAMPLE


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_the_example_of_a_feed_is_taken_without_a_remark(name: str) -> None:
    feed = FEEDS[name]
    for found in translate_rows(feed, csv_of(feed, *feed.profile.example_rows)):
        assert (found.errors, found.flags) == ((), ())
        assert found.records


@pytest.mark.parametrize("name", WITH_EXAMPLE)
@pytest.mark.parametrize("bad", BAD_ROWS)
def test_a_good_row_stays_good_when_a_bad_row_stands_before_it(name: str, bad: bytes) -> None:
    feed = FEEDS[name]
    body = csv_of(feed, *feed.profile.example_rows)
    header, _, rows = body.partition(b"\n")
    good = [found.records for found in translate_rows(feed, body)]
    mixed = list(translate_rows(feed, b"\n".join((header, bad, rows))))
    assert [found.records for found in mixed if not found.errors] == good
    assert len(mixed) == len(good) + 1


@pytest.mark.parametrize("name", EVERY_FEED)
@given(data=st.data())
@settings(max_examples=examples(20, 60), deadline=None)
def test_no_row_of_any_text_makes_a_feed_raise(name: str, data: st.DataObject) -> None:
    feed = FEEDS[name]
    columns = [column.name for column in feed.profile.columns]
    cells = data.draw(st.dictionaries(st.sampled_from(columns), cell_text))
    payload = data.draw(
        st.none() | st.integers() | st.text(max_size=5) | st.dictionaries(st.text(max_size=5), cell_text)
    )
    found = feed.translate(RawRow(3, cells, payload))
    assert not (found.records and found.errors)
    assert all(error.row == 3 for error in found.errors)


@pytest.mark.parametrize("name", WITH_EXAMPLE)
@given(data=st.data())
@settings(max_examples=examples(20, 60), deadline=None)
def test_no_change_to_an_example_makes_a_feed_raise(name: str, data: st.DataObject) -> None:
    feed = FEEDS[name]
    example = feed.profile.example_rows[0]
    changes = data.draw(st.dictionaries(st.sampled_from(sorted(example)), cell_text, max_size=3))
    (row,) = feed.rows(io.BytesIO(csv_of(feed, example)))
    found = feed.translate(replace(row, cells={**row.cells, **changes}))
    assert not (found.records and found.errors)


@pytest.mark.parametrize("name", EVERY_FEED)
@given(body=st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
@settings(max_examples=examples(20, 60), deadline=None)
def test_any_body_is_rows_or_a_refusal_with_a_way_to_fix_it(name: str, body: bytes) -> None:
    found, refusal = read(FEEDS[name], body)
    assert not any(one.records and one.errors for one in found)
    assert refusal is None or (refusal.message and refusal.how_to_fix)


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_a_value_in_any_cell_is_in_no_error_flag_or_repr(name: str) -> None:
    feed = FEEDS[name]
    example = feed.profile.example_rows[0]
    for column in feed.profile.columns:
        for value in (CANARY, CANARY * 100, f"{CANARY}\x00", f"2024-01-01{CANARY}"):
            for found in translate_rows(feed, csv_of(feed, {**example, column.name: value})):
                assert CANARY not in said(found), column.name


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_a_value_among_the_column_names_is_in_no_error(name: str) -> None:
    feed = FEEDS[name]
    body = csv_of(feed, *feed.profile.example_rows)
    for found in translate_rows(
        feed, re.sub(rb"^", CANARY.encode() + b",", body, count=1).replace(b"\n", b"\n\xff,", 1)
    ):
        assert found.errors
        assert CANARY not in said(found)
    with pytest.raises(FeedUnreadableError) as caught:
        list(feed.rows(io.BytesIO(f"{CANARY},1\n".encode())))
    assert CANARY not in repr(caught.value) + caught.value.message + caught.value.how_to_fix
