"""A batch whose gateway, worker or database is killed in the middle of it is taken whole, and once."""

import contextlib
import json
import random
import threading
import time
from collections import Counter

import httpx
import pytest

from adapters.port import translate_rows
from benchmarks.ingest_files import OCCURRENCES, write_file
from concept_model.records import facts_of
from gateway.store.advisory import lock
from gateway.usecases.intake.intake_taking import turn_name
from tests.gateway.intake.processes import processes

LARGE, SMALL = 8_000, 3_000
PATIENCE = 300.0
_UNCOMMITTED = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'hg_intake' AND backend_xid IS NOT NULL"

_WHO = "SELECT state, wait_event, left(query, 99) FROM pg_stat_activity WHERE usename = 'hg_intake'"


@pytest.fixture
def chance():
    return random.Random()  # noqa: S311 - moments of a test


def file_of(tmp_path, rows):
    """A file with planted repeats, bad rows and rows that are refused."""
    path = tmp_path / f"{rows}.csv"
    write_file(OCCURRENCES, path, rows)
    return path.read_bytes()


def expected(northvale, body):
    """What the file itself says: counts of rows, and of versions of facts, in the order of the file."""
    counts, newest = Counter(), {}
    feed = northvale.wiring.feeds[OCCURRENCES]
    for row in translate_rows(feed, body):
        counts["read"] += 1
        counts["refused" if row.refused else "rejected" if row.errors else "accepted"] += 1
        for record in row.records:
            for fact in facts_of(record):
                key = (fact.subject_key, fact.item, fact.occurrence)
                counts["facts"] += newest.get(key) != fact
                newest[key] = fact
    return counts


def stored(northvale, batch_id):
    """The same counts as SQL finds them; every row of a chunk stands in the chunk's entry."""
    row = northvale.sql("SELECT * FROM desk.batch WHERE batch_id = :b", b=batch_id)[0]
    facts = northvale.count("SELECT count(*) FROM hearth.fact WHERE batch_id = :b", b=batch_id)
    errors = northvale.count("SELECT count(DISTINCT row_number) FROM desk.row_error WHERE batch_id = :b", b=batch_id)
    assert errors == row.rows_rejected + row.rows_refused
    details = [
        json.loads(one.detail)
        for one in northvale.sql(
            "SELECT o.fields #>> '{detail,1}' AS detail FROM audit.opening o JOIN audit.entry e USING (entry_id)"
            " WHERE e.event_class = 'collection' AND o.fields #>> '{detail,1}' LIKE '%' || :b || '%'",
            b=str(batch_id),
        )
    ]
    chunks = [one["chunk"] for one in details if "chunk" in one]
    assert sorted(chunks) == list(range(len(chunks)))
    assert sum(one["row_count"] for one in details if "chunk" in one) == row.rows_read
    assert [one["row_count"] for one in details if "chunk" not in one] == [row.rows_read]
    return Counter(
        read=row.rows_read,
        accepted=row.rows_accepted,
        rejected=row.rows_rejected,
        refused=row.rows_refused,
        facts=facts,
    )


def wait(holds, explain=lambda: "in vain"):
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, explain()
        time.sleep(0.05)


def state_of(northvale, batch_id):
    return northvale.sql("SELECT state FROM desk.batch WHERE batch_id = :b", b=batch_id)[0].state


def finished(northvale, batch_id):
    return state_of(northvale, batch_id) not in {"received", "validating"}


def nothing_of(northvale, batch_id):
    """No fact, no error and no entry of the batch is there."""
    wait(lambda: northvale.count(_UNCOMMITTED) == 0, lambda: northvale.sql(_WHO))
    tables = ("hearth.fact", "desk.row_error", "desk.rejected_row")
    return not any(northvale.count(f"SELECT count(*) FROM {one} WHERE batch_id = :b", b=batch_id) for one in tables)  # noqa: S608 - fixed names


def in_the_middle(northvale, chance, over=lambda: False):
    """A random moment after something was written that is not committed; at once where all is over."""
    wait(lambda: northvale.count(_UNCOMMITTED) > 0 or over())
    time.sleep(chance.uniform(0.0, 1.0))


