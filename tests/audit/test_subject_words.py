"""Sentences of a subject report: plain, whole, never a code; and the letter that they stand in."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import EventClass, Outcome, Phase, Reason
from audit.subject_letter import CLOSING, Letter, Release, as_html, as_text
from audit.subject_words import (
    VOICES,
    Came,
    Capacity,
    Look,
    Moved,
    Opened,
    Titles,
    fold,
    look_words,
    uk_clock,
    uk_day,
    uk_time,
)

AT = datetime(2026, 11, 3, 14, 5, 7, 250000, tzinfo=UTC)
TITLES = Titles(
    {"northvale_council": "Northvale Council", "northvale_nhs": "Northvale NHS"},
    {
        "northvale_council/early_help_worker": "Early help worker",
        "northvale_council/mash_worker": "MASH worker",
        "northvale_nhs/named_nurse": "Named nurse for safeguarding",
    },
    {"early_help": "Support a family through early help"},
)
YOU = VOICES[Capacity.SELF]


def an_opened(number=1, **changed):
    given_ = {
        "entry_id": f"entry-{number}", "event": EventClass.CONSULTATION, "at": AT + timedelta(minutes=number),
        "agency": "northvale_council", "role": "early_help_worker", "team": "Early Help North",
        "purpose": "early_help", "reason": "allocated", "phase": "single", "outcome": "done",
    }  # fmt: skip
    return Opened(**given_ | changed)


def said(**changed):
    (look,) = fold([an_opened(0, **changed)])
    return look_words(look, TITLES, YOU)


def test_a_line_says_who_by_job_and_team_when_what_for_and_why():
    assert said() == (
        "An early help worker in the Early Help North team at Northvale Council looked at information about you on "
        "3 November 2026 at 14:05. They did this to support a family through early help. They were allocated to your "
        "family."
    )


@pytest.mark.parametrize(
    ("changed", "begins"),
    [
        ({"role": "mash_worker", "team": "MASH"}, "A MASH worker in the MASH team at Northvale Council looked"),
        ({"team": "Assessment Team"}, "An early help worker in the Assessment Team at Northvale Council"),
        ({"team": "907654"}, "An early help worker at Northvale Council"),
        ({"team": None}, "An early help worker at Northvale Council"),
        ({"agency": "northvale_nhs", "role": "named_nurse", "team": None}, "A named nurse for safeguarding at"),
        ({"role": "gone_since", "team": None}, "A member of staff at Northvale Council looked"),
        ({"role": None, "team": None, "agency": "northvale_nhs"}, "A computer system at Northvale NHS looked"),
        ({"role": None, "team": None, "agency": "gateway"}, "Our own computer system looked"),
    ],
)
def test_whoever_looked_is_named_by_title_and_never_by_code(changed, begins):
    assert said(**changed).startswith(begins)


def test_an_entry_that_was_erased_is_told_as_such():
    assert said(agency=None, role=None, purpose=None) == (
        "On 3 November 2026 at 14:05 there was an entry. What it said has been erased."
    )


def test_a_purpose_that_has_no_title_any_more_is_not_shown_as_a_code():
    words = said(purpose="an_old_code")

    assert "an_old_code" not in words
    assert "no longer in use" in words


@given(
    event=st.sampled_from(EventClass),
    phase=st.sampled_from(Phase),
    outcome=st.sampled_from(Outcome),
    reason=st.sampled_from([*Reason, None, "not_a_reason"]),
    role=st.sampled_from(["early_help_worker", "an_old_role", None]),
    purpose=st.sampled_from(["early_help", "an_old_purpose", None]),
    capacity=st.sampled_from(Capacity),
    listed=st.booleans(),
)
def test_whatever_an_entry_holds_its_line_is_whole_sentences_without_a_code(  # noqa: PLR0913 - all that a line is made of
    *, event, phase, outcome, reason, role, purpose, capacity, listed
):
    one = an_opened(event=event, phase=phase, outcome=outcome, reason=reason, role=role, purpose=purpose)
    (look,) = fold([one], [one.entry_id] if listed else [])

    words = look_words(look, TITLES, VOICES[capacity])

    assert words.endswith(".")
    assert not re.search(r"[_{}]|none|None|\.\.|  |\byou\b.*\bthe child\b", words)
    assert all(len(sentence) < 200 for sentence in words.split(". "))
    assert ("you" in words.casefold()) or capacity is not Capacity.SELF or event in {
        EventClass.SIGN_IN, EventClass.SEARCH,
    }  # fmt: skip
    for whom in {"the child", "the person"} - {VOICES[capacity].whom}:
        assert whom not in words.casefold()


def test_an_authorisation_and_its_outcome_are_one_line_of_both_entries():
    authorised = an_opened(1, phase="authorisation", outcome="pending")
    outcome = an_opened(2, phase="outcome", refers_to="entry-1")
    other = an_opened(3)

    looks = fold([other, outcome, authorised])

    assert [look.entries for look in looks] == [("entry-1", "entry-2"), ("entry-3",)]
    assert [look.came for look in looks] == [Came.SHOWN, Came.SHOWN]


def test_an_authorisation_without_an_outcome_may_have_been_looked_at():
    (look,) = fold([an_opened(phase="authorisation", outcome="pending")])

    words = look_words(look, TITLES, YOU)

    assert "was allowed to look at information about you" in words
    assert "It may have been looked at." in words


def test_an_authorisation_whose_outcome_was_about_others_says_that_nothing_was_shown():
    (look,) = fold([an_opened(phase="authorisation", outcome="pending")], ["entry-1"])

    assert "nothing about you was shown" in look_words(look, TITLES, YOU)


def test_a_search_says_whether_it_listed_them_and_nothing_of_the_others():
    assert "made a search on 3 November 2026 at 14:05. You were in the list" in said(event=EventClass.SEARCH)
    # One reason stands for all whom a search found, so nobody is told that it is about their own family.
    assert "allocated to your family" not in said(event=EventClass.SEARCH)
    assert "your family" not in said(event=EventClass.SEARCH, reason="none")


@pytest.mark.parametrize(
    ("moved", "words"),
    [
        (
            {"moved": Moved.JOINED, "files": 2},
            "On 3 November 2026 records about you from two files were joined into one.",
        ),
        (
            {"moved": Moved.PARTED, "files": 1},
            "On 3 November 2026 records about you were moved into a file of their own.",
        ),
        ({"moved": Moved.GAVE, "files": 2}, "On 3 November 2026 some records were moved out of our file about you."),
        ({}, "On 3 November 2026 our files about you were put in order."),
    ],
)
def test_merges_and_splits_are_told_without_saying_whose_else(moved, words):
    assert said(event=EventClass.COMBINATION, role=None, **moved) == words


@given(st.datetimes(datetime(1998, 1, 1), datetime(2037, 12, 31)))  # noqa: DTZ001 - made aware below
def test_times_are_those_of_clocks_in_the_united_kingdom(at):
    aware = at.replace(tzinfo=UTC)

    assert uk_time(aware) == aware.astimezone(ZoneInfo("Europe/London")).replace(tzinfo=None)


def test_day_and_time_are_written_as_people_write_them():
    assert uk_day(datetime(2026, 7, 3, 23, 30, tzinfo=UTC)) == "4 July 2026"
    assert uk_clock(datetime(2026, 7, 3, 23, 30, tzinfo=UTC)) == "00:30"


def a_letter(proved=(), later=(), **changed):
    made = AT + timedelta(days=18)
    given_ = {
        "council": "Northvale Council", "contact": "information.governance@northvale.example",
        "capacity": Capacity.SELF, "made_at": made, "proved_until": made - timedelta(minutes=20), "proved": proved,
        "later": later, "titles": TITLES,
    }  # fmt: skip
    return Letter(**given_ | changed)


def looks(*numbers) -> list[Look]:
    return fold([an_opened(number) for number in numbers])


@pytest.mark.parametrize("capacity", Capacity)
@pytest.mark.parametrize("release", [None, Release(AT, "court")])
@pytest.mark.parametrize("proved", [(), (1, 2)])
def test_every_letter_ends_with_the_same_sentence(capacity, release, proved):
    letter = a_letter(looks(*proved), capacity=capacity, release=release)

    assert as_text(letter).splitlines()[-1] == CLOSING
    assert as_html(letter).count(CLOSING) == 1
    assert as_html(letter).rpartition(CLOSING)[2] == "</p>\n</main>\n</body>\n</html>\n"


def test_the_letter_says_until_when_it_is_proved_and_what_came_after():
    text = as_text(a_letter(looks(1, 2), looks(3)))

    before, _, after = text.partition("After that, up to 14:05 on 21 November 2026")
    assert "Up to 13:45 on 21 November 2026" in before
    assert " ".join(before.split()).count("looked at information about you on") == 2
    assert " ".join(after.split()).count("looked at information about you on") == 1
    assert "cannot be proved yet" in after


def test_page_and_text_hold_the_same_lines():
    letter = a_letter(looks(1, 2), looks(3))
    page = re.sub(r"<[^>]+>", " ", as_html(letter).partition("<body>")[2])

    words = [one for one in as_text(letter).split() if not re.fullmatch(r"[=*-]+", one)]

    assert page.replace("&#x27;", "'").split() == words


def test_titles_are_never_markup():
    titles = Titles({"northvale_council": "<b>Northvale</b> & Co"}, TITLES.roles, TITLES.purposes)

    page = as_html(a_letter(looks(1), titles=titles))

    assert "<b>" not in page
    assert "&lt;b&gt;Northvale&lt;/b&gt; &amp; Co" in page
