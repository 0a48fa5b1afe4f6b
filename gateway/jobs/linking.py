"""The jobs of linkage: new records as they come, everything where that is needed, and each night to reconcile.

One of them runs at a time. Notices, and maps of joined persons' lists, follow from what was linked.
"""

import logging
import time

from procrastinate import App

from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from gateway.usecases.log.coverage_maps import take_due_maps
from gateway.usecases.telling.notifying import raise_notices
from gateway.wiring import Wiring

QUEUE = "linkage"
_LOOKS = 50
_BETWEEN_LOOKS = 0.2
_log = logging.getLogger(__name__)


def add_linking(app: App, wiring: Wiring) -> None:
    """Add the jobs. `link_new` goes first, unless the council's index is of another making; then everything does."""

    @app.task(name="link_new", queue=QUEUE, lock="linkage")
    def link_what_is_new() -> None:
        linked = link_new(wiring)
        raise_notices(wiring)
        if linked.lineage:
            follow_lineage(wiring)

    @app.task(name="link_everything", queue=QUEUE, lock="linkage")
    def link() -> None:
        _link_everything(wiring)

    @app.periodic(cron="27 1 * * *")
    @app.task(name="reconcile_links", queue=QUEUE, lock="linkage", queueing_lock="reconcile", pass_context=False)
    def reconcile(timestamp: int) -> None:  # noqa: ARG001 - procrastinate hands over the minute
        _link_everything(wiring)


def follow_lineage(wiring: Wiring) -> None:
    """Take the maps after a run that joined or parted persons, as soon as its entries are leaves.

    Where that takes longer than some seconds, the minute's task does it.
    """
    for _ in range(_LOOKS):
        if take_due_maps(wiring):
            return
        time.sleep(_BETWEEN_LOOKS)


def _link_everything(wiring: Wiring) -> None:
    run = link_everything(wiring)
    # The counts are those of the entry; a linkage that drifts shows in them first.
    _log.info("linking.differences", extra=dict(run.differences))
    raise_notices(wiring)
    if run.merged or run.split:
        follow_lineage(wiring)
