"""Entries of many readers in one transaction: each durable before its reader goes on, none at the cost of another's."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from audit.entry import Outcome, Phase
from audit.errors import EntryError
from gateway import clock
from gateway.store import group_commit, ledger
from gateway.store.errors import DatabaseUnavailableError
from gateway.store.ledger import Ticket, TicketSubject, open_ticket
from tests.gateway.audit.log_book import WIDTH, an_entry, person

_READERS = 6
_SESSIONS = "FROM pg_stat_activity WHERE usename = 'hg_read' AND datname = current_database()"
_SEEN = text(f"SELECT pid {_SESSIONS}")
_BLOCKED = text(f"SELECT pid {_SESSIONS} AND wait_event_type = 'Lock'")
_END = text(f"SELECT count(pg_terminate_backend(pid)) {_SESSIONS}")
_TRANSACTIONS = text("SELECT count(DISTINCT xact) FROM audit.pending")


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """Nobody leads a second group because the one under way takes long, unless a test wants just that."""
    monkeypatch.setattr(group_commit, "_PATIENCE", 60.0)
    monkeypatch.setattr(group_commit, "_STALLED", 60.0)


def append(database, entry):
    with database.appending("hg_read") as log:
        ledger.append(log, entry)
    return UUID(entry.entry_id)


def authorise(database, number=1):
    entry = an_entry(phase=Phase.AUTHORISATION, outcome=Outcome.PENDING, items_shown=())
    subjects = (TicketSubject(person(number), 0, 1, 0, 0),)
    ticket = Ticket(clock.new_id(), UUID(entry.entry_id), (), clock.utc_now() + timedelta(hours=1), subjects)
    with database.appending("hg_read") as log:
        ledger.authorise(log, entry, ticket, WIDTH)
    return ticket.ticket_id


def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def stored(admin):
    with admin.begin() as connection:
        return set(connection.execute(text("SELECT entry_id FROM audit.entry")).scalars())


@contextmanager
def a_busy_log(database, admin, *later):
    """A first reader whose transaction cannot end, and others who call meanwhile; goes on when they all wait.

    Gives the futures of all, and the process of the database that the first one waits for.
    """
    log = database.groups
    with ThreadPoolExecutor(len(later) + 1) as threads, admin.connect() as blocking, admin.connect() as looking:
        blocking.execute(text("LOCK TABLE audit.pending IN EXCLUSIVE MODE"))
        first = threads.submit(append, database, an_entry())
        looking.execution_options(isolation_level="AUTOCOMMIT")
        until(lambda: looking.execute(_BLOCKED).scalars().all())
        futures = [threads.submit(one, database) for one in later]
        until(lambda: len(log["hg_read"]._queue) == len(later))
        yield [first, *futures], looking.execute(_BLOCKED).scalar_one()
        blocking.rollback()


def outcomes(futures):
    return [type(future.exception(30)) for future in futures]


def test_who_comes_while_the_log_is_busy_goes_together_and_each_is_durable(database, admin):
    calls = [lambda of: append(of, an_entry()) for _ in range(_READERS)]
    with a_busy_log(database, admin, *calls, authorise) as (futures, _):
        assert stored(admin) == set()

    *entries, ticket = [future.result(30) for future in futures]
    assert stored(admin) > set(entries)
    assert len(stored(admin)) == _READERS + 2
    with admin.begin() as connection:
        assert connection.execute(_TRANSACTIONS).scalar_one() == 2
    with database.transaction("hg_read") as connection:
        open_ticket(connection, ticket)


def test_who_is_alone_waits_for_nobody(database, admin):
    entries = [append(database, an_entry()) for _ in range(3)]

    assert stored(admin) == set(entries)
    with admin.begin() as connection:
        assert connection.execute(_TRANSACTIONS).scalar_one() == 3


def test_one_entry_that_the_log_refuses_is_refused_alone(database, admin):
    known = an_entry()
    append(database, known)
    calls = [lambda of: append(of, an_entry()) for _ in range(3)]

    with a_busy_log(database, admin, *calls, lambda of: append(of, known), authorise) as (futures, _):
        pass

    assert outcomes(futures) == [type(None)] * 4 + [IntegrityError, type(None)]
    assert len(stored(admin)) == 6
    assert known.household not in str(futures[4].exception())


def test_an_entry_of_which_no_leaf_can_be_made_is_refused_alone(database, admin):
    impossible = an_entry(detail={"query": "\ud800"})
    calls = [lambda of: append(of, an_entry()) for _ in range(3)]

    with a_busy_log(database, admin, *calls, lambda of: append(of, impossible), authorise) as (futures, _):
        pass

    assert outcomes(futures) == [type(None)] * 4 + [EntryError, type(None)]
    assert len(stored(admin)) == 5
    with pytest.raises(EntryError, match="detail"):
        append(database, impossible)


def test_readers_whose_leader_loses_its_connection_are_told_so_and_nothing_of_theirs_is_there(database, admin):
    calls = [lambda of: append(of, an_entry()) for _ in range(_READERS)]
    # The first holds the log up; those behind it make one group, which is cut off once it is under way.
    with a_busy_log(database, admin, *calls, authorise) as (futures, backend), admin.connect() as ending:
        ending.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
        until(futures[0].done)
        # By now the next group waits for the same lock, over a connection of its own.
        with admin.connect() as looking:
            looking.execution_options(isolation_level="AUTOCOMMIT")
            until(lambda: set(looking.execute(_BLOCKED).scalars()) - {backend})
            ending.execute(_END)

    assert outcomes(futures) == [DatabaseUnavailableError] * (_READERS + 2)
    assert stored(admin) == set()
    # And the log goes on.
    assert {append(database, an_entry())} == stored(admin)


def test_a_connection_that_the_server_gave_up_meanwhile_is_not_used(database, admin):
    append(database, an_entry())
    with admin.begin() as connection:
        assert connection.execute(_END).scalar_one() == 1
    with admin.connect() as looking:
        looking.execution_options(isolation_level="AUTOCOMMIT")
        until(lambda: not looking.execute(_SEEN).all())

    append(database, an_entry())

    assert len(stored(admin)) == 2


def test_behind_a_slow_disk_more_groups_go_at_a_time_but_not_any_number(database, admin, monkeypatch):
    monkeypatch.setattr(group_commit, "_PATIENCE", 0.002)
    monkeypatch.setattr(group_commit, "_AT_ONCE", 3)
    with ThreadPoolExecutor(9) as threads, admin.connect() as blocking, admin.connect() as looking:
        looking.execution_options(isolation_level="AUTOCOMMIT")
        blocking.execute(text("LOCK TABLE audit.pending IN EXCLUSIVE MODE"))
        futures = []
        for under_way in (1, 2, 3, 3, 3, 3, 3, 3, 3):
            futures.append(threads.submit(append, database, an_entry()))
            until(lambda: len(looking.execute(_BLOCKED).all()) == under_way)  # noqa: B023 - awaited here
        blocking.rollback()
        entries = {future.result(30) for future in futures}

    assert stored(admin) == entries
    with admin.begin() as connection:
        assert connection.execute(_TRANSACTIONS).scalar_one() == 4
    with database.appending("hg_read") as log:
        assert (log._leading, len(log._queue)) == (0, 0)


def test_behind_groups_that_hang_one_more_goes_by_another_connection(database, admin, monkeypatch):
    monkeypatch.setattr(group_commit, "_STALLED", 0.05)
    monkeypatch.setattr(group_commit, "_AT_ONCE", 1)
    hangs, hung = threading.Event(), threading.Event()
    with database.appending("hg_read") as log:
        connect = log._connect

        def hang():
            hangs.set()
            assert hung.wait(30)
            return connect()

        log._connect = hang
        with ThreadPoolExecutor(1) as threads:
            first = threads.submit(append, database, an_entry())
            assert hangs.wait(30)
            log._connect = connect
            monkeypatch.setattr(group_commit, "_PATIENCE", 0.002)

            append(database, an_entry())

            assert not first.done()
            hung.set()
            first.result(30)
        assert log._leading == 0
    assert len(stored(admin)) == 2


def test_however_readers_and_leaders_meet_each_is_told_of_its_own(database, admin, monkeypatch):
    monkeypatch.setattr(group_commit, "_PATIENCE", 0.0005)
    with database.appending("hg_read") as log:
        monkeypatch.setattr(log, "_most", 3)
        with ThreadPoolExecutor(16) as threads:
            entries = list(threads.map(lambda _: append(database, an_entry()), range(300)))
        assert (log._leading, len(log._queue)) == (0, 0)

    assert stored(admin) == set(entries)
    assert len(entries) == 300


def test_who_broke_off_leaves_no_reader_waiting_and_none_content(database, admin, monkeypatch):
    append(database, an_entry())
    with database.appending("hg_read") as log:
        calls = [lambda of: append(of, an_entry()) for _ in range(3)]
        with a_busy_log(database, admin, *calls) as (futures, _):
            monkeypatch.setattr(log, "_step", lambda _items: (_ for _ in ()).throw(MemoryError))

    assert outcomes(futures)[0] is type(None)
    assert sorted(one.__name__ for one in outcomes(futures)[1:]) == ["DatabaseUnavailableError"] * 2 + ["MemoryError"]
    monkeypatch.undo()
    append(database, an_entry())
    assert len(stored(admin)) == 3
