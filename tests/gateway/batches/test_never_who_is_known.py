"""P14: what a sender is told of its file is the same whether or not anybody of it was known to others, or is erased."""

from types import SimpleNamespace

import pytest

from gateway.demo.switching_on import switch_everything_on
from gateway.usecases.intake.source_keys import SourceKey
from gateway.usecases.linking.linking import link_everything
from gateway.usecases.linking.linking_new import link_new
from tests.gateway.batches.school import (
    CHURCH_ROAD,
    CONTEXT,
    FEED,
    MILL_LANE,
    TOMBSTONE,
    count,
    pupil,
    pupils,
    push,
    upn,
)
from tests.gateway.batches.school import sheet as roll
from tests.gateway.served import served

OF_ITS_OWN = {"batch_id", "receipt", "signed_receipt"}
PATH = f"/v1/feeds/{FEED}"
ERASED = "INSERT INTO hearth.erased_record VALUES (%(key)s)"


@pytest.fixture
def gateway(wiring):
    switch_everything_on(wiring, CONTEXT, [FEED])
    schools = SimpleNamespace(staff=(), partner=lambda _: MILL_LANE, wiring=wiring)
    with served(schools) as running:
        yield running.client


def said_before(wiring, rows, caller, contract=None):
    """Another file, that linkage has met."""
    push(wiring, rows, contract, caller=caller, key=f"before by {caller.client_id}")
    link_everything(wiring)


def told(gateway, number, one_record, **query):
    """What a sender is told of a file of one pupil, at once and when it asks again."""
    sent = {"Test-Caller": FEED, "Idempotency-Key": f"of {number}"}
    if one_record:
        answer = gateway.post(f"{PATH}/records", json=pupil(number), headers=sent)
    else:
        sent["Content-Type"] = "text/csv"
        names = ["upn"] if query else None
        body = roll(pupils(number), names) if names else roll(pupils(number))
        answer = gateway.post(f"{PATH}/batches", content=body, headers=sent, params=query)
    asked = gateway.get(f"/v1/batches/{answer.json()['batch_id']}", headers={"Test-Caller": FEED})
    return [(one.status_code, {k: v for k, v in one.json().items() if k not in OF_ITS_OWN}) for one in (answer, asked)]


@pytest.mark.parametrize("one_record", [True, False])
def test_that_another_school_has_said_the_same_of_a_pupil_is_not_told(gateway, wiring, one_record):
    said_before(wiring, pupils(1), CHURCH_ROAD)

    known, nobody = (told(gateway, number, one_record) for number in (1, 2))

    assert known == nobody
    assert known[1][1]["outcome"] == "accepted"


def test_that_somebody_was_erased_is_not_told(gateway, wiring, admin):
    said_before(wiring, pupils(3), MILL_LANE)
    (key, *_) = SourceKey("schools", "person", upn(1)).digests(wiring.custody.digest)
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(ERASED, {"key": key})

    erased, nobody = (told(gateway, number, True) for number in (1, 2))

    assert erased == nobody
    assert count(admin, "SELECT count(*) FROM hearth.source_record WHERE subject_kind = 'person'") == 2


def test_whether_there_was_anything_under_a_key_that_is_withdrawn_is_not_told(gateway, wiring):
    said_before(wiring, pupils(1), MILL_LANE)

    nobody, known = (told(gateway, number, False, mode=TOMBSTONE.mode.value) for number in (2, 1))

    assert known == nobody
    assert known[1][1]["outcome"] == "accepted"


def test_a_file_that_brings_nothing_new_is_compared_by_the_linkage_that_it_queues(gateway, wiring, admin):
    said_before(wiring, pupils(1), MILL_LANE)
    waiting = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'link_new' AND status = 'todo'"
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("DELETE FROM jobs.procrastinate_jobs")

    (_, at_once), _ = told(gateway, 1, False)
    queued = count(admin, waiting)
    link_new(wiring)
    again = gateway.get("/v1/batches", headers={"Test-Caller": FEED}).json()

    assert (at_once["state"], at_once["linked_at"], queued) == ("accepted", None, 1)
    assert [batch["state"] for batch in again] == ["linked", "linked"]
