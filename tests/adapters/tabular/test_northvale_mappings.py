from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import case_system, schools
from adapters.port import RawRow, items_of, translate_rows
from adapters.tabular import check_examples, load_mappings
from concept_model.items import ITEMS
from concept_model.records import facts_of

FOLDER = Path(__file__).parents[3] / "gateway" / "demo" / "northvale" / "feeds"
MAPPED = load_mappings(FOLDER)
ALL = {feed.profile.name: feed for feed in (*schools.FEEDS, *case_system.FEEDS, *MAPPED.values())}
CANARY = "Zyxcanary"
NASTY = st.sampled_from([
    "9999-12-31", "0001-01-01", "01/01/1901", "31/02/2026", "-1", "1e9", "yes", "tenant", "PAM", "EHE", "SUSP", "/ \\",
    "current", "B801200005001", "0", "-", "0" * 300, "x" * 5000, "=1+1", "\x00", "\n", "£5", "true", "PP", "12", "K",
])  # fmt: skip


def test_northvale_reads_so_many_feeds_without_code():
    assert set(MAPPED) == {
        "housing-tenancies", "housing-arrears", "housing-actions", "housing-notices", "housing-repairs",
        "housing-safety", "core-lettings", "core-lettings-bulk", "homelessness", "council-tax", "housing-benefit",
        "electoral-register", "adult-social-care", "early-years", "youth-justice", "probation", "refuge-placements",
        "mash-referrals", "library-members", "parking-permits", "accessible-transport", "customer-service",
        "citizen-portal", "service-directory",
    }  # fmt: skip


@pytest.mark.parametrize("feed", MAPPED.values(), ids=MAPPED)
def test_every_example_of_a_mapping_comes_true(feed):
    assert any(example.error_code for example in feed.examples)
    assert any(example.facts for example in feed.examples)
    assert check_examples(feed) == ()


@pytest.mark.parametrize("feed", MAPPED.values(), ids=MAPPED)
def test_a_good_example_comes_through_a_file_as_it_does_alone(feed):
    for example in feed.examples:
        if not example.facts:
            continue
        header = [spec.name for spec in feed.columns if not spec.part_of]
        parted = feed.layouts.csv.delimiter if feed.layouts.csv else ","
        body = "\r\n".join(
            parted.join(f'"{cell}"' for cell in row) for row in (header, [example.row.get(name, "") for name in header])
        )
        (translation,) = translate_rows(feed, body.encode("utf-8-sig"))
        assert translation.records == feed.translate(RawRow(1, example.row)).records


@pytest.mark.parametrize("feed", ALL.values(), ids=ALL)
def test_a_feed_declares_every_item_that_its_example_rows_supply(feed):
    supplied = {
        fact.item
        for row in feed.profile.example_rows
        for record in feed.translate(RawRow(1, row)).records
        for fact in facts_of(record)
    }
    assert supplied <= items_of(feed.profile) <= {item.name for item in ITEMS}


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_no_content_of_a_row_ever_raises_and_no_fact_is_of_an_undeclared_item(data):
    feed = ALL[data.draw(st.sampled_from(sorted(ALL)))]
    names = [column.name for column in feed.profile.columns]
    base = data.draw(st.sampled_from([{}, *feed.profile.example_rows]))
    cells = data.draw(st.dictionaries(st.sampled_from(names), NASTY | st.text(max_size=30), max_size=len(names)))
    translation = feed.translate(RawRow(7, {**base, **cells}))
    assert not (translation.errors and translation.records)
    assert all(error.row == 7 and error.message and error.how_to_fix for error in translation.errors)
    found = {fact.item for record in translation.records for fact in facts_of(record)}
    assert found <= items_of(feed.profile)


@pytest.mark.parametrize("feed", ALL.values(), ids=ALL)
def test_a_value_that_was_sent_is_in_no_error_and_no_flag(feed):
    names = [column.name for column in feed.profile.columns]
    usual = next(iter(feed.profile.example_rows), {})
    rows = [dict.fromkeys(names, CANARY), *({**usual, name: CANARY} for name in names)]
    rows += [{**usual, name: CANARY * 900} for name in names]
    for row in rows:
        translation = feed.translate(RawRow(1, row))
        assert CANARY not in repr(translation.errors) + repr(translation.flags)


def test_a_refuge_protects_the_person_and_is_the_kind_of_the_address():
    feed = MAPPED["refuge-placements"]
    facts = [fact for record in feed.translate(RawRow(1, feed.examples[0].row)).records for fact in facts_of(record)]
    assert {fact.value["kind"] for fact in facts if fact.item == "address.residence"} == {"refuge"}
    assert {fact.value["kind"] for fact in facts if fact.item == "identity.protected"} == {"refuge"}


def test_columns_beyond_a_mapping_are_never_read():
    feed = MAPPED["refuge-placements"]
    row = {**feed.examples[0].row, "uprn": CANARY, "": CANARY, "phone": CANARY, "ethnicity": CANARY}
    translation = feed.translate(RawRow(1, row))
    assert translation.records == feed.translate(RawRow(1, feed.examples[0].row)).records
