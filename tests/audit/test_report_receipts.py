"""Receipts beside a report show that witnesses vouch for its maps; a policy is met by those of its own maps alone."""

from datetime import timedelta
from hashlib import sha256

import pytest

from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.encoding import to_base64
from audit.entry import Entry, EventClass, format_second
from audit.errors import AuditError
from audit.keys import COSIGNATURE_V1, SignerKey
from audit.leaf import commit_entry
from audit.map_receipt import RECEIPTS_FOLDER, make_map_receipt
from audit.merkle import leaf_hash
from audit.notes import add_signatures, cosign
from audit.policy import parse_policy
from audit.tlog_proof import make_proof
from audit.verify import verify_path
from audit.verify_export import Trust
from tests.audit.packs import HOUR, KEY, LOG, SIGNER, Book, someone
from tests.audit.test_subject_report import MADE, TITLES, report_about, with_report
from tests.audit.test_subject_seal import written

POLICE = SignerKey("police.example/witness", b"p" * 32, COSIGNATURE_V1)
BEFORE = SignerKey(LOG, b"b" * 32)


@pytest.fixture
def book():
    made = Book()
    made.look(1)
    return made


@pytest.fixture
def folder(tmp_path, book):
    (tmp_path / RECEIPTS_FOLDER).mkdir()
    return written(tmp_path, with_report(report_about(book), MADE, TITLES, (), {}))


def policy(quorum):
    witness = POLICE.verifier()
    text = f"log {KEY.encode()}\nwitness police {witness.encode()}\nquorum {quorum}\n"
    return Trust(KEY, witnesses=(witness,), policy=parse_policy(text.encode()))


def receipt_of(one, *witnesses, log=SIGNER, taken=timedelta(minutes=1)):
    """The receipt of a book's map, `taken` so long after its instant, in a log of its entry alone."""
    coverage = one.coverage
    detail = {
        "coverage_map_root": to_base64(coverage.root), "coverage_map_list": coverage.kind.value,
        "coverage_map_at": format_second(coverage.at), "coverage_map_number": coverage.number,
    }  # fmt: skip
    entry = Entry(
        entry_id=someone(99), event=EventClass.VERIFICATION, at=coverage.at + taken, log_id=LOG, who="hearthgate",
        agency="gateway", detail=detail,
    )  # fmt: skip
    leaf, openings = commit_entry(entry, lambda name: sha256(name.encode()).digest())
    head = sign_checkpoint(Checkpoint(LOG, 1, leaf_hash(leaf)), [log])
    note = add_signatures(head, [cosign(head, witness, 1_800_000_000) for witness in witnesses])
    return make_map_receipt(one.note(), make_proof(0, [], note, leaf), openings["detail"])


def keep(folder, name, receipt):
    (folder / RECEIPTS_FOLDER / name).write_bytes(receipt)


def problem(folder, trust):
    with pytest.raises(AuditError) as found:
        verify_path(folder, trust)
    return str(found.value)


def test_a_policy_is_met_by_a_receipt_whose_head_its_witnesses_have_cosigned(folder, book):
    keep(folder, "disclosable-1.json", receipt_of(book.map(range(1, 6)), POLICE))

    told = verify_path(folder, policy("police"))

    assert "the log holds its 1 map(s)" in told
    assert told.endswith("the log northvale.example/hearthgate of 1 entries, signed, 1 known witness(es)")


def test_a_policy_is_not_met_without_a_receipt_or_a_cosignature_and_one_that_asks_for_none_is(folder, book):
    assert problem(folder, policy("police")).startswith("1 of its map(s) have no receipt in map-receipts")
    assert "NOT checked that the log holds 1 of its 1 map(s)" in verify_path(folder, policy("none"))
    keep(folder, "disclosable-1.json", receipt_of(book.map(range(1, 6))))
    assert "do not make the policy's quorum" in problem(folder, policy("police"))


def test_a_receipt_of_another_map_vouches_for_nothing_of_this_report(folder, book):
    keep(folder, "disclosable-2.json", receipt_of(book.map(range(1, 9), at=HOUR, number=2), POLICE))

    assert problem(folder, policy("police")).startswith("1 of its map(s) have no receipt")
    assert "known witness" not in verify_path(folder, policy("none"))


def test_a_receipt_whose_head_was_signed_before_a_rotation_needs_the_earlier_key_too(folder, book):
    keep(folder, "disclosable-1.json", receipt_of(book.map(range(1, 6)), log=BEFORE))

    assert problem(folder, Trust(KEY)) == "map-receipts/disclosable-1.json: no known key has signed the note"
    assert "the log holds its 1 map(s)" in verify_path(folder, Trust(KEY, earlier_keys=(BEFORE.verifier(),)))


def test_a_file_beside_a_report_that_nothing_vouches_for_is_told(folder, book):
    keep(folder, "disclosable-1.json", receipt_of(book.map(range(1, 6))))
    assert "NOT checked" not in verify_path(folder, Trust(KEY))
    (folder / "report.pdf").write_bytes(b"%PDF")
    keep(folder, "later.txt", b"")

    said = 'NOT checked: 2 file(s) that have no place in it, such as "map-receipts/later.txt"'
    assert verify_path(folder, Trust(KEY)).endswith(said)
