import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from audit.entry import Decision, EventClass, Outcome
from gateway import clock
from gateway.errors import AccessRefusedError, NotFoundError
from gateway.identity.caller import PartnerCaller
from gateway.usecases.log.log_filters import LogFilters
from gateway.usecases.log.reading_log import PAGE_SIZE, export_for_officer, read_entry, search_log, verify_log
from tests.gateway.audit.log_book import AT, CONTEXT, FAMILY, OFFICER, WORKER, an_entry, drain, person, write


def newest(database):
    """The opened fields of the newest entry, and its class."""
    with database.transaction("hg_desk") as connection:
        row = connection.execute(
            text("SELECT e.event_class, o.fields FROM audit.pending p JOIN audit.entry e USING (entry_id)"
                 " JOIN audit.opening o USING (entry_id) ORDER BY p.queued_at DESC LIMIT 1")
        ).one()  # fmt: skip
    return row.event_class, {name: json.loads(value) for name, (_, value) in row.fields.items()}


@pytest.fixture
def log(wiring, wiring_clock, database):
    """One entry of each sort; the clock stands a minute later."""
    write(
        database,
        an_entry(),
        an_entry(who="W200", agency="brightwater_homes", purpose="housing_support", at=AT + timedelta(seconds=1)),
        an_entry(event=EventClass.DENIED, outcome=Outcome.DENIED, decision=Decision.REFUSE, items_shown=(),
                 household=None, subjects=(), at=AT + timedelta(seconds=2)),
        an_entry(event=EventClass.SEARCH, outcome=Outcome.NOTHING_FOUND, household=None, subjects=(),
                 items_shown=(), at=AT + timedelta(seconds=3)),
    )  # fmt: skip
    drain(database, wiring.log_signer)
    wiring_clock.now = AT + timedelta(minutes=1)
    return wiring


def found(wiring, **filters):
    page = search_log(wiring, CONTEXT, OFFICER, LogFilters(until=AT + timedelta(seconds=30), **filters))
    return [(line.event, line.who, line.outcome) for line in page.lines]


def test_the_log_is_listed_newest_first_with_opened_values(log):
    line = search_log(log, CONTEXT, OFFICER, LogFilters()).lines[-1]
    assert (line.event, line.at, line.who, line.role) == ("consultation", AT, "W104", "early_help_worker")
    assert (line.agency, line.purpose, line.household) == ("northvale_council", "early_help", str(FAMILY))
    assert (line.subjects, line.items_shown) == ((str(person(1)),), ("identity.name",))
    assert (line.decision, line.outcome, line.intact, line.index) == ("permit", "done", True, 0)


