"""The jobs of intake: batches too large for the request that brought them, and those that a process left behind."""

from uuid import UUID

from procrastinate import App

from gateway.usecases.intake_left import queue_left_batches, sweep_spool
from gateway.usecases.intake_taking import take_batch
from gateway.wiring import Wiring

INTAKE = "intake"
"""The queue of batches: a worker of its own, so that a long file holds up nothing else."""


def add_intake(app: App, wiring: Wiring) -> None:
    """Add the jobs. The argument of a batch's job is its id alone."""

    @app.task(name="take_batch", queue=INTAKE)
    def take(batch_id: str) -> None:
        take_batch(wiring, UUID(batch_id))

    @app.periodic(cron="* * * * *")
    @app.task(name="queue_left_batches", queue="notices", lock="left", queueing_lock="left", pass_context=False)
    def queue_left(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        queue_left_batches(wiring)
        sweep_spool(wiring)
