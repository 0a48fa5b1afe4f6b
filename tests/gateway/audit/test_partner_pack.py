"""A partner's pack: whole, checked by anybody from a copy of the audit folder, and reconciled both ways."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audit.entry import EventClass
from audit.errors import AuditError
from audit.keys import SignerKey
from audit.partner_pack import COLLECTION_FIELDS, LOOK_UP_FIELDS, SEALED_FIELDS, own_entries
from audit.reconcile import main, read_ledger, reconcile
from audit.verify import verify_path
from audit.verify_export import Trust
from gateway.usecases.log.entries import system_entry
from gateway.usecases.log.partner_packs import write_partner_pack
from tests.gateway.audit.log_book import drain

ROOT = Path(__file__).resolve().parents[3]
HOUSING = "brightwater_homes"


@pytest.fixture
def pack(northvale, tmp_path):
    """The landlord's pack, after a look-up by its rent officer, and by others for early help and at the front door."""
    looks = (("B101", "tenancy_management", "S2", "Kelly Marsh"), ("W201", "early_help", "S2", "Kelly Marsh"),
             ("W101", "front_door", "S1", "Aisha Cole"))  # fmt: skip
    for worker, purpose, scene, name in looks:
        family = northvale.family_id(scene, name)
        northvale.open(worker, northvale.declare(worker, purpose, family_id=family), family)
    drain(northvale.wiring.database, northvale.wiring.log_signer)
    wiring = northvale.wiring
    exported = system_entry(wiring, EventClass.EXPORT, wiring.clock(), purpose="uses_of_own_data")
    folder = tmp_path / "pack"
    write_partner_pack(wiring, wiring.log_signer, exported, HOUSING, folder)
    return folder


def trust(northvale):
    return Trust(northvale.wiring.log_signer.verifier())


def opened(folder):
    return [json.loads(line) for line in (folder / "openings.ndjson").read_text().splitlines()]


