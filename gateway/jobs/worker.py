"""The worker: takes queued jobs off the database and runs them as the role they need; ids only in arguments."""

import asyncio
import threading

from procrastinate import App

from gateway.jobs.linking import QUEUE as LINKAGE
from gateway.jobs.linking import add_linking
from gateway.jobs.pulling import QUEUE as PULLS
from gateway.jobs.pulling import add_pulling
from gateway.jobs.running import work_until
from gateway.jobs.taking import add_intake, connector
from gateway.jobs.watching_drops import add_watching
from gateway.jobs.watching_feeds import add_watching_job
from gateway.jobs.webhooks import QUEUE as WEBHOOKS
from gateway.jobs.webhooks import add_webhook_jobs
from gateway.usecases.families.answering import note_unanswered
from gateway.usecases.families.emergencies import suspend_unconfirmed
from gateway.usecases.log.coverage_maps import take_due_maps
from gateway.usecases.log.partner_uses import count_everybodys_months
from gateway.usecases.people.housekeeping import forget_what_is_over
from gateway.usecases.review.reviewing_accesses import explain_new
from gateway.usecases.review.reviewing_draws import draw_reviews
from gateway.usecases.review.warning import raise_warnings
from gateway.usecases.subjects.erasing import finish_erasures
from gateway.usecases.subjects.retention import forget_past_retention
from gateway.usecases.subjects.telling_viewers import tell_of_retractions
from gateway.usecases.telling.notifying import escalate_notices
from gateway.wiring import Wiring


def job_app(wiring: Wiring) -> App:
    """The jobs that there are."""
    app = App(connector=connector(wiring))

    @app.periodic(cron="* * * * *")
    @app.task(name="escalate_notices", queue="notices", lock="notices", queueing_lock="notices", pass_context=False)
    def escalate(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        escalate_notices(wiring)

    @app.periodic(cron="* * * * *")
    @app.task(
        name="suspend_unconfirmed", queue="notices", lock="emergencies", queueing_lock="emergencies", pass_context=False
    )
    def suspend(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        suspend_unconfirmed(wiring)

    @app.periodic(cron="* * * * *")
    @app.task(name="note_unanswered", queue="notices", lock="requests", queueing_lock="requests", pass_context=False)
    def remind(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        note_unanswered(wiring)

    @app.periodic(cron="* * * * *")
    @app.task(name="take_due_maps", queue="maps", lock="maps", queueing_lock="maps", pass_context=False)
    def take_maps(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        take_due_maps(wiring)

    @app.periodic(cron="7 * * * *")
    @app.task(name="raise_warnings", queue="notices", lock="warnings", queueing_lock="warnings", pass_context=False)
    def warn(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        raise_warnings(wiring)

    @app.periodic(cron="23 3 * * *")
    @app.task(name="count_uses", queue="notices", lock="uses", queueing_lock="uses", pass_context=False)
    def count(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        count_everybodys_months(wiring)

    @app.periodic(cron="17 2 * * *")
    @app.task(name="forget_what_is_over", queue="notices", lock="forget", queueing_lock="forget", pass_context=False)
    def forget(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        forget_what_is_over(wiring)

    add_linking(app, wiring)
    add_pulling(app, wiring)
    add_watching(app, wiring)
    add_intake(app, wiring)
    _add_review(app, wiring)
    _add_erasure(app, wiring)
    add_watching_job(app, wiring)
    add_webhook_jobs(app, wiring)
    _add_corrections(app, wiring)
    return app


def _add_review(app: App, wiring: Wiring) -> None:
    """Accesses get their reasons every two minutes, and each early morning some become items for officers."""

    @app.periodic(cron="*/2 * * * *")
    @app.task(name="explain_accesses", queue="maps", lock="review", queueing_lock="explain", pass_context=False)
    def explain(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        explain_new(wiring)

    @app.periodic(cron="40 4 * * *")
    @app.task(name="draw_reviews", queue="maps", lock="review", queueing_lock="draw", pass_context=False)
    def choose(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        explain_new(wiring)
        draw_reviews(wiring)


def _add_erasure(app: App, wiring: Wiring) -> None:
    """The last step of erasures, some minutes after they were decided."""

    @app.periodic(cron="* * * * *")
    @app.task(name="finish_erasures", queue="notices", lock="erasures", queueing_lock="erasures", pass_context=False)
    def finish(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        finish_erasures(wiring)


def _add_corrections(app: App, wiring: Wiring) -> None:
    """Who saw what was retracted is told, where the retraction itself did not get to it; each night, retention."""

    @app.periodic(cron="* * * * *")
    @app.task(name="tell_of_retractions", queue="notices", lock="told", queueing_lock="told", pass_context=False)
    def tell(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        tell_of_retractions(wiring)

    @app.periodic(cron="47 2 * * *")
    @app.task(
        name="forget_past_retention", queue="notices", lock="retention", queueing_lock="retention", pass_context=False
    )
    def keep_no_longer(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        forget_past_retention(wiring)


def run_linkage_worker(wiring: Wiring, stop: threading.Event) -> None:
    """Work off jobs until told to stop.

    Several at a time: no long linkage run, map of everybody or pull must hold up a notice that is overdue.
    """
    asyncio.run(work_until(job_app(wiring), stop, [LINKAGE, "notices", "maps", PULLS, WEBHOOKS], 5))
