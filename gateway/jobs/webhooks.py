"""Jobs of webhooks: messages go out when they are queued and, where that failed, when they are due again."""

from procrastinate import App

from gateway.usecases.telling.webhooks_sending import deliver_due
from gateway.usecases.telling.webhooks_telling import tell_of_ends, tell_of_linked
from gateway.wiring import Wiring

QUEUE = "webhooks"


def add_webhook_jobs(app: App, wiring: Wiring) -> None:
    """Deliver on demand and each minute; look once a day for agreements that end."""

    @app.task(name="deliver_webhooks", queue=QUEUE)
    def deliver() -> None:
        deliver_due(wiring)

    @app.periodic(cron="* * * * *")
    @app.task(name="deliver_again", queue=QUEUE, lock="webhooks", queueing_lock="webhooks-again", pass_context=False)
    def again(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        tell_of_linked(wiring)
        deliver_due(wiring)

    @app.periodic(cron="12 6 * * *")
    @app.task(name="tell_of_ends", queue=QUEUE, lock="webhook-ends", queueing_lock="webhook-ends", pass_context=False)
    def ends(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        tell_of_ends(wiring)
