"""The job that watches feeds: each hour, so that a file that is due by the end of a day is missed the next morning."""

from procrastinate import App

from gateway.usecases.watching.watching_feeds import watch_feeds
from gateway.wiring import Wiring


def add_watching_job(app: App, wiring: Wiring) -> None:
    """Look at every feed at 37 minutes past the hour."""

    @app.periodic(cron="37 * * * *")
    @app.task(name="watch_feeds", queue="notices", lock="feeds", queueing_lock="feeds", pass_context=False)
    def watch(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        watch_feeds(wiring)
