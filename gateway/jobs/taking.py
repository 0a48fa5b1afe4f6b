"""The jobs of intake: batches too large for the request that brought them, and those that a process left behind."""

import asyncio
import threading
from functools import partial
from uuid import UUID

from procrastinate import App, PsycopgConnector

from gateway.jobs.running import work_until
from gateway.usecases.intake.intake_left import queue_left_batches, sweep_spool
from gateway.usecases.intake.intake_taking import take_batch
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
    """Each minute: sweep the spool."""

    @app.periodic(cron="* * * * *")
    @app.task(name="sweep_spool", queue="notices", lock="spool", queueing_lock="spool", pass_context=False)
    def sweep(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        sweep_spool(wiring)


def run_intake_worker(wiring: Wiring, stop: threading.Event) -> None:
    """Take batches until told to stop; what nobody is taking any more is queued again, at once and every ten seconds.

    Two at a time: a long file of one partner does not hold up another's.
    """
    asyncio.run(work_until(intake_app(wiring), stop, [INTAKE], 2, partial(queue_left_batches, wiring)))
