from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from audit.checkpoint import open_checkpoint, parse_checkpoint
from audit.errors import NoteError, RestoreError, WitnessRefusalError
from audit.fork import prove_fork
from audit.keys import COSIGNATURE_V1, SignerKey
from audit.notes import add_signatures, parse_note, sign_note
from audit.restore import Head, Restore, RestoreReason, open_restore, sign_restore
from gateway.witness import record as record_module
from gateway.witness.folder import WitnessFolderError, create_witness, open_witness
from gateway.witness.serving import running_witness
from gateway.witness.witness import Witness, origin_digest
from tests.audit.grown_log import LOG, OTHER, GrownLog, forked, leaves
from tests.gateway.witness.partner import AT, a_witness, evidence, request

GROWN = GrownLog(leaves(40))
KEY = LOG.verifier()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "witness"


@pytest.fixture
def witness(folder):
    return a_witness(folder)


def answer(witness, body):
    try:
        witness.add_checkpoint(body)
    except WitnessRefusalError as refusal:
        return refusal.status, refusal.size
    return 200, None


def refused(witness, body):
    given = answer(witness, body)
    assert given[0] != 200
    return given


def test_a_new_witness_has_a_key_of_its_own_that_nobody_else_may_read(folder):
    key = create_witness(folder, "police.example/witness")

    assert key.kind == COSIGNATURE_V1
    assert open_witness(folder)[0] == key
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())
    with pytest.raises(WitnessFolderError):
        create_witness(folder, "police.example/witness")
    (folder / "key").chmod(0o640)
    with pytest.raises(WitnessFolderError, match="0600"):
        open_witness(folder)


@pytest.mark.parametrize("left", [b"", b"nothing of ours" * 100, 5000, 30])
def test_a_record_that_is_cut_short_or_emptied_stops_the_start_instead_of_every_cosignature(folder, left):
    create_witness(folder, "police.example/witness")
    record = folder / "witness.sqlite"
    record.write_bytes(left if isinstance(left, bytes) else record.read_bytes()[:left])

    with pytest.raises(WitnessFolderError, match="damaged or cannot be read; take the whole folder from the backup"):
        open_witness(folder)


def test_a_record_that_cannot_be_written_to_stops_the_start(folder, witness, monkeypatch):
    connect = record_module.Record._connect

    def only_to_read(record):
        connection = connect(record)
        connection.execute("PRAGMA query_only = ON")
        return connection

    monkeypatch.setattr(record_module.Record, "_connect", only_to_read)
    with (
        pytest.raises(WitnessFolderError, match="cannot be written"),
        running_witness(folder, "127.0.0.1", 0, lambda: AT),
    ):
        pass


@pytest.mark.parametrize("name", ["", "two words", "a+b"])
def test_a_witness_has_a_name_that_a_key_can_have(folder, name):
    with pytest.raises(WitnessFolderError):
        create_witness(folder, name)
    assert not folder.exists()


def test_it_goes_on_from_what_it_cosigned_before_it_was_stopped(folder, witness):
    witness.add_checkpoint(request(GROWN, 0, 7))

    again = Witness(folder, lambda: AT)

    assert refused(again, request(GROWN, 0, 12)) == (409, 7)
    again.add_checkpoint(request(GROWN, 7, 12))
    note = again.newest_note(origin_digest(LOG.name))
    opened = open_checkpoint(note, KEY, [again.key.verifier()])
    assert (opened.checkpoint.size, opened.witnesses[0].at) == (12, int(AT.timestamp()))
    assert len(parse_note(note).signatures) == 2


def test_a_log_that_is_not_trusted_leaves_no_trace(folder, witness):
    assert refused(witness, request(GrownLog(leaves(5), OTHER), 0, 5)) == (404, None)
    assert witness.record.newest(OTHER.name) is None
    assert witness.newest_note(origin_digest(OTHER.name)) is None


