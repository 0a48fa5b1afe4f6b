"""The job that pulls: each minute, whatever is due by the council's file of pulls, in a queue of its own."""

from procrastinate import App

from gateway.pull.sources import read_pull_sources
from gateway.usecases.feeds.pulling import pull_due
from gateway.wiring import Wiring

QUEUE = "pulls"


def add_pulling(app: App, wiring: Wiring) -> None:
    """Add the job. The file is read when the worker starts; without one nothing is pulled.

    Raises `ConfigurationError` where the file is wrong: a worker that pulls half of what it should is worse than none.
    """
    sources = list(read_pull_sources(wiring.settings.pulls_file).values())

    @app.periodic(cron="* * * * *")
    @app.task(name="pull_due", queue=QUEUE, lock="pulls", queueing_lock="pulls", pass_context=False)
    def pull(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        if sources:
            pull_due(wiring, sources)
