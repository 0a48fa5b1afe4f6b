"""From the store to a pack that anybody checks: through merges and splits, later growth, rotated keys, erasures."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

import audit
from audit.errors import ReceiptError, SubjectPackError
from audit.keys import SignerKey
from audit.map_receipt import RECEIPTS_FOLDER, verify_map_receipt
from audit.subject_report import Made, with_report
from audit.subject_seal import seal_subject_pack
from audit.subject_words import Capacity, Titles
from audit.verify import verify_path
from audit.verify_export import Trust
from audit.verify_subject_pack import verify_subject_pack
from gateway.custody import load_custody, rotate_key
from gateway.errors import NotFoundError, ProofNotReadyError
from gateway.store.subject_lists import lineage_map
from gateway.usecases.log.coverage_maps import take_due_maps
from gateway.usecases.subjects.erasure_carried_out import erase_lists
from gateway.usecases.subjects.subject_sections import _section
from tests.gateway.audit.list_book import (
    DISCLOSABLE,
    SEALED,
    a_move,
    about,
    add_persons,
    next_hour,
    pack_of,
    receipts_of,
    sections_of,
    sequence,
)
from tests.gateway.audit.log_book import AT, drain, person


@pytest.fixture(autouse=True)
def now(wiring_clock):
    wiring_clock.now = AT.replace(minute=59)


@pytest.fixture
def history(wiring, database, admin, wiring_clock):
    """2 was joined into 1, and 3 cut out of 1 after; neighbours; sealed looks at everybody; the hour's map."""
    add_persons(admin, *range(1, 40))
    sequence(wiring, about(1), about(2, 9), about(1, 2, sealed=True), a_move((1, 2), 1), about(1), about(9))
    sequence(wiring, a_move((1,), 3, "run-2"), about(1, 3), about(3, sealed=True))
    take_due_maps(wiring)
    drain(database, wiring.log_signer)
    return wiring


def proved(wiring, number, kind=DISCLOSABLE):
    sections = sections_of(wiring, number, kind)
    return verify_subject_pack(pack_of(wiring, sections, kind).encode(), wiring.log_signer.verifier())


def lengths(found):
    return {number: len(found.lists[str(person(number))]) for number in range(40) if str(person(number)) in found.lists}


def test_a_report_follows_merges_and_splits_and_shows_nobody_elses_later_list(history):
    assert lengths(proved(history, 1)) == {1: 5, 2: 2}
    assert lengths(proved(history, 3)) == {1: 4, 2: 2, 3: 2}
    assert lengths(proved(history, 9)) == {9: 2}
    assert lengths(proved(history, 30)) == {30: 0}


def test_the_sealed_list_is_proved_apart(history):
    assert lengths(proved(history, 3, SEALED)) == {1: 3, 2: 2, 3: 2}


def test_what_came_after_the_map_is_there_and_not_called_proved(history, wiring_clock):
    sequence(history, about(1), about(1, sealed=True))
    found = proved(history, 1)
    assert (lengths(found), len(found.since)) == ({1: 5, 2: 2}, 1)
    next_hour(history, wiring_clock)
    assert lengths(proved(history, 1)) == {1: 6, 2: 2}


def test_sections_of_long_ago_are_still_proved_after_the_log_has_grown(history, wiring_clock):
    for _ in range(3):
        sequence(history, about(1, 2, 3), about(9, sealed=True))
        next_hour(history, wiring_clock)
    assert lengths(proved(history, 3)) == {1: 4, 2: 2, 3: 5}


def test_a_pack_is_the_same_with_and_without_what_is_sealed(history):
    before = pack_of(history, sections_of(history, 1)).encode()
    sequence(history, about(1, sealed=True), about(1, 2, 3, sealed=True))
    assert pack_of(history, sections_of(history, 1)).encode() == before
    sequence(history, about(1))
    assert pack_of(history, sections_of(history, 1)).encode() != before


