import json
from base64 import b64decode
from hashlib import sha256
from itertools import pairwise

import pytest

from audit.checkpoint import open_checkpoint, parse_checkpoint
from audit.errors import AuditError, CheckpointError, NoteError, ProofError
from audit.keys import COSIGNATURE_V1, VerifierKey
from audit.merkle import leaf_hash, root_of, verify_consistency, verify_inclusion
from audit.notes import open_note, parse_note
from audit.tree import Frontier, consistency_proof

TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
FOO_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"  # C2SP signed-note, its example


def test_go_note_cases_open_or_fail_as_go_does(vectors):
    data = json.loads((vectors / "golang-mod-note" / "notes.json").read_text())

    for case in data["open"]:
        known = [data["keys"][one] for one in case["known"]]
        if "error" in case:
            with pytest.raises(NoteError):
                open_note(case["note"], known)
            continue
        opened = open_note(case["note"], known)
        assert opened.text == data["text"]
        assert [one.key.encode() for one in opened.verified] == [data["keys"][one] for one in case["verified"]]
        assert len(opened.unverified) == case.get("unverified", 0)


def test_go_note_keys_are_read_and_the_bad_ones_refused(vectors):
    data = json.loads((vectors / "golang-mod-note" / "notes.json").read_text())

    for vkey in data["keys"].values():
        assert VerifierKey.parse(vkey).encode() == vkey
    for vkey in data["bad_vkeys"]:
        with pytest.raises(NoteError):
            VerifierKey.parse(vkey)


def test_the_signed_note_example_of_c2sp_verifies(vectors):
    folder = vectors / "c2sp-spec-examples"

    opened = open_note((folder / "signed-note.01.txt").read_bytes(), [FOO_KEY])

    assert opened.text == "This is an example message.\n"
    several_paragraphs = parse_note((folder / "signed-note.00.txt").read_text())
    assert several_paragraphs.text.count("\n\n") == 1
    with pytest.raises(NoteError):
        open_note((folder / "signed-note.00.txt").read_text(), [FOO_KEY])


def test_c2sp_checkpoint_examples_are_read_and_elided_signatures_refused(vectors):
    folder = vectors / "c2sp-spec-examples"

    for name, signatures in (("tlog-checkpoint.00.txt", 1), ("tlog-cosignature.00.txt", 2)):
        text = (folder / name).read_text()
        checkpoint = parse_checkpoint(text)
        assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
        assert len(parse_note(text).signatures) == signatures
    for name in ("tlog-proof.00.txt", "tlog-witness.00.txt"):
        with pytest.raises(NoteError):
            parse_note((folder / name).read_text())


def test_the_go_checksum_database_head_verifies_under_its_own_origin_only(vectors):
    note = (vectors / "go-sumdb" / "checkpoint-15081221.txt").read_text()
    key = (vectors / "go-sumdb" / "vkey.txt").read_text().strip()

    opened = open_checkpoint(note, key, origin="go.sum database tree")

    assert opened.checkpoint.size == 15081221
    with pytest.raises(CheckpointError):
        open_checkpoint(note, key)


def test_every_checkpoint_of_the_tessera_log_is_signed_and_consistent_with_every_other(vectors):
    folder = vectors / "tessera-testdata-log"
    hashes = [leaf_hash(one) for one in entries((folder / "tile/entries/000.p/15").read_bytes())]
    heads = [open_checkpoint((folder / f"checkpoint.{n}").read_text(), TESSERA_KEY).checkpoint for n in range(16)]
    nodes, frontier = {}, Frontier()
    for one in hashes:
        nodes |= {(node.level, node.index): node.hash for node in frontier.append(one)}

    assert [head.size for head in heads] == list(range(16))
    assert [head.root for head in heads] == [root_of(hashes[:size]) for size in range(16)]
    for later in heads[1:]:
        for earlier in heads[1 : later.size + 1]:
            proof = consistency_proof(earlier.size, later.size, lambda level, index: nodes[level, index])
            verify_consistency(earlier.size, later.size, earlier.root, later.root, proof)
    for earlier, later in pairwise(heads[1:]):
        with pytest.raises(ProofError):
            verify_consistency(earlier.size, later.size, later.root, earlier.root, [])


