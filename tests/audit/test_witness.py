import json
from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from audit.encoding import to_base64
from audit.errors import NoteError, WitnessRefusalError
from audit.keys import VerifierKey
from audit.merkle import EMPTY_ROOT
from audit.notes import add_signatures, cosign, parse_note, sign_note
from audit.witness import (
    AddCheckpoint,
    Known,
    Submission,
    check_growth,
    cosignature,
    open_request,
    parse_request,
    read_cosignatures,
    read_size,
)
from tests.audit.grown_log import HEALTH, LOG, OTHER, POLICE, GrownLog, forked, leaves

LOGS = {LOG.name: [LOG.verifier()]}
TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
AT = 1_795_253_415
GROWN = GrownLog(leaves(40))


def request(old, size, log=GROWN, **changed):
    given_ = {"old_size": old, "proof": log.proof(old, size), "note": log.note(size)} | changed
    return AddCheckpoint(**given_).encode()


def known(size, log=GROWN):
    return Known(size, log.root(size)) if size is not None else None


def status(body, before=None, logs=LOGS):
    """What a witness answers that knows `before`."""
    try:
        check_growth(open_request(body, logs), before)
    except WitnessRefusalError as refusal:
        return refusal.status
    return 200


@pytest.mark.parametrize(("old", "size"), [(0, 1), (0, 40), (1, 2), (7, 7), (8, 40), (13, 21), (39, 40)])
def test_a_log_that_has_grown_is_cosigned_and_the_log_can_read_the_cosignature(old, size):
    submission = open_request(request(old, size), LOGS)
    check_growth(submission, known(old or None))

    line = cosignature(submission, POLICE, AT)

    read, verified = read_cosignatures(line.line().encode(), GROWN.note(size), POLICE.verifier())
    assert (read, verified.at) == (line, AT)
    opened = open_checkpoint(add_signatures(GROWN.note(size), [read]), LOG.verifier(), [POLICE.verifier()])
    assert [one.key for one in opened.witnesses] == [POLICE.verifier()]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 1",
        request(1, 2).replace(b"old 1", b"old 01"),
        request(1, 2).replace(b"old 1", b"old -1"),
        request(1, 2).replace(b"old 1", b"old  1"),
        request(1, 2).replace(b"old 1", b"size 1"),
        request(1, 2).replace(b"old 1", b"old 18446744073709551616"),
        request(1, 2).replace(b"old 1\n", b"old 1\r\n"),
        request(1, 2).replace(b"old 1\n", b"old 1\n\n"),
        request(1, 2, proof=(bytes(31),)),
        request(1, 2, proof=(bytes(32),) * 64),
        request(1, 2).replace(b"=\n\n", b"\n\n", 1),
        request(1, 2, note="not a note"),
        request(1, 2, note=sign_note("northvale.example/audit\n2\n", [LOG])),
        request(1, 2, note=sign_note(f"northvale.example/audit\n02\n{to_base64(bytes(32))}\n", [LOG])),
        request(1, 2)[:-1],
        request(1, 2) + b"\xff",
        request(41, 40, proof=()),
    ],
    ids=range(18),
)
def test_a_malformed_request_is_answered_400(body):
    assert status(body, known(1)) == 400


def test_a_log_that_the_witness_does_not_know_is_answered_404_whoever_signed():
    assert status(request(0, 5), logs={}) == 404
    assert status(request(0, 5, GrownLog(leaves(5), OTHER))) == 404


def test_a_checkpoint_without_a_valid_signature_of_the_log_is_answered_403():
    text = parse_note(GROWN.note(5)).text
    by_another = sign_note(text, [OTHER])
    real, _, encoded = GROWN.note(5).rstrip("\n").rpartition(" ")
    broken = b64decode(encoded)[:-1] + b"\0"
    fails = f"{real} {b64encode(broken).decode()}\n"
    cosigned_only = f"{text}\n{cosign(GROWN.note(5), POLICE, AT).line()}"

    for note in (by_another, fails, cosigned_only):
        assert status(request(0, 5, note=note)) == 403