def test_before_a_map_there_is_no_pack_and_a_new_person_is_in_the_next(wiring, database, admin, wiring_clock):
    add_persons(admin, 1)
    sequence(wiring, about(1))
    with pytest.raises(ProofNotReadyError):
        sections_of(wiring, 1)
    take_due_maps(wiring)
    add_persons(admin, 2)
    with pytest.raises(NotFoundError):
        sections_of(wiring, 2)
    drain(database, wiring.log_signer)
    next_hour(wiring, wiring_clock)
    assert lengths(proved(wiring, 2)) == {2: 0}


def test_a_combination_without_its_map_yet_makes_the_report_wait(history, wiring_clock):
    sequence(history, a_move((9,), 1, "run-3"))
    next_hour(history, wiring_clock)
    with history.database.transaction("hg_desk") as connection:
        assert connection.execute(
            text("SELECT count(*) FROM audit.coverage_map WHERE occasion = 'lineage' AND list = 'sealed'")
        ).scalar_one() == 3  # fmt: skip
    assert lengths(proved(history, 1)) == {1: 6, 2: 2, 9: 3}
    sequence(history, a_move((10,), 1, "run-4"))
    with pytest.raises(ProofNotReadyError):
        sections_of(history, 1)
    assert len(sections_of(history, 10).since) == 1


def test_the_list_of_an_id_that_ended_is_shown_to_its_end(history, wiring_clock):
    """A look that had begun before the merge is recorded under the id that ended; of a split it is another person's."""
    sequence(history, a_move((9, 10), 9, "run-5", ended=(10,)))
    sequence(history, a_move((20,), 21, "run-6"))
    take_due_maps(history)
    sequence(history, about(10), about(20))
    assert lengths(proved(history, 9)) == {9: 3, 10: 1}
    assert len(proved(history, 9).since) == 1
    next_hour(history, wiring_clock)
    assert lengths(proved(history, 9)) == {9: 3, 10: 2}
    assert lengths(proved(history, 21)) == {20: 1, 21: 1}


def test_an_ended_list_that_is_cut_short_is_named(history, wiring_clock):
    sequence(history, a_move((9, 10), 9, "run-5", ended=(10,)), about(10))
    next_hour(history, wiring_clock)
    sections = sections_of(history, 9)
    with history.database.transaction("hg_desk") as connection:
        until = lineage_map(connection, DISCLOSABLE, sections.sections[0].elements[-1].leaf_index)
        cut = _section(connection, history.custody.digest, person(10), until, until)
    pack = pack_of(history, replace(sections, sections=(sections.sections[0], cut))).encode()
    with pytest.raises(SubjectPackError, match="list 2: ended with list 1, line 3 and is not shown to its end"):
        verify_subject_pack(pack, history.log_signer.verifier())


def test_receipts_show_that_the_log_holds_the_maps_and_are_the_same_for_everybody(history, tmp_path):
    sections = sections_of(history, 3)
    receipts = receipts_of(history, sections)
    assert len(receipts) == 3
    key = history.log_signer.verifier()
    maps = [verify_map_receipt(data, key).coverage for data in receipts.values()]
    found = verify_subject_pack(pack_of(history, sections).encode(), key, maps)
    assert found.receipts == 3
    assert receipts_of(history, sections_of(history, 9)).items() <= receipts.items()
    folder = tmp_path / RECEIPTS_FOLDER
    folder.mkdir()
    for name, data in receipts.items():
        (folder / name).write_bytes(data)
        told = verify_path(folder / name, Trust(key))
        assert told.startswith("the map of disclosable lists up to 2026-11-16T")


def test_a_receipt_of_another_map_is_refused(history):
    receipts = receipts_of(history, sections_of(history, 3))
    key = history.log_signer.verifier()
    first, *_, last = receipts.values()
    forged = last.replace(
        last.partition(b'"map":"')[2].partition(b'"')[0], first.partition(b'"map":"')[2].partition(b'"')[0]
    )
    with pytest.raises(ReceiptError, match="not the one that the log recorded"):
        verify_map_receipt(forged, key)
    for broken in (
        b"",
        b"{}",
        first[:-9],
        first.replace(b'"v1"', b'"v2"') + b"x",
        first.replace(b"tlog-proof@v1", b"x"),
    ):
        with pytest.raises(ReceiptError):
            verify_map_receipt(broken, key)


