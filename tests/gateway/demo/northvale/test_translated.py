"""Differential: what the adapters make of every generated file is what the generator, which knows no adapter, says."""

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from adapters.port import translate_rows
from adapters.registry import FEEDS
from adapters.tabular import load_mappings
from concept_model.records import facts_of

MAPPED = load_mappings(Path(__file__).parents[4] / "gateway" / "demo" / "northvale" / "feeds")
ALL = {**FEEDS, **MAPPED}


def test_every_feed_reads_its_files_as_the_manifest_says(northvale):
    assert set(MAPPED) <= {entry.feed for entry in northvale.manifest.files}
    for entry in northvale.manifest.files:
        feed = ALL[entry.feed]
        found = list(translate_rows(feed, (northvale.folder / entry.file).read_bytes()))
        bad = [one for one in found if one.errors]
        assert len(found) == entry.rows, entry.file
        assert Counter(one.errors[0].code for one in bad) == entry.bad_by_code, entry.file
        assert sum(one.refused for one in found) == entry.bad_by_code.get("handling-refused", 0), entry.file
        assert sum(bool(one.flags) for one in found if not one.errors) == entry.flagged_rows, entry.file


def test_every_column_that_a_file_has_beyond_its_feed_is_named_as_not_kept(northvale):
    for entry in northvale.manifest.files:
        if not entry.uncovered_columns:
            continue
        feed = ALL[entry.feed]
        known = {column.name for column in feed.profile.columns}
        with (northvale.folder / entry.file).open("rb") as source:
            sent = {name for row in islice(feed.rows(source), 1) for name in row.cells}
        named = {name.casefold() for name in (*entry.uncovered_columns, *feed.profile.never_kept)}
        assert {name.casefold() for name in sent - known} <= named, entry.file


@pytest.mark.parametrize(
    ("feed", "items"),
    [
        ("police-asb", {"crime.asb"}),
        ("police-missing", {"child.missing"}),
        ("police-domestic-abuse", {"da.incident", "da.risk"}),
        ("police-custody", {"crime.allegation", "crime.offence", "justice.order"}),
        ("health-emergency", {"health.attendance", "health.flag"}),
        ("health-visiting", {"health.appointment"}),
        ("health-opt-out", {"health.opt_out"}),
        ("schools-ctf", {"education.enrolment", "family.relationship"}),
        ("schools-census", {"education.attendance", "education.sen", "education.meals"}),
        ("send-plans", {"education.sen", "education.provision"}),
        ("participation-nccis", {"work.ypactivity"}),
        ("social-care-contacts", {"care.contact"}),
        ("social-care-referrals", {"care.episode", "care.need"}),
        ("social-care-assessments", {"care.assessment", "care.factor"}),
        ("social-care-early-help", {"support.episode"}),
    ],
)
def test_a_borough_of_two_thousand_fills_the_items_of_every_feed(demo, feed, items):
    found = {
        fact.item
        for entry in demo.manifest.files
        if entry.feed == feed
        for one in translate_rows(FEEDS[feed], (demo.folder / entry.file).read_bytes())
        for record in one.records
        for fact in facts_of(record)
    }
    assert items <= found