def test_signatures_of_unknown_keys_are_ignored_and_not_passed_on():
    note = add_signatures(GROWN.note(5), [cosign(GROWN.note(5), HEALTH, AT)])

    submission = open_request(request(0, 5, note=note), LOGS)

    assert submission.note == GROWN.note(5)


def test_a_log_signs_under_its_earlier_key_too_after_a_rotation():
    rotated = type(LOG)(LOG.name, bytes(range(9, 41)))
    logs = {LOG.name: [rotated.verifier(), LOG.verifier()]}

    assert status(request(5, 9), known(5), logs) == 200
    assert status(request(5, 9, GrownLog(leaves(9), rotated)), known(5), logs) == 200


@pytest.mark.parametrize(("old", "before"), [(4, 5), (6, 5), (0, 5), (5, None), (5, 40)])
def test_another_old_size_than_the_witness_knows_is_answered_409_with_the_size(old, before):
    with pytest.raises(WitnessRefusalError) as refusal:
        check_growth(open_request(request(old, 12), LOGS), known(before))

    assert (refusal.value.status, refusal.value.size) == (409, before or 0)


@pytest.mark.parametrize(
    ("body", "before"),
    [
        (request(5, 12, proof=()), 5),
        (request(5, 12, proof=GROWN.proof(5, 13)), 5),
        (request(5, 12, proof=(*GROWN.proof(5, 12), bytes(32))), 5),
        (request(5, 12, forked(12, 3)), 5),
        (request(12, 12, forked(12, 3)), 12),
        (request(12, 12, proof=(bytes(32),)), 12),
        (request(0, 12, proof=(bytes(32),)), None),
    ],
    ids=range(7),
)
def test_a_tree_that_is_not_proved_to_have_grown_is_answered_422(body, before):
    assert status(body, known(before)) == 422


def test_an_empty_tree_is_accepted_first_and_twice_and_grown_from_without_a_proof():
    empty = Known(0, EMPTY_ROOT)

    assert status(request(0, 0)) == 200
    assert status(request(0, 0), empty) == 200
    assert status(request(0, 7), empty) == 200
    assert status(request(0, 7, proof=(bytes(32),)), empty) == 422


def test_an_empty_tree_with_a_root_is_answered_422_only_where_the_log_itself_signed_it():
    text = f"{LOG.name}\n0\n{to_base64(bytes(32))}\n"

    assert status(request(0, 0, note=sign_note(text, [LOG]))) == 422
    assert status(request(0, 0, note=sign_note(text, [OTHER]))) == 403
    assert status(request(0, 0, note=sign_note(text.replace("northvale", "elsewhere"), [OTHER]))) == 404


def test_a_cosignature_always_bears_its_time():
    with pytest.raises(NoteError):
        cosignature(open_request(request(0, 5), LOGS), POLICE, 0)
    timeless = cosign(GROWN.note(5), POLICE, 0).line().encode()
    with pytest.raises(NoteError):
        read_cosignatures(timeless, GROWN.note(5), POLICE.verifier())


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\n",
        b"\xff\n",
        cosign(GROWN.note(5), HEALTH, AT).line().encode(),
        cosign(GROWN.note(6), POLICE, AT).line().encode(),
        cosign(GROWN.note(5), POLICE, AT).line().encode()[:-1],
    ],
    ids=range(6),
)
def test_an_answer_that_is_no_cosignature_of_this_witness_on_this_checkpoint_is_refused(answer):
    with pytest.raises(NoteError):
        read_cosignatures(answer, GROWN.note(5), POLICE.verifier())


def test_lines_of_other_keys_in_an_answer_are_ignored():
    lines = [cosign(GROWN.note(5), one, AT).line() for one in (HEALTH, POLICE)]

    line, _ = read_cosignatures("".join(lines).encode(), GROWN.note(5), POLICE.verifier())

    assert line.name == POLICE.name


def test_the_size_in_a_conflict_is_a_number_and_a_newline():
    assert read_size(b"20852014\n") == 20852014
    assert read_size(b"0\n") == 0
    for body in (b"", b"1", b"01\n", b"-1\n", b"1 \n", b"1\n\n", b"18446744073709551616\n", b"\xff\n"):
        with pytest.raises(NoteError):
            read_size(body)


