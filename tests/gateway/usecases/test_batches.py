"""Batches are their agency's; the bad rows are their sender's alone, harmless in a spreadsheet, and on record."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.registry import FEEDS
from gateway.demo.switching_on import switch_everything_on
from gateway.errors import NotFoundError
from gateway.identity.caller import PartnerCaller, StaffCaller
from gateway.store.errors import DatabaseUnavailableError
from gateway.usecases.intake.batches import errors_csv, list_own_batches, read_own_batch
from gateway.usecases.intake.intake import Push, receive_batch
from gateway.usecases.people.request_context import RequestContext
from tests.gateway.conftest import NOW

FEED = "schools-attendance"
PROFILE = FEEDS[FEED].profile
NAMES = [column.name for column in PROFILE.columns]
REQUIRED = next(column.name for column in PROFILE.columns if column.required)
OTHER = next(name for name in NAMES if name != REQUIRED)
CONTEXT = RequestContext("11111111-1111-4111-8111-111111111111")
LATER = NOW + timedelta(hours=1)
SENDER = PartnerCaller("mill-lane", "northvale_schools", frozenset({"feeds:push"}), LATER)
COLLEAGUE = replace(SENDER, client_id="another-school")
STRANGER = PartnerCaller("police-export", "northvale_police", frozenset({"feeds:push"}), LATER)
BUSINESS_MANAGER = StaffCaller(
    "sub-301", "W-301", "Jo", "northvale_schools", "school_business_manager", "Mill Lane", "oidc", LATER
)


@pytest.fixture(autouse=True)
def switched_on(wiring):
    switch_everything_on(wiring, CONTEXT, [FEED])


def sheet(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, NAMES, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def good():
    return dict(PROFILE.example_rows[0])


def bad(**cells):
    return {**good(), REQUIRED: "", **cells}


def sent(wiring, *rows, caller=SENDER, body=None):
    push = Push(FEED, sheet(*rows) if body is None else body, "csv", f"key-{len(rows)}-{caller}")
    return receive_batch(wiring, CONTEXT, caller, push).batch_id


def handed_back(wiring, batch_id, caller=SENDER):
    name, text = errors_csv(wiring, CONTEXT, caller, batch_id)
    return name, list(csv.DictReader(io.StringIO(text, newline="")))


def exports(wiring):
    with wiring.database.transaction("hg_desk") as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM audit.entry WHERE event_class = 'export'").scalar_one()


def test_an_agency_sees_its_own_batches_and_no_other(wiring):
    batch_id = sent(wiring, good(), bad())
    assert [batch.batch_id for batch in list_own_batches(wiring, COLLEAGUE)] == [batch_id]
    assert read_own_batch(wiring, COLLEAGUE, batch_id).rows_rejected == 1
    assert list_own_batches(wiring, STRANGER) == []
    for unknown in (batch_id, wiring.mint_opaque()):
        with pytest.raises(NotFoundError, match=r"^there is no batch of that id$"):
            read_own_batch(wiring, STRANGER, unknown)


def test_the_sender_gets_the_bad_rows_back_as_sent_with_what_to_mend(wiring):
    name, rows = handed_back(wiring, sent(wiring, good(), bad(), good()))
    (row,) = rows
    assert name.endswith("-errors.csv")
    kept = [name for name in NAMES if name in row]
    assert {column: row[column] for column in kept} == {**dict.fromkeys(kept, ""), **bad()}
    assert set(NAMES) - set(kept) == {"fsm", "sen", "ethnicity"}
    assert row["row"] == "2"
    assert REQUIRED in row["error_column"]
    assert row["error_code"] and row["message"] and row["how_to_fix"]  # noqa: PT018 - none of them is empty


def test_several_errors_of_a_row_stand_in_one_line(wiring):
    expected = FEEDS[FEED].translate(next(FEEDS[FEED].rows(io.BytesIO(sheet(dict.fromkeys(NAMES, "?")))))).errors
    assert len(expected) > 1
    (row,) = handed_back(wiring, sent(wiring, dict.fromkeys(NAMES, "?")))[1]
    assert row["error_code"] == "; ".join(error.code for error in expected)
    assert row["message"] == "; ".join(error.message for error in expected)


@pytest.mark.parametrize("caller", [COLLEAGUE, STRANGER, BUSINESS_MANAGER])
def test_rows_are_for_their_sender_alone_and_asking_for_them_leaves_no_export(wiring, caller):
    batch_id = sent(wiring, bad())
    with pytest.raises(NotFoundError):
        errors_csv(wiring, CONTEXT, caller, batch_id)
    assert exports(wiring) == 0


def test_a_member_of_staff_who_sent_a_file_gets_its_rows(wiring):
    batch_id = sent(wiring, bad(), caller=BUSINESS_MANAGER)
    assert handed_back(wiring, batch_id, BUSINESS_MANAGER)[1]
    with pytest.raises(NotFoundError):
        errors_csv(wiring, CONTEXT, replace(BUSINESS_MANAGER, subject="sub-302"), batch_id)


def test_handing_rows_out_is_an_entry_each_time(wiring):
    batch_id = sent(wiring, bad())
    for times in (1, 2):
        errors_csv(wiring, CONTEXT, SENDER, batch_id)
        assert exports(wiring) == times


def test_without_a_database_no_row_leaves(wiring, monkeypatch):
    batch_id = sent(wiring, bad())

    def fails(*_):
        raise DatabaseUnavailableError("gone")

    monkeypatch.setattr("gateway.usecases.intake.batches.append", fails)
    with pytest.raises(DatabaseUnavailableError):
        errors_csv(wiring, CONTEXT, SENDER, batch_id)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\N{FULLWIDTH EQUALS SIGN}"])
def test_no_cell_starts_a_formula(wiring, start):
    formula = f'{start}HYPERLINK("http://x.example")'
    (row,) = handed_back(wiring, sent(wiring, bad(**{OTHER: formula})))[1]
    assert row[OTHER] == f"'{formula}"


def test_no_heading_starts_a_formula(wiring):
    lines = sheet(bad()).decode().splitlines()
    body = f"{lines[0]},=cmd\r\n{lines[1]},x\r\n".encode()
    _, text = errors_csv(wiring, CONTEXT, SENDER, sent(wiring, body=body))
    assert ",=cmd" not in text.splitlines()[0]


def test_after_thirty_days_only_row_number_and_errors_are_left(wiring, wiring_clock):
    batch_id = sent(wiring, bad())
    before = handed_back(wiring, batch_id)[1][0]
    wiring_clock.now = NOW + timedelta(days=30)
    (row,) = handed_back(wiring, batch_id)[1]
    assert set(row) == {"row", "error_column", "error_code", "message", "how_to_fix"}
    assert row == {name: before[name] for name in row}


def test_a_row_whose_key_is_gone_is_handed_back_without_its_cells(wiring):
    batch_id = sent(wiring, bad())
    other = replace(wiring.custody, field=wiring.custody.token)
    (row,) = handed_back(replace(wiring, custody=other), batch_id)[1]
    assert NAMES[0] not in row
    assert row["row"] == "1"


def test_a_batch_without_bad_rows_is_a_heading_alone(wiring):
    assert handed_back(wiring, sent(wiring, good()))[1] == []


def test_a_file_that_breaks_its_own_rows_is_handed_back_by_number(wiring):
    body = sheet(good()) + b'"never closed,1\r\n'
    (row,) = handed_back(wiring, sent(wiring, body=body))[1]
    assert (row["row"], row["error_code"]) == ("2", "row-shape")
