"""Authorised and read behind one wait: durable first, each reader its own ticket, and nobody pays for another's."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from audit.entry import EventClass
from gateway import clock
from gateway.store import group_commit
from gateway.store.errors import DatabaseUnavailableError, TicketRefusedError
from gateway.store.facts import load_authorised, load_facts
from gateway.store.ledger import Ticket, append
from gateway.usecases.families.disclosure import mask_width
from gateway.usecases.log.entries import entry
from tests.gateway.northvale_world import CONTEXT
from tests.gateway.usecases.failing import LOST, failing

_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE usename = 'hg_read' AND datname = current_database()"
    " AND wait_event_type = 'Lock'"
)


@pytest.fixture
def persons(northvale):
    rows = northvale.sql("SELECT DISTINCT person_id FROM hearth.link WHERE superseded_at IS NULL ORDER BY 1 LIMIT 8")
    return [row.person_id for row in rows]


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Who waits for the group under way goes with the next one."""
    monkeypatch.setattr(group_commit, "_PATIENCE", 60.0)
    monkeypatch.setattr(group_commit, "_STALLED", 60.0)


def read(desk, person, database=None, minutes=60):
    """The authorisation, and what of one person is loaded under it."""
    wiring = desk.northvale.wiring
    authorised, until = desk.authorisation(), clock.utc_now() + timedelta(minutes=minutes)
    subjects = (desk.subject(person, desk.everything),)
    ticket = Ticket(wiring.mint(), UUID(authorised.entry_id), (), until, subjects)
    with (database or wiring.database).appending("hg_read") as log:
        return ticket, load_authorised(log, authorised, ticket, mask_width(wiring))


def read_apart(desk, person):
    """The same by a ticket of its own and a transaction of the caller's."""
    ticket = desk.issue(desk.subject(person, desk.everything))
    with desk.northvale.wiring.database.transaction("hg_read") as connection:
        return load_facts(connection, ticket)


@contextmanager
def together(desk, calls):
    """Run calls so that the first holds the log up and the others make one group."""
    database = desk.northvale.wiring.database
    first = entry(desk.northvale.wiring, CONTEXT, desk.northvale.reader("W101"), EventClass.SIGN_IN, clock.utc_now())

    def appended():
        with database.appending("hg_read") as log:
            append(log, first)

    with ThreadPoolExecutor(len(calls) + 1) as threads, desk.northvale.admin.connect() as blocking:
        blocking.execute(text("LOCK TABLE audit.pending IN EXCLUSIVE MODE"))
        ahead = threads.submit(appended)
        until(lambda: desk.northvale.count(_WAITING) == 1)
        futures = [threads.submit(call) for call in calls]
        until(lambda: len(database.groups["hg_read"]._queue) == len(calls))
        blocking.rollback()
        yield futures
        ahead.result(30)


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_group_of_readers_gets_each_its_own(northvale, desk, persons):
    apart = {person: read_apart(desk, person) for person in persons}

    with together(desk, [lambda of=person: read(desk, of) for person in persons]) as futures:
        found = [future.result(30) for future in futures]

    assert {person: facts for person, (_, facts) in zip(persons, found, strict=True)} == apart
    assert all(apart.values())
    # One transaction authorised them all, and no two of them read in one.
    tickets = [ticket.ticket_id for ticket, _ in found]
    asked = (
        "SELECT count(DISTINCT t.xact) AS authorised, count(DISTINCT u.xact) AS read, count(*) AS tickets,"
        " bool_and(t.xact < u.xact) AS in_order FROM audit.ticket t JOIN audit.ticket_use u USING (ticket_id)"
        " WHERE t.ticket_id = ANY (:tickets)"
    )
    (row,) = northvale.sql(asked, tickets=tickets)
    assert tuple(row) == (1, len(persons), len(persons), True)


def test_who_is_refused_keeps_the_entry_and_spoils_nobody_else(northvale, desk, persons):
    calls = [
        lambda of=person, minutes=minutes: read(desk, of, minutes=minutes)
        for person, minutes in ((persons[0], 60), (persons[1], -1), (persons[2], 60))
    ]
    with together(desk, calls) as futures:
        first, refused, last = (future.exception(30) or future.result() for future in futures)

    assert isinstance(refused, TicketRefusedError)
    assert first[1] == read_apart(desk, persons[0])
    assert last[1] == read_apart(desk, persons[2])
    # Authorised and never read: "may have been disclosed".
    tickets = [one.ticket_id for one, _ in (first, last)]
    assert northvale.count("SELECT count(*) FROM audit.ticket_use WHERE ticket_id = ANY (:t)", t=tickets) == 2
    assert northvale.count("SELECT count(*) FROM audit.ticket WHERE not_after < now()") == 1


def test_where_the_authorisation_cannot_be_committed_nothing_is_read(northvale, desk, persons):
    before = northvale.count("SELECT count(*) FROM audit.ticket_use")
    database = failing(northvale.wiring.database, at=0, way=LOST)

    with pytest.raises(DatabaseUnavailableError):
        read(desk, persons[0], database)

    database.dispose()
    assert northvale.count("SELECT count(*) FROM audit.ticket_use") == before


def test_an_authorisation_that_is_there_already_lets_nothing_out(northvale, desk, persons, monkeypatch):
    authorised = desk.authorisation()
    monkeypatch.setattr(desk, "authorisation", lambda: authorised)
    read(desk, persons[0])

    with pytest.raises(Exception, match="duplicate key"):
        read(desk, persons[1])

    used = "SELECT count(*) FROM audit.ticket_use u JOIN audit.ticket t USING (ticket_id) WHERE t.entry_id = :e"
    assert northvale.count(used, e=authorised.entry_id) == 1


def test_a_read_that_fails_leaves_the_connection_for_the_next(northvale, desk, persons):
    log = northvale.wiring.database.groups
    read(desk, persons[0])
    (connection,) = log["hg_read"]._idle
    with pytest.raises(TicketRefusedError):
        read(desk, persons[0], minutes=-1)

    assert read(desk, persons[0])[1] == read_apart(desk, persons[0])
    assert log["hg_read"]._idle == [connection]
