from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from audit.errors import AuditError, CheckpointError, ReceiptError
from audit.keys import COSIGNATURE_V1, SignerKey
from audit.merkle import leaf_hash
from audit.notes import add_signatures, cosign, sign_note
from audit.receipt import HEADER, Promise, open_promise, parse_promise, redeem_promise, sign_promise
from audit.tlog_proof import make_proof, parse_proof, verify_proof
from audit.tree import Frontier, inclusion_proof

LOG = SignerKey("northvale.example/audit", bytes(range(32)))
OTHER = SignerKey("elsewhere.example/audit", bytes(range(1, 33)))
WITNESS = SignerKey("police.example/witness", bytes(range(2, 34)), COSIGNATURE_V1)
LEAVES = [f"leaf {number}".encode() for number in range(11)]
AT = datetime(2026, 11, 21, 9, 30, 15, 400000, tzinfo=UTC)


def a_log(origin="northvale.example/audit", signer=LOG):
    nodes, frontier = {}, Frontier()
    for data in LEAVES:
        nodes |= {(node.level, node.index): node.hash for node in frontier.append(leaf_hash(data))}
    note = sign_checkpoint(Checkpoint(origin, len(LEAVES), frontier.root()), [signer])
    return note, lambda index: inclusion_proof(index, len(LEAVES), lambda level, place: nodes[level, place])


def a_proof(index=4, *, carry=True):
    note, path = a_log()
    return make_proof(
        index, path(index), add_signatures(note, [cosign(note, WITNESS, 7)]), LEAVES[index] if carry else None
    )


@pytest.mark.parametrize("index", range(11))
def test_a_receipt_of_every_leaf_verifies_with_and_without_the_leaf_inside(index):
    for carry in (True, False):
        verified = verify_proof(a_proof(index, carry=carry), LOG.verifier(), LEAVES[index], [WITNESS.verifier()])
        assert (verified.index, verified.checkpoint.size) == (index, 11)
        assert [one.at for one in verified.witnesses] == [7]
    assert verify_proof(a_proof(index), LOG.verifier()).index == index


def test_a_receipt_reads_back_as_it_was_written():
    assert parse_proof(a_proof()).encode() == a_proof()
    assert parse_proof(a_proof(carry=False)).extra is None


def test_a_receipt_of_another_leaf_or_another_log_or_without_a_leaf_is_refused():
    with pytest.raises(ReceiptError):
        verify_proof(a_proof(), LOG.verifier(), LEAVES[5])
    with pytest.raises(AuditError):
        verify_proof(a_proof(carry=False), LOG.verifier(), LEAVES[5])
    with pytest.raises(ReceiptError):
        verify_proof(a_proof(carry=False), LOG.verifier())
    with pytest.raises(AuditError):
        verify_proof(a_proof(), OTHER.verifier())


@given(st.data())
def test_a_receipt_with_any_bit_flipped_is_refused(data):
    text = a_proof(carry=data.draw(st.booleans())).encode()
    end = text.index(b"police.example")  # what unknown keys say is not ours to judge
    place = data.draw(st.integers(0, end * 8 - 40))
    changed = bytearray(text)
    changed[place // 8] ^= 1 << place % 8

    with pytest.raises((AuditError, UnicodeDecodeError)):
        verify_proof(bytes(changed).decode(), LOG.verifier(), LEAVES[4])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("index 4", "index 04"),
        ("index 4", "index -4"),
        ("index 4", "index"),
        ("index 4\n", ""),
        ("index 4", "index \u0664"),
        ("extra ", "extra  "),
        ("extra ", "extra !"),
        ("\n\n", "\n"),
        ("\nnorthvale", "\n\nnorthvale"),
        ("\n11\n", "\n011\n"),
        ("index 4\n", "index 4\nAAAA\n"),
        ("index 4\n", "index 4\n" + "A" * 43 + "=\n" * 1 + ("A" * 43 + "=\n") * 64),
    ],
)
def test_a_malformed_receipt_is_refused(old, new):
    assert old in a_proof()

    with pytest.raises(ReceiptError):
        parse_proof(a_proof().replace(old, new, 1))


def test_the_proof_example_of_c2sp_is_read_up_to_its_elided_signatures(vectors):
    text = (vectors / "c2sp-spec-examples" / "tlog-proof.00.txt").read_text()

    with pytest.raises(ReceiptError, match="checkpoint is malformed"):
        parse_proof(text)
    head = text.partition("\n\n")[0]
    proof = parse_proof(f"{head}\n\n{a_log()[0]}")
    assert (proof.index, len(proof.hashes)) == (73894, 5)


def a_promise(**changes):
    return Promise(
        **{"log_id": LOG.name, "entry_id": "01JENTRY", "leaf_hash": leaf_hash(LEAVES[4]), "at": AT} | changes
    )


def test_a_promise_is_redeemed_by_the_proof_of_its_leaf():
    note = sign_promise(a_promise(), LOG)

    assert open_promise(note, LOG.verifier().encode()).entry_id == "01JENTRY"
    assert redeem_promise(note, a_proof(), LEAVES[4], LOG.verifier()).index == 4
    with pytest.raises(ReceiptError):
        redeem_promise(note, a_proof(5), LEAVES[5], LOG.verifier())
    with pytest.raises(AuditError):
        redeem_promise(note, a_proof(5), LEAVES[4], LOG.verifier())


def test_a_promise_is_never_a_checkpoint_nor_a_checkpoint_a_promise():
    with pytest.raises(CheckpointError):
        parse_checkpoint(sign_promise(a_promise(), LOG))
    with pytest.raises(ReceiptError):
        open_promise(a_log()[0], LOG.verifier())
    assert a_promise().encode().startswith(HEADER)


def test_a_promise_of_another_log_is_refused():
    with pytest.raises(ReceiptError):
        open_promise(sign_promise(a_promise(log_id="elsewhere.example"), LOG), LOG.verifier())
    with pytest.raises(AuditError):
        open_promise(sign_promise(a_promise(), OTHER), LOG.verifier())


def test_a_promise_is_overdue_only_when_its_delay_is_surely_over():
    promise = parse_promise(a_promise().encode())

    assert promise.merge_delay == timedelta(seconds=1)
    assert not promise.overdue(AT + timedelta(seconds=1))
    assert promise.overdue(AT + timedelta(seconds=2))


@pytest.mark.parametrize(
    "changes", [{"entry_id": "two\nlines"}, {"log_id": ""}, {"leaf_hash": b"short"}, {"merge_delay": timedelta(-1)}]
)
def test_a_promise_of_impossible_values_is_not_signed(changes):
    with pytest.raises(ReceiptError):
        sign_promise(a_promise(**changes), LOG)


def test_a_promise_of_an_impossible_day_is_refused():
    note = sign_note(a_promise().encode().replace("2026-11-21", "2026-11-31"), [LOG])

    with pytest.raises(ReceiptError):
        open_promise(note, LOG.verifier())


def test_a_verifier_that_is_not_ours_accepts_our_receipts_and_refuses_altered_ones():
    proofbundle = pytest.importorskip("proofbundle", reason="the proofbundle package is not installed")
    keys = (LOG.verifier().encode(), [WITNESS.verifier().encode()])

    for index, leaf in enumerate(LEAVES):
        for carry in (True, False):
            assert proofbundle.verify_tlog_proof(a_proof(index, carry=carry), leaf, *keys, threshold=1)["ok"]
        assert not proofbundle.verify_tlog_proof(a_proof(index), leaf + b"x", *keys)["ok"]
