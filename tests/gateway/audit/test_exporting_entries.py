"""Taking entries out of the log: who may, what is recorded before the first line and after the last, what leaves."""

import csv
import io
import json

import pytest
from sqlalchemy import text

from audit.entry import EventClass
from gateway.errors import AccessRefusedError
from gateway.usecases.log import exporting_entries
from gateway.usecases.log.exporting_entries import ExportForm, export_entries_for_officer
from gateway.usecases.log.log_filters import LogFilters
from tests.gateway.audit.log_book import AT, CONTEXT, OFFICER, WORKER, an_entry, drain, person, write

FIVE = LogFilters(worker="W104")


def entries_of(database, kind):
    """Opened values of the entries of a class, in the order in which they were appended."""
    with database.transaction("hg_desk") as connection:
        rows = connection.execute(
            text("SELECT e.entry_id, o.fields FROM audit.entry e JOIN audit.opening o USING (entry_id)"
                 " WHERE e.event_class = :kind ORDER BY e.entry_id"), {"kind": kind},
        ).all()  # fmt: skip
    return [{name: json.loads(value) for name, (_, value) in row.fields.items()} for row in rows]


@pytest.fixture
def log(wiring, database):
    wiring_ids = write(database, *(an_entry(subjects=(str(person(n)), str(person(9)))) for n in range(5)))
    drain(database, wiring.log_signer)
    return wiring, [str(one) for one in reversed(wiring_ids)]


def export(wiring, form=ExportForm.CSV, filters=FIVE):
    return export_entries_for_officer(wiring, CONTEXT, OFFICER, filters, form)


def test_each_form_holds_every_entry_newest_first_over_as_many_pages_as_it_takes(log, monkeypatch):
    monkeypatch.setattr(exporting_entries, "_ROWS", 2)
    wiring, ids = log
    rows = list(csv.DictReader(io.StringIO("".join(export(wiring).text))))
    assert [row["entry"] for row in rows] == ids
    documents = [json.loads(line) for line in export(wiring, ExportForm.JSON).text]
    assert [one["entry_id"] for one in documents] == ids
    assert documents[0]["values"]["subjects"] == [str(person(4)), str(person(9))]
    events = [json.loads(line) for line in export(wiring, ExportForm.BALP).text]
    assert [one["id"] for one in events] == [f"{entry}-{n}" for entry in ids for n in (0, 1)]


def test_the_export_is_an_entry_before_its_first_line_and_another_after_its_last(log, database):
    wiring, _ = log
    taken = export(wiring, filters=LogFilters(worker="W104", person=person(9)))
    (authorised,) = entries_of(database, EventClass.EXPORT)
    assert (authorised["phase"], authorised["outcome"], authorised["sealed"]) == ("authorisation", "pending", True)
    assert (authorised["who"], authorised["subjects"]) == ("W601", [str(person(9))])
    assert authorised["detail"]["query"] == f"worker=W104; person={person(9)}"
    assert (authorised["detail"]["records"], authorised["detail"]["checkpoint_size"]) == (["csv"], 5)
    assert len(list(taken.text)) == 6
    outcome = entries_of(database, EventClass.EXPORT)[1]
    assert (outcome["refers_to"], outcome["outcome"], outcome["detail"]["row_count"]) == (taken.entry_id, "done", 5)


def test_nothing_is_taken_where_the_export_cannot_be_recorded(log, monkeypatch):
    def refuse(*_arguments):
        raise ConnectionResetError

    monkeypatch.setattr(exporting_entries, "append", refuse)
    with pytest.raises(ConnectionResetError):
        export(log[0])


def test_an_export_that_is_broken_off_says_how_much_was_taken(log, database, monkeypatch):
    monkeypatch.setattr(exporting_entries, "_ROWS", 2)
    taken = export(log[0])
    for _ in range(5):
        next(taken.text)
    taken.text.close()
    outcome = entries_of(database, EventClass.EXPORT)[1]
    assert (outcome["outcome"], outcome["detail"]["row_count"]) == ("error", 4)


def test_an_export_that_finds_nothing_says_so(log, database):
    assert len(list(export(log[0], filters=LogFilters(worker="nobody")).text)) == 1
    assert entries_of(database, EventClass.EXPORT)[1]["outcome"] == "nothing-found"


def test_entries_that_come_while_an_export_runs_are_not_in_it(log, database, monkeypatch):
    monkeypatch.setattr(exporting_entries, "_ROWS", 2)
    wiring, ids = log
    taken = export(wiring, ExportForm.JSON)
    first = next(taken.text)
    write(database, an_entry(at=AT), an_entry(at=AT))
    drain(database, wiring.log_signer)
    assert [json.loads(line)["entry_id"] for line in (first, *taken.text)] == ids


def test_a_value_that_was_altered_does_not_leave(log, admin):
    wiring, ids = log
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.execute(
            text("UPDATE audit.opening SET fields = jsonb_set(fields, '{role,1}', :value) WHERE entry_id = :id"),
            {"id": ids[0], "value": json.dumps('"dpo"')},
        )
    documents = [json.loads(line) for line in export(wiring, ExportForm.JSON).text]
    assert (documents[0]["intact"], documents[0]["values"]) == (False, {})
    assert documents[1]["intact"]
    events = [json.loads(line)["id"] for line in export(wiring, ExportForm.BALP).text]
    assert not [one for one in events if one.startswith(ids[0])]


def test_anybody_else_takes_nothing_and_the_attempt_is_an_entry(log, database):
    with pytest.raises(AccessRefusedError):
        export_entries_for_officer(log[0], CONTEXT, WORKER, FIVE, ExportForm.CSV)
    assert entries_of(database, EventClass.EXPORT) == []
    assert entries_of(database, EventClass.DENIED)[0]["detail"]["reasons"] == ["log-not-for-role"]
