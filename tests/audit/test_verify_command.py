"""The verifier as a partner runs it: from a copy of the folder, with nothing of ours importable beside it."""

import json
import os
import secrets
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import audit
from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.entry import Entry, EventClass
from audit.export import ExportRow, write_export
from audit.keys import COSIGNATURE_V1, SignerKey
from audit.leaf import commit_entry
from audit.merkle import leaf_hash, root_of
from audit.notes import add_signatures, cosign
from audit.receipt import Promise, sign_promise
from audit.tlog_proof import make_proof
from audit.verify import main

LOG = SignerKey("northvale.example/audit", bytes(range(32)))
WITNESS = SignerKey("police.example/witness", bytes(range(2, 34)), COSIGNATURE_V1)
AT = datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC)
KEY = LOG.verifier().encode()

# Only the copy and the installed packages are on the path; any other package of ours would be a failure to stand alone.
RUN = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
for name in ("concept_model", "agreements", "adapters", "linkage", "insight", "gateway", "pydantic", "sqlalchemy"):
    sys.modules[name] = None
try:
    runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
finally:
    import audit
    print("from", audit.__file__)
"""


@pytest.fixture(scope="module")
def things(tmp_path_factory):
    folder = tmp_path_factory.mktemp("things")
    leaves = []
    for number in range(2):
        entry = Entry(
            entry_id=f"entry-{number}", event=EventClass.SIGN_IN, at=AT, log_id=LOG.name, who="staff-1", agency="police"
        )
        leaves.append(commit_entry(entry, lambda _: secrets.token_bytes(32))[0])
    hashes = [leaf_hash(one) for one in leaves]
    note = sign_checkpoint(Checkpoint(LOG.name, 2, root_of(hashes)), [LOG])
    note = add_signatures(note, [cosign(note, WITNESS, 1_800_000_000)])
    write_export(
        folder / "export",
        LOG.verifier(),
        note,
        [ExportRow(number, f"entry-{number}", "sign-in", AT, leaf) for number, leaf in enumerate(leaves)],
    )
    (folder / "head").write_text(note)
    (folder / "older").write_text(sign_checkpoint(Checkpoint(LOG.name, 1, hashes[0]), [LOG]))
    (folder / "forked").write_text(sign_checkpoint(Checkpoint(LOG.name, 1, hashes[1]), [LOG]))
    (folder / "carrying.tlog-proof").write_text(make_proof(1, [hashes[0]], note, leaves[1]))
    (folder / "bare.tlog-proof").write_text(make_proof(1, [hashes[0]], note))
    (folder / "leaf").write_bytes(leaves[1])
    (folder / "promise").write_text(sign_promise(Promise(LOG.name, "entry-1", hashes[1], AT), LOG))
    proof = {"proof": make_proof(1, [hashes[0]], note, leaves[1]), "witnesses": 1}
    (folder / "answer").write_text(json.dumps(proof, separators=(",", ":")))
    (folder / "noise").write_bytes(b"\xff\xfe")
    return folder


def run_copy(tmp_path, module, *arguments):
    copy = tmp_path / "elsewhere"
    if not copy.exists():
        shutil.copytree(Path(audit.__file__).parent, copy / "audit", ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", RUN, str(copy), module, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
    )
    assert f"from {copy}" in done.stdout, done.stderr
    return done.returncode, done.stdout.partition("\nfrom ")[0], done.stderr


def test_a_copy_of_the_folder_verifies_every_kind_of_thing_alone(things, tmp_path):
    paths = [things / name for name in ("export", "head", "carrying.tlog-proof", "promise")]

    status, said, complaint = run_copy(
        tmp_path,
        "audit.verify",
        "--key",
        KEY,
        "--witness",
        WITNESS.verifier().encode(),
        "--witnesses-needed",
        1,
        *paths,
    )

    assert (status, complaint) == (0, "")
    lines = said.split("\n")
    assert [line.split(":")[0] for line in lines] == [f"OK {path}" for path in paths]
    assert "2 rows and 0 opened entries fit" in lines[0]
    assert "1 known witness(es)" in lines[1]
    receipt = "entry entry-1, sign-in at 2026-11-21T09:30:15Z, leaf 1 stands in the log northvale.example/audit of 2"
    assert receipt in lines[2]
    assert "entry entry-1" in lines[3]


def test_a_copy_of_the_folder_says_in_one_line_what_is_wrong_and_where(things, tmp_path):
    shutil.copytree(things / "export", tmp_path / "export")
    table = tmp_path / "export" / "entries.ndjson"
    table.write_text(table.read_text().replace('"entry-1"', '"entry-7"'))

    status, said, complaint = run_copy(tmp_path, "audit.verify", "--key", KEY, tmp_path / "export")

    assert (status, complaint) == (1, "")
    assert said == (f"FAIL {tmp_path / 'export'}: entries.ndjson, leaf 1, field entry_id: is not what the leaf says")


def test_the_package_says_how_to_run_it(tmp_path):
    status, said, _ = run_copy(tmp_path, "audit")

    assert status == 0
    assert "python -m audit.verify" in said
    assert "python -m audit.reconcile" in said


def test_the_ordinary_command_line_works_in_the_folder_above_the_copy(things, tmp_path):
    run_copy(tmp_path, "audit")

    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "audit.verify", "--key", KEY, str(things / "export")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path / "elsewhere",
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--key", KEY, "bare.tlog-proof"], 1, "carries no leaf"),
        (["--key", KEY, "--leaf", "leaf", "bare.tlog-proof"], 0, "leaf 1 stands"),
        (["--key", KEY, "--witnesses-needed", "1", "head"], 1, "only 0 of 1"),
        (["--key", KEY, "--older", "older", "export"], 0, "grown from 1 older"),
        (["--key", KEY, "--older", "forked", "export"], 1, "older checkpoint 1 is not of the first 1 entries"),
        (["export"], 0, "CHECK that"),
        (["head"], 1, "give it with --key"),
        (["--key", KEY, "noise"], 1, "cannot be read"),
        (["--key", KEY, "absent"], 1, "absent: there is no such file"),
        (["--key", KEY, "--older", "absent", "export"], 2, "FAIL options: absent: there is no such file"),
        (["--key", KEY, "--promise", "promise", "export"], 0, "1 promise(s) are kept"),
        (["--key", KEY, "leaf"], 1, "note"),
        (["--key", KEY, "answer"], 1, "write the text of its `proof`"),
        (["--key", "nonsense", "head"], 2, "FAIL options"),
        (["--key", KEY, "--leaf", "absent", "head"], 2, "FAIL options"),
        (["--key", SignerKey(LOG.name, bytes(32)).verifier().encode(), "promise"], 1, "no known key"),
        (["--key", KEY, "--origin", "elsewhere.example", "head"], 1, "another log"),
    ],
)
def test_each_verdict_has_its_line_and_its_exit_status(things, monkeypatch, capsys, arguments, status, says):
    monkeypatch.chdir(things)

    assert main(arguments) == status
    said = capsys.readouterr().out
    assert says in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    "begins",
    [
        b"", b'{"complete_to":"2026-11-16T10:00:00Z","format":"hearthgate/subject-pack/v1","maps":',
        b'{"detail":["",""],"format":"hearthgate/map-receipt/v1","map":',
    ],
    ids=["plain", "pack", "receipt of a map"],
)  # fmt: skip
@pytest.mark.parametrize("nest", [b"[", b'{"a":'])
def test_json_nested_deeper_than_can_be_read_is_one_line(tmp_path, capsys, begins, nest):
    (tmp_path / "one").write_bytes(begins + nest * 100_000)

    assert main(["--key", KEY, str(tmp_path / "one")]) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"FAIL {tmp_path / 'one'}: ")
    assert said.count("\n") == 1


def test_a_receipt_of_a_leaf_of_another_log_is_refused_and_one_of_any_other_bytes_is_told_by_its_place(
    things, tmp_path, capsys
):
    leaf = (things / "leaf").read_bytes()
    foreign = leaf.replace(b"northvale.example/audit", b"southvale.example/audit")
    for data, status, says in (
        (foreign, 1, "of another log than its checkpoint"),
        (b"any bytes", 0, ": leaf 0 stands"),
    ):
        note = sign_checkpoint(Checkpoint(LOG.name, 1, leaf_hash(data)), [LOG])
        path = tmp_path / "one.tlog-proof"
        path.write_text(make_proof(0, [], note, data))

        assert main(["--key", KEY, str(path)]) == status
        said = capsys.readouterr().out
        assert says in said
        assert said.count("\n") == 1


def test_a_folder_that_only_its_maker_may_read_is_one_line(things, monkeypatch, capsys):
    def denied(*_given, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "is_file", denied)

    assert main(["--key", KEY, str(things / "export")]) == 1
    assert capsys.readouterr().out == f"FAIL {things / 'export'}: cannot be read: Permission denied\n"


def test_one_wrong_path_among_right_ones_fails_the_whole_run(things, capsys):
    assert main(["--key", KEY, str(things / "head"), str(things / "noise"), str(things / "promise")]) == 1
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["OK", "FAIL", "OK"]
