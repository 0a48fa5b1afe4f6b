from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import ForkError
from audit.fork import Fork, fork_between, parse_fork, prove_fork
from audit.keys import SignerKey
from audit.notes import add_signatures, cosign
from audit.restore import Head, Restore, RestoreReason, sign_restore
from audit.verify import verify_path
from audit.verify_export import Trust
from tests.audit.grown_log import LOG, OTHER, POLICE, GrownLog, forked, leaves

KEY = LOG.verifier()
AT = datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC)
TRUE = GrownLog(leaves(40))
FALSE = forked(40, 11)


def test_two_trees_of_one_size_are_a_fork():
    fork = fork_between(TRUE.note(20), FALSE.note(20))

    assert "signed two trees of 20 entries" in prove_fork(fork.encode(), [KEY])


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 39))
def test_a_larger_tree_that_begins_otherwise_is_a_fork_by_the_logs_own_proof(one, other, at):
    old, size = sorted((one, other))
    false = forked(40, at)

    fork = fork_between(TRUE.note(old), false.note(size), false.proof(old, size))

    whole_node = old & (old - 1) == 0 and old < size
    if at >= old:
        assert fork is None
    elif not whole_node:
        assert "fork proved" in prove_fork(fork.encode(), [KEY])
    if at < old < size:
        known = Fork(TRUE.note(old), false.note(size), false.root(old), false.proof(old, size))
        assert f"does not begin with its {old} entries" in prove_fork(known.encode(), [KEY])


def test_two_receipts_of_different_entries_at_one_leaf_are_a_fork():
    fork = fork_between(TRUE.receipt(15, 20), FALSE.receipt(15, 33))

    assert prove_fork(fork.encode(), [KEY]).endswith("different entries at leaf 15")
    assert fork_between(TRUE.receipt(15, 20), FALSE.receipt(16, 33)) is None
    assert fork_between(TRUE.receipt(3, 20), FALSE.receipt(3, 33)) is None


@pytest.mark.parametrize(
    "fork",
    [
        Fork(TRUE.note(20), TRUE.note(20)),
        Fork(TRUE.note(20), TRUE.note(30)),
        Fork(TRUE.note(20), TRUE.note(30), TRUE.root(20), TRUE.proof(20, 30)),
        Fork(TRUE.note(20), TRUE.note(30), bytes(32), TRUE.proof(20, 30)),
        Fork(TRUE.note(20), FALSE.note(30), FALSE.root(20), FALSE.proof(20, 31)),
        Fork(FALSE.note(30), TRUE.note(20)),
        Fork(TRUE.note(10), FALSE.note(30), FALSE.root(10), FALSE.proof(10, 30)),
        Fork(TRUE.note(20), GrownLog(leaves(20, "other"), OTHER).note(20)),
        Fork(TRUE.receipt(3, 20), FALSE.receipt(3, 30)),
        Fork(TRUE.receipt(15, 20), FALSE.receipt(16, 30)),
        Fork(TRUE.receipt(15, 20), GrownLog(leaves(20, "other"), OTHER).receipt(15, 20)),
        Fork(TRUE.receipt(15, 20), FALSE.receipt(15, 30).replace("index 15", "index 14")),
        Fork(TRUE.note(20), TRUE.receipt(3, 20)),
        Fork("", ""),
    ],
    ids=range(14),
)
def test_what_contradicts_nothing_or_is_not_signed_by_the_log_proves_nothing(fork):
    with pytest.raises(ForkError):
        prove_fork(fork.encode(), [KEY])


def test_a_log_that_nobody_forked_can_never_be_convicted():
    for old in range(1, 21):
        for size in range(old, 21):
            assert fork_between(TRUE.note(old), TRUE.note(size), TRUE.proof(old, size)) is None


def test_a_key_that_was_rotated_in_between_convicts_too_and_cosignatures_do_no_harm():
    rotated = type(LOG)(LOG.name, bytes(range(9, 41)))
    later = GrownLog(FALSE.leaves, rotated).note(20)
    fork = Fork(add_signatures(TRUE.note(20), [cosign(TRUE.note(20), POLICE, 7)]), later)

    assert prove_fork(fork.encode(), [rotated.verifier(), KEY])
    with pytest.raises(ForkError):
        prove_fork(fork.encode(), [KEY])


@given(data=st.data())
def test_a_file_with_a_letter_changed_proves_no_other_fork(data):
    text = Fork(TRUE.note(20), FALSE.note(30), FALSE.root(20), FALSE.proof(20, 30)).encode()
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(min_codepoint=10, max_codepoint=126).filter(lambda one: one != text[place]))

    with pytest.raises(ForkError):
        prove_fork(text[:place] + letter + text[place + 1 :], [KEY])


def test_a_file_is_read_back_as_it_was_written():
    for fork in (
        Fork(TRUE.note(20), FALSE.note(20)),
        Fork(TRUE.note(20), FALSE.note(30), FALSE.root(20), FALSE.proof(20, 30)),
    ):
        assert parse_fork(fork.encode()) == fork


def test_the_verifier_convicts_under_a_key_that_was_rotated_since_or_in_between(tmp_path):
    new = SignerKey(LOG.name, bytes(range(9, 41)))
    rotated = GrownLog(FALSE.leaves, new)
    path = tmp_path / "one.log-fork"
    for fork in (Fork(TRUE.note(20), FALSE.note(20)), Fork(TRUE.note(20), rotated.note(20))):
        path.write_text(fork.encode())

        told = verify_path(path, Trust(new.verifier(), earlier_keys=(KEY,)))
        assert "two trees of 20 entries; CHECK its date: an earlier key signed it" in told
        with pytest.raises(ForkError):
            verify_path(path, Trust(new.verifier()))


@pytest.mark.parametrize("show", [GrownLog.note, lambda log, size: log.receipt(15, size)], ids=["heads", "receipts"])
def test_where_a_restore_was_declared_the_verifier_says_which_tree_it_lost(tmp_path, show):
    gap = Restore(LOG.name, Head(11, TRUE.root(11)), Head(25, TRUE.root(25)), AT, RestoreReason.EXERCISE)
    note = sign_restore(gap, LOG)
    accepted = add_signatures(note, [cosign(note, POLICE, 1_800_000_000)])
    trust = Trust(KEY, witnesses=(POLICE.verifier(),), restores=(accepted,))
    path = tmp_path / "one.log-fork"
    for size, said in ((20, True), (30, False)):
        path.write_text(Fork(show(TRUE, size), show(FALSE, size)).encode())

        told = verify_path(path, trust)
        assert ("the tree of 20 entries were declared lost" in told) is said
        assert "its date" not in told
        assert "declared lost" not in verify_path(path, Trust(KEY))
