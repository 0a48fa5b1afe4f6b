"""The words of a subject report are those of its pack: written again from it, and any other line is found."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.entry import EventClass, Outcome, Phase, Reason
from audit.errors import SubjectPackError
from audit.subject_letter import CLOSING, Release
from audit.subject_list import ListKind
from audit.subject_pack import parse_subject_pack
from audit.subject_report import (
    FIELDS,
    WORDS,
    Made,
    check_words,
    for_subject,
    letter_of,
    opened_element,
    unanswered,
    with_report,
)
from audit.subject_words import Came, Capacity, Titles
from tests.audit.packs import AT, HOUR, Book, pack

TITLES = Titles(
    {"northvale_council": "Northvale Council", "northvale_nhs": "Northvale NHS"},
    {"northvale_council/early_help_worker": "Early help worker", "northvale_council/dpo": "Data protection officer"},
    {"early_help": "Support a family through early help", "attendance": "Help a pupil attend school"},
)
MADE = Made(
    "Northvale Council", "information.governance@northvale.example", Capacity.SELF, HOUR + timedelta(minutes=20)
)
LOOKED = {"role": "early_help_worker", "team": "Early Help North", "reason": Reason.ALLOCATED}


def report_about(book, number=1, kind=ListKind.DISCLOSABLE, made=MADE, not_shown=(), **changes):
    """A pack with words about one person of a book."""
    whole = pack([book.map(range(1, 6), kind=kind)], (0, number), **changes)
    section = replace(
        whole.sections[0],
        elements=tuple(
            replace(one, openings=for_subject(opened_element(one, frozenset(), {}).event, openings))
            for one, (_, openings) in zip(whole.sections[0].elements, book.list_of(number, kind=kind), strict=True)
        ),
    )
    return with_report(replace(whole, sections=(section,)), made, TITLES, not_shown, {})


def written(folder, whole):
    for name, write in WORDS.items():
        (folder / name).write_bytes(write(letter_of(whole)).encode())
    return folder


def an_access(book, *persons, shown=None, event=EventClass.DISCLOSURE, **fields):
    """An authorisation about some persons and an outcome that shows some of them."""
    first = book.look(*persons, event=event, phase=Phase.AUTHORISATION, outcome=Outcome.PENDING, **LOOKED | fields)
    refers_to = book.leaves[first][0].entry_id
    if shown is not None:
        book.look(*shown, event=event, phase=Phase.OUTCOME, refers_to=refers_to, **LOOKED | fields)
    return refers_to


@pytest.fixture
def book():
    made = Book()
    an_access(made, 1, 2, shown=(1,))
    an_access(made, 1, 2, shown=(2,), event=EventClass.SEARCH)
    an_access(made, 1)
    made.look(1, sealed=True, **LOOKED)
    return made


@pytest.mark.parametrize("other", [{"role": "dpo"}, {"team": "Elsewhere"}])
def test_an_outcome_of_another_reader_stands_for_no_look_but_its_own(other):
    made = Book()
    first = an_access(made, 1)
    made.look(1, event=EventClass.DISCLOSURE, phase=Phase.OUTCOME, refers_to=first, **LOOKED | other)

    looks = letter_of(report_about(made)).proved
    assert [(look.came, len(look.entries)) for look in looks] == [(Came.PERHAPS, 1), (Came.SHOWN, 1)]


def test_an_access_is_one_line_and_its_leaves_are_all_in_the_pack(book):
    whole = report_about(book)
    letter = letter_of(whole)

    assert len(whole.sections[0].elements) == 4
    assert [look.came for look in letter.proved] == [Came.SHOWN, Came.PERHAPS, Came.PERHAPS]
    assert unanswered(whole) == {look.entries[0] for look in letter.proved[1:]}


def test_an_outcome_that_names_others_alone_is_told_as_not_shown_where_the_council_says_so(book):
    search = book.leaves[2][0].entry_id

    letter = letter_of(report_about(book, not_shown=[search]))

    assert [look.came for look in letter.proved] == [Came.SHOWN, Came.NOT_SHOWN, Came.PERHAPS]


def test_the_words_come_back_from_the_bytes_of_the_pack(book, tmp_path):
    whole = report_about(book)
    written(tmp_path, whole)

    again = parse_subject_pack(whole.encode())

    check_words(tmp_path, letter_of(again))
    assert letter_of(again) == letter_of(whole)


@pytest.mark.parametrize("name", sorted(WORDS))
def test_any_line_left_out_doubled_or_changed_in_the_words_is_found_with_its_number(book, tmp_path, name):
    whole = report_about(book)
    lines = (written(tmp_path, whole) / name).read_bytes().splitlines(keepends=True)
    for number in range(len(lines)):
        for other in (b"", lines[number] + lines[number], b"another line\n"):
            (tmp_path / name).write_bytes(b"".join(lines[:number]) + other + b"".join(lines[number + 1 :]))
            with pytest.raises(SubjectPackError, match=rf"^{name}: line \d+ is not what is proved"):
                check_words(tmp_path, letter_of(whole))


@pytest.mark.parametrize("name", sorted(WORDS))
def test_words_that_are_missing_are_named(book, tmp_path, name):
    whole = report_about(book)
    (written(tmp_path, whole) / name).unlink()

    with pytest.raises(SubjectPackError, match=f"^{name}: is missing"):
        check_words(tmp_path, letter_of(whole))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_sealed_or_about_others_changes_no_byte(data, tmp_path):
    lines = st.tuples(st.sampled_from([1, 2]), st.booleans(), st.sampled_from(sorted(Reason)))
    plan = data.draw(st.lists(lines, max_size=12))
    with_all, without = Book(), Book()
    for person, sealed, reason in plan:
        fields = LOOKED | {"reason": Reason(reason)}
        with_all.look(person, sealed=sealed, **fields)
        # The same number, so that ids and salts stay; about a person who stands in no map of the test.
        without.look(*((1,) if person == 1 and not sealed else (9,)), **fields)

    one, other = report_about(with_all), report_about(without)

    assert [element.leaf for element in one.sections[0].elements] == [
        element.leaf for element in other.sections[0].elements
    ]
    for write in WORDS.values():
        assert write(letter_of(one)) == write(letter_of(other))
        assert CLOSING.replace("'", "&#x27;") in write(letter_of(one)) or CLOSING in write(letter_of(one))


def test_titles_that_no_line_needs_are_not_in_the_pack(book):
    report = report_about(book).report

    assert report["titles"] == {
        "agencies": {"northvale_council": "Northvale Council"},
        "purposes": {"early_help": "Support a family through early help"},
        "roles": {"northvale_council/early_help_worker": "Early help worker"},
    }


def test_no_more_than_the_named_fields_is_opened(book):
    for element in report_about(book).sections[0].elements:
        assert set(element.openings) == set(FIELDS)


def test_lines_since_the_map_stand_apart_and_an_access_that_ends_after_it_with_them(book):
    later = Book(book.leaves[:1])
    whole = report_about(later)
    since = report_about(book).sections[0].elements[1:]

    letter = letter_of(replace(whole, since=since))

    assert letter.proved == []
    assert [look.came for look in letter.later] == [Came.SHOWN, Came.PERHAPS, Came.PERHAPS]


def test_a_list_that_is_held_back_comes_with_its_release_and_no_other_does(book):
    release = replace(MADE, release=Release(AT, "court"))
    sealed = report_about(book, kind=ListKind.SEALED, made=release)

    assert len(letter_of(sealed).proved) == 1
    for whole in (report_about(book, made=release), report_about(book, kind=ListKind.SEALED)):
        with pytest.raises(SubjectPackError, match="comes with the release"):
            letter_of(whole)


@pytest.mark.parametrize(
    "changed",
    [
        {"capacity": "court"}, {"capacity": 1}, {"made_at": "today"}, {"not_shown": "none"}, {"release": []},
        {"release": {"decided_at": "2026-11-03T00:00:00Z", "recipient": "press"}}, {"titles": None}, {"council": None},
        {"contact": 7},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_beside_the_proof_has_its_form(book, changed):
    whole = report_about(book)

    with pytest.raises(SubjectPackError, match=r"^report(, \w+)?: "):
        letter_of(replace(whole, report={**whole.report, **changed}))


def test_a_line_whose_reason_was_erased_gives_none_and_an_erased_list_is_told_as_erased(book):
    whole = report_about(book)
    (section,) = whole.sections

    shut = [{name: one for name, one in line.openings.items() if name != "reason"} for line in section.elements]
    lines = zip(section.elements, shut, strict=True)
    bare = replace(section, elements=tuple(replace(line, openings=left) for line, left in lines))
    text = WORDS["report.txt"](letter_of(replace(whole, sections=(bare,))))
    none = with_report(replace(whole, sections=(replace(section, elements=(), erased=True),)), MADE, TITLES, (), {})
    gone = WORDS["report.txt"](letter_of(none))

    assert "They were allocated" in " ".join(WORDS["report.txt"](letter_of(whole)).split())
    assert "They were allocated" not in " ".join(text.split())
    assert "lists of who looked were erased" in " ".join(gone.split())


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"colour": "blue"}, "report: does not have the members"),
        (
            {"release": {"decided_at": "2026-11-03T00:00:00Z", "recipient": "court", "by": "W1"}},
            "report, release: does",
        ),
        ({"titles": {"agencies": {}, "purposes": {}, "roles": {}, "teams": {}}}, "report, titles: does not have"),
        (
            {"titles": {"agencies": {"police": "Police"}, "purposes": {}, "roles": {}}},
            "agencies name a code that is in",
        ),
        ({"titles": {"agencies": {}, "purposes": {"early_help": 7}, "roles": {}}}, "purposes are not a text for each"),
        ({"not_shown": ["00000000-0000-4000-8000-000000000001"]}, "not_shown names what is no authorisation"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_beside_the_proof_holds_nothing_that_the_lines_do_not_bear_out(book, changed, says):
    whole = report_about(book)

    with pytest.raises(SubjectPackError, match=says):
        letter_of(replace(whole, report={**whole.report, **changed}))


def test_an_access_whose_outcome_is_in_the_pack_cannot_be_said_to_have_shown_nothing(book):
    shown = book.leaves[0][0].entry_id
    waiting = sorted(unanswered(report_about(book)))

    for told in ([shown], waiting[::-1], [waiting[0], waiting[0]]):
        with pytest.raises(SubjectPackError, match=r"^report: not_shown"):
            letter_of(replace(report_about(book), report={**report_about(book).report, "not_shown": told}))
