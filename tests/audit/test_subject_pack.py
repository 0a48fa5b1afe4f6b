"""A pack that stands, and every way in which one that does not is found: one line, saying what and where."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import AuditError, SubjectPackError
from audit.keys import SignerKey
from audit.leaf import Opening, commit_entry
from audit.notes import NoteSignature, add_signatures
from audit.subject_list import ListKind
from audit.subject_pack import parse_subject_pack
from audit.subject_report import FIELDS
from audit.verify_subject_pack import verify_subject_pack
from tests.audit.packs import AT, HOUR, KEY, LOG, SIGNER, Book, pack, shown_line, someone

PERSONS = range(1, 9)


@pytest.fixture(scope="module")
def book():
    """Person 1 was looked at under the ids 2 (joined in) and 3 (joined into 2 before); 4 took records from 1 later."""
    made = Book()
    made.look(1)
    made.look(3, 5)
    made.look(2)
    made.move((2, 3), 2)
    made.look(2)
    made.look(1, sealed=True)
    made.move((1, 2), 1)
    made.look(1, 5)
    made.move((1,), 4)
    made.look(1)
    made.look(4)
    return made


@pytest.fixture(scope="module")
def maps(book):
    return [
        book.map(PERSONS, number=5),
        book.map(PERSONS, at=AT + timedelta(seconds=6), size=7, number=2),
        book.map(PERSONS, at=AT + timedelta(seconds=3), size=4, number=1),
        book.map(PERSONS, at=AT + timedelta(seconds=8), size=9, number=3),
    ]


@pytest.fixture(scope="module")
def whole(maps):
    return pack(maps[:3], (0, 1), (1, 2), (2, 3))


def verified(document, **options):
    return verify_subject_pack(document.encode(), KEY, **options)


def refused(document, place, problem, **options):
    with pytest.raises(SubjectPackError, match=problem) as caught:
        verified(document, **options)
    assert caught.value.place == place
    assert "\n" not in str(caught.value)
    assert not any(someone(number) in str(caught.value) for number in PERSONS)


def changed(document, number, **changes):
    sections = list(document.sections)
    sections[number] = replace(sections[number], **changes)
    return replace(document, sections=tuple(sections))


def relined(document, number, elements):
    """A list with other lines, whose heads the cheat has worked out anew."""
    return changed(document, number, elements=tuple(replace(one, head=None) for one in elements))


def test_a_pack_with_all_its_lists_stands(whole, maps):
    found = verified(whole)
    assert {person: len(lines) for person, lines in found.lists.items()} == {
        someone(1): 5, someone(2): 4, someone(3): 2,
    }  # fmt: skip
    assert found.sentence() == (
        "report on disclosable entries, complete to 2026-11-16T10:00:00Z: 11 line(s) in 3 list(s), none left out or"
        " altered; NOT checked that the log holds 3 of its 3 map(s): no receipt"
    )
    shown = verified(whole, receipts=[one.coverage for one in maps[:3]])
    assert shown.receipts == 3
    assert shown.sentence().endswith("the log holds its 3 map(s)")


def test_what_is_written_is_read_back(whole):
    parsed = parse_subject_pack(whole.encode())
    assert parsed.encode() == whole.encode()
    assert parsed.sections[0].elements[0].openings == whole.sections[0].elements[0].openings


def test_nothing_sealed_and_nothing_of_a_later_split_is_in_the_pack(whole, book):
    leaves = {element.leaf for section in whole.sections for element in section.elements}
    assert book.leaves[5][1] not in leaves
    assert book.leaves[10][1] not in leaves


def test_who_took_records_from_another_shows_that_list_up_to_the_split_and_not_beyond(book, maps):
    """Person 4 came out of 1: the report holds 1's list to the split, with all that 1 had taken over before."""
    document = pack(maps, (0, 4), (3, 1), (1, 2), (2, 3))
    found = verified(document)
    assert len(found.lists[someone(1)]) == 4
    later = book.leaves[9][1]
    assert all(element.leaf != later for section in document.sections for element in section.elements)


