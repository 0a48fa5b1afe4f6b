"""A restored backup: noticed, nothing signed until it is declared, then provable to whoever kept a checkpoint."""

import os
import subprocess
import sys
import threading

import pytest
from sqlalchemy import text

from audit.checkpoint import parse_checkpoint
from audit.entry import EventClass
from audit.errors import ExportError, RestoreError
from audit.keys import COSIGNATURE_V1, SignerKey
from audit.notes import add_signatures, cosign
from audit.restore import RestoreReason, open_restore
from audit.tree import consistency_places, consistency_proof
from audit.verify_export import Trust, verify_export
from audit.witness import AddCheckpoint
from gateway import clock
from gateway.jobs.sequencer import Sequencer, run_sequencer
from gateway.operator_parts import operator_entry
from gateway.store.engine import embedded_url
from gateway.store.log import newest_checkpoint, stored_nodes
from gateway.usecases.log.exporting_log import export_log
from gateway.usecases.log.log_status import log_status
from gateway.usecases.log.receipts import operator_receipt
from gateway.usecases.log.restoring import RolledBackError, declare_restore, guard_of
from gateway.usecases.log.verifying_log import verify_database
from gateway.witness.folder import create_witness, open_witness
from gateway.witness.witness import Witness
from tests.gateway.audit.log_book import LOG, an_entry, write, write_authorisation
from tests.gateway.cluster import admin_engine


def sequence(wiring):
    """Take up everything that waits, as the process does: with the guard."""
    sequencer, total = Sequencer(wiring.log_signer, clock.utc_now, guard=guard_of(wiring)), 0
    with wiring.database.engine("hg_sequence").connect() as connection:
        while taken := sequencer.drain_batch(connection):
            total += taken
    return total


def head_note(wiring):
    with wiring.database.transaction("hg_desk") as connection:
        return newest_checkpoint(connection).note


def declare(wiring, newest=None, reason=RestoreReason.DISK_FAILURE):
    return declare_restore(wiring, operator_entry(wiring, EventClass.CONFIGURATION), newest, reason)


def export(wiring, folder):
    export_log(wiring, operator_entry(wiring, EventClass.EXPORT, purpose="log_oversight"), folder)
    return folder


class Rehearsal:
    """A log of 20 entries, a backup of it, and 15 entries more, which the backup does not have."""

    def __init__(self, wiring, cluster, name):
        self.wiring, self.cluster, self.name = wiring, cluster, name
        self.kept = [*write(wiring.database, *(an_entry() for _ in range(19))), write_authorisation(wiring.database)]
        sequence(wiring)
        self.before = head_note(wiring)
        self.back_up()
        self.lost = write(wiring.database, *(an_entry() for _ in range(8)))
        sequence(wiring)
        self.inside = head_note(wiring)
        self.lost += write(wiring.database, *(an_entry() for _ in range(7)))
        sequence(wiring)
        self.newest = head_note(wiring)

    def back_up(self):
        self.wiring.database.dispose()
        self.cluster.create(f"{self.name}_backup", self.name)

    def restore(self):
        self.wiring.database.dispose()
        self.cluster.drop(self.name)
        self.cluster.create(self.name, f"{self.name}_backup")


@pytest.fixture
def rehearsal(wiring, cluster, database_name):
    made = Rehearsal(wiring, cluster, database_name)
    yield made
    wiring.database.dispose()
    cluster.drop(f"{database_name}_backup")


def test_a_silent_restore_is_noticed_and_nothing_is_signed_on_top_of_it(rehearsal, wiring):
    rehearsal.restore()
    assert "35 were signed" in str(verify_database(wiring).finding)

    write(wiring.database, an_entry())
    with pytest.raises(RolledBackError, match="20 entries and 35 were signed"):
        sequence(wiring)

    assert parse_checkpoint(head_note(wiring)).size == 20


def test_the_sequencer_goes_on_by_itself_once_the_restore_is_declared(rehearsal, wiring, caplog):
    rehearsal.restore()
    (waiting,) = write(wiring.database, an_entry())
    stop = threading.Event()
    thread = threading.Thread(
        target=run_sequencer, args=(wiring.database, wiring.log_signer, clock.utc_now, stop, 0.02, guard_of(wiring))
    )
    with caplog.at_level("ERROR"):
        thread.start()
        while "RolledBackError" not in str([vars(record) for record in caplog.records]):
            pass
        done = declare(wiring)
        leaves = {}
        while len(leaves) < 22:
            with wiring.database.transaction("hg_desk") as connection:
                rows = connection.execute(text("SELECT entry_id, leaf_index FROM audit.leaf")).all()
                leaves = {row.entry_id: row.leaf_index for row in rows}
        stop.set()
        thread.join(20)

    # The gap is the first new leaf, although an entry had waited before it was declared.
    assert (leaves[done.entry_id], leaves[waiting]) == (20, 21)
    assert verify_database(wiring).finding is None


