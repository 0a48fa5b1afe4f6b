"""What a report says beside its proof is sealed by the log's key: nothing of it can be changed by anybody else."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.errors import AuditError, SubjectPackError
from audit.keys import SignerKey
from audit.notes import sign_note
from audit.subject_report import PACK, WORDS, letter_of
from audit.subject_seal import HEADER, SEAL, seal_subject_pack
from audit.verify import main, verify_path
from audit.verify_export import Trust
from tests.audit.packs import HOUR, KEY, LOG, SIGNER, Book
from tests.audit.test_subject_report import MADE, an_access, report_about

EARLIER = SignerKey(LOG, b"e" * 32)
TRUST = Trust(KEY)


@pytest.fixture(scope="module")
def whole():
    """A report of an access, and of a search that showed others alone."""
    book = Book()
    an_access(book, 1, 2, shown=(1,))
    search = an_access(book, 1, 2, shown=(2,))
    return report_about(book, not_shown=[search])


def written(folder, pack, seal=None):
    """The folder of a pack, its words made from it as a forger would; the seal is that of its bytes, or `seal`."""
    data = pack.encode()
    (folder / PACK).write_bytes(data)
    (folder / SEAL).write_bytes(seal_subject_pack(data, SIGNER) if seal is None else seal)
    for name, write in WORDS.items():
        (folder / name).write_bytes(write(letter_of(pack)).encode())
    return folder


def problem(path, trust=TRUST):
    with pytest.raises(AuditError) as found:
        verify_path(path, trust)
    assert "\n" not in str(found.value)
    return str(found.value)


def test_a_sealed_report_verifies_as_a_folder_and_as_a_pack_beside_its_seal(whole, tmp_path):
    folder = written(tmp_path, whole)

    for path in (folder, folder / PACK):
        told = verify_path(path, TRUST)
        assert (
            "; the rest of what it says is sealed by the key of the log, that 1 look-up(s) showed nothing of the"
            in told
        )


def test_a_report_that_was_made_long_after_its_map_says_how_long(tmp_path):
    book = Book()
    an_access(book, 1, shown=(1,))
    folder = written(tmp_path, report_about(book, made=replace(MADE, made_at=HOUR + timedelta(days=3))))

    assert "CHECK why it proves nothing of the 72 hours before it was made" in verify_path(folder, TRUST)


CHANGES = {
    "council": "Southvale Council", "contact": "elsewhere@southvale.example", "capacity": "parent",
    "made_at": "2026-11-17T08:00:00Z", "not_shown": [],
    "titles": {"agencies": {"northvale_council": "A charity"}, "purposes": {}, "roles": {}},
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_nothing_that_a_report_says_beside_its_proof_can_be_changed(whole, tmp_path, name):
    changed = replace(whole, report={**whole.report, name: CHANGES[name]})
    folder = written(tmp_path, changed, seal_subject_pack(whole.encode(), SIGNER))

    assert problem(folder) == "report.note: is of another report.json: something that the report says was changed"
    assert problem(folder / PACK).startswith("report.note: ")


def test_a_line_since_the_map_can_be_neither_added_nor_taken_away(whole, tmp_path):
    more = Book()
    for _ in range(9):
        more.look(1)
    later = report_about(more).sections[0].elements[8]
    with_later = replace(whole, since=(replace(later, head=None),))
    verify_path(written(tmp_path, with_later), TRUST)

    written(tmp_path, with_later, seal_subject_pack(whole.encode(), SIGNER))
    assert problem(tmp_path).startswith("report.note: is of another")
    written(tmp_path, whole, seal_subject_pack(with_later.encode(), SIGNER))
    assert problem(tmp_path).startswith("report.note: is of another")


def test_a_report_without_its_seal_fails_and_says_what_to_do(whole, tmp_path):
    folder = written(tmp_path, whole)
    (folder / SEAL).unlink()

    for path in (folder, folder / PACK):
        assert problem(path).startswith("report.note: is missing")
        assert problem(path).endswith("ask the council for a new one")


def test_a_seal_of_another_key_log_or_kind_of_note_is_none(whole, tmp_path):
    text = f"{HEADER}\nlog {LOG}\npack {json.dumps('')}\n"
    forged = {
        "no known key": seal_subject_pack(whole.encode(), SignerKey(LOG, b"f" * 32)),
        "is not the seal": sign_note(text, [SIGNER]).encode(),
        "note is not valid": b"\xff",
        "is not the seal of a report": sign_checkpoint(Checkpoint(LOG, 1, bytes(32)), [SIGNER]).encode(),
    }
    for says, seal in forged.items():
        assert says in problem(written(tmp_path, whole, seal))


def test_a_seal_can_be_taken_for_no_checkpoint(whole, tmp_path):
    path = tmp_path / "head"
    path.write_bytes(seal_subject_pack(whole.encode(), SIGNER))

    assert "tree size is not a decimal" in problem(path)


def test_a_bit_changed_anywhere_in_the_folder_is_found(whole, tmp_path):
    folder = written(tmp_path, whole)
    for name in (PACK, SEAL, *WORDS):
        honest = (folder / name).read_bytes()
        for place in range(0, len(honest), max(1, len(honest) // 60)):
            (folder / name).write_bytes(honest[:place] + bytes([honest[place] ^ 1]) + honest[place + 1 :])
            assert problem(folder), (name, place)
        (folder / name).write_bytes(honest)
    verify_path(folder, TRUST)


def test_after_a_rotation_the_earlier_key_may_have_sealed_a_report_and_signed_its_maps(whole, tmp_path, capsys):
    written(tmp_path, whole)
    after = SignerKey(LOG, b"n" * 32).verifier()

    assert "no known key" in problem(tmp_path, Trust(after))
    told = verify_path(tmp_path, Trust(after, earlier_keys=(EARLIER.verifier(), KEY.encode())))
    assert "is sealed by an earlier key of the log" in told
    assert main(["--key", after.encode(), "--earlier-key", KEY.encode(), str(tmp_path)]) == 0
    assert "OK" in capsys.readouterr().out


def test_a_pack_is_sealed_the_same_each_time(whole):
    assert seal_subject_pack(whole.encode(), SIGNER) == seal_subject_pack(whole.encode(), SIGNER)


def test_the_seal_is_of_the_log_that_the_pack_names(whole, tmp_path):
    other = SignerKey("southvale.example/hearthgate", bytes(range(32)))
    with pytest.raises(SubjectPackError, match="no known key"):
        verify_path(written(tmp_path, whole, seal_subject_pack(whole.encode(), other)), TRUST)
