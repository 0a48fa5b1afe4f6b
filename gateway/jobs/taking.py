"""The jobs of intake: batches too large for the request that brought them, and those that a process left behind."""

import asyncio
import threading
from uuid import UUID

from procrastinate import App, PsycopgConnector

from gateway.usecases.intake_left import queue_left_batches, sweep_spool
from gateway.usecases.intake_taking import take_batch
from gateway.wiring import Wiring

INTAKE = "intake"
"""The queue of batches: worked off apart, so that a long file holds up nothing else."""


def connector(wiring: Wiring) -> PsycopgConnector:
    """How a process reaches its jobs."""
    url = wiring.database.base.set(
        drivername="postgresql", username="hg_jobs", password=wiring.database.passwords["hg_jobs"]
    )
    return PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False), kwargs={"options": "-c search_path=jobs"}
    )


def intake_app(wiring: Wiring) -> App:
    """The job that takes a batch; its argument is the batch's id alone.

    An application of its own: each one that works defers its periodic jobs, and these are the worker's.
    """
    app = App(connector=connector(wiring))

    @app.task(name="take_batch", queue=INTAKE)
    def take(batch_id: str) -> None:
        take_batch(wiring, UUID(batch_id))

    return app


def add_intake(app: App, wiring: Wiring) -> None:
    """Each minute: queue what was left, and sweep the spool."""

    @app.periodic(cron="* * * * *")
    @app.task(name="queue_left_batches", queue="notices", lock="left", queueing_lock="left", pass_context=False)
    def queue_left(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        queue_left_batches(wiring)
        sweep_spool(wiring)


def run_intake_worker(wiring: Wiring, stop: threading.Event) -> None:
    """Take batches until told to stop; what a process that died left behind, before anything new."""
    queue_left_batches(wiring)
    asyncio.run(_work(wiring, stop))


async def _work(wiring: Wiring, stop: threading.Event) -> None:
    app = intake_app(wiring)
    async with app.open_async():
        # Two at a time: a long file of one partner does not hold up another's.
        working = asyncio.create_task(
            app.run_worker_async(queues=[INTAKE], concurrency=2, install_signal_handlers=False, listen_notify=True)
        )
        while not stop.is_set() and not working.done():  # noqa: ASYNC110 - the event is a thread's
            await asyncio.sleep(0.2)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
