"""Which fields of which entries go: never less than tells of the erased, never what is another's, whatever the past."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import COMMITTED_FIELDS
from gateway.store.erasure import LinkVersion, PastEntry
from gateway.usecases.subjects.erasure_plan import ALONE, Share, fields_of, in_groups, lineage_of
from gateway.usecases.subjects.erasure_words import named_by

START = datetime(2026, 1, 1, tzinfo=UTC)
KEPT = {"at", "who", "on_behalf_of", "agency", "role", "team", "purpose", "outcome", "decision", "legal_basis",
        "agreements", "phase", "sealed"}  # fmt: skip


def an_id(kind, number):
    return UUID(int=(kind << 64) | number)


def day(number):
    return START + timedelta(days=number)


@st.composite
def pasts(draw):
    """Records that moved between persons on some days; the first records are to be erased."""
    records, persons = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    erased = draw(st.integers(1, records))
    versions = []
    for record in range(records):
        moves = sorted(draw(st.sets(st.integers(0, 9), min_size=1, max_size=3)))
        for at, until in zip(moves, [*moves[1:], None], strict=True):
            person = draw(st.integers(1, persons))
            versions.append(
                LinkVersion(
                    an_id(1, person), an_id(2, person), an_id(3, record), record < erased, day(at),
                    None if until is None else day(until),
                )
            )  # fmt: skip
    touched = {one.person_id for one in versions if one.erased}
    return [one for one in versions if one.person_id in touched]


def entries():
    persons = st.integers(1, 6).map(lambda number: an_id(1, number))
    return st.builds(
        PastEntry, st.just(an_id(9, 1)), st.sampled_from(["consultation", "search", "denied"]),
        st.integers(0, 12).map(day), st.sets(persons, max_size=3).map(tuple),
        st.one_of(st.none(), st.integers(1, 6).map(lambda number: an_id(2, number))), st.none(), st.just(True),
    )  # fmt: skip


@given(pasts(), entries())
def test_an_entry_loses_what_tells_of_the_erased_and_never_who_acted(versions, entry):
    lineage = lineage_of(versions)
    fields = fields_of(entry, lineage)
    shares = {person: lineage.share(person, entry.at) for person in entry.subjects}
    home = lineage.handles.get(entry.household)
    shared_home = Share.NONE if home is None else lineage.share(home, entry.at)
    about = {*shares.values(), shared_home} - {Share.NONE}

    assert set(fields) <= set(ALONE) <= set(COMMITTED_FIELDS) - KEPT
    assert bool(fields) is bool(about)
    if about:
        assert {"detail", "items_shown", "shown_counts", "sources"} <= set(fields)
    # An id that meant the erased alone goes with the whole list; one that means another too, or another only, stays.
    assert ("subjects" in fields) == (bool(fields) and (Share.WHOLE in shares.values() or fields == ALONE))
    assert ("household" in fields) == (bool(fields) and (shared_home is Share.WHOLE or fields == ALONE))
    others = {person for person, share in shares.items() if share is not Share.WHOLE}
    if others or (entry.household is not None and shared_home is not Share.WHOLE):
        assert "reason" not in fields


@given(pasts())
def test_every_id_is_gone_ended_or_lives_on(versions):
    lineage = lineage_of(versions)
    erased = {one.person_id for one in versions if one.erased}
    assert lineage.gone | lineage.ended | lineage.mixed == erased
    for person in erased:
        mine = [one for one in versions if one.person_id == person]
        assert (person in lineage.gone) == all(one.erased for one in mine)
        if person in lineage.ended:
            assert all(one.erased for one in mine if one.until is None)
        if any(not one.erased and one.until is None for one in mine):
            assert person in lineage.mixed


@given(st.dictionaries(st.integers(0, 400).map(lambda n: an_id(9, n)), st.sampled_from([ALONE, ("detail",)])),
       st.integers(1, 50))  # fmt: skip
def test_groups_hold_every_entry_once_and_are_never_too_large(plan, largest):
    groups = list(in_groups(plan, largest))
    assert sorted(entry for _, some in groups for entry in some) == sorted(plan)
    assert all(0 < len(some) <= largest and all(plan[one] == fields for one in some) for fields, some in groups)


def test_a_merge_or_split_stays_whole_unless_everybody_in_it_is_erased():
    versions = [LinkVersion(an_id(1, 1), an_id(2, 1), an_id(3, 0), True, day(0), None)]
    lineage = lineage_of(versions)

    def combined(*persons):
        return PastEntry(an_id(9, 1), "combination", day(1), persons, None, None, is_leaf=True)

    assert fields_of(combined(an_id(1, 1), an_id(1, 7)), lineage) == ()
    assert fields_of(combined(an_id(1, 1)), lineage) == ALONE


WANTED = named_by(
    [
        ("identity.name", {"given": "Mary-Jane", "family": "O'Dowd"}),
        ("identity.birth_date", {"date": "1994-01-02"}),
        ("identity.nhs_number", {"value": "999 048 4121"}),
        ("contact.phone", {"value": "07700 900123"}),
    ],
    [an_id(1, 5)],
)


@pytest.mark.parametrize(
    "text",
    [
        "given=MARY-JANE; family=O'Dowd", "ring mary jane o'dowd today", "family=O'Dowd; birth_date=1994-01-02",
        "o'dowd born 2/1/1994", "O'Dowd, 2 January 1994", "nhs_number 9990484121", "call 07700-900123",
        f"about {an_id(1, 5)}",
    ],
)  # fmt: skip
def test_words_that_name_somebody_are_found(text):
    assert WANTED.stands_in(text)


@pytest.mark.parametrize(
    "text", ["Mary-Jane Smith", "family=O'Dowd", "1994-01-02", "Mary, and Jane", "nhs_number 9990484122", ""]
)
def test_words_that_may_be_anybodys_are_left(text):
    assert not WANTED.stands_in(text)