def test_every_line_of_every_list_is_missed(whole):
    for number, section in enumerate(whole.sections):
        for line in range(len(section.elements)):
            left = section.elements[:line] + section.elements[line + 1 :]
            refused(relined(whole, number, left), f"list {number + 1}", "not what the map holds")


def test_no_line_bears_the_id_of_another_though_the_map_holds_both():
    """As the log's keeper could have it: two looks under one id, of which the words would tell the later alone."""
    made = Book()
    for _ in range(3):
        made.look(1)
    taken = made.leaves[0][0].entry_id
    for number, at in ((2, made.leaves[2][0].at), (2, made.leaves[0][0].at)):
        entry = replace(made.leaves[number][0], entry_id=taken, at=at)
        made.leaves[number] = (entry, *commit_entry(entry, lambda name: sha256(name.encode()).digest()))
        refused(pack([made.map(PERSONS)], (0, 1)), "list 1, line 3", "bears the id of another entry")
    made.leaves[2] = made.leaves[0]
    refused(pack([made.map(PERSONS)], (0, 1)), "list 1, line 3", "bears the id of another entry")


def test_a_line_taken_out_with_the_heads_left_as_they_were_is_named(whole):
    document = parse_subject_pack(whole.encode())
    for line in range(4):
        left = document.sections[0].elements[:line] + document.sections[0].elements[line + 1 :]
        refused(changed(document, 0, elements=left), f"list 1, line {line + 1}", "does not follow")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_lines_in_any_other_order_or_number_are_found(whole, data):
    number = data.draw(st.integers(0, 2))
    lines = whole.sections[number].elements
    others = [element for section in whole.sections for element in section.elements]
    forged = tuple(data.draw(st.one_of(st.permutations(lines), st.lists(st.sampled_from(others), max_size=6))))
    if [one.leaf for one in forged] == [one.leaf for one in lines]:
        verified(relined(whole, number, forged))
    else:
        refused(relined(whole, number, forged), f"list {number + 1}", "not what the map holds")


def test_a_leaf_about_somebody_else_has_no_place(whole, book):
    foreign = shown_line(*book.leaves[10][1:])
    for line in range(6):
        lines = whole.sections[0].elements
        refused(relined(whole, 0, (*lines[:line], foreign, *lines[line:])), "list 1", "not what the map holds")


def test_an_altered_opening_is_named(whole):
    lines = whole.sections[0].elements
    opened = dict(lines[0].openings)
    for name in ("purpose", "at", "sealed"):
        forged = replace(lines[0], openings=opened | {name: Opening(opened[name].salt, b'"audit"')})
        refused(relined(whole, 0, (forged, *lines[1:])), "list 1, line 1", f"{name}: salt and value")


def test_an_altered_leaf_is_found(whole):
    lines = whole.sections[0].elements
    leaf = lines[0].leaf.replace(b'"event":"consultation"', b'"event":"disclosure"')
    refused(relined(whole, 0, (replace(lines[0], leaf=leaf), *lines[1:])), "list 1", "not what the map holds")
    other_log = lines[0].leaf.replace(LOG.encode(), b"elsewhere.example/log")
    refused(relined(whole, 0, (replace(lines[0], leaf=other_log), *lines[1:])), "list 1, line 1", "another log")


def test_the_list_of_an_earlier_id_cannot_be_left_out(whole, maps):
    refused(pack(maps[:3], (0, 1), (2, 3)), "list 1, line 2", "earlier id that this line names is missing")
    refused(pack(maps[:2], (0, 1), (1, 2)), "list 2, line 2", "earlier id that this line names is missing")


def test_the_list_of_an_earlier_id_reaches_to_its_combination(maps, book):
    early = book.map(PERSONS, at=AT, size=6, number=9)
    refused(pack([maps[0], early, maps[2]], (0, 1), (1, 2), (2, 3)), "list 2", "ends before the combination of list 1")


