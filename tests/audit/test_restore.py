from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import Checkpoint, parse_checkpoint
from audit.errors import CheckpointError, NoteError, RestoreError
from audit.keys import COSIGNATURE_V1, SignerKey
from audit.notes import add_signatures, cosign, sign_note
from audit.restore import Head, Restore, RestoreReason, open_restore, parse_restore, sign_restore
from audit.restored import excuse

LOG = SignerKey("northvale.example/audit", bytes(range(32)))
OTHER = SignerKey("elsewhere.example/audit", bytes(range(1, 33)))
WITNESS = SignerKey("police.example/witness", bytes(range(2, 34)), COSIGNATURE_V1)
AT = datetime(2026, 11, 21, 9, 30, 15, tzinfo=UTC)
KEPT, LOST = Head(100, bytes(range(32))), Head(120, bytes(range(3, 35)))
RESTORE = Restore("northvale.example/audit", KEPT, LOST, AT, RestoreReason.DISK_FAILURE)


def test_a_declared_restore_is_read_back_with_its_witnesses():
    note = sign_restore(RESTORE, LOG)

    accepted = add_signatures(note, [cosign(note, WITNESS, 1_795_253_415)])

    assert open_restore(note, LOG.verifier(), [WITNESS.verifier()]).witnesses == ()
    opened = open_restore(accepted, LOG.verifier(), [WITNESS.verifier()])
    assert opened.restore == RESTORE
    assert [(one.key, one.at) for one in opened.witnesses] == [(WITNESS.verifier(), 1_795_253_415)]
    assert open_restore(accepted, LOG.verifier()).witnesses == ()


def test_only_the_log_itself_declares_and_only_for_itself():
    with pytest.raises(RestoreError):
        open_restore(sign_note(RESTORE.encode(), [OTHER]), OTHER.verifier())
    with pytest.raises(NoteError):
        open_restore(sign_note(RESTORE.encode(), [OTHER]), LOG.verifier())
    unsigned = sign_note(RESTORE.encode(), [OTHER])
    by_a_witness_alone = add_signatures(unsigned, [cosign(unsigned, WITNESS, 7)])
    with pytest.raises(RestoreError):
        open_restore(by_a_witness_alone, LOG.verifier(), [WITNESS.verifier()])


def test_it_can_be_read_neither_as_a_checkpoint_nor_from_one():
    with pytest.raises(CheckpointError):
        parse_checkpoint(sign_restore(RESTORE, LOG))
    with pytest.raises(RestoreError):
        parse_restore(Checkpoint(LOG.name, 100, KEPT.root).encode())


@pytest.mark.parametrize(
    ("size", "root", "excused"),
    [
        (100, KEPT.root, False),  # still provable, so nothing is to be excused
        (101, bytes(32), True),
        (119, bytes(32), True),
        (120, LOST.root, True),
        (120, bytes(32), False),  # not the head that was declared lost
        (121, bytes(32), False),
    ],
)
def test_it_excuses_the_checkpoints_inside_its_gap_and_no_other(size, root, excused):
    assert RESTORE.excuses(Checkpoint(LOG.name, size, root)) is excused
    assert not RESTORE.excuses(Checkpoint(OTHER.name, size, root))


def test_a_restore_that_loses_nothing_or_has_an_impossible_head_is_none():
    with pytest.raises(RestoreError):
        replace(RESTORE, lost_to=KEPT)
    with pytest.raises(RestoreError):
        Head(0, bytes(32))
    with pytest.raises(RestoreError):
        Head(1, bytes(31))
    with pytest.raises(RestoreError):
        replace(RESTORE, log_id="two\nlines").encode()


@given(data=st.data())
def test_no_change_of_a_letter_leaves_the_same_meaning(data):
    text = RESTORE.encode()
    place = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(min_codepoint=10, max_codepoint=126).filter(lambda one: one != text[place]))

    try:
        changed = parse_restore(text[:place] + letter + text[place + 1 :])
    except RestoreError:
        return

    assert changed != RESTORE
    assert changed.encode() == text[:place] + letter + text[place + 1 :]


@given(
    sizes=st.tuples(st.integers(1, 2**40), st.integers(1, 2**40)),
    roots=st.tuples(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32)),
    seconds=st.integers(0, 10**9),
    reason=st.sampled_from(RestoreReason),
)
def test_every_declaration_is_read_back_as_it_was_written(sizes, roots, seconds, reason):
    kept, lost = Head(sizes[0], roots[0]), Head(sizes[0] + sizes[1], roots[1])
    declared = Restore(LOG.name, kept, lost, AT + timedelta(seconds=seconds), reason)

    assert parse_restore(declared.encode()) == declared


@pytest.mark.parametrize("kept", [100, 90, 40])
def test_a_gap_that_a_later_restore_lost_is_not_asked_for(kept):
    again = replace(
        RESTORE, lost_from=Head(kept, bytes([kept]) * 32), lost_to=Head(110, bytes(32)), at=AT + timedelta(hours=1)
    )
    older = [Checkpoint(LOG.name, 115, bytes(32)), Checkpoint(LOG.name, 20, bytes(32))]

    for restores in ((RESTORE, again), (again, RESTORE)):
        excused = excuse(older, restores)
        assert excused.standing == (again,)
        assert set(excused.restores) == {RESTORE, again}
        assert [number for number, _ in excused.older] == [2]
        assert [one.size for one in excused.heads] == [kept]


@pytest.mark.parametrize(
    "other",
    [
        replace(RESTORE, lost_to=Head(110, bytes(32)), at=AT - timedelta(seconds=1)),  # before it
        replace(RESTORE, lost_from=Head(101, bytes(32)), at=AT + timedelta(hours=1)),  # its gap entry was kept
        replace(RESTORE, lost_from=Head(50, bytes(32)), lost_to=KEPT, at=AT + timedelta(hours=1)),  # so was it here
    ],
)
def test_a_gap_that_no_later_restore_lost_is_asked_for(other):
    excused = excuse([Checkpoint(LOG.name, 105, bytes(32))], (RESTORE, other))

    assert RESTORE in excused.standing