def test_a_declared_restore_that_waits_for_its_place_leaves_the_status_of_the_log_to_be_read(rehearsal, wiring):
    rehearsal.restore()
    declare(wiring)

    told = log_status(wiring)

    assert told.waiting == 1
    assert 0 <= told.lag_seconds < 60


def test_the_gap_says_what_was_lost(rehearsal, wiring):
    rehearsal.restore()
    done = declare(wiring)
    sequence(wiring)

    with wiring.database.transaction("hg_desk") as connection:
        opened = connection.execute(
            text("SELECT o.fields #>> '{detail,1}' FROM audit.leaf l JOIN audit.opening o USING (entry_id)"
                 " WHERE l.leaf_index = 20")
        ).scalar_one()  # fmt: skip
    assert '"gap_from":20,"gap_to":35' in opened
    assert '"restore":"disk-failure"' in opened
    told = " ".join(done.sentences())
    assert "Lost: 15 entries, leaves 20 to 34." in told
    assert "cannot prove them any more" in told
    # Only what was lost is gone: receipts of what the backup had can still be fetched.
    assert operator_receipt(wiring, rehearsal.kept[0]).index == 0
    with pytest.raises(Exception, match="no such receipt"):
        operator_receipt(wiring, rehearsal.lost[0])


def test_whoever_kept_a_checkpoint_is_shown_the_cosigned_declaration_or_a_cheat(rehearsal, wiring, tmp_path):
    key = wiring.log_signer.verifier()
    witness_key = create_witness(tmp_path / "witness", "police.example/witness").verifier()
    witness = Witness(tmp_path / "witness", clock.utc_now)
    open_witness(tmp_path / "witness")[1].trust(key)
    witness.add_checkpoint(AddCheckpoint(0, (), rehearsal.inside).encode())
    rehearsal.restore()
    done = declare(wiring)
    sequence(wiring)
    folder = export(wiring, tmp_path / "export")
    _, accepted = witness.accept_restore(done.note)
    trust = Trust(key, witnesses=(witness_key,))

    def verified(older, *restores):
        return verify_export(folder, Trust(key, None, trust.witnesses, older, None, restores))

    assert verified((rehearsal.before,)).older == 1
    for inside in (rehearsal.inside, rehearsal.newest):
        with pytest.raises(ExportError, match="cut back"):
            verified((inside,))
        with pytest.raises(RestoreError, match=r"number 2 excuses nothing, 0 known witness\(es\) have cosigned it"):
            verified((inside,), accepted, done.note)
        found = verified((rehearsal.before, inside), accepted)
        assert (found.older, found.restores) == (1, (done.restore,))
    # The witness goes on from where the log was restored to.
    note = head_note(wiring)
    with wiring.database.transaction("hg_desk") as connection:
        nodes = stored_nodes(connection, consistency_places(20, parse_checkpoint(note).size))
    proof = consistency_proof(20, parse_checkpoint(note).size, lambda level, index: nodes[level, index])
    assert witness.add_checkpoint(AddCheckpoint(20, tuple(proof), note).encode()).name == "police.example/witness"


def test_a_declaration_excuses_no_other_log_tree_or_gap(rehearsal, wiring, tmp_path):
    key = wiring.log_signer.verifier()
    witness = SignerKey("police.example/witness", b"w" * 32, COSIGNATURE_V1)
    rehearsal.restore()
    done = declare(wiring)
    accepted = add_signatures(done.note, [cosign(done.note, witness, 1)])
    # A gap that says nothing: the entry of the gap is not the first leaf after what was kept.
    with admin_engine(rehearsal.cluster, rehearsal.name) as admin, admin.begin() as connection:
        connection.exec_driver_sql("UPDATE audit.pending SET queued_at = now()")
    write(wiring.database, an_entry())
    with admin_engine(rehearsal.cluster, rehearsal.name) as admin, admin.begin() as connection:
        connection.exec_driver_sql("UPDATE audit.pending SET queued_at = now() + interval '1 h' WHERE entry_id IN"
                                   " (SELECT entry_id FROM audit.restore)")  # fmt: skip
    sequence(wiring)
    folder = export(wiring, tmp_path / "export")

    with pytest.raises(ExportError, match="not the entry of the declared gap"):
        verify_export(folder, Trust(key, None, (witness.verifier(),), (rehearsal.newest,), None, (accepted,)))
    assert "first leaf after what was kept" in str(verify_database(wiring).finding)


