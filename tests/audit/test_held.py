"""What somebody kept of the log, held against what they are shown now: checkpoints of any file, promises of exports."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.entry import Entry, EventClass
from audit.errors import AuditError
from audit.export import ExportRow, write_export
from audit.keys import SignerKey
from audit.leaf import commit_entry
from audit.merkle import leaf_hash, root_of
from audit.notes import add_signatures, cosign
from audit.receipt import Promise, sign_promise
from audit.restore import Head, Restore, RestoreReason, sign_restore
from audit.tlog_proof import make_proof
from audit.verify import verify_path
from audit.verify_export import Trust
from tests.audit.grown_log import LOG, POLICE

AT = datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC)
KEY = LOG.verifier()


def leaf_of(number, at, event=EventClass.SIGN_IN):
    entry = Entry(
        entry_id=f"entry-{number}", event=event, at=at, log_id=LOG.name, who="staff-1", agency="police",
        purpose=None,
    )  # fmt: skip
    return commit_entry(entry, lambda _: secrets.token_bytes(32))[0]


LEAVES = [leaf_of(number, AT + timedelta(minutes=number)) for number in range(3)]
DROPPED = leaf_of(9, AT + timedelta(minutes=1, seconds=30))


def head_of(leaves):
    return sign_checkpoint(Checkpoint(LOG.name, len(leaves), root_of([leaf_hash(one) for one in leaves])), [LOG])


def written(folder, leaves, event="sign-in"):
    rows = [
        ExportRow(n, one.split(b'"entry":"')[1].split(b'"')[0].decode(),
                  one.split(b'"event":"')[1].split(b'"')[0].decode(),
                  datetime.strptime(one[7:27].decode(), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC), one)
        for n, one in enumerate(leaves)
    ]  # fmt: skip
    write_export(folder, KEY, head_of(leaves), rows)
    return folder


def promise_of(leaf, number, at, signer=LOG):
    return sign_promise(Promise(LOG.name, f"entry-{number}", leaf_hash(leaf), at), signer)


def problem(path, trust):
    with pytest.raises(AuditError) as found:
        verify_path(path, trust)
    return str(found.value)


@pytest.mark.parametrize("kind", ["checkpoint", "receipt"])
def test_two_heads_of_one_size_that_differ_are_a_fork_whatever_file_shows_the_second(tmp_path, kind):
    hashes = [leaf_hash(one) for one in LEAVES[:2]]
    shown = head_of(LEAVES[:2])
    path = tmp_path / "shown"
    path.write_text(shown if kind == "checkpoint" else make_proof(1, hashes[:1], shown, LEAVES[1]))

    told = problem(path, Trust(KEY, older=(head_of([LEAVES[0], DROPPED]),)))
    assert told.startswith("the log signed another tree of 2 entries than that of older checkpoint 1: it has forked")
    assert "of the same tree as 1 older checkpoint(s)" in verify_path(path, Trust(KEY, older=(shown,)))


def test_what_one_head_alone_cannot_show_is_said(tmp_path):
    path = tmp_path / "shown"
    path.write_text(head_of(LEAVES[:2]))

    told = verify_path(path, Trust(KEY, older=(head_of(LEAVES[:1]),), promises=(promise_of(DROPPED, 9, AT),)))
    assert "NOT compared with 1 older checkpoint(s) of other sizes: that takes an export" in told
    assert "NOT compared with 1 promise(s): that takes an export" in told


def test_an_older_checkpoint_that_the_log_never_signed_is_refused_beside_a_single_file_too(tmp_path):
    path = tmp_path / "shown"
    path.write_text(head_of(LEAVES[:2]))
    foreign = sign_checkpoint(Checkpoint(LOG.name, 1, leaf_hash(LEAVES[0])), [SignerKey(LOG.name, bytes(32))])

    assert problem(path, Trust(KEY, older=(foreign,))) == "older checkpoint 1: no known key has signed the note"


def test_a_promise_whose_entry_was_dropped_before_it_was_sequenced_is_not_kept(tmp_path):
    folder = written(tmp_path / "export", LEAVES)
    kept = promise_of(LEAVES[1], 1, AT + timedelta(minutes=1))

    assert "; 1 promise(s) are kept" in verify_path(folder, Trust(KEY, promises=(kept,)))
    told = problem(folder, Trust(KEY, promises=(kept, promise_of(DROPPED, 9, AT + timedelta(minutes=1, seconds=30)))))
    assert told == "promise 2: is not kept: entry entry-9 is no leaf of the log, and later entries are"


def test_a_promise_that_was_not_due_yet_accuses_nobody_and_is_not_taken_for_kept(tmp_path):
    folder = written(tmp_path / "export", LEAVES)

    told = problem(folder, Trust(KEY, promises=(promise_of(DROPPED, 9, AT + timedelta(minutes=2)),)))
    assert told == "promise 1: was not due when the last of the entries was made: hold it against a later export"


def test_a_promise_of_another_key_is_no_promise_of_the_log_and_one_of_an_earlier_key_is(tmp_path):
    folder, before = written(tmp_path / "export", LEAVES), SignerKey(LOG.name, bytes(32))
    promise = promise_of(LEAVES[1], 1, AT + timedelta(minutes=1), before)

    assert problem(folder, Trust(KEY, promises=(promise,))) == "promise 1: no known key has signed the note"
    known = Trust(KEY, promises=(promise,), earlier_keys=(before.verifier(),))
    assert "1 promise(s) are kept" in verify_path(folder, known)


def test_a_promise_from_within_a_declared_gap_accuses_nobody_and_one_from_before_it_does(tmp_path):
    restored = AT + timedelta(minutes=10)
    leaves = [*LEAVES[:2], leaf_of(5, restored, EventClass.CONFIGURATION)]
    folder = written(tmp_path / "export", leaves)
    lost = [*LEAVES, DROPPED]
    heads = [Head(len(one), root_of([leaf_hash(leaf) for leaf in one])) for one in (leaves[:2], lost)]
    note = sign_restore(Restore(LOG.name, *heads, restored, RestoreReason.DISK_FAILURE), LOG)
    note = add_signatures(note, [cosign(note, POLICE, 1_800_000_000)])
    inside, before = (promise_of(DROPPED, 9, AT + timedelta(minutes=at)) for at in (3, -5))

    def trust(promise):
        return Trust(KEY, witnesses=(POLICE.verifier(),), restores=(note,), promises=(promise,))

    assert "1 promise(s) may be among those that a declared restore lost" in verify_path(folder, trust(inside))
    assert "is not kept" in problem(folder, trust(before))
    assert "is not kept" in problem(folder, Trust(KEY, promises=(inside,)))


def test_a_path_that_is_not_there_and_an_archive_are_told_as_what_they_are(tmp_path):
    (tmp_path / "pack.zip").write_bytes(b"PK\x03\x04\xff\xfe")

    assert problem(tmp_path / "absent", Trust(KEY)) == "there is no such file or folder"
    assert "unpack an archive and name the folder inside" in problem(tmp_path / "pack.zip", Trust(KEY))
