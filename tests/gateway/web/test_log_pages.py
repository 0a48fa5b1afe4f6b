"""The audit log's words, from lines and entries built by hand."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from audit.entry import Decision, EventClass, Outcome, Phase, Reason
from gateway.usecases.log.log_lines import LogLine
from gateway.usecases.log.reading_log import LogEntry
from gateway.usecases.log.verifying_entry import Finding
from gateway.usecases.log.verifying_log import Verdict
from gateway.web.views import log as words
from gateway.web.views.log import Names, entry_view, line_view, verdict_view

NAMES = Names(
    {"early_help": "Support a family through early help"},
    {"northvale_council": "Northvale Council"},
    {"northvale_council/ig_officer": "Information governance officer"},
)
LINE = LogLine(
    UUID(int=7), "disclosure", datetime(2026, 11, 16, 8, 10, tzinfo=UTC), 41, True, who="W201", role="ig_officer",
    agency="northvale_council", purpose="early_help", subjects=("a", "b"), outcome="done",
)  # fmt: skip


def test_a_line_names_role_agency_and_purpose_as_the_register_does():
    shown = line_view(LINE, NAMES)
    assert shown.who == "W201, Information governance officer, Northvale Council"
    assert shown.purpose == "Support a family through early help"
    assert (shown.at, shown.place, shown.outcome) == ("16 November 2026 at 8:10am", "Leaf 41", "Done")


def test_an_entry_is_told_in_a_sentence_and_field_by_field():
    values = {
        "who": "W201", "role": "ig_officer", "purpose": "early_help", "decision": "permit",
        "items_shown": ["housing.arrears"],
        "shown_counts": {"housing.arrears": 12}, "detail": {"justification": "To help", "query": ""}, "masks": {},
    }  # fmt: skip
    shown = entry_view(LogEntry(LINE, values, b""), NAMES)
    assert shown.sentence == (
        "W201, Information governance officer, Northvale Council, on 16 November 2026 at 8:10am: was shown another "
        "agency's data, for the purpose: Support a family through early help. It concerns 2 people."
    )
    rows = dict(shown.rows)
    assert rows["Role"] == ("Information governance officer",)
    assert rows["Kinds of data shown"] == ("Rent arrears",)
    assert rows["How many of each"] == ("Rent arrears: 12",)
    assert rows["More"] == ("Justification: To help",)
    assert "Permitted masks" not in rows


def test_an_entry_whose_words_do_not_fit_its_seal_shows_none_of_them():
    line = LogLine(UUID(int=7), "search", LINE.at, None, intact=False)
    shown = entry_view(LogEntry(line, {}, b""), NAMES)
    assert "Verify the log" in shown.warning
    assert (shown.sentence, shown.rows, shown.place) == ("", (), "Waits for its place in the tree")
    assert line_view(line, NAMES).outcome == "Does not fit its seal"


@pytest.mark.parametrize(
    ("codes", "table"),
    [
        (EventClass, words.EVENTS),
        (Outcome, words.OUTCOMES),
        (Phase, words.PHASES),
        (Decision, words.DECISIONS),
        (Reason, words.REASONS),
    ],
)
def test_every_code_of_an_entry_has_words(codes, table):
    assert set(codes) == set(table)


def test_a_sound_log_and_a_changed_one_read_differently():
    sound = verdict_view(Verdict(123, b"", 37, 1, 0, None))
    assert (
        sound.sentence == "All 123 entries are as they were signed, under 37 checkpoints. 1 entry not yet in the tree."
    )
    changed = verdict_view(Verdict(5, b"", 1, 0, 0, Finding("audit.leaf.leaf_hash", "is not its hash", "leaf 3")))
    assert not changed.sound
    assert "audit.leaf.leaf_hash, leaf 3: is not its hash. Tell the DPO now." in changed.sentence
