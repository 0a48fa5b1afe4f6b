"""The worker raises notices after linkage and escalates them every minute."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateway.jobs.worker import run_linkage_worker
from gateway.usecases.notifying import raise_notices

PATIENCE = 60


@contextmanager
def working(wiring):
    stop = threading.Event()
    worker = threading.Thread(target=run_linkage_worker, args=(wiring, stop))
    worker.start()
    yield
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


@pytest.mark.slow
def test_a_linkage_run_whose_worker_was_killed_holds_up_no_other(northvale):
    with northvale.admin.begin() as connection:
        left = connection.execute(text("UPDATE jobs.procrastinate_jobs SET status = 'doing' WHERE lock = 'linkage'"))
    assert left.rowcount == 1
    with working(northvale.wiring):
        wait_for(northvale, "SELECT count(*) FROM desk.notice")
    assert northvale.count("SELECT count(*) FROM jobs.procrastinate_jobs WHERE status = 'doing'") == 0
