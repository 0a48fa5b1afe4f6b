"""The job that looks into the watched folders, each minute, in the queue of pulls."""

from procrastinate import App

from gateway.drops.rules import read_drop_folders
from gateway.jobs.pulling import QUEUE
from gateway.usecases.intake.dropping import look_at_folders
from gateway.wiring import Wiring


def add_watching(app: App, wiring: Wiring) -> None:
    """Add the job. The file is read when the worker starts; without one no folder is watched.

    Raises `ConfigurationError` where the file is wrong.
    """
    folders = read_drop_folders(wiring.settings.drops_file)

    @app.periodic(cron="* * * * *")
    @app.task(name="look_at_folders", queue=QUEUE, lock="drops", queueing_lock="drops", pass_context=False)
    def look(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        if folders:
            look_at_folders(wiring, folders)