def test_nothing_is_declared_where_nothing_was_lost_or_the_log_has_gone_on(rehearsal, wiring):
    with pytest.raises(RestoreError, match="nothing was lost"):
        declare(wiring, rehearsal.newest)
    rehearsal.restore()
    forged = SignerKey(LOG, b"f" * 32)
    with pytest.raises(RestoreError, match="not one that this log has signed"):
        declare(wiring, rehearsal.newest.partition("\n\n")[0] + "\n\n" + f"— {forged.name} AAAA\n")
    # A sequencer without the mark: the data folder was restored as well, and nobody asked the witnesses.
    guard_of(wiring).mark.write(rehearsal.before)
    write(wiring.database, *(an_entry() for _ in range(20)))
    sequence(wiring)
    with pytest.raises(RestoreError, match="second tree"):
        declare(wiring, rehearsal.newest)


def test_a_mark_of_old_is_raised_by_the_checkpoint_that_somebody_kept(rehearsal, wiring):
    """The data folder was restored together with the database: a partner's checkpoint says what was lost."""
    rehearsal.restore()
    guard_of(wiring).mark.write(rehearsal.before)
    done = declare(wiring, rehearsal.newest)
    assert (done.restore.lost_from.size, done.restore.lost_to.size) == (20, 35)
    sequence(wiring)
    assert verify_database(wiring).finding is None
    # A second restore of a later backup is one of its own.
    rehearsal.restore()
    assert verify_database(wiring).finding is not None
    declare(wiring)
    sequence(wiring)
    assert verify_database(wiring).finding is None


RESTORE_EDITS = {
    "entry_id": "SET entry_id = (SELECT entry_id FROM audit.leaf WHERE leaf_index = 3)",
    "lost_from": "SET lost_from = lost_from - 1",
    "lost_to": "SET lost_to = lost_to - 1",
    "note": "SET note = replace(note, 'disk-failure', 'exercise')",
}


@pytest.mark.parametrize("column", RESTORE_EDITS)
def test_an_edited_declaration_is_found(rehearsal, wiring, admin, column):
    rehearsal.restore()
    declare(wiring)
    sequence(wiring)
    assert verify_database(wiring).finding is None
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        assert connection.exec_driver_sql(f"UPDATE audit.restore {RESTORE_EDITS[column]}").rowcount == 1
        columns = connection.exec_driver_sql(
            "SELECT column_name FROM information_schema.columns WHERE (table_schema, table_name) = ('audit', 'restore')"
        ).scalars()
        assert set(columns) == set(RESTORE_EDITS)

    assert verify_database(wiring).finding.column.startswith("audit.restore")


def test_the_command_writes_the_declaration_for_the_witnesses(rehearsal, wiring, tmp_path):
    rehearsal.restore()
    newest = tmp_path / "newest"
    newest.write_text(rehearsal.newest)
    environment = {
        "PATH": os.environ["PATH"],
        "HEARTHGATE_DATA_DIR": str(wiring.settings.data_dir),
        "HEARTHGATE_DATABASE_URL": embedded_url(rehearsal.cluster.server.socket_dir, rehearsal.name),
    }
    for role, password in rehearsal.cluster.passwords.items():
        (wiring.settings.keys_dir / f"{role}.password").write_text(password)
    asked = [sys.executable, "-m", "gateway", "audit", "declare-restore", "--reason", "exercise",
             "--newest", str(newest), "--note", str(tmp_path / "restore.note")]  # fmt: skip

    done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)
    again = subprocess.run([*asked[:-1], str(tmp_path / "again.note")], env=environment, capture_output=True, text=True,
                           check=False)  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "Lost: 15 entries, leaves 20 to 34." in done.stdout
    assert (
        open_restore((tmp_path / "restore.note").read_text(), wiring.log_signer.verifier()).restore.lost_to.size == 35
    )
    assert again.returncode == 2
    assert "nothing was lost" in again.stderr