def test_a_report_on_an_id_that_ended_hides_what_came_later_and_is_refused():
    made = Book()
    made.look(2)
    made.move((1, 2), 1, ended=(2,))
    made.look(1)
    maps = [made.map(PERSONS)]

    assert len(verified(pack(maps, (0, 1), (0, 2))).lists[someone(1)]) == 2
    refused(pack(maps, (0, 2)), "list 1, line 2", "the subject's id ended there")


def test_a_list_that_no_combination_leads_to_is_refused(maps):
    refused(pack(maps[:3], (0, 1), (1, 2), (2, 3), (0, 5)), "list 4", "no combination leads to")


def without(line, *names):
    return replace(line, openings={name: one for name, one in line.openings.items() if name not in names})


@pytest.mark.parametrize("name", sorted({*FIELDS} - {"reason"}))
def test_a_line_opens_every_field_that_its_words_are_made_of(whole, book, name):
    for number, section in enumerate(whole.sections):
        for line, element in enumerate(section.elements):
            shut = (*section.elements[:line], without(element, name), *section.elements[line + 1 :])
            refused(relined(whole, number, shut), f"list {number + 1}, line {line + 1}", f"{name} is not open")
    later = without(shown_line(*book.leaves[9][1:]), name)
    refused(replace(whole, since=(later,)), "since, line 1", f"{name} is not open")


def test_a_reason_may_have_been_erased_and_the_verdict_says_of_how_many_lines(whole):
    lines = whole.sections[0].elements
    found = verified(relined(whole, 0, (without(lines[0], "reason"), *lines[1:-1], without(lines[-1], "reason"))))
    assert "; of 2 line(s) the reason was erased" in found.sentence()
    assert "erased" not in verified(whole).sentence()


def test_a_field_that_a_subject_is_not_shown_is_not_open(whole, book):
    lines = whole.sections[0].elements
    for name in ("subjects", "legal_basis", "who", "detail"):
        more = replace(lines[0], openings={**lines[0].openings, name: book.leaves[0][2][name]})
        refused(relined(whole, 0, (more, *lines[1:])), "list 1, line 1", f"{name} is open and has no place")


def test_a_combination_must_say_whom(whole):
    lines = list(whole.sections[0].elements)
    place = next(n for n, one in enumerate(lines) if b"combination" in one.leaf)
    shut = {name: opening for name, opening in lines[place].openings.items() if name != "detail"}
    lines[place] = replace(lines[place], openings=shut)
    refused(relined(whole, 0, lines), f"list 1, line {place + 1}", "does not say whom")


def test_a_map_of_another_hour_root_key_or_kind_is_found(whole, maps, book):
    stale = book.map(PERSONS, at=HOUR - timedelta(hours=1), size=7, number=4)
    refused(replace(whole, maps=(stale.note(), *whole.maps[1:])), "list 1", "not what the map holds")
    forged = maps[0].note(SignerKey(LOG, b"f" * 32))
    refused(replace(whole, maps=(forged, *whole.maps[1:])), "map 1", "no known key")
    sealed = book.map(PERSONS, kind=ListKind.SEALED, number=5)
    refused(replace(whole, maps=(sealed.note(), *whole.maps[1:])), "map 1", "other kind of list")
    foreign = book.map((1, 2, 3), number=5)
    refused(replace(whole, maps=(foreign.note(), *whole.maps[1:])), "list 1", "not what the map holds")


def test_a_stale_map_promises_its_own_hour_and_no_other(maps, book):
    stale = book.map(PERSONS, at=HOUR - timedelta(hours=1), number=4)
    document = pack([stale, *maps[1:3]], (0, 1), (1, 2), (2, 3))
    assert verified(document).pack.complete_to == HOUR - timedelta(hours=1)
    for other in (HOUR, HOUR - timedelta(hours=2)):
        refused(replace(document, complete_to=other), "pack", "another instant than that of its map")


def test_a_map_that_the_log_does_not_hold_is_found_by_the_receipt(whole, book, maps):
    in_the_log = book.map((*PERSONS, 9), number=5).coverage
    refused(whole, "map 1", "not the one that the log holds", receipts=[in_the_log, maps[1].coverage])