def test_a_second_tree_of_a_size_once_cosigned_is_kept_as_a_proof_whatever_the_request_says(folder, witness):
    for old, size in ((0, 7), (7, 12), (12, 30)):
        witness.add_checkpoint(request(GROWN, old, size))
    false = forked(40, 3)

    assert refused(witness, request(false, 12, 12)) == (409, 30)  # rolled back, and grown otherwise

    (path,) = evidence(folder)
    assert "signed two trees of 12 entries" in prove_fork(path.read_text(), [KEY])
    assert refused(witness, request(false, 12, 12)) == (409, 30)
    assert evidence(folder) == [path]


def test_a_tree_that_the_logs_own_proof_shows_to_begin_otherwise_is_kept_as_a_proof(folder, witness):
    witness.add_checkpoint(request(GROWN, 0, 21))

    assert refused(witness, request(forked(40, 3), 21, 33)) == (422, None)

    (path,) = evidence(folder)
    assert "of 33 entries does not begin with its 21" in prove_fork(path.read_text(), [KEY])
    assert witness.record.newest(LOG.name).size == 21


def test_a_refused_checkpoint_that_proves_nothing_by_itself_is_kept_with_the_logs_signature(folder, witness):
    witness.add_checkpoint(request(GROWN, 0, 16))
    false = forked(40, 3)

    assert refused(witness, request(false, 16, 33)) == (422, None)

    assert evidence(folder) == []
    assert [path.read_text() for path in evidence(folder, "refused")] == [false.note(33)]


def test_nobody_can_fill_the_disk_with_one_checkpoint_and_proofs_or_signatures_of_their_own(folder, witness):
    witness.add_checkpoint(request(GROWN, 0, 16))
    for number in range(20):
        mine = SignerKey("somebody.example", bytes([number]) * 32)
        note = add_signatures(GROWN.note(33), parse_note(sign_note(GROWN.checkpoint(33).encode(), [mine])).signatures)
        body = request(GROWN, 16, 33, proof=(bytes([number]) * 32,) * 60, note=note)
        assert refused(witness, body) == (422, None)

    assert [path.read_text() for path in evidence(folder, "refused")] == [GROWN.note(33)]
    assert refused(witness, request(GrownLog(leaves(40), OTHER), 16, 33, proof=(bytes(32),))) == (404, None)
    assert len(evidence(folder, "refused")) == 1


def test_the_first_refused_checkpoints_are_kept_and_crowd_no_proof_of_a_fork_out(folder, witness, monkeypatch):
    monkeypatch.setattr("gateway.witness.folder._MOST", {"log-fork": 1000, "refused": 3})
    witness.add_checkpoint(request(GROWN, 0, 16))
    for size in range(20, 30):
        assert refused(witness, request(GROWN, 16, size, proof=(bytes(32),) * 5)) == (422, None)

    kept = {parse_checkpoint(path.read_text()).size for path in evidence(folder, "refused")}
    assert kept == {20, 21, 22}
    assert refused(witness, request(forked(40, 3), 16, 16)) == (422, None)
    assert len(evidence(folder)) == 1


def test_no_honest_log_is_ever_held_to_have_forked(folder, witness):
    witness.add_checkpoint(request(GROWN, 0, 21))
    for old, size in ((0, 5), (0, 21), (5, 21), (21, 30), (22, 30)):
        assert answer(witness, request(GROWN, old, size))[0] in (200, 409)
    assert evidence(folder) == []


def test_of_many_requests_at_once_none_takes_a_head_back(folder, witness):
    """Each is right for one state alone; whatever their order, the head only grows and every answer was true."""
    many = 8
    barrier, others = Barrier(many), [Witness(folder, lambda: AT) for _ in range(many)]

    def ask(number):
        barrier.wait()
        sizes, known = [], 0
        for size in range(number + 1, 40, 3):
            while known <= size:
                status, told = answer(others[number], request(GROWN, known, size))
                if status == 200:
                    sizes.append(size)
                    known = size
                    break
                assert status == 409
                assert told > known
                known = told
        return sizes

    with ThreadPoolExecutor(many) as pool:
        cosigned = list(pool.map(ask, range(many)))

    assert all(sizes == sorted(set(sizes)) for sizes in cosigned)
    assert witness.record.newest(LOG.name).size == max(size for sizes in cosigned for size in sizes) == 39
    kept = witness.record.earlier(LOG.name)
    assert {size for size, _ in kept} == {size for sizes in cosigned for size in sizes}
    assert evidence(folder) == []


