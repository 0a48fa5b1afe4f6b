import json

import pytest
from sqlalchemy import text

from audit.entry import EventClass
from audit.errors import ExportError, NoteError
from audit.keys import SignerKey
from audit.tlog_proof import verify_proof
from audit.verify_export import Trust, verify_export
from gateway.custody import load_custody
from gateway.errors import KeyCustodyError, ProofNotReadyError
from gateway.operator_parts import OperatorParts, operator_entry
from gateway.store.errors import DatabaseUnavailableError
from gateway.usecases.log.exporting_log import export_log
from gateway.usecases.log.keys import list_keys, rotate
from gateway.usecases.log.reading_log import export_for_officer
from gateway.usecases.log.receipts import operator_receipt
from gateway.usecases.log.verifying_log import verify_database
from tests.gateway.audit.log_book import CONTEXT, OFFICER, an_entry, drain, write


def parts_of(settings, database):
    """The parts as a process that starts now has them."""
    return OperatorParts(settings, database, load_custody(settings.keys_dir, ()))


def signer_of(parts):
    return SignerKey(parts.settings.log_origin, parts.custody.log.current.secret)


def an_export_entry(parts):
    return operator_entry(parts, EventClass.EXPORT, purpose="log_oversight")


def rotation_entry(parts):
    return lambda detail: operator_entry(parts, EventClass.CONFIGURATION, detail=dict(detail))


def entries_of(database, event):
    with database.transaction("hg_desk") as connection:
        rows = connection.execute(
            text("SELECT o.fields FROM audit.entry e JOIN audit.opening o USING (entry_id) WHERE event_class = :event"),
            {"event": event},
        ).scalars()
        return [{name: json.loads(value) for name, (_, value) in fields.items()} for fields in rows]


@pytest.fixture
def parts(settings, database):
    return parts_of(settings, database)


@pytest.mark.parametrize("openings", [False, True])
def test_an_export_of_several_bundles_verifies_offline(parts, database, tmp_path, openings):
    write(database, *(an_entry() for _ in range(600)))
    drain(database, signer_of(parts), batch=100)
    done = export_log(parts, an_export_entry(parts), tmp_path / "export", openings=openings)
    verdict = verify_export(tmp_path / "export", Trust(done.key))
    assert (done.size, verdict.rows, verdict.openings) == (600, 600, 600 * openings)


def test_an_export_without_openings_holds_no_word_of_an_entry(parts, database, tmp_path):
    write(database, an_entry())
    drain(database, signer_of(parts))
    export_log(parts, an_export_entry(parts), tmp_path / "export")
    everything = b"".join(path.read_bytes() for path in (tmp_path / "export").rglob("*") if path.is_file())
    assert not any(word in everything for word in (b"W104", b"early_help", b"northvale_council", b"00000000fa01"))


def test_an_export_is_an_entry_before_its_first_row_is_read(parts, wiring, database, tmp_path):
    with pytest.raises(ProofNotReadyError):
        export_log(parts, an_export_entry(parts), tmp_path / "export")
    drain(database, signer_of(parts))
    export_for_officer(wiring, CONTEXT, OFFICER, tmp_path / "export")
    first, second = entries_of(database, "export")
    assert first["who"].startswith("operator:")
    assert (second["who"], second["detail"]["records"]) == ("W601", ["leaves"])


def test_a_folder_that_is_not_empty_is_left_alone_and_nothing_is_recorded(parts, database, tmp_path):
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(ExportError):
        export_log(parts, an_export_entry(parts), tmp_path)
    assert (tmp_path / "kept").read_text() == "mine"
    assert entries_of(database, "export") == []


def test_an_altered_log_is_not_exported(parts, database, admin, tmp_path):
    write(database, *(an_entry() for _ in range(3)))
    drain(database, signer_of(parts))
    with admin.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE audit.entry SET recorded_at = now()")
    with pytest.raises(ExportError, match="leaf 0"):
        export_log(parts, an_export_entry(parts), tmp_path / "export")


def test_a_rotated_log_key_signs_what_comes_and_the_old_one_verifies_what_was(settings, parts, database, tmp_path):
    ids = write(database, an_entry())
    drain(database, signer_of(parts))
    old_key, old = signer_of(parts).verifier(), operator_receipt(parts, ids[0])
    export_log(parts, an_export_entry(parts), tmp_path / "before")
    done = rotate(parts, "log", rotation_entry(parts))
    later = parts_of(settings, database)
    assert signer_of(later).verifier() != old_key
    drain(database, signer_of(later))
    assert verify_database(later).finding is None
    assert verify_export(tmp_path / "before", Trust(old_key)).rows == 1
    assert export_log(later, an_export_entry(later), tmp_path / "after").key == signer_of(later).verifier()
    kept = (tmp_path / "before" / "checkpoint").read_text()
    assert old.checkpoint == kept
    new = operator_receipt(later, ids[0]).proof
    assert verify_proof(new, signer_of(later).verifier()).index == 0
    with pytest.raises(NoteError):
        verify_proof(new, old_key)
    (entry,) = entries_of(database, "configuration")
    assert entry["detail"] | {"key": "log", "old_version": done.old, "new_version": done.new} == entry["detail"]


@pytest.mark.parametrize("purpose", ["digest", "token", "field", "receipt"])
def test_a_rotation_keeps_the_earlier_version_and_is_an_entry(settings, parts, database, purpose):
    before = {key.purpose: key.key_ids for key in list_keys(settings)}
    done = rotate(parts, purpose, rotation_entry(parts))
    after = {key.purpose: key.key_ids for key in list_keys(settings)}
    assert after[purpose] == (*before[purpose], done.new)
    assert {name: ids for name, ids in after.items() if name != purpose} == {
        name: ids for name, ids in before.items() if name != purpose
    }
    assert len(entries_of(database, "configuration")) == 1


def test_a_rotation_that_cannot_be_recorded_does_not_happen(settings, parts):
    before = list_keys(settings)

    def refuse(_detail):
        raise DatabaseUnavailableError("gone")

    with pytest.raises(DatabaseUnavailableError):
        rotate(parts, "log", refuse)
    assert list_keys(settings) == before
    assert (settings.keys_dir / "log.json").stat().st_mode & 0o777 == 0o600


def test_a_purpose_without_a_key_is_refused_by_name(parts, database):
    with pytest.raises(KeyCustodyError, match="log, digest, token, field, receipt"):
        rotate(parts, "../log", rotation_entry(parts))
    assert entries_of(database, "configuration") == []


def test_no_secret_is_listed(settings):
    secrets = [json.loads((settings.keys_dir / f"{key.purpose}.json").read_text()) for key in list_keys(settings)]
    shown = repr(list_keys(settings))
    assert not any(version["secret"] in shown for ring in secrets for version in ring["versions"])
