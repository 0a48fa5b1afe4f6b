# ruff: noqa: S608 - counts over tables named here
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from uuid import UUID

import pytest
from sqlalchemy import text

from audit.checkpoint import open_checkpoint
from audit.errors import EntryError
from audit.keys import SignerKey
from audit.merkle import leaf_hash, root_of
from gateway import clock
from gateway.jobs import sequencer
from gateway.jobs.sequencer import HeadMovedError, Sequencer, TreeBrokenError
from gateway.store.engine import embedded_url
from gateway.store.ledger import append
from gateway.store.scripts import driver_connection
from tests.gateway.audit.log_book import LOG, an_entry, drain, sequencing, write, write_authorisation

SIGNER = SignerKey(LOG, bytes(range(32)))
_CHILD = """
import json, signal, sys, threading
from audit.keys import SignerKey
from gateway import clock
from gateway.jobs import sequencer
from gateway.store.engine import database
url, password, log, batch = json.loads(sys.stdin.readline())
sequencer.Sequencer.__init__.__defaults__ = (batch,)
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
sequencer.run_sequencer(
    database(url, {"hg_sequence": password}), SignerKey(log, bytes(range(32))), clock.utc_now, stop, 0.02)
"""


def leaves(database):
    with database.transaction("hg_desk") as connection:
        rows = connection.execute(text("SELECT leaf_index, entry_id FROM audit.leaf ORDER BY leaf_index")).all()
        return [(row.leaf_index, row.entry_id) for row in rows]


def waiting(database):
    with database.transaction("hg_desk") as connection:
        return connection.execute(text("SELECT count(*) FROM audit.pending")).scalar_one()


def assert_sound(database, expected):
    """Indices run on from 0, every expected entry is a leaf once, head and root are those of the leaves."""
    with database.transaction("hg_desk") as connection:
        rows = connection.execute(
            text("SELECT l.leaf_index, l.entry_id, e.leaf FROM audit.leaf l JOIN audit.entry e USING (entry_id)"
                 " ORDER BY leaf_index")
        ).all()  # fmt: skip
        head = connection.execute(text("SELECT tree_size FROM audit.head")).scalar_one()
        notes = connection.execute(text("SELECT note FROM audit.checkpoint ORDER BY tree_size")).scalars().all()
    assert [row.leaf_index for row in rows] == list(range(len(expected)))
    assert sorted(row.entry_id for row in rows) == sorted(expected)
    assert head == len(expected)
    hashes = [leaf_hash(row.leaf) for row in rows]
    for note in notes:
        signed = open_checkpoint(note, SIGNER.verifier()).checkpoint
        assert signed.root == root_of(hashes[: signed.size])
    assert signed.size == len(expected)