def entries(bundle):
    found = []
    while bundle:
        length = int.from_bytes(bundle[:2], "big")
        found.append(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    return found


def test_a_witness_cosignature_verifies_and_names_its_time(vectors):
    folder = vectors / "skylight-witness" / "witness2"
    key = json.loads((folder / "witness.v0.json").read_text())["verifier_keys"][0]
    (note,) = folder.glob("*/checkpoint")

    opened = open_note(note.read_bytes(), [key])

    assert opened.verified[0].key.kind == COSIGNATURE_V1
    assert opened.verified[0].at == 0x69546780
    assert parse_checkpoint(opened.text).origin == "milan2026h1.example.org"
    a_second_later = note.read_text().replace("LlW4lgAAAABpVGeA", "LlW4lgAAAABpVGeB")
    assert a_second_later != note.read_text()
    with pytest.raises(NoteError):
        open_note(a_second_later, [key])


def test_wycheproof_signatures_get_the_verdict_they_state(vectors):
    groups = json.loads((vectors / "wycheproof-ed25519" / "ed25519_test.json").read_text())["testGroups"]
    wrong, seen = [], 0
    for group in groups:
        key = VerifierKey("wycheproof.example", bytes.fromhex(group["publicKey"]["pk"]))
        for case in group["tests"]:
            try:
                message = bytes.fromhex(case["msg"]).decode()
            except UnicodeDecodeError:
                continue  # a note is text; these messages cannot be one
            seen += 1
            try:
                key.verify(message, bytes.fromhex(case["sig"]))
                valid = True
            except NoteError:
                valid = False
            if valid is not (case["result"] == "valid"):
                wrong.append(case["tcId"])

    assert wrong == []
    assert seen > 80


def sigstore_verdict(folder):
    """Leaf, inclusion, checkpoint and, for Ed25519 logs, signature of every entry of one sigstore bundle."""
    keys = {}
    if (folder / "tlogs.json").exists():
        keys = {log["logId"]["keyId"]: log for log in json.loads((folder / "tlogs.json").read_text())}
    for entry in json.loads((folder / "tlogEntries.json").read_text()):
        proof = entry.get("inclusionProof")
        if proof is None or "checkpoint" not in proof:
            raise ProofError("no inclusion proof or no checkpoint")
        note = proof["checkpoint"]["envelope"]
        checkpoint = parse_checkpoint(note)
        log_id = b64decode(entry["logId"]["keyId"])
        log = keys.get(entry["logId"]["keyId"], {})
        if log.get("publicKey", {}).get("keyDetails") == "PKIX_ED25519":
            key = VerifierKey(checkpoint.origin, b64decode(log["publicKey"]["rawBytes"])[-32:])
            assert key.id == log_id[:4]
            open_checkpoint(note, key)
        elif log_id[:4] not in {one.key_id for one in parse_note(note).signatures}:
            raise NoteError("the log has not signed")
        verify_inclusion(
            leaf_hash(b64decode(entry["canonicalizedBody"])),
            int(proof["logIndex"]),
            int(proof["treeSize"]),
            [b64decode(one) for one in proof["hashes"]],
            b64decode(proof["rootHash"]),
        )
        if checkpoint.root != b64decode(proof["rootHash"]) or checkpoint.size != int(proof["treeSize"]):
            raise ProofError("checkpoint is not of the tree of the proof")


def test_every_sigstore_case_gets_the_verdict_its_name_states(vectors):
    verdicts = {}
    for folder in sorted((vectors / "sigstore-conformance").iterdir()):
        if not folder.is_dir():
            continue
        try:
            sigstore_verdict(folder)
            verdicts[folder.name] = True
        except AuditError:
            verdicts[folder.name] = False

    assert verdicts == {name: not name.endswith("_fail") for name in verdicts}
    assert len(verdicts) >= 10


def test_an_ecdsa_key_id_is_that_of_the_whole_key_and_ours_is_not(vectors):
    logs = json.loads((vectors / "sigstore-conformance/rekor2-happy-path/tlogs.json").read_text())
    ecdsa = next(log for log in logs if "ECDSA" in log["publicKey"]["keyDetails"])

    assert sha256(b64decode(ecdsa["publicKey"]["rawBytes"])).digest() == b64decode(ecdsa["logId"]["keyId"])
