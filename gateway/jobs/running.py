"""How a process works off jobs: until it is told to stop, and beside it, what died workers left is taken up again."""

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence

from procrastinate import App
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from concept_model.errors import DataSharingError

LOOK_AFTER = 10.0
"""Seconds between two looks for what was left."""
DEAD_AFTER = 60.0
"""Seconds without a sign of life after which a worker is dead. It gives one every ten."""
_log = logging.getLogger(__name__)


async def work_until(
    app: App, stop: threading.Event, queues: Sequence[str], concurrency: int, look: Callable[[], object] | None = None
) -> None:
    """Work off the jobs of some queues until `stop` is set, or until the database is lost, for a new process to begin.

    `look` is called when it begins and every `LOOK_AFTER` seconds, in a thread; what it raises is logged by its kind.
    """
    async with app.open_async():
        working = asyncio.create_task(
            app.run_worker_async(
                queues=list(queues), concurrency=concurrency, install_signal_handlers=False, listen_notify=True
            )
        )
        looking = asyncio.create_task(_look_after(app, queues, look))
        while not (stop.is_set() or working.done() or looking.done()):  # noqa: ASYNC110 - the event is a thread's
            await asyncio.sleep(0.2)
        looking.cancel()
        working.cancel()
        for ended in await asyncio.gather(working, looking, return_exceptions=True):
            if isinstance(ended, Exception):
                _log.error("jobs.ended", extra={"error": type(ended).__name__})


async def take_up_left_jobs(app: App, queues: Sequence[str]) -> int:
    """Queue again each job that a dead worker was at, unless the same waits already; return how many jobs that were.

    Such a job would hold its lock for ever, and no other of that lock would run. Every job of ours may run twice.
    """
    left = 0
    for queue in queues:
        for job in await app.job_manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=DEAD_AFTER):
            left += 1
            try:
                await app.job_manager.retry_job(job)
            except UniqueViolation:
                await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
    return left


async def _look_after(app: App, queues: Sequence[str], look: Callable[[], object] | None) -> None:
    while True:
        try:
            left = await take_up_left_jobs(app, queues)
            if left:
                _log.warning("jobs.taken-up-again", extra={"count": left})
            if look is not None:
                await asyncio.to_thread(look)
        except (DataSharingError, ConnectorException) as error:
            _log.warning("jobs.look-failed", extra={"error": type(error).__name__})
        await asyncio.sleep(LOOK_AFTER)