def test_anybody_checks_a_pack_from_a_copy_of_the_audit_folder(northvale, pack, tmp_path):
    shutil.copytree(ROOT / "audit", tmp_path / "copy" / "audit", ignore=shutil.ignore_patterns("__pycache__"))
    key = northvale.wiring.log_signer.verifier().encode()
    found = subprocess.run(
        [sys.executable, "-m", "audit.verify", "--key", key, str(pack)],
        cwd=tmp_path / "copy", capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (found.returncode, found.stderr) == (0, "")
    assert f"pack of {HOUSING}" in found.stdout


def test_only_the_partners_own_entries_are_open_and_of_each_only_what_belongs_there(northvale, pack):
    rows = northvale.sql("SELECT leaf_index, event_class, sealed FROM audit.card WHERE agency = :a", a=HOUSING)
    own = {row.leaf_index: row for row in rows}
    lines = opened(pack)

    assert {line["leaf_index"] for line in lines} == own.keys()
    kinds = set()
    for line in lines:
        row = own[line["leaf_index"]]
        names = set(line["openings"])
        assert json.loads(line["openings"]["agency"][1]) == HOUSING
        if row.event_class == "collection":
            assert names <= COLLECTION_FIELDS
        elif row.sealed:
            assert names <= SEALED_FIELDS
        else:
            assert names <= LOOK_UP_FIELDS
        kinds.add((row.event_class == "collection", row.sealed))
    assert {(True, True), (False, False)} <= kinds


def test_every_single_change_to_a_pack_is_found_in_one_line(northvale, pack, tmp_path):
    names = ["pack.note", "uses.json", "openings.ndjson", "entries.ndjson", "checkpoint", "export.json"]
    for name in names:
        changed = tmp_path / "changed"
        shutil.copytree(pack, changed)
        data = bytearray((changed / name).read_bytes())
        data[len(data) // 2] ^= 1
        (changed / name).write_bytes(data)
        with pytest.raises(AuditError) as error:
            verify_path(changed, trust(northvale))
        assert "\n" not in str(error.value), name
        shutil.rmtree(changed)


@pytest.mark.parametrize("name", ["pack.note", "uses.json", "openings.ndjson", "entries.ndjson", "export.json"])
def test_a_pack_from_which_a_file_was_taken_fails_and_names_one_that_is_missing(northvale, pack, name):
    (pack / name).unlink()

    with pytest.raises(AuditError, match=rf"^{name}: is missing"):
        verify_path(pack, trust(northvale))
    if name == "pack.note":
        with pytest.raises(AuditError, match=r"^pack\.note: is missing"):
            verify_path(pack, Trust())


def test_a_pack_made_just_after_the_logs_key_was_rotated_is_checked_with_both_keys(northvale, tmp_path):
    wiring = northvale.wiring
    drain(wiring.database, wiring.log_signer)
    exported = system_entry(wiring, EventClass.EXPORT, wiring.clock(), purpose="uses_of_own_data")
    new = SignerKey(wiring.log_signer.name, b"n" * 32)
    before, after = wiring.log_signer.verifier(), new.verifier()
    done = write_partner_pack(wiring, new, exported, HOUSING, tmp_path / "pack")

    assert done.key == before
    for keys in ((before, after), (after, before)):
        told = verify_path(tmp_path / "pack", Trust(keys[0], earlier_keys=keys[1:]))
        assert ("signed by an earlier key of the log" in told) is (keys[0] == before)
    for key in (before, after):
        with pytest.raises(AuditError, match="no known key has signed"):
            verify_path(tmp_path / "pack", Trust(key))


@pytest.mark.parametrize("line", [0, -1])
def test_an_entry_left_out_of_the_pack_is_found(northvale, pack, line):
    lines = (pack / "openings.ndjson").read_text().splitlines(keepends=True)
    del lines[line]
    (pack / "openings.ndjson").write_text("".join(lines))

    with pytest.raises(AuditError, match=r"openings\.ndjson"):
        verify_path(pack, trust(northvale))


class TestReconciliation:
    def kept(self, pack):
        return {one.batch or one.entry_id for one in own_entries(pack)}

    def test_both_sides_name_the_same(self, pack):
        assert reconcile(own_entries(pack), self.kept(pack), accesses=True) == reconcile((), ())

    def test_every_dropped_and_every_invented_line_is_named(self, pack):
        kept = self.kept(pack)
        for dropped in sorted(kept):
            found = reconcile(own_entries(pack), kept - {dropped}, accesses=True)
            assert (found.not_in_the_log, found.not_in_yours) == ((), (dropped,))
        invented = "00000000-0000-4000-8000-00000000beef"
        found = reconcile(own_entries(pack), kept | {invented}, accesses=True)
        assert (found.not_in_the_log, found.not_in_yours) == ((invented,), ())

    def test_a_file_is_known_by_its_batch_or_by_the_receipt_of_any_of_its_entries(self, pack):
        files = [one for one in own_entries(pack) if one.batch]
        assert files
        for kept in ({one.batch for one in files}, {one.entry_id for one in files}):
            assert reconcile(own_entries(pack), kept) == reconcile((), ())

    def test_a_ledger_is_what_the_gateway_answered_or_ids_alone(self, pack, tmp_path):
        batch = next(one.batch for one in own_entries(pack) if one.batch)
        ledger = tmp_path / "ledger"
        ledger.write_text(f'{{"batch_id": "{batch}", "receipt": null}}\n\n{batch}\n')
        assert read_ledger(ledger) == {batch}

        # As a database of theirs exports it, saved by an editor of Windows.
        ledger.write_text(f'{batch.upper()}\r\n"{batch}"\r\n{{{batch.upper()}}}\r\n', encoding="utf-8-sig")
        assert read_ledger(ledger) == {batch}
        with pytest.raises(AuditError, match=r"^nowhere: there is no such file$"):
            read_ledger(tmp_path / "nowhere")

        for wrong in ("hello", "[" * 100_000):
            ledger.write_text(f"{batch}\n{wrong}\n")
            with pytest.raises(AuditError, match="line 2"):
                read_ledger(ledger)

    @pytest.mark.parametrize("name", ["openings.ndjson", "entries.ndjson"])
    @pytest.mark.parametrize("line", [b"\n", b"[]\n", b"[" * 100_000 + b"\n", b'{"leaf_index":0,"leaf_index":1}\n'])
    def test_a_line_of_a_pack_that_nobody_verified_is_named_where_it_cannot_be_read(self, pack, name, line, capsys):
        (pack / name).write_bytes(line + (pack / name).read_bytes())
        (pack.parent / "ledger").write_text("")

        assert main([str(pack), str(pack.parent / "ledger")]) == 2
        said = capsys.readouterr().out
        assert said.startswith(f"FAIL {name}: line 1: ")
        assert said.count("\n") == 1