def test_another_persons_list_is_not_the_subjects(maps):
    refused(pack(maps[:1], (0, 5), subject=someone(1)), "pack", "does not begin with the list of its subject")
    swapped = replace(maps[0].section(5), person=someone(6))
    refused(replace(pack(maps[:1], (0, 5), subject=someone(6)), sections=(swapped,)), "list 1", "not what the map")


def test_salt_and_path_are_bound(whole):
    refused(changed(whole, 0, salt=b"s" * 32), "list 1", "not what the map holds")
    refused(changed(whole, 0, path=whole.sections[0].path[:-1]), "list 1", "not what the map holds")
    refused(changed(whole, 0, path=whole.sections[1].path), "list 1", "not what the map holds")


def test_an_erased_list_is_proved_erased_and_none_can_be_called_so(whole):
    refused(changed(whole, 1, elements=(), erased=True), "list 2", "not what the map holds")
    refused(changed(whole, 1, erased=True), "list 2", "is erased and has lines")


@pytest.fixture
def later(book):
    """Lines about person 1 of after the map."""
    more = Book(list(book.leaves))
    return [shown_line(*more.leaves[more.look(1)][1:]) for _ in range(2)]


def test_later_lines_are_checked_and_said_to_be_the_councils_word_alone(whole, later):
    document = replace(whole, since=tuple(later))
    assert "; 2 later line(s) are NOT provable yet, the council's word alone;" in verified(document).sentence()
    assert "the log's" not in verified(document).sentence()
    forged = replace(later[1], openings={**later[1].openings, "at": Opening(b"x" * 32, b'"2026"')})
    refused(replace(document, since=(later[0], forged)), "since, line 2", "at: salt and value")


def test_a_later_line_repeats_none_that_is_proved_and_none_before_it(whole, later):
    for section in whole.sections:
        for element in section.elements:
            again = replace(element, head=None)
            refused(replace(whole, since=(later[0], again)), "since, line 2", "repeats an entry that stands in a list")
    refused(replace(whole, since=(later[0], later[0])), "since, line 2", "or in a line before")


def test_the_sealed_list_has_a_proof_of_its_own(book):
    sealed = book.map(PERSONS, number=5, kind=ListKind.SEALED)
    earlier = [
        book.map(PERSONS, at=AT + timedelta(seconds=n), size=n + 1, number=9 - n, kind=ListKind.SEALED) for n in (6, 3)
    ]
    found = verified(pack([sealed, *earlier], (0, 1), (1, 2), (2, 3)))
    assert [line.values.get("sealed") for line in found.lists[someone(1)]] == [True, False, False]
    assert "report on sealed entries" in found.sentence()


def test_a_disclosable_line_on_a_sealed_list_is_refused(whole):
    refused(replace(whole, kind=ListKind.SEALED), "map 1", "other kind of list")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_pack_with_any_byte_changed_is_refused(whole, data):
    encoded = bytearray(whole.encode())
    place = data.draw(st.integers(0, len(encoded) - 1))
    encoded[place] ^= 1 << data.draw(st.integers(0, 6))
    with pytest.raises(AuditError):
        verify_subject_pack(bytes(encoded), KEY)


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_what_is_no_pack_is_refused(whole, cut):
    with pytest.raises(SubjectPackError):
        parse_subject_pack(whole.encode()[:cut])


def test_signatures_of_a_rotated_key_do_not_hinder(whole):
    old = SignerKey(LOG, b"o" * 32)
    notes = []
    for note in whole.maps:
        text = note.partition("\n\n")[0] + "\n"
        signed = old.sign(text)
        notes.append(add_signatures(note, [NoteSignature(LOG, signed[:4], signed[4:])]))
    document = replace(whole, maps=tuple(notes))
    verified(document)
    verify_subject_pack(document.encode(), old.verifier())
    assert SIGNER.verifier() != old.verifier()
