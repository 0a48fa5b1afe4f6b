"""Batches that were left behind by a process that died: queued again; and files in the spool that are nobody's."""

from datetime import timedelta

from gateway.store.advisory import try_lock
from gateway.store.jobs import defer_batch
from gateway.store.spooled_batches import left_batches, spools_wanted
from gateway.usecases.intake.intake_taking import spool_of, turn_name
from gateway.wiring import Wiring

_ORPHAN_AGE = timedelta(hours=1)
"""Longer than a body is on its way: a younger file may belong to a request that has not noted it yet."""


def queue_left_batches(wiring: Wiring) -> int:
    """Queue every batch that waits and that nobody is taking; return how many. One that is queued stays as it is."""
    queued = 0
    with wiring.database.transaction("hg_intake") as connection:
        left = left_batches(connection)
        free = {source_no: try_lock(connection, turn_name(source_no)) for _, source_no in left}
        for batch_id, source_no in left:
            if free[source_no]:
                defer_batch(connection, batch_id)
                queued += 1
    return queued


def sweep_spool(wiring: Wiring) -> int:
    """Delete files that no batch waits for; return how many."""

    def wanted(names: list[str]) -> set[str]:
        with wiring.database.transaction("hg_intake") as connection:
            return spools_wanted(connection, names)

    return spool_of(wiring).sweep(wiring.clock(), _ORPHAN_AGE, wanted)
