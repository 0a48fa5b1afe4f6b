"""A log with two faces, and the one honest witness that suffices to convict it."""

import os
import subprocess
import sys

import httpx
import pytest
from typer.testing import CliRunner

from audit.export import ExportRow, write_export
from audit.leaf import commit_entry
from gateway.commands.witness import app
from gateway.witness.serving import running_witness
from tests.audit.grown_log import LOG, GrownLog
from tests.gateway.audit.log_book import an_entry
from tests.gateway.witness.partner import AT, ROOT, a_witness, evidence, request

COUNT, PARTED = 300, 260


@pytest.fixture(scope="module")
def faces():
    """Two logs of real entries, the same up to where they part, both signed by the one log."""
    entries = [an_entry(log_id=LOG.name) for _ in range(2 * COUNT - PARTED)]
    rows = [(entry, commit_entry(entry, lambda _field: os.urandom(32))[0]) for entry in entries]
    true, false = rows[:COUNT], [*rows[:PARTED], *rows[COUNT:]]
    return [(face, GrownLog([leaf for _, leaf in face])) for face in (true, false)]


def exported(folder, face, size):
    rows, log = face
    made = [
        ExportRow(index, entry.entry_id, entry.event.value, entry.at, leaf)
        for index, (entry, leaf) in enumerate(rows[:size])
    ]
    write_export(folder, LOG.verifier(), log.note(size), made)
    return folder


def judged(path):
    command = [sys.executable, "-m", "audit.verify", "--key", LOG.verifier().encode(), str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


class Proxy:
    """Shows each witness the face that was chosen for it; both gather real cosignatures."""

    def __init__(self, faces):
        self._faces = faces

    def grow(self, servers, sizes):
        for face, server in zip(self._faces, servers, strict=True):
            with httpx.Client(base_url=f"http://127.0.0.1:{server.server_address[1]}", timeout=30) as client:
                known = 0
                for size in sizes:
                    body = request(face[1], known, size)
                    assert client.post("/add-checkpoint", content=body).status_code == 200
                    known = size


@pytest.fixture
def honest(tmp_path, faces):
    """The witness that was shown the true face, while the proxy fed another one the false face."""
    folders = [tmp_path / "police", tmp_path / "health"]
    for folder in folders:
        a_witness(folder, f"{folder.name}.example/witness")
    with (
        running_witness(folders[0], "127.0.0.1", 0, lambda: AT) as police,
        running_witness(folders[1], "127.0.0.1", 0, lambda: AT) as health,
    ):
        Proxy(faces).grow((police, health), (64, 255, 270, 290))
    return folders[0]


def test_a_receipt_from_the_other_face_and_one_honest_witness_prove_the_fork(tmp_path, faces, honest):
    receipt = tmp_path / "from-the-council.tlog-proof"
    receipt.write_text(faces[1][1].receipt(280, 290), encoding="utf-8", newline="")
    assert judged(receipt).returncode == 0  # by itself it is right

    done = CliRunner().invoke(app, ["compare", str(honest), str(receipt)])

    assert done.exit_code == 1, done.output
    (path,) = evidence(honest)
    verdict = judged(path)
    assert verdict.returncode == 0
    assert "fork proved: the log northvale.example/audit signed two trees of 290 entries" in verdict.stdout


def test_an_export_of_another_size_and_one_honest_witness_prove_the_fork(tmp_path, faces, honest):
    folder = exported(tmp_path / "export", faces[1], COUNT)

    done = CliRunner().invoke(app, ["compare", str(honest), str(folder)])

    assert done.exit_code == 1, done.output
    (path,) = evidence(honest)
    assert "of 300 entries does not begin with its 290 entries" in judged(path).stdout


def test_the_witness_refuses_the_other_face_and_keeps_the_logs_own_proof_against_it(faces, honest):
    witness_folder = honest
    with (
        running_witness(witness_folder, "127.0.0.1", 0, lambda: AT) as server,
        httpx.Client(base_url=f"http://127.0.0.1:{server.server_address[1]}", timeout=30) as client,
    ):
        answer = client.post("/add-checkpoint", content=request(faces[1][1], 290, COUNT))

    assert answer.status_code == 422
    (path,) = evidence(witness_folder)
    assert judged(path).returncode == 0


def test_the_true_face_is_found_to_be_the_same_whatever_its_size(tmp_path, faces, honest):
    receipt = tmp_path / "true.tlog-proof"
    receipt.write_text(faces[0][1].receipt(280, 290), encoding="utf-8", newline="")
    older = tmp_path / "older"
    older.write_text(faces[0][1].note(255), encoding="utf-8", newline="")
    for shown in (receipt, older, exported(tmp_path / "export", faces[0], COUNT)):
        done = CliRunner().invoke(app, ["compare", str(honest), str(shown)])
        assert done.exit_code == 0, done.output
        assert "is the one that this witness has cosigned" in done.output
    assert evidence(honest) == []


def test_what_cannot_be_compared_is_said_and_proves_nothing(tmp_path, faces, honest):
    between = tmp_path / "between"
    between.write_text(faces[1][1].note(280), encoding="utf-8", newline="")
    strange = tmp_path / "strange"
    strange.write_text("no note at all")

    for shown, said in (
        (between, "sizes 64 to 290 kept"),
        (strange, "checkpoint"),
        (tmp_path / "absent", "cannot be read"),
    ):
        done = CliRunner().invoke(app, ["compare", str(honest), str(shown)])
        assert done.exit_code != 0
        assert said in f"{done.output}{done.exception}"
    assert evidence(honest) == []