def eventually(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def reported(caplog, word):
    """Whether a record of the sequencer says the word, in its text or beside it."""
    return any(word in str(vars(record)) for record in caplog.records if record.name == sequencer.__name__)


def test_entries_become_leaves_in_batches_and_every_checkpoint_signs_the_root_of_its_leaves(database):
    ids = write(database, *(an_entry() for _ in range(23)))
    assert drain(database, SIGNER, batch=5) == 23
    ids += write(database, an_entry())
    assert drain(database, SIGNER) == 1
    assert drain(database, SIGNER) == 0
    assert_sound(database, ids)
    assert waiting(database) == 0


def test_an_entry_is_a_leaf_within_a_second_of_its_commit(database):
    with sequencing(database, SIGNER, sequencer.PERIOD):
        lags = []
        for _ in range(5):
            write(database, an_entry())
            committed = time.monotonic()
            eventually(lambda: waiting(database) == 0)
            lags.append(time.monotonic() - committed)
    assert min(lags) < 1


def test_an_entry_that_was_rolled_back_leaves_nothing(database):
    with database.engine("hg_desk").connect() as connection:
        append(connection, an_entry())
        connection.rollback()
    assert drain(database, SIGNER) == 0
    tables = ("entry", "opening", "pending", "leaf", "node", "checkpoint")
    statement = "SELECT " + ", ".join(f"(SELECT count(*) FROM audit.{table})" for table in tables)
    with database.transaction("hg_desk") as connection:
        assert connection.execute(text(statement)).one() == (0,) * 6


@pytest.mark.parametrize("step", ["advance_head", "store_leaves", "close_batch"])
def test_a_batch_that_fails_half_way_leaves_nothing_and_is_taken_again(database, monkeypatch, step):
    ids = write(database, *(an_entry() for _ in range(7)))
    done = getattr(sequencer, step)

    def fail(*arguments):
        done(*arguments)
        raise ConnectionResetError

    monkeypatch.setattr(sequencer, step, fail)
    with pytest.raises(ConnectionResetError):
        drain(database, SIGNER)
    monkeypatch.undo()
    assert (leaves(database), waiting(database)) == ([], 7)
    assert drain(database, SIGNER) == 7
    assert_sound(database, ids)


def test_statements_that_were_dropped_meanwhile_are_prepared_again(database):
    ids = write(database, an_entry())
    taking = Sequencer(SIGNER, clock.utc_now)
    with database.engine("hg_sequence").connect() as connection:
        assert taking.drain_batch(connection) == 1
        driver_connection(connection).execute("DEALLOCATE ALL")
        driver_connection(connection).rollback()
        ids += write(database, an_entry())
        assert taking.drain_batch(connection) == 1
    assert_sound(database, ids)


def test_two_sequencers_at_once_make_one_tree(database):
    ids = []
    with sequencing(database, SIGNER), sequencing(database, SIGNER):
        for _ in range(20):
            ids += write(database, *(an_entry() for _ in range(5)))
        eventually(lambda: waiting(database) == 0)
    assert_sound(database, ids)


def test_the_standby_takes_over_when_the_first_loses_its_connection(database, admin, caplog):
    ids = write(database, an_entry())
    with caplog.at_level(logging.ERROR), sequencing(database, SIGNER), sequencing(database, SIGNER):
        eventually(lambda: waiting(database) == 0)
        with admin.begin() as connection:
            killed = connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
                     " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")
            ).all()  # fmt: skip
        assert len(killed) == 1
        ids += write(database, an_entry())
        eventually(lambda: waiting(database) == 0)
        # The first learns of its loss when it next asks, maybe after the standby has done the work.
        eventually(lambda: reported(caplog, "OperationalError"))
    assert_sound(database, ids)


def test_without_the_lock_the_slower_of_two_sequencers_is_stopped_by_the_head(database, monkeypatch):
    ids = write(database, *(an_entry() for _ in range(4)))
    slow, fast = Sequencer(SIGNER, clock.utc_now, 2), Sequencer(SIGNER, clock.utc_now, 2)
    engine, advance = database.engine("hg_sequence"), sequencer.advance_head

    def overtake(*arguments):
        # The slow one has read the queue and is about to move the head: the fast one is through before it.
        monkeypatch.undo()
        with engine.connect() as connection:
            assert fast.drain_batch(connection) == 2
        return advance(*arguments)

    monkeypatch.setattr(sequencer, "advance_head", overtake)
    with engine.connect() as connection, pytest.raises(HeadMovedError):
        slow.drain_batch(connection)
    with engine.connect() as connection:
        assert slow.drain_batch(connection) == 2
    assert_sound(database, ids)


def test_many_writers_and_a_lost_connection_in_mid_drain_leave_no_gap(database, admin):
    ids, written = [], threading.Lock()

    def keep_writing():
        for _ in range(15):
            mine = [*write(database, *(an_entry() for _ in range(3))), write_authorisation(database)]
            with written:
                ids.extend(mine)

    writers = [threading.Thread(target=keep_writing) for _ in range(3)]
    with sequencing(database, SIGNER, 0.01):
        for writer in writers:
            writer.start()
        while any(writer.is_alive() for writer in writers):
            time.sleep(0.1)
            with admin.begin() as connection:
                connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'hg_sequence'"
                         " AND datname = current_database()")
                )  # fmt: skip
        eventually(lambda: waiting(database) == 0)
    assert_sound(database, ids)


