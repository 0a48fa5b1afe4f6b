"""A database and a data folder that come from one backup know nothing of what is missing; the witnesses do."""

from contextlib import ExitStack

import pytest

from audit.checkpoint import parse_checkpoint
from audit.entry import EventClass
from audit.restore import RestoreReason, open_restore
from gateway import clock
from gateway.jobs.recalling import recall_newest
from gateway.jobs.sequencer import Sequencer
from gateway.usecases.log.log_status import log_status
from gateway.usecases.log.restoring import RolledBackError, declare_restore, guard_of
from gateway.usecases.log.verifying_log import verify_database
from gateway.witness.witness import Witness
from tests.gateway.audit.log_book import an_entry, drain, write
from tests.gateway.audit.witnessed_town import Town


@pytest.fixture
def town(wiring, tmp_path):
    with ExitStack() as stack:
        yield Town(wiring, tmp_path, stack)


def mark(town):
    return guard_of(town.wiring).mark


def guarded(town):
    with town.wiring.database.engine("hg_sequence").connect() as connection:
        return Sequencer(town.wiring.log_signer, clock.utc_now, guard=guard_of(town.wiring)).drain_batch(connection)


@pytest.fixture
def backup(cluster, database, database_name):
    """Takes a backup when called first, and restores it when called again."""
    kept = f"{database_name}_backup"

    def take_or_restore():
        database.dispose()
        if not taken:
            taken.append(True)
            cluster.create(kept, database_name)
        else:
            cluster.drop(database_name)
            cluster.create(database_name, kept)

    taken = []
    yield take_or_restore
    cluster.drop(kept)


def test_the_mark_is_raised_to_what_the_witnesses_show_and_never_lowered(town):
    town.grow(3)
    town.round()
    assert recall_newest(town.wiring) == 3
    assert parse_checkpoint(mark(town).read()).size == 3
    town.grow(2)
    drain(town.wiring.database, town.wiring.log_signer)
    assert recall_newest(town.wiring) is None
    town.round()
    town.stop("police")
    assert recall_newest(town.wiring) == 5
    town.stop("health")
    assert recall_newest(town.wiring) is None
    assert parse_checkpoint(mark(town).read()).size == 5


def test_a_log_restored_with_its_data_folder_stands_still_until_declared_and_is_witnessed_again_once_accepted(
    town, backup
):
    town.grow(4)
    town.round()
    backup()
    town.grow(3)
    town.round()
    backup()
    write(town.wiring.database, an_entry())
    assert mark(town).read() is None  # the data folder came from the backup too

    assert recall_newest(town.wiring) == 7
    with pytest.raises(RolledBackError):
        guarded(town)

    gap = an_entry(event=EventClass.CONFIGURATION, subjects=(), household=None)
    declared = declare_restore(town.wiring, gap, None, RestoreReason.DISK_FAILURE)
    assert (declared.restore.lost_from.size, declared.restore.lost_to.size) == (4, 7)
    assert guarded(town) == 2
    town.round()
    assert set(log_status(town.wiring).problems) == {"log-rolled-back"}

    note = declared.note
    for name in town.keys:
        _, note = Witness(town.folder(name), clock.utc_now).accept_restore(note)
    assert town.round() == {"police": None, "health": None}

    status = log_status(town.wiring)
    assert (status.size, status.witnessed_size) == (6, 6)
    assert status.problems == ()
    opened = open_restore(note, town.wiring.log_signer.verifier(), town.keys.values())
    assert len(opened.witnesses) == 2
    assert recall_newest(town.wiring) is None
    assert verify_database(town.wiring).finding is None


def test_witnesses_that_have_seen_nothing_raise_no_mark(town):
    town.grow(2)

    assert recall_newest(town.wiring) is None

    assert mark(town).read() is None