def test_an_intake_process_killed_twice_leaves_nothing_and_then_takes_the_batch_once(northvale, tmp_path, chance):
    body = file_of(tmp_path, LARGE)
    with processes(northvale) as run:
        run.start("serve")
        sent = run.push(OCCURRENCES, body, "killed").json()
        assert sent["state"] == "received"
        for _ in range(2):
            worker = run.start("work")
            in_the_middle(northvale, chance, lambda: finished(northvale, sent["batch_id"]))
            worker.kill()
            assert nothing_of(northvale, sent["batch_id"]) or finished(northvale, sent["batch_id"])
        run.start("work")
        wait(lambda: finished(northvale, sent["batch_id"]))
        assert state_of(northvale, sent["batch_id"]) == "accepted in part"
        # Sent again, it is the same batch.
        assert run.push(OCCURRENCES, body, "killed").json()["batch_id"] == sent["batch_id"]
    assert stored(northvale, sent["batch_id"]) == expected(northvale, body)


def test_a_gateway_killed_twice_while_it_takes_a_small_file_takes_it_once_when_it_is_back(northvale, tmp_path, chance):
    body = file_of(tmp_path, SMALL)
    taken = "SELECT count(*) FROM desk.batch WHERE feed = :f AND rows_read = :n"
    with processes(northvale) as run:
        for _ in range(2):
            gateway = run.start("serve")
            pushing = threading.Thread(target=pushed_in_vain, args=(run, body))
            pushing.start()
            in_the_middle(northvale, chance, lambda: northvale.count(taken, f=OCCURRENCES, n=SMALL) > 0)
            gateway.kill()
            pushing.join()
        run.start("serve")
        # No worker runs: whoever sends the file again finishes it.
        sent = run.push(OCCURRENCES, body, "killed").json()
        assert sent["state"] == "accepted in part"
    assert stored(northvale, sent["batch_id"]) == expected(northvale, body)
    assert northvale.count(taken, f=OCCURRENCES, n=SMALL) == 1


def test_a_database_that_crashes_in_the_middle_leaves_nothing_and_the_batch_is_taken_once(northvale, tmp_path, chance):
    body = file_of(tmp_path, LARGE)
    with processes(northvale) as run:
        run.start("serve")
        sent = run.push(OCCURRENCES, body, "crashed").json()
        worker = run.start("work")
        in_the_middle(northvale, chance)
        northvale.built.cluster.restart(crash=True)
        northvale.admin.dispose()
        northvale.wiring.database.dispose()
        # Its supervisor starts a worker again that gave up; one that goes on takes the batch within the minute.
        worker.kill()
        assert nothing_of(northvale, sent["batch_id"]) or finished(northvale, sent["batch_id"])
        run.start("work")
        wait(lambda: finished(northvale, sent["batch_id"]))
    assert stored(northvale, sent["batch_id"]) == expected(northvale, body)


def test_a_file_that_is_lost_refuses_its_batch_whole_with_the_reason(northvale, tmp_path):
    with processes(northvale) as run:
        run.start("serve")
        sent = run.push(OCCURRENCES, file_of(tmp_path, LARGE), "lost").json()
        spool = northvale.sql("SELECT spool FROM desk.spooled_batch WHERE batch_id = :b", b=sent["batch_id"])[0].spool
        (northvale.wiring.settings.spool_folder / spool).unlink()
        run.start("work")
        wait(lambda: finished(northvale, sent["batch_id"]))
    row = northvale.sql("SELECT * FROM desk.batch WHERE batch_id = :b", b=sent["batch_id"])[0]
    assert (row.state, row.refusal_code) == ("refused", "file-lost")
    assert nothing_of(northvale, sent["batch_id"])


def pushed_in_vain(run, body):
    with contextlib.suppress(httpx.TransportError):
        run.push(OCCURRENCES, body, "killed")


def test_a_batch_that_a_dying_process_still_holds_is_taken_as_soon_as_it_is_free(northvale, tmp_path):
    with processes(northvale) as run:
        run.start("serve")
        sent = run.push(OCCURRENCES, file_of(tmp_path, LARGE), "held").json()
        northvale.sql("DELETE FROM jobs.procrastinate_jobs")
        source_no = northvale.wiring.source_number(northvale.wiring.feeds[OCCURRENCES].profile.source)
        with northvale.wiring.database.transaction("hg_intake") as dying:
            lock(dying, turn_name(source_no))
            run.start("work")
            wait(lambda: northvale.count("SELECT count(*) FROM jobs.procrastinate_workers") > 0)
            time.sleep(1.0)
            assert state_of(northvale, sent["batch_id"]) == "received"
        wait(lambda: finished(northvale, sent["batch_id"]))
