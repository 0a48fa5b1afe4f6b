"""The paper journal of an emergency, taken into the log afterwards."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest

from audit.entry import EventClass
from gateway.custody import load_custody, rotate_key
from gateway.operator_parts import operator_entry
from gateway.store.ledger import append
from gateway.usecases.log.journal import COLUMNS, JournalError, read_journal, take_in_journal
from gateway.usecases.log.verifying_log import verify_database
from gateway.usecases.review.reviewing import open_review, review_queue
from gateway.usecases.review.reviewing_questions import ask_worker, my_questions
from tests.gateway.audit.log_book import drain
from tests.gateway.northvale_world import CONTEXT

JOURNAL = "NV-J-0007"
_OVERRIDES = (
    "SELECT c.who, c.purpose, c.household::text, c.subjects, c.sealed, c.outcome, c.recorded_at,"
    " o.fields #>> '{detail,1}' AS detail FROM audit.card c JOIN audit.opening o USING (entry_id)"
    " WHERE c.event_class = 'override' ORDER BY (o.fields #>> '{detail,1}')::jsonb ->> 'records'"
)


def sheet(*rows):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return out.getvalue().encode()


def row(northvale, number=1, **changes):
    told = {
        "line": str(number), "at": (northvale.clock.now - timedelta(hours=2)).isoformat(), "worker": "W101",
        "agency": "northvale_council", "role": "mash_worker", "team": "MASH", "second_person": "W210",
        "purpose": "front_door", "family": str(northvale.family_id("S2", "Kelly Marsh")),
        "items": "contact.phone; identity.name", "case_reference": "MASH-2026-9001",
        "reason": "The log was down; a child of four alone at home, police asked for the mother's number.",
    }  # fmt: skip
    return [{**told, **changes}[name] for name in COLUMNS]


def take(northvale, body, typed_by="W601", checked_by="W602", journal=JOURNAL, parts=None):
    parts = parts or northvale.wiring
    closing = operator_entry(parts, EventClass.VERIFICATION, purpose="log_oversight")
    lines = read_journal(body, northvale.clock.now)
    return take_in_journal(parts, journal, lines, closing, typed_by=typed_by, checked_by=checked_by)


def overrides(northvale):
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    return northvale.sql(_OVERRIDES)


def test_each_line_becomes_a_sealed_override_that_an_officer_looks_at(northvale):
    nobody = row(northvale, 2, family="", items="")
    done = take(northvale, sheet(row(northvale), nobody))

    assert (done.new, done.known) == (2, 0)
    first, second = overrides(northvale)
    assert (first.who, first.purpose, first.sealed, first.outcome) == ("W101", "front_door", True, "done")
    assert first.subjects == [northvale.person_id("S2", "Kelly Marsh")]
    for told in ('"emergency_journal":"NV-J-0007"', '"second_person":"W210"', '"records":["NV-J-0007/1"]',
                 '"override":"emergency"', '"happened_at"', "a child of four"):  # fmt: skip
        assert told in first.detail
    assert (second.subjects, second.outcome) == ([], "nothing-found")
    queued = review_queue(northvale.wiring, CONTEXT, northvale.reader("W601"))
    assert "paper-journal" in {item.kind for item in queued}
    assert verify_database(northvale.wiring).finding is None


def test_the_entry_is_of_now_and_says_what_the_paper_says_of_when(northvale):
    take(northvale, sheet(row(northvale)))

    (one,) = overrides(northvale)
    assert one.recorded_at == northvale.clock.now.replace(microsecond=0)
    assert (northvale.clock.now - timedelta(hours=2)).isoformat()[:16] in one.detail


def test_an_officer_and_the_worker_are_told_when_it_was_and_not_when_it_was_typed(northvale):
    happened = northvale.clock.now - timedelta(days=3)
    take(northvale, sheet(row(northvale, at=happened.isoformat())))
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    (item,) = [one for one in review_queue(northvale.wiring, CONTEXT, northvale.reader("W601"))
               if one.kind == "paper-journal"]  # fmt: skip

    (used,) = open_review(northvale.wiring, CONTEXT, northvale.reader("W601"), item.review_id).used
    asked = ask_worker(northvale.wiring, CONTEXT, northvale.reader("W601"), item.review_id, "What had happened?")

    assert (used.at, used.is_access) == (happened, False)
    assert asked.uses == ((happened, "front_door"),)
    assert my_questions(northvale.wiring, CONTEXT, northvale.reader("W101"))[0].uses == asked.uses


def test_who_typed_and_who_checked_are_named_and_are_two(northvale):
    take(northvale, sheet(row(northvale)))
    drain(northvale.wiring.database, northvale.wiring.log_signer)

    (closing,) = northvale.sql(
        "SELECT o.fields #>> '{on_behalf_of,1}' AS typed, o.fields #>> '{detail,1}' AS detail FROM audit.card c"
        " JOIN audit.opening o USING (entry_id) WHERE c.event_class = 'verification'"
        " AND o.fields #>> '{detail,1}' LIKE '%NV-J-0007%'"
    )
    assert closing.typed == '"W601"'
    assert '"second_person":"W602"' in closing.detail
    assert '"row_count":1' in closing.detail
    with pytest.raises(JournalError, match="two people"):
        take(northvale, sheet(row(northvale, 2)), typed_by="W601", checked_by="W601")


def test_the_same_journal_again_changes_nothing_even_after_the_key_was_rotated(northvale):
    take(northvale, sheet(row(northvale)))
    rotate_key(northvale.wiring.settings.keys_dir, "digest")
    try:
        custody = load_custody(northvale.wiring.settings.keys_dir, ())
        done = take(
            northvale, sheet(row(northvale), row(northvale, 2)), parts=replace(northvale.wiring, custody=custody)
        )
    finally:
        undo_rotation(northvale)

    assert (done.new, done.known) == (1, 1)
    assert len(overrides(northvale)) == 2


def undo_rotation(northvale):
    """The world's keys are everybody's: the file as it was."""
    import json  # noqa: PLC0415 - one use

    path = northvale.wiring.settings.keys_dir / "digest.json"
    document = json.loads(path.read_text())
    document["versions"].pop()
    path.write_text(json.dumps(document))


def test_a_line_that_says_something_else_the_second_time_is_named(northvale):
    take(northvale, sheet(row(northvale)))
    with pytest.raises(JournalError, match="row 2: this line of the journal is in the log already"):
        take(northvale, sheet(row(northvale, reason="Another story.")))

    assert len(overrides(northvale)) == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"line": "one"}, "line is the number"),
        ({"at": "2026-11-20 18:50"}, "at is a date and time with its zone"),
        ({"line": "9" * 5000}, "line is the number"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at is a date and time with its zone"),
        ({"at": "2099-01-01T00:00:00Z"}, "in the future"),
        ({"team": "MA\x00SH"}, "no text"),
        ({"reason": "\x00 alone at home"}, "no text"),
        ({"team": "\u6e20" * 201}, "team has up to 200 characters"),
        ({"second_person": "W101"}, "two people"),
        ({"second_person": ""}, "second_person is a staff number"),
        ({"purpose": "Front door"}, "purpose is a code"),
        ({"family": "Marsh"}, "family is the handle"),
        ({"items": "everything"}, "items are names"),
        ({"reason": " "}, "reason says"),
        ({"reason": "x" * 1001}, "reason says"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_nothing_is_taken(northvale, changes, told):
    with pytest.raises(JournalError) as caught:
        take(northvale, sheet(row(northvale), row(northvale, 2, **changes)))

    assert all(problem.startswith("row 3: ") for problem in caught.value.problems)
    assert told in str(caught.value)
    assert "Marsh" not in str(caught.value)
    assert overrides(northvale) == []


def test_rows_of_which_nobody_typed_anything_are_passed_over(northvale):
    body = sheet(row(northvale), [""] * len(COLUMNS), row(northvale, 2)) + b"\r\n\r\n"

    assert take(northvale, body).new == 2


def test_a_family_that_is_not_there_a_line_twice_and_another_heading_are_said(northvale):
    with pytest.raises(JournalError, match="row 2: there is no such family"):
        take(northvale, sheet(row(northvale, family="00000000-0000-4000-8000-00000000dead")))
    with pytest.raises(JournalError, match="row 3: its line number stands in row 2"):
        take(northvale, sheet(row(northvale), row(northvale)))
    with pytest.raises(JournalError, match="row 1: the heading"):
        take(northvale, b"line,when\n1,now\n")
    with pytest.raises(JournalError, match="not CSV"):
        take(northvale, b"\xff\xfe")
    with pytest.raises(JournalError, match="row 2: has 1 columns"):
        take(northvale, ",".join(COLUMNS).encode() + b"\n1\n")
    with pytest.raises(JournalError, match="journal's id"):
        take(northvale, sheet(row(northvale)), journal="the red book")

    assert overrides(northvale) == []


def test_all_or_nothing_is_of_the_database_too(northvale, monkeypatch):
    def fail_at_the_second(connection, entry):
        if entry.detail.get("records") == [f"{JOURNAL}/2"]:
            raise ConnectionResetError
        return append(connection, entry)

    monkeypatch.setattr("gateway.usecases.log.journal.append", fail_at_the_second)
    with pytest.raises(ConnectionResetError):
        take(northvale, sheet(row(northvale), row(northvale, 2)))

    assert overrides(northvale) == []