def test_every_consistency_vector_gets_the_verdict_it_states_from_a_witness(vectors):
    wrong, seen = [], 0
    for file in sorted((vectors / "transparency-dev-merkle" / "consistency").rglob("*.json")):
        case = json.loads(file.read_text())
        roots = [b64decode(case[name] or "") for name in ("root1", "root2")]
        proof = tuple(b64decode(one) for one in case["proof"] or [])
        if case["size1"] == 0 or any(len(one) != 32 for one in roots) or not 0 <= case["size2"] < 2**64:
            continue  # no witness knows such a head: it comes from a checkpoint, which has refused it before
        seen += 1
        submission = Submission(Checkpoint("log.example", case["size2"], roots[1]), case["size1"], proof, "")
        try:
            check_growth(submission, Known(case["size1"], roots[0]))
            refused = False
        except WitnessRefusalError as refusal:
            refused = refusal.status == 422
        if refused is not case["wantErr"]:
            wrong.append(case["desc"])

    assert wrong == []
    assert seen > 30


def test_the_published_tessera_log_is_witnessed_from_every_size_to_every_later_one(vectors):
    folder = vectors / "tessera-testdata-log"
    bundle, data = (folder / "tile/entries/000.p/15").read_bytes(), []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        data.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    log = GrownLog(data)
    notes = [(folder / f"checkpoint.{size}").read_text() for size in range(16)]
    logs = {"example.com/log/testdata": [VerifierKey.parse(TESSERA_KEY)]}

    for old in range(16):
        for size in range(old, 16):
            body = AddCheckpoint(old, log.proof(old, size), notes[size]).encode()
            before = Known(old, parse_checkpoint(notes[old]).root)
            assert status(body, before, logs) == 200
            assert status(body, Known(old, log.root(old - 1)) if old else Known(1, log.root(1)), logs) in (409, 422)


def test_the_request_examples_of_the_specification_are_no_checkpoints_and_elided_ones_are_refused(vectors):
    for file in sorted((vectors / "c2sp-spec-examples").glob("*.txt")):
        assert status(file.read_bytes()) == 400
    checkpoint = (vectors / "c2sp-spec-examples" / "tlog-cosignature.00.txt").read_text()
    asked = AddCheckpoint(20852014, (bytes(32),) * 4, checkpoint).encode()
    assert parse_request(asked) == AddCheckpoint(20852014, (bytes(32),) * 4, checkpoint)
    assert status(asked) == 404
    # The example's key is not published: whoever trusts another one under its name finds no signature of it.
    other = {"example.com/behind-the-sofa": [VerifierKey("example.com/behind-the-sofa", LOG.verifier().public)]}
    assert status(asked, logs=other) == 403


def test_a_witness_that_is_another_program_signed_what_ours_would_accept(vectors):
    folder = vectors / "skylight-witness" / "witness2"
    key = VerifierKey.parse(json.loads((folder / "witness.v0.json").read_text())["verifier_keys"][0])
    (file,) = folder.glob("*/checkpoint")
    line = file.read_text().partition("\n\n")[2]

    _, verified = read_cosignatures(line.encode(), file.read_text(), key)

    assert verified.at == 0x69546780
    with pytest.raises(NoteError):
        read_cosignatures(line.encode(), GROWN.note(5), key)


@given(body=st.binary(max_size=200) | st.builds(lambda cut: request(5, 12)[:cut], st.integers(0, len(request(5, 12)))))
def test_any_bytes_get_an_answer_of_the_protocol(body):
    assert status(body, known(5)) in ({200} if body == request(5, 12) else {400, 403, 404, 409, 422})


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 39))
def test_of_two_logs_that_part_only_the_one_that_was_seen_is_cosigned(one, other, at):
    old, size = sorted((one, other))
    fork = forked(40, at)

    answer = status(request(old, size, fork), known(old))

    assert (answer == 200) is (at >= old)
    assert answer in (200, 422)
