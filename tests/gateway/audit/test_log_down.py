"""The log is down: reads stop and say so; the sequencer alone is down: reads go on with promises; and the rehearsal."""

from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import create_engine

from audit.receipt import redeem_promise
from audit.tlog_proof import parse_proof
from gateway.usecases.log.verifying_log import verify_database
from tests.gateway.audit.log_book import drain
from tests.gateway.audit.test_journal import overrides, row, sheet, take
from tests.gateway.served import served

_READER = "B101"


@contextmanager
def read_only(northvale):
    """As a standby, a full disk or an administrator's switch makes it: everything can be read and nothing written."""
    name = northvale.admin.url.database
    engine = create_engine(northvale.built.cluster.admin_url("postgres"), isolation_level="AUTOCOMMIT")

    def switch(value):
        with engine.connect() as connection:
            connection.exec_driver_sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {value}')
        # What is connected keeps what it began with.
        northvale.wiring.database.dispose()

    switch("on")
    try:
        yield
    finally:
        switch("off")
        engine.dispose()


@pytest.fixture
def reading(northvale):
    return northvale.declare(_READER, "tenancy_management"), northvale.family_id("S2", "Kelly Marsh")


def problem(answer):
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert answer.headers["Retry-After"] == "5"
    told = answer.json()
    assert told["type"].endswith("/database-unavailable")
    assert "Marsh" not in answer.text
    return told["detail"]


def test_reads_searches_pushes_and_declarations_stop_where_the_log_cannot_be_written(northvale, reading):
    push = {"Test-Caller": "housing-arrears", "Content-Type": "text/csv", "Idempotency-Key": "while the log is down"}
    with served(northvale) as gateway:
        with read_only(northvale):
            told = problem(gateway.family(_READER, *reading))
            problem(gateway.search(_READER, reading[0], northvale.person("S2", "Kelly Marsh")))
            problem(gateway.client.post("/v1/feeds/housing-arrears/batches", content=b"a\n1\n", headers=push))
            declared = {"purpose": "tenancy_management", "reason": "a reason of the test"}
            asked = gateway.client.post("/v1/purpose-declarations", json=declared, headers={"Test-Caller": _READER})
            problem(asked)
            problem(gateway.client.get("/health/ready"))
        assert "nothing was released or stored" in told
        # And goes on by itself.
        assert gateway.client.get("/health/ready").status_code == httpx.codes.OK
        assert gateway.family(_READER, *reading).status_code == httpx.codes.OK


def test_without_a_sequencer_reads_go_on_and_their_promises_are_kept_later(northvale, reading):
    key = northvale.wiring.log_signer.verifier()
    with served(northvale) as gateway:
        answer = gateway.family(_READER, *reading)
        assert answer.status_code == httpx.codes.OK
        receipt = answer.json()["receipt"]
        early = gateway.client.get(receipt["proof"], headers={"Test-Caller": _READER})
        assert (early.status_code, early.headers["Retry-After"]) == (httpx.codes.NOT_FOUND, "1")

        drain(northvale.wiring.database, northvale.wiring.log_signer)
        proof = gateway.client.get(receipt["proof"], headers={"Test-Caller": _READER}).json()["proof"]

    leaf = parse_proof(proof).extra
    assert leaf is not None
    redeem_promise(receipt["promise"], proof, leaf, key)


def test_the_rehearsal_the_log_is_down_people_act_on_paper_and_the_log_has_it_afterwards(northvale, reading):
    with served(northvale) as gateway:
        with read_only(northvale):
            problem(gateway.family(_READER, *reading))
        # On paper meanwhile: two uses. One line is typed wrongly at first, and then mended.
        with pytest.raises(Exception, match="row 3: second_person"):
            take(northvale, sheet(row(northvale), row(northvale, 2, second_person="W101")))
        assert take(northvale, sheet(row(northvale), row(northvale, 2))).new == 2
        assert take(northvale, sheet(row(northvale), row(northvale, 2))).known == 2
        assert gateway.family(_READER, *reading).status_code == httpx.codes.OK

    assert len(overrides(northvale)) == 2
    assert verify_database(northvale.wiring).finding is None
