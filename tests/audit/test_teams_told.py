"""A team whose name says in which part of the area somebody lives goes by another name in reports (P1)."""

from dataclasses import replace

import pytest

from audit.errors import SubjectPackError
from audit.leaf import parse_leaf
from audit.subject_report import WORDS, letter_of
from audit.verify_subject_pack import verify_subject_pack
from tests.audit.packs import SIGNER, Book
from tests.audit.test_subject_report import an_access, report_about

OWN, TOLD = "Early Help North", "Early Help"
KEY = SIGNER.verifier()


@pytest.fixture
def whole():
    """A pack of one look by such a team, then of one by another team, each an authorisation and its outcome."""
    book = Book()
    for team in (OWN, "MASH"):
        an_access(book, 1, shown=(1,), team=team)
    return report_about(book)


def ids(whole):
    return [parse_leaf(one.leaf).entry_id for one in whole.sections[0].elements]


def shut(whole, *places):
    """The pack with the teams of these lines not opened."""
    (section,) = whole.sections
    elements = list(section.elements)
    for place in places:
        openings = elements[place].openings
        elements[place] = replace(
            elements[place], openings={name: openings[name] for name in openings if name != "team"}
        )
    return replace(whole, sections=(replace(section, elements=tuple(elements)),))


def telling(whole, names):
    return replace(whole, report={**whole.report, "teams_told": names})


def test_the_words_name_the_team_as_it_is_told_and_no_byte_of_the_pack_names_it_otherwise(whole):
    made = telling(shut(whole, 0, 1), dict.fromkeys(ids(whole)[:2], TOLD))

    text = " ".join(WORDS["report.txt"](letter_of(made)).split())
    assert "An early help worker in the Early Help team at Northvale Council looked at" in text
    assert "An early help worker in the MASH team" in text
    assert OWN not in text + made.encode().decode()
    assert len(letter_of(made).proved) == 2
    verify_subject_pack(made.encode(), KEY)


def test_a_pack_in_which_all_teams_are_open_needs_no_other_names(whole):
    assert "teams_told" not in whole.report
    assert OWN in " ".join(WORDS["report.txt"](letter_of(whole)).split())
    verify_subject_pack(whole.encode(), KEY)


def test_a_team_that_is_neither_open_nor_told_otherwise_is_found_with_its_line(whole):
    for made in (shut(whole, 2), telling(shut(whole, 0, 2), {ids(whole)[0]: TOLD})):
        with pytest.raises(SubjectPackError, match="line 3: team is not open"):
            verify_subject_pack(made.encode(), KEY)
        with pytest.raises(SubjectPackError, match="does not name each line whose team is not open"):
            letter_of(made)


def test_another_name_stands_beside_no_team_that_is_open(whole):
    with pytest.raises(SubjectPackError, match="does not name each line whose team is not open"):
        letter_of(telling(shut(whole, 0), dict.fromkeys(ids(whole)[:2], TOLD)))


@pytest.mark.parametrize("name", ["", " ", 7, None])
def test_a_team_is_told_by_a_name(whole, name):
    with pytest.raises(SubjectPackError, match="by what is no text"):
        letter_of(telling(shut(whole, 0), {ids(whole)[0]: name}))


@pytest.mark.parametrize("names", [[], "Early Help", None])
def test_names_of_teams_that_are_no_object_are_refused(whole, names):
    with pytest.raises(SubjectPackError, match="teams_told"):
        letter_of(telling(whole, names))