def test_pages_follow_on_without_gap_or_repetition_while_the_log_grows(wiring, database):
    many = [an_entry(at=AT + timedelta(seconds=n // 40)) for n in range(2 * PAGE_SIZE + 7)]
    ids = write(database, *many)
    drain(database, wiring.log_signer)
    seen, cursor = [], None
    while True:
        page = search_log(wiring, CONTEXT, OFFICER, LogFilters(event=EventClass.CONSULTATION), cursor)
        seen += [line.entry_id for line in page.lines]
        write(database, an_entry(event=EventClass.CONSULTATION, at=AT + timedelta(hours=1)))
        drain(database, wiring.log_signer)
        if (cursor := page.next_cursor) is None:
            break
    assert seen == ids[::-1]


def test_a_page_that_ends_with_the_log_has_no_next(wiring, database):
    write(database, *(an_entry() for _ in range(PAGE_SIZE)))
    drain(database, wiring.log_signer)
    page = search_log(wiring, CONTEXT, OFFICER, LogFilters())
    assert (len(page.lines), page.next_cursor) == (PAGE_SIZE, None)


def test_what_waits_for_its_place_is_counted_and_found_in_the_tree(wiring, database):
    write(database, an_entry(), an_entry())
    page = search_log(wiring, CONTEXT, OFFICER, LogFilters(worker="W104"))
    assert (page.lines, page.waiting) == ((), 2)
    drain(database, wiring.log_signer)
    page = search_log(wiring, CONTEXT, OFFICER, LogFilters(worker="W104"))
    assert (len(page.lines), page.waiting) == (2, 0)


@pytest.mark.parametrize("cursor", ["", "!!!", "AAAA", "OTk5OTk5OTk5OTk5OTk5OTk5OTk6eA", "1" * 5000])
def test_a_cursor_that_is_none_is_not_found(wiring, cursor):
    with pytest.raises(NotFoundError):
        search_log(wiring, CONTEXT, OFFICER, LogFilters(), cursor)


def test_searching_is_an_entry_that_says_what_was_asked(log, database):
    search_log(log, CONTEXT, OFFICER, LogFilters(worker="W104", family=FAMILY))
    kind, fields = newest(database)
    assert (kind, fields["who"], fields["purpose"]) == ("verification", "W601", "log_oversight")
    assert fields["detail"]["query"] == f"worker=W104; family={FAMILY}"
    assert (fields["detail"]["row_count"], fields["household"]) == (1, str(FAMILY))


def test_an_entry_is_read_in_full_and_the_reading_is_an_entry(log, database):
    wanted = search_log(log, CONTEXT, OFFICER, LogFilters(worker="W200")).lines[0].entry_id
    opened = read_entry(log, CONTEXT, OFFICER, wanted)
    assert (opened.values["who"], opened.values["shown_counts"], opened.line.entry_id) == ("W200", {}, wanted)
    kind, fields = newest(database)
    assert (kind, fields["detail"]["records"]) == ("verification", [str(wanted)])


@pytest.mark.parametrize(
    "change",
    ["event_class = 'print'", "recorded_at = recorded_at - interval '1 day'", "entry_id = '{other}'"],
    ids=["class", "time", "id"],
)
def test_an_entry_whose_row_contradicts_its_leaf_is_not_intact_and_shows_nothing(log, admin, change):
    wanted = search_log(log, CONTEXT, OFFICER, LogFilters(worker="W200")).lines[0].entry_id
    assert read_entry(log, CONTEXT, OFFICER, wanted).line.intact
    other = clock.new_id()
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        changed = f"UPDATE audit.entry SET {change.format(other=other)} WHERE entry_id = '{wanted}'"  # noqa: S608 - texts of this test
        connection.exec_driver_sql(changed)
        if "entry_id" in change:
            for table in ("opening", "leaf", "card"):
                changed = f"UPDATE audit.{table} SET entry_id = '{other}' WHERE entry_id = '{wanted}'"  # noqa: S608 - the same
                connection.exec_driver_sql(changed)
            wanted = other

    opened = read_entry(log, CONTEXT, OFFICER, wanted)

    assert (opened.line.intact, opened.line.who, opened.values) == (False, None, {})


def test_reading_an_entry_that_is_not_there_is_an_entry_too(log, database):
    missing = clock.new_id()
    with pytest.raises(NotFoundError):
        read_entry(log, CONTEXT, OFFICER, missing)
    _, fields = newest(database)
    assert (fields["outcome"], fields["detail"]["records"]) == ("nothing-found", [str(missing)])


def test_nothing_is_read_when_the_entry_of_the_reading_cannot_be_committed(log, monkeypatch):
    def refuse(*_arguments):
        raise ConnectionResetError

    monkeypatch.setattr("gateway.usecases.log.reading_log.append", refuse)
    for read in (
        lambda: search_log(log, CONTEXT, OFFICER, LogFilters()),
        lambda: read_entry(log, CONTEXT, OFFICER, clock.new_id()),
    ):
        with pytest.raises(ConnectionResetError):
            read()


@pytest.mark.parametrize("caller", [WORKER, PartnerCaller("police", "northvale_police", frozenset(), AT)])
def test_anybody_else_is_refused_and_the_attempt_is_an_entry(log, database, caller, tmp_path):
    for attempt in (
        lambda: search_log(log, CONTEXT, caller, LogFilters()),
        lambda: read_entry(log, CONTEXT, caller, clock.new_id()),
        lambda: verify_log(log, CONTEXT, caller),
        lambda: export_for_officer(log, CONTEXT, caller, tmp_path / "export"),
    ):
        with pytest.raises(AccessRefusedError) as refusal:
            attempt()
        kind, fields = newest(database)
        assert (kind, fields["decision"]) == ("denied", "refuse")
        assert fields["detail"]["reasons"] == ["log-not-for-role"]
        assert refusal.value.receipt
    assert not (tmp_path / "export").exists()


def test_verifying_is_an_entry_with_what_was_found(log, database, admin):
    assert verify_log(log, CONTEXT, OFFICER).finding is None
    kind, fields = newest(database)
    assert (kind, fields["outcome"], fields["detail"]["checkpoint_size"]) == ("verification", "done", 4)
    tamper(admin, "UPDATE audit.leaf SET leaf_hash = sha256('') WHERE leaf_index = 1")
    assert verify_log(log, CONTEXT, OFFICER).finding.column == "audit.leaf.leaf_hash"
    _, fields = newest(database)
    assert (fields["outcome"], fields["detail"]["problem"]) == ("error", "audit.leaf.leaf_hash")


def tamper(admin, statement):
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.execute(text(statement.replace(":", "\\:")))


def test_an_edited_value_is_not_shown_as_if_it_were_the_logs(log, admin):
    tamper(admin, "UPDATE audit.opening SET fields = jsonb_set(fields, '{role,1}', '\"\\\"dpo\\\"\"')")
    line = search_log(log, CONTEXT, OFFICER, LogFilters(worker="W200")).lines[0]
    assert (line.intact, line.role, line.who) == (False, None, None)
    assert read_entry(log, CONTEXT, OFFICER, line.entry_id).values == {}


def test_what_was_erased_is_absent_and_the_rest_stays(log, admin):
    with admin.begin() as connection:
        connection.execute(text("UPDATE audit.opening SET fields = fields - 'subjects' - 'household'"))
    line = search_log(log, CONTEXT, OFFICER, LogFilters(worker="W200")).lines[0]
    assert (line.intact, line.who, line.subjects, line.household) == (True, "W200", (), None)