def test_a_sequencer_process_killed_in_mid_drain_is_followed_by_one_that_goes_on(cluster, database_name, database):
    ids = write(database, *(an_entry() for _ in range(400)))
    url = embedded_url(cluster.server.socket_dir, database_name)
    told = json.dumps([url, cluster.passwords["hg_sequence"], LOG, 3]) + "\n"

    def start():
        child = subprocess.Popen([sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, env={**os.environ}, text=True)
        child.stdin.write(told)
        child.stdin.flush()
        return child

    first = start()
    eventually(lambda: len(leaves(database)) >= 30)
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdin.close()
    done = len(leaves(database))
    assert done < 400
    second = start()
    eventually(lambda: waiting(database) == 0, 40)
    second.terminate()
    assert second.wait(10) == 0
    second.stdin.close()
    assert_sound(database, ids)


@pytest.mark.slow
def test_a_server_killed_and_restarted_while_it_drains_loses_no_committed_entry(own_cluster):
    own_cluster.create("fallen")
    database = own_cluster.as_roles("fallen")
    ids = write(database, *(an_entry() for _ in range(300)))
    with sequencing(database, SIGNER, 0.02):
        for crash in (True, False):
            own_cluster.restart(crash=crash)
            ids += write(database, *(an_entry() for _ in range(50)))
        eventually(lambda: waiting(database) == 0, 30)
    assert_sound(database, ids)
    database.dispose()


def test_nothing_is_signed_on_top_of_a_tree_that_the_last_checkpoint_does_not_sign(database, admin, caplog):
    write(database, *(an_entry() for _ in range(3)))
    drain(database, SIGNER)
    with admin.begin() as connection:
        connection.exec_driver_sql("SET session_replication_role = replica")
        connection.exec_driver_sql("UPDATE audit.node SET hash = sha256('x') WHERE level = 1")
    write(database, an_entry())
    with pytest.raises(TreeBrokenError):
        drain(database, SIGNER)
    with caplog.at_level(logging.ERROR), sequencing(database, SIGNER):
        eventually(lambda: reported(caplog, "TreeBrokenError"))
    assert len(leaves(database)) == 3
    assert not reported(caplog, "W104")


def test_the_sequencer_has_no_way_to_change_what_it_wrote(database):
    write(database, an_entry())
    drain(database, SIGNER)
    for statement in ("UPDATE audit.leaf SET leaf_index = 5", "DELETE FROM audit.node", "DELETE FROM audit.entry",
                      "UPDATE audit.checkpoint SET signed_at = now()", "SELECT * FROM audit.opening"):  # fmt: skip
        with pytest.raises(Exception, match="authorisation"), database.transaction("hg_sequence") as connection:
            connection.execute(text(statement))


def test_ids_of_leaves_are_those_of_the_entries(database):
    ids = write(database, an_entry(), an_entry())
    drain(database, SIGNER)
    assert [entry for _, entry in leaves(database)] == ids
    assert all(isinstance(one, UUID) for one in ids)


def test_no_entry_is_taken_that_would_keep_all_after_it_from_their_place(database):
    with pytest.raises(EntryError, match="team") as refused:
        write(database, an_entry(team="MA\x00SH"))
    words = {"team": "".join(chr(0x4E00 + 7 * n) for n in range(500)), "detail": {"query": r"family=\u0000"}}
    taken = write(database, an_entry(detail={"query": "\\\x01"}), an_entry(**words))

    assert refused.value.field == "team"
    assert drain(database, SIGNER) == len(taken)