def test_a_request_in_the_middle_of_another_waits_for_what_that_one_writes(folder, witness):
    """The race of the protocol's text: the smaller tree was checked first and would be written last."""
    slow = Witness(folder, lambda: AT)
    with slow.record.changing() as change, ThreadPoolExecutor(1) as pool:
        assert change.known(LOG.name) is None
        quick = pool.submit(refused, witness, request(GROWN, 0, 30))
        head = GROWN.checkpoint(7)
        change.put(LOG.name, record_module.KeptHead(7, head.root, GROWN.note(7)))
        assert not quick.done()
        change.execute("COMMIT", ())
        change.execute("BEGIN", ())
        assert quick.result(30) == (409, 7)


def declared(kept, lost, log=GROWN, **changed):
    heads = Head(kept, log.root(kept)), Head(lost, log.root(lost))
    fields = {"log_id": LOG.name, "lost_from": heads[0], "lost_to": heads[1], "at": AT} | changed
    return sign_restore(Restore(**fields, reason=RestoreReason.DISK_FAILURE), log.signer)


def test_a_restored_log_is_cosigned_again_only_after_the_operator_accepted_its_declaration(folder, witness):
    for old, size in ((0, 10), (10, 15), (15, 20)):
        witness.add_checkpoint(request(GROWN, old, size))
    regrown = forked(40, 10)
    assert refused(witness, request(regrown, 10, 12)) == (409, 20)

    restore, accepted = witness.accept_restore(declared(10, 20))

    opened = open_restore(accepted, KEY, [witness.key.verifier()])
    assert opened.restore == restore
    assert len(opened.witnesses) == 1
    assert parse_checkpoint(witness.newest_note(origin_digest(LOG.name))).size == 10
    assert refused(witness, request(GROWN, 20, 30)) == (409, 10)
    for old, size in ((10, 12), (12, 15), (15, 33)):
        witness.add_checkpoint(request(regrown, old, size))
    assert evidence(folder) == []
    assert witness.accept_restore(declared(10, 20)) == (restore, accepted)
    assert witness.record.newest(LOG.name).size == 33  # accepting it again takes nothing back
    assert refused(witness, request(forked(40, 9), 15, 15)) == (409, 33)  # what has grown since convicts again
    assert len(evidence(folder)) == 1


@pytest.mark.parametrize(
    "note",
    [
        declared(10, 19),  # the witness has cosigned 20
        declared(10, 20, forked(40, 15)),  # of another tree of 20
        declared(10, 20, forked(40, 3), lost_to=Head(20, GROWN.root(20))),  # restored to another tree of 10
        declared(20, 30, forked(40, 3)),
        declared(10, 20, log_id=OTHER.name),
        declared(10, 20, GrownLog(leaves(40), OTHER), log_id=OTHER.name),
    ],
    ids=range(6),
)
def test_a_declaration_that_contradicts_what_was_cosigned_or_is_of_nobody_known_is_refused(witness, note):
    for old, size in ((0, 10), (10, 20)):
        witness.add_checkpoint(request(GROWN, old, size))

    with pytest.raises((RestoreError, NoteError)):
        witness.accept_restore(note)

    assert witness.record.newest(LOG.name).size == 20


def test_a_witness_that_saw_nothing_of_what_was_lost_accepts_and_stays_where_it_is(witness):
    witness.add_checkpoint(request(GROWN, 0, 7))

    witness.accept_restore(declared(10, 20))

    assert witness.record.newest(LOG.name).size == 7
    witness.add_checkpoint(request(forked(40, 10), 7, 12))


def test_old_heads_are_let_go_so_that_the_record_stays_small(witness, monkeypatch):
    monkeypatch.setattr(record_module, "KEPT_HEADS", 5)
    for size in range(1, 12):
        witness.add_checkpoint(request(GROWN, size - 1, size))

    assert [size for size, _ in witness.record.earlier(LOG.name)] == [11, 10, 9, 8, 7]
