"""The jobs of intake: batches too large for the request that brought them, and those that a process left behind."""

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

    An application of its own: each one that works defers its periodic jobs, and two that do so fall over each other.
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