def test_a_map_that_the_log_does_not_hold_contradicts_its_receipt(history):
    sections = sections_of(history, 9)
    key = history.log_signer.verifier()
    (receipt,) = receipts_of(history, sections).values()
    logged = verify_map_receipt(receipt, key).coverage
    with pytest.raises(SubjectPackError, match="not the one that the log holds"):
        verify_subject_pack(pack_of(history, sections).encode(), key, [replace(logged, root=b"x" * 32)])


def test_after_the_logs_key_was_rotated_older_maps_verify_under_the_new_key_alone(history):
    rotate_key(history.settings.keys_dir, "log")
    custody = load_custody(history.settings.keys_dir, ())
    signer = SignerKey(history.settings.log_origin, custody.log.current.secret)
    rotated = replace(history, custody=custody, log_signer=signer)
    assert lengths(proved(rotated, 3)) == {1: 4, 2: 2, 3: 2}


def test_after_the_digest_key_was_rotated_older_maps_still_serve_proofs(history):
    rotate_key(history.settings.keys_dir, "digest")
    rotated = replace(history, custody=load_custody(history.settings.keys_dir, ()))
    assert lengths(proved(rotated, 3)) == {1: 4, 2: 2, 3: 2}


def test_an_erased_persons_neighbours_keep_their_proofs_and_the_next_map_says_erased(history, database, wiring_clock):
    with database.transaction("hg_erase") as connection:
        erase_lists(history, connection, [person(2), person(30)])
    # Everybody else's place in the same maps is proved with the hashes that were kept.
    for number in (9, 12, 31):
        proved(history, number)
    next_hour(history, wiring_clock)
    drain(database, history.log_signer)
    found = proved(history, 30)
    assert found.erased == {str(person(30))}
    assert found.sentence().count("1 list(s) were erased") == 1
    assert lengths(proved(history, 9)) == {9: 2}


def test_whose_earlier_id_was_erased_still_has_a_report_that_says_so(history, database, wiring_clock):
    with database.transaction("hg_erase") as connection:
        erase_lists(history, connection, [person(2)])
    next_hour(history, wiring_clock)
    found = proved(history, 1)
    assert lengths(found) == {1: 5, 2: 0}
    assert found.erased == {str(person(2))}


def test_an_erased_person_is_on_no_list_again(history, database):
    with database.transaction("hg_erase") as connection:
        erase_lists(history, connection, [person(30)])
    sequence(history, about(30))
    with database.transaction("hg_desk") as connection:
        rows = connection.execute(
            text("SELECT count(*) FROM audit.subject_list WHERE person_id = :id"), {"id": person(30)}
        )
        assert rows.scalar_one() == 0


def test_no_list_is_erased_without_the_hashes_that_neighbours_need(history, database):
    with pytest.raises(Exception, match="would lose a leaf"), database.transaction("hg_erase") as connection:
        connection.execute(text("SELECT audit.erase_subject_lists(:id)"), {"id": person(30)})


def test_the_folder_of_audit_alone_verifies_a_pack_and_names_the_line(history, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(Path(audit.__file__).parent, copy / "audit", ignore=shutil.ignore_patterns("__pycache__"))
    made = Made("Northvale Council", "dpo@northvale.example", Capacity.SELF, AT)
    document = with_report(pack_of(history, sections_of(history, 1)), made, Titles(), (), {})
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(document.encode())
    good.with_suffix(".note").write_bytes(seal_subject_pack(document.encode(), history.log_signer))
    lines = document.sections[0].elements
    first = replace(document.sections[0], elements=lines[:-1])
    bad.write_bytes(replace(document, sections=(first, *document.sections[1:])).encode())
    done = subprocess.run(
        [sys.executable, "-m", "audit.verify", "--key", history.log_signer.verifier().encode(), str(good), str(bad)],
        cwd=copy, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    ok, fail = done.stdout.splitlines()
    assert ok.startswith(f"OK {good}: report on disclosable entries")
    assert fail.startswith(f"FAIL {bad}: list 1: is not what the map holds: a line is missing or added after line 4")
