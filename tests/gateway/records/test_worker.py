"""The worker raises notices after linkage and escalates them every minute."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.jobs.running import DEAD_AFTER
from gateway.jobs.worker import run_linkage_worker
from gateway.usecases.telling.notifying import raise_notices

PATIENCE = 60


@contextmanager
def working(wiring):
    stop = threading.Event()
    worker = threading.Thread(target=run_linkage_worker, args=(wiring, stop))
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(PATIENCE)


def wait_for(northvale, statement):
    until = time.monotonic() + PATIENCE
    while not northvale.count(statement):
        assert time.monotonic() < until, "the worker did not come to it"
        time.sleep(0.2)


@pytest.mark.slow
def test_notices_are_raised_after_the_linkage_that_a_push_queued(northvale):
    with working(northvale.wiring):
        wait_for(northvale, "SELECT count(*) FROM desk.notice")


@pytest.mark.slow
def test_an_overdue_notice_is_escalated_without_anybody_asking(northvale):
    raise_notices(northvale.wiring)
    northvale.clock.now += timedelta(days=4)
    with working(northvale.wiring):
        wait_for(northvale, "SELECT count(*) FROM desk.notice WHERE escalated_at IS NOT NULL")


def left_by_a_killed_worker(northvale):
    """The linkage that a push queued is at a worker that is silent for longer than any living one; another waits."""
    with northvale.admin.begin() as connection:
        # The triggers of the jobs' tables name what they need without its schema.
        connection.exec_driver_sql("SET LOCAL search_path = jobs, public")
        killed = connection.execute(
            text(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => :silent)) RETURNING id"
            ),
            {"silent": 2 * DEAD_AFTER},
        ).scalar_one()
        left = connection.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :killed"
                " WHERE lock = 'linkage' AND status = 'todo' RETURNING task_name"
            ),
            {"killed": killed},
        )
        assert left.scalars().all() == ["link_new"]
        connection.exec_driver_sql("SELECT defer_linkage()")


@pytest.mark.slow
def test_a_linkage_run_whose_worker_was_killed_holds_up_no_other(northvale):
    left_by_a_killed_worker(northvale)
    ended = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'succeeded' AND task_name = "
    with working(northvale.wiring):
        wait_for(northvale, f"{ended} 'link_new'")
        wait_for(northvale, f"{ended} 'link_everything'")
    assert northvale.count("SELECT count(*) FROM jobs.procrastinate_jobs WHERE lock = 'linkage'") == 2
    assert northvale.count("SELECT count(*) FROM desk.notice")
