from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from audit.errors import ProofError
from audit.merkle import leaf_hash
from audit.receipt import redeem_promise
from audit.tlog_proof import verify_proof
from gateway import clock
from gateway.errors import NotFoundError, ProofNotReadyError
from gateway.identity.caller import PartnerCaller
from gateway.usecases.families.disclosure import receipt_for
from gateway.usecases.log.receipts import receipt
from tests.gateway.audit.log_book import AT, CONTEXT, OFFICER, WORKER, an_entry, drain, write


def test_every_entry_has_a_receipt_that_verifies_offline(wiring, database):
    for number in range(1, 12):
        ids = write(database, an_entry())
        drain(database, wiring.log_signer)
        view = receipt(wiring, CONTEXT, WORKER, ids[0])
        proved = verify_proof(view.proof, wiring.log_signer.verifier())
        assert (proved.index, proved.checkpoint.size) == (view.index, view.tree_size) == (number - 1, number)


def test_a_receipt_of_an_early_entry_leads_to_the_newest_checkpoint(wiring, database):
    ids = write(database, *(an_entry() for _ in range(13)))
    drain(database, wiring.log_signer, batch=3)
    for index, entry_id in enumerate(ids):
        view = receipt(wiring, CONTEXT, WORKER, entry_id)
        proved = verify_proof(view.proof, wiring.log_signer.verifier(), view.leaf)
        assert (proved.index, proved.checkpoint.size) == (index, 13)


def test_a_promise_is_exchanged_for_its_proof(wiring, database):
    entry = an_entry()
    write(database, entry)
    drain(database, wiring.log_signer)
    view = receipt(wiring, CONTEXT, WORKER, UUID(entry.entry_id))
    promise = receipt_for(wiring, entry, view.leaf).promise
    redeem_promise(promise, view.proof, view.leaf, wiring.log_signer.verifier())


def test_a_receipt_says_nothing_that_the_leaf_does_not(wiring, database):
    ids = write(database, an_entry())
    drain(database, wiring.log_signer)
    shown = repr(receipt(wiring, CONTEXT, WORKER, ids[0]))
    assert not any(word in shown for word in ("W104", "early_help", "northvale_council", "00000000fa01"))


def test_a_receipt_asked_for_too_early_is_not_ready_and_comes_later(wiring, database):
    ids = write(database, an_entry())
    with pytest.raises(ProofNotReadyError):
        receipt(wiring, CONTEXT, WORKER, ids[0])
    drain(database, wiring.log_signer)
    assert receipt(wiring, CONTEXT, WORKER, ids[0]).index == 0


@pytest.mark.parametrize("sequenced", [True, False])
def test_another_agency_gets_the_answer_of_an_entry_that_is_not_there(wiring, database, sequenced):
    ids = write(database, an_entry())
    if sequenced:
        drain(database, wiring.log_signer)
    police = PartnerCaller("northvale-police", "northvale_police", frozenset(), AT)
    answers = []
    for asked in (ids[0], clock.new_id()):
        with pytest.raises(NotFoundError) as refusal:
            receipt(wiring, CONTEXT, police, asked)
        answers.append(str(refusal.value))
    assert answers[0] == answers[1]


def test_the_officer_gets_any_receipt_and_a_role_of_the_same_name_elsewhere_does_not(wiring, database):
    ids = write(database, an_entry(agency="northvale_police"))
    drain(database, wiring.log_signer)
    assert receipt(wiring, CONTEXT, OFFICER, ids[0]).index == 0
    with pytest.raises(NotFoundError):
        receipt(wiring, CONTEXT, replace(OFFICER, agency="haven_refuge"), ids[0])


def test_an_earlier_receipt_goes_on_verifying_after_erasure_and_is_then_the_officers_alone(wiring, database, admin):
    ids = write(database, an_entry())
    drain(database, wiring.log_signer)
    before = receipt(wiring, CONTEXT, WORKER, ids[0])
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.execute(text("UPDATE audit.opening SET fields = '{}'"))
    verify_proof(before.proof, wiring.log_signer.verifier())
    with pytest.raises(NotFoundError):
        receipt(wiring, CONTEXT, WORKER, ids[0])
    assert leaf_hash(receipt(wiring, CONTEXT, OFFICER, ids[0]).leaf) == leaf_hash(before.leaf)


def test_a_missing_subtree_is_an_error_and_no_wrong_proof(wiring, database, admin):
    ids = write(database, *(an_entry() for _ in range(4)))
    drain(database, wiring.log_signer)
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("DELETE FROM audit.node WHERE level = 1")
    with pytest.raises(ProofError):
        receipt(wiring, CONTEXT, WORKER, ids[0])


def test_fetching_a_receipt_leaves_no_entry(wiring, database):
    ids = write(database, an_entry())
    drain(database, wiring.log_signer)
    receipt(wiring, CONTEXT, WORKER, ids[0])
    assert drain(database, wiring.log_signer) == 0
