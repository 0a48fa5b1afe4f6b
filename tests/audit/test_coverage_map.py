"""What a signed map says, what it hides, and which notes are not one."""

from datetime import timedelta

import pytest

from audit.checkpoint import Checkpoint, sign_checkpoint
from audit.coverage_map import CoverageMap, SaltSource, erased_value, map_key, map_value, open_map, parse_map, sign_map
from audit.errors import NoteError
from audit.keys import SignerKey
from audit.notes import sign_note
from audit.subject_list import ListKind, list_head, list_start
from tests.audit.packs import HOUR, KEY, LOG, SIGNER, Book, someone


def a_map(**changes):
    return CoverageMap(
        **({"log_id": LOG, "kind": ListKind.DISCLOSABLE, "number": 5, "at": HOUR, "root": b"r" * 32} | changes)
    )


@pytest.mark.parametrize("kind", ListKind)
def test_a_map_is_opened_as_it_was_signed(kind):
    assert open_map(sign_map(a_map(kind=kind), SIGNER), [KEY]) == a_map(kind=kind)


@pytest.mark.parametrize(
    "line",
    [b"log x\n", b"map 0\n", b"map 05\n", b"list both\n",
      b"at 2026-13-01T10:00:00Z\n", b"root AAAA\n", b"persons 5\n", b"at 2026-11-16T10:00:00+00:00\n"],
)  # fmt: skip
def test_a_note_of_another_form_is_refused(line):
    lines = a_map().encode().encode().splitlines(keepends=True)
    word = line.split()[0]
    broken = [line if one.split()[0] == word else one for one in lines]
    if broken == lines:
        broken.append(line)
    with pytest.raises(NoteError):
        open_map(sign_note(b"".join(broken).decode(), [SIGNER]), [KEY])


def test_neither_a_checkpoint_nor_another_logs_map_is_one_of_ours():
    with pytest.raises(NoteError, match="not the note of a coverage map"):
        open_map(sign_checkpoint(Checkpoint(LOG, 5, b"r" * 32), [SIGNER]), [KEY])
    with pytest.raises(NoteError, match="no known key"):
        open_map(sign_map(a_map(), SignerKey(LOG, b"f" * 32)), [KEY])
    with pytest.raises(NoteError, match="another log"):
        open_map(sign_map(a_map(log_id="elsewhere.example/log"), SIGNER), [KEY])


def test_a_map_that_its_form_cannot_hold_is_not_signed():
    for wrong in ({"log_id": "two words"}, {"root": b"short"}):
        with pytest.raises(NoteError):
            sign_map(a_map(**wrong), SIGNER)


def test_two_persons_and_two_kinds_have_keys_and_starts_of_their_own():
    places = [(someone(n), kind) for n in (1, 2) for kind in ListKind]
    hashes = [function(*place) for place in places for function in (map_key, list_start)]
    assert len(set(hashes)) == len(hashes)
    assert list_head(*places[0], []) == list_start(*places[0])


def test_a_value_tells_nothing_of_a_list_without_its_salt():
    """Nobody who sees a neighbour's value in two maps learns whether anybody looked at the neighbour meanwhile."""
    key, head = map_key(someone(1), ListKind.DISCLOSABLE), b"h" * 32
    first, second = SaltSource(b"secret", 1), SaltSource(b"secret", 2)
    assert first(key) == SaltSource(b"secret", 1)(key)
    values = {map_value(salts(key), 3, head) for salts in (first, second, SaltSource(b"other", 1))}
    assert len(values) == 3
    assert {len(map_value(first(key), count, head)) for count in (0, 7, 2**40)} == {32}
    assert erased_value(first(key)) not in {map_value(first(key), count, bytes(32)) for count in range(5)}


def test_the_disclosable_map_and_its_note_are_the_same_with_and_without_sealed_entries():
    notes = []
    for sealed in (False, True):
        book = Book()
        for number in (1, 2, 1):
            # Salts and ids follow the place in the book, so the sealed ones come last here.
            book.look(number)
        if sealed:
            book.look(1, sealed=True)
            book.look(2, sealed=True)
        notes.append((book.map((1, 2, 3)).note(), book.map((1, 2, 3), kind=ListKind.SEALED).coverage.root))
    assert notes[0][0] == notes[1][0]
    assert notes[0][1] != notes[1][1]


def test_the_instant_is_whole_seconds_in_utc():
    assert parse_map(a_map(at=HOUR + timedelta(microseconds=5)).encode()).at == HOUR
